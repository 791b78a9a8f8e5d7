/* SPDX-License-Identifier: BSD-2-Clause */
/* The log of the tests: KTAP for people and harnesses, one flat VTDL-RESULT line for each test. */
#ifndef TESTS_REPORT_H
#define TESTS_REPORT_H

#include "kernel/kernel.h"
#include "tests/litmus/predict.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL, /* what was tested: the unit broke the specification, or a spoiled sequence did harm */
	VERDICT_SKIP,
	VERDICT_SELF_CHECK, /* passed, but only a self-check: no pass for the run */
	VERDICT_ERROR, /* the device, the machine or this tool: nothing was learned, and the run fails */
};

/* How many tests there will be; of them, self-checks. */
void report_plan(unsigned tests, unsigned checks);

/* The same where nobody knows how many: no plan line; checks_only: all are self-checks. */
void report_plan_open(bool checks_only);

/* Which pass this is, from 1: ids of later ones get ".pass-N" behind them. */
void report_pass(unsigned pass);

/*
 * One test's result: `why` stands behind a SKIP and under a failure. number and unit go into the
 * VTDL-RESULT line.
 */
void report_result(const char *id, enum verdict verdict, const char *why, uint64_t number,
		   const char *unit);

/* A log line that the last screen shows, too. */
__attribute__((format(printf, 1, 2))) void report_highlight(const char *format, ...);

unsigned report_printed(void);	/* results so far */
unsigned report_failures(void); /* of what was tested; errors are none */
bool report_failed(void);	/* whether one of them was a failure */

/*
 * "# " lines under a test: its histogram beside what was predicted (NULL: nothing was), rates
 * and faults (raw: with their first records). undisturbed: the DMAs/s of the same device with nobody rewriting, for the
 * ratio; 0 if not measured.
 */
void report_tally(const struct target *target, const struct tally *tally,
		  const struct prediction *prediction, uint64_t undisturbed);
void report_faults(const struct fault_log *log, bool raw);

/*
 * Into the machine records of the next result: a tally as above (copied; target NULL: without its histogram);
 * beside its prediction what the specification says, and the harms that controls showed before; a line
 * "kind key=value ..." of anything else.
 */
void report_keep(const struct target *target, const struct tally *tally,
		 const struct prediction *prediction);
void report_keep_verdicts(uint8_t spec_harms, uint64_t controls, uint8_t shown);
__attribute__((format(printf, 1, 2))) void report_extra(const char *format, ...);

/* "unsafe: mixture, stale", or "safe". */
void report_harms(char *text, size_t room, uint8_t harms);

/*
 * The summary line, also for the screen, and the run's result: fail if any failed; pass if any passed, checks of our own
 * means counting only where nothing else was planned.
 */
enum run_result report_end(void);

#endif
