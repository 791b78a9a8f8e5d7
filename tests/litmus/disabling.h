/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of the self-checks walks and interrupts: what turning translation, or interrupt remapping, off and on does. */
#ifndef TESTS_DISABLING_H
#define TESTS_DISABLING_H

#include "tests/litmus/bench.h"

/* NULL, or what is wrong. */
const char *disabling_find(struct bench *bench, struct tally *tally);

/* The same of interrupt remapping: target irte is the current one, and is so after it. */
const char *disabling_find_interrupts(struct bench *bench, struct tally *tally);

#endif
