/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: several translations of one domain-id. */
#ifndef TESTS_SEVERAL_H
#define TESTS_SEVERAL_H

#include "tests/litmus/bench.h"

/*
 * Target leaf or fs-leaf, in state A. Some pages beside the target's lead where its own does, and a DMA to each fills the IOTLB;
 * all of them are changed and invalidated at once; the next DMA to each must use the new entry (section 6.5.2.3, table 23; section
 * 6.5.2.4, table 24). NULL, or what was seen.
 */
const char *check_several(struct bench *bench, struct tally *tally);

/*
 * Target large or fs-large: in state B DMAs go by turns to pages of its 2 MiB, and nothing is invalidated. Each must land at its
 * own place, by a walk and by what is kept of the one before (sections 3.6, 3.7 and 6.2.4.1). NULL, or what was seen.
 */
const char *check_within_large(struct bench *bench, struct tally *tally);

#endif
