/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of walks: what paging entries of either stage refuse in scalable mode, which has reasons of its own. */
#ifndef TESTS_SCALABLE_REFUSALS_H
#define TESTS_SCALABLE_REFUSALS_H

#include "tests/litmus/bench.h"

/* Permissions of one entry clear, of each level: the write is refused, and recorded with its reason. NULL, or what is wrong. */
const char *scalable_refusals_find(struct bench *bench, struct tally *tally);

#endif
