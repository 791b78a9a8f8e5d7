/* SPDX-License-Identifier: BSD-2-Clause */
/* Running one test: which function does it, within which deadline, and what a failure says of later tests. */
#ifndef TESTS_RUN_TEST_H
#define TESTS_RUN_TEST_H

#include "tests/litmus/selection.h"
#include "tests/litmus/verdict.h"

/* A device at work. */
struct device_run {
	struct bench *neighbour; /* another device of its unit; NULL: there is none */
	struct shown shown;	 /* by its controls, so far */
};

/* One test, within its deadline: five times what it should take, and patience beyond. */
void run_test(struct device_run *run, const struct test *test);

#endif
