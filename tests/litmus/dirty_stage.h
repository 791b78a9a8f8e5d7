/* SPDX-License-Identifier: BSD-2-Clause */
/* The leaf entries whose Dirty a write sets: of the first stage, and with SSADE of the second. */
#ifndef TESTS_DIRTY_STAGE_H
#define TESTS_DIRTY_STAGE_H

#include "tests/litmus/bench.h"
#include "vtd/field.h"

struct dirty_stage {
	uint8_t target;	  /* enum target_id */
	bool needs_ssade; /* in the PASID-table entry above */
	struct vtd_field accessed, dirty;
	const char *name, *section;
};

#define DIRTY_STAGES 2
extern const struct dirty_stage dirty_stages[DIRTY_STAGES];

/* Whether this unit has it, as far as ECAP.SMPWC does not say. */
bool dirty_stage_is_had(const struct bench *bench, const struct dirty_stage *stage);

/* Put its target in force, state A, SSADE set where it is needed. The leaf entry of state A; NULL: tally->stopped says why. */
uint64_t *dirty_stage_choose(struct bench *bench, const struct dirty_stage *stage,
			     struct tally *tally);

#endif
