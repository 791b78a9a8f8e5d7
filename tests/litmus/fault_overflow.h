/* SPDX-License-Identifier: BSD-2-Clause */
/* Part of the check of faults: an overflow tells of faults that were to be recorded, and of no others. */
#ifndef TESTS_FAULT_OVERFLOW_H
#define TESTS_FAULT_OVERFLOW_H

#include "tests/litmus/bench.h"

/*
 * With every fault recording register full, a refused DMA sets FSTS.PFO; with FPD set in its context entry it must not (sections
 * 7.2.1 and 9.3). Nothing is said of a unit where the first is not seen: it takes faults of one device together. Where there is
 * one register, another device fills it, if there is one. NULL, or what was seen.
 */
const char *check_suppressed_overflow(struct bench *bench, struct bench *other,
				      struct tally *tally);

#endif
