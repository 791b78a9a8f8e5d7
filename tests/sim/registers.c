/* SPDX-License-Identifier: BSD-2-Clause */
/* The unit's registers: chapter 11 of the specification. */
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"

#include <string.h>

#define SWITCHES (GCMD_TE | GCMD_QIE | GCMD_IRE | GCMD_CFI)

#define TES_EARLY_NS 200000
#define SET_LATE_NS  200000

uint32_t unit_get32(const struct unit *u, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, u->registers + offset, 4);
	return value;
}

uint64_t unit_get64(const struct unit *u, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, u->registers + offset, 8);
	return value;
}

void unit_set32(struct unit *u, uint32_t offset, uint32_t value)
{
	memcpy(u->registers + offset, &value, 4);
}

void unit_set64(struct unit *u, uint32_t offset, uint64_t value)
{
	memcpy(u->registers + offset, &value, 8);
}

void unit_reset(struct unit *u, unsigned number)
{
	memset(u, 0, sizeof(*u));
	u->number = number;
	unit_set32(u, VTD_VER, sim.version << 4);
	unit_set64(u, VTD_CAP,
		   field_bits(CAP_ND, sim.nd) | field_bits(CAP_SAGAW, sim.sagaw) |
			   field_bits(CAP_MGAW, sim.mgaw - 1) | field_bits(CAP_FRO, sim.fro) |
			   field_bits(CAP_NFR, sim.nfr - 1) | field_bits(CAP_DRD, 1) |
			   field_bits(CAP_DWD, 1) | field_bits(CAP_PSI, 1) |
			   field_bits(CAP_MAMV, 18) | field_bits(CAP_SSLPS, sim.large) |
			   field_bits(CAP_CM, sim.cm) | field_bits(CAP_RWBF, sim.rwbf) |
			   field_bits(CAP_ESRTPS, sim.esrtps) | field_bits(CAP_PI, sim.pi) |
			   field_bits(CAP_ESIRTPS, sim.esirtps));
	unit_set64(u, VTD_ECAP,
		   field_bits(ECAP_QI, sim.qi) | field_bits(ECAP_IRO, sim.iro) |
			   field_bits(ECAP_C, sim.coherent) | field_bits(ECAP_SMPWC, sim.smpwc) |
			   field_bits(ECAP_SMTS, sim.smts) | field_bits(ECAP_SSTS, sim.ssts) |
			   field_bits(ECAP_FSTS, sim.fsts) | field_bits(ECAP_NEST, sim.nest) |
			   field_bits(ECAP_PT, sim.pt) | field_bits(ECAP_PASID, sim.pasid) |
			   field_bits(ECAP_PSS, sim.pasid ? 19 : 0) |
			   field_bits(ECAP_RPS, sim.rps) | field_bits(ECAP_DT, sim.dt) |
			   field_bits(ECAP_DIT, sim.dit) | field_bits(ECAP_IR, sim.ir) |
			   field_bits(ECAP_EIM, sim.eim) | field_bits(ECAP_MHMV, sim.ir ? 15 : 0) |
			   field_bits(ECAP_SSADS, sim.ssads && sim.ssts) |
			   field_bits(ECAP_EAFS, sim.eafs && sim.fsts) | (uint64_t)sim.newer << 54 |
			   field_bits(ECAP_IRREQ, sim.irreq && sim.ir) |
			   field_bits(ECAP_EIMER, sim.eimer && sim.eim && sim.ir) |
			   field_bits(ECAP_CH, sim.older) | field_bits(ECAP_ERS, sim.older) |
			   field_bits(ECAP_MTS, sim.older) | field_bits(ECAP_SC, sim.sc) |
			   field_bits(ECAP_PRS, sim.prs && sim.dt) |
			   field_bits(ECAP_PDS, sim.pds && sim.prs && sim.dt));
	unit_set32(u, VTD_FECTL, FECTL_IM);
	unit_set32(u, VTD_IECTL, FECTL_IM);
	unit_set32(u, VTD_PECTL, FECTL_IM);
}

static bool is_record(const struct unit *u, uint32_t offset)
{
	return offset >= unit_record_at(u, 0) && offset < unit_record_at(u, unit_records(u));
}

uint64_t unit_read(struct unit *u, uint32_t offset, unsigned bytes)
{
	/* Reading FSTS pushes what is in flight (section 7.3), of records that are there. */
	if (offset == VTD_FSTS)
		fault_deliver(u);
	if (offset + bytes > UNIT_REGISTER_BYTES)
		return ~0ull;
	if (sim_has(BUG_HEAD_STAYS) && offset == VTD_IQH)
		return 0;
	if (sim_has(BUG_READ_TORN) && bytes == 8 && is_record(u, offset) && offset % 16 == 8)
		return (unit_get64(u, offset) & ~0xffffffffull) |
		       unit_get32(u, unit_record_at(u, 0) + 8);
	return bytes == 8 ? unit_get64(u, offset) : unit_get32(u, offset);
}

