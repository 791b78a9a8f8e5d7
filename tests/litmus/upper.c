/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/upper.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/time.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"

#define ROUNDS	  12
#define ROUNDS_US 20000
#define LEVELS	  5

/* Those that name what is kept of the first stage, or of the second; the entry is above the leaf, so IH is 0. */
static const unsigned first_ways[] = { DO(PIOTLB_PASID), DO(PIOTLB_PAGES), DO(IOTLB_DOMAIN),
				       DO(IOTLB_ALL) };
static const unsigned second_ways[] = { DO(IOTLB_DOMAIN), DO(IOTLB_PAGES), DO(IOTLB_ALL) };

/* Of the tables of state A, from below the root down; the leaf leads to the page of B. Taken once, for memory is not freed. */
static uint64_t *copy[LEVELS];

static bool copy_tables(struct bench *b, uint64_t *root, unsigned levels)
{
	uint64_t at = b->target->address, below = (uint64_t)b->target->page[OUTCOME_B];

	for (unsigned level = 1; level < levels; level++) {
		uint64_t *entry = building_paging_entry(root, levels, level, at), *own;

		if (!copy[level])
			copy[level] = memory_alloc(1);
		if (!copy[level])
			return false;
		memcpy(copy[level], (const void *)((uint64_t)entry & ~(PAGE_SIZE - 1)), PAGE_SIZE);
		own = &copy[level][vtd_table_index(at, level)];
		*own = (*own & ~TABLE_ADDRESS) | below;
		vtd_flush_paging(b->unit, copy[level], PAGE_SIZE);
		below = (uint64_t)copy[level];
	}
	return true;
}

/* The entry goes to and fro between its own table and the copy. */
static const char *try_way(struct bench *b, struct tally *t, uint64_t *entry, uint64_t copy,
			   unsigned level, bool first, unsigned pieces)
{
	static char text[520];
	uint64_t values[2] = { *entry, (*entry & ~TABLE_ADDRESS) | copy }, started = time_us();
	unsigned old = 0, round = 0;
	char given[120];

	for (; round < ROUNDS && !t->stopped && (round < 2 || time_us() - started < ROUNDS_US);
	     round++) {
		unsigned state = round & 1;
		enum vtd_status status;

		engine_once(b, t);
		bench_store(b, entry, values[!state]);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = pieces_give(b, pieces, 0);
		if (status != VTD_OK)
			t->stopped = bench_status_text(b, status);
		if (!t->stopped)
			old += engine_once(b, t) == (enum outcome)b->target->expects[state];
	}
	bench_store(b, entry, values[0]);
	if (vtd_invalidate_all(b->unit) != VTD_OK && !t->stopped)
		t->stopped = "the queue stopped";
	if (t->stopped || !old)
		return t->stopped;
	pieces_text(given, sizeof(given), pieces);
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: the %s-stage entry of level %u was led to other tables, invalidated: %s. In %u of %u rounds the next DMA still went by the old ones, where a change of the leaf is seen after the same: what stays is that entry, or one below, in a paging-structure cache (section 6.2.5, tables 23 and 24)",
		target_name((enum target_id)b->target->id), first ? "first" : "second", level,
		given, old, round);
	return text;
}

static const char *try_levels(struct bench *b, struct tally *t)
{
	const uint64_t *p = b->target->state[0][0];
	bool first = field_get(p, PASID_PGTT) == PGTT_FIRST;
	uint64_t *root = vtd_table_of(p[first ? 2 : 0]);
	unsigned levels = first ? 4 : (unsigned)field_get(p, PASID_AW) + 2;
	const unsigned *ways = first ? first_ways : second_ways;
	unsigned count = first ? sizeof(first_ways) / sizeof(*ways)
			       : sizeof(second_ways) / sizeof(*ways);
	const char *problem = NULL;

	if (!copy_tables(b, root, levels))
		return NULL;
	for (unsigned level = levels; level > 1; level--)
		for (unsigned way = 0; way < count && !problem; way++)
			if (pieces_are_had(b, ways[way]))
				problem = try_way(b, t,
						  building_paging_entry(root, levels, level,
									b->target->address),
						  (uint64_t)copy[level - 1], level, first,
						  ways[way]);
	return problem;
}

const char *check_upper(struct bench *b, struct tally *t)
{
	static const uint8_t targets[] = { TARGET_PASID_SS, TARGET_PASID_FS };
	const char *problem = NULL;

	/* In legacy mode target table does it. */
	for (unsigned i = 0; i < sizeof(targets) && !problem; i++)
		if (!b->lacks[targets[i]] &&
		    !(problem = ownership_settle(b, &b->targets[targets[i]], t)))
			problem = try_levels(b, t);
	return problem;
}
