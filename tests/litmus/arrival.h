/* SPDX-License-Identifier: BSD-2-Clause */
/* A device's DMA was not refused, not recorded, or did not come to its page: what in the unit would explain it. */
#ifndef TESTS_ARRIVAL_H
#define TESTS_ARRIVAL_H

#include "tests/litmus/bench.h"

/* Its DMA arrived at its physical address, though its entry is absent: one more is tried. */
const char *arrival_untranslated(struct bench *bench);

/* Its DMA was not recorded as refused: some more are tried. */
const char *arrival_unrecorded(struct bench *bench);

/*
 * With state A of the current target in its place, its DMA came to `outcome`, and not to where that leads: more
 * time, more invalidations, the root table before, other bits of an address are tried.
 */
const char *arrival_elsewhere(struct bench *bench, enum outcome outcome, struct tally *tally);

#endif
