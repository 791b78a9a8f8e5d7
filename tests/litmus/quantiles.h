/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quantiles of many numbers in little memory: a histogram whose buckets are at most 1/32 of their numbers wide. What it
 * says is never below the true value, and at most 1/32 above it; the greatest number is exact.
 */
#ifndef TESTS_QUANTILES_H
#define TESTS_QUANTILES_H

#include <stdint.h>

#define QUANTILES_FINE	  5  /* bits of a number that tell its bucket, after the highest */
#define QUANTILES_WIDTH	  40 /* bits of the numbers; greater ones count as the greatest of these */
#define QUANTILES_BUCKETS ((QUANTILES_WIDTH - QUANTILES_FINE + 1) << QUANTILES_FINE)

struct quantiles {
	uint64_t count, most;
	uint32_t buckets[QUANTILES_BUCKETS];
};

void quantiles_add(struct quantiles *quantiles, uint64_t number);

/* The least number that `permille` of all numbers do not exceed; 0 where there is none. */
uint64_t quantiles_at(const struct quantiles *quantiles, unsigned permille);

#endif
