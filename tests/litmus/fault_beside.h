/* SPDX-License-Identifier: BSD-2-Clause */
/* Part of the check of faults: two devices that are refused at once. */
#ifndef TESTS_FAULT_BESIDE_H
#define TESTS_FAULT_BESIDE_H

#include "tests/litmus/bench.h"

/*
 * Both write to an unmapped page at one time, each to another: a record must not have the source-id of the one and the address of
 * the other (section 11.4.7.6). NULL, or what was seen; also where there is no other.
 */
const char *check_faults_beside(struct bench *bench, struct bench *other, struct tally *tally);

#endif
