/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of walks: what a device reads by itself, as its queue, needs R. */
#ifndef TESTS_FETCHES_H
#define TESTS_FETCHES_H

#include "tests/litmus/bench.h"

/* R of the entries of all pages that the device only reads, clear. NULL, or what is wrong; tally->stopped if it is none of the unit's faults. */
const char *fetches_find(struct bench *bench, struct tally *tally);

#endif
