/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of DMAs that the prediction does not allow. */
#include "tests/host/bench.h"
#include "tests/host/test.h"
#include "tests/litmus/predict.h"

#include <string.h>

static struct target target;
static struct vtd_unit unit;

/* One DMA came to `outcome` while the target's entry was rewritten by Linux 7.0's sequence. */
static struct trial seen(struct bench *b, enum target_id id, enum outcome outcome, struct tally *t)
{
	struct trial trial = { .regime = REGIME_FAITHFUL };

	CHECK_EQ(bench_target(&target, &unit, id), 0);
	CHECK(predict_init(MODEL_WORKSPACE));
	*b = (struct bench){ .unit = &unit, .target = &target };
	*t = (struct tally){ .dmas = 1 };
	t->outcomes[outcome] = 1;
	for (size_t i = 0; i < sequence_count; i++)
		if (sequence_is_for(&sequences[i], id) &&
		    sequences[i].operation == OPERATION_TEARDOWN_SETUP &&
		    !strcmp(sequences[i].name, "linux-7.0"))
			trial = (struct trial){ .steps = sequences[i].steps,
						.count = sequences[i].count,
						.regime = REGIME_FAITHFUL };
	CHECK(trial.steps);
	return trial;
}

/* Section 6.2.3.1 asks for 16-byte writes; an order in which such chunks are read is promised nowhere. */
TEST(predict_tells_another_order_of_chunks_from_a_breach)
{
	struct prediction p;
	struct bench b;
	struct tally t;
	struct trial trial = seen(&b, TARGET_PASID_FS, OUTCOME_FAULT, &t);

	predict_by_specification(&b, &trial, false, &p);
	CHECK(!p.problem && !p.harms);
	CHECK(predict_outside(&p, &t));
	CHECK(predict_other_order(&b, &trial, false, &t));
	/* Neither order leads there. */
	t.outcomes[OUTCOME_MIXTURE_1] = 1;
	CHECK(!predict_other_order(&b, &trial, false, &t));
	/* An entry of one chunk has no other order. */
	trial = seen(&b, TARGET_CONTEXT, OUTCOME_FAULT, &t);
	predict_by_specification(&b, &trial, false, &p);
	CHECK(predict_outside(&p, &t));
	CHECK(!predict_other_order(&b, &trial, false, &t));
}
