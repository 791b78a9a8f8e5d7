/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of the check of invalidations: requests under way, the bits of domain-ids, and what a queue must refuse. */
#ifndef TESTS_DRAINING_H
#define TESTS_DRAINING_H

#include "tests/litmus/bench.h"

/*
 * Target leaf, in state A: a DMA is under way while its page is exchanged; after an IOTLB invalidation that
 * drains writes nothing may be written to the old page any more (section 6.5.4). NULL, or what was seen.
 */
const char *check_draining(struct bench *bench, struct tally *tally);

/*
 * A wait writes its four bytes of status and no more, and tells of itself where IF asks for it; IQH follows; a
 * descriptor of no type stops the queue (section 6.5.2).
 */
const char *check_queue(struct bench *bench, struct tally *tally);

/* Target context, in state A: IOTLB invalidations by domain-ids of one bit each. */
const char *check_domain_bits(struct bench *bench, struct tally *tally);
/* The same of the PASID cache on target pasid-ss, of the PASID-based IOTLB on target pasid-fs; in state A. */
const char *check_pasid_domain_bits(struct bench *bench, struct tally *tally);

#endif
