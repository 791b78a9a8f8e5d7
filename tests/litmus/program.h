/* SPDX-License-Identifier: BSD-2-Clause */
/* What the updater runs: a sequence with every address and value worked out. */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include "tests/litmus/bench.h"
#include "tests/litmus/sequence.h"

#define PROGRAM_MAX (2 * SEQUENCE_STEPS_MAX) /* with the dwelling in between */

struct trial {
	const struct step *steps;
	size_t count;
	uint8_t regime;	   /* enum regime */
	uint32_t dwell_ns; /* between the stores of the sequence */
	uint64_t ms;	   /* to measure for */
	bool stop_on_harm; /* end early, once anything harmful was seen */
	bool may_break;	   /* it is one of a sequence: break= may spoil it */
	bool ats;	   /* with the device's own TLB, where ats= has it used */
};

enum micro_op {
	MICRO_STORE,
	MICRO_CAS,
	MICRO_EXCHANGE_UNLOCKED,
	MICRO_STORE128,
	MICRO_STORE256,
	MICRO_STORE512,
	MICRO_SET_POINTER,
	MICRO_ANY_ORDER, /* of the stores among the next value[0] */
	MICRO_FLUSH,
	MICRO_CONTEXT_CACHE,
	MICRO_CONTEXT_CACHE_DOMAIN,
	MICRO_CONTEXT_CACHE_OTHER,
	MICRO_PASID_CACHE,
	MICRO_PASID_CACHE_DOMAIN,
	MICRO_IOTLB,
	MICRO_IOTLB_PAGE,
	MICRO_IOTLB_LEAF,
	MICRO_IOTLB_LARGE,
	MICRO_IOTLB_LARGE_LEAF,
	MICRO_IOTLB_OTHER_PAGE,
	MICRO_PIOTLB,
	MICRO_CONTEXT_CACHE_GLOBAL,
	MICRO_PASID_CACHE_GLOBAL,
	MICRO_IOTLB_GLOBAL,
	MICRO_INTERRUPT_ENTRY,
	MICRO_INTERRUPT_ENTRIES,
	MICRO_GLOBAL,
	MICRO_DEVICE_TLB,
	MICRO_WRITE_BUFFER,
	MICRO_DWELL
};

/* A step with everything worked out: what is left is to do it. */
struct micro {
	uint8_t op;
	uint16_t domain;
	uint32_t pasid;
	volatile uint64_t *address;
	uint64_t value[8]; /* dwell: ticks in value[0]; IOTLB of a page: its address */
};

struct program {
	struct micro steps[PROGRAM_MAX];
	unsigned count;
};

/* The trial's steps from A to B (p[0]) and from B to A (p[1]), for the bench's entry, which must be in A. */
void program_compile(struct program p[2], const struct bench *bench, const struct trial *trial,
		     unsigned phase);

/*
 * What only a walk that is under way can meet (legacy mode, target context): from state A to B by one 128-bit
 * exchange; the leaf entry that A's walk ends in turned to `trap`; back to `good`; back to A. Each store by
 * itself leaves nothing wrong: a request comes to the trap only if both first stores fall between its
 * read of the context entry and its read of the leaf.
 */
void program_compile_walk(struct program p[2], const struct bench *bench, enum regime regime,
			  uint64_t *leaf, uint64_t good, uint64_t trap);

#endif
