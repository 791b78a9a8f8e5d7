/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the log goes: the tables that name a serial console, a UART in memory, the screen. */
#include "kernel/firmware/acpi_bytes.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/output/log.h"
#include "kernel/output/screen.h"
#include "kernel/firmware/spcr.h"
#include "kernel/output/uart.h"
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

/* --- SPCR and DBG2 --- */

static uint8_t table[256];
static struct console_place place;

static void put_address(uint8_t *at, uint8_t space, uint8_t bits, uint8_t access, uint64_t address)
{
	at[0] = space;
	at[1] = bits;
	at[2] = 0;
	at[3] = access;
	memcpy(at + 4, &address, 8);
}

/* NULL, or what is wrong. */
static const char *read_spcr(const void *bytes, size_t length)
{
	struct acpi_table t = { bytes, (uint32_t)length };

	return spcr_read(&t, &place).text;
}

static const char *read_dbg2(const void *bytes, size_t length)
{
	struct acpi_table t = { bytes, (uint32_t)length };

	return dbg2_read(&t, &place).text;
}

static const char *spcr(uint8_t type, uint8_t space, uint8_t bits, uint8_t access, uint64_t address,
			uint8_t baud)
{
	memset(table, 0, sizeof(table));
	table[8] = 2;
	table[36] = type;
	put_address(table + 40, space, bits, access, address);
	table[58] = baud;
	return read_spcr(table, 80);
}

TEST(spcr_names_a_port)
{
	CHECK(!spcr(0, 1, 8, 1, 0x2f8, 7));
	CHECK(!place.is_mmio && place.base == 0x2f8 && place.stride == 1 && place.width == 1);
	CHECK_EQ(place.baud, 115200);
	CHECK(!spcr(0, 1, 8, 3, 0x3f8, 3)); /* ports stand side by side, whatever it says */
	CHECK(place.stride == 1 && place.baud == 9600);
	CHECK(!spcr(0, 1, 8, 1, 0x3f8, 0));
	CHECK_EQ(place.baud, 0); /* as firmware left it */
	CHECK(!spcr(0, 1, 8, 1, 0x3f8, 255));
	CHECK_EQ(place.baud, 0);
}

TEST(spcr_names_registers_in_memory)
{
	CHECK(!spcr(0x12, 0, 32, 3, 0xfe034000, 0));
	CHECK(place.is_mmio && place.base == 0xfe034000 && place.stride == 4 && place.width == 4);
	CHECK(!spcr(0, 0, 8, 1, 0xfe034000, 7));
	CHECK(place.stride == 1 && place.width == 1);
	CHECK(!spcr(0, 0, 32, 0, 0x1fe034000, 7)); /* no access size: as wide as it is */
	CHECK(place.stride == 4 && place.base == 0x1fe034000);
	CHECK(!spcr(0x14, 0, 8, 1, 0xfe034000, 0)); /* LPSS: always 32 bits */
	CHECK_EQ(place.stride, 4);
	CHECK(!spcr(0, 0, 16, 2, 0xfe034000, 0));
	CHECK(place.stride == 2 && place.width == 2);
}

TEST(spcr_says_what_is_wrong)
{
	CHECK(spcr(3, 0, 32, 3, 0x9000000, 0)); /* a PL011 */
	CHECK(spcr(0, 1, 8, 1, 0, 0));
	CHECK(spcr(0, 1, 8, 1, 0x10000, 0));
	CHECK(spcr(0, 2, 8, 1, 0x3f8, 0)); /* PCI configuration space */
	for (size_t n = 0; n < 80; n++)
		CHECK(read_spcr(table, n));
}

TEST(spcr_of_revision_4_has_the_very_rate)
{
	uint8_t *long_table = calloc(1, 84);

	spcr(0, 1, 8, 1, 0x3f8, 7);
	memcpy(long_table, table, 80);
	long_table[8] = 4;
	long_table[80] = 0x00;
	long_table[81] = 0x96; /* 38400 */
	CHECK(!read_spcr(long_table, 84));
	CHECK_EQ(place.baud, 38400);
	CHECK(!read_spcr(long_table, 83)); /* its end would be outside */
	CHECK_EQ(place.baud, 115200);
	free(long_table);
}

/* One device at 44: `type`, its address at 22 in it. Bytes of the table. */
static size_t dbg2(uint16_t type, uint16_t subtype, uint32_t count)
{
	uint8_t *info = table + 44;

	memset(table, 0, sizeof(table));
	table[36] = 44;
	memcpy(table + 40, &count, 4);
	info[1] = 40;
	memcpy(info + 12, &type, 2);
	memcpy(info + 14, &subtype, 2);
	info[18] = 22;
	put_address(info + 22, 0, 32, 3, 0xfe000000);
	return 84;
}

