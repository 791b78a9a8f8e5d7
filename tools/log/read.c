/* SPDX-License-Identifier: BSD-2-Clause */
/* From bytes to runs: lines, blocks, runs. docs/log-format.md. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "kernel/output/record.h"
#include "tools/log/arena.h"
#include "tools/log/run.h"
#include "tools/log/run_build.h"

#define BLOCK_LINES_MAX 1024 /* more is no block of ours */

/* A line from its mark on: "#~7f3a 12 test n=6 ...". */
struct record {
	uint16_t tag;
	uint32_t sequence;
	struct span line, rest; /* rest: from the kind on */
	uint32_t number;	/* of the line in the file */
};

struct reader {
	const char *path, *text, *end;
	run_fn each;
	void *context;
	struct builder run;	 /* the one at work */
	bool has_run, is_replay; /* behind a VTDL-START line that came before */
	int runs;
	size_t prefix; /* what a console server puts before every line, learned from VTDL-START */

	/* The block whose lines are coming in. */
	struct record block[BLOCK_LINES_MAX];
	unsigned lines;

	/* Intact blocks of the file's runs before this one, in order, run by run; and which tags they have. */
	struct old_run {
		uint16_t tag;
		size_t from, count;
	} * old_runs;
	struct seen_block *old;
	size_t old_run_count, old_run_room, old_count, old_room;
	uint8_t old_tags[65536 / 8];
	uint32_t *starts; /* CRC-32 of their VTDL-START lines */
	size_t start_count, start_room;

	/* Where what people read of the next test begins. */
	uint32_t line, words_line;
	const char *words_at;
};

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool hex(const char *at, unsigned digits, uint32_t *out)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < digits; i++) {
		if (!is_hex(at[i]))
			return false;
		value = value << 4 | (uint32_t)(at[i] <= '9' ? at[i] - '0' : at[i] - 'a' + 10);
	}
	*out = value;
	return true;
}

/* "#~" tag blank sequence blank, at `at`. */
static bool read_record(const char *at, const char *end, struct record *r)
{
	uint32_t tag;

	if (end - at < 10 || memcmp(at, RECORD_MARK, 2) || !hex(at + 2, 4, &tag) || at[6] != ' ')
		return false;
	r->tag = (uint16_t)tag;
	r->line = (struct span){ at, (size_t)(end - at) };
	r->sequence = 0;
	at += 7;
	if (*at < '0' || *at > '9')
		return false;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		if (r->sequence > UINT32_MAX / 10 - 1)
			return false;
		r->sequence = r->sequence * 10 + (uint32_t)(*at - '0');
	}
	if (at == end || *at != ' ')
		return false;
	at++;
	r->rest = (struct span){ at, (size_t)(end - at) };
	return true;
}

/* The last such mark of a line: what a console server or another writer put before it does not count. */
static bool find_record(const char *line, const char *end, struct record *r)
{
	const char *at = line;
	bool found = false;

	while ((at = memmem(at, (size_t)(end - at), RECORD_MARK, 2)) != NULL) {
		struct record candidate;

		if (read_record(at, end, &candidate)) {
			candidate.number = r->number;
			*r = candidate;
			found = true;
		}
		at += 2;
	}
	return found;
}

/* Room for `more` elements behind `count`. */
static void *room_for(void *array, size_t count, size_t more, size_t *room, size_t bytes)
{
	if (count + more <= *room)
		return array;
	while (count + more > *room)
		*room = *room ? 2 * *room : 64;
	return must_realloc(array, *room * bytes);
}

static void remember_blocks(struct reader *rd)
{
	const struct run *r = &rd->run.run;

	if (!r->blocks_good)
		return;
	rd->old_runs = room_for(rd->old_runs, rd->old_run_count, 1, &rd->old_run_room,
				sizeof(*rd->old_runs));
	rd->old_runs[rd->old_run_count++] = (struct old_run){ r->tag, rd->old_count,
							      r->blocks_good };
	rd->old = room_for(rd->old, rd->old_count, r->blocks_good, &rd->old_room, sizeof(*rd->old));
	memcpy(rd->old + rd->old_count, rd->run.blocks, r->blocks_good * sizeof(*rd->old));
	rd->old_count += r->blocks_good;
	rd->old_tags[r->tag / 8] |= (uint8_t)(1 << r->tag % 8);
}

static bool is_old_block(const struct reader *rd, uint16_t tag, uint32_t sequence, uint32_t crc)
{
	if (!(rd->old_tags[tag / 8] & 1 << tag % 8))
		return false;
	for (size_t i = 0; i < rd->old_run_count; i++)
		if (rd->old_runs[i].tag == tag && blocks_have(rd->old + rd->old_runs[i].from,
							      rd->old_runs[i].count, sequence, crc))
			return true;
	return false;
}

