/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine records: blocks of lines with a checksum, of a run and its results. */
#include "kernel/output/record.h"
#include "kernel/output/console.h"
#include "kernel/cpu.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"

#define RESULTS_MAX 16384

struct result {
	uint64_t number;
	uint16_t id; /* half the CRC-32 of the test's id */
	char verdict;
};

static struct {
	bool open;
	unsigned sequence, lines;
	uint32_t crc;
	const char *kind;
	char line[RECORD_LINE + 2];
	size_t length;
	struct result first, *results; /* `first`: where there is no memory */
	unsigned count, room;
	unsigned planned, planned_checks;
	bool plan_open;
} r;

uint16_t record_tag(void)
{
	static uint32_t tag;
	const uint64_t numbers[] = { options.seed, handoff->entry_tsc };

	if (!tag)
		tag = crc32_add(crc32_add(0, handoff->build_id, strlen(handoff->build_id)), numbers,
				sizeof(numbers)) |
		      1u << 31;
	return (uint16_t)tag;
}

/* Records are for the serial console alone: the screen shows what a person reads. */
static void flush(void)
{
	if (!r.length)
		return;
	r.line[r.length++] = '\n';
	r.line[r.length] = 0;
	r.crc = crc32_add(r.crc, r.line, r.length);
	r.lines++;
	r.length = 0;
	console_write(r.line);
}

void record_begin(void)
{
	record_end();
	r.open = true;
	r.crc = r.lines = 0;
}

void record_end(void)
{
	char text[48];

	if (!r.open)
		return;
	flush();
	format_text(text, sizeof(text), RECORD_MARK "%04x %u . %u %08x\n", record_tag(), r.sequence,
		    r.lines, r.crc);
	console_write(text);
	r.sequence++;
	r.open = false;
}

void record_line(const char *kind)
{
	flush();
	r.kind = kind;
	r.length = format_text(r.line, RECORD_LINE, RECORD_MARK "%04x %u %s", record_tag(),
			       r.sequence, kind);
}

static void append_bytes(const char *text, size_t n)
{
	if (r.length + n > RECORD_LINE)
		record_line(r.kind);
	memcpy(r.line + r.length, text, n);
	r.length += n;
}

void record_add(const char *format, ...)
{
	char text[RECORD_LINE / 2];
	va_list arguments;
	size_t n;

	text[0] = ' ';
	va_start(arguments, format);
	n = 1 + format_v(text + 1, sizeof(text) - 1, format, arguments);
	va_end(arguments);
	append_bytes(text, n < sizeof(text) ? n : sizeof(text) - 1);
}

void record_append(const char *text)
{
	append_bytes(text, strlen(text));
}

#define PIECE_BYTES 16

static void encode(char piece[PIECE_BYTES], char c)
{
	bool plain = c > ' ' && c <= '~' && c != '+' && c != '%';

	format_text(piece, PIECE_BYTES, c == ' ' ? "+" : plain ? "%c" : "%%%02x", (unsigned char)c);
}

void record_encode(char *out, size_t room, const char *text)
{
	char piece[PIECE_BYTES];
	size_t n = 0;

	for (; *text; text++) {
		encode(piece, *text);
		if (n + strlen(piece) >= room)
			break;
		n += format_text(out + n, room - n, "%s", piece);
	}
	out[n] = 0;
}

void record_add_text(const char *key, const char *text)
{
	char piece[PIECE_BYTES];

	if (!text || !text[0])
		return;
	record_add("%s=", key);
	for (; *text; text++) {
		encode(piece, *text);
		/* The rest of a long text: the same kind, the same key, and what is missing. */
		if (r.length + strlen(piece) > RECORD_LINE) {
			record_line(r.kind);
			record_add("%s=", key);
		}
		append_bytes(piece, strlen(piece));
	}
}

static void keep(char verdict, const char *id, uint64_t number)
{
	if (!r.results) {
		r.results = memory_alloc_bytes(RESULTS_MAX * sizeof(*r.results));
		r.room = r.results ? RESULTS_MAX : 1;
		r.results = r.results ? r.results : &r.first;
	}
	if (r.count < r.room)
		r.results[r.count] =
			(struct result){ number, (uint16_t)crc32_add(0, id, strlen(id)), verdict };
	r.count++;
}

void record_test(unsigned n, const char *id, const char *verdict, bool is_check, uint64_t number,
		 const char *unit, const char *why)
{
	keep(is_check ? 'c' : verdict[0], id, number);
	record_begin();
	record_line("test");
	record_add("n=%u v=%s", n, verdict);
	if (number)
		record_add("num=%lu", number);
	if (strcmp(unit, RECORD_UNIT))
		record_add("unit=%s", unit);
	record_add("id=%s%s", id, is_check ? " check=1" : "");
	record_add_text("why", why);
}

void record_plan(unsigned tests, unsigned checks, bool is_open)
{
	r.planned = tests;
	r.planned_checks = checks;
	r.plan_open = is_open;
	record_begin();
	record_line("plan");
	record_add("tests=%u checks=%u open=%u", tests, checks, is_open);
	record_end();
}

void record_close(const char *verdict)
{
	unsigned kept = r.count < r.room ? r.count : r.room;

	for (unsigned i = 0; i < kept; i++) {
		const struct result *result = &r.results[i];

		if (i % RECORD_RESULTS_A_BLOCK == 0)
			record_begin();
		if (i % RECORD_RESULTS_A_LINE == 0) {
			record_line("sum");
			record_add("from=%u", i + 1);
		}
		record_add("%c%lu.%04x", result->verdict, result->number, result->id);
	}
	record_begin();
	record_line("end");
	record_add("log=%u v=%s tests=%u kept=%u planned=%u checks=%u open=%u", RECORD_VERSION,
		   verdict, r.count, kept, r.planned, r.planned_checks, r.plan_open);
	record_add("ms=%lu printed=%lu printing_ms=%lu blocks=%u",
		   time_ticks_to_ns(rdtsc() - handoff->entry_tsc) / 1000000, console_bytes(),
		   time_ticks_to_ns(console_ticks()) / 1000000, r.sequence + 1);
	record_end();
}
