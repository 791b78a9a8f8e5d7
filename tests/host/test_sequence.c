/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies in memory between any two steps, for every sequence: the little model of this stage. */
#include "tests/host/test.h"
#include "vtd/entry.h"
#include "vtd/sequence.h"

#include <string.h>

static const uint64_t a[2] = { 0x1000001, 0x101 }, b[2] = { 0x2000001, 0x202 };

static void store(const struct step *s, uint64_t *entry)
{
	if (s->op == STEP_STORE || s->op == STEP_CAS)
		entry[s->word] = step_word(s, s->word, a, b);
	if (s->op == STEP_CAS)
		entry[s->word + 1] = step_word(s, s->word + 1u, a, b);
}

/* Whether an entry that is present is at any time neither a nor b. */
static bool shows_mixture(const struct step *steps, size_t count)
{
	uint64_t entry[2] = { a[0], a[1] };
	bool mixture = false;

	for (size_t i = 0; i < count; i++) {
		store(&steps[i], entry);
		mixture |= field_get(entry, CONTEXT_P) && memcmp(entry, a, 16) &&
			   memcmp(entry, b, 16);
	}
	CHECK(!memcmp(entry, b, 16));
	return mixture;
}

static bool invalidates(const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].op == STEP_INVALIDATE_IOTLB)
			return true;
	return false;
}

TEST(sequences_are_what_their_role_says)
{
	for (size_t i = 0; i < context_sequence_count; i++) {
		const struct sequence *s = &context_sequences[i];

		CHECK(s->count <= 64);
		CHECK_EQ(shows_mixture(s->steps, s->count), s->role == SEQUENCE_TEARS);
		CHECK_EQ(invalidates(s->steps, s->count), s->role != SEQUENCE_STALE);
		CHECK(s->citation || s->role != SEQUENCE_SAFE);
		for (size_t k = 0; k < i; k++)
			CHECK(s->operation != context_sequences[k].operation ||
			      strcmp(s->name, context_sequences[k].name));
	}
}

TEST(controls_stand_before_the_safe_sequences_of_their_operation)
{
	for (size_t i = 1; i < context_sequence_count; i++)
		if (context_sequences[i].operation == context_sequences[i - 1].operation &&
		    context_sequences[i - 1].role == SEQUENCE_SAFE)
			CHECK_EQ(context_sequences[i].role, SEQUENCE_SAFE);
}

static const struct sequence *find(enum operation operation, const char *name)
{
	for (size_t i = 0; i < context_sequence_count; i++)
		if (context_sequences[i].operation == operation &&
		    !strcmp(context_sequences[i].name, name))
			return &context_sequences[i];
	return NULL;
}

TEST(every_safeguard_of_the_new_sequence_matters)
{
	const struct sequence *s = find(OPERATION_TEARDOWN_SETUP, "linux-7.0");
	struct step steps[64];
	size_t n;

	n = sequence_without_barrier(s, steps);
	CHECK(n && n <= s->count && shows_mixture(steps, n));
	n = sequence_without_present(s, steps);
	CHECK(n && n <= s->count && shows_mixture(steps, n));
	n = sequence_without_invalidations(s, steps);
	CHECK(n && !invalidates(steps, n) && !shows_mixture(steps, n));
}

TEST(a_safeguard_that_is_not_there_cannot_be_taken_out)
{
	const struct sequence *s = find(OPERATION_REPLACE, "cmpxchg16b");
	struct step steps[64];

	CHECK_EQ(sequence_without_barrier(s, steps), 0);
	CHECK_EQ(sequence_without_present(s, steps), 0);
	CHECK_EQ(sequence_without_invalidations(find(OPERATION_REPLACE, "no-invalidation"), steps),
		 0);
}

TEST(steps_have_words)
{
	struct step store = { STEP_STORE, 1, VALUE_NEW }, barrier = { STEP_BARRIER, 0, 0 };
	char text[96], small[8];

	CHECK(!strcmp(step_text(&store, text, sizeof(text)), "store word 1 := new"));
	CHECK(!strcmp(step_text(&barrier, text, sizeof(text)), "barrier"));
	CHECK_EQ(strlen(step_text(&store, small, sizeof(small))), 7);
}
