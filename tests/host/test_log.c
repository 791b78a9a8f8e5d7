/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of tools/log/ on real logs (tests/host/logs/), whole and spoiled in every way that a serial line knows.
 * What must never happen: a pass where not every verdict arrived as it was sent.
 */
#define _GNU_SOURCE
#include "tests/host/test.h"

#include "kernel/lib/crc32.h"
#include "tools/log/run.h"
#include "tools/log/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LOGS	  "tests/host/logs/"
#define TESTS_MAX 512
#define SPOILED	  60 /* spoiled copies of each kind */

struct log {
	char *text;
	size_t bytes;
};

static struct log load(const char *name)
{
	char path[300];
	struct log log = { NULL, 0 };
	FILE *file;

	snprintf(path, sizeof(path), LOGS "%s", name);
	file = fopen(path, "rb");
	if (!CHECK(file))
		exit(1);
	log.text = malloc(1 << 20);
	log.bytes = fread(log.text, 1, 1 << 20, file);
	fclose(file);
	return log;
}

/* What was read: the last run, and how many there were. */
struct seen {
	unsigned runs, passes;
	enum judgement judgement;
	unsigned passed, checks, failed, skipped, lost, blocks;
	size_t problems, tests;
	char verdicts[TESTS_MAX], first_problem[400];
	uint64_t numbers[TESTS_MAX];
	char ids[TESTS_MAX][100];
	struct unit unit;
	char options[300], system[100];
	size_t dmar_bytes;
};

static void note(const struct run *r, const char *text, void *context)
{
	struct seen *s = context;
	unsigned runs = s->runs + 1, passes = s->passes + (r->judgement == JUDGED_PASS);

	(void)text;
	memset(s, 0, sizeof(*s));
	s->runs = runs;
	s->passes = passes;
	s->judgement = r->judgement;
	s->passed = r->passed;
	s->checks = r->checks;
	s->failed = r->failed;
	s->skipped = r->skipped;
	s->lost = r->lost_verdicts;
	s->blocks = r->blocks_good;
	s->problems = r->problem_count;
	s->tests = r->test_count;
	s->unit = r->units[0];
	s->dmar_bytes = r->dmar_bytes;
	snprintf(s->options, sizeof(s->options), "%s", r->options);
	snprintf(s->system, sizeof(s->system), "%s", r->system);
	if (r->problem_count)
		snprintf(s->first_problem, sizeof(s->first_problem), "%s", r->problems[0]);
	for (size_t i = 0; i < r->test_count && i < TESTS_MAX; i++) {
		s->verdicts[i] = r->tests[i].verdict;
		s->numbers[i] = r->tests[i].number;
		snprintf(s->ids[i], sizeof(s->ids[i]), "%s", r->tests[i].id ? r->tests[i].id : "");
	}
}

static struct seen *parse(const char *text, size_t bytes)
{
	static struct seen s;
	/* Of exactly its size, so that a read past its end is seen. */
	char *copy = malloc(bytes ? bytes : 1);

	memset(&s, 0, sizeof(s));
	memcpy(copy, text, bytes);
	CHECK(log_parse("log", copy, bytes, note, &s) == (int)s.runs);
	free(copy);
	return &s;
}

/* A pass must be the very pass that was sent: every verdict, every number. */
static bool is_honest(const struct seen *s, const struct seen *sent)
{
	if (!s->runs || s->judgement != JUDGED_PASS)
		return true;
	return sent->judgement == JUDGED_PASS && s->tests == sent->tests && !s->lost &&
	       s->passed == sent->passed && s->failed == sent->failed &&
	       !memcmp(s->verdicts, sent->verdicts, sizeof(s->verdicts)) &&
	       !memcmp(s->numbers, sent->numbers, sizeof(s->numbers));
}

static uint32_t state = 1;

static uint32_t chance(uint32_t of)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * of >> 32);
}

TEST(crc32_is_zlibs)
{
	const char *text = "123456789";

	CHECK_EQ(crc32_add(0, text, 9), 0xcbf43926);
	CHECK_EQ(crc32_add(crc32_add(0, text, 4), text + 4, 5), 0xcbf43926);
	CHECK_EQ(crc32_add(0, "", 0), crc32(0, NULL, 0));
}

