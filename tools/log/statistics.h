/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounds for a share: `seen` of `trials`. They take trials for independent, which DMAs are only roughly. */
#ifndef TOOLS_LOG_STATISTICS_H
#define TOOLS_LOG_STATISTICS_H

#include <stdint.h>

struct interval {
	double low, high;
};

/*
 * Wilson's score interval at 95 % (E. B. Wilson 1927). Where nothing was seen, high is the 3/n that the
 * kernel prints; where there were no trials, 0 to 1.
 */
struct interval share_interval(uint64_t seen, uint64_t trials);

/*
 * Fisher's exact test, two-sided: how probable a difference as large as between a of n and b of m is, if
 * both have one share. 1 where there were no trials on one side. At most about a million terms are added.
 */
double share_difference(uint64_t a, uint64_t n, uint64_t b, uint64_t m);

#endif
