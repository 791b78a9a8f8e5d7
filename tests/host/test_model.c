/* SPDX-License-Identifier: BSD-2-Clause */
/* The model against what the literature says of each sequence, and its safeguards one by one. */
#include "tests/host/bench.h"
#include "tests/host/test.h"
#include "vtd/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bench_question spec = { .bits = 128 };

static bool has_step(const struct sequence *s, enum step_op op)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->steps[i].op == op)
			return true;
	return false;
}

/* Whether old and new differ in one 128-bit chunk only. */
static bool one_chunk(const struct target *t)
{
	unsigned chunks = 0;

	for (unsigned c = 0; c < (t->words + 1) / 2; c++) {
		bool differs = false;

		for (unsigned i = 2 * c; i < 2 * c + 2 && i < t->words; i++)
			differs |= t->state[0][0][i] != t->state[0][1][i];
		chunks += differs;
	}
	return chunks == 1;
}

TEST(model_finds_unsafe_what_the_literature_calls_unsafe)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		struct vtd_unit unit;
		struct target t;

		CHECK_EQ(bench_target(&t, &unit, (enum target_id)id), 0);
		for (size_t i = 0; i < sequence_count; i++) {
			const struct sequence *s = &sequences[i];
			struct model_answer a;
			bool safe = s->claim == CLAIM_SAFE ||
				    (s->claim == CLAIM_ONE_CHUNK && one_chunk(&t));

			if (!sequence_is_for(s, (enum target_id)id))
				continue;
			a = bench_ask(&t, s->steps, s->count, s->never_blocks, spec);
			CHECK(!a.overflow);
			if (!CHECK_EQ(!a.harms, safe)) {
				printf("  %s.%s.%s: harms %x\n", target_name((enum target_id)id),
				       operation_name(s->operation), s->name, a.harms);
				bench_print_witness(&t, s->steps, &a);
			}
			CHECK(!a.harms || a.harms == HARM_WRONG_END || a.event_count);
		}
	}
}

TEST(safe_sequences_say_who_does_it_so)
{
	for (size_t i = 0; i < sequence_count; i++)
		if (!CHECK(sequences[i].citation || sequences[i].claim != CLAIM_SAFE))
			printf("  %s has no citation\n", sequences[i].name);
}

TEST(sequences_have_names_of_their_own)
{
	for (size_t i = 0; i < sequence_count; i++) {
		CHECK(sequences[i].count <= SEQUENCE_STEPS_MAX);
		for (size_t k = 0; k < i; k++)
			CHECK(!(sequences[i].targets & sequences[k].targets) ||
			      sequences[i].operation != sequences[k].operation ||
			      strcmp(sequences[i].name, sequences[k].name));
	}
}

/*
 * Section 6.5.2.1: what leads to many PASIDs is followed by an invalidation for all of them. A torn scalable-mode
 * context entry names a PASID of neither state, and only that reaches what the PASID cache then keeps.
 */
TEST(sequences_invalidate_all_pasids_after_the_context_cache)
{
	for (size_t i = 0; i < sequence_count; i++) {
		const struct sequence *s = &sequences[i];

		if (!has_step(s, STEP_INVALIDATE_CONTEXT))
			continue;
		CHECK(!has_step(s, STEP_INVALIDATE_PASID));
		if (sequence_kinds(s) & 1u << KIND_SM_CONTEXT && s->claim == CLAIM_SAFE)
			CHECK(has_step(s, STEP_INVALIDATE_PASID_DOMAIN) ||
			      has_step(s, STEP_INVALIDATE_PASID_GLOBAL));
	}
}

/* Table 28; a unit may keep root entries, too: the specification names no cache of theirs, and rules none out. */
TEST(sequences_invalidate_globally_after_root_entries)
{
	for (size_t i = 0; i < sequence_count; i++) {
		const struct sequence *s = &sequences[i];

		if (sequence_kinds(s) & (1u << KIND_ROOT | 1u << KIND_SM_ROOT) &&
		    s->claim == CLAIM_SAFE)
			CHECK(has_step(s, STEP_INVALIDATE_GLOBAL) &&
			      !has_step(s, STEP_INVALIDATE_CONTEXT));
	}
}

