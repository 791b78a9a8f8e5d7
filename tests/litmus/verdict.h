/* SPDX-License-Identifier: BSD-2-Clause */
/* One sequence on one target under one regime: predicted, run, judged. */
#ifndef TESTS_VERDICT_H
#define TESTS_VERDICT_H

#include "tests/litmus/bench.h"
#include "tests/litmus/foreign.h"

/* Ways in which harm shows, each counted among DMAs of its own: exposed, held, looked at by tag. */
enum { SHOWN_TORN, SHOWN_STALE, SHOWN_MISTAGGED, SHOWN_KINDS };

/* Of one way: the control that showed it most often. */
struct best {
	uint64_t harms, of;
};

/* What unsafe sequences have shown so far in this run, on one device. */
struct shown {
	uint64_t harms[TARGET_COUNT][REGIME_COUNT]; /* of all kinds and controls, for the log */
	struct best best[TARGET_COUNT][REGIME_COUNT][SHOWN_KINDS];
	struct best torn[REGIME_COUNT]; /* on any target */
	bool witness_good[TARGET_COUNT];
	/* Of each sequence, in any regime: unsafe by the specification, can be seen here, was seen; title printed.
	 */
	uint8_t known_bad[TARGET_COUNT][SEQUENCES_MAX + FOREIGN_MAX];
};

enum { KNOWN_BAD = 1, SHOWABLE = 2, SEEN = 4, TOLD = 8 };

/*
 * Run it for its time on the current target and report the result under `id`. `shown` holds what
 * the controls before it have shown, and takes what this one shows.
 */
void verdict_run(struct bench *bench, enum target_id target, const struct sequence *sequence,
		 enum regime regime, uint32_t dwell_ns, struct shown *shown, const char *id);

/* Which known-bad sequences this device's run could show, and which it did. */
void verdict_report_known_bad(const struct bench *bench, const struct shown *shown);

/* The steps to run: the sequence's own, or with a safeguard taken out as without= asks; 0: it has
 * none. */
size_t verdict_steps(const struct sequence *sequence, struct step *steps);

/* Measured time of a test, in ms. */
uint64_t verdict_ms(const struct bench *bench, enum target_id target, enum regime regime);

/* Slow devices get longer and are only hammered: a faithful run would see nothing. */
bool verdict_is_slow(const struct bench *bench);

#endif
