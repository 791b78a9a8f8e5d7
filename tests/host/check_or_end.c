/* SPDX-License-Identifier: BSD-2-Clause */
/* CHECK() of tests/host/sim_unit.c and the like in a program that is no test: what does not hold ends it. */
#include "tests/host/test.h"

#include <stdio.h>
#include <stdlib.h>

bool test_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		fprintf(stderr, "%s:%d: %s\n", file, line, what);
		abort();
	}
	return ok;
}

bool test_check_equal(unsigned long long a, unsigned long long b, const char *what,
		      const char *file, int line)
{
	return test_check(a == b, what, file, line);
}
