/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes up sequences: stores and invalidations at random, or a sequence of the catalogue mutated several times. */
#include "tests/cells/made.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"

#define STEPS_MAX     16 /* as they fall: the search grows with each */
#define MUTATIONS_MAX 4
#define WORDS_USED    3 /* of a PASID-table entry: the others are 0 in both states */

static unsigned below(uint64_t *seed, unsigned n)
{
	return (unsigned)((random_next(seed) >> 32) % n);
}

/* `words`: those to begin in. */
static struct step store_of(uint64_t *seed, enum entry_kind kind, unsigned words, uint8_t value)
{
	struct step s = { .op = STEP_STORE, .word = (uint8_t)below(seed, words), .value = value };
	unsigned room = kind_words(kind);

	static const uint8_t wide[] = { STEP_CAS,      STEP_CAS,      STEP_EXCHANGE_UNLOCKED,
					STEP_STORE128, STEP_STORE256, STEP_STORE512 };
	unsigned width;

	if (kind_is_pointer(kind))
		return (struct step){ .op = STEP_SET_POINTER, .value = VALUE_NEW };
	if (words > 1 && !kind_is_apart(kind) && !below(seed, 4)) {
		s.op = wide[below(seed, room < 4 ? 4 : room < 8 ? 5 : sizeof(wide))];
		width = step_words((enum step_op)s.op);
		s.word = (uint8_t)(s.word / width * width);
	}
	return s;
}

static struct step invalidation_of(uint64_t *seed, enum entry_kind kind)
{
	static const uint8_t ops[] = { STEP_INVALIDATE_CONTEXT,	      STEP_INVALIDATE_IOTLB,
				       STEP_INVALIDATE_TLB,	      STEP_INVALIDATE_GLOBAL,
				       STEP_INVALIDATE_CONTEXT,	      STEP_INVALIDATE_IOTLB,
				       STEP_INVALIDATE_IOTLB_PAGE,    STEP_INVALIDATE_IOTLB_LEAF,
				       STEP_INVALIDATE_CONTEXT_OTHER, STEP_INVALIDATE_PASID,
				       STEP_INVALIDATE_PASID_DOMAIN,  STEP_INVALIDATE_PASID,
				       STEP_INVALIDATE_PASID_DOMAIN,  STEP_INVALIDATE_PIOTLB };
	static const uint8_t of_paging[] = { STEP_INVALIDATE_IOTLB_LARGE,
					     STEP_INVALIDATE_IOTLB_LARGE_LEAF,
					     STEP_INVALIDATE_IOTLB_OTHER };
	const unsigned of_legacy_mode = 9;
	bool legacy = kind == KIND_ROOT_TABLE || kind == KIND_ROOT || kind == KIND_CONTEXT;
	/* What leads to many PASIDs is not followed by an invalidation of one (section 6.5.2.1). */
	bool many = kind == KIND_SM_ROOT_TABLE || kind == KIND_SM_ROOT || kind == KIND_SM_CONTEXT;
	struct step s = { .value = below(seed, 4) ? VALUE_OLD : VALUE_NEW };

	if (kind_is_of_interrupts(kind))
		return (struct step){ .op = below(seed, 2) ? STEP_INVALIDATE_IEC
							   : STEP_INVALIDATE_IEC_GLOBAL };
	if (kind_is_of_paging(kind) && !below(seed, 3)) {
		s.op = of_paging[below(seed, sizeof(of_paging))];
		return s;
	}
	do
		s.op = ops[below(seed, legacy ? of_legacy_mode : sizeof(ops))];
	while (many && s.op == STEP_INVALIDATE_PASID);
	return s;
}

static struct step flush_of(uint64_t *seed, enum entry_kind kind)
{
	return (struct step){ .op = kind_is_apart(kind) && below(seed, 2) ? STEP_FLUSH_TABLES
									  : STEP_FLUSH };
}

static size_t at_random(enum entry_kind kind, uint64_t *seed, struct step *steps)
{
	static const uint8_t values[] = { VALUE_ZERO, VALUE_OLD, VALUE_NEW, VALUE_OLD_NOT_PRESENT,
					  VALUE_NEW_NOT_PRESENT };
	unsigned words = kind_words(kind) < 4 ? kind_words(kind) : WORDS_USED;
	unsigned ends = below(seed, 16) ? words : 0, first = below(seed, words);
	size_t n = 0, before = below(seed, STEPS_MAX - 8);

	if (kind == KIND_SM_CONTEXT)
		words = ends = ends ? 2 : 0;
	words = words ? words : 2;
	for (size_t i = 0; i < before; i++)
		switch (below(seed, 5)) {
		case 0:
		case 1:
			steps[n++] = store_of(seed, kind, words,
					      values[below(seed, sizeof(values))]);
			break;
		case 2:
			steps[n++] = invalidation_of(seed, kind);
			break;
		case 3:
			steps[n++] = flush_of(seed, kind);
			break;
		case 4:
			steps[n++] = (struct step){ .op = STEP_ANY_ORDER };
			break;
		}
	if (below(seed, 2))
		steps[n++] = (struct step){ .op = STEP_ANY_ORDER };
	/* The new entry, word after word from any on. */
	for (unsigned i = 0; i < ends; i++)
		steps[n++] = (struct step){ .op = kind_is_pointer(kind) ? STEP_SET_POINTER
									: STEP_STORE,
					    .word = (uint8_t)((first + i) % words),
					    .value = VALUE_NEW };
	if (below(seed, 8))
		steps[n++] = flush_of(seed, kind);
	if (kind_is_apart(kind) && below(seed, 2))
		steps[n++] = flush_of(seed, kind);
	for (unsigned i = below(seed, 4); i; i--)
		steps[n++] = invalidation_of(seed, kind);
	if (!n || (!kind_is_of_interrupts(kind) && below(seed, 2)))
		steps[n++] = (struct step){ .op = kind_is_of_interrupts(kind) ? STEP_FLUSH
									      : STEP_SETTLE_NEW,
					    .value = VALUE_NEW };
	return n;
}

static size_t mutated(enum entry_kind kind, uint64_t *seed, struct step *steps)
{
	const struct sequence *from;
	struct step before[SEQUENCE_STEPS_MAX];
	size_t n, next;

	do
		from = &sequences[below(seed, (unsigned)sequence_count)];
	while (!(sequence_kinds(from) & 1u << kind));
	n = from->count;
	memcpy(steps, from->steps, n * sizeof(*steps));
	for (unsigned i = 1 + below(seed, MUTATIONS_MAX); i && n > 1; i--) {
		memcpy(before, steps, n * sizeof(*steps));
		next = sequence_mutate(before, n, below(seed, 2) ? MUTATION_SWAP : MUTATION_REMOVE,
				       below(seed, (unsigned)n), steps);
		if (next)
			n = next;
		else
			memcpy(steps, before, n * sizeof(*steps));
	}
	return n;
}

size_t made_sequence(enum entry_kind kind, uint64_t *seed, struct step *steps)
{
	size_t n = below(seed, 2) ? mutated(kind, seed, steps) : at_random(kind, seed, steps);
	size_t kept = 0;

	/* With no stores after it there is no order. */
	for (size_t i = 0; i < n; i++)
		if (steps[i].op != STEP_ANY_ORDER || steps_in_any_order(steps, n, i))
			steps[kept++] = steps[i];
	return kept;
}
