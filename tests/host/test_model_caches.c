/* SPDX-License-Identifier: BSD-2-Clause */
/* What the model takes to be kept: by walks under way, caches, write buffers and devices; and which invalidation reaches it. */
#include "tests/host/bench.h"
#include "tests/host/test.h"
#include "vtd/entry.h"

#include <string.h>

static const struct bench_question spec = { .bits = 128 };

/*
 * Sections 6.2.2.1 and 6.2.3.1: what a walk under way makes of an old entry is kept until the IOTLB is
 * invalidated in its turn.
 */
TEST(model_walks_outlive_the_invalidation_of_their_own_cache)
{
	const struct sequence *s = bench_sequence(TARGET_PASID_FS, OPERATION_TEARDOWN_SETUP,
						  "linux-7.0");
	struct bench_question cached = { .bits = 128, .caching_mode = true };
	struct bench_question any_order = { .bits = 128, .any_order = true };
	struct step steps[SEQUENCE_STEPS_MAX];
	struct vtd_unit unit;
	struct target t;
	struct model_answer a;
	size_t n, at = 0;

	while (s->steps[at].op != STEP_INVALIDATE_TLB)
		at++;
	CHECK_EQ(bench_target(&t, &unit, TARGET_PASID_FS), 0);
	n = sequence_mutate(s->steps, s->count, MUTATION_REMOVE, at, steps);
	a = bench_ask(&t, steps, n, false, spec);
	/* The chunk with P was read before, the pointer after it was zeroed. */
	CHECK(a.outcomes & 1 << OUTCOME_FAULT);
	CHECK(bench_ask(&t, steps, n, false, cached).harms);
	n = sequence_mutate(s->steps, s->count, MUTATION_SWAP, at - 1, steps);
	CHECK(bench_ask(&t, steps, n, false, spec).outcomes & 1 << OUTCOME_FAULT);
	CHECK(bench_ask(&t, steps, n, false, cached).harms);
	/* The pointer's chunk is read, then changed; the PASID cache alone is invalidated; then comes P. */
	s = bench_sequence(TARGET_PASID_FS, OPERATION_REPLACE, "entry-sync-blocking");
	CHECK_EQ(bench_ask(&t, s->steps, s->count, false, spec).harms, 0);
	CHECK(bench_ask(&t, s->steps, s->count, false, any_order).harms & HARM_MISTAGGED);
}

/* Sections 6.2.2 and 6.2.3: not kept is what is wrong itself, not what leads to something wrong. */
TEST(model_keeps_entries_whose_walk_faults)
{
	static const struct step present_early[] = {
		{ STEP_STORE, 0, VALUE_ZERO, { 0, 0 } },
		{ STEP_STORE, 1, VALUE_ZERO, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_GLOBAL, 0, VALUE_OLD, { 0, 0 } },
		{ STEP_FIELD, 0, VALUE_NEW, { SM_CONTEXT_P_BITS } },
		{ STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
		{ STEP_STORE, 1, VALUE_NEW, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_SETTLE_NEW, 0, VALUE_NEW, { 0, 0 } },
	};
	struct bench_question how = { .bits = 256 };

	/* Without the first-stage pointer, which comes last. */
	CHECK(bench_harms_of(TARGET_PASID_FS, OPERATION_TEARDOWN_SETUP, "present-first", how) &
	      HARM_STALE);
	/* A context entry without the directory's pointer: the directory entry is absent. */
	CHECK(bench_harms(TARGET_SM_CONTEXT, present_early, 9, false, spec) & HARM_STALE);
	/* That of legacy mode names a width that no unit has: it is wrong itself. */
	CHECK(!(bench_harms(TARGET_CONTEXT, present_early, 9, false, spec) & HARM_STALE));
}

/* Table 24: a PASID-based invalidation reaches second-stage translations, but not the paging entries. */
TEST(model_pasid_based_invalidations_spare_paging_entries_of_the_second_stage)
{
	struct step low_first[] = {
		{ STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
		{ STEP_STORE, 1, VALUE_NEW, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_PASID, 0, VALUE_OLD, { 0, 0 } },
		{ STEP_INVALIDATE_PIOTLB, 0, VALUE_OLD, { 0, 0 } },
	};
	struct bench_question qemu = { .bits = 0 };

	CHECK_EQ(bench_harms_of(TARGET_PASID_SS, OPERATION_REPLACE, "linux-6.13-posted", spec), 0);
	CHECK(bench_harms_of(TARGET_PASID_SS, OPERATION_REPLACE, "linux-6.13-posted", qemu) &
	      HARM_STALE);
	/* B's pointer was read with A's domain-id: A's walks go on from B's tables. */
	CHECK_EQ(bench_harms(TARGET_PASID_SS, low_first, 5, true, spec),
		 HARM_STALE | HARM_MISTAGGED);
	low_first[4].op = STEP_INVALIDATE_IOTLB;
	CHECK_EQ(bench_harms(TARGET_PASID_SS, low_first, 5, true, spec), HARM_MISTAGGED);
}

TEST(model_leaves_are_reached_by_both_invalidations_of_the_iotlb)
{
	static const enum step_op ops[] = { STEP_INVALIDATE_IOTLB, STEP_INVALIDATE_PIOTLB };
	struct step steps[] = { { STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_IOTLB, 0, VALUE_OLD, { 0, 0 } } };

	for (unsigned i = 0; i < 2; i++) {
		steps[2].op = (uint8_t)ops[i];
		CHECK_EQ(bench_harms(TARGET_FS_LEAF, steps, 3, true, spec), 0);
	}
}

/* Linux invalidates by domain-id 0 and the new one, not by the old: what came back in between stays. */
TEST(model_settling_new_entries_leaves_the_old_domain_alone)
{
	struct bench_question how = { .bits = 128, .caching_mode = true };

	CHECK(bench_harms_of(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP, "linux-6.1-kdump", how) &
	      HARM_STALE);
	CHECK(bench_harms_of(TARGET_SM_CONTEXT, OPERATION_TEARDOWN_SETUP, "linux-6.12", how) &
	      HARM_STALE);
}

/* Section 6.2.2: with CAP.CM = 1 an erroneous entry is cached, too, and tagged 0. */
TEST(model_erroneous_entries_are_tagged_0)
{
	struct bench_question how = { .bits = 128, .caching_mode = true };

	bench_sagaw = 2; /* 3 levels alone: B asks for 4 */
	CHECK(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b", how) & HARM_STALE);
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b", spec), 0);
	/* Invalidated under 0, too, when A is set up. */
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP, "cmpxchg16b", how), 0);
	bench_sagaw = 6;
}

/* Section 6.2.4.1: CAP.CM is no matter of the first stage. */
TEST(model_absent_entries_of_the_first_stage_are_never_cached)
{
	const struct sequence *s = bench_sequence(TARGET_LEAF, OPERATION_TEARDOWN_SETUP,
						  "clear-first");
	struct bench_question how = { .bits = 128, .caching_mode = true };

	CHECK_EQ(s->steps[s->count - 1].op, STEP_SETTLE_NEW);
	CHECK_EQ(bench_harms(TARGET_LEAF, s->steps, s->count - 1, false, how), HARM_STALE);
	CHECK_EQ(bench_harms(TARGET_FS_LEAF, s->steps, s->count - 1, false, how), 0);
}

/* Section 6.8: what nothing invalidates after may stay in the write buffer, flushed or not. */
TEST(model_write_buffers_are_emptied_by_invalidations)
{
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP,
						  "linux-7.0");

	for (unsigned coherent = 0; coherent < 2; coherent++) {
		struct bench_question how = { .bits = 128,
					      .coherent = coherent,
					      .write_buffer = true };

		CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count, false, how), 0);
		CHECK(bench_harms(TARGET_CONTEXT, s->steps, s->count - 2, false, how) & HARM_STALE);
		/* What was not flushed is not in it. */
		CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "no-flush", how) != 0,
			 !coherent);
	}
}