TEST(model_reasons_are_the_right_ones)
{
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "linux-pre7", spec),
		 HARM_MIXTURE);
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "no-invalidation", spec),
		 HARM_STALE);
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "invalidate-new", spec),
		 HARM_STALE);
	CHECK(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "field-by-field", spec) &
	      HARM_MISTAGGED);
	CHECK_EQ(bench_harms_of(TARGET_PASID_FS, OPERATION_REPLACE, "cmpxchg16b", spec),
		 HARM_MISTAGGED | HARM_STALE);
	CHECK(bench_harms_of(TARGET_PASID_FS_PT, OPERATION_REPLACE, "cmpxchg16b", spec) &
	      HARM_MIXTURE);
	CHECK(bench_harms_of(TARGET_PASID_SS, OPERATION_REPLACE, "linux-6.13", spec) & HARM_STALE);
	CHECK_EQ(bench_harms_of(TARGET_LEAF, OPERATION_REPLACE, "no-invalidation", spec),
		 HARM_STALE);
}

/* From the first stage to pass-through the unused pointer may come last; on the way back it is used before it is there. */
TEST(model_judges_one_way_alone)
{
	struct bench_question how = { .bits = 128 };
	struct step steps[] = {
		{ STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_PASID, 0, VALUE_OLD, { 0, 0 } },
		{ STEP_INVALIDATE_TLB, 0, VALUE_OLD, { 0, 0 } },
		{ STEP_CAS, 2, VALUE_NEW, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
	};

	for (unsigned both = 0; both < 2; both++) {
		how.one_way = !both;
		CHECK_EQ(bench_harms(TARGET_PASID_FS_PT, steps, 6, false, how) != 0, both);
		CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b", how), 0);
		CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "linux-pre7", how),
			 HARM_MIXTURE);
		CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "no-invalidation", how),
			 HARM_STALE);
		CHECK(bench_harms(TARGET_PASID_FS_PT, steps, 4, false, how) & HARM_WRONG_END);
	}
}

TEST(model_coarser_fetches_allow_less)
{
	struct bench_question how = { .bits = 64 };

	/* What is one exchange for a 128-bit fetch is two stores for a 64-bit one. */
	CHECK(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b", how) & HARM_MIXTURE);
	how.bits = 512;
	CHECK_EQ(bench_harms_of(TARGET_PASID_FS, OPERATION_TEARDOWN_SETUP, "linux-pre7", how), 0);
	CHECK(bench_harms_of(TARGET_PASID_FS, OPERATION_TEARDOWN_SETUP, "linux-pre7", spec) != 0);
}

TEST(model_fetch_order_matters_where_the_entry_has_several_parts)
{
	struct bench_question how = { .bits = 128, .any_order = true };

	/* Chunks read in any order: P last is no help, so hardware must read the chunk with P
	 * first. */
	CHECK(bench_harms_of(TARGET_PASID_FS, OPERATION_TEARDOWN_SETUP, "linux-7.0", how) != 0);
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP, "linux-7.0", how), 0);
}

TEST(model_flushes_matter_on_units_that_do_not_snoop)
{
	struct bench_question coherent = { .bits = 128, .coherent = true };

	CHECK(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "no-flush", spec) & HARM_STALE);
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_REPLACE, "no-flush", coherent), 0);
}

TEST(model_caching_mode_needs_the_settling_of_new_entries)
{
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP,
						  "linux-7.0");
	struct bench_question how = { .bits = 128, .caching_mode = true };

	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count, false, how), 0);
	CHECK(bench_harms(TARGET_CONTEXT, s->steps, s->count - 2, false, how) & HARM_STALE);
	CHECK_EQ(bench_harms(TARGET_CONTEXT, s->steps, s->count - 2, false, spec), 0);
}

/*
 * What Linux does: PASID cache and PASID-based IOTLB by the new domain-id. An absent PASID-table entry is cached under
 * domain-id 0 (section 6.2.3), which that does not reach; a context entry is invalidated under 0.
 */
