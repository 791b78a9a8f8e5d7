/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the self-check walks: each bit of an address counts. */
#ifndef TESTS_ADDRESSES_H
#define TESTS_ADDRESSES_H

#include "tests/litmus/bench.h"

/*
 * Tables, pages and the invalidation queue above 4 GiB, where this machine has memory there; DMAs to addresses that differ in
 * one bit. NULL, or what is wrong.
 */
const char *addresses_find(struct bench *bench, struct tally *tally);

#endif
