/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/tagged.h"
#include "kernel/lib/format.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define TRIES 2

static uint64_t *context_of(const struct target *t)
{
	return vtd_table_of(*building_root_entry(t, t->root)) +
	       SM_CONTEXT_WORDS * (t->source_id & 0x7f);
}

static const char *try_entry(struct bench *b, struct tally *t, unsigned word, uint64_t value,
			     const char *what)
{
	static char text[360];
	uint64_t *at = context_of(b->target) + word, before = *at;
	const char *problem = NULL;

	bench_store(b, at, value);
	if (vtd_invalidate_all(b->unit) != VTD_OK)
		t->stopped = "the queue stopped";
	for (unsigned i = 0; i < TRIES && !t->stopped && !problem; i++) {
		struct attempt a;

		target_arm(b->target, ++t->dmas);
		bench_attempt(b, &a);
		t->stopped = a.problem;
		if (a.problem || !target_written(b->target, t->dmas))
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s of the scalable-mode context entry: a DMA with PASID 0x%x was not refused, it landed in a page of its entry: the unit does not look at it (section 9.4)",
			target_name((enum target_id)b->target->id), what, b->target->pasid[0]);
		problem = text;
	}
	bench_store(b, at, before);
	bench_set_requester(b, b->target->address);
	if (!t->stopped)
		engine_settle(b, b->target->state[0][0], t);
	return t->stopped ? t->stopped : problem;
}

const char *tagged_find(struct bench *b, struct tally *t)
{
	enum target_id id = b->lacks[TARGET_PASID_SS] ? TARGET_PASID_FS : TARGET_PASID_SS;
	const uint64_t *context;
	const char *problem;

	if (b->lacks[id] || !b->targets[id].tagged || b->traits.is_qemu)
		return NULL;
	problem = ownership_settle(b, &b->targets[id], t);
	if (problem)
		return t->stopped = problem;
	context = context_of(b->target);
	problem = try_entry(b, t, 0, context[0] & ~field_mask(SM_CONTEXT_PASIDE), "PASIDE clear");
	/* A request must not name the PASID of those that name none. */
	if (!problem && field_of(b->unit->ecap, ECAP_RPS))
		problem = try_entry(b, t, 1, (context[1] & ~0xfffffull) | b->target->pasid[0],
				    "RID_PASID the same");
	return problem;
}
