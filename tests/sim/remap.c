/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an interrupt message to a vector and a processor, or to a posted-interrupt descriptor: chapter 5 of the
 * specification; and the interrupt entry cache (section 6.4).
 */
#include "tests/sim/sim.h"
#include "tests/sim/walk.h"
#include "vtd/entry.h"

#define NOT_REMAPPED 0x10000u /* an index that no entry has */
#define RARE	     256

/* Table 15. */
enum interrupt_reason {
	IR_REQUEST_RESERVED = 0x20,
	IR_INDEX = 0x21,
	IR_ABSENT = 0x22,
	IR_RESERVED = 0x24,
	IR_COMPATIBILITY = 0x25,
	IR_SOURCE = 0x26,
	IR_DESCRIPTOR = 0x28,
	IR_NOT_EXTENDED = 0x2a,
	IR_IS_OFF = 0x2b,
};

static bool is_rare(struct unit *u, enum sim_bug bug)
{
	return sim_has(bug) && ++u->count % RARE == 0;
}

static bool is_extended(const struct unit *u)
{
	return field_of(u->interrupt_table, IRTA_EIME);
}

/* Section 5.1.2.1: what a processor's APIC makes of it. */
static void pass(const struct request *r, struct unit_message *m)
{
	m->vector = (uint8_t)r->data;
	m->destination = (uint32_t)(r->at >> 12 & 0xff);
}

/* --- the cache --- */

/* Bits of an index that are used, where one of these faults is planted. */
static uint32_t index_mask(enum sim_bug eight, enum sim_bug twelve)
{
	return sim_has(eight) ? 0xff : sim_has(twelve) ? 0xfff : ~0u;
}

static bool find(struct unit *u, const struct request *r, uint64_t words[2])
{
	uint32_t mask = index_mask(BUG_IEC_TAG, BUG_IEC_TAG_TWELVE);

	for (unsigned i = 0; i < INTERRUPT_LINES; i++) {
		if (!u->interrupts[i].valid || (u->interrupts[i].index ^ r->index) & mask)
			continue;
		if (sim_chance(sim.forget))
			u->interrupts[i].valid = false;
		words[0] = u->interrupts[i].words[0];
		words[1] = u->interrupts[i].words[1];
		return u->interrupts[i].valid;
	}
	return false;
}

static void keep(struct unit *u, const struct request *r, const uint64_t words[2])
{
	unsigned k = u->next_interrupt++ % INTERRUPT_LINES;

	if (r->no_entry || !(sim.iec == 100 || sim_chance(sim.iec)))
		return;
	for (unsigned i = 0; i < INTERRUPT_LINES; i++)
		if (u->interrupts[i].valid && u->interrupts[i].index == r->index)
			k = i;
	u->interrupts[k].valid = true;
	u->interrupts[k].index = r->index;
	u->interrupts[k].words[0] = words[0];
	u->interrupts[k].words[1] = words[1];
}

void interrupts_drop(struct unit *u, bool by_index, uint32_t index, unsigned order)
{
	uint64_t before = u->arrivals;

	if ((by_index ? sim_has(BUG_IEC_LOST) : sim_has(BUG_IEC_GLOBAL_LOST)) ||
	    (sim_has(BUG_IEC_SOME) && ++u->count % 16 == 0))
		return;
	if (sim_has(BUG_IEC_INDEX))
		index &= 0xff;
	if (sim_has(BUG_IEC_MASK))
		order = 0;
	if (sim_has(BUG_IEC_MASK_FOUR) && order > 4)
		order = 4;
	/* Coarser is always permitted. */
	by_index = by_index && order < 16 && !sim_chance(sim.coarse);
	for (unsigned i = 0; i < INTERRUPT_LINES; i++)
		if (!by_index || !((u->interrupts[i].index ^ index) >> order))
			u->interrupts[i].valid = false;
	/* Those under way put nothing back, and are at their processor when this is done (section 6.5.5). */
	if (sim_has(BUG_IEC_EARLY))
		return;
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left))
		u->requests[unit_first_of(left)]->no_entry = true;
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request **r = &u->requests[unit_first_of(left)];

		while (*r && (*r)->is_interrupt && (*r)->number <= before &&
		       (!by_index || !(((*r)->index ^ index) >> order)))
			unit_wait();
	}
}

/* --- one interrupt --- */

