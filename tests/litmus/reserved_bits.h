/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the self-check walks: reserved bits of root, context, PASID-directory and PASID-table entries. */
#ifndef TESTS_RESERVED_BITS_H
#define TESTS_RESERVED_BITS_H

#include "tests/litmus/bench.h"

/* Each one alone, set in state A: a write must be refused for it. NULL, or what is wrong. */
const char *reserved_bits_find(struct bench *bench, struct tally *tally);

#endif
