/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault recording and the fault event: sections 7.2 and 7.3. */
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"

#define F_HIGH	     (1u << 31) /* F, in the upper 32 bits of a record's upper half */
#define FSTS_CLEARED (FSTS_PFO | FSTS_IQE | FSTS_ICE | FSTS_ITE) /* by writing 1 */
#define FSTS_PENDING (FSTS_CLEARED | FSTS_PPF)
#define FRCD_EXE     FIELD(30, 30)
#define FRCD_PRIV    FIELD(29, 29)

static bool is_pending(const struct unit *u, unsigned index)
{
	return unit_get32(u, unit_record_at(u, index) + 12) & F_HIGH;
}

void fault_event(struct unit *u)
{
	uint32_t control = unit_get32(u, VTD_FECTL) | FECTL_IP;

	if (!(control & FECTL_IM) || sim_has(BUG_FAULT_MASK)) {
		if (!sim_has(BUG_FAULT_IP_SENT))
			control &= ~FECTL_IP;
		if (!sim_has(BUG_FAULT_EVENT_LOST))
			unit_interrupts(u,
					unit_get32(u, VTD_FEADDR) |
						(uint64_t)unit_get32(u, VTD_FEUADDR) << 32,
					unit_get32(u, VTD_FEDATA));
	}
	unit_set32(u, VTD_FECTL, control);
}

/* Set bits of FSTS; an event if none was set before. */
static void set_status(struct unit *u, uint32_t bits)
{
	uint32_t before = unit_get32(u, VTD_FSTS);

	unit_set32(u, VTD_FSTS, before | bits);
	if ((!(before & FSTS_PENDING) || sim_has(BUG_FAULT_EVENT_AGAIN)) && bits & FSTS_PENDING)
		fault_event(u);
}

/* PPF is the OR of all F fields; FRI is where the first was when PPF was set. */
static void summarise(struct unit *u)
{
	uint32_t status = unit_get32(u, VTD_FSTS);
	bool any = false;

	for (unsigned i = 0; i < unit_records(u) && !any; i++)
		any = is_pending(u, i);
	if (!any)
		unit_set32(u, VTD_FSTS, status & ~FSTS_PPF);
	if (!(unit_get32(u, VTD_FSTS) & FSTS_PENDING) && !sim_has(BUG_FAULT_IP_STAYS))
		unit_set32(u, VTD_FECTL, unit_get32(u, VTD_FECTL) & ~FECTL_IP);
}

static void free_all(struct unit *u)
{
	for (unsigned i = 0; i < unit_records(u); i++) {
		uint32_t at = unit_record_at(u, i) + 12;

		unit_set32(u, at, unit_get32(u, at) & ~F_HIGH);
	}
}

void fault_free(struct unit *u, uint32_t offset, uint32_t value)
{
	/* The upper half by 8 bytes, or its upper half by 4. */
	uint32_t at = offset % 16 == 8 ? offset + 4 : offset;

	if (at % 16 != 12 || !(value & F_HIGH))
		return;
	if (!sim_has(BUG_FAULT_F_STAYS) || sim_random(10))
		unit_set32(u, at, unit_get32(u, at) & ~F_HIGH);
	if (sim_has(BUG_FAULT_CLEARS))
		free_all(u);
	summarise(u);
}

void fault_acknowledge(struct unit *u, uint32_t value)
{
	uint32_t clear = value & FSTS_CLEARED;

	if (sim_has(BUG_STATUS_CLEARS) && clear)
		clear = FSTS_CLEARED;
	if (sim_has(BUG_PFO_FREES) && clear & FSTS_PFO)
		free_all(u);
	if (sim_has(BUG_PFO_INDEX) && clear & FSTS_PFO & unit_get32(u, VTD_FSTS))
		u->next_record = 0;
	if (sim_has(BUG_FAULT_OVERFLOW_STAYS))
		clear &= ~FSTS_PFO;
	unit_set32(u, VTD_FSTS, unit_get32(u, VTD_FSTS) & ~clear);
	summarise(u);
}

void fault_control(struct unit *u, uint32_t value)
{
	uint32_t before = unit_get32(u, VTD_FECTL);

	unit_set32(u, VTD_FECTL, (value & FECTL_IM) | (before & FECTL_IP));
	if (!(value & FECTL_IM) && before & FECTL_IP && !sim_has(BUG_FAULT_EVENT_HELD))
		fault_event(u);
}

