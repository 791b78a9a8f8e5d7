/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Self-checks, one test of the log each: without them no verdict means anything. And
 * what the unit's fetches look like.
 */
#ifndef TESTS_CHECKS_H
#define TESTS_CHECKS_H

#include "tests/litmus/bench.h"

/*
 * The result of a self-check, whose DMAs `tally` counts. NULL: it passed. Else a failure, or an error where the device did not
 * answer; of `kinds` (a bit set of BROKEN()) that an earlier check explains: what it follows from; one within which the device's
 * DMA was disproved: that.
 */
void check_report(const struct bench *bench, const struct tally *tally, const char *id,
		  const char *problem, unsigned kinds, uint64_t number, const char *unit);

/* The current target: every mixture ends where the reference walk says. */
bool check_witness(struct bench *bench, const char *id);

/* DMAs a second with nobody rewriting, translation off and on; sets undisturbed_rate. */
void check_rates(struct bench *bench, const char *id);

/* Thousands of faults, none uncounted; `other`: a second device behind the unit, or NULL. tests/litmus/storm.c. */
void check_fault_storm(struct bench *bench, struct bench *other, const char *id);

/*
 * Whether DMA and stores really happen at once, in either regime: walks that met a change under way. A control
 * tears also when the updater stands still between two stores (a virtual processor that was preempted), so
 * it proves nothing of that. Sets met and met_of.
 */
void check_concurrency(struct bench *bench, const char *id);

/* Flips by 64-, 128- and 256-bit stores: on how little the unit acts at once. */
void measure_granularity(struct bench *bench, const char *id);

#endif
