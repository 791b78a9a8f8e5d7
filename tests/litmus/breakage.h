/* SPDX-License-Identifier: BSD-2-Clause */
/* break=: what the engine spoils when asked to, so that its detectors can be seen at work. */
#ifndef TESTS_BREAKAGE_H
#define TESTS_BREAKAGE_H

#include "tests/litmus/bench.h"

/* break=spin-updater, break=hang: the updater never comes back from one of its rewritings. */
bool break_hangs_updater(void);

/* Never returns, with interrupts off: not even the watchdog's tick is served. Once in the run. */
void break_hang(void);

/* DMAs are numbered from 1 in each trial of a sequence; 0: a DMA that nothing may spoil. */

/* break=spin, break=hang: the driver never comes back from this DMA, once in the run. */
void break_hang_at(uint64_t number);

/* break=lost-dma, break=dead-device: the device never hears of this DMA, as if it hung. */
bool break_drops(uint64_t number);

/* break=unplug: whether the device's slot loses its power at this DMA. */
bool break_unplugs(uint64_t number);

/* Everything invalidated; with break=queue once, at DMA 64, the queue is given what it must stop at. */
enum vtd_status break_or_invalidate(struct bench *bench, uint64_t number);

#endif
