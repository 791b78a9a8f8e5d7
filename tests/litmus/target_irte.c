/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt-remapping entries as a target: three pairs of states, and what became of an interrupt. */
#include "kernel/interrupts.h"
#include "kernel/memory.h"
#include "tests/litmus/building.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"

#define INDEX 0x25 /* not the first: its bits count */

/* Which states let the device under test have their interrupt, by phase. */
static const bool lets[TARGET_PHASES][2] = { { true, false }, { false, true }, { false, false } };

#define ABSENT_PHASE 2 /* in which state A is absent */

/* Word 1: who may. Those that refuse do so by another device, or by another bus. */
static void set_requester(const struct target *t, uint64_t *entry, unsigned phase, unsigned s)
{
	unsigned other_bus = t->source_id >> 8 ^ 0xff;
	bool by_bus = phase == ABSENT_PHASE;

	field_set(entry, IRTE_SVT, by_bus ? SVT_BUS : SVT_ID);
	field_set(entry, IRTE_SID,
		  by_bus	   ? other_bus << 8 | other_bus
		  : lets[phase][s] ? t->source_id
				   : t->source_id ^ 0xf8u);
}

/* Two tables, in which the entry lets the device have the vector of A, or of B; and one without it. */
static void build_tables(struct building *b)
{
	struct target *t = b->target;

	t->pages = 0;
	t->domain[0] = t->domain[1] = 0;
	t->vector[0] = INTERRUPT_VECTOR_A;
	t->vector[1] = INTERRUPT_VECTOR_B;
	t->encoding = "the vector that its table says; one word, which cannot tear";
	t->index = INDEX;
	t->entry = building_pages(b, 1);
	t->table = building_pages(b, 1);
	if (b->exhausted)
		return;
	t->empty = vtd_interrupts_register(t->table, false);
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *table = building_pages(b, 1), *entry = table + IRTE_WORDS * INDEX;

		if (!table)
			return;
		field_set(entry, IRTE_P, 1);
		field_set(entry, IRTE_V, t->vector[s]);
		field_set(entry, IRTE_SVT, SVT_ID);
		field_set(entry, IRTE_SID, t->source_id);
		t->state[0][s][0] = vtd_interrupts_register(table, false);
	}
}

void building_interrupt(struct building *b)
{
	struct target *t = b->target;

	if (target_is_pointer(t)) {
		build_tables(b);
		return;
	}
	t->phases = TARGET_PHASES;
	t->pages = 0;
	t->posted = t->id == TARGET_IRTE_POSTED;
	t->domain[0] = t->domain[1] = 0;
	t->vector[0] = INTERRUPT_VECTOR_A;
	t->vector[1] = INTERRUPT_VECTOR_B;
	t->encoding = t->posted ? "the descriptor of a state that refuses the device, written to"
				: "the vector of a state that refuses the device, where it comes";
	t->index = INDEX;
	t->table = building_pages(b, VTD_INTERRUPT_PAGES);
	/* Below 4 GiB: an entry without its high half must lead to memory of ours, too. */
	for (unsigned s = 0; s < 2 && t->posted; s++)
		t->descriptor[s] = memory_alloc_window(1);
	b->exhausted |= t->posted && (!t->descriptor[0] || !t->descriptor[1]);
	if (b->exhausted)
		return;
	t->entry = t->table + IRTE_WORDS * INDEX;
	for (unsigned phase = 0; phase < TARGET_PHASES; phase++)
		for (unsigned s = 0; s < 2; s++) {
			uint64_t *entry = t->state[phase][s];

			if (phase == ABSENT_PHASE && !s)
				continue;
			field_set(entry, IRTE_P, 1);
			field_set(entry, IRTE_V, t->vector[s]);
			set_requester(t, entry, phase, s);
			if (!t->posted)
				continue;
			field_set(entry, IRTE_IM, 1);
			field_set(entry, IRTE_PDAL, (uint64_t)t->descriptor[s] >> 6);
			field_set(entry, IRTE_PDAH, (uint64_t)t->descriptor[s] >> 32);
		}
}

/* The entry of our index in the table that a register's value points to. */
static uint64_t *entry_by(uint64_t value)
{
	return (uint64_t *)(value & ~(PAGE_SIZE - 1)) + IRTE_WORDS * INDEX;
}

