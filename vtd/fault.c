/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault recording registers: read, cleared, checked; the fault event. */
#include "vtd/fault.h"
#include "vtd/regs.h"

#include <stddef.h>

struct vtd_fault vtd_fault_decode(uint64_t low, uint64_t high)
{
	uint8_t reason = (uint8_t)field_of(high, FRCD_FR);
	bool is_interrupt = vtd_fault_is_of_interrupt(reason);

	return (struct vtd_fault){
		.raw = { low, high },
		.address = is_interrupt ? 0 : low & ~0xfffull,
		.index = is_interrupt ? (uint16_t)field_of(low, FRCD_INDEX) : 0,
		.source_id = (uint16_t)field_of(high, FRCD_SID),
		.reason = reason,
		.type = (uint8_t)(field_of(high, FRCD_T1) << 1 | field_of(high, FRCD_T2)),
		.address_type = (uint8_t)field_of(high, FRCD_AT),
		.execute = field_of(high, FRCD_EXE),
		.privileged = field_of(high, FRCD_PRIV),
		.has_pasid = field_of(high, FRCD_PP),
		.pasid = (uint32_t)field_of(high, FRCD_PV),
	};
}

static uint32_t record_offset(const struct vtd_unit *unit, unsigned index)
{
	return (uint32_t)(field_of(unit->cap, CAP_FRO) + index) * 16;
}

unsigned vtd_fault_read(struct vtd_unit *unit, struct vtd_fault *out, unsigned room, bool *overflow)
{
	unsigned records = (unsigned)field_of(unit->cap, CAP_NFR) + 1;
	uint32_t status = vtd_read32(unit, VTD_FSTS);
	unsigned first = (unsigned)field_of(status, FSTS_FRI), taken = 0;

	*overflow = status & FSTS_PFO;
	if (!(status & (FSTS_PPF | FSTS_PFO)))
		return 0;
	/*
	 * FRI is where the first record was when PPF was set: that one may have been
	 * taken before, and others behind it not.
	 */
	for (unsigned i = 0; taken < room && i < records; i++) {
		uint32_t at = record_offset(unit, (first + i) % records);
		uint64_t high = vtd_read64(unit, at + 8);

		if (!field_of(high, FRCD_F)) {
			if (taken)
				break;
			continue;
		}
		out[taken++] = vtd_fault_decode(vtd_read64(unit, at), high);
		/* F is cleared by writing it: only then may the unit use the register again. */
		vtd_write32(unit, at + 12, 1u << 31);
	}
	if (*overflow)
		vtd_write32(unit, VTD_FSTS, FSTS_PFO);
	return taken;
}

bool vtd_fault_agrees(const struct vtd_unit *unit, bool untouched)
{
	unsigned records = (unsigned)field_of(unit->cap, CAP_NFR) + 1, set = 0;
	uint32_t status = vtd_read32(unit, VTD_FSTS);
	unsigned first = (unsigned)field_of(status, FSTS_FRI);
	bool is_first_set = false;

	for (unsigned i = 0; i < records; i++) {
		bool f = vtd_read32(unit, record_offset(unit, i) + 12) >> 31;

		set += f;
		is_first_set |= f && i == first;
	}
	return !(status & FSTS_PPF) == !set && (!set || !untouched || is_first_set);
}

unsigned vtd_fault_pending(const struct vtd_unit *unit)
{
	unsigned records = (unsigned)field_of(unit->cap, CAP_NFR) + 1, set = 0;

	for (unsigned i = 0; i < records; i++)
		set += vtd_read32(unit, record_offset(unit, i) + 12) >> 31;
	return set;
}

bool vtd_fault_overflowed(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_FSTS) & FSTS_PFO;
}

unsigned vtd_fault_first(const struct vtd_unit *unit)
{
	return (unsigned)field_of(vtd_read32(unit, VTD_FSTS), FSTS_FRI);
}

void vtd_fault_clear_overflow(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_FSTS, FSTS_PFO);
}

bool vtd_fault_event_pending(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_FECTL) & FECTL_IP;
}

void vtd_fault_clear(struct vtd_unit *unit)
{
	unsigned records = (unsigned)field_of(unit->cap, CAP_NFR) + 1;

	for (unsigned i = 0; i < records; i++) {
		uint32_t at = record_offset(unit, i) + 12;

		if (vtd_read32(unit, at) & 1u << 31)
			vtd_write32(unit, at, 1u << 31);
	}
	vtd_write32(unit, VTD_FSTS,
		    vtd_read32(unit, VTD_FSTS) & (FSTS_PFO | FSTS_ITE | FSTS_ICE | FSTS_IQE));
}

void vtd_fault_interrupt(struct vtd_unit *unit, bool on, uint8_t apic_id, uint8_t vector)
{
	vtd_write32(unit, VTD_FECTL, FECTL_IM);
	if (!on)
		return;
	vtd_write32(unit, VTD_FEDATA, vector);
	vtd_write32(unit, VTD_FEADDR, MESSAGE_ADDRESS | (uint32_t)apic_id << MESSAGE_APIC_ID_SHIFT);
	vtd_write32(unit, VTD_FEUADDR, 0);
	vtd_write32(unit, VTD_FECTL, 0);
}
