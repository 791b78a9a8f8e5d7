/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner of unit tests. */
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

static struct test *first, **last = &first;
static const struct test *current;
static bool failed;

void test_add(struct test *test)
{
	*last = test;
	last = &test->next;
}

/* True if this is the running test's first failure, which alone is printed. */
static bool fail(const char *what, const char *file, int line)
{
	if (failed)
		return false;
	failed = true;
	printf("FAIL %s: %s:%d: %s", current->name, file, line, what);
	return true;
}

bool test_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok && fail(what, file, line))
		putchar('\n');
	return ok;
}

bool test_check_equal(unsigned long long a, unsigned long long b, const char *what,
		      const char *file, int line)
{
	if (a != b && fail(what, file, line))
		printf(": %llu (%#llx) and %llu (%#llx)\n", a, a, b, b);
	return a == b;
}

int main(int argc, char **argv)
{
	unsigned passes = 0, failures = 0;

	/* A test that crashes shall not take the lines of those before it along. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (current = first; current; current = current->next) {
		if (argc > 1 && !strstr(current->name, argv[1]))
			continue;
		failed = false;
		current->run();
		if (failed)
			failures++;
		else
			passes++;
	}
	printf("%u passed, %u failed\n", passes, failures);
	return failures ? 1 : 0;
}
