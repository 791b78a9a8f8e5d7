/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests on the build machine. A program is tests/host/test.c, any number of files with
 * TEST(name) { ... } in them and what they test; its argument, if any, picks the tests whose name
 * contains it.
 */
#ifndef TESTS_HOST_TEST_H
#define TESTS_HOST_TEST_H

#include <stdbool.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void test_add(struct test *test);
bool test_check(bool ok, const char *what, const char *file, int line);
bool test_check_equal(unsigned long long a, unsigned long long b, const char *what,
		      const char *file, int line);

#define TEST(name)                                                   \
	static void test_##name(void);                               \
	__attribute__((constructor)) static void add_##name(void)    \
	{                                                            \
		static struct test test = { #name, test_##name, 0 }; \
                                                                     \
		test_add(&test);                                     \
	}                                                            \
	static void test_##name(void)

/*
 * Both yield whether the check held; the test goes on either way, and its first failure is the one
 * that is printed. CHECK_EQ takes integers and pointers.
 */
#define CHECK(cond) test_check((cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ(a, b)                                                                             \
	test_check_equal((unsigned long long)(a), (unsigned long long)(b), #a " == " #b, __FILE__, \
			 __LINE__)

#endif
