/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check interrupts: each bit of an index counts, for an interrupt and for an invalidation. */
#include "tests/litmus/interrupt_index.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define LARGEST_S     15 /* IRTA.S of the largest table that there is */
#define LARGEST_BITS  (LARGEST_S + 1)
#define LARGEST_BYTES ((1ull << LARGEST_BITS) * IRTE_WORDS * sizeof(uint64_t))

/* The device's message names this entry, and its fault records must. */
static const char *name(struct bench *b, uint16_t index, uint16_t subhandle)
{
	b->target->index = index;
	bench_set_requester(b, b->target->address);
	return subhandle ? interrupt_open_by_subhandle(b, subhandle) : interrupt_open(b);
}

/* The device's interrupts go by this entry of the table; the target's own is absent. */
static const char *lead_to(struct bench *b, uint64_t *entry, uint16_t index, uint16_t subhandle)
{
	bench_store(b, entry + 1, b->target->state[0][0][1]);
	bench_store(b, entry, b->target->state[0][0][0]);
	if (vtd_flush_write_buffer(b->unit) != VTD_OK ||
	    vtd_invalidate_interrupts_all(b->unit) != VTD_OK)
		return "the queue stopped";
	return name(b, index, subhandle);
}

/* How a device names an entry. */
struct message {
	uint16_t index;
	uint16_t subhandle; /* 0: SHV clear */
	const char *what;   /* is wrong where its entry is not found */
};

/* The one that it has just used is kept; the target's own is absent, and nothing was invalidated. */
static bool own_comes(struct bench *b, uint16_t own, const struct message *m, struct tally *t)
{
	enum outcome outcome = OUTCOME_LOST;

	t->stopped = name(b, own, 0);
	if (!t->stopped)
		outcome = engine_once(b, t);
	if (!t->stopped)
		t->stopped = name(b, m->index, m->subhandle);
	/* Kept again. */
	if (!t->stopped)
		engine_once(b, t);
	return outcome == (enum outcome)b->target->expects[0];
}

static const char *tell(const struct bench *b, const struct message *m, enum outcome there,
			uint8_t reason)
{
	static char text[400];

	format_text(
		text, sizeof(text),
		OUTSIDE
		"target irte, index 0x%x, subhandle 0x%x: an interrupt came to \"%s\" (fault reason 0x%x), and not where that entry leads: %s (sections 5.1.3, 5.1.4, 11.4.10)",
		m->index, m->subhandle, target_outcome_name(b->target, there), reason,
		reason == FAULT_IRTE_BEYOND_TABLE
			? "it is taken for one beyond the table, which IRTA.S says has more"
			: m->what);
	return text;
}

static const char *try_index(struct bench *b, struct tally *t, uint64_t *table,
			     const struct message *m)
{
	static char text[400];
	uint16_t own = b->target->index;
	uint64_t *entry = table + (uint64_t)IRTE_WORDS * m->index;
	enum outcome there = OUTCOME_LOST, gone = OUTCOME_NOT_PRESENT;
	bool crossed = false;
	uint8_t reason = 0;

	t->stopped = lead_to(b, entry, m->index, m->subhandle);
	t->faults.kind_count = 0;
	if (!t->stopped) {
		there = engine_once(b, t);
		reason = t->faults.kind_count ? t->faults.kinds[0].reason : 0;
	}
	if (!t->stopped && there == (enum outcome)b->target->expects[0])
		crossed = own_comes(b, own, m, t);
	bench_store(b, entry, 0);
	if (!t->stopped && (vtd_flush_write_buffer(b->unit) != VTD_OK ||
			    vtd_invalidate_interrupts(b->unit, m->index, 0) != VTD_OK))
		t->stopped = "the queue stopped";
	if (!t->stopped)
		gone = engine_once(b, t);
	bench_store(b, entry + 1, 0);
	b->target->index = own;
	if (t->stopped)
		return t->stopped;
	if (there != (enum outcome)b->target->expects[0])
		return tell(b, m, there, reason);
	if (!crossed && gone != (enum outcome)b->target->expects[0])
		return NULL;
	format_text(
		text, sizeof(text),
		crossed ? OUTSIDE
			"target irte: an interrupt came by index 0x%x, whose entry is present, then one by index 0x%x, whose entry is absent: that bit of an index is not compared where the entry is looked for among those that are kept (section 6.4)"
			: OUTSIDE
			"target irte, index 0x%x: its entry went away and was invalidated by index, and the next interrupt still went by it, though so it is not by smaller ones: a bit of the index, of 0x%x, is not compared (section 6.5.2.8)",
		m->index, crossed ? own : m->index ^ own);
	return text;
}