static void set_root(struct unit *u)
{
	uint64_t before = u->root;

	u->root = unit_get64(u, VTD_RTADDR);
	if (sim_has(BUG_SRTP_LATE) && unit_get32(u, VTD_GSTS) & GCMD_TE) {
		u->next_pointer = u->root;
		u->pointer_from = unit_now() + SET_LATE_NS;
		u->root = before;
	}
	if (sim_has(BUG_SRTP_OPENS) && unit_get32(u, VTD_GSTS) & GCMD_TE)
		u->open_until = unit_now() + 2000;
	if (sim_has(BUG_STALE_ROOT) && before &&
	    field_of(before, RTADDR_TTM) == field_of(u->root, RTADDR_TTM))
		u->root = before;
	if (field_of(unit_get64(u, VTD_CAP), CAP_ESRTPS) && !sim_has(BUG_SRTP_KEEPS))
		drop_everything(u);
}

static void set_interrupt_table(struct unit *u)
{
	uint64_t before = u->interrupt_table;

	u->interrupt_table = unit_get64(u, VTD_IRTA);
	if (sim_has(BUG_SIRTP_LATE) && unit_get32(u, VTD_GSTS) & GCMD_IRE) {
		u->next_pointer = u->interrupt_table;
		u->pointer_from = unit_now() + SET_LATE_NS;
		u->interrupt_table = before;
	}
	if (field_of(unit_get64(u, VTD_CAP), CAP_ESIRTPS) && !sim_has(BUG_SIRTP_KEEPS))
		interrupts_drop(u, false, 0, 0);
}

void unit_set_late(struct unit *u)
{
	if (!u->next_pointer || unit_now() < u->pointer_from)
		return;
	*(sim_has(BUG_SRTP_LATE) ? &u->root : &u->interrupt_table) = u->next_pointer;
	u->next_pointer = 0;
}

static void command(struct unit *u, uint32_t value)
{
	uint32_t status = unit_get32(u, VTD_GSTS), change = (status ^ value) & SWITCHES & ~u->deaf;

	if (value & GCMD_SRTP & ~u->deaf) {
		set_root(u);
		status |= GCMD_SRTP;
	}
	if (value & GCMD_SIRTP & ~u->deaf) {
		set_interrupt_table(u);
		status |= GCMD_SIRTP;
	}
	/* Section 11.4.4.1: with ESIRTPS turning it off empties the cache, too. */
	if (change & GCMD_IRE && field_of(unit_get64(u, VTD_CAP), CAP_ESIRTPS))
		interrupts_drop(u, false, 0, 0);
	if (value & GCMD_WBF) {
		if (!sim_has(BUG_WBF_LOST))
			memory_drain_write_buffer();
		status |= u->deaf & GCMD_WBF; /* else it is done at once: WBFS reads 0 */
	}
	status ^= change;
	if (sim_has(BUG_TE_STAYS) && change & GCMD_TE && !(value & GCMD_TE))
		u->count = 1;
	if (sim_has(BUG_IRES_EARLY) && change & value & GCMD_IRE)
		u->remaps_from = unit_now() + TES_EARLY_NS;
	if (sim_has(BUG_TES_EARLY) && change & value & GCMD_TE)
		u->translates_from = unit_now() + TES_EARLY_NS;
	unit_set32(u, VTD_GSTS, status);
	if (sim_has(BUG_MODE_STAYS) && value & GCMD_SRTP && u->old_root)
		u->root = (u->root & ~field_mask(RTADDR_TTM)) |
			  (u->old_root & field_mask(RTADDR_TTM));
	u->old_root = u->root;
	/* Section 11.4.4.1: what is under way is done first; in scalable mode turning it off empties the caches, too. */
	if (change & (GCMD_TE | GCMD_IRE) && !sim_has(BUG_TE_NO_DRAIN))
		unit_drain(u);
	if (change & ~value & GCMD_TE && field_of(unit_get64(u, VTD_ECAP), ECAP_SMTS) &&
	    !sim_has(BUG_TE_KEEPS) && !sim_has(BUG_TE_NO_DRAIN))
		drop_everything(u);
	u->fresh |= (change & value & GCMD_QIE) != 0;
	if (change & value & GCMD_QIE && !u->first_queue)
		u->first_queue = unit_get64(u, VTD_IQA) & ~0xfffull;
	if (change & GCMD_QIE &&
	    !sim_has(BUG_HEAD_KEPT)) /* on: from the beginning; off: reset (section 6.5.2) */
		unit_set64(u, VTD_IQH, 0);
	/* Section 7.2.1. */
	if (!(status & (GCMD_TE | GCMD_IRE)) && !sim_has(BUG_INDEX_STAYS))
		u->next_record = 0;
}

/* Whether a command may be given by register: not while the queue is on, nor from version 6 on (6.5.1). */
static bool takes_commands(const struct unit *u)
{
	return field_of(unit_get32(u, VTD_VER), VER_MAX) < 6 &&
	       !(unit_get32(u, VTD_GSTS) & GCMD_QIE);
}

