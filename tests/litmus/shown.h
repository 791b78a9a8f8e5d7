/* SPDX-License-Identifier: BSD-2-Clause */
/* What unsafe sequences, the controls, have shown in this run: without it "nothing torn" says nothing. */
#ifndef TESTS_SHOWN_H
#define TESTS_SHOWN_H

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
	/* Of each sequence, in any regime: unsafe by the specification, can be seen here, was seen. */
	uint8_t known_bad[TARGET_COUNT][SEQUENCES_MAX + FOREIGN_MAX];
};

enum { KNOWN_BAD = 1, SHOWABLE = 2, SEEN = 4 };

/* Take what a control has shown. */
void shown_take(struct shown *shown, const struct tally *tally, enum target_id target,
		enum regime regime);

/*
 * Whether a sequence as bad as the worst control would have shown itself in these DMAs: of n at the control's rate h, none with a
 * chance below 5 %, n * h >= 3. The ways in which it would, a bit each (1 << SHOWN_TORN and so on).
 */
unsigned shown_in_time(const struct shown *shown, const struct tally *tally, enum target_id target,
		       enum regime regime);

/* Those ways as harms (HARM_MIXTURE and so on). */
uint8_t shown_harms(unsigned ways);

/* How many harms the controls that count for this target have shown. */
uint64_t shown_by_controls(const struct shown *shown, enum target_id target, enum regime regime);

/* Which known-bad sequences this device's run could show, and which it did. */
void shown_report_known_bad(const struct bench *bench, const struct shown *shown);

#endif
