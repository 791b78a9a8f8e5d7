/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI tables for tests: put together byte by byte, and opened in memory of exactly their size. */
#ifndef TESTS_HOST_TABLE_BUILDER_H
#define TESTS_HOST_TABLE_BUILDER_H

#include "kernel/firmware/acpi_table.h"
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

static uint8_t bytes[1024];
static size_t length;

static inline void put(uint64_t value, unsigned count)
{
	for (; count; count--, value >>= 8)
		bytes[length++] = (uint8_t)value;
}

static inline void put_at(size_t at, uint64_t value, unsigned count)
{
	size_t end = length;

	length = at;
	put(value, count);
	length = end;
}

static inline void fix_sum(size_t at, size_t count)
{
	uint8_t total = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < count; i++)
		total += bytes[i];
	bytes[at] = (uint8_t)-total;
}

static inline void begin(const char *signature, size_t fixed)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, signature, 4);
	length = fixed;
}

static const uint8_t *exact(void)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(length + 1);
	memcpy(copy + 1, bytes, length);
	return copy + 1;
}

static inline struct acpi_table open_table(void)
{
	struct acpi_table table;

	put_at(4, length, 4);
	fix_sum(9, length);
	CHECK(!acpi_table_open(&table, (const char *)bytes, 36, exact(), length).text);
	CHECK_EQ(table.length, length);
	return table;
}

#endif