TEST(dbg2_names_a_serial_port)
{
	CHECK(!read_dbg2(table, dbg2(0x8000, 0x12, 1)));
	CHECK(place.is_mmio && place.base == 0xfe000000 && place.stride == 4 && !place.baud);
}

TEST(dbg2_says_what_is_wrong)
{
	size_t n = dbg2(0x8003, 0, 1); /* a network card */

	CHECK(read_dbg2(table, n));
	n = dbg2(0x8000, 0, 1000000); /* the first is good enough */
	CHECK(!read_dbg2(table, n));
	n = dbg2(0x8003, 0, 1000000);
	CHECK(read_dbg2(table, n));
	n = dbg2(0x8000, 0, 1);
	table[44 + 1] = 0; /* length 0: an endless loop for a careless reader */
	CHECK(read_dbg2(table, n));
	n = dbg2(0x8000, 0, 1);
	table[44 + 18] = 39; /* the address sticks out */
	CHECK(read_dbg2(table, n));
	n = dbg2(0x8000, 0, 1);
	table[39] = 0xff; /* the first device far away */
	CHECK(read_dbg2(table, n));
	for (n = 0; n < 84; n++) {
		uint8_t *exact = malloc(n + 1); /* so that a read past its end is seen */

		dbg2(0x8000, 0, 1);
		memcpy(exact, table, n);
		CHECK(read_dbg2(exact, n));
		free(exact);
	}
}

/* --- a UART in memory --- */

static uint32_t registers[8];

TEST(uart_in_memory_by_its_stride)
{
	struct uart u = { .base = (uint64_t)registers, .is_mmio = true, .stride = 4, .width = 4 };

	memset(registers, 0, sizeof(registers));
	registers[5] = 0x60;
	registers[0] = 0x0d; /* the divisor that firmware set, as this memory shows it */
	CHECK(uart_open(&u));
	CHECK_EQ(registers[3], 3);
	CHECK_EQ(registers[2], 7);
	CHECK_EQ(registers[0], 0x0d); /* left alone */
	uart_write(&u, "ab");
	CHECK_EQ(registers[0], 'b');
	registers[6] = 0;
	CHECK(!uart_has_reader(&u));
	registers[6] = 0xb0;
	CHECK(uart_has_reader(&u));
}

TEST(uart_by_bytes_side_by_side)
{
	uint8_t *bytes = (uint8_t *)registers;
	struct uart u = { .base = (uint64_t)registers, .is_mmio = true, .stride = 1, .width = 1 };

	memset(registers, 0, sizeof(registers));
	bytes[5] = 0x60;
	CHECK(uart_open(&u));
	uart_write(&u, "x");
	CHECK_EQ(bytes[0], 'x');
	CHECK_EQ(bytes[7], 0xa5); /* the scratch register, last tried with this */
}

TEST(uart_that_is_not_there)
{
	struct uart u = { .base = (uint64_t)registers, .is_mmio = true, .stride = 4, .width = 4 };

	memset(registers, 0xff, sizeof(registers));
	CHECK(!uart_open(&u));
}

TEST(uart_that_nobody_reads_counts_what_is_lost)
{
	struct uart u = { .base = (uint64_t)registers, .is_mmio = true, .stride = 4, .width = 4 };

	memset(registers, 0, sizeof(registers));
	registers[5] = 0x60;
	CHECK(uart_open(&u));
	registers[5] = 0; /* full from now on */
	uart_write(&u, "12345");
	uart_write(&u, "67890");
	CHECK(u.stuck && u.lost == 10);
	registers[6] = 0xb0;
	CHECK(!uart_has_reader(&u));
	registers[5] = 0x60;
	uart_write(&u, "z");
	CHECK(!u.stuck && !u.lost && u.lost_in_all == 10);
	CHECK_EQ(registers[0], 'z');
}

/* --- the screen --- */

static uint8_t *pixels;
static uint64_t pixel_room; /* exactly, so that the sanitizer sees what is drawn outside */

volatile void *paging_map_combining(uint64_t physical, uint64_t bytes)
{
	(void)physical;
	pixel_room = bytes;
	pixels = calloc(1, bytes);
	return pixels;
}

static uint32_t pixel(const struct framebuffer *f, unsigned bytes, uint32_t x, uint32_t y)
{
	uint32_t value = 0;

	memcpy(&value, pixels + ((size_t)y * f->stride + x) * bytes, bytes);
	return value;
}