static void finish(struct reader *rd)
{
	if (!rd->has_run)
		return;
	remember_blocks(rd);
	judge(&rd->run);
	rd->each(&rd->run.run, rd->text, rd->context);
	build_free(&rd->run);
	rd->has_run = false;
}

static void begin(struct reader *rd, uint32_t line, const char *at)
{
	finish(rd);
	rd->has_run = true;
	rd->runs++;
	build_begin(&rd->run, rd->path, (unsigned)rd->runs);
	rd->run.run.line_from = rd->run.run.line_to = line;
	rd->run.run.at = (size_t)(at - rd->text);
	rd->words_line = line;
	rd->words_at = at;
}

/* The run at work goes to here, at least. */
static void reach(struct reader *rd, const char *at)
{
	if (rd->has_run) {
		rd->run.run.line_to = rd->line;
		rd->run.run.bytes = (size_t)(at - rd->text) - rd->run.run.at;
	}
}

static bool begins(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.bytes >= n && !memcmp(s.at, with, n);
}

/* What came in of a block that is not one: cut, garbled, or mixed with something else. */
static void drop_block(struct reader *rd)
{
	bool is_end = false;

	if (!rd->lines)
		return;
	if (!rd->has_run) {
		const struct record *last = &rd->block[rd->lines - 1];

		begin(rd, rd->block[0].number, rd->block[0].line.at);
		rd->run.run.line_to = last->number;
		rd->run.run.bytes = (size_t)(last->line.at + last->line.bytes - rd->text) -
				    rd->run.run.at;
	}
	for (unsigned i = 0; i < rd->lines; i++)
		is_end |= begins(rd->block[i].rest, "end log=");
	build_bad_block(&rd->run, rd->block[0].sequence, rd->block[0].number, rd->line, is_end);
	rd->lines = 0;
}

/* An end line "12 . 3 89abcdef": whether it fits what came in. */
static bool is_whole(const struct reader *rd, const struct record *end, uint32_t *sum)
{
	const char *at = end->rest.at + 2, *stop = end->rest.at + end->rest.bytes;
	uint32_t want, lines = 0;
	uLong crc = crc32(0, NULL, 0);

	for (; at < stop && *at >= '0' && *at <= '9' && lines < BLOCK_LINES_MAX; at++)
		lines = lines * 10 + (uint32_t)(*at - '0');
	if (stop - at != 9 || *at != ' ' || !hex(at + 1, 8, &want))
		return false;
	if (lines != rd->lines || rd->block[0].tag != end->tag ||
	    rd->block[0].sequence != end->sequence)
		return false;
	for (unsigned i = 0; i < rd->lines; i++) {
		crc = crc32(crc, (const Bytef *)rd->block[i].line.at,
			    (uInt)rd->block[i].line.bytes);
		crc = crc32(crc, (const Bytef *)"\n", 1);
	}
	*sum = want;
	return crc == want;
}

static void take_block(struct reader *rd, uint16_t tag, uint32_t sequence, uint32_t crc,
		       const char *line_end)
{
	struct builder *b = &rd->run;

	/* A console server that sends once more what it kept, of this run or of one before. */
	if ((rd->has_run && build_has_block(b, tag, sequence, crc)) ||
	    is_old_block(rd, tag, sequence, crc)) {
		rd->lines = 0;
		return;
	}
	rd->is_replay = false;
	/* The tag in VTDL-START is not proven; a run's first block knows it. */
	if (rd->has_run && !b->run.blocks_good && !sequence)
		b->run.has_tag = false;
	/* Another tag, or an earlier number: a boot whose first lines are lost. */
	if (!rd->has_run || (b->run.has_tag && (tag != b->run.tag || sequence < b->next_block)))
		begin(rd, rd->block[0].number, rd->block[0].line.at);
	build_words(b, rd->words_line, (size_t)(rd->words_at - rd->text), rd->line,
		    (size_t)(line_end - rd->words_at));
	build_block(b, tag, sequence, crc);
	for (unsigned i = 0; i < rd->lines; i++)
		build_line(b, rd->block[i].rest);
	rd->lines = 0;
	rd->words_line = rd->line + 1;
	rd->words_at = line_end;
}

