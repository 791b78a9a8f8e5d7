/* SPDX-License-Identifier: BSD-2-Clause */
/* The model's view of single steps: what one store is, orders that a compiler chooses, and what an invalidation reaches. */
#include "tests/host/bench.h"
#include "tests/host/test.h"

#include <string.h>

static const struct bench_question spec = { .bits = 128 };

/* A store that is not promised to be one is seen word by word, in any order; a 16-byte vector store where there is no AVX. */
TEST(model_takes_a_store_for_what_processors_promise)
{
	struct step steps[] = { { STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_CONTEXT, 0, VALUE_OLD, { 0, 0 } },
				{ STEP_INVALIDATE_IOTLB, 0, VALUE_OLD, { 0, 0 } } };
	struct bench_question no_avx = { .bits = 128, .splits_vectors = true };
	struct vtd_unit unit;
	struct target t;
	uint16_t outcomes;

	CHECK_EQ(bench_harms(TARGET_CONTEXT, steps, 4, true, spec), 0);
	steps[0].op = STEP_STORE128;
	CHECK_EQ(bench_harms(TARGET_CONTEXT, steps, 4, true, spec), 0);
	CHECK(bench_harms(TARGET_CONTEXT, steps, 4, true, no_avx) & HARM_MIXTURE);
	steps[0].op = STEP_EXCHANGE_UNLOCKED;
	CHECK_EQ(bench_target(&t, &unit, TARGET_CONTEXT), 0);
	outcomes = bench_ask(&t, steps, 4, true, spec).outcomes;
	/* Of the two mixtures either word may be the first. */
	CHECK(outcomes & 1 << OUTCOME_MIXTURE_1 && outcomes & 1 << OUTCOME_MIXTURE_2);
}

TEST(model_takes_64_bytes_for_one_store_and_32_for_several)
{
	struct step steps[] = { { STEP_STORE512, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_PASID, 0, VALUE_OLD, { 0, 0 } },
				{ STEP_INVALIDATE_PIOTLB, 0, VALUE_OLD, { 0, 0 } } };
	struct bench_question at_once = { .bits = 512 };

	CHECK_EQ(bench_harms(TARGET_PASID_FS, steps, 4, true, at_once), 0);
	/* The unit reads one chunk before and one after. */
	CHECK(bench_harms(TARGET_PASID_FS, steps, 4, true, spec) & HARM_MISTAGGED);
	steps[0].op = STEP_STORE256;
	CHECK(bench_harms(TARGET_PASID_FS, steps, 4, true, at_once) & HARM_MISTAGGED);
}

/* The orders of a group are those of its stores one by one, and no more: stores to one word keep theirs. */
TEST(model_explores_any_order_of_stores)
{
	static const uint8_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 2, 0, 1 } };
	static const struct step stores[] = { { STEP_STORE, 0, VALUE_NEW_NOT_PRESENT, { 0, 0 } },
					      { STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
					      { STEP_STORE, 1, VALUE_NEW, { 0, 0 } } };
	struct step steps[8] = { { STEP_STORE, 0, VALUE_OLD_NOT_PRESENT, { 0, 0 } },
				 { STEP_FLUSH, 0, 0, { 0, 0 } },
				 { STEP_INVALIDATE_GLOBAL, 0, 0, { 0, 0 } },
				 { STEP_ANY_ORDER, 0, 0, { 0, 0 } } };
	struct vtd_unit unit;
	struct target t;
	struct model_answer any;
	uint16_t outcomes = 0;
	uint8_t harms = 0;

	CHECK_EQ(bench_target(&t, &unit, TARGET_CONTEXT), 0);
	memcpy(steps + 4, stores, sizeof(stores));
	steps[7] = (struct step){ STEP_FLUSH, 0, 0, { 0, 0 } };
	any = bench_ask(&t, steps, 8, false, spec);
	for (unsigned i = 0; i < 3; i++) {
		struct step one[7];
		struct model_answer a;

		memcpy(one, steps, 3 * sizeof(*steps));
		for (unsigned k = 0; k < 3; k++)
			one[3 + k] = stores[orders[i][k]];
		one[6] = steps[7];
		a = bench_ask(&t, one, 7, false, spec);
		outcomes |= a.outcomes;
		harms |= a.harms;
		/* As written the width comes last, after P. */
		CHECK_EQ(!a.harms, i != 0);
	}
	CHECK_EQ(any.outcomes, outcomes);
	CHECK_EQ(any.harms, harms);
	/* With P behind a barrier, no order does harm. */
	steps[5] = stores[2];
	steps[6] = (struct step){ STEP_BARRIER, 0, 0, { 0, 0 } };
	steps[7] = stores[1];
	CHECK_EQ(bench_harms(TARGET_CONTEXT, steps, 8, false,
			     (struct bench_question){ .bits = 128, .coherent = true }),
		 0);
}

