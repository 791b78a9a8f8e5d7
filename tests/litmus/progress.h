/* SPDX-License-Identifier: BSD-2-Clause */
/* How far the run is: a heartbeat line every ten seconds, and the screen's status line and bar. */
#ifndef TESTS_PROGRESS_H
#define TESTS_PROGRESS_H

#include <stdint.h>

#include "tests/litmus/bench.h"

/* What is ahead: how many tests, and the milliseconds they are expected to take. */
void progress_plan(unsigned tests, uint64_t ms);

/* counts: it rewrites by a sequence; a self-check tears entries by other means. */
void progress_begin(const char *id, uint64_t ms, bool counts);
void progress_end(void);

/*
 * From inside a test, about once a second, between two DMAs with the clock of the measurement
 * stopped: what was seen so far. Prints at most every ten seconds.
 */
void progress_during(const struct tally *tally);

/* All that was seen until now, for the summary. */
uint64_t progress_dmas(void);

#endif