static void take_record(struct reader *rd, struct record *r, const char *line_end)
{
	uint32_t crc;
	bool is_end = r->rest.bytes > 2 && r->rest.at[0] == '.' && r->rest.at[1] == ' ';

	if (is_end && rd->lines && is_whole(rd, r, &crc)) {
		take_block(rd, r->tag, r->sequence, crc, line_end);
		return;
	}
	if (is_end || rd->lines == BLOCK_LINES_MAX ||
	    (rd->lines && (rd->block[0].tag != r->tag || rd->block[0].sequence != r->sequence))) {
		/* An end line that fits nothing is what is left of a block, too. */
		if (is_end && !rd->lines)
			rd->block[rd->lines++] = *r;
		drop_block(rd);
	}
	if (!is_end)
		rd->block[rd->lines++] = *r;
}

/* Whether a VTDL-START line came before: then all that follows is sent once more. It is remembered. */
static bool is_old_start(struct reader *rd, struct span s)
{
	uint32_t crc = (uint32_t)crc32(crc32(0, NULL, 0), (const Bytef *)s.at, (uInt)s.bytes);

	for (size_t i = 0; i < rd->start_count; i++)
		if (rd->starts[i] == crc)
			return true;
	rd->starts = room_for(rd->starts, rd->start_count, 1, &rd->start_room, sizeof(*rd->starts));
	rd->starts[rd->start_count++] = crc;
	return false;
}

/* Lines for people and monitors. They prove nothing; where they contradict the records, that is told. */
static void take_words(struct reader *rd, const char *line, const char *end)
{
	struct span s = { line, (size_t)(end - line) };
	const char *flat;
	uint32_t tag;

	if (rd->prefix && s.bytes >= rd->prefix) {
		s.at += rd->prefix;
		s.bytes -= rd->prefix;
	}
	if (rd->has_run && !rd->is_replay && (begins(s, "ok ") || begins(s, "not ok "))) {
		build_ktap(&rd->run, s);
		return;
	}
	if (!begins(s, "VTDL-")) {
		flat = memmem(line, (size_t)(end - line), "VTDL-", 5);
		/* Behind '#' it is told of another run. */
		if (!flat || memchr(line, '#', (size_t)(flat - line)))
			return;
		s = (struct span){ flat, (size_t)(end - flat) };
	}
	if (begins(s, "VTDL-START v1 ")) {
		drop_block(rd);
		flat = memmem(s.at, s.bytes, " tag=", 5);
		/* Without a tag, starts of two runs may be alike. */
		rd->is_replay = flat && is_old_start(rd, s);
		if (rd->is_replay)
			return;
		begin(rd, rd->line, line);
		rd->run.run.has_start = true;
		if (flat && s.at + s.bytes - flat >= 9 && hex(flat + 5, 4, &tag)) {
			rd->run.run.has_tag = true;
			rd->run.run.tag = (uint16_t)tag;
		}
		rd->prefix = (size_t)(s.at - line);
	} else if (!rd->has_run || rd->is_replay) {
		return;
	} else if (begins(s, "VTDL-RESULT ")) {
		build_flat(&rd->run, s);
	} else if (begins(s, "VTDL-END v1 ")) {
		build_end_line(&rd->run, s);
	}
}

static void take_line(struct reader *rd, const char *line, const char *end, const char *next)
{
	struct record r = { .number = rd->line };

	/* What terminals and copies put there; none of our lines ends so. */
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (end == line)
		return;
	if (find_record(line, end, &r))
		take_record(rd, &r, next);
	else
		take_words(rd, line, end);
	if (rd->has_run)
		build_measure(&rd->run, (size_t)(end - line));
}

int log_parse(const char *path, const char *text, size_t bytes, run_fn each, void *context)
{
	/* Too large to be set to zero for every log; callbacks do not parse. */
	static struct reader reader;
	struct reader *rd = &reader;
	const char *line = text;

	rd->path = path;
	rd->text = rd->words_at = text;
	rd->end = text + bytes;
	rd->each = each;
	rd->context = context;
	rd->has_run = rd->is_replay = false;
	rd->prefix = 0;
	rd->runs = 0;
	rd->old_count = rd->old_run_count = rd->start_count = 0;
	memset(rd->old_tags, 0, sizeof(rd->old_tags));
	rd->lines = rd->line = 0;
	rd->words_line = 1;
	while (line < rd->end) {
		const char *newline = memchr(line, '\n', (size_t)(rd->end - line));
		const char *next = newline ? newline + 1 : rd->end;
		const char *end = newline ? newline : rd->end;

		rd->line++;
		/* A terminal's progress line ends in CR, and the next is written over it. */
		while (line < end) {
			const char *cr = memchr(line, '\r', (size_t)(end - line));

			take_line(rd, line, cr ? cr : end, next);
			line = cr ? cr + 1 : end;
		}
		reach(rd, next);
		line = next;
	}
	drop_block(rd);
	reach(rd, rd->end);
	finish(rd);
	return rd->runs;
}