/* Registers, or parts of them, that software cannot change. */
static bool is_read_only(const struct unit *u, uint32_t offset)
{
	return offset < VTD_GCMD || offset == VTD_GSTS || offset == VTD_IQH || is_record(u, offset);
}

void unit_write(struct unit *u, uint32_t offset, unsigned bytes, uint64_t value)
{
	if (offset + bytes > UNIT_REGISTER_BYTES)
		return;
	switch (offset) {
	case VTD_GCMD:
		command(u, (uint32_t)value);
		return;
	case VTD_FSTS:
		fault_acknowledge(u, (uint32_t)value);
		break;
	case VTD_ICS: /* IWC is cleared by writing 1 */
		if (value & ICS_IWC && !sim_has(BUG_IWC_STAYS)) {
			unit_set32(u, offset, 0);
			unit_set32(u, VTD_IECTL, unit_get32(u, VTD_IECTL) & ~FECTL_IP);
		}
		return;
	case VTD_FECTL:
		fault_control(u, (uint32_t)value);
		break;
	case VTD_IECTL:
		queue_event_control(u, (uint32_t)value);
		return;
	case VTD_PRS:
		pages_acknowledge(u, (uint32_t)value);
		return;
	case VTD_PECTL:
		pages_event_control(u, (uint32_t)value);
		return;
	case VTD_PMEN:
		unit_set32(u, offset, value & PMEN_EPM ? PMEN_EPM | PMEN_PRS : 0);
		return;
	default:
		if (is_record(u, offset))
			fault_free(u, offset, (uint32_t)(bytes == 8 ? value >> 32 : value));
		if (is_read_only(u, offset))
			return;
		if (bytes == 8)
			unit_set64(u, offset, value);
		else
			unit_set32(u, offset, (uint32_t)value);
	}
	if (offset == VTD_CCMD && value & CCMD_ICC) {
		u->context_command = takes_commands(u);
		if (!u->context_command && !u->stuck)
			unit_set64(u, offset, value & ~CCMD_ICC);
	}
	if (offset == unit_iotlb_at(u) + IOTLB_REG && value & IOTLB_IVT) {
		u->iotlb_command = takes_commands(u);
		if (!u->iotlb_command && !u->stuck)
			unit_set64(u, offset, value & ~IOTLB_IVT);
	}
	unit_is_busy(u);
}

/* What was done, as CAIG and IAIG tell it. */
static uint64_t done(uint64_t asked)
{
	return sim_has(BUG_REGISTER_TOLD) ? 0 : asked;
}

/* Commands by register (sections 11.4.6.1 and 11.4.6.3). */
static bool registers_work(struct unit *u)
{
	uint32_t iotlb = unit_iotlb_at(u) + IOTLB_REG;
	uint64_t value;

	if (u->stuck || !(u->context_command || u->iotlb_command))
		return false;
	if (!sim_has(BUG_WBF_LOST))
		memory_drain_write_buffer(); /* section 6.8 */
	if (sim_has(BUG_REGISTER_EARLY)) {
		unit_set64(u, VTD_CCMD, unit_get64(u, VTD_CCMD) & ~CCMD_ICC);
		unit_set64(u, iotlb, unit_get64(u, iotlb) & ~IOTLB_IVT);
		unit_pause(20000);
	}
	if (u->context_command) {
		value = unit_get64(u, VTD_CCMD);
		u->context_command = false;
		if (!(sim_has(BUG_REGISTER_CONTEXT_LOST) && field_of(value, CCMD_CIRG) == 3))
			context_drop(u, (unsigned)field_of(value, CCMD_CIRG),
				     (uint16_t)field_of(value, CCMD_DID),
				     (uint16_t)field_of(value, CCMD_SID),
				     (unsigned)field_of(value, CCMD_FM));
		unit_set64(u, VTD_CCMD,
			   (value & ~(CCMD_ICC | field_mask(CCMD_CAIG))) |
				   field_bits(CCMD_CAIG, done(field_of(value, CCMD_CIRG))));
		return true;
	}
	value = unit_get64(u, iotlb);
	u->iotlb_command = false;
	if (!(sim_has(BUG_REGISTER_IOTLB_LOST) && field_of(value, IOTLB_IIRG) == 2) &&
	    !(sim_has(BUG_REGISTER_PAGE_LOST) && field_of(value, IOTLB_IIRG) == 3))
		iotlb_drop(u, (unsigned)field_of(value, IOTLB_IIRG),
			   (uint16_t)field_of(value, IOTLB_DID),
			   unit_get64(u, unit_iotlb_at(u)) & ~0xfffull,
			   unit_get64(u, unit_iotlb_at(u)) & 0x3f,
			   unit_get64(u, unit_iotlb_at(u)) & 0x40, value & IOTLB_DW);
	unit_set64(u, iotlb,
		   (value & ~(IOTLB_IVT | field_mask(IOTLB_IAIG))) |
			   field_bits(IOTLB_IAIG, done(field_of(value, IOTLB_IIRG))));
	return true;
}

bool unit_work(struct unit *u)
{
	bool any = fault_deliver(u);

	any |= registers_work(u);
	return queue_work(u) || any;
}
