/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run comes to. Only intact records count; the lines for people are looked at for one thing: that
 * they do not say otherwise.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "kernel/output/record.h"
#include "tools/log/run_build.h"

#define TOLD 8 /* of a kind of problem so many are told one by one */

/* What helps against a damaged log. */
#define TRY "; try a lower speed (baud=), another cable or flow control, and run again"

#define FOLDED_LINES	 8
#define TERMINAL_COLUMNS 200

static int by_number(const void *a, const void *b)
{
	const struct run_test *x = a, *y = b;

	/* Of two with one number, which is a contradiction, the failure counts. */
	return x->n != y->n ? (x->n > y->n) - (x->n < y->n)
			    : (y->verdict == 'f') - (x->verdict == 'f');
}

static int sum_by_number(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

/* qsort() must not be given NULL, not even with nothing to sort. */
static void sort(void *array, size_t count, size_t bytes,
		 int (*compare)(const void *, const void *))
{
	if (count)
		qsort(array, count, bytes, compare);
}

static uint16_t id_hash(const char *id, size_t bytes)
{
	return (uint16_t)crc32(crc32(0, NULL, 0), (const Bytef *)id, (uInt)bytes);
}

static struct run_test *find(struct builder *b, uint32_t n, size_t *from)
{
	while (*from < b->test_count && b->tests[*from].n < n)
		(*from)++;
	return *from < b->test_count && b->tests[*from].n == n ? &b->tests[*from] : NULL;
}

/* Whether a test whose own block arrived has this name. */
static bool is_known(const struct builder *b, const struct span *id)
{
	for (size_t i = 0; i < b->test_count; i++) {
		const struct run_test *t = &b->tests[i];

		if (t->has_block && t->id && strlen(t->id) == id->bytes &&
		    !memcmp(t->id, id->at, id->bytes))
			return true;
	}
	return false;
}

/* A test's name that came in a line for people: good, if the closing block's hash says so. */
static const char *name_of(struct builder *b, const struct sum *s)
{
	const struct span *found = NULL;

	for (size_t i = 0; i < b->said_count; i++) {
		const struct span *id = &b->said[i].id;

		if (id_hash(id->at, id->bytes) != s->id || (b->said[i].n && b->said[i].n != s->n) ||
		    (!b->said[i].n && is_known(b, id)))
			continue;
		/* 16 bits do not tell all names apart. */
		if (found && (found->bytes != id->bytes || memcmp(found->at, id->at, id->bytes)))
			return NULL;
		found = id;
	}
	return found ? arena_text(&b->arena, found->at, found->bytes) : NULL;
}

static bool contradict(struct builder *b, const struct run_test *t, const char *who, char verdict)
{
	build_problem(b, "test %" PRIu32 " (%s) is %s by its record, %s by %s", t->n,
		      t->id ? t->id : "name lost", verdict_word(t->verdict), verdict_word(verdict),
		      who);
	return true;
}

/* The closing blocks: what they say of tests whose own block is lost. Whether they contradict others. */
static bool merge_sums(struct builder *b)
{
	size_t own = b->test_count, at = 0;
	bool contradicted = false;

	sort(b->tests, b->test_count, sizeof(*b->tests), by_number);
	sort(b->sums, b->sum_count, sizeof(*b->sums), sum_by_number);
	for (size_t i = 0; i < b->sum_count; i++) {
		const struct sum *s = &b->sums[i];
		char verdict = s->letter == 'c' ? 'p' : s->letter;
		struct run_test *t;

		if (!strchr("pfs", verdict))
			continue;
		if (i && s->n == s[-1].n) {
			if (s->letter != s[-1].letter || s->number != s[-1].number ||
			    s->id != s[-1].id) {
				contradicted = true;
				build_problem(b, "closing blocks say two things of test %" PRIu32,
					      s->n);
			}
			continue;
		}
		/* Those appended below are behind the sorted ones. */
		t = at < own ? find(b, s->n, &at) : NULL;
		if (t) {
			if (t->verdict != verdict || t->number != s->number)
				contradicted |= contradict(b, t, "the closing block", verdict);
			else if (t->id && id_hash(t->id, strlen(t->id)) != s->id) {
				contradicted = true;
				build_problem(b,
					      "test %" PRIu32
					      " has another name in the closing block than %s",
					      t->n, t->id);
			}
			continue;
		}
		if (b->test_count == b->test_room) {
			b->test_room = b->test_room ? 2 * b->test_room : 16;
			b->tests = must_realloc(b->tests, b->test_room * sizeof(*b->tests));
		}
		t = &b->tests[b->test_count++];
		*t = (struct run_test){ .n = s->n,
					.verdict = verdict,
					.check = s->letter == 'c',
					.number = s->number,
					.harms = HARMS_UNKNOWN,
					.spec_harms = HARMS_UNKNOWN };
		t->id = name_of(b, s);
	}
	sort(b->tests, b->test_count, sizeof(*b->tests), by_number);
	return contradicted;
}

/* Lines for people about tests that are known. Both go by order, so one pass does. */
static bool check_words(struct builder *b)
{
	bool contradicted = false;
	size_t from = 0;

	for (size_t i = 0; i < b->said_count; i++) {
		const struct said *s = &b->said[i];

		for (size_t k = 0; k < b->test_count; k++) {
			const struct run_test *t = &b->tests[(from + k) % b->test_count];

			if (!t->id || strlen(t->id) != s->id.bytes ||
			    memcmp(t->id, s->id.at, s->id.bytes))
				continue;
			from = (from + k) % b->test_count;
			if (t->verdict != s->verdict)
				contradicted |= contradict(
					b, t, s->n ? "its KTAP line" : "its VTDL-RESULT line",
					s->verdict);
			break;
		}
	}
	return contradicted;
}

/* Numbers of tests: each once, and of those that there are. Whether they are otherwise. */
static bool check_numbers(struct builder *b)
{
	const struct run *r = &b->run;
	bool wrong = false;

	for (size_t i = 0; i < b->test_count; i++) {
		const struct run_test *t = &b->tests[i];

		if (t->n && (!r->has_end || t->n <= r->end_tests) && (!i || t->n != t[-1].n))
			continue;
		wrong = true;
		build_problem(b, "a record of test %" PRIu32 "%s", t->n,
			      i && t->n == t[-1].n ? ", that has one already"
						   : ", which there is not");
	}
	if (r->has_end && r->has_plan && !r->plan_open && r->planned != r->end_planned) {
		wrong = true;
		build_problem(b, "its plan is %" PRIu64 " tests, its closing block says %" PRIu64,
			      r->planned, r->end_planned);
	}
	if (r->ends_differ) {
		wrong = true;
		build_problem(b, "it has two closing blocks that differ");
	}
	return wrong;
}

static void count(struct run *r, const struct builder *b)
{
	uint64_t expected = r->has_end			   ? r->end_tests
			    : r->has_plan && !r->plan_open ? r->planned
							   : 0;
	uint64_t known = 0;

	for (size_t i = 0; i < b->test_count; i++) {
		const struct run_test *t = &b->tests[i];

		if (!t->verdict || (i && t->n == t[-1].n))
			continue;
		known += t->n && t->n <= expected;
		r->checks += t->verdict == 'p' && t->check;
		r->passed += t->verdict == 'p' && !t->check;
		r->failed += t->verdict == 'f';
		r->errors += t->verdict == 'f' && t->is_error;
		r->skipped += t->verdict == 's';
	}
	expected -= known;
	r->lost_verdicts = expected < UINT32_MAX ? (unsigned)expected : UINT32_MAX;
}

/* By the rules of report_end() in tests/litmus/report.c, from the verdicts alone; 0 where they do not say. */
static char verdict_by_tests(const struct run *r)
{
	bool only_checks = r->plan_open ? r->end_checks != 0 : r->end_planned == r->end_checks;

	if (r->failed || (!r->plan_open && r->end_tests != r->end_planned))
		return 'f';
	return r->passed || (only_checks && r->checks) ? 'p' : 's';
}

static void tell_lost_verdicts(struct builder *b)
{
	uint64_t last = b->run.has_end ? b->run.end_tests : b->run.planned;
	char list[200] = "";
	size_t at = 0, n = 0;
	unsigned told = 0;

	for (uint64_t i = 1; i <= last && told <= TOLD; i++) {
		if (i <= UINT32_MAX && find(b, (uint32_t)i, &at))
			continue;
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%" PRIu64, told ? ", " : "",
				      i);
		told++;
	}
	build_problem(b, "%u of %" PRIu64 " verdicts did not arrive%s%s%s", b->run.lost_verdicts,
		      last,
		      !told			  ? ""
		      : b->run.lost_verdicts == 1 ? ": test "
						  : ": tests ",
		      list, told && b->run.lost_verdicts > told ? ", ..." : "");
}