/* Bytes behind the visible part of the first line: still 0? */
static bool margin_is_untouched(const struct framebuffer *f, unsigned bytes)
{
	for (uint32_t y = 0; y < f->height; y++)
		for (uint32_t x = f->width; x < f->stride; x++)
			if (pixel(f, bytes, x, y))
				return false;
	return true;
}

static void everything_is_drawn(const struct framebuffer *f, unsigned bytes, uint32_t green)
{
	CHECK(screen_open(f, "title"));
	for (unsigned i = 0; i < 200; i++)
		screen_log(
			"# a note that is longer than the screen is wide, so that it must be cut "
			"somewhere before the right edge, wherever that may be on this one\n"
			"VTDL-RESULT a.b pass 12 torn\n");
	screen_results_only(true);
	screen_progress("half", 500);
	screen_log("ok 1 a\nnot ok 2 b\nok 3 c # SKIP why\n");
	screen_verdict("PASS", COLOUR_GREEN, "one\ntwo\n");
	CHECK(margin_is_untouched(f, bytes));
	CHECK_EQ(pixel(f, bytes, 0, 0), green);
	screen_log("nothing more\n");
	free(pixels);
}

/* Whether this line of the log draws anything where only results are shown. */
static bool is_shown_among_results(const char *line)
{
	static const struct framebuffer f = {
		.base = 1, .width = 640, .height = 480, .stride = 640
	};
	uint64_t before = 0, after = 0;

	CHECK(screen_open(&f, "title"));
	screen_results_only(true);
	for (uint64_t i = 0; i < pixel_room; i++)
		before += pixels[i];
	screen_log(line);
	for (uint64_t i = 0; i < pixel_room; i++)
		after += pixels[i];
	screen_results_only(false);
	free(pixels);
	return before != after;
}

TEST(screen_shows_what_failed_and_why)
{
	CHECK(is_shown_among_results("not ok 1 a\n"));
	CHECK(is_shown_among_results("# " LOG_FAILURE ": why\n"));
	CHECK(is_shown_among_results("# " LOG_ERROR ": why\n"));
	CHECK(is_shown_among_results("# " LOG_PANIC ": why\n"));
	CHECK(is_shown_among_results("# " LOG_WATCHDOG ": why\n"));
	CHECK(is_shown_among_results("# " LOG_PLACE " 0\n"));
	CHECK(!is_shown_among_results("# a note\n"));
}

TEST(screen_in_every_pixel_format)
{
	/* COLOUR_GREEN is 30d060 */
	everything_is_drawn(
		&(struct framebuffer){
			.base = 1, .width = 640, .height = 480, .stride = 704, .format = 0 },
		4, 0x60d030);
	everything_is_drawn(
		&(struct framebuffer){
			.base = 1, .width = 1920, .height = 1080, .stride = 1920, .format = 1 },
		4, 0x30d060);
	everything_is_drawn(&(struct framebuffer){ .base = 1,
						   .width = 800,
						   .height = 600,
						   .stride = 832,
						   .format = 2,
						   .red_mask = 0xf800,
						   .green_mask = 0x07e0,
						   .blue_mask = 0x001f },
			    2, 0x06 << 11 | 0x34 << 5 | 0x0c);
	everything_is_drawn(&(struct framebuffer){ .base = 1,
						   .width = 1024,
						   .height = 768,
						   .stride = 1024,
						   .format = 2,
						   .red_mask = 0x3ff00000,
						   .green_mask = 0xffc00,
						   .blue_mask = 0x3ff },
			    4, 0xc0u << 20 | 0x340 << 10 | 0x180);
	everything_is_drawn(&(struct framebuffer){ .base = 1,
						   .width = 641,
						   .height = 481,
						   .stride = 641,
						   .format = 2,
						   .red_mask = 0xff0000,
						   .green_mask = 0xff00,
						   .blue_mask = 0xff },
			    3, 0x30d060);
}

TEST(screen_that_cannot_be)
{
	static const struct framebuffer bad[] = {
		{ .base = 0, .width = 640, .height = 480, .stride = 640 },
		{ .base = 1, .width = 100, .height = 480, .stride = 640 },
		{ .base = 1, .width = 640, .height = 480, .stride = 320 },
		{ .base = 1, .width = 640, .height = 480, .stride = 640, .format = 2 },
		{ .base = 1,
		  .width = 640,
		  .height = 480,
		  .stride = 640,
		  .format = 2,
		  .red_mask = 0xff,
		  .green_mask = 0xff,
		  .blue_mask = 0xff00 },
		{ .base = 1, .width = 640, .height = 1u << 31, .stride = 640 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(!screen_open(&bad[i], "title"));
		screen_log("# nothing\n"); /* and harmless */
		screen_progress("", 0);
		screen_verdict("FAIL", COLOUR_RED, "");
	}
}
