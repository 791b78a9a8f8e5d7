/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check flips: Dirty of a page whose write is refused. */
#ifndef TESTS_REFUSED_FLAGS_H
#define TESTS_REFUSED_FLAGS_H

#include "tests/litmus/bench.h"

/* It must stay clear. NULL, or what is wrong. */
const char *refused_flags_find(struct bench *bench, struct tally *tally);

#endif
