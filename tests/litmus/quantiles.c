/* SPDX-License-Identifier: BSD-2-Clause */
/* A histogram by powers of two, each in 32 parts. */
#include "tests/litmus/quantiles.h"

/* Numbers below 64 have buckets of their own. */
static unsigned bucket_of(uint64_t number)
{
	unsigned shift;

	if (number >> QUANTILES_WIDTH)
		number = (1ull << QUANTILES_WIDTH) - 1;
	if (!(number >> QUANTILES_FINE))
		return (unsigned)number;
	shift = 63 - (unsigned)__builtin_clzll(number) - QUANTILES_FINE;
	return (shift << QUANTILES_FINE) + (unsigned)(number >> shift);
}

/* The greatest number of a bucket. */
static uint64_t end_of(unsigned bucket)
{
	unsigned shift = bucket >> QUANTILES_FINE;

	if (!shift)
		return bucket;
	shift--;
	return (((uint64_t)bucket - ((uint64_t)shift << QUANTILES_FINE) + 1) << shift) - 1;
}

void quantiles_add(struct quantiles *q, uint64_t number)
{
	q->count++;
	q->most = number > q->most ? number : q->most;
	q->buckets[bucket_of(number)]++;
}

uint64_t quantiles_at(const struct quantiles *q, unsigned permille)
{
	uint64_t wanted = (q->count * permille + 999) / 1000, seen = 0;

	wanted = wanted ? wanted : 1;
	for (unsigned i = 0; q->count && i < QUANTILES_BUCKETS; i++) {
		seen += q->buckets[i];
		if (seen >= wanted)
			/* In the last bucket are numbers that are too great for it. */
			return i + 1 == QUANTILES_BUCKETS || end_of(i) > q->most ? q->most
										 : end_of(i);
	}
	return 0;
}
