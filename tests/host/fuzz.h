/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzzers share. Each fuzz_NAME.c has one LLVMFuzzerTestOneInput() and names in its second
 * line the sources it needs; under libFuzzer (`make fuzz`) it gets inputs without end, in the unit
 * tests (test_corpus.c) those of corpus/fuzz_NAME/.
 */
#ifndef TESTS_HOST_FUZZ_H
#define TESTS_HOST_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/firmware/acpi_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool ok)
{
	if (!ok)
		abort();
}

/* Read what was handed out, so that the sanitizer sees where it lies. */
static inline uint8_t touch(const void *bytes, size_t count)
{
	const volatile uint8_t *p = bytes;
	uint8_t mix = 0;

	while (count--)
		mix ^= *p++;
	return mix;
}

/* A copy of exactly `size` bytes, so that the sanitizer sees a read behind them; free() it. */
static inline uint8_t *exact(const uint8_t *data, size_t size)
{
	uint8_t *copy = calloc(1, size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

/* Signature and length as they should be: without that most inputs end at their header. */
static inline void put_header(uint8_t *table, size_t size, const char *signature)
{
	memcpy(table, signature, 4);
	for (unsigned i = 0; i < 4; i++)
		table[4 + i] = (uint8_t)(size >> 8 * i);
}

/* A problem has words for people and lies in the table; its end counts, where something is cut. */
static inline void check_problem(struct table_problem problem, size_t size)
{
	require(!problem.text ? !problem.offset : problem.text[0] && problem.offset <= size);
}

/* As a table is opened; length 0 only with a problem. */
static inline struct acpi_table open_table(const uint8_t *bytes, size_t size, const char *signature,
					   uint32_t fixed)
{
	struct acpi_table table;
	struct table_problem problem = acpi_table_open(&table, signature, fixed, bytes, size);

	check_problem(problem, ACPI_HEADER_BYTES);
	require(table.length ? table.bytes == bytes && table.length >= fixed && table.length <= size
			     : problem.text != NULL);
	return table;
}

#endif
