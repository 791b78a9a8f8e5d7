/* SPDX-License-Identifier: BSD-2-Clause */
/* One sequence on one target under one regime: predicted, run, judged. */
#ifndef TESTS_VERDICT_H
#define TESTS_VERDICT_H

#include "tests/litmus/bench.h"
#include "tests/litmus/shown.h"

/*
 * Run it for its time on the current target and report the result under `id`. `shown` holds what
 * the controls before it have shown, and takes what this one shows.
 */
void verdict_run(struct bench *bench, enum target_id target, const struct sequence *sequence,
		 enum regime regime, uint32_t dwell_ns, struct shown *shown, const char *id);

/* The steps to run: the sequence's own, or with a safeguard taken out as without= asks; 0: it has
 * none. */
size_t verdict_steps(const struct sequence *sequence, struct step *steps);

/* Measured time of a test, in ms. */
uint64_t verdict_ms(const struct bench *bench, enum target_id target, enum regime regime);

/* Slow devices get longer and are only hammered: a faithful run would see nothing. */
bool verdict_is_slow(const struct bench *bench);

#endif
