/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check interrupts: its tables above 4 GiB, and what a posted-interrupt descriptor says of notifications. */
#ifndef TESTS_INTERRUPT_PLACES_H
#define TESTS_INTERRUPT_PLACES_H

#include "tests/litmus/bench.h"

/* Target irte is the current one before it; after it none of interrupts is. NULL, or what is wrong. */
const char *interrupt_places_find(struct bench *bench, struct tally *tally);

#endif
