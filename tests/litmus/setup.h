/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run needs: units, two processors, memory, devices. */
#ifndef TESTS_SETUP_H
#define TESTS_SETUP_H

#include "tests/litmus/benches.h"

/*
 * Read the DMAR table, probe and take over every unit, start the updater processor, open every
 * generator that is asked for, and turn translation on for the units behind them. Logs what it
 * finds.
 */
void setup_machine(struct setup *setup, setup_wanted wanted);

#endif