/* The indexes that differ from the target's in one of these bits. */
static const char *try_bits(struct bench *b, struct tally *t, uint64_t *table, unsigned from,
			    unsigned to)
{
	static char what[80];
	uint16_t own = b->target->index;
	const char *problem = NULL;

	for (unsigned bit = from; bit < to && !problem; bit++) {
		format_text(what, sizeof(what), "bit %u of an index is not used to find the entry",
			    bit);
		problem = try_index(b, t, table,
				    &(struct message){ (uint16_t)(own ^ 1u << bit), 0, what });
	}
	return problem;
}

static enum vtd_status use_table(struct bench *b, uint64_t value)
{
	enum vtd_status status = vtd_interrupts_set_register(b->unit, value);

	return status == VTD_OK ? vtd_invalidate_interrupts_all(b->unit) : status;
}

/* Bits that only the largest table has a use for. It has no entry but the one that is tried. */
static const char *try_largest(struct bench *b, struct tally *t)
{
	static uint64_t *largest; /* memory is not freed */
	static const struct message last[] = {
		{ 0xffff, 0, "some bits of the handle are not used" },
		{ 0xffff, 0xffff, "some bits of the subhandle are not used" },
	};
	uint64_t own = vtd_interrupts_register(b->target->table, b->target->x2apic), value;
	const char *problem = NULL;
	enum vtd_status status, back;

	if (!largest)
		largest = memory_alloc_bytes(LARGEST_BYTES);
	if (!largest) {
		log_note("  no index above 0x%x: no memory for such a table",
			 VTD_INTERRUPT_ENTRIES - 1);
		return NULL;
	}
	value = vtd_interrupts_register(largest, b->target->x2apic);
	field_set(&value, IRTA_S, LARGEST_S);
	vtd_flush(b->unit, largest, LARGEST_BYTES);
	status = use_table(b, value);
	if (status == VTD_OK)
		problem = try_bits(b, t, largest, VTD_INTERRUPT_BITS, LARGEST_BITS);
	for (unsigned i = 0; i < sizeof(last) / sizeof(last[0]) && status == VTD_OK && !problem;
	     i++)
		problem = try_index(b, t, largest, &last[i]);
	back = use_table(b, own);
	if (status == VTD_OK)
		status = back;
	if (status != VTD_OK)
		problem = t->stopped = bench_status_text(b, status);
	return problem;
}

/* The target's own again. */
static const char *reopen(struct bench *b, uint16_t own, const char *problem, struct tally *t)
{
	const char *reopened = name(b, own, 0);

	if (!problem && reopened)
		problem = t->stopped = reopened;
	return problem;
}

const char *interrupt_index_find(struct bench *b, struct tally *t)
{
	static const uint64_t absent[IRTE_WORDS];
	uint16_t own = b->target->index;
	const struct message others[] = {
		{ VTD_INTERRUPT_ENTRIES - 1, 0,
		  "the last entry of the table is taken for one beyond it" },
		{ own ^ 1, 5, "the subhandle is not added to the handle, or SHV is not looked at" },
		{ VTD_INTERRUPT_ENTRIES - 1, VTD_INTERRUPT_ENTRIES - 1,
		  "some bits of the subhandle are not used" },
	};
	const char *problem;

	if (!engine_put(b, absent, t))
		return t->stopped;
	problem = try_bits(b, t, b->target->table, 0, VTD_INTERRUPT_BITS);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]) && !problem; i++)
		problem = try_index(b, t, b->target->table, &others[i]);
	return reopen(b, own, problem, t);
}

const char *interrupt_index_find_upper(struct bench *b, struct tally *t)
{
	static const uint64_t absent[IRTE_WORDS];
	uint16_t own = b->target->index;

	if (!engine_settle(b, absent, t))
		return t->stopped;
	return reopen(b, own, try_largest(b, t), t);
}
