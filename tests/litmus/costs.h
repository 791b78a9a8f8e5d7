/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a sequence costs: the time of an update and of its invalidations, and for how long the device's DMA is refused
 * in one update. A pass of its own, after the measured one: the updater does one update at a time, with its times
 * taken, while the device does DMA after DMA. The next update waits until a DMA that began after this one has landed, so
 * that a refused DMA belongs to one update.
 */
#ifndef TESTS_COSTS_H
#define TESTS_COSTS_H

#include "tests/litmus/engine.h"
#include "tests/litmus/quantiles.h"

struct costs {
	uint64_t updates;	 /* that were timed */
	uint64_t blocking;	 /* of them, those in which a DMA was refused */
	uint64_t dmas, refused;	 /* during them, and until a DMA landed again */
	uint64_t unended;	 /* updates after which DMA stayed refused */
	struct quantiles update; /* all times in ns */
	struct quantiles
		blackout; /* of `blocking`: from the start of the first refused DMA to when it was known of the last */
	struct quantiles dma; /* of one DMA, nobody rewriting: how finely a blackout can be told */
	struct quantiles
		invalidation[INVALIDATION_KINDS]; /* in one update, all of a kind together */
	unsigned times
		[INVALIDATION_KINDS]; /* in one update; 0: the sequence has none of this kind */
	struct tally tally; /* of all its DMAs: what they came to, and why it was broken off */
};

/*
 * With the updater at work (updater_begin_timed()), until what->ms have passed or there are enough updates; a few are made
 * in any case. costs->tally.stopped says why it ended before that.
 */
void costs_measure(struct bench *bench, const struct measurement *what, struct costs *costs);

/* Lines for people, and the records of the next result. */
void costs_report(const struct costs *costs);

#endif