static void tell_blocks(struct builder *b)
{
	struct run *r = &b->run;

	if (r->has_end && r->blocks > b->next_block) {
		r->blocks_missing += (unsigned)(r->blocks - b->next_block);
		build_problem(b, "blocks %" PRIu32 " to %" PRIu64 " did not arrive intact",
			      b->next_block, r->blocks - 1);
	}
	for (size_t i = 0; i < b->gap_count; i++) {
		const struct lines *g = &b->gaps[i];

		r->blocks_missing += g->to - g->from + 1;
		if (i < TOLD && g->from == g->to)
			build_problem(b, "block %" PRIu32 " did not arrive intact", g->from);
		else if (i < TOLD)
			build_problem(b, "blocks %" PRIu32 " to %" PRIu32 " did not arrive intact",
				      g->from, g->to);
	}
	if (b->gap_count > TOLD)
		build_problem(b, "%u blocks in all did not arrive intact", r->blocks_missing);
	for (size_t i = 0; i < b->bad_count && i < TOLD; i++)
		build_problem(b,
			      "lines %" PRIu32 " to %" PRIu32 ": what is left of a block (%" PRIu32
			      ")",
			      b->bad[i].from, b->bad[i].to, b->bad[i].block);
	if (b->bad_count > TOLD)
		build_problem(b, "%zu such places in all", b->bad_count);
}

