/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-check: does each kind of invalidation do what it is for? With nobody rewriting, so that it is sure. */
#ifndef TESTS_INVALIDATION_H
#define TESTS_INVALIDATION_H

#include "tests/litmus/bench.h"

/*
 * For each target and each set of invalidations that suffices for it (table 28 of the specification): a DMA fills
 * the caches, the entry is changed, the invalidations are done, and the next DMA must use the new entry. Where it
 * uses the old one, larger invalidations are tried, to tell which one was lost. Then: whether an invalidation
 * that drains writes does, and whether each bit of a domain-id counts.
 */
void check_invalidation(struct bench *bench, const char *id);

/*
 * The device was trusted, and is not any more: what of the above does not hold, which may explain it. NULL: nothing was
 * found.
 */
const char *invalidation_find(struct bench *bench);

/*
 * An entry of the current target's kind, by words, each visible to the unit before the next is written: P of a state
 * cleared; a state put in, P last. No walk of the unit's own meets a mixture.
 */
void invalidation_take_out(struct bench *bench, uint64_t *entry, unsigned state);
void invalidation_put_in(struct bench *bench, uint64_t *entry, unsigned state);

/*
 * The entry of the target goes from the old to the new, and what is kept of the old is invalidated: one of one word by one
 * store, others by way of absence.
 */
enum vtd_status invalidation_change(struct bench *bench, unsigned pieces, unsigned state);

/*
 * So from `state` to the other, `count` entries that have it; meanwhile `pieces` (a bit set of DO(), tests/litmus/explain.h) are
 * invalidated, of what `state` may have left. In caching mode everything is, at the end.
 */
enum vtd_status invalidation_exchange(struct bench *bench, uint64_t *const *entries, unsigned count,
				      unsigned pieces, unsigned state);

#endif
