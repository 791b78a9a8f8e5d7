/* SPDX-License-Identifier: BSD-2-Clause */
/* The run as a list of results: its plan, each result, and what it comes to. */
#include "tests/litmus/bench.h"
#include "tests/litmus/report.h"
#include "tests/litmus/report_parts.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/saved.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/progress.h"

static unsigned planned, printed, counts[VERDICT_ERROR + 1], pass = 1;
static unsigned clean, harmed; /* sequences that passed: safe ones, and controls */
static bool is_open, is_checks_only, had_trial, had_control;

/* For the last screen: the first failures, and a few more lines. */
static char failures[400], highlights[400];

static void append(char *text, size_t room, const char *line)
{
	size_t n = strlen(text);

	if (n + strlen(line) + 2 <= room)
		format_text(text + n, room - n, "%s\n", line);
}

void report_highlight(const char *format, ...)
{
	char line[200];
	va_list arguments;

	va_start(arguments, format);
	format_v(line, sizeof(line), format, arguments);
	va_end(arguments);
	log_note("%s", line);
	append(highlights, sizeof(highlights), line);
}

/* All but the last, which was just told: they are far above. */
static void repeat_highlights(void)
{
	char *line = highlights;

	for (char *at = highlights; *at; at++)
		if (*at == '\n' && at[1]) {
			*at = 0;
			log_note("%s", line);
			*at = '\n';
			line = at + 1;
		}
}

void report_plan(unsigned tests, unsigned checks)
{
	planned = tests;
	is_checks_only = tests == checks;
	log_printf("KTAP version 1\n1..%u\n", tests);
	record_plan(tests, checks, false);
}

void report_plan_open(bool checks_only)
{
	is_open = true;
	is_checks_only = checks_only;
	log_printf("KTAP version 1\n");
	record_plan(0, checks_only, true);
}

void report_pass(unsigned number)
{
	pass = number;
}

unsigned report_printed(void)
{
	return printed;
}

unsigned report_failures(void)
{
	return counts[VERDICT_FAIL];
}

bool report_failed(void)
{
	return counts[VERDICT_FAIL] || counts[VERDICT_ERROR];
}

static void keep_result(const char *id, const char *word, enum verdict verdict, const char *why,
			uint64_t number, const char *unit)
{
	bool is_failure = verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
	char line[140];

	saved_line(is_failure, "%s %s %lu %s%s%s", word, id, number, unit,
		   why && verdict != VERDICT_PASS && verdict != VERDICT_SELF_CHECK ? ": " : "",
		   why && verdict != VERDICT_PASS && verdict != VERDICT_SELF_CHECK ? why : "");
	format_text(line, sizeof(line), "FAIL %s", id);
	if (is_failure)
		append(failures, sizeof(failures), line);
}

void report_result(const char *test, enum verdict verdict, const char *why, uint64_t number,
		   const char *unit)
{
	static const char *const words[] = {
		[VERDICT_PASS] = RECORD_PASS,  [VERDICT_FAIL] = RECORD_FAIL,
		[VERDICT_SKIP] = RECORD_SKIP,  [VERDICT_SELF_CHECK] = RECORD_PASS,
		[VERDICT_ERROR] = RECORD_FAIL,
	};
	bool is_failure = verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
	bool has_reason = is_failure || verdict == VERDICT_SKIP;
	const struct prediction *predicted = report_predicted();
	char id[TEST_ID_BYTES + 24];

	format_text(id, sizeof(id), pass > 1 ? "%s.pass-%u" : "%s", test, pass);

	counts[verdict]++;
	printed++;
	if (is_failure && why)
		log_note("%s: %s", verdict == VERDICT_FAIL ? LOG_FAILURE : LOG_ERROR, why);
	log_printf("%sok %u %s%s%s\n", is_failure ? "not " : "", printed, id,
		   verdict == VERDICT_SKIP ? " # SKIP " : "", verdict == VERDICT_SKIP ? why : "");
	log_printf("VTDL-RESULT %s %s %lu %s\n", id, words[verdict], number, unit);
	if (verdict == VERDICT_PASS && predicted) {
		clean += !predicted->harms;
		harmed += predicted->harms != 0;
	}
	had_trial |= predicted != NULL;
	had_control |= predicted && predicted->harms;
	record_test(printed, id, words[verdict], verdict == VERDICT_SELF_CHECK, number, unit,
		    has_reason ? why : NULL);
	if (verdict == VERDICT_ERROR)
		record_add("class=" RECORD_ERROR);
	record_add("at=%lu", report_us(rdtsc() - handoff->entry_tsc) / 1000);
	report_pending();
	record_end();
	keep_result(id, words[verdict], verdict, why, number, unit);
}

void report_harms(char *text, size_t room, uint8_t harms)
{
	size_t n = format_text(text, room, "%s", harms ? "unsafe: " : "safe"), start = n;

	for (unsigned i = 0; i < HARM_BITS; i++)
		if (harms >> i & 1)
			n += format_text(text + n, room - n, "%s%s", n > start ? ", " : "",
					 harm_word(i));
}

enum run_result report_end(void)
{
	unsigned passed = counts[VERDICT_PASS];
	unsigned failed = counts[VERDICT_FAIL] + counts[VERDICT_ERROR];
	char counted[200], summary[1024], errors[48] = "";

	if (counts[VERDICT_ERROR])
		format_text(errors, sizeof(errors), " (%u of them errors, of device or tool)",
			    counts[VERDICT_ERROR]);
	format_text(
		counted, sizeof(counted),
		"%u passed (%u safe one%s stayed clean, %u control%s did harm, %u self-check%s), %u failed%s, %u skipped or inconclusive",
		passed + counts[VERDICT_SELF_CHECK], clean, clean == 1 ? "" : "s", harmed,
		harmed == 1 ? "" : "s", counts[VERDICT_SELF_CHECK],
		counts[VERDICT_SELF_CHECK] == 1 ? "" : "s", failed, errors, counts[VERDICT_SKIP]);
	repeat_highlights();
	log_note("%s", counted);
	format_text(summary, sizeof(summary), "%s; %lu DMAs\n%s%s", counted, progress_dmas(),
		    failures, highlights);
	kernel_summary(summary);
	if (is_checks_only)
		passed += counts[VERDICT_SELF_CHECK];
	if (is_open)
		log_note("%u tests in %u passes", printed, pass);
	else if (printed != planned)
		log_note("planned %u tests, ran %u", planned, printed);
	if (failed || (!is_open && printed != planned))
		return RUN_FAIL;
	if (!passed && had_trial)
		log_note(
			had_control
				? "nothing was learned: controls ran, but none was seen: try seconds=10, or a quieter host"
				: "nothing was learned: ask for a control too, as in tests=*.replace.*");
	return passed ? RUN_PASS : RUN_SKIP;
}