/* Whether the run has lines for people up to its end, and nothing at all of its records. */
static bool is_filtered(const struct builder *b)
{
	return b->end_line && !b->run.blocks_good && !b->bad_count;
}

/* Some of a whole run's lines are longer than any terminal is wide. */
static bool is_folded(const struct builder *b)
{
	return b->bad_count && b->so_long >= FOLDED_LINES && b->longest <= TERMINAL_COLUMNS;
}

/* Why there is no closing block: a damaged log is another thing than a run that was cut. */
static void tell_end(struct builder *b)
{
	const struct lines *last = b->bad_count ? &b->bad[b->bad_count - 1] : NULL;

	if (last && last->is_end)
		build_problem(
			b, "its closing block arrived damaged (lines %" PRIu32 " to %" PRIu32 ")%s",
			last->from, last->to, is_folded(b) ? "" : TRY);
	else if (b->end_line)
		build_problem(
			b,
			"its VTDL-END line arrived, its closing block did not: the log is damaged, the run was not cut" TRY);
	else
		build_problem(
			b,
			"it ends without its closing block: the run was cut, or is still under way");
}

void judge(struct builder *b)
{
	struct run *r = &b->run;
	bool wrong = merge_sums(b);

	wrong |= check_words(b);
	wrong |= check_numbers(b);
	count(r, b);
	if (r->blocks_good && !r->has_start && b->blocks[0].sequence) {
		wrong = true;
		build_problem(
			b,
			"neither its VTDL-START line nor its first block arrived: which run this is the rest of nobody knows");
	}
	if (r->log_version > RECORD_VERSION) {
		wrong = true;
		build_problem(b, "written in log format %" PRIu64 ", newer than this tool (%u)",
			      r->log_version, RECORD_VERSION);
	}
	if (is_folded(b))
		build_problem(
			b,
			"no line has more than %zu characters, and %zu have as many: what kept this log folds or cuts lines; let it keep bytes as they come",
			b->longest, b->so_long);
	if (is_filtered(b)) {
		build_problem(
			b,
			"it has no machine records (lines with " RECORD_MARK
			"): this is what 'make run' shows on a terminal, or another part of a log; read the log itself, build/run/serial.log");
	} else if (!r->blocks_good)
		build_problem(
			b,
			"no machine record arrived intact: cut before the first, all damaged, or of a vtd-litmus older than log format 1");
	if (!r->has_end && !is_filtered(b))
		tell_end(b);
	else if (r->has_end && r->end_verdict != 'f' && r->end_verdict != verdict_by_tests(r) &&
		 !r->lost_verdicts) {
		/* A run may fail though no test of it did: by a panic. */
		wrong = true;
		build_problem(b, "its closing block says %s, its tests %s",
			      verdict_word(r->end_verdict), verdict_word(verdict_by_tests(r)));
	}
	if (r->has_end && b->end_line && b->end_line != r->end_verdict) {
		wrong = true;
		build_problem(b, "its closing block says %s, its VTDL-END line %s",
			      verdict_word(r->end_verdict), verdict_word(b->end_line));
	}
	if (r->has_end && !r->plan_open && r->end_tests != r->end_planned)
		build_problem(b, "planned %" PRIu64 " tests, ran %" PRIu64, r->end_planned,
			      r->end_tests);
	tell_blocks(b);
	if (r->lost_verdicts)
		tell_lost_verdicts(b);
	if (r->failed || (r->has_end && r->end_verdict == 'f'))
		r->judgement = JUDGED_FAIL;
	else if (!r->has_end || r->lost_verdicts || wrong || !r->end_verdict)
		r->judgement = JUDGED_INCOMPLETE;
	else
		r->judgement = r->end_verdict == 'p' ? JUDGED_PASS : JUDGED_SKIP;
	r->tests = b->tests;
	r->test_count = b->test_count;
}

bool run_is_whole(const struct run *r)
{
	return r->judgement != JUDGED_INCOMPLETE && r->has_end && !r->lost_verdicts &&
	       (r->plan_open || r->end_tests == r->end_planned);
}