static uint8_t find_index(const struct unit *u, struct request *r)
{
	uint32_t handle = (uint32_t)((r->at >> 5 & 0x7fff) | (r->at >> 2 & 1) << 15);
	bool has_subhandle = r->at >> 3 & 1;

	if (sim_has(BUG_HANDLE_TOP))
		handle &= 0x7fff;
	if (has_subhandle && r->data >> 16 && !sim_has(BUG_IR_MESSAGE))
		return IR_REQUEST_RESERVED;
	r->index = handle + (has_subhandle && !sim_has(BUG_SUBHANDLE) ? r->data & 0xffff : 0);
	if ((sim_has(BUG_IRT_LAST) && r->index + 1 == 2u << field_of(u->interrupt_table, IRTA_S)) ||
	    (sim_has(BUG_IRT_HALF) && r->index >> field_of(u->interrupt_table, IRTA_S)))
		return IR_INDEX;
	if (r->index >> (field_of(u->interrupt_table, IRTA_S) + 1) && !sim_has(BUG_IRT_SIZE))
		return IR_INDEX;
	return 0;
}

static void fetch(const struct unit *u, const struct request *r, uint64_t words[2])
{
	uint64_t at = walk_cut(u->interrupt_table & ~PAGE_MASK, BUG_IRT_CUT, 32) +
		      8 * IRTE_WORDS *
			      (uint64_t)(r->index & index_mask(BUG_IRTE_INDEX, BUG_IRTE_TWELVE));

	walk_fetch(at, IRTE_WORDS, words, sim.coherent, BUG_IRTE_HALVES);
}

static bool is_allowed(const struct request *r, const uint64_t *e)
{
	static const uint16_t compared[] = { 0xffff, 0xfffb, 0xfff9, 0xfff8 };
	uint16_t sid = (uint16_t)(e[1] & 0xffff);
	unsigned bus = r->source_id >> 8, sq = e[1] >> 16 & 3;

	if (sim_has(BUG_IRTE_SOURCE))
		return true;
	switch (e[1] >> 18 & 3) {
	case 1:
		return !((sid ^ r->source_id) & compared[sim_has(BUG_IRTE_QUALIFIER) ? 0 : sq]);
	case 2:
		return sim_has(BUG_IRTE_BUS) || (bus >= sid >> 8 && bus <= (sid & 0xff));
	}
	return true; /* 3 is reserved: see check() */
}

static bool is_reserved(const struct unit *u, const uint64_t *e)
{
	bool posted = e[0] >> 15 & 1;

	if (sim_has(BUG_IRTE_RESERVED))
		return false;
	if ((e[1] >> 18 & 3) == 3)
		return !sim_has(BUG_SVT_ANY);
	if (posted)
		return !field_of(unit_get64(u, VTD_CAP), CAP_PI) ||
		       e[0] & (0x3fffull << 24 | 3 << 12 | 0x3f << 2) || e[1] & 0xfffull << 20;
	if (e[0] & (0xffull << 24 | 7 << 12) || e[1] >> 20)
		return true;
	return !is_extended(u) && e[0] & (0xffffull << 48 | 0xffull << 32) &&
	       !sim_has(BUG_IRTE_DESTINATION_ANY);
}

/* 0, or the reason for which its entry refuses the interrupt. */
static uint8_t check(const struct unit *u, const struct request *r, const uint64_t *e, bool kept)
{
	if (!(e[0] & 1) && !sim_has(BUG_IRTE_P_IGNORED))
		return IR_ABSENT;
	if (!is_allowed(r, e) && !(kept && sim_has(BUG_IEC_SOURCE)))
		return IR_SOURCE;
	return is_reserved(u, e) ? IR_RESERVED : 0;
}

/* Section 5.2.3: all of it at once, whatever ECAP.C says. */
static uint8_t post(struct unit *u, struct unit_message *m, bool urgent)
{
	uint64_t pid[PID_WORDS], control;
	unsigned vector = m->vector;

	m->is_posted = true;
	for (unsigned i = 0; i < PID_WORDS; i += 2)
		memory_load(m->descriptor + 8 * i, 2, pid + i, true);
	if ((pid[4] & 0xff00fffc || pid[5] | pid[6] | pid[7]) && !sim_has(BUG_PID_RESERVED))
		return IR_DESCRIPTOR;
	if (is_rare(u, BUG_PID_LOST))
		return 0;
	vector += is_rare(u, BUG_PID_VECTOR);
	if (sim_has(BUG_PID_BIT))
		vector &= 0x7f;
	do
		memory_load(m->descriptor + 8 * (vector / 64), 1, pid, true);
	while (!(pid[0] & 1ull << vector % 64) &&
	       !memory_set_bits(m->descriptor + 8 * (vector / 64), pid[0], 1ull << vector % 64));
	memory_load(m->descriptor + 32, 1, &control, true);
	if (control & 1 && !sim_has(BUG_PID_ON))
		return 0;
	if ((control & 2 && (!urgent || sim_has(BUG_PID_URGENT)) && !sim_has(BUG_PID_SN)) ||
	    (!sim_has(BUG_PID_ON_CLEAR) && !memory_set_bits(m->descriptor + 32, control, 1)))
		return 0;
	/* A notification is an interrupt of its own. */
	m->is_posted = false;
	m->vector = (uint8_t)(control >> 16);
	m->destination = (uint32_t)(control >> (is_extended(u) ? 32 : 40));
	if (!is_extended(u))
		m->destination &= 0xff;
	return 0;
}

