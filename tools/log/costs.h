/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sequence costs, in words; and of several runs together. */
#ifndef TOOLS_LOG_COSTS_H
#define TOOLS_LOG_COSTS_H

#include "tools/log/run.h"

/* "840 ns", "1.24 us", "3.10 ms": three digits. */
char *time_text(uint64_t ns, char text[24]);

/* "1.24 us (99 %: 1.80, at most 2.20 us)" */
char *times_text(const struct times *t, char text[96]);

/* Of several runs: whatever the order in which they are added. */
struct cost_sum {
	uint32_t runs, blocked_runs; /* that have costs; of them, those with a refused DMA */
	uint64_t updates, blocking, dmas, refused;
	uint64_t update_least, update_most;	/* of the runs' medians */
	uint64_t blackout_least, blackout_most; /* the same, of the blocked runs */
	uint64_t longest;			/* blackout of all */
	uint64_t dma_most;			/* median of one DMA, of the slowest run */
};
void cost_add(struct cost_sum *sum, const struct costs *costs);
void cost_merge(struct cost_sum *to, const struct cost_sum *from);

/*
 * What of the costs differs between two groups of runs; NULL: nothing that is sure. Times differ where the medians of
 * all runs of one side are more than twice those of the other's; refusals where each run of one side has some, and none
 * of the other's has.
 */
const char *cost_difference(const struct cost_sum *a, const struct cost_sum *b,
			    uint32_t least_runs);

#endif
