/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole log that a terminal program saved, with all that it adds, is the same run. */
#define _GNU_SOURCE
#include "tests/host/test.h"

#include "tools/log/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (4 << 20)

struct seen {
	unsigned runs, passed;
	enum judgement judgement;
	size_t problems;
	char first_problem[400];
};

static void note(const struct run *r, const char *text, void *context)
{
	struct seen *s = context;

	(void)text;
	*s = (struct seen){ s->runs + 1, r->passed, r->judgement, r->problem_count, "" };
	if (r->problem_count)
		snprintf(s->first_problem, sizeof(s->first_problem), "%s", r->problems[0]);
}

/* tests/host/logs/pass.log, with something before and after each of its lines that has `with`. */
static struct seen saved(const char *with, const char *before, const char *after)
{
	struct seen s = { 0 };
	char *line = NULL, *text = malloc(ROOM);
	size_t room = 0, bytes = 0;
	FILE *file = fopen("tests/host/logs/pass.log", "rb");

	if (!CHECK(file && text))
		exit(1);
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\r\n")] = 0;
		if (strstr(line, with))
			bytes += (size_t)sprintf(text + bytes, "%s%s%s", before, line, after);
		else
			bytes += (size_t)sprintf(text + bytes, "%s\r\n", line);
	}
	fclose(file);
	log_parse("log", text, log_without_escapes(text, bytes), note, &s);
	free(line);
	free(text);
	return s;
}

static bool is_whole(const char *with, const char *before, const char *after)
{
	struct seen s = saved(with, before, after);

	return CHECK(s.runs == 1 && s.judgement == JUDGED_PASS && s.passed == 2 && !s.problems);
}

TEST(log_of_a_terminal_is_whole)
{
	is_whole("", "", "\n");
	is_whole("", "", "\r\r\n");
	is_whole("", "", "\r");				       /* CR alone ends a line */
	is_whole("", "\x1b[0m", "\x1b[K\r\n");		       /* a screen that is cleared */
	is_whole("#~", "\x1b[2m\x1b[38;5;240m", "\x1b[m\r\n"); /* colours */
	is_whole("#~", "\x1b]0;picocom\a\x1b(B", "\x1b]0;x\x1b\\\r\n");
	is_whole("#~", "", "\r[12 of 60] permitted-default\r\n"); /* progress, written over */
	is_whole("ok ", "[12 of 60] x\r\x1b[K", "\x1b[K\r\n");
	is_whole("ready", "", "\r\n\x1b[1mCTRL-A Z for help\x1b[0m | 115200 8N1 | VT102\r\n");
}

/* What make run prints on a terminal is not damaged: it never had records. */
TEST(log_without_records_is_told_as_such)
{
	struct seen s = saved("#~", "\x1b]", "\a"); /* as a title: taken out */

	CHECK_EQ(s.runs, 1);
	CHECK_EQ(s.judgement, JUDGED_INCOMPLETE);
	CHECK(strstr(s.first_problem, "it has no machine records"));
	CHECK_EQ(s.problems, 1);
}

/* What only looks like an escape sequence stays. */
TEST(escapes_end_where_their_line_does)
{
	static const struct {
		const char *text, *left;
	} cases[] = {
		{ "a\x1b[31mb", "ab" },
		{ "a\x1b[31", "a\x1b[31" },
		{ "a\x1b[3\nb", "a\x1b[3\nb" },
		{ "\x1b]0;title\nb", "\x1b]0;title\nb" },
		{ "\x1b", "\x1b" },
		{ "\x1b(Bx", "x" },
		{ "\x1b\x1b[mx", "\x1bx" },
		{ "\x1b\r\n", "\x1b\r\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[40];
		size_t left;

		strcpy(text, cases[i].text);
		left = log_without_escapes(text, strlen(text));
		text[left] = 0;
		CHECK(!strcmp(text, cases[i].left));
	}
}
