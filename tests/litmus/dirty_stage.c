/* SPDX-License-Identifier: BSD-2-Clause */
/* The leaf entries whose Dirty a write sets: of the first stage, and with SSADE of the second. */
#include "tests/litmus/dirty_stage.h"
#include "kernel/lib/string.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/regs.h"

const struct dirty_stage dirty_stages[DIRTY_STAGES] = {
	{ TARGET_FS_LEAF, false, FS_A, FS_D, "first-stage", "3.6.2" },
	{ TARGET_PASID_SS, true, SS_A, SS_D, "second-stage", "3.7.2" },
};

bool dirty_stage_is_had(const struct bench *b, const struct dirty_stage *stage)
{
	return !b->lacks[stage->target] &&
	       (!stage->needs_ssade || field_of(b->unit->ecap, ECAP_SSADS));
}

uint64_t *dirty_stage_choose(struct bench *b, const struct dirty_stage *stage, struct tally *t)
{
	const char *problem = ownership_settle(b, &b->targets[stage->target], t);
	uint64_t entry[ENTRY_WORDS_MAX];

	if (problem) {
		t->stopped = problem;
		return NULL;
	}
	if (!stage->needs_ssade)
		return b->target->entry;
	memcpy(entry, b->target->state[0][0], sizeof(entry));
	field_set(entry, PASID_SSADE, 1);
	return engine_put(b, entry, t) ? b->target->leaf[0] : NULL;
}
