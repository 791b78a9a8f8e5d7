/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a unit still uses an old entry: larger invalidations are tried until one ends it. */
#ifndef TESTS_EXPLAIN_H
#define TESTS_EXPLAIN_H

#include "tests/litmus/bench.h"

/* Single invalidations, in the order in which they are given: context cache, PASID cache, then IOTLB. */
enum piece {
	CONTEXT_DEVICE,
	CONTEXT_FUNCTIONS,
	CONTEXT_DOMAIN,
	CONTEXT_ALL,
	PASID_ONE,
	PASID_DOMAIN,
	PASID_ALL,
	IOTLB_PAGE,
	IOTLB_PAGES,
	IOTLB_AROUND, /* the same, ADDR not the first page of its range */
	IOTLB_DOMAIN,
	IOTLB_ALL,
	PIOTLB_PAGE,
	PIOTLB_PAGES,
	PIOTLB_AROUND,
	PIOTLB_PASID,
	PIECES,
};
#define DO(piece) (1u << (piece))

/* Whether this unit has all of them. */
bool pieces_are_had(const struct bench *bench, unsigned pieces);

/*
 * Put the target in force for which they are to be given. False: it is not. The unit lacks it, or some of them; or only one of
 * its states can be there at a time; or *problem says why.
 */
bool pieces_choose(struct bench *bench, enum target_id id, unsigned pieces, struct tally *tally,
		   const char **problem);

/* Give these, of everything that the current target's entry of `state` may have left. */
enum vtd_status pieces_give(struct bench *bench, unsigned pieces, unsigned state);

/* "device-selective context-cache invalidation (section 6.5.2.1) and ...". */
void pieces_text(char *text, size_t room, unsigned pieces);

/* What ended it. */
enum cause {
	CAUSE_LATE,	 /* time alone */
	CAUSE_ONCE_MORE, /* the same invalidations */
	CAUSE_TAG,	 /* an IOTLB invalidation of a domain-id that is not the entry's */
	CAUSE_IOTLB,	 /* a global invalidation of this cache, and of those further down */
	CAUSE_PASID,
	CAUSE_CONTEXT,
	CAUSE_ALL,     /* all of them, once more: the caches refill from each other */
	CAUSE_SMALLER, /* none of the global ones, but smaller ones */
	CAUSE_NONE,
	CAUSES,
};

/*
 * The entry of `state` is still used, though it was replaced by the other state's and `pieces` were given. *domain:
 * for CAUSE_TAG.
 */
enum cause explain_old(struct bench *bench, unsigned pieces, unsigned state, struct tally *tally,
		       uint16_t *domain);

/* The end of a message: what was seen to end it, and what in the unit would explain that. */
void explain_text(char *text, size_t room, enum cause cause, unsigned pieces, uint16_t domain);

/*
 * The device's entry is absent and everything was invalidated, globally, but its DMA is not refused: what was seen to end
 * that, and what would explain it.
 */
const char *explain_not_refused(struct bench *bench);

#endif