TEST(log_whole_run_is_read)
{
	struct log log = load("pass.log");
	struct seen *s = parse(log.text, log.bytes);

	CHECK_EQ(s->runs, 1);
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK_EQ(s->problems, 0);
	CHECK_EQ(s->passed + s->checks + s->skipped, s->tests);
	CHECK(!strncmp(s->system, "QEMU Standard PC (Q35 + ICH9, 2009)", 35));
	CHECK(strstr(s->options, "tests=context.replace.linux-pre7.*,context.replace.cmpx*"));
	CHECK(s->unit.cap == 0xd2008c222f0606 && s->unit.base == 0xfed90000);
	CHECK(s->dmar_bytes > 48);
	CHECK(!strcmp(s->ids[2], "witness.context.nvme"));
	free(log.text);
}

TEST(log_failure_and_skip_are_read)
{
	struct log log = load("fail.log");
	struct seen *s = parse(log.text, log.bytes);

	CHECK_EQ(s->judgement, JUDGED_FAIL);
	CHECK(s->failed >= 1);
	CHECK_EQ(s->problems, 0);
	free(log.text);
	log = load("skip.log");
	s = parse(log.text, log.bytes);
	CHECK_EQ(s->judgement, JUDGED_SKIP);
	CHECK_EQ(s->problems, 0);
	free(log.text);
}

/* Truncated at every byte: a pass only once the closing block is whole. */
static void truncate_everywhere(const char *name)
{
	struct log log = load(name);
	struct seen sent = *parse(log.text, log.bytes);
	const char *end = memmem(log.text, log.bytes, " end log=", 9);
	size_t whole = (size_t)((char *)memchr(end, '\n', 100 + 200) - log.text);
	unsigned passes = 0, dishonest = 0, step = log.bytes > 20000 ? 97 : 1;

	whole = (size_t)((char *)memchr(log.text + whole + 1, '\n', 100) - log.text);
	for (size_t n = 0; n < log.bytes; n += step) {
		struct seen *s = parse(log.text, n);

		passes += s->judgement == JUDGED_PASS && s->runs;
		dishonest += !is_honest(s, &sent);
		/* Without the line's end the last digits may be missing; with CR and no LF they are there. */
		if (s->runs && n < whole - 1)
			dishonest += s->judgement == JUDGED_PASS;
		if (n >= whole && s->judgement != sent.judgement)
			dishonest++;
	}
	CHECK_EQ(dishonest, 0);
	CHECK(sent.judgement != JUDGED_PASS || passes || step > 1);
	free(log.text);
}

TEST(log_truncated)
{
	truncate_everywhere("pass.log");
	truncate_everywhere("fail.log");
	truncate_everywhere("default.log");
	truncate_everywhere("before-exposure.log");
}

/* Spoil a copy, see that it is not called a pass unless it is the very run. Returns how many passes. */
static unsigned spoil(const char *name, void (*how)(struct log *, const struct log *, unsigned),
		      unsigned parameter)
{
	struct log log = load(name), bad = { malloc(4 << 20), 0 };
	struct seen sent = *parse(log.text, log.bytes);
	unsigned passes = 0, dishonest = 0;

	for (unsigned i = 0; i < SPOILED; i++) {
		struct seen *s;

		how(&bad, &log, parameter);
		s = parse(bad.text, bad.bytes);
		passes += s->judgement == JUDGED_PASS && s->runs;
		dishonest += !is_honest(s, &sent);
	}
	CHECK_EQ(dishonest, 0);
	free(log.text);
	free(bad.text);
	return passes;
}

static void drop(struct log *to, const struct log *from, unsigned in)
{
	to->bytes = 0;
	for (size_t i = 0; i < from->bytes; i++)
		if (chance(in))
			to->text[to->bytes++] = from->text[i];
}

static void flip(struct log *to, const struct log *from, unsigned in)
{
	to->bytes = from->bytes;
	for (size_t i = 0; i < from->bytes; i++)
		to->text[i] = chance(in) ? from->text[i] : (char)(from->text[i] ^ 1 << chance(8));
}

/* Another writer: whole lines between ours, or, with `in` odd, its characters between ours. */
static void interleave(struct log *to, const struct log *from, unsigned in)
{
	static const char foreign[] =
		"[  123.456789] usb 1-1: new high-speed USB device number 2\r\n"
		"#~ not a record\r\nok 3 of something else\r\n"
		"VTDL-RESULT garbage pass\r\n";
	size_t k = 0, bytes = sizeof(foreign) - 1;

	to->bytes = 0;
	for (size_t i = 0; i < from->bytes; i++) {
		to->text[to->bytes++] = from->text[i];
		if (in % 2) {
			if (!chance(in))
				to->text[to->bytes++] = foreign[k++ % bytes];
		} else if (from->text[i] == '\n' && !chance(in)) {
			do
				to->text[to->bytes++] = foreign[k++ % bytes];
			while (foreign[(k - 1) % bytes] != '\n');
		}
	}
}

