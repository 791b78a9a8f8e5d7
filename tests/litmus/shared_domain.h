/* SPDX-License-Identifier: BSD-2-Clause */
/* Two requesters with one domain-id: what is invalidated by it is so for both. */
#ifndef TESTS_SHARED_DOMAIN_H
#define TESTS_SHARED_DOMAIN_H

#include "tests/litmus/bench.h"

/*
 * Two devices, on target context, with the other one's entry in place (tests/litmus/companion.h); or two PASIDs of a device that
 * tags its requests, on a target of PASID-table entries, the second PASID the one after the first. Each has an entry of its own, of
 * the same words; both change, and are invalidated by their domain-id, and globally (sections 6.5.2.1 to 6.5.2.3). NULL, or what is
 * wrong; tally->stopped, where it could not be tried.
 */
const char *shared_domain_of_devices(struct bench *bench, struct bench *other, struct tally *tally);
const char *shared_domain_of_pasids(struct bench *bench, struct tally *tally);

#endif
