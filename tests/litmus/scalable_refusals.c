/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes that a paging entry refuses in scalable mode, of each level of both stages: the permissions of all of them count,
 * also those of what a paging-structure cache has (sections 3.6.1, 3.7.1, 6.2.5); and the reason in the record.
 */
#include "tests/litmus/scalable_refusals.h"
#include "kernel/lib/format.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/refused.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"

#define TRIES 3

static const struct row {
	uint8_t target; /* enum target_id */
	uint64_t clear;
	const char *what, *section;
} rows[] = {
	{ TARGET_PASID_SS, 2, "W of the second-stage entry", "3.7.1" },
	{ TARGET_PASID_SS, 3, "R and W of the second-stage entry", "9.8" },
	{ TARGET_PASID_FS, 1, "P of the first-stage entry", "9.7" },
	{ TARGET_PASID_FS, 2, "R/W of the first-stage entry", "3.6.1" },
	{ TARGET_PASID_FS, 4, "U/S of the first-stage entry", "3.6.1" },
	{ TARGET_PASID_NESTED, 3, "R and W of the second-stage entry under the first stage's page",
	  "3.8.1" },
};

static const char *try_level(struct bench *b, struct tally *t, const struct row *row,
			     unsigned level, uint64_t *entry)
{
	uint64_t good = *entry;
	const char *problem = NULL;
	enum vtd_status status;
	char what[100];

	format_text(what, sizeof(what), "%s of level %u clear", row->what, level);
	bench_store(b, entry, good & ~row->clear);
	status = vtd_invalidate_all(b->unit);
	for (unsigned i = 0; i < TRIES && status == VTD_OK && !problem; i++)
		problem = refused_once(b, t, target_reason_at(b->target, b->target->address), what,
				       row->section, i);
	bench_store(b, entry, good);
	bench_set_requester(b, b->target->address);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return t->stopped = bench_status_text(b, status);
	return problem;
}

static const char *try_levels(struct bench *b, struct tally *t, const struct row *row)
{
	const uint64_t *p = b->target->state[0][0];
	bool first = row->target == TARGET_PASID_FS;
	unsigned levels = first ? 4 : (unsigned)field_get(p, PASID_AW) + 2;
	const char *problem = NULL;

	/* Of what is nested the leaf alone: by the entries above go the first stage's tables, too. */
	if (row->target == TARGET_PASID_NESTED)
		return try_level(
			b, t, row, 1,
			building_paging_entry(vtd_table_of(p[0]), levels, 1,
					      b->target->leaf_value[0] & field_mask(SS_ADDR)));
	for (unsigned level = levels; level && !problem; level--)
		problem = try_level(b, t, row, level,
				    building_paging_entry(vtd_table_of(p[first ? 2 : 0]), levels,
							  level, b->target->address));
	return problem;
}

const char *scalable_refusals_find(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]) && !problem; i++) {
		if (b->lacks[rows[i].target])
			continue;
		problem = ownership_settle(b, &b->targets[rows[i].target], t);
		if (problem)
			return t->stopped = problem;
		problem = try_levels(b, t, &rows[i]);
		if (!problem)
			problem = t->stopped = bench_reset(b);
	}
	return problem;
}
