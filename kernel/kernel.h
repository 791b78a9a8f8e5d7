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

/* Print the VTDL-END line, then do as on-done= says. Never returns. */
_Noreturn void kernel_end(enum run_result result);

/* The tests: returns the run's result. Implemented in tests/main.c. */
enum run_result litmus_main(void);

#endif
