/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command says of runs: its exit status, and a line for each. */
#ifndef TOOLS_LOG_STATUS_H
#define TOOLS_LOG_STATUS_H

#include <stdio.h>

#include "tools/log/run.h"

/* Exit statuses. Of several runs the gravest, in the order 1, 3, 4, 2, 0. */
enum {
	EXIT_RUN_PASS = 0,
	EXIT_RUN_FAIL = 1,
	EXIT_RUN_SKIP = 2,
	EXIT_RUN_INCOMPLETE = 3,
	EXIT_NO_RUN = 4,
	EXIT_USAGE = 64, /* sysexits.h: wrong arguments */
	EXIT_INPUT = 66, /* a file cannot be read, or written */
};

/* Of a run, and the graver of two. */
int exit_status(enum judgement judgement);
int graver(int a, int b);

/* One line: "pass: 93 passed, 12 checks passed, 30 skipped; pc-q35-7.2, AuthenticAMD ...; build, seed". */
void print_run_line(FILE *out, const struct run *run);

#endif
