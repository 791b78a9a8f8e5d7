/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dirty tells of writes that were done. Of requests that fault a unit may have set Accessed and Extended Accessed; nothing of
 * the kind is said of Dirty (sections 3.6.2, 3.7.2).
 */
#include "tests/litmus/refused_flags.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/refused.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define TRIES	3
#define W	field_bits(SS_W, 1) /* R/W of the first stage is the same bit */
#define HIGHEST 2		    /* level of an entry whose W is clear */

static const struct stage {
	uint8_t target; /* enum target_id */
	struct vtd_field dirty;
	const char *entry, *section;
} stages[] = {
	{ TARGET_PASID_FS, FS_D, "R/W of the first-stage entry", "3.6.2" },
	{ TARGET_PASID_SS, SS_D, "W of the second-stage entry", "3.7.2" },
};

/* How often Dirty was set with a write that was refused. */
static unsigned count_marked(struct bench *b, struct tally *t, uint64_t *leaf, uint64_t dirty)
{
	unsigned marked = 0;

	for (unsigned i = 0; i < TRIES && !t->stopped; i++) {
		struct attempt a;

		target_arm(b->target, ++t->dmas);
		bench_attempt(b, &a);
		t->stopped = a.problem;
		if (t->stopped || !a.recorded || refused_landing(b, t->dmas))
			continue;
		marked += (*(volatile uint64_t *)leaf & dirty) != 0;
		bench_store(b, leaf, *leaf & ~dirty);
	}
	bench_set_requester(b, b->target->address);
	return marked;
}

static const char *try_level(struct bench *b, struct tally *t, const struct stage *s,
			     unsigned level)
{
	static char text[400];
	const uint64_t *p = b->target->state[0][0];
	bool first = s->target == TARGET_PASID_FS;
	uint64_t *leaf = b->target->leaf[0], dirty = field_mask(s->dirty);
	uint64_t *entry = building_paging_entry(vtd_table_of(p[first ? 2 : 0]),
						first ? 4 : (unsigned)field_get(p, PASID_AW) + 2,
						level, b->target->address);
	uint64_t before = *entry, leaf_before = *leaf;
	enum vtd_status status;
	unsigned marked = 0;

	bench_store(b, entry, *entry & ~W);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	/* Not before: a walk for an earlier write may have been under way, and set it. */
	bench_store(b, leaf, *leaf & ~dirty);
	if (status == VTD_OK)
		status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		marked = count_marked(b, t, leaf, dirty);
	bench_store(b, leaf, leaf_before);
	bench_store(b, entry, before);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	if (t->stopped || !marked)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: %s of level %u was clear, and Dirty of the leaf was: in %u of %u rounds a write was refused, and Dirty set: that is of writes alone, of a request that faults only Accessed may be set (section %s)",
		target_name((enum target_id)b->target->id), s->entry, level, marked, TRIES,
		s->section);
	return text;
}

static const char *try_stage(struct bench *b, struct tally *t, const struct stage *s)
{
	uint64_t entry[ENTRY_WORDS_MAX];
	const char *problem = ownership_settle(b, &b->targets[s->target], t);

	if (problem)
		return t->stopped = problem;
	memcpy(entry, b->target->state[0][0], sizeof(entry));
	if (s->target == TARGET_PASID_SS)
		field_set(entry, PASID_SSADE, 1);
	if (!engine_put(b, entry, t))
		return t->stopped;
	for (unsigned level = 1; level <= HIGHEST && !problem; level++)
		problem = try_level(b, t, s, level);
	if (!t->stopped)
		engine_put(b, b->target->state[0][0], t);
	return problem ? problem : t->stopped;
}

const char *refused_flags_find(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	/* Where walks do not snoop a unit must set none. */
	if (!field_of(b->unit->ecap, ECAP_SMPWC))
		return NULL;
	for (unsigned i = 0; i < sizeof(stages) / sizeof(stages[0]) && !problem; i++)
		if (!b->lacks[stages[i].target] &&
		    (stages[i].target != TARGET_PASID_SS || field_of(b->unit->ecap, ECAP_SSADS)))
			problem = try_stage(b, t, &stages[i]);
	return problem;
}
