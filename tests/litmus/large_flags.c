/* SPDX-License-Identifier: BSD-2-Clause */
/* Accessed and Dirty where an entry maps 2 MiB: it is the last of its walk, and has both (sections 3.6.2, 3.7.2). */
#include "tests/litmus/large_flags.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "tests/litmus/building.h"
#include "tests/litmus/dirty_stage.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define TRIES 4
#define PS    (1ull << 7)
#define THERE OUTCOME_MIXTURE_1 /* no outcome of these targets: the window's first page */

/* An entry that is to map all of the window, at its own addresses. */
struct large {
	uint64_t *entry, value;
	uint64_t accessed, dirty;
	enum outcome page; /* where DMA lands by it */
	const char *name, *section;
};

static const char *try_large(struct bench *b, struct tally *t, const struct large *x)
{
	static char text[400];
	uint64_t flags = x->accessed | x->dirty, before = *x->entry, missing = 0;
	unsigned rounds = 0;

	for (unsigned i = 0; i < TRIES && !t->stopped; i++) {
		enum vtd_status status;
		uint64_t unset;

		bench_store(b, x->entry, x->value & ~flags);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = vtd_invalidate_all(b->unit);
		if (status != VTD_OK)
			t->stopped = bench_status_text(b, status);
		else if (engine_once(b, t) == x->page) {
			unset = flags & ~*(volatile uint64_t *)x->entry;
			missing |= unset;
			rounds += unset != 0;
		}
	}
	bench_store(b, x->entry, before);
	if (!t->stopped)
		engine_put(b, b->target->state[0][0], t);
	if (t->stopped || !missing)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"a write went through a %s entry that maps 2 MiB and whose Accessed and Dirty were clear, and in %u of %u rounds %s clear afterwards: with one that maps 4 KiB they are set (section %s)",
		x->name, rounds, TRIES,
		missing == flags	? "both were"
		: missing & x->accessed ? "Accessed was"
					: "Dirty was",
		x->section);
	return text;
}

static const char *try_first_stage(struct bench *b, struct tally *t)
{
	struct target *target = &b->targets[TARGET_FS_LARGE];
	struct large x = { .entry = target->entry,
			   .value = target->state[0][1][0],
			   .accessed = field_mask(FS_A),
			   .dirty = field_mask(FS_D),
			   .page = (enum outcome)target->expects[1],
			   .name = "first-stage",
			   .section = "3.6.2" };
	const char *problem;

	if (b->lacks[TARGET_FS_LARGE])
		return NULL;
	problem = ownership_settle(b, target, t);
	return problem ? problem : try_large(b, t, &x);
}

/* With SSADE. No target has such an entry in scalable mode: one of another's tables is made to map the window. */
static const char *try_second_stage(struct bench *b, struct tally *t)
{
	const struct dirty_stage *stage = &dirty_stages[1];
	struct large x = { .accessed = field_mask(SS_A),
			   .dirty = field_mask(SS_D),
			   .page = THERE,
			   .name = stage->name,
			   .section = stage->section };
	struct target *target = &b->targets[stage->target];
	volatile uint64_t *unused = target->page[THERE];
	const uint64_t *p = target->state[0][0];
	unsigned count = target->pages;
	const char *problem;

	if (!dirty_stage_is_had(b, stage) || !(field_of(b->unit->cap, CAP_SSLPS) & 1))
		return NULL;
	if (!dirty_stage_choose(b, stage, t))
		return t->stopped;
	x.entry = building_paging_entry(vtd_table_of(p[0]), (unsigned)field_get(p, PASID_AW) + 2, 2,
					target->address);
	x.value = (*x.entry & ~TABLE_ADDRESS) | memory_window() | PS;
	target->pages = THERE + 1;
	target->page[THERE] = (volatile uint64_t *)target->address;
	problem = try_large(b, t, &x);
	target->pages = count;
	target->page[THERE] = unused;
	target_arm_physical();
	return problem;
}

const char *large_flags_find(struct bench *b, struct tally *t)
{
	const char *problem;

	/* Where walks do not snoop a unit must not set them. */
	if (!field_of(b->unit->ecap, ECAP_SMPWC))
		return NULL;
	problem = try_first_stage(b, t);
	return problem ? problem : try_second_stage(b, t);
}
