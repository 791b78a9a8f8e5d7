/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check interrupts: another device sends by the entry of the first. */
#ifndef TESTS_INTERRUPT_BESIDE_H
#define TESTS_INTERRUPT_BESIDE_H

#include "tests/litmus/bench.h"

/* Target irte is the current one, and is so after it. NULL, or what is wrong; also where there is no other, or it sends none. */
const char *interrupt_beside_find(struct bench *bench, struct bench *other, struct tally *tally);

#endif
