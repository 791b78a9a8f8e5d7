/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/report.h"
#include "kernel/format.h"
#include "kernel/keep.h"
#include "kernel/log.h"
#include "kernel/muldiv.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "tests/progress.h"

static unsigned planned, planned_checks, printed, counts[4], pass = 1;
static bool is_open, is_checks_only;

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

void report_plan(unsigned tests, unsigned checks)
{
	planned = tests;
	planned_checks = checks;
	is_checks_only = tests == checks;
	log_printf("KTAP version 1\n1..%u\n", tests);
}

void report_plan_open(bool checks_only)
{
	is_open = true;
	is_checks_only = checks_only;
	log_printf("KTAP version 1\n");
}

void report_pass(unsigned number)
{
	pass = number;
}

unsigned report_printed(void)
{
	return printed;
}

bool report_failed(void)
{
	return counts[VERDICT_FAIL];
}

static void keep_result(const char *id, const char *word, enum verdict verdict, const char *why,
			uint64_t number, const char *unit)
{
	bool is_failure = verdict == VERDICT_FAIL;
	char line[140];

	keep_line(is_failure, "%s %s %lu %s%s%s", word, id, number, unit,
		  why && verdict != VERDICT_PASS && verdict != VERDICT_SOUND ? ": " : "",
		  why && verdict != VERDICT_PASS && verdict != VERDICT_SOUND ? why : "");
	format_text(line, sizeof(line), "FAIL %s", id);
	if (is_failure)
		append(failures, sizeof(failures), line);
}

void report_result(const char *test, enum verdict verdict, const char *why, uint64_t number,
		   const char *unit)
{
	static const char *const words[] = { "pass", "fail", "skip", "pass" };
	char id[128];

	format_text(id, sizeof(id), pass > 1 ? "%s.pass-%u" : "%s", test, pass);

	counts[verdict]++;
	printed++;
	if (verdict == VERDICT_FAIL && why)
		log_note("  FAIL: %s", why);
	log_printf("%sok %u %s%s%s\n", verdict == VERDICT_FAIL ? "not " : "", printed, id,
		   verdict == VERDICT_SKIP ? " # SKIP " : "", verdict == VERDICT_SKIP ? why : "");
	log_printf("VTDL-RESULT %s %s %lu %s\n", id, words[verdict], number, unit);
	keep_result(id, words[verdict], verdict, why, number, unit);
}

static void rate(char text[16], uint64_t events, uint64_t ticks)
{
	uint64_t us = time_ticks_to_ns(ticks) / 1000;

	format_ratio(text, events * 1000000, us ? us : 1);
}

static void report_outcomes(const struct target *target, const struct tally *t,
			    const struct prediction *p)
{
	for (unsigned o = 0; o < OUTCOME_COUNT; o++) {
		bool predicted = p && o < OUTCOME_PREDICTED && p->outcomes & 1 << o;

		if (!t->outcomes[o] && !(predicted && outcome_is_torn(target, o)))
			continue;
		log_note("  %9lu  %-6s%s %s%s", t->outcomes[o], target_outcome_name(target, o),
			 outcome_is_torn(target, o) ? "*" : " ",
			 !p || o >= OUTCOME_PREDICTED ? ""
			 : predicted		      ? "predicted: "
						      : "NOT PREDICTED: ",
			 target_outcome_meaning(target, o));
	}
}

