/* SPDX-License-Identifier: BSD-2-Clause */
/* Part of the check of walks: two devices behind one unit. */
#ifndef TESTS_BESIDE_H
#define TESTS_BESIDE_H

#include "tests/litmus/bench.h"

/*
 * Both do DMA to one address, each with an entry, tables and a domain-id of its own, and nothing invalidated between; then
 * the entry of the one is exchanged, and invalidated for it alone. NULL, or what was seen.
 */
const char *check_beside(struct bench *bench, struct bench *other, struct tally *tally);

/* One DMA of another device to this bus address, begun and waited for; a dead device is reset: tally->stopped, where that fails. */
void beside_dma(struct bench *other, uint64_t address, struct tally *tally);

#endif