TEST(model_settles_by_the_domain_ids_that_a_driver_names)
{
	struct bench_question how = { .bits = 128, .caching_mode = true };
	const struct sequence *s = bench_sequence(TARGET_PASID_FS, OPERATION_TEARDOWN_SETUP,
						  "linux-7.0");
	struct step steps[SEQUENCE_STEPS_MAX];

	CHECK_EQ(bench_harms_of(TARGET_CONTEXT, OPERATION_TEARDOWN_SETUP, "linux-7.0", how), 0);
	CHECK_EQ(bench_harms_of(TARGET_PASID_SS, OPERATION_TEARDOWN_SETUP, "linux-7.0", how),
		 HARM_STALE);
	memcpy(steps, s->steps, s->count * sizeof(*steps));
	CHECK_EQ(steps[s->count - 2].op, STEP_SETTLE_PASID);
	steps[s->count - 2].value = VALUE_ZERO;
	CHECK_EQ(bench_harms(TARGET_PASID_FS, steps, s->count, false, how), 0);
}

/* Of one cache alone: what the others keep stays. */
TEST(model_invalidates_one_cache_globally)
{
	struct step steps[] = {
		{ STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
		{ STEP_FLUSH, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_CONTEXT_GLOBAL, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_PASID_GLOBAL, 0, 0, { 0, 0 } },
		{ STEP_INVALIDATE_IOTLB_GLOBAL, 0, 0, { 0, 0 } },
	};

	CHECK_EQ(bench_harms(TARGET_SM_CONTEXT, steps, 5, true, spec), 0);
	for (unsigned left_out = 2; left_out < 5; left_out++) {
		struct step some[4];

		for (unsigned i = 0, n = 0; i < 5; i++)
			if (i != left_out)
				some[n++] = steps[i];
		CHECK_EQ(bench_harms(TARGET_SM_CONTEXT, some, 4, true, spec), HARM_STALE);
	}
}

TEST(model_safeguards_of_the_new_sequence_all_matter)
{
	static const enum target_id ids[] = { TARGET_CONTEXT, TARGET_PASID_FS_PT };

	for (unsigned i = 0; i < 2; i++) {
		const struct sequence *s = bench_sequence(ids[i], OPERATION_TEARDOWN_SETUP,
							  "linux-7.0");
		struct step steps[SEQUENCE_STEPS_MAX];
		size_t n;

		n = sequence_without_barrier(s, steps);
		CHECK(n && n <= s->count && bench_harms(ids[i], steps, n, false, spec));
		n = sequence_without_present(s, steps);
		CHECK(n && n <= s->count && bench_harms(ids[i], steps, n, false, spec));
		n = sequence_without_invalidations(s, steps);
		CHECK(n && n < s->count && bench_harms(ids[i], steps, n, false, spec) & HARM_STALE);
	}
}

TEST(model_a_safeguard_that_is_not_there_cannot_be_taken_out)
{
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_REPLACE, "cmpxchg16b");
	struct step steps[SEQUENCE_STEPS_MAX];

	CHECK_EQ(sequence_without_barrier(s, steps), 0);
	CHECK_EQ(sequence_without_present(s, steps), 0);
	s = bench_sequence(TARGET_CONTEXT, OPERATION_REPLACE, "no-invalidation");
	CHECK_EQ(sequence_without_invalidations(s, steps), 0);
}

TEST(model_of_qemu_reads_more_than_once)
{
	struct bench_question qemu = { .bits = 0 };

	CHECK(bench_harms_of(TARGET_PASID_DIR, OPERATION_REPLACE, "store", qemu) & HARM_MISTAGGED);
	CHECK_EQ(bench_harms_of(TARGET_PASID_DIR, OPERATION_REPLACE, "store", spec), 0);
	CHECK(bench_harms_of(TARGET_PASID_SS, OPERATION_REPLACE, "cmpxchg16b", qemu) &
	      HARM_MISTAGGED);
	CHECK_EQ(bench_harms_of(TARGET_SM_ROOT, OPERATION_REPLACE, "store", qemu), 0);
}

