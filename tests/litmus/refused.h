/* SPDX-License-Identifier: BSD-2-Clause */
/* A write that an entry must refuse, for one reason: refusals, reserved_bits. */
#ifndef TESTS_REFUSED_H
#define TESTS_REFUSED_H

#include "tests/litmus/bench.h"

/* Which page of the target a DMA wrote to since they were marked with `number`; NULL: no page of the test. */
const char *refused_landing(const struct bench *bench, uint64_t number);

/*
 * One DMA that must be refused for the reason `want`; again: with what the unit kept of the one before. what, section: for
 * what, and where that is said. NULL, or what is wrong.
 */
const char *refused_once(struct bench *bench, struct tally *tally, uint8_t want, const char *what,
			 const char *section, bool again);

/*
 * The entry is put in, and `tries` DMAs are made, from the second on with what the unit kept of those before: each must be
 * refused for the reason that the reference walk gives. word: where it differs from state A; that may be one after the
 * target's own, which is restored at once. What was put in stays. NULL, or what is wrong; tally->stopped where nothing is
 * wrong with it by the reference.
 */
const char *refused_entry(struct bench *bench, struct tally *tally, const uint64_t *entry,
			  unsigned word, unsigned tries, const char *what, const char *section);

#endif
