/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers that a seed repeats. */
#ifndef KERNEL_RANDOM_H
#define KERNEL_RANDOM_H

#include <stdint.h>

/* The next number of a xorshift64 generator (Marsaglia 2003); the seed must not be 0. */
static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
