/* SPDX-License-Identifier: BSD-2-Clause */
/* The second processor of the engine: it rewrites the entry, without end. */
#ifndef TESTS_UPDATER_H
#define TESTS_UPDATER_H

#include "tests/litmus/program.h"

enum updater_order { UPDATER_RUN, UPDATER_HOLD, UPDATER_STOP };

/* The trial's steps, A to B and B to A, for the bench's entry. The entry must be in A. */
void updater_load(struct bench *bench, const struct trial *trial, unsigned phase);

/* The stores of program_compile_walk(). */
void updater_load_walk(struct bench *bench, enum regime regime, uint64_t *leaf, uint64_t good,
		       uint64_t trap);

void updater_begin(unsigned cpu);

/*
 * Instead: one update for each updater_allow(), which begins within so many ticks of it, and takes the times below.
 * Times are of the processor's work: a store may become visible later than it is passed.
 */
struct update_times {
	uint64_t begin, end;
	uint64_t
		ticks[INVALIDATION_KINDS]; /* by enum invalidation_kind: all of it in this update */
	uint8_t count[INVALIDATION_KINDS];
};
void updater_begin_timed(unsigned cpu);
void updater_allow(uint64_t within);
bool updater_is_done(void); /* with all that were allowed: then its times may be read */
bool updater_gave_up(void); /* it came to an end that nobody asked for: updater_problem() */
const struct update_times *updater_times(void); /* of the last update */

bool updater_end(uint64_t us); /* false if the processor does not come to an end in time */

void updater_command(enum updater_order order);
bool updater_is_to_hold(void); /* whether that was the last order */

/* After UPDATER_HOLD: the state that the entry is held in, A (0) or B (1); -1: no answer. */
int updater_wait_held(uint64_t us);

/* Two words at once: the 128 bits that units fetch (CMPXCHG16B). */
void updater_exchange(volatile uint64_t *chunk, uint64_t low, uint64_t high);

uint64_t updater_rewrites(void);
/* Stores to entries that the updater has done ever: two readings tell how many passed between. */
uint64_t updater_stores(void);
const char *updater_problem(void); /* why it does not answer */

#endif