/* A group of more orders than there is room for is no safe one. */
TEST(model_says_when_there_are_too_many_orders)
{
	struct step steps[SEQUENCE_STEPS_MAX] = { { STEP_ANY_ORDER, 0, 0, { 0, 0 } } };
	struct vtd_unit unit;
	struct target t;

	CHECK_EQ(bench_target(&t, &unit, TARGET_PASID_FS), 0);
	for (unsigned i = 1; i < 48; i++)
		steps[i] = (struct step){
			STEP_STORE, (uint8_t)(i % 3), i / 3 % 2 ? VALUE_ZERO : VALUE_NEW, { 0, 0 }
		};
	CHECK(bench_ask(&t, steps, 48, false, spec).overflow);
}

/* Section 6.5.2.3: IH = 1 preserves what paging-structure caches have of the second stage; table 23. */
TEST(model_keeps_what_the_invalidation_hint_preserves)
{
	struct step steps[] = { { STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_IOTLB_LEAF, 0, VALUE_OLD, { 0, 0 } } };

	CHECK_EQ(bench_harms(TARGET_LEAF, steps, 3, true, spec), 0);
	CHECK_EQ(bench_harms(TARGET_FS_LEAF, steps, 3, true, spec), 0);
	CHECK_EQ(bench_harms(TARGET_TABLE, steps, 3, true, spec), HARM_STALE);
	steps[2].op = STEP_INVALIDATE_IOTLB_PAGE;
	CHECK_EQ(bench_harms(TARGET_TABLE, steps, 3, true, spec), 0);
}

TEST(model_context_entries_are_not_reached_by_another_source_id)
{
	struct step steps[] = { { STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_CONTEXT_OTHER, 0, VALUE_OLD, { 0, 0 } },
				{ STEP_INVALIDATE_IOTLB, 0, VALUE_OLD, { 0, 0 } } };

	CHECK_EQ(bench_harms(TARGET_CONTEXT, steps, 4, true, spec), HARM_STALE);
	CHECK_EQ(bench_harms(TARGET_SM_CONTEXT, steps, 4, true, spec), HARM_STALE);
}

/* Under a domain-id that nothing else has a mixture harms nobody, if it is gone at the end. */
TEST(model_a_spare_domain_id_takes_the_harm)
{
	struct step steps[] = {
		{ STEP_CAS, 0, VALUE_OLD_SPARE, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_PASID, 0, VALUE_OLD, { 0, 0 } },
		{ STEP_INVALIDATE_PIOTLB, 0, VALUE_OLD, { 0, 0 } },
		{ STEP_STORE, 2, VALUE_NEW, { 0, 0 } },
		{ STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_PASID, 0, VALUE_OLD_SPARE, { 0, 0 } },
		{ STEP_INVALIDATE_PIOTLB, 0, VALUE_OLD_SPARE, { 0, 0 } },
	};

	CHECK_EQ(bench_harms(TARGET_PASID_FS, steps, 9, true, spec), 0);
	CHECK_EQ(bench_harms(TARGET_PASID_NESTED, steps, 9, true, spec), 0);
	CHECK_EQ(bench_harms(TARGET_PASID_FS, steps, 8, true, spec), HARM_STALE);
	steps[7].value = steps[8].value = VALUE_OLD;
	CHECK_EQ(bench_harms(TARGET_PASID_FS, steps, 9, true, spec), HARM_STALE);
	steps[0].value = VALUE_OLD;
	CHECK(bench_harms(TARGET_PASID_FS, steps, 9, true, spec) & HARM_MISTAGGED);
}
