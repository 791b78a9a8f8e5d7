/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/engine.h"
#include "tests/litmus/report.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/keep.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/lib/muldiv.h"
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

	keep_line(is_failure, "%s %s %lu %s%s%s", word, id, number, unit,
		  why && verdict != VERDICT_PASS && verdict != VERDICT_SOUND ? ": " : "",
		  why && verdict != VERDICT_PASS && verdict != VERDICT_SOUND ? why : "");
	format_text(line, sizeof(line), "FAIL %s", id);
	if (is_failure)
		append(failures, sizeof(failures), line);
}

/* What goes into the next result's block of records besides the result. */
static struct {
	const struct target *target; /* NULL: no histogram */
	struct tally tally;
	struct prediction prediction;
	const char *spec_fetch;
	uint64_t controls;
	uint8_t spec_harms;
	bool has_tally, has_prediction;
	char lines[640]; /* of report_extra(), a newline after each */
} pending;

void report_extra(const char *format, ...)
{
	size_t n = strlen(pending.lines), length;
	va_list arguments;

	va_start(arguments, format);
	length = format_v(pending.lines + n, sizeof(pending.lines) - n, format, arguments);
	va_end(arguments);
	if (n + length + 2 > sizeof(pending.lines))
		pending.lines[n] = 0;
	else
		memcpy(pending.lines + n + length, "\n", 2);
}

static void record_harms(const char *key, uint8_t harms)
{
	const char *before = "";
	char text[64];
	size_t n = 0;

	format_text(text, sizeof(text), "none");
	for (unsigned i = 0; i < HARM_BITS; i++)
		if (harms >> i & 1) {
			n += format_text(text + n, sizeof(text) - n, "%s%s", before, harm_word(i));
			before = ",";
		}
	record_add_text(key, text);
}

static void add_number(const char *key, uint64_t number)
{
	if (number)
		record_add("%s=%lu", key, number);
}

static uint64_t us(uint64_t ticks)
{
	return time_ticks_to_ns(ticks) / 1000;
}

static void record_tally(const struct tally *t)
{
	record_line("tally");
	record_add("us=%lu dmas=%lu torn=%lu", us(t->ticks), t->dmas, t->torn);
	if (t->rewrites)
		record_add("exposed=%lu exposed_torn=%lu stores=%lu", t->exposed, t->exposed_torn,
			   t->stores);
	if (t->torn)
		record_add("first=%lu", us(t->first_torn_ticks));
	add_number("rewrites", t->rewrites);
	add_number("held", t->held);
	add_number("stale", t->stale);
	add_number("hiccups", t->hiccups);
	add_number("tags", t->tag_checks);
	add_number("mistagged", t->mistagged);
	add_number("inv", us(t->ticks_invalidate));
	add_number("dev", us(t->ticks_dma));
	add_number("reset", us(t->ticks_reset));
	add_number("resets", t->resets);
	add_number("timeouts", t->timeouts);
	add_number("companion", t->companion_dmas);
	add_number("companion_blocked", t->companion_blocked);
	add_number("companion_astray", t->companion_astray);
	add_number("unrecorded", t->unrecorded);
	add_number("untranslated", t->untranslated);
	add_number("foreign", t->faults.foreign);
	add_number("odd", t->faults.odd);
	add_number("overflows", t->faults.overflows);
	add_number("unsorted", t->faults.unsorted);
	record_add_text("stopped", t->stopped);
}

/* name=count: '*' is torn, '!' was not predicted; what was predicted to tear stands there with 0, too. */
/* `torn`: how many of each were; with one table depth an outcome is torn in one half of a test, and right in the other. */
static void record_outcomes(const struct target *target, const uint64_t *outcomes,
			    const uint64_t *torn, const struct prediction *p)
{
	for (unsigned o = 0; o < OUTCOME_COUNT; o++) {
		bool predicted = p && o < OUTCOME_PREDICTED && p->outcomes & 1 << o;
		const char *name = target_outcome_name(target, o),
			   *odd = p && !predicted ? "!" : "";

		if (outcomes[o] > torn[o])
			record_add("%s%s=%lu", name, odd, outcomes[o] - torn[o]);
		if (torn[o] || (!outcomes[o] && predicted && outcome_is_torn(target, o)))
			record_add("%s*%s=%lu", name, odd, torn[o]);
	}
}

static void record_faults(const struct fault_log *log)
{
	for (unsigned k = 0; k < log->kind_count; k++) {
		const struct vtd_fault *f = log->kinds[k].first;

		record_line("fault");
		record_add("reason=0x%x type=%s n=%lu raw=%016lx%016lx", log->kinds[k].reason,
			   vtd_fault_type_name(log->kinds[k].type), log->kinds[k].count,
			   f[0].raw[1], f[0].raw[0]);
		if (log->kinds[k].count > 1 && memcmp(f[0].raw, f[1].raw, sizeof(f[0].raw)))
			record_add("raw=%016lx%016lx", f[1].raw[1], f[1].raw[0]);
	}
}

