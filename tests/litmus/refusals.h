/* SPDX-License-Identifier: BSD-2-Clause */
/* Part of the check of walks: entries and addresses that must be refused, with nobody rewriting. */
#ifndef TESTS_REFUSALS_H
#define TESTS_REFUSALS_H

#include "tests/litmus/bench.h"

/*
 * P, R/W or U/S clear, reserved bits and values set, addresses with too many bits: each refused for the reason that the
 * reference walk gives, also through what the unit keeps; and not recorded where FPD says so. NULL, or what is wrong.
 */
const char *refusals_find(struct bench *bench, struct tally *tally);

#endif
