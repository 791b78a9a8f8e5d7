/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-check: does each kind of invalidation do what it is for? With nobody rewriting, so that it is sure. */
#ifndef TESTS_INVALIDATION_H
#define TESTS_INVALIDATION_H

#include "tests/bench.h"

/*
 * For each target: a DMA fills the caches, the entry is changed, the invalidations that table 28 of the
 * specification asks for are done, and the next DMA must meet the new entry. Where it meets the old one, larger
 * invalidations are tried, to tell which one was lost.
 */
void check_invalidation(struct bench *bench, const char *id);

/*
 * The current target's entry, by words, each visible to the unit before the next is written: P of a state
 * cleared; a state put in, P last. No walk of the unit's own meets a mixture.
 */
void invalidation_take_out(struct bench *bench, unsigned state);
void invalidation_put_in(struct bench *bench, unsigned state);

#endif