/* In the hammer regime the driver invalidates before each DMA, so nothing stays in the buffer for one at rest. */
TEST(model_write_buffers_are_empty_where_the_driver_invalidates)
{
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b");
	struct bench_question how = {
		.bits = 128, .coherent = true, .write_buffer = true, .no_caches = true
	};

	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, 2, true, how), 0);
	how.no_caches = false;
	CHECK(bench_harms(TARGET_CONTEXT, s->steps, 2, true, how) & HARM_STALE);
}

TEST(model_device_tlbs_must_be_invalidated_too)
{
	struct bench_question how = { .bits = 128, .device_tlb = true };
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b");

	CHECK_EQ(s->steps[s->count - 1].op, STEP_INVALIDATE_DEVTLB);
	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count, true, how), 0);
	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count - 1, true, how), HARM_STALE);
	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count - 1, true, spec), 0);
	/* What FreeBSD invalidates globally does not reach the device. */
	CHECK(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "freebsd-move", how) & HARM_STALE);
}

/* Section 6.5.2.5: while the unit still has it, the device may ask again; and its answer is not drained (6.5.4). */
TEST(model_device_tlbs_are_invalidated_last)
{
	struct bench_question how = { .bits = 128, .device_tlb = true };
	struct step steps[] = { { STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_CONTEXT, 0, VALUE_OLD, { 0, 0 } },
				{ STEP_INVALIDATE_IOTLB, 0, VALUE_OLD, { 0, 0 } },
				{ STEP_INVALIDATE_DEVTLB, 0, VALUE_OLD, { 0, 0 } } };

	CHECK_EQ(bench_harms(TARGET_CONTEXT, steps, 5, true, how), 0);
	steps[3].op = STEP_INVALIDATE_DEVTLB;
	steps[4].op = STEP_INVALIDATE_IOTLB;
	CHECK_EQ(bench_harms(TARGET_CONTEXT, steps, 5, true, how), HARM_STALE);
	/* What a walk finds in a paging-structure cache that was spared goes to the device, which then forgets it. */
	CHECK_EQ(bench_harms_of(TARGET_PASID_SS, OPERATION_REPLACE, "linux-6.13-posted", how), 0);
}

/* Section 6.5.3.5: nobody tells a device that an absent entry is there now, whatever CAP.CM says. */
TEST(model_device_tlbs_keep_no_refusals)
{
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP,
						  "linux-7.0");
	struct bench_question how = { .bits = 128, .device_tlb = true, .caching_mode = true };

	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count, false, how), 0);
}