void report_tally(const struct target *target, const struct tally *t, const struct prediction *p,
		  uint64_t undisturbed)
{
	uint64_t torn = t->torn, each;
	char dmas[16], rewrites[16], torn_rate[16], ratio[16];

	report_outcomes(target, t, p);
	rate(dmas, t->dmas, t->ticks);
	rate(rewrites, t->rewrites, t->ticks);
	rate(torn_rate, torn, t->ticks);
	if (torn)
		log_note("  Sometimes: %lu of %lu DMAs torn; first after %lu ms; %s torn/s, "
			 "%s rewrites/s, %s DMAs/s",
			 torn, t->dmas, time_ticks_to_ns(t->first_torn_ticks) / 1000000, torn_rate,
			 rewrites, dmas);
	else if (t->dmas)
		log_note("  Never: 0 of %lu DMAs torn, below %s at 95 %%; %s rewrites/s, %s DMAs/s",
			 t->dmas, format_ratio(torn_rate, 3, t->dmas), rewrites, dmas);
	if (t->held)
		log_note("  Held still for %lu DMAs: %lu met another entry than the one in force",
			 t->held, t->stale);
	if (t->tag_checks)
		log_note("  Tags looked at after %lu DMAs: %lu translations under the wrong "
			 "domain-id",
			 t->tag_checks, t->mistagged);
	if (t->hiccups)
		log_note("    %lu were blocked, but not when tried again with the entry still held",
			 t->hiccups);
	for (unsigned o = 0; o < OUTCOME_COUNT; o++)
		if (t->stale_outcomes[o])
			log_note("    %lu of these: %s", t->stale_outcomes[o],
				 target_outcome_meaning(target, o));
	if (t->dmas) {
		each = time_ticks_to_ns(t->ticks) / t->dmas;
		log_note("  Each DMA %lu ns: invalidation %lu, device %lu, resets %lu, rest %lu; "
			 "%lu resets, %lu time-outs",
			 each, time_ticks_to_ns(t->ticks_invalidate) / t->dmas,
			 time_ticks_to_ns(t->ticks_dma) / t->dmas,
			 time_ticks_to_ns(t->ticks_reset) / t->dmas,
			 time_ticks_to_ns(t->ticks - t->ticks_invalidate - t->ticks_dma -
					  t->ticks_reset) /
				 t->dmas,
			 t->resets, t->timeouts);
	}
	if (undisturbed && t->ticks)
		log_note("  DMA rate: %s of what it is with nobody rewriting",
			 format_ratio(ratio, mul_div(t->dmas, time_hz(), t->ticks), undisturbed));
	if (t->companion_dmas)
		log_note("  Companion: %lu DMAs of another device, %lu blocked, %lu astray",
			 t->companion_dmas, t->companion_blocked, t->companion_astray);
	report_faults(&t->faults);
}

void report_faults(const struct fault_log *log)
{
	if (!log->recorded && !log->overflows)
		return;
	log_note("  Faults: %lu recorded, %lu of other devices; the unit lost some %lu times "
		 "(overflow)",
		 log->recorded, log->foreign, log->overflows);
	for (unsigned k = 0; k < log->kind_count; k++) {
		uint64_t shown = log->kinds[k].count < FAULT_SHOWN ? log->kinds[k].count
								   : FAULT_SHOWN;

		log_note("    %lu of reason 0x%x, %s: %s", log->kinds[k].count,
			 log->kinds[k].reason, vtd_fault_type_name(log->kinds[k].type),
			 vtd_fault_reason_name(log->kinds[k].reason));
		for (uint64_t i = 0; i < shown; i++) {
			const struct vtd_fault *f = &log->kinds[k].first[i];

			log_note("      %016lx %016lx source %02x:%02x.%x address 0x%lx", f->raw[1],
				 f->raw[0], f->source_id >> 8, f->source_id >> 3 & 31,
				 f->source_id & 7, f->address);
		}
	}
	if (log->unsorted)
		log_note("    %lu of further kinds", log->unsorted);
}

void report_harms(char *text, size_t room, uint8_t harms)
{
	static const char *const words[] = { "mixture", "stale", "mis-tagged", "blocked",
					     "wrong end" };
	size_t n = format_text(text, room, "%s", harms ? "unsafe, a control: " : "safe"), start = n;

	for (unsigned i = 0; i < 5; i++)
		if (harms >> i & 1)
			n += format_text(text + n, room - n, "%s%s", n > start ? ", " : "",
					 words[i]);
}

enum run_result report_end(void)
{
	unsigned passed = counts[VERDICT_PASS];
	char counted[160], summary[1024];

	format_text(counted, sizeof(counted),
		    "%u passed (%u of them checks of our own means), %u failed, %u skipped or "
		    "inconclusive",
		    passed + counts[VERDICT_SOUND], counts[VERDICT_SOUND], counts[VERDICT_FAIL],
		    counts[VERDICT_SKIP]);
	log_note("%s", counted);
	format_text(summary, sizeof(summary), "%s; %lu DMAs\n%s%s", counted, progress_dmas(),
		    failures, highlights);
	kernel_summary(summary);
	if (is_checks_only)
		passed += counts[VERDICT_SOUND];
	if (is_open)
		log_note("%u tests in %u passes", printed, pass);
	else if (printed != planned)
		log_note("planned %u tests, ran %u", planned, printed);
	if (counts[VERDICT_FAIL] || (!is_open && printed != planned))
		return RUN_FAIL;
	if (!passed && (is_open || planned > planned_checks))
		log_note("nothing was learned: ask for a control too, as in tests=*.replace.*");
	return passed ? RUN_PASS : RUN_SKIP;
}
