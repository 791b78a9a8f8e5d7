/* SPDX-License-Identifier: BSD-2-Clause */
/* What the whole run shares: the hand-off record, the options, and its end. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "kernel/handoff.h"
#include "kernel/options.h"

extern struct handoff *handoff;
extern struct options options;

enum run_result {
	RUN_PASS, /* everything asked was measured and is as it should be */
	RUN_FAIL, /* a test failed, or the machine could not be set up */
	RUN_SKIP, /* nothing is wrong, and nothing could be measured */
};

/*
 * Print the VTDL-END line, show the verdict on the screen and keep it where nobody reads a serial
 * console, then do as on-done= says. Never returns.
 */
_Noreturn void kernel_end(enum run_result result);

/* The words that were no options, or had no accepted value, blanks between. */
extern char misunderstood_options[256];

/* The run's result in a line or more, for the last screen; until it is called, there is none. */
void kernel_summary(const char *text);

/* Take the sequences that came with the image. False: there is a mistake, and litmus_main() tests nothing. */
bool litmus_take_sequences(void);

/* The tests: returns the run's result. Both are in tests/litmus/main.c. */
enum run_result litmus_main(void);

#endif
