/* SPDX-License-Identifier: BSD-2-Clause */
/* They go only where free memory is, or where nothing can be: what no unit translates harms nothing there either. */
#include "tests/litmus/dma_addresses.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/queue.h"
#include "vtd/regs.h"

#define FIRST_HIGH 32

static char text[520];

static const char *tell_bit(const struct bench *b, unsigned bit, uint64_t there,
			    enum outcome outcome, const char *wanted, const char *why)
{
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: a DMA to 0x%lx, which differs in bit %u from the address of the DMA before, came to \"%s\" (%s), and not to %s: %s",
		target_name((enum target_id)b->target->id), there, bit,
		target_outcome_name(b->target, outcome), target_outcome_meaning(b->target, outcome),
		wanted, why);
	return text;
}

static enum vtd_status drop_page(struct bench *b, uint64_t at)
{
	const struct target *target = b->target;

	if (target->id == TARGET_PASID_FS)
		return vtd_invalidate_piotlb_pages(b->unit, target->domain[0], target->pasid[0], at,
						   0, true);
	return vtd_invalidate_iotlb_pages(b->unit, target->domain[0], at, 0, false);
}

/* The page at `there` is B's, then A's, then absent. Its entry is `leaf`. */
static const char *try_there(struct bench *b, uint64_t there, unsigned bit, uint64_t *leaf,
			     struct tally *t)
{
	uint64_t to_b = *leaf,
		 to_a = (*leaf & ~TABLE_ADDRESS) | (uint64_t)b->target->page[OUTCOME_A];
	enum outcome here = engine_once(b, t), other = engine_to(b, there, t);
	enum vtd_status status;

	if (t->stopped)
		return t->stopped;
	if (here != OUTCOME_A || other != OUTCOME_B) {
		bool is_kept = vtd_invalidate_all(b->unit) == VTD_OK &&
			       engine_to(b, there, t) == OUTCOME_B;

		return tell_bit(
			b, bit, there, here == OUTCOME_A ? other : here, "where its entry leads",
			is_kept ? "with everything invalidated between them it did: that bit is not compared in the IOTLB, or in a paging-structure cache (table 17)"
				: "nor with everything invalidated between them: that bit is not used in the walk (sections 3.6, 3.7)");
	}
	bench_store(b, leaf, to_a);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = drop_page(b, there);
	if (status != VTD_OK && status != VTD_NO_INVALIDATION)
		return t->stopped = bench_status_text(b, status);
	other = status == VTD_OK ? engine_to(b, there, t) : OUTCOME_A;
	if (other != OUTCOME_A && !t->stopped)
		return tell_bit(
			b, bit, there, other, "the page that its entry was changed to",
			"a page-selective invalidation of that page does not reach it: that bit of ADDR is not compared (sections 6.5.2.3, 6.5.2.4)");
	/* Refusing is slow with some devices: only above 4 GiB, where the record's upper half tells. */
	if (bit < FIRST_HIGH || t->stopped) {
		bench_store(b, leaf, to_b);
		return t->stopped;
	}
	bench_store(b, leaf, 0);
	status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return t->stopped = bench_status_text(b, status);
	memset(&t->faults, 0, sizeof(t->faults));
	other = engine_to(b, there, t);
	if (t->faults.odd && other >= OUTCOME_PREDICTED) {
		format_text(
			text, sizeof(text),
			OUTSIDE
			"a DMA to 0x%lx was refused, and its record is not of that: %s (section 11.4.7.6)",
			there, fault_fit_text((enum fault_fit)t->faults.odd_fit));
		return text;
	}
	if (other < OUTCOME_PAGES && !t->stopped)
		return tell_bit(b, bit, there, other, "a fault, as its entry is absent",
				"that bit is not used in the walk, or not compared");
	return t->stopped;
}

/* The tables of state A. */
static void tables_of(const struct target *t, struct vtd_table *table)
{
	const uint64_t *entry = t->entry, *context;

	*table = (struct vtd_table){ .unit = t->unit, .levels = 4 };
	if (t->scalable) {
		table->first_stage = field_get(entry, PASID_PGTT) == PGTT_FIRST;
		table->root = vtd_table_of(entry[table->first_stage ? 2 : 0]);
		if (!table->first_stage)
			table->levels = (unsigned)field_get(entry, PASID_AW) + 2;
		return;
	}
	context = vtd_table_of(*building_root_entry(t, t->root)) +
		  CONTEXT_WORDS * (t->source_id & 0xff);
	table->levels = (unsigned)field_get(context, CONTEXT_AW) + 2;
	table->root = vtd_table_of(context[0]);
}

/*
 * Whether a DMA may be sent there: not to 0, which network ports take for no buffer. Of bits that no memory can have, the
 * topmost that the unit takes is tried alone: refusing is slow.
 */
static bool may_go(const struct bench *b, uint64_t there, unsigned bit, unsigned width)
{
	return there >= PAGE_SIZE && !(there & ~b->device->address_mask) &&
	       (memory_is_spare(there) || (bit == width - 1 && bit >= paging_physical()));
}

const char *dma_addresses_find(struct bench *b, struct tally *t)
{
	const struct target *target = b->target;
	unsigned width, most = (unsigned)field_of(b->unit->cap, CAP_MGAW) + 1;
	struct vtd_table table;

	tables_of(target, &table);
	width = 12 + 9 * table.levels;
	/* The upper half is for negative addresses, which software must not use; nor what is beyond MGAW (section 3.6). */
	width -= table.first_stage;
	width = width < most ? width : most;
	for (unsigned bit = 21; bit < width && !t->stopped; bit++) {
		uint64_t there = target->address ^ 1ull << bit, *leaf;
		const char *problem;

		if (!may_go(b, there, bit, width))
			continue;
		if (!vtd_table_map(&table, there, (uint64_t)target->page[OUTCOME_B], 1))
			return NULL; /* no memory is left for it */
		leaf = building_paging_entry(table.root, table.levels, 1, there);
		vtd_invalidate_all(b->unit);
		problem = try_there(b, there, bit, leaf, t);
		bench_store(b, leaf, 0);
		if (problem)
			return problem;
	}
	return t->stopped;
}