static void record_pending(void)
{
	const struct prediction *p = pending.has_prediction ? &pending.prediction : NULL;
	const struct tally *t = &pending.tally;
	char *line = pending.lines;
	static const uint64_t none[OUTCOME_COUNT];
	bool any_stale = false;

	/* On the test's own line. */
	if (p) {
		record_harms("harms", p->harms);
		if (pending.spec_harms != p->harms)
			record_harms("spec", pending.spec_harms);
		add_number("controls", pending.controls);
	}
	if (pending.has_tally) {
		record_tally(t);
		if (pending.target) {
			record_add("out");
			record_outcomes(pending.target, t->outcomes, t->torn_outcomes, p);
		}
		for (unsigned o = 0; o < OUTCOME_COUNT; o++)
			any_stale |= t->stale_outcomes[o] > 0;
		if (any_stale) {
			record_line("stale");
			record_outcomes(pending.target, t->stale_outcomes, none, NULL);
		}
		record_faults(&t->faults);
	}
	for (char *at = line; *at; at++)
		if (*at == '\n') {
			*at = 0;
			record_line(line);
			line = at + 1;
		}
	memset(&pending, 0, sizeof(pending));
}

void report_result(const char *test, enum verdict verdict, const char *why, uint64_t number,
		   const char *unit)
{
	static const char *const words[] = {
		[VERDICT_PASS] = RECORD_PASS,  [VERDICT_FAIL] = RECORD_FAIL,
		[VERDICT_SKIP] = RECORD_SKIP,  [VERDICT_SOUND] = RECORD_PASS,
		[VERDICT_ERROR] = RECORD_FAIL,
	};
	bool is_failure = verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
	bool has_reason = is_failure || verdict == VERDICT_SKIP;
	char id[128];

	format_text(id, sizeof(id), pass > 1 ? "%s.pass-%u" : "%s", test, pass);

	counts[verdict]++;
	printed++;
	if (is_failure && why)
		log_note("  %s: %s", verdict == VERDICT_FAIL ? "FAIL" : "ERROR", why);
	log_printf("%sok %u %s%s%s\n", is_failure ? "not " : "", printed, id,
		   verdict == VERDICT_SKIP ? " # SKIP " : "", verdict == VERDICT_SKIP ? why : "");
	log_printf("VTDL-RESULT %s %s %lu %s\n", id, words[verdict], number, unit);
	if (verdict == VERDICT_PASS && pending.has_prediction) {
		clean += !pending.prediction.harms;
		harmed += pending.prediction.harms != 0;
	}
	had_trial |= pending.has_prediction;
	had_control |= pending.has_prediction && pending.prediction.harms;
	record_test(printed, id, words[verdict], verdict == VERDICT_SOUND, number, unit,
		    has_reason ? why : NULL);
	if (verdict == VERDICT_ERROR)
		record_add("class=" RECORD_ERROR);
	record_add("at=%lu", us(rdtsc() - handoff->entry_tsc) / 1000);
	record_pending();
	record_end();
	keep_result(id, words[verdict], verdict, why, number, unit);
}

static void rate(char text[16], uint64_t events, uint64_t ticks)
{
	format_ratio(text, events * 1000000, us(ticks) ? us(ticks) : 1);
}

static void report_outcome(const struct target *target, unsigned o, uint64_t count, bool torn,
			   bool predicted)
{
	bool is_plain = predicted && !torn && o <= OUTCOME_B;

	log_note(is_plain ? "  %9lu  %s" : "  %9lu  %-6s%s %s%s", count,
		 target_outcome_name(target, o), torn ? "*" : " ",
		 predicted ? "" : "NOT PREDICTED: ", target_outcome_meaning(target, o));
}

static void report_outcomes(const struct target *target, const struct tally *t,
			    const struct prediction *p)
{
	for (unsigned o = 0; o < OUTCOME_COUNT; o++) {
		bool predicted = !p || o >= OUTCOME_PREDICTED || p->outcomes & 1 << o;
		uint64_t torn = t->torn_outcomes[o];

		if (t->outcomes[o] > torn)
			report_outcome(target, o, t->outcomes[o] - torn, false, predicted);
		if (torn || (!t->outcomes[o] && p && predicted && o < OUTCOME_PREDICTED &&
			     outcome_is_torn(target, o)))
			report_outcome(target, o, torn, true, predicted);
	}
}