static void put(struct unit *u, uint64_t low, uint64_t high)
{
	uint32_t at = unit_record_at(u, u->next_record);
	bool first = !(unit_get32(u, VTD_FSTS) & FSTS_PPF);
	unsigned named = u->next_record;

	if (sim_has(BUG_FAULT_F_EARLY)) {
		unit_set32(u, at + 12, F_HIGH);
		set_status(u, FSTS_PPF);
		unit_pause(2000);
	}
	unit_set64(u, at, low);
	unit_set64(u, at + 8, high);
	if (sim_has(BUG_FAULT_FRI))
		named = (named + 1) % unit_records(u);
	if (first)
		unit_set32(u, VTD_FSTS,
			   (unit_get32(u, VTD_FSTS) & ~(uint32_t)field_mask(FSTS_FRI)) |
				   (uint32_t)field_bits(FSTS_FRI, named));
	u->next_record = (u->next_record + 1) %
			 (unit_records(u) - (sim_has(BUG_FAULT_RING) && unit_records(u) > 1));
	if (!sim_has(BUG_FAULT_PPF) || ++u->count % 5)
		set_status(u, FSTS_PPF);
}

/* Of a write that a second-stage entry does not allow. */
static bool is_denial(uint64_t reason)
{
	return reason == 0x05 || reason == 0x79 || reason == 0x85;
}

static void record(struct unit *u, uint64_t low, uint64_t high)
{
	if (unit_get32(u, VTD_FSTS) & FSTS_PFO)
		return;
	if (sim_has(BUG_FAULT_DEAD) && u->overflowed)
		return;
	if ((sim_has(BUG_FAULT_LOST) && ++u->count % 5 == 0) ||
	    (sim_has(BUG_FAULT_LOST_RARE) && ++u->count % 1024 == 0) ||
	    (sim_has(BUG_FAULT_LOST_REASON) && is_denial(field_of(high, FRCD_FR))) ||
	    (sim_has(BUG_FAULT_LOST_DEVICE) && !(field_of(high, FRCD_SID) >> 3 & 1)))
		return;
	if (sim_has(BUG_FAULT_OVERFLOW_EARLY) && ++u->count % 16 == 0) {
		set_status(u, FSTS_PFO);
		return;
	}
	for (unsigned i = 0; sim.compress && i < unit_records(u); i++)
		if (is_pending(u, i) && field_of(unit_get64(u, unit_record_at(u, i) + 8),
						 FRCD_SID) == field_of(high, FRCD_SID))
			return;
	if (is_pending(u, u->next_record) && !sim_has(BUG_FAULT_OVERWRITES)) {
		if (!sim_has(BUG_FAULT_NO_OVERFLOW))
			set_status(u, FSTS_PFO);
		u->overflowed = true;
		return;
	}
	put(u, low, high);
	if (sim_has(BUG_FAULT_TWICE) && !is_pending(u, u->next_record))
		put(u, low, high);
}

void fault_suppress(struct unit *u)
{
	if (sim_has(BUG_FPD_OVERFLOWS) && is_pending(u, u->next_record))
		set_status(u, FSTS_PFO);
}

/* Of another device's request that is under way; this one, where there is none. */
static uint16_t another_source(const struct unit *u, uint16_t source_id)
{
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		const struct request *r = u->requests[unit_first_of(left)];

		if (r->source_id != source_id)
			return r->source_id;
	}
	return source_id;
}

