/* SPDX-License-Identifier: BSD-2-Clause */
/* Load options as text, and the formatting of numbers. */
#include <string.h>

#include "tests/host/test.h"
#include "boot/load_options.h"
#include "kernel/lib/format.h"

static const char *load(const void *data, size_t bytes, bool ok)
{
	static char out[64];

	CHECK_EQ(load_options_text(data, bytes, out, sizeof(out)), ok);
	return out;
}

TEST(load_options_in_every_shape)
{
	static const char utf16[] = "a\0=\0001\0 \0b\0=\0002\0";
	static const char named[] = "X\0.\0E\0F\0I\0 \0a\0=\0001\0\0\0";
	static const char path[] = "\\\0b\0\\\0x\0 \0a\0=\0001\0";
	static const char value[] = "a\0=\0x\0.\0e\0f\0i\0";

	CHECK(!strcmp(load(NULL, 0, true), ""));
	CHECK(!strcmp(load(utf16, 14, true), "a=1 b=2"));
	CHECK(!strcmp(load(utf16, 15, true), "a=1 b=2")); /* an odd byte behind */
	CHECK(!strcmp(load(named, sizeof(named), true), "a=1"));
	CHECK(!strcmp(load(named, 10, true), ""));
	CHECK(!strcmp(load(path, 16, true), "a=1"));
	CHECK(!strcmp(load("vtd.efi a=1", 11, true), "a=1"));
	CHECK(!strcmp(load("a=1 b=2", 8, true), "a=1 b=2"));
	/* A file name as an option's value is no image name. */
	CHECK(!strcmp(load(value, 14, true), "a=x.efi"));
}

TEST(load_options_that_are_no_text)
{
	static const uint8_t binary[] = { 0x04, 0x01, 0x2a, 0x00, 0xff, 0xfe };
	char long_text[200];

	CHECK(!strcmp(load(binary, sizeof(binary), false), ""));
	memset(long_text, 'a', sizeof(long_text));
	CHECK(!strcmp(load(long_text, sizeof(long_text), false), ""));
}

static bool prints(const char *want, const char *got)
{
	if (!strcmp(want, got))
		return true;
	CHECK(!*got || !*want);
	return false;
}

TEST(format_numbers)
{
	char text[64];

	format_text(text, sizeof(text), "%d|%5u|%-4u|%04x|%lx|%s|%c|%%", -7, 42u, 3u, 0xabu, ~0ul,
		    "s", 'c');
	CHECK(prints("-7|   42|3   |00ab|ffffffffffffffff|s|c|%", text));
	format_text(text, sizeof(text), "%ld %05d %*u", -9223372036854775807l - 1, -42, 4, 7u);
	CHECK(prints("-9223372036854775808 -0042    7", text));
	CHECK_EQ(format_text(text, 4, "%s", "longer"), 6);
	CHECK(prints("lon", text));
}

TEST(format_ratios)
{
	char text[16];

	CHECK(prints("0", format_ratio(text, 0, 5)));
	CHECK(prints("inf", format_ratio(text, 5, 0)));
	CHECK(prints("0.317", format_ratio(text, 317, 1000)));
	CHECK(prints("1.00", format_ratio(text, 7, 7)));
	CHECK(prints("12.3", format_ratio(text, 1234, 100)));
	CHECK(prints("98765", format_ratio(text, 98765, 1)));
	CHECK(prints("1.23e7", format_ratio(text, 12345678, 1)));
	CHECK(prints("8.10e-5", format_ratio(text, 81, 1000000)));
	CHECK(prints("3.00e-17", format_ratio(text, 3, 100000000000000000)));
}