void report_tally(const struct target *target, const struct tally *t, const struct prediction *p,
		  uint64_t undisturbed)
{
	char dmas[16], rewrites[16], bound[16], of[16] = "", more[64] = "", name[16];
	/* "Never" is for what did no harm at all. */
	const char *never = t->stale || t->mistagged ? "Not torn" : "Never";

	if (target)
		report_outcomes(target, t, p);
	rate(dmas, t->dmas, t->ticks);
	rate(rewrites, t->rewrites, t->ticks);
	if (undisturbed && t->ticks)
		format_text(more, sizeof(more), " (%s of undisturbed)",
			    format_ratio(of, mul_div(t->dmas, time_hz(), t->ticks), undisturbed));
	if (t->torn)
		log_note(
			"  Sometimes: %lu of %lu DMAs torn; %lu met stores, %lu of these torn; first after %lu ms; %s rewrites/s, %s DMAs/s%s",
			t->torn, t->dmas, t->exposed, t->exposed_torn,
			us(t->first_torn_ticks) / 1000, rewrites, dmas, more);
	else if (t->exposed)
		log_note(
			"  %s: 0 of %lu DMAs torn that met stores (%lu in all), below %s at 95 %%; %s rewrites/s, %s DMAs/s%s",
			never, t->exposed, t->dmas, format_ratio(bound, 3, t->exposed), rewrites,
			dmas, more);
	else if (t->dmas)
		log_note("  %s: 0 of %lu DMAs torn%s; %s rewrites/s, %s DMAs/s%s", never, t->dmas,
			 t->rewrites ? ", but none met a store" : "", rewrites, dmas, more);
	if (t->stale)
		log_note("  Stale: %lu of %lu DMAs made while nobody rewrote used an old entry",
			 t->stale, t->held);
	if (t->mistagged)
		log_note(
			"  Mis-tagged: %lu of %lu checked DMAs left a translation under the wrong domain-id",
			t->mistagged, t->tag_checks);
	if (t->hiccups)
		log_note("    %lu were blocked, but not when tried again with the entry still held",
			 t->hiccups);
	for (unsigned o = 0; o < OUTCOME_COUNT; o++)
		if (t->stale_outcomes[o])
			log_note("    %lu of these: %s", t->stale_outcomes[o],
				 target_outcome_meaning(target, o));
	if (t->timeouts)
		log_note("  %lu time-outs, %lu resets", t->timeouts, t->resets);
	if (t->companion)
		log_note("  Companion: %lu DMAs of %s %s, %lu blocked, %lu astray",
			 t->companion_dmas, t->companion->generator->name,
			 pci_name(t->companion->function, name), t->companion_blocked,
			 t->companion_astray);
	/* Absent entries, and no other reason: the histogram said so. */
	if (t->faults.kind_count != 1 || t->faults.recorded != t->outcomes[OUTCOME_NOT_PRESENT])
		report_faults(&t->faults, false);
}

void report_keep(const struct target *target, const struct tally *tally,
		 const struct prediction *prediction)
{
	pending.target = target;
	pending.tally = *tally;
	pending.has_tally = true;
	pending.has_prediction = prediction;
	if (prediction)
		pending.prediction = *prediction;
}

void report_keep_verdicts(uint8_t spec_harms, uint64_t controls)
{
	pending.spec_harms = spec_harms;
	pending.controls = controls;
}

void report_faults(const struct fault_log *log, bool raw)
{
	if (log->foreign || log->overflows)
		log_note(
			"  Faults: %lu recorded, %lu of other devices; the unit lost some %lu times (overflow)",
			log->recorded, log->foreign, log->overflows);
	if (log->odd || log->foreign) {
		const struct vtd_fault *f = &log->first_odd;

		log_note(
			"    %s: %016lx %016lx source %02x:%02x.%x address 0x%lx, %s",
			fault_fit_text((enum fault_fit)(log->odd ? log->odd_fit : FAULT_OF_OTHERS)),
			f->raw[1], f->raw[0], f->source_id >> 8, f->source_id >> 3 & 31,
			f->source_id & 7, f->address, vtd_fault_type_name(f->type));
	}
	for (unsigned k = 0; k < log->kind_count; k++) {
		uint64_t shown = log->kinds[k].count < FAULT_SHOWN ? log->kinds[k].count
								   : FAULT_SHOWN;

		log_note("    %lu of reason 0x%x, %s: %s", log->kinds[k].count,
			 log->kinds[k].reason, vtd_fault_type_name(log->kinds[k].type),
			 vtd_fault_reason_name(log->kinds[k].reason));
		for (uint64_t i = 0; raw && i < shown; i++) {
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
		"%u passed (%u safe ones stayed clean, %u controls did harm, %u self-checks), %u failed%s, %u skipped or inconclusive",
		passed + counts[VERDICT_SOUND], clean, harmed, counts[VERDICT_SOUND], failed,
		errors, counts[VERDICT_SKIP]);
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
	if (failed || (!is_open && printed != planned))
		return RUN_FAIL;
	if (!passed && had_trial)
		log_note(
			had_control
				? "nothing was learned: controls ran, but none was seen: try seconds=10, or a quieter host"
				: "nothing was learned: ask for a control too, as in tests=*.replace.*");
	return passed ? RUN_PASS : RUN_SKIP;
}