static void drop_lines(struct log *to, const struct log *from, unsigned in)
{
	bool keep = true;

	to->bytes = 0;
	for (size_t i = 0; i < from->bytes; i++) {
		if (!i || from->text[i - 1] == '\n')
			keep = chance(in);
		if (keep)
			to->text[to->bytes++] = from->text[i];
	}
}

TEST(log_with_bytes_dropped)
{
	spoil("pass.log", drop, 100);
	CHECK_EQ(spoil("default.log", drop, 100), 0);
	/* Now and then one, so that some runs come through. */
	CHECK(spoil("pass.log", drop, 20000) > 0);
}

TEST(log_with_bits_flipped)
{
	spoil("pass.log", flip, 100);
	CHECK_EQ(spoil("default.log", flip, 100), 0);
	CHECK(spoil("pass.log", flip, 20000) > 0);
	spoil("fail.log", flip, 2000);
}

TEST(log_with_lines_dropped)
{
	spoil("pass.log", drop_lines, 100);
	spoil("pass.log", drop_lines, 10);
	spoil("default.log", drop_lines, 100);
	spoil("fail.log", drop_lines, 20);
}

/* Whole foreign lines do no harm at all; characters among ours do. */
TEST(log_with_another_writer)
{
	CHECK_EQ(spoil("pass.log", interleave, 2), SPOILED);
	CHECK_EQ(spoil("default.log", interleave, 10), SPOILED);
	CHECK_EQ(spoil("default.log", interleave, 51), 0);
	spoil("pass.log", interleave, 5001);
}

/* Line by line through a function that writes a line otherwise. */
static struct log rewrite(const struct log *log, const char *before, const char *after)
{
	struct log out = { malloc(4 << 20), 0 };

	for (const char *at = log->text, *end = at + log->bytes; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at);

		while (n && at[n - 1] == '\r')
			n--;
		out.bytes += (size_t)sprintf(out.text + out.bytes, "%s%.*s%s", before, (int)n, at,
					     after);
		at = newline ? newline + 1 : end;
	}
	return out;
}

TEST(log_prefixes_and_line_ends)
{
	static const struct {
		const char *before, *after;
	} ways[] = { { "", "\n" },
		     { "", "\r\n" },
		     { "", "\r\r\n" },
		     { "[2026-11-25 14:01:02.123] ", "\n" },
		     { "rack1-07: ", "\r\n" },
		     { "[   12.345678] ", "\r\n" },
		     { "\x1b[0m", "\n" },
		     { "", "  \t\r\n" } };
	struct log log = load("pass.log");
	struct seen sent = *parse(log.text, log.bytes);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct log out = rewrite(&log, ways[i].before, ways[i].after);
		struct seen *s = parse(out.text, out.bytes);

		CHECK_EQ(s->runs, 1);
		CHECK_EQ(s->judgement, JUDGED_PASS);
		CHECK_EQ(s->problems, 0);
		CHECK(is_honest(s, &sent));
		free(out.text);
	}
	free(log.text);
}

static struct log join(struct log a, size_t a_bytes, struct log b, size_t from)
{
	struct log out = { malloc(a_bytes + b.bytes), a_bytes + b.bytes - from };

	memcpy(out.text, a.text, a_bytes);
	memcpy(out.text + a_bytes, b.text + from, b.bytes - from);
	return out;
}

