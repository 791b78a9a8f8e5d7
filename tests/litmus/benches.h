/* SPDX-License-Identifier: BSD-2-Clause */
/* Benches: each device that may be used, behind its unit, proven, and with the tables of every target. */
#ifndef TESTS_BENCHES_H
#define TESTS_BENCHES_H

#include "tests/litmus/setup.h"

/*
 * Open the first device of this kind that options allow and nothing refuses; it is logged, and so is each that is
 * refused. Adds to setup's benches, counts and misowned devices.
 */
void benches_open(struct setup *setup, const struct dma_generator *generator, setup_wanted wanted,
		  unsigned updater_cpu);

/* Log every device that a generator knows, and whether it would be used, as far as reading tells. */
void benches_list(setup_wanted wanted);

#endif
