/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processors at work: the driver makes the device do DMA after DMA and notes where each landed;
 * the updater turns the entry from A to B and back by one sequence. Nothing else happens while it
 * is measured: no printing, no allocation, no lock. tests/litmus/trials.h has whole measurements.
 */
#ifndef TESTS_ENGINE_H
#define TESTS_ENGINE_H

#include "tests/litmus/bench.h"

#define ENGINE_ANSWER_US \
	10000000 /* patience with the updater: a busy host may not let a virtual one run */

/* What is measured: which DMAs are made, and what happens beside them. */
struct measurement {
	uint64_t address; /* bus address of the landing page */
	uint64_t ms;
	bool rewriting;	 /* there is an updater at work */
	bool holds;	 /* it is to hold still now and then */
	bool invalidate; /* by the driver, before each DMA */
	bool stop_on_harm;
	bool check_tags; /* after a DMA into a state's page */
	bool spare;	 /* where it may be kept under the spare domain-id, too */
	bool may_break;	 /* break= is for the trials of sequences alone */
};

/* Make a target's tables the unit's. NULL, or what went wrong. */
const char *engine_choose(struct bench *bench, struct target *target);

/*
 * Write an entry with nobody else at work, and invalidate everything; then also bring the device into order.
 * False: tally->stopped says what went wrong.
 */
bool engine_put(struct bench *bench, const uint64_t *entry, struct tally *tally);
bool engine_settle(struct bench *bench, const uint64_t *entry, struct tally *tally);

/*
 * One DMA: arm the pages, invalidate, start, wait, classify; a dead device is reset. With hold_meanwhile
 * the updater is told to hold still while it is under way.
 */
enum outcome engine_dma(struct bench *bench, const struct measurement *what, struct tally *tally,
			bool hold_meanwhile);

/* A reset amid a test. Where that takes DMA itself, the entry is held still meanwhile. NULL, or what went wrong. */
const char *engine_reset(struct bench *bench, const struct measurement *what);

/* One DMA to the page under test, with nothing invalidated before and nobody rewriting. */
enum outcome engine_once(struct bench *bench, struct tally *tally);

/* The same to another address. If that is refused, this returns when its later records have come, too. */
enum outcome engine_to(struct bench *bench, uint64_t address, struct tally *tally);

/* The last DMA landed in the page of state `state`: count in `tally` whether it was kept under another domain-id. */
void engine_check_tag(struct bench *bench, const struct measurement *what, struct tally *tally,
		      unsigned state);

/* DMA after DMA for what->ms. */
void engine_measure(struct bench *bench, const struct measurement *what, struct tally *tally);

/* After a test that the watchdog cut off: stop the updater and the device, wherever they are. */
void engine_abandon(struct bench *bench);

/* Whether neither state of the target comes to this: a mixture. Absence is none. */
bool outcome_is_torn(const struct target *target, unsigned outcome);

#endif
