/* SPDX-License-Identifier: BSD-2-Clause */
/* Which bits of an entry a unit uses, with no tables behind. */
#ifndef TOOLS_MODEL_USED_H
#define TOOLS_MODEL_USED_H

#include "tests/host/bench.h"
#include "tests/litmus/model.h"

/* Bits of an entry of this kind that the unit looks at if it has this value; kind_words() words. */
void used_bits(enum entry_kind kind, const uint64_t *entry, uint64_t *used);

struct used_pair {
	enum entry_kind kind;
	uint64_t state[2][8];
};

enum { USED_OLD, USED_NEW, USED_MIXTURE, USED_NOT_PRESENT };

/* For the model; context is a struct used_pair. An entry is old or new if all bits used of it are. */
void used_meaning(void *context, const uint64_t *entry, struct model_meaning *out);

/* What the model says of these steps from state[0] to state[1] alone, on such a unit. */
struct model_answer used_ask(struct used_pair *pair, const struct step *steps, size_t count,
			     bool never_blocks, struct bench_question how);

/*
 * Chunks of 128 bits that hold bits which both use and which differ: a bit set. What only one of them uses can be
 * stored while the other is in use.
 */
unsigned used_critical_chunks(const struct used_pair *pair);

#endif
