/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check interrupts: each bit of an index counts, for an interrupt and for an invalidation. */
#include "tests/litmus/interrupt_index.h"
#include "kernel/lib/format.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "vtd/entry.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"

/* The device's interrupts go by this entry of the table; the target's own is absent. */
static const char *lead_to(struct bench *b, uint64_t *entry, uint16_t index)
{
	b->target->index = index;
	bench_store(b, entry + 1, b->target->state[0][0][1]);
	bench_store(b, entry, b->target->state[0][0][0]);
	if (vtd_flush_write_buffer(b->unit) != VTD_OK ||
	    vtd_invalidate_interrupts_all(b->unit) != VTD_OK)
		return "the queue stopped";
	return interrupt_open(b);
}

static const char *try_index(struct bench *b, struct tally *t, unsigned bit)
{
	static char text[320];
	uint16_t index = (uint16_t)(b->target->index ^ 1u << bit);
	uint64_t *entry = b->target->table + (uint64_t)IRTE_WORDS * index;
	enum outcome there = OUTCOME_LOST, gone = OUTCOME_NOT_PRESENT;

	t->stopped = lead_to(b, entry, index);
	if (!t->stopped)
		there = engine_once(b, t);
	bench_store(b, entry, 0);
	if (!t->stopped && (vtd_flush_write_buffer(b->unit) != VTD_OK ||
			    vtd_invalidate_interrupts(b->unit, index, 0) != VTD_OK))
		t->stopped = "the queue stopped";
	if (!t->stopped)
		gone = engine_once(b, t);
	bench_store(b, entry + 1, 0);
	if (t->stopped)
		return t->stopped;
	if (there != (enum outcome)b->target->expects[0])
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte, index 0x%x: an interrupt came to \"%s\", and not where that entry leads: bit %u of an index is not used to find the entry (section 5.1.4)",
			index, target_outcome_name(b->target, there), bit);
	else if (gone == (enum outcome)b->target->expects[0])
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte, index 0x%x: its entry went away and was invalidated by index, and the next interrupt still went by it, though so it is not by smaller ones: bit %u of the index is not compared (section 6.5.2.8)",
			index, bit);
	else
		return NULL;
	return text;
}

const char *interrupt_index_find(struct bench *b, struct tally *t)
{
	static const uint64_t absent[IRTE_WORDS];
	uint16_t own = b->target->index;
	const char *problem = NULL, *reopened;

	if (!engine_put(b, absent, t))
		return t->stopped;
	for (unsigned bit = 0; 1u << bit < VTD_INTERRUPT_ENTRIES && !problem; bit++) {
		problem = try_index(b, t, bit);
		b->target->index = own;
	}
	reopened = interrupt_open(b);
	if (!problem && reopened)
		problem = t->stopped = reopened;
	return problem;
}
