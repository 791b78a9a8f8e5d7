/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A part of the check flips: software reads and clears Dirty of a leaf entry while the unit may be setting it (sections
 * 3.6.2 and 3.7.2). NULL, or what is wrong; tally->stopped where it was the device or the unit's queue.
 */
#ifndef TESTS_CLEARING_H
#define TESTS_CLEARING_H

#include "tests/litmus/bench.h"

const char *clearing_find(struct bench *bench, struct tally *tally);

#endif