/* What is read between the old and the new directory entry is absent, and the invalidations end the walk. */
TEST(model_of_qemu_reads_all_of_an_entry_within_one_walk)
{
	struct bench_question qemu = { .bits = 0 };
	const struct sequence *s = bench_sequence(TARGET_PASID_DIR, OPERATION_TEARDOWN_SETUP,
						  "clear-first");
	struct step steps[SEQUENCE_STEPS_MAX];
	size_t n = sequence_without_invalidations(s, steps);

	CHECK_EQ(bench_harms_of(TARGET_PASID_DIR, OPERATION_TEARDOWN_SETUP, "clear-first", qemu),
		 0);
	CHECK(bench_harms(TARGET_PASID_DIR, steps, n, false, qemu) & HARM_MISTAGGED);
}

/* Legacy mode has neither a PASID cache nor what invalidates by PASID: the updater leaves that out, too. */
TEST(model_knows_no_invalidation_by_pasid_in_legacy_mode)
{
	struct step steps[] = { { STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
				{ STEP_FLUSH, 0, 0, { 0, 0 } },
				{ STEP_INVALIDATE_PIOTLB, 0, VALUE_OLD, { 0, 0 } } };

	CHECK_EQ(bench_harms(TARGET_LEAF, steps, 3, true, spec), HARM_STALE);
	CHECK_EQ(bench_harms(TARGET_FS_LEAF, steps, 3, true, spec), 0);
}

TEST(model_sees_a_sequence_that_does_not_end_in_the_new_entry)
{
	static const struct step half[] = { { STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
					    { STEP_INVALIDATE_GLOBAL, 0, VALUE_OLD, { 0, 0 } } };

	CHECK(bench_harms(TARGET_CONTEXT, half, 2, true, spec) & HARM_WRONG_END);
}

TEST(model_says_when_its_memory_is_too_small)
{
	const struct sequence *s = bench_sequence(TARGET_CONTEXT, OPERATION_REPLACE, "linux-pre7");
	struct model_question q = { .steps = s->steps, .count = s->count };
	struct model_answer a;
	uint64_t little[16];

	model_run(&q, little, sizeof(little), &a);
	CHECK(a.overflow);
}

TEST(mutants_are_copies_with_one_thing_changed)
{
	static const struct step steps[] = {
		{ STEP_STORE, 1, VALUE_NEW, { 0, 0 } },
		{ STEP_STORE, 0, VALUE_NEW_NOT_PRESENT, { 0, 0 } },
		{ STEP_BARRIER, 0, 0, { 0, 0 } },
		{ STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
	};
	struct step to[4];

	CHECK_EQ(sequence_mutate(steps, 4, MUTATION_REMOVE, 0, to), 3);
	CHECK_EQ(to[0].value, VALUE_NEW_NOT_PRESENT);
	/* Without the barrier the last store goes first and swallows the one to its own word. */
	CHECK_EQ(sequence_mutate(steps, 4, MUTATION_REMOVE, 2, to), 2);
	CHECK(to[0].word == 0 && to[0].value == VALUE_NEW && to[1].word == 1);
	CHECK_EQ(sequence_mutate(steps, 4, MUTATION_SWAP, 0, to), 4);
	CHECK(to[0].word == 0 && to[1].word == 1);
	CHECK_EQ(sequence_mutate(steps, 4, MUTATION_SWAP, 3, to), 0);
}

TEST(steps_have_words)
{
	struct step store = { STEP_STORE, 1, VALUE_NEW, { 0, 0 } };
	struct step barrier = { STEP_BARRIER, 0, 0, { 0, 0 } };
	struct step field = { STEP_FIELD, 0, VALUE_NEW, { 87, 72 } };
	char text[96], small[8];

	CHECK(!strcmp(step_text(&store, text, sizeof(text)), "store word 1 := new"));
	CHECK(!strcmp(step_text(&barrier, text, sizeof(text)), "barrier"));
	CHECK(!strcmp(step_text(&field, text, sizeof(text)), "store word 1: bits 87:72 := new"));
	CHECK_EQ(strlen(step_text(&store, small, sizeof(small))), 7);
}
