/* SPDX-License-Identifier: BSD-2-Clause */
/* Part of the check of faults: the fault event. */
#ifndef TESTS_FAULT_EVENT_H
#define TESTS_FAULT_EVENT_H

#include "tests/litmus/bench.h"

/*
 * Refused DMAs with the event masked (FECTL.IM), then unmasked: no interrupt, then at least one, and no more than
 * records. Then one for several that are not read; one for an invalid descriptor; one that is held while it is masked. NULL,
 * or what is wrong. Nothing is tried where faults are read in the interrupt, or where the event
 * cannot be sent to the driver's APIC.
 */
const char *check_fault_event(struct bench *bench, struct tally *tally);

#endif
