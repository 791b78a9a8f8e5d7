/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The companion: another device of the unit, whose context entry is in the tables of the current target. Its
 * DMAs lead to a page of its own, by the same root entry and through the same caches; nothing that is
 * rewritten may lead them anywhere else. Legacy mode only.
 */
#ifndef TESTS_COMPANION_H
#define TESTS_COMPANION_H

#include "tests/litmus/bench.h"

#define COMPANION_DOMAIN 4 /* 1 and 2 are the states', 3 is the reserved regions' */

/*
 * Put the other device's context entry into the tables of the current target, bus mastering on, the device
 * reset. It must have been proven there (tests/litmus/ownership.h). NULL, or what went wrong.
 */
const char *companion_place(struct bench *bench, struct bench *other);

/* Its entry absent there. NULL, or what went wrong. */
const char *companion_take_out(struct bench *bench, const struct bench *other);

/* Stop the other device, then take it out. */
void companion_leave(struct bench *bench, struct bench *other);

/* Around a measurement, and in it after each DMA of the device under test; without a companion: nothing. */
void companion_begin(struct bench *bench, struct tally *tally);
void companion_step(struct bench *bench, struct tally *tally);
void companion_end(struct bench *bench);

#endif
