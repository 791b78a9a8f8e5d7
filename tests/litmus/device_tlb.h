/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-check of device-TLB invalidations (sections 6.5.2.5 and 6.5.2.6), with nobody rewriting. */
#ifndef TESTS_DEVICE_TLB_H
#define TESTS_DEVICE_TLB_H

#include "tests/litmus/bench.h"

/*
 * For each target, with the device's ATS on: the entry is changed and all that the unit keeps invalidated; then what
 * the device keeps, and the next DMA must use the new entry. The same while the device waits for a translation. Then
 * the entry is absent: the device is refused, and a record tells of it only where table 30 says so.
 */
void check_device_tlb(struct bench *bench, const char *id);

#endif
