/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the self-check walks: what a unit makes of reads. */
#ifndef TESTS_READS_H
#define TESTS_READS_H

#include "tests/litmus/bench.h"

/* NULL, or what is wrong; also where the device is not made to read. */
const char *reads_find(struct bench *bench, struct tally *tally);

#endif