static void set_destination_in_tables(struct target *t, uint32_t apic_id)
{
	t->empty = vtd_interrupts_register(t->table, t->x2apic);
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *entry = entry_by(t->state[0][s][0]);

		field_set(entry, t->x2apic ? IRTE_DST : IRTE_DST_8, apic_id);
		vtd_flush(t->unit, entry, IRTE_WORDS * sizeof(*entry));
		t->state[0][s][0] = vtd_interrupts_register(entry - IRTE_WORDS * INDEX, t->x2apic);
	}
}

void target_set_destination(struct target *t, uint32_t apic_id, bool x2apic)
{
	t->x2apic = x2apic;
	if (target_is_pointer(t)) {
		set_destination_in_tables(t, apic_id);
		return;
	}
	for (unsigned phase = 0; phase < TARGET_PHASES && !t->posted; phase++)
		for (unsigned s = 0; s < 2; s++)
			if (t->state[phase][s][0])
				field_set(t->state[phase][s], x2apic ? IRTE_DST : IRTE_DST_8,
					  apic_id);
}

enum outcome target_interrupt_outcome(const struct target *t, unsigned phase, unsigned whose)
{
	if (target_is_pointer(t) || lets[phase][whose])
		return whose ? OUTCOME_B : OUTCOME_A;
	return whose ? OUTCOME_MIXTURE_2 : OUTCOME_MIXTURE_1;
}

void target_read_interrupt(struct target_reading *r, const uint64_t *entry,
			   struct model_meaning *out)
{
	const struct target *t = r->target;
	struct vtd_interrupt i;

	if (target_is_pointer(t))
		entry = entry_by(target_register(t, entry[0]));
	i = vtd_interrupt_by(t->unit, entry, t->source_id, t->x2apic);

	*out = (struct model_meaning){ .outcome = OUTCOME_FAULT,
				       .good = !i.reason,
				       .stage = STAGE_NONE };
	if (i.reason) {
		out->outcome = (uint8_t)target_fault_outcome(t, i.reason);
		if (t->refusals_unrecorded)
			out->outcome = OUTCOME_NOT_PRESENT;
		return;
	}
	for (unsigned s = 0; s < 2; s++)
		if (i.is_posted == t->posted && i.vector == t->vector[s] &&
		    (!t->posted || i.descriptor == (uint64_t)t->descriptor[s]))
			out->outcome = (uint8_t)target_interrupt_outcome(t, r->phase, s);
}

void target_clear_descriptors(const struct target *t)
{
	/* Without notifications: what is posted is seen in the descriptor alone. */
	for (unsigned s = 0; s < 2; s++)
		for (unsigned i = 0; i < PID_WORDS; i++)
			t->descriptor[s][i] = i == 4 ? field_bits(PID_SN, 1) : 0;
}

unsigned target_posted(const struct target *t)
{
	unsigned posted = 0;

	for (unsigned s = 0; s < 2; s++)
		for (unsigned i = 0; i < 4; i++) {
			uint64_t pir = t->descriptor[s][i], bit = 1ull << t->vector[s] % 64;

			if (pir)
				posted |= i == t->vector[s] / 64u && pir == bit
						  ? 1u << s
						  : TARGET_POSTED_WRONG;
		}
	return posted;
}

const char *target_interrupt_meaning(const struct target *t, unsigned outcome)
{
	static const char *const remapped[OUTCOME_COUNT] = {
		[OUTCOME_A] = "state A: its vector",
		[OUTCOME_B] = "state B: its vector",
		[OUTCOME_MIXTURE_1] = "vector of A, which refuses this device",
		[OUTCOME_MIXTURE_2] = "vector of B, which refuses this device",
		[OUTCOME_NOT_PRESENT] = "refused: not present",
		[OUTCOME_FAULT] = "refused for another reason: its source-id",
		[OUTCOME_BOTH] = "more than one interrupt, or one at another processor",
		[OUTCOME_LOST] = "sent by the device, came to no vector, no fault",
		[OUTCOME_SILENT] = "not sent by the device in time",
	};
	static const char *const posted[OUTCOME_PAGES] = {
		[OUTCOME_A] = "state A: posted to its descriptor",
		[OUTCOME_B] = "state B: posted to its descriptor",
		[OUTCOME_MIXTURE_1] = "posted to the descriptor of A, which refuses this device",
		[OUTCOME_MIXTURE_2] = "posted to the descriptor of B, which refuses this device",
	};

	if (outcome == OUTCOME_NOT_PRESENT && t->refusals_unrecorded)
		return "refused (this unit does not record why)";
	return t->posted && outcome < OUTCOME_PAGES ? posted[outcome] : remapped[outcome];
}