static void spoil(struct unit *u, struct unit_message *m)
{
	if (!u->first_destination)
		u->first_destination = m->destination;
	if (sim_has(BUG_INTERRUPT_ONE_PLACE))
		m->destination = u->first_destination;
	if (is_rare(u, BUG_INTERRUPT_ASTRAY))
		m->destination ^= 2;
	if (is_rare(u, BUG_INTERRUPT_VECTOR))
		m->vector++;
}

static uint8_t by_entry(struct unit *u, struct request *r, const uint64_t *e,
			struct unit_message *m)
{
	bool extended = is_extended(u) != sim_has(BUG_IRTE_DESTINATION);

	m->vector = (uint8_t)(e[0] >> 16);
	if (e[0] >> 15 & 1) {
		m->descriptor = walk_cut(e[0] >> 38 << 6 | e[1] >> 32 << 32, BUG_PID_CUT, 32);
		return post(u, m, e[0] >> 14 & 1);
	}
	m->destination = extended ? (uint32_t)(e[0] >> 32) : (uint32_t)(e[0] >> 40 & 0xff);
	spoil(u, m);
	(void)r;
	return 0;
}

static uint8_t remap(struct unit *u, struct request *r, struct unit_message *m)
{
	uint64_t e[IRTE_WORDS];
	uint8_t reason = find_index(u, r);

	if (reason)
		return reason;
	if (!find(u, r, e)) {
		fetch(u, r, e);
		unit_pause(sim.use_ns);
		reason = check(u, r, e, false);
		/* What refuses an interrupt is kept in caching mode alone (section 6.4). */
		if (!reason || sim.cm || (sim_has(BUG_IEC_ABSENT) && reason == IR_ABSENT))
			keep(u, r, e);
	} else {
		reason = check(u, r, e, true);
	}
	r->suppress_faults = (e[0] & 2) && !sim_has(BUG_IRTE_FPD);
	return reason ? reason : by_entry(u, r, e, m);
}

/* Section 5.1.4: of one in compatibility format. */
static bool is_blocked(struct unit *u)
{
	bool passes = unit_get32(u, VTD_GSTS) & GCMD_CFI;

	u->was_compatible |= passes;
	passes |= sim_has(BUG_CFI_STAYS) && u->was_compatible;
	passes &= !sim_has(BUG_CFI_IGNORED) && !is_extended(u);
	return !passes && !sim_has(BUG_IR_COMPATIBILITY);
}

uint8_t unit_remap(struct unit *u, struct request *r, struct unit_message *m)
{
	uint32_t status = unit_get32(u, VTD_GSTS);
	bool is_remappable = r->at >> 4 & 1;
	uint8_t reason;

	if (sim_has(BUG_SIRTP_LATE))
		unit_set_late(u);
	if (sim_has(BUG_IRTA_UNLATCHED))
		u->interrupt_table = unit_get64(u, VTD_IRTA);
	*m = (struct unit_message){ 0 };
	r->index = NOT_REMAPPED;
	u->was_remapping |= (status & GCMD_IRE) != 0;
	if (!(status & GCMD_IRE || (sim_has(BUG_IRE_STAYS) && u->was_remapping)) ||
	    (u->remaps_from && unit_now() < u->remaps_from)) {
		pass(r, m);
		reason = field_of(unit_get64(u, VTD_ECAP), ECAP_IRREQ) ? IR_IS_OFF : 0;
	} else if (field_of(unit_get64(u, VTD_ECAP), ECAP_EIMER) && !is_extended(u)) {
		reason = IR_NOT_EXTENDED;
	} else if (is_remappable) {
		reason = remap(u, r, m);
	} else {
		reason = is_blocked(u) ? IR_COMPATIBILITY : 0;
		pass(r, m);
	}
	if (reason && !r->is_prefetch && !r->suppress_faults)
		fault_record(u, r, reason);
	return reason;
}
