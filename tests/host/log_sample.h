/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs of real runs (tests/host/logs/) for tests of the reader: loaded, joined, changed, and read. */
#ifndef TESTS_HOST_LOG_SAMPLE_H
#define TESTS_HOST_LOG_SAMPLE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/host/test.h"
#include "tools/log/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOGS	  "tests/host/logs/"
#define TESTS_MAX 512

struct log {
	char *text;
	size_t bytes;
};

static inline struct log load(const char *name)
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

static inline void note(const struct run *r, const char *text, void *context)
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

static inline struct seen *parse(const char *text, size_t bytes)
{
	static struct seen s;
	/* Of exactly its size, so that a read past its end is seen. */
	char *copy = calloc(bytes ? bytes : 1, 1);

	memset(&s, 0, sizeof(s));
	memcpy(copy, text, bytes);
	CHECK(log_parse("log", copy, bytes, note, &s) == (int)s.runs);
	free(copy);
	return &s;
}

/* A pass must be the very pass that was sent: every verdict, every number. */
static inline bool is_honest(const struct seen *s, const struct seen *sent)
{
	if (!s->runs || s->judgement != JUDGED_PASS)
		return true;
	return sent->judgement == JUDGED_PASS && s->tests == sent->tests && !s->lost &&
	       s->passed == sent->passed && s->failed == sent->failed &&
	       !memcmp(s->verdicts, sent->verdicts, sizeof(s->verdicts)) &&
	       !memcmp(s->numbers, sent->numbers, sizeof(s->numbers));
}

static inline struct log join(struct log a, size_t a_bytes, struct log b, size_t from)
{
	struct log out = { malloc(a_bytes + b.bytes), a_bytes + b.bytes - from };

	memcpy(out.text, a.text, a_bytes);
	memcpy(out.text + a_bytes, b.text + from, b.bytes - from);
	return out;
}

/* Put `with` in the place of the first `what` behind `after`. */
static inline struct log replaced(const struct log *log, const char *after, const char *what,
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

#endif
