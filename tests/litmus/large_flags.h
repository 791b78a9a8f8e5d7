/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check flips: Accessed and Dirty of entries that map 2 MiB. */
#ifndef TESTS_LARGE_FLAGS_H
#define TESTS_LARGE_FLAGS_H

#include "tests/litmus/bench.h"

/* A write must set both. NULL, or what is wrong. */
const char *large_flags_find(struct bench *bench, struct tally *tally);

#endif
