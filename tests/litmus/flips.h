/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check flips: one bit of a live entry is changed while the device does DMA, and what the bit says must hold once its
 * invalidations are done. Its controls leave one of these out. Dirty bits that software clears meanwhile: clearing.h.
 */
#ifndef TESTS_FLIPS_H
#define TESTS_FLIPS_H

#include "tests/litmus/bench.h"

void check_flips(struct bench *bench, const char *id);

#endif
