/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine records of a result: what is kept for it, and how it is written (docs/log-format.md). */
#include "tests/litmus/report_parts.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/output/record.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/report.h"

/* What goes into the next result's block of records besides the result. */
static struct {
	const struct target *target; /* NULL: no histogram */
	struct tally tally;
	struct prediction prediction;
	const char *spec_fetch;
	uint64_t controls;
	uint8_t shown;
	uint8_t spec_harms;
	bool has_tally, has_prediction;
	char lines[6144]; /* of report_extra(), a newline after each */
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

static void record_tally(const struct tally *t)
{
	record_line("tally");
	record_add("us=%lu dmas=%lu torn=%lu", report_us(t->ticks), t->dmas, t->torn);
	if (t->rewrites)
		record_add("exposed=%lu exposed_torn=%lu stores=%lu", t->exposed, t->exposed_torn,
			   t->stores);
	if (t->torn)
		record_add("first=%lu", report_us(t->first_torn_ticks));
	add_number("rewrites", t->rewrites);
	add_number("held", t->held);
	add_number("stale", t->stale);
	add_number("blocked_once", t->blocked_once);
	add_number("tags", t->tag_checks);
	add_number("mistagged", t->mistagged);
	add_number("inv", report_us(t->ticks_invalidate));
	add_number("dev", report_us(t->ticks_dma));
	add_number("reset", report_us(t->ticks_reset));
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

void report_pending(void)
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
		if (pending.shown)
			record_harms("shown", pending.shown);
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

void report_keep_verdicts(uint8_t spec_harms, uint64_t controls, uint8_t shown)
{
	pending.spec_harms = spec_harms;
	pending.controls = controls;
	pending.shown = shown;
}

const struct prediction *report_predicted(void)
{
	return pending.has_prediction ? &pending.prediction : NULL;
}
