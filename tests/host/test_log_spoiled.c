/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of tools/log/ on real logs spoiled in every way that a serial line knows, and on several in one.
 * What must never happen: a pass where not every verdict arrived as it was sent.
 */
#include "tests/host/log_sample.h"

#define SPOILED 60 /* copies of each kind */

static uint32_t state = 1;

static uint32_t chance(uint32_t of)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * of >> 32);
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

/* One run, a pass, with all that was sent and no complaint. */
static void is_the_one_pass(const struct log *log, const struct seen *sent)
{
	struct seen *s = parse(log->text, log->bytes);

	CHECK_EQ(s->runs, 1);
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK_EQ(s->problems, 0);
	CHECK(is_honest(s, sent));
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

		is_the_one_pass(&out, &sent);
		free(out.text);
	}
	free(log.text);
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

		if (!CHECK(at))
			continue;
		while (at[-1] != '\n')
			at--;
		both = join(log, log.bytes, log, (size_t)(at - log.text));
		is_the_one_pass(&both, &sent);
		free(both.text);
	}
	free(log.text);
}

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
