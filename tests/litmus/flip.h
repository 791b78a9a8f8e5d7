/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check flips: one change of one bit under a DMA, and whether the new value holds after it. */
#ifndef TESTS_FLIP_H
#define TESTS_FLIP_H

#include "tests/litmus/bench.h"
#include "tests/litmus/explain.h"
#include "vtd/field.h"

#define FLIP_PATH_MAX 5

/* Flags of paging entries: as SS_A, SS_D and FS_EA of vtd/entry.h. */
#define SS_ACCESSED (1ull << 8)
#define SS_DIRTY    (1ull << 9)
#define FS_EXTENDED (1ull << 10)

/* In which entry the bit is: the target's own, or one above it. */
enum place { OWN, CONTEXT_ABOVE, DIRECTORY_ABOVE };

struct flip {
	uint8_t target, place, by;   /* enum target_id, place, bit_by */
	struct vtd_field bit, needs; /* of ECAP */
	unsigned pieces;	     /* what table 28 asks for */
	uint64_t flags, leaf_flags;  /* BIT_BY_FLAGS: of every entry of the walk, and of the last */
	const char *name, *section;
};

/* The live entry that is this, of the current target. */
uint64_t *flip_entry(const struct bench *bench, enum place place);

/* One bit under test, on this bench. */
struct trying {
	struct bench *b;
	struct tally *tally;
	const struct flip *flip;
	bool first;	      /* first-stage tables */
	uint64_t *word, mask; /* the bit, in the live entry */
	uint64_t before;      /* what that word was */
	uint64_t other;	      /* bus address of a second page, in the same leaf table */
	uint64_t *leaf, *other_leaf;
	uint64_t *path[FLIP_PATH_MAX]; /* paging entries of the page under test, the leaf first */
	unsigned levels;
	bool is_alone;	  /* there is no second page: `other` is the first */
	bool set;	  /* it goes from 0 to 1 */
	bool astray;	  /* a DMA did not come to its page: of one change, and then of any */
	uint64_t missing; /* of the flags, after it did */
};

#define FLIP_GLOBALLY DO(PIECES) /* everything is invalidated, globally */

/* With the flip's target current, in state A: find the bit, and what its walks go through. False: there is no second page. */
bool flip_prepare(struct trying *x);

/* As before it. */
void flip_put_back(struct trying *x);

/*
 * The bit goes from one value to the other while a DMA is under way, `pieces` (tests/litmus/explain.h) are invalidated, and
 * that DMA ends. Whether the new value does not hold then. *at_once: what was wrong before, with the old one; else left alone.
 */
bool flip_is_harmed(struct trying *x, unsigned pieces, const char **at_once);

/* The bit is FPD: with it set and P of its entry clear, everything invalidated, whether a refused DMA is recorded. */
bool flip_is_recorded_absent(struct trying *x);

#endif
