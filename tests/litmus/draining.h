/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of the check of invalidations: requests under way, and the bits of domain-ids. */
#ifndef TESTS_DRAINING_H
#define TESTS_DRAINING_H

#include "tests/litmus/bench.h"

/*
 * Target leaf or fs-leaf, in state A: a DMA is under way while its page is exchanged; after each IOTLB invalidation that
 * suffices, and drains writes, nothing may be written to the old page any more (section 6.5.4). NULL, or what was seen.
 */
const char *check_draining(struct bench *bench, struct tally *tally);
/* The same of what passes through, in both modes, and of nested translations. Each chooses its target. */
const char *check_draining_of_kinds(struct bench *bench, struct tally *tally);

/* Target context, in state A: IOTLB invalidations by domain-ids of one bit each. */
const char *check_domain_bits(struct bench *bench, struct tally *tally);
/* The same of the PASID cache on target pasid-ss, of the PASID-based IOTLB on target pasid-fs; in state A. */
const char *check_pasid_domain_bits(struct bench *bench, struct tally *tally);

#endif
