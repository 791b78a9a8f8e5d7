/* SPDX-License-Identifier: BSD-2-Clause */
/* The first words of the answer: what failed where, and what the two models say of what did harm. */
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/sequence.h"

static void link_quote(struct out *o, const struct report *r, const struct evidence *e)
{
	unsigned n = report_quote(r, e);

	if (n)
		out(o, " <a class=\"q\" href=\"#e%u\">lines</a>", n);
}

void out_rate(struct out *o, const struct cell *c)
{
	struct rate rate = cell_rate(c);
	char value[24], bounds[40];

	if (rate.harm)
		out(o, "%s %s <span class=\"b\">(%s)</span>", rate_text(rate.rate, value),
		    share_word(rate.kind), bounds_text(rate.low, rate.high, bounds));
	else if (rate.trials)
		out(o, "below %s <span class=\"b\">(0 of %s)</span>", rate_text(rate.high, value),
		    count_text(rate.trials, bounds));
	else
		out_raw(o, "not counted");
}

/* Under which firmware of a silicon, if that is known of some: up to three. */
static void say_firmware(struct out *o, const struct report *r, const struct row *silicon,
			 size_t subject)
{
	const struct row *told = NULL;
	unsigned n = 0;

	for (;;) {
		const struct row *next = NULL;

		for (size_t i = 0; i < r->rows[LEVEL_FIRMWARE].room; i++) {
			const struct row *row = r->rows[LEVEL_FIRMWARE].entries[i].value;
			const struct cell *c;

			if (!row || row->parent != silicon ||
			    subject_state(row, subject, &c) != STATE_FAILURE ||
			    (told && strcmp(row->key, told->key) <= 0) ||
			    (next && strcmp(row->key, next->key) >= 0))
				continue;
			next = row;
		}
		if (!next || n == 3)
			break;
		out(o, "%s%s, %s", n++ ? "; " : ", with microcode ",
		    next->microcode[0] ? next->microcode : "not known",
		    next->bios[0] ? next->bios : "BIOS not known");
		told = next;
	}
}

/*
 * Whether the harm of a cell is one that this unit's own model allows, and the specification's, in either
 * regime, does not: the two models are not to be mixed up.
 */
bool is_only_here(const struct row *row, size_t subject, const struct cell *c)
{
	bool is_unsafe = false;

	for (unsigned d = 0; d < REGIME_COUNT; d++) {
		const struct cell *of_regime = cell_of(row, subject, (enum regime)d);

		is_unsafe |= of_regime && of_regime->is_unsafe;
	}
	return cell_state(c) == STATE_HARM && c->harm_only_here && !is_unsafe;
}

static size_t only_here(struct out *o, const struct report *r)
{
	size_t n = 0;

	for (size_t k = 0; k < r->subject_count; k++) {
		const struct subject *s = r->subject[r->order[k]];
		unsigned places = 0;

		for (size_t i = 0; i < r->silicon_count; i++) {
			const struct cell *c;

			subject_state(r->silicon[i], r->order[k], &c);
			if (!is_only_here(r->silicon[i], r->order[k], c) || places++)
				continue;
			out_raw(o, n ? "; <a href=\"#" : "<a href=\"#");
			out_anchor(o, s);
			out(o, "\"><code>%s</code></a> on %s ", s->name, r->silicon[i]->code);
			out_rate(o, c);
		}
		if (places > 1)
			out(o, " and %u more", places - 1);
		n += places != 0;
	}
	return n;
}

/* What failed: each sequence, and where. */
static size_t failed(struct out *o, const struct report *r)
{
	size_t n = 0;

	for (size_t k = 0; k < r->subject_count; k++) {
		const struct subject *s = r->subject[r->order[k]];
		const struct cell *c;
		bool first = true;

		for (size_t i = 0; i < r->silicon_count; i++) {
			if (subject_state(r->silicon[i], r->order[k], &c) != STATE_FAILURE)
				continue;
			if (first) {
				out_raw(o, n ? "</li>\n<li><a href=\"#"
					     : "<ul class=\"bad\"><li><a href=\"#");
				out_anchor(o, s);
				out(o, "\"><code>%s</code></a>%s%s: ", s->name,
				    s->known ? ", " : "", s->known ? s->known->title : "");
			}
			out(o, "%s<span class=\"on\">%s</span> ", first ? "" : "; ",
			    r->silicon[i]->code);
			if (cell_rate(c).harm)
				out_rate(o, c);
			else
				out(o, "%s", c->why ? c->why : "no reason given");
			out(o, ", in %u of %u tests", c->of_state[STATE_FAILURE], c->tests);
			say_firmware(o, r, r->silicon[i], r->order[k]);
			link_quote(o, r, &c->best);
			first = false;
		}
		n += !first;
	}
	if (n)
		out_raw(o, "</li></ul>\n");
	return n;
}

/* Kinds of failures of self-checks: they are of no sequence. */
static size_t failed_checks(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->failures.room; i++) {
		const struct failure *f = r->failures.entries[i].value;
		struct test_name name;

		n += f && !f->is_error && !test_name(f->id, &name);
	}
	return n;
}

static bool any_clean(const struct report *r)
{
	const struct cell *c;

	for (size_t i = 0; i < r->silicon_count; i++)
		for (size_t k = 0; k < r->subject_count; k++)
			if (subject_state(r->silicon[i], k, &c) == STATE_CLEAN)
				return true;
	return false;
}

void report_banner(struct out *o, const struct report *r)
{
	unsigned silent = r->of_judgement[JUDGED_SKIP] + r->of_judgement[JUDGED_INCOMPLETE];
	struct out list = { 0 }, own = { 0 };
	size_t n = failed(&list, r), here = only_here(&own, r), checks = failed_checks(r);

	if (n) {
		out(o,
		    "<p class=\"verdict bad\"><b>\u2716 %zu sequence%s failed</b>: harm or an outcome that the model of the unit rules out, or a unit that breaks the specification:</p>\n",
		    n, n == 1 ? "" : "s");
		out_out(o, &list);
	} else if (!any_clean(r)) {
		out_raw(o,
			"<p class=\"verdict\"><b>? Nothing was learned of the sequences that the unit's model calls safe.</b> None stayed clean beside a control.</p>\n");
	} else {
		/* A verdict of few runs is not one of all. */
		out(o,
		    "<p class=\"verdict%s\"><b>%s No sequence that its unit's model calls safe did harm%s.</b> The column <em>bounds</em> says how sure that is.",
		    silent || here || checks ? "" : " good",
		    silent || checks ? "?"
		    : here	     ? "\u25b2"
				     : "\u2713",
		    silent ? " in what arrived" : "");
		if (silent)
			out(o,
			    " <b>%u of %u runs gave no verdict</b>: cut, damaged, or nothing was learned.",
			    silent, r->runs);
		out_raw(o, "</p>\n");
	}
	if (here) {
		out(o,
		    "<p class=\"verdict\"><b>\u25b2 %zu sequence%s that the specification's model calls safe did harm</b> where a unit was seen to read or keep entries otherwise; that unit's own model predicts it: ",
		    here, here == 1 ? "" : "s");
		out_out(o, &own);
		out_raw(o, ".</p>\n");
	}
	if (checks)
		out(o,
		    "<p class=\"verdict bad\"><b>\u2716 Self-checks of a unit failed</b>: %zu in the list of <a href=\"#failures\">failures</a>.</p>\n",
		    checks);
	free(list.text);
	free(own.text);
}
