/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: kernel/lib/crc32.c tools/log/arena.c tools/log/build.c tools/log/build_costs.c tools/log/build_run.c tools/log/build_test.c tools/log/judge.c tools/log/names.c tools/log/read.c tools/log/words.c -lz */
/*
 * libFuzzer: serial logs of any bytes; once as they are, once with every block's end line put right, so that what
 * the blocks say gets as far as it can.
 */
#include <stdio.h>

#include "kernel/lib/crc32.h"
#include "tests/host/fuzz.h"
#include "tools/log/run.h"

static void look(const struct run *r, const char *text, void *context)
{
	size_t bytes = *(size_t *)context;
	unsigned known = 0;

	require(r->judgement < JUDGED_COUNT && judgement_word(r->judgement));
	require(r->at + r->bytes <= bytes && r->line_from && r->line_from <= r->line_to);
	for (size_t i = 0; i < r->test_count; i++) {
		const struct run_test *t = &r->tests[i];
		struct test_name name;

		known += t->verdict && t->n && t->n <= r->end_tests;
		require(r->judgement != JUDGED_PASS || (t->n == i + 1 && t->n <= r->end_tests));
		require(!i || t->n >= t[-1].n);
		require(t->at + t->bytes <= bytes && t->line_from <= t->line_to);
		require(t->outcome_count <= OUTCOMES_MAX && t->fault_count <= FAULTS_MAX);
		if (t->id && test_name(t->id, &name))
			require(name.target[0] || name.regime[0]);
	}
	for (size_t i = 0; i < r->problem_count; i++)
		require(r->problems[i][0]);
	/* What is called whole must be. */
	if (r->judgement == JUDGED_PASS || r->judgement == JUDGED_SKIP)
		require(r->has_end && !r->ends_differ && !r->lost_verdicts && !r->failed &&
			known == r->end_tests && r->blocks_good &&
			run_is_whole(r) == (r->plan_open || r->end_tests == r->end_planned));
	if (r->judgement == JUDGED_PASS)
		require(r->end_verdict == 'p' && r->passed + r->checks);
	require(text || !bytes);
}

/* Every line "#~tttt n . k crc" gets the k and the crc of the lines with its tag and number before it. */
static size_t put_right(const uint8_t *data, size_t size, char *out)
{
	uint32_t crc = 0;
	unsigned lines = 0;
	size_t n = 0;

	for (size_t at = 0; at < size;) {
		const uint8_t *newline = memchr(data + at, '\n', size - at);
		size_t bytes = newline ? (size_t)(newline - data) - at : size - at;
		const char *line = (const char *)data + at;
		size_t head = 0;

		while (head < bytes && (head < 8 || line[head] != ' '))
			head++;
		if (bytes > head + 2 && line[0] == '#' && line[1] == '~' && line[head + 1] == '.') {
			n += (size_t)sprintf(out + n, "%.*s . %u %08x\n", (int)head, line, lines,
					     crc);
			crc = lines = 0;
		} else {
			memcpy(out + n, line, bytes);
			out[n + bytes] = '\n';
			if (bytes > 1 && line[0] == '#' && line[1] == '~') {
				crc = crc32_add(crc, out + n, bytes + 1);
				lines++;
			}
			n += bytes + 1;
		}
		at += bytes + 1;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);
	/* An end line of a few bytes may become one of 30. */
	char *better = malloc(8 * size + 64);
	size_t n;

	log_parse("log", (const char *)bytes, size, look, &size);
	n = put_right(data, size, better);
	free(bytes);
	bytes = exact((const uint8_t *)better, n);
	log_parse("log", (const char *)bytes, n, look, &n);
	free(bytes);
	free(better);
	return 0;
}
