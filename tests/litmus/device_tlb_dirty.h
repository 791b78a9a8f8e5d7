/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check device-tlb: Dirty of what a device writes to by its own TLB. */
#ifndef TESTS_DEVICE_TLB_DIRTY_H
#define TESTS_DEVICE_TLB_DIRTY_H

#include "tests/litmus/bench.h"

/* NULL, or what is wrong; tally->stopped where it was the device or the unit's queue. */
const char *device_tlb_dirty_find(struct bench *bench, struct tally *tally);

#endif