TEST(log_several_boots)
{
	struct log pass = load("pass.log"), fail = load("fail.log");
	struct log both = join(pass, pass.bytes, fail, 0);
	struct seen *s = parse(both.text, both.bytes);
	const char *first_block;

	CHECK_EQ(s->runs, 2);
	CHECK_EQ(s->passes, 1);
	CHECK_EQ(s->judgement, JUDGED_FAIL);
	free(both.text);

	/* The first is cut by the second's boot. */
	both = join(pass, pass.bytes / 2, fail, 0);
	s = parse(both.text, both.bytes);
	CHECK_EQ(s->runs, 2);
	CHECK_EQ(s->passes, 0);
	free(both.text);

	/* The second's START is lost, and its first block with it. */
	first_block = memmem(fail.text, fail.bytes, " 1 dmar", 7);
	both = join(pass, pass.bytes, fail, (size_t)(first_block - fail.text) - 6);
	s = parse(both.text, both.bytes);
	CHECK_EQ(s->runs, 2);
	CHECK_EQ(s->judgement, JUDGED_FAIL);
	CHECK(s->problems > 0);
	free(both.text);

	/* The same run twice: a log that was appended to itself, the first time in part. */
	for (unsigned part = 1; part <= 2; part++) {
		both = join(pass, pass.bytes / part, pass, 0);
		s = parse(both.text, both.bytes);
		CHECK_EQ(s->runs, 1);
		CHECK_EQ(s->passes, 1);
		free(both.text);
	}
	free(pass.text);
	free(fail.text);
}

static struct log with_start(struct log before, const char *start, struct log after,
			     const char *from)
{
	char *at = memmem(after.text, after.bytes, from, strlen(from));
	size_t skip, bytes = before.bytes + strlen(start);
	struct log head = { malloc(bytes), bytes }, out;

	while (at[-1] != '\n')
		at--;
	skip = (size_t)(at - after.text);
	memcpy(head.text, before.text, before.bytes);
	memcpy(head.text + before.bytes, start, strlen(start));
	out = join(head, head.bytes, after, skip);
	free(head.text);
	return out;
}

/* The closing blocks of another run, sent once more behind one that has begun, failed, or been cut. */
TEST(log_with_the_end_of_another_run)
{
	static const char *const from[] = { " 14 sum", " 7 test", " 1 dmar" };
	static const char start[] = "\r\nVTDL-START v1 build=x seed=1 tag=aaaa\r\n";
	struct log pass = load("pass.log"), fail = load("fail.log"), half = load("default.log");

	half.bytes /= 2;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		struct log all[] = {
			with_start(pass, start, pass, from[i]), /* old blocks */
			with_start(fail, start, pass, from[i]), /* blocks that are new here */
			with_start(fail, "", pass, from[i]),
			with_start(half, "", pass, from[i]),
		};

		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
			struct seen *s = parse(all[k].text, all[k].bytes);

			CHECK(s->judgement != JUDGED_PASS);
			CHECK_EQ(s->passes, k == 0);
			free(all[k].text);
		}
	}
	free(pass.text);
	free(fail.text);
	free(half.text);
}

/* A console server sends once more what it kept: that is no other run, and no other evidence. */
TEST(log_replayed)
{
	static const char *const from[] = { " 3 pair", " 7 test", " 10 test", " 15 end",
					    "VTDL-END" };
	struct log log = load("pass.log");
	struct seen sent = *parse(log.text, log.bytes);

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		const char *at = memmem(log.text, log.bytes, from[i], strlen(from[i]));
		struct log both;
		struct seen *s;

		if (!CHECK(at))
			continue;
		while (at[-1] != '\n')
			at--;
		both = join(log, log.bytes, log, (size_t)(at - log.text));
		s = parse(both.text, both.bytes);
		CHECK_EQ(s->runs, 1);
		CHECK_EQ(s->judgement, JUDGED_PASS);
		CHECK_EQ(s->problems, 0);
		CHECK(is_honest(s, &sent));
		free(both.text);
	}
	free(log.text);
}

/* Put `with` in the place of the first `what` behind `after`. */
static struct log replaced(const struct log *log, const char *after, const char *what,
			   const char *with)
{
	struct log out = { malloc(log->bytes + 100), 0 };
	const char *from = memmem(log->text, log->bytes, after, strlen(after));
	const char *at = from ? memmem(from, (size_t)(log->text + log->bytes - from), what,
				       strlen(what))
			      : NULL;

	if (!CHECK(at))
		exit(1);
	out.bytes = (size_t)(at - log->text);
	memcpy(out.text, log->text, out.bytes);
	memcpy(out.text + out.bytes, with, strlen(with));
	out.bytes += strlen(with);
	at += strlen(what);
	memcpy(out.text + out.bytes, at, (size_t)(log->text + log->bytes - at));
	out.bytes += (size_t)(log->text + log->bytes - at);
	return out;
}

