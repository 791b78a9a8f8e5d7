/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: requests by registers. */
#ifndef TESTS_REGISTER_CHECKS_H
#define TESTS_REGISTER_CHECKS_H

#include "tests/litmus/bench.h"

/*
 * The queue off for a while, and entries of legacy mode changed and invalidated through CCMD, IVA and IOTLB_REG. NULL, or what
 * is wrong; tally->stopped if it is none of the unit's faults. Nothing to do on units without these registers, or without queue.
 */
const char *check_registers(struct bench *bench, struct tally *tally);

#endif
