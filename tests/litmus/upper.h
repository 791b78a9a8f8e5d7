/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: paging entries above the last level, each. */
#ifndef TESTS_UPPER_H
#define TESTS_UPPER_H

#include "tests/litmus/bench.h"

/*
 * An entry of each level above the leaf leads to other tables, there and back, after each invalidation that suffices: what a
 * paging-structure cache has kept of it is dropped (section 6.2.5, tables 23 and 24). NULL, or what was seen.
 */
const char *check_upper(struct bench *bench, struct tally *tally);

#endif