/* A console server sends a whole earlier run, of another outcome, in the midst of one. */
TEST(log_replayed_in_the_midst_of_another)
{
	struct log pass = load("pass.log"), fail = load("fail.log");
	struct log both = join(fail, fail.bytes, pass, 0), all;
	const char *at = memmem(pass.text, pass.bytes,
				"VTDL-RESULT context.replace.linux-pre7.nvme.h", 45);
	size_t before = fail.bytes + (size_t)(at - pass.text);
	struct seen *s;

	all = (struct log){ malloc(both.bytes + fail.bytes), both.bytes + fail.bytes };
	memcpy(all.text, both.text, before);
	memcpy(all.text + before, fail.text, fail.bytes);
	memcpy(all.text + before + fail.bytes, both.text + before, both.bytes - before);
	s = parse(all.text, all.bytes);
	CHECK_EQ(s->runs, 2);
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK_EQ(s->problems, 0);
	free(all.text);
	free(both.text);
	free(pass.text);
	free(fail.text);
}

/* Whoever can write another verdict into the log is noticed, wherever he does it. */
TEST(log_contradictions)
{
	static const struct {
		const char *after, *what, *with, *problem;
	} ways[] = {
		{ "VTDL-RESULT context.", " pass ", " fail ", "VTDL-RESULT line" },
		{ "", "\r\nok 3 ", "\r\nnot ok 3 ", "KTAP line" },
		{ "VTDL-END v1 ", "pass", "fail", "VTDL-END line" },
		{ " test n=3 ", "id=", "di=", "" },
		{ " sum from=1", " c", " f", "" },
		{ " end log=", "pass", "fail", "" },
		{ " plan tests=", "tests=", "tests=1", "" },
	};
	struct log log = load("pass.log");

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct log bad = replaced(&log, ways[i].after, ways[i].what, ways[i].with);
		struct seen *s = parse(bad.text, bad.bytes);

		/* A block with another byte in it is a lost block, no more: what it said stands elsewhere, too. */
		if (ways[i].problem[0])
			CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
		CHECK(s->problems > 0);
		if (ways[i].problem[0])
			CHECK(strstr(s->first_problem, ways[i].problem));
		free(bad.text);
	}
	free(log.text);
}

/* A log made of blocks, "|" between their lines and "||" between them, each with its right checksum. */
static struct log made_of(const char *blocks)
{
	struct log log = { malloc(4096), 0 };
	unsigned block = 0;

	for (const char *at = blocks; *at; block++) {
		uint32_t crc = 0;
		unsigned lines = 0;

		for (; *at && *at != '|'; lines++) {
			char *line = log.text + log.bytes;
			int n = (int)strcspn(at, "|");

			log.bytes += (size_t)sprintf(line, "#~1234 %u %.*s\n", block, n, at);
			crc = crc32_add(crc, line, (size_t)(log.text + log.bytes - line));
			at += n;
			at += *at == '|';
		}
		log.bytes += (size_t)sprintf(log.text + log.bytes, "#~1234 %u . %u %08x\n", block,
					     lines, crc);
		at += *at == '|';
	}
	return log;
}

