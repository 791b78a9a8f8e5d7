/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the self-check walks: each bit of a DMA's address counts, in walks, caches, invalidations and records. */
#ifndef TESTS_DMA_ADDRESSES_H
#define TESTS_DMA_ADDRESSES_H

#include "tests/litmus/bench.h"

/* For the current target, in state A: DMAs to addresses that differ in one bit, from 21 on. NULL, or what is wrong. */
const char *dma_addresses_find(struct bench *bench, struct tally *tally);

#endif
