/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzzers once got or found, again: each file of corpus/ through its fuzzer, which the
 * Makefile gives a name of its own here. A finding that returns ends the program.
 */
#include "tests/host/test.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

#define CORPUS "tests/host/corpus/"

static uint8_t bytes[65536];

static size_t read_input(const char *folder, const char *name)
{
	char path[512];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!CHECK(file))
		return 0;
	n = fread(bytes, 1, sizeof(bytes), file);
	CHECK(feof(file));
	fclose(file);
	return n;
}

static void run_all(const char *folder, int (*fuzzer)(const uint8_t *, size_t))
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	if (!CHECK(listing))
		return;
	while ((entry = readdir(listing))) {
		if (entry->d_name[0] == '.')
			continue;
		fuzzer(bytes, read_input(folder, entry->d_name));
		count++;
	}
	closedir(listing);
	CHECK(count > 0);
	fuzzer(bytes, 0);
}

#define CORPUS_TEST(name)                        \
	int name(const uint8_t *data, size_t n); \
	TEST(corpus_of_##name)                   \
	{                                        \
		run_all(CORPUS #name, name);     \
	}

CORPUS_TEST(fuzz_acpi)
CORPUS_TEST(fuzz_dmar)
CORPUS_TEST(fuzz_foreign)
CORPUS_TEST(fuzz_madt)
CORPUS_TEST(fuzz_mcfg)
CORPUS_TEST(fuzz_notation)
CORPUS_TEST(fuzz_oddities)
CORPUS_TEST(fuzz_options)
CORPUS_TEST(fuzz_pxe)
CORPUS_TEST(fuzz_log)
CORPUS_TEST(fuzz_smbios)
CORPUS_TEST(fuzz_spcr)
