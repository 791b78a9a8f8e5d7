/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check interrupts: each bit of an index counts. */
#ifndef TESTS_INTERRUPT_INDEX_H
#define TESTS_INTERRUPT_INDEX_H

#include "tests/litmus/bench.h"

/*
 * On target irte: an entry whose index differs from the target's in one bit is found by it (section 5.1.4), and dropped
 * by its invalidation (section 6.5.2.8). NULL, or what is wrong; tally->stopped, where it could not be tried.
 */
const char *interrupt_index_find(struct bench *bench, struct tally *tally);

/* The same for the upper bits: IRTA leads to a table of 65536 entries meanwhile, and back. */
const char *interrupt_index_find_upper(struct bench *bench, struct tally *tally);

#endif