/* What silicon could write wrongly into a record. */
static void spoil(const struct unit *u, uint64_t *low, uint64_t *high)
{
	struct vtd_field flipped = { 0, 0 };

	switch ((int)sim.bug) {
	case BUG_FAULT_ADDRESS_OLD:
		*low = u->last_address ? u->last_address : *low;
		break;
	case BUG_FAULT_ADDRESS:
		*low += 4096;
		break;
	case BUG_FAULT_CUT:
		*low &= 0xffffffff;
		break;
	case BUG_FAULT_READ:
		*high &= ~field_mask(FRCD_T1);
		break;
	case BUG_FAULT_SOURCE_OLD:
		*high = (*high & ~field_mask(FRCD_SID)) | field_bits(FRCD_SID, u->last_source);
		break;
	case BUG_FAULT_SOURCE_CROSSED:
		*high = (*high & ~field_mask(FRCD_SID)) |
			field_bits(FRCD_SID, another_source(u, (uint16_t)*high));
		break;
	case BUG_FAULT_SOURCE:
		flipped = FIELD(0, 0);
		break;
	case BUG_FAULT_REASON:
		*high = (*high & ~field_mask(FRCD_FR)) | field_bits(FRCD_FR, 0x05);
		break;
	case BUG_FAULT_REASON_SOME:
		if (u->arrivals % 16 == 0)
			*high = (*high & ~field_mask(FRCD_FR)) |
				field_bits(FRCD_FR, unit_is_scalable(u) ? 0x5a : 0x0b);
		break;
	case BUG_FAULT_TYPE:
		flipped = FRCD_T1;
		break;
	case BUG_FAULT_TYPE_2:
		flipped = FRCD_T2;
		break;
	case BUG_FAULT_AT:
		flipped = FIELD(61, 61);
		break;
	case BUG_FAULT_PP:
		flipped = FRCD_PP;
		break;
	case BUG_FAULT_PASID:
		flipped = FIELD(40, 40);
		break;
	case BUG_FAULT_PRIV:
		flipped = FRCD_PRIV;
		break;
	case BUG_FAULT_EXE:
		flipped = FRCD_EXE;
		break;
	}
	if (flipped.high || sim_has(BUG_FAULT_SOURCE))
		*high ^= field_mask(flipped);
}

/* Section 11.4.7.6: its index; of one in compatibility format nothing. */
static uint64_t interrupt_information(const struct request *r, uint8_t reason)
{
	if (reason == 0x25)
		return 0;
	return (uint64_t)(r->index + (sim_has(BUG_INTERRUPT_INDEX) ? 1 : 0)) << 48;
}

void fault_record(struct unit *u, const struct request *r, uint8_t reason)
{
	/* T1, T2: 0 write, 2 read (section 11.4.7.6); a translation request is a read. */
	bool is_read = r->access == ACCESS_READ || r->access == ACCESS_TRANSLATION;
	uint64_t low = r->is_interrupt ? interrupt_information(r, reason) : r->at & ~0xfffull;
	uint64_t high = field_bits(FRCD_F, 1) | field_bits(FRCD_T1, is_read) |
			field_bits(FRCD_FR, reason) | field_bits(FRCD_SID, r->source_id) |
			field_bits(FRCD_PP, r->has_pasid);
	struct unit_fault *late = &u->late[(u->late_first + u->late_count) % LATE_FAULTS];

	if (r->is_interrupt && (sim_has(BUG_INTERRUPT_SILENT) ||
				(sim_has(BUG_INTERRUPT_SOME) && ++u->count % 64 == 0)))
		return;
	if (r->is_interrupt && sim_has(BUG_INTERRUPT_REASON))
		high = (high & ~field_mask(FRCD_FR)) | field_bits(FRCD_FR, 0x22);
	/* 01b: a page request. */
	high |= field_bits(FRCD_T2, r->access == ACCESS_PAGE);
	high |= field_bits(FRCD_AT, r->access == ACCESS_TRANSLATION  ? 1
				    : r->access == ACCESS_TRANSLATED ? 2
								     : 0);
	if (r->has_pasid)
		high |= field_bits(FRCD_PV, r->pasid);
	u->last_source = u->last_source ? u->last_source : r->source_id;
	spoil(u, &low, &high);
	u->last_source = r->source_id;
	u->last_address = r->at & ~0xfffull;
	/* Records come in order, each after a time of its own. */
	if (u->late_count == LATE_FAULTS || !sim.late_ns || !sim_by_turns) {
		while (u->late_count)
			u->late[u->late_first].due = 0, fault_deliver(u);
		record(u, low, high);
		return;
	}
	u->late_count++;
	*late = (struct unit_fault){ unit_now() + sim_random(sim.late_ns), low, high };
	unit_is_busy(u);
}

bool fault_deliver(struct unit *u)
{
	struct unit_fault *late = &u->late[u->late_first];

	if (!u->late_count || late->due > unit_now())
		return u->late_count; /* somebody must look again */
	u->late_first = (u->late_first + 1) % LATE_FAULTS;
	u->late_count--;
	record(u, late->low, late->high);
	return true;
}