/* Every checksum is right, and the log is none that the kernel writes. */
TEST(log_that_lies_in_its_records)
{
#define RUN   "run log=1 build=x seed=1||plan tests=2 checks=0||"
#define ONE   "test n=1 v=pass id=a.b||"
#define TWO   "test n=2 v=pass id=c.d||"
#define CLOSE "end log=1 v=pass tests=2 planned=2 blocks=5"
	static const struct {
		const char *blocks;
		int judgement;
	} cases[] = {
		{ RUN ONE TWO CLOSE, JUDGED_PASS },
		{ RUN ONE TWO "end log=1 v=pass tests=4294967298 planned=4294967298",
		  JUDGED_INCOMPLETE },
		{ RUN ONE "test n=99 v=pass id=c.d||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE "test v=pass id=c.d||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "test n=3 v=pass id=e.f||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "test n=2 v=skip id=c.d||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "test n=2 v=fail id=c.d||" CLOSE, JUDGED_FAIL },
		{ RUN ONE TWO "end log=1 v=fail tests=2 planned=2||" CLOSE, JUDGED_FAIL },
		{ RUN ONE TWO "end log=1 v=skip tests=2 planned=2||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "sum from=1 p0.0000 p0.0000||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "sum from=3 p0.0000||" CLOSE, JUDGED_INCOMPLETE },
		{ "run log=1 build=x seed=1||plan tests=5||" ONE TWO CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "end log=2.0 v=pass tests=2 planned=2", JUDGED_INCOMPLETE },
		{ RUN ONE TWO "end log=18446744073709551617 v=pass tests=2 planned=2",
		  JUDGED_INCOMPLETE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log log = made_of(cases[i].blocks);
		struct seen *s = parse(log.text, log.bytes);

		CHECK_EQ(s->runs, 1);
		if (!CHECK_EQ(s->judgement, cases[i].judgement))
			printf("%s\n", cases[i].blocks);
		CHECK(s->problems || s->judgement == JUDGED_PASS);
		free(log.text);
	}
}

TEST(log_block_lost_but_verdict_known)
{
	struct log log = load("pass.log");
	struct log bad = replaced(&log, " test n=5 ", "id=", "xd=");
	struct seen *s = parse(bad.text, bad.bytes);

	/* The closing block has the verdict, and a hash that proves the name in the line for people. */
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK(s->problems > 0);
	CHECK_EQ(s->lost, 0);
	CHECK(!strcmp(s->ids[4], "context.replace.cmpxchg16b.nvme.hammer"));
	free(bad.text);

	bad = replaced(&log, " sum from=1", " c", " q");
	s = parse(bad.text, bad.bytes);
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK(s->problems > 0);
	free(bad.text);
	free(log.text);
}

TEST(log_what_is_none)
{
	static const char noise[] =
		"VTDL-START v1 build=x\r\nok 1 x\r\nVTDL-RESULT x pass 1 torn\r\n"
		"VTDL-END v1 pass\r\n";
	struct seen *s = parse("", 0);

	CHECK_EQ(s->runs, 0);
	s = parse("no run\n", 7);
	CHECK_EQ(s->runs, 0);
	/* Lines for people alone prove nothing. */
	s = parse(noise, sizeof(noise) - 1);
	CHECK_EQ(s->runs, 1);
	CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
}

/* A copy of the run, whose texts do not outlive it. */
static void keep(const struct run *r, const char *text, void *context)
{
	static struct run_test tests[8];
	struct run *kept = context;

	(void)text;
	*kept = *r;
	for (size_t i = 0; i < r->test_count && i < 8; i++)
		tests[i] = r->tests[i];
	kept->tests = tests;
}

static struct run *kept(const char *blocks)
{
	static struct run run;
	struct log log = made_of(blocks);

	memset(&run, 0, sizeof(run));
	log_parse("log", log.text, log.bytes, keep, &run);
	free(log.text);
	return &run;
}

static bool is_share(const struct run_test *t, enum share_kind kind, uint64_t harm, uint64_t trials)
{
	struct share s = share_of(t, kind);

	return s.harm == harm && s.trials == trials;
}

/* Torn counts among the DMAs that met stores; in logs that do not say which, among all. */
TEST(log_exposure)
{
	const struct run_test *t;
	struct run *r = kept(
		RUN "test n=1 v=pass id=a.b harms=mixture,stale,blocked|"
		    "tally dmas=100 torn=9 exposed=40 exposed_torn=7 stores=900 rewrites=80 "
		    "held=12 stale=3 tags=30 mistagged=2 out AA=80 np=11 AB*=9||"
		    "test n=2 v=pass id=c.d harms=mixture|"
		    "tally dmas=100 torn=9 rewrites=80 out AA=80 np=11 AB*=9||" CLOSE);

	t = &r->tests[0];
	CHECK(t->has_exposure && t->stores == 900);
	CHECK(is_share(t, SHARE_TORN, 7, 40));
	CHECK(is_share(t, SHARE_TORN_ALL, 9, 100));
	CHECK(is_share(t, SHARE_STALE, 3, 12));
	CHECK(is_share(t, SHARE_MISTAGGED, 2, 30));
	CHECK(is_share(t, SHARE_BLOCKED, 11, 100));
	t = &r->tests[1];
	CHECK(!t->has_exposure);
	CHECK(is_share(t, SHARE_TORN, 9, 100));
	CHECK(is_share(t, SHARE_BLOCKED, 0, 100));
	/* Said to be none, and where nothing was rewritten, none: no bound follows from it. */
	r = kept(RUN
		 "test n=1 v=skip id=a.b harms=none|tally dmas=100 torn=0 exposed=0 rewrites=8||"
		 "test n=2 v=skip id=c.d harms=none|tally dmas=100 torn=0||" CLOSE);
	CHECK(r->tests[0].has_exposure && is_share(&r->tests[0], SHARE_TORN, 0, 0));
	CHECK(is_share(&r->tests[1], SHARE_TORN, 0, 0));
}

TEST(log_error_is_no_failure)
{
	struct run *r = kept(RUN "test n=1 v=fail id=a.b why=x class=error||"
				 "test n=2 v=fail id=c.d why=outside||"
				 "end log=1 v=fail tests=2 planned=2 blocks=5");

	CHECK_EQ(r->judgement, JUDGED_FAIL);
	CHECK(r->failed == 2 && r->errors == 1);
	CHECK(r->tests[0].is_error && !r->tests[1].is_error);
	CHECK(!strcmp(class_word(&r->tests[0]), "error"));
	CHECK(!strcmp(class_word(&r->tests[1]), "failure"));
	/* Of a class that this reader does not know, and of a block that is lost. */
	r = kept(RUN "test n=1 v=fail id=a.b class=else||" TWO "sum from=1 f0.0000 p0.0000||"
		     "end log=1 v=fail tests=2 planned=2 blocks=6");
	CHECK(!r->errors && !strcmp(class_word(&r->tests[0]), "failure"));
	r = kept(RUN TWO "sum from=1 f0.0000||end log=1 v=fail tests=2 planned=2 blocks=5");
	CHECK(r->failed == 1 && !strcmp(class_word(&r->tests[0]), "failure or error"));
}

TEST(log_traits_and_walks)
{
	struct run *r = kept(
		"run log=1 build=x seed=1||"
		"traits unit=1 device=nvme rid_pasid=2 absence=1 snoops=0 pasid_cache=7 "
		"rereads=2 mixtures=3 of=75 absent_pasid=0x58 of_tomorrow=2||"
		"test n=1 v=pass check=1 id=concurrency.nvme|walks drive=hammer n=29 dmas=3382 "
		"exposed=487 stores=404926|walks drive=faithful n=15 dmas=5047|"
		"walks drive=third n=1 dmas=1||");
	const struct traits *t = r->traits;
	const struct run_test *test = r->tests;

	CHECK(r->traits_count == 1 && t->unit == 1 && t->absent_pasid == 0x58);
	CHECK(t->mixtures == 3 && t->of == 75);
	for (unsigned i = 0; i < TRAITS; i++)
		CHECK_EQ(t->answers[i],
			 !strcmp(trait_key(i), "rid_pasid") || !strcmp(trait_key(i), "rereads")
				 ? TRAIT_YES
			 : !strcmp(trait_key(i), "absence") ? TRAIT_NO
							    : TRAIT_UNKNOWN);
	CHECK(test->walks_count == 2 && !strcmp(test->walks[1].drive, "faithful"));
	CHECK(test->walks[0].met == 29 && test->walks[0].dmas == 3382);
	CHECK(test->walks[0].exposed == 487 && test->walks[0].stores == 404926);
}

TEST(log_of_a_simulated_unit)
{
	CHECK(!kept(RUN ONE TWO CLOSE)->simulated);
	CHECK(kept("run log=1 build=x seed=1|machine system=simulated+unit simulated=1||")
		      ->simulated);
	CHECK(kept("run log=1 build=x seed=1|sim options=defaults||")->simulated);
}

/* A closing block of which a character is wrong, or that is gone, is no run that was cut. */
TEST(log_end_damaged)
{
	struct log log = load("pass.log"), bad = replaced(&log, " end log=", "blocks=", "blokcs=");
	struct seen *s = parse(bad.text, bad.bytes);
	const char *at;

	CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
	CHECK(strstr(s->first_problem, "its closing block arrived damaged (lines "));
	free(bad.text);
	at = memmem(log.text, log.bytes, " 15 end log=", 12);
	bad = join(log, (size_t)(at - log.text) - 6, log,
		   (size_t)((char *)memmem(log.text, log.bytes, "VTDL-END", 8) - log.text));
	s = parse(bad.text, bad.bytes);
	CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
	CHECK(strstr(s->first_problem, "its VTDL-END line arrived"));
	/* Cut. */
	s = parse(log.text, (size_t)(at - log.text) - 6);
	CHECK(strstr(s->first_problem, "it ends without its closing block"));
	free(bad.text);
	free(log.text);
}
