/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer after its first words: what did harm where, what stayed clean and how surely. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/sequence.h"

/* What did harm under one firmware of a silicon and, seen as sharply, did none under another. */
static bool differs(const struct report *r, const struct row *silicon, size_t subject,
		    unsigned regime, const struct row **with, const struct row **without)
{
	const struct cell *a, *b;
	unsigned seen;
	double low = 0, high = 1;

	*with = *without = NULL;
	for (size_t i = 0; i < r->rows[LEVEL_FIRMWARE].room; i++) {
		const struct row *row = r->rows[LEVEL_FIRMWARE].entries[i].value;
		const struct cell *c;
		enum state state;
		struct rate rate;

		if (!row || row->parent != silicon || !(c = cell_of(row, subject, regime)))
			continue;
		state = cell_state(c);
		rate = cell_rate(c);
		if (state <= STATE_HARM && rate.harm &&
		    (!*with || rate.low > low ||
		     (rate.low == low && strcmp(row->key, (*with)->key) < 0))) {
			*with = row;
			low = rate.low;
		}
		if (state > STATE_HARM && state <= STATE_OPEN && rate.trials &&
		    (!*without || rate.high < high ||
		     (rate.high == high && strcmp(row->key, (*without)->key) < 0))) {
			*without = row;
			high = rate.high;
		}
	}
	if (!*with || !*without || high >= low)
		return false;
	/*
	 * DMAs of one test are no independent trials; tests are nearer to that. What only some tests
	 * show, and that is what one test that showed it may mean, must be absent in so many others
	 * that this is no chance.
	 */
	a = cell_of(*with, subject, (enum regime)regime);
	b = cell_of(*without, subject, (enum regime)regime);
	seen = a->of_state[STATE_FAILURE] + a->of_state[STATE_HARM];
	return pow(1 - (double)seen / (a->tests + 1), b->tests) < 0.01;
}

static void differences(struct out *o, const struct report *r)
{
	char name[1000];
	bool any = false;

	if (r->level == LEVEL_SILICON)
		return;
	for (size_t i = 0; i < r->silicon_count; i++) {
		const struct row *with, *without, *last_with = NULL, *last_without = NULL;

		for (size_t k = 0; k < r->subject_count * REGIME_COUNT; k++) {
			size_t subject = r->order[k / REGIME_COUNT];

			if (!differs(r, r->silicon[i], subject, k % REGIME_COUNT, &with, &without))
				continue;
			if (!any)
				out_raw(o,
					"<h3>The same silicon, another firmware</h3>\n<ul class=\"differ\">");
			if (with != last_with || without != last_without) {
				out_raw(o, any ? "</li>\n<li>" : "<li>");
				out(o, "<span class=\"on\">%s</span> ", r->silicon[i]->code);
				out(o, "does harm with <em>%s</em>, ",
				    row_name(r, with, name, sizeof(name)));
				out(o, "and none is seen with <em>%s</em>: ",
				    row_name(r, without, name, sizeof(name)));
			} else {
				out_raw(o, "; ");
			}
			any = true;
			last_with = with;
			last_without = without;
			out_raw(o, "<a href=\"#");
			out_anchor(o, r->subject[subject]);
			out(o, "\"><code>%s</code></a> %s ", r->subject[subject]->name,
			    regime_word(k % REGIME_COUNT));
			out_rate(o, cell_of(with, subject, (enum regime)(k % REGIME_COUNT)));
			out_raw(o, " against ");
			out_rate(o, cell_of(without, subject, (enum regime)(k % REGIME_COUNT)));
		}
	}
	if (any)
		out_raw(o,
			"</li></ul>\n<p class=\"note\">Only what the number of tests bears out; <code>vtd-log compare</code> looks at two runs.</p>\n");
}

static void silicon_row(struct out *o, const struct report *r, const struct row *row)
{
	unsigned count[STATE_COUNT + 1] = { 0 }, own = 0;
	double weakest = 0, strongest = 1, most = 0;
	const struct subject *worst = NULL;
	char a[24], b[24];

	for (size_t k = 0; k < r->subject_count; k++) {
		const struct cell *c;
		size_t i = r->order[k];
		enum state state = subject_shown(row, i, &c);

		count[state]++;
		own += is_only_here(row, i, c);
		if (state == STATE_CLEAN) {
			double high = cell_rate(c).high;

			weakest = high > weakest ? high : weakest;
			strongest = high < strongest ? high : strongest;
		} else if (state == STATE_HARM && cell_rate(c).rate > most) {
			most = cell_rate(c).rate;
			worst = r->subject[i];
		}
	}
	out(o, "<tr data-f=\"%s %s\"><th scope=\"row\">%s<small>%s%s</small></th>", row->silicon,
	    row->brand, row->code, row->brand[0] ? row->brand : row->silicon,
	    row->many_brands ? " and others" : "");
	out(o, "<td class=\"n\">%u</td><td class=\"n\">%u<small>", row->machines, row->runs);
	if (row->of_judgement[JUDGED_FAIL])
		out(o, "%u fail", row->of_judgement[JUDGED_FAIL]);
	if (row->of_judgement[JUDGED_INCOMPLETE])
		out(o, "%s%u incomplete", row->of_judgement[JUDGED_FAIL] ? ", " : "",
		    row->of_judgement[JUDGED_INCOMPLETE]);
	out_raw(o, "</small></td>");
	out(o, "<td class=\"n%s\">%s<b>%u</b></td>", count[STATE_FAILURE] ? " s0" : "",
	    count[STATE_FAILURE] ? "\u2716 " : "", count[STATE_FAILURE]);
	out(o, "<td class=\"n\"><b>%u</b> of %u", count[STATE_HARM],
	    count[STATE_HARM] + count[STATE_UNSEEN]);
	if (worst)
		out(o, "<small>up to %s: %s.%s</small>", rate_text(most, a), worst->target,
		    worst->sequence);
	if (own)
		out(o, "<small>%u of them safe by the specification's model</small>", own);
	out_raw(o, "</td>");
	out(o, "<td class=\"n\"><b>%u</b> of %u</td>", count[STATE_CLEAN],
	    count[STATE_CLEAN] + count[STATE_OPEN]);
	if (!count[STATE_CLEAN])
		out_raw(o, "<td class=\"n\">\u2013</td>");
	else if (!strcmp(rate_text(strongest, a), rate_text(weakest, b)))
		out(o, "<td class=\"n\">%s</td>", a);
	else
		out(o, "<td class=\"n\">%s to %s</td>", a, b);
	out(o, "<td class=\"n\">%u</td><td class=\"n\">%u", count[STATE_ERROR], count[STATE_LOST]);
	if (row->lost_verdicts)
		out(o, "<small>%s of %s verdicts, checks' too</small>",
		    count_text(row->lost_verdicts, a), count_text(row->tests, b));
	out(o, "</td><td class=\"n\">%u</td></tr>\n", count[STATE_UNABLE] + count[STATE_NONE]);
}

/* Where a sequence came to one state: up to eight places, the rest counted. */
static void places(struct out *o, const struct report *r, size_t subject, unsigned from,
		   unsigned to)
{
	unsigned n = 0;
	char text[24];

	out_raw(o, "<td>");
	for (size_t i = 0; i < r->silicon_count; i++) {
		const struct cell *c;
		enum state state = subject_state(r->silicon[i], subject, &c);
		struct rate rate;

		if (state < from || state > to)
			continue;
		if (++n > 8)
			continue;
		rate = cell_rate(c);
		out(o, "%s%s%s", n > 1 ? ", " : "", state == STATE_FAILURE ? "\u2716 " : "",
		    r->silicon[i]->code);
		if (rate.harm)
			out(o, " %s %s", rate_text(rate.rate, text), share_word(rate.kind));
		else if (rate.trials && state != STATE_FAILURE)
			out(o, " &lt; %s", rate_text(rate.high, text));
		if (is_only_here(r->silicon[i], subject, c))
			out_raw(o, " <em>by its own model only</em>");
	}
	if (n > 8)
		out(o, " and %u more", n - 8);
	out_raw(o, n ? "</td>" : "\u2013</td>");
}

static const char *by_specification(const struct report *r, size_t subject)
{
	bool is_safe = false, is_unsafe = false;

	for (size_t i = 0; i < r->silicon_count; i++)
		for (unsigned d = 0; d < REGIME_COUNT; d++) {
			const struct cell *c = cell_of(r->silicon[i], subject, (enum regime)d);

			is_safe |= c && c->is_safe;
			is_unsafe |= c && c->is_unsafe;
		}
	return is_safe && is_unsafe ? "safe or not, by regime or unit"
	       : is_safe	    ? "safe"
	       : is_unsafe	    ? "unsafe"
				    : "\u2013";
}

static void by_sequence(struct out *o, const struct report *r)
{
	out_raw(o,
		"<details><summary>Sequence by sequence: harm on, clean on</summary><div class=\"wide\"><table class=\"list sortable\"><thead><tr><th scope=\"col\">Sequence</th><th scope=\"col\">Said to be</th><th scope=\"col\">By the specification's model</th><th scope=\"col\">Harm seen on</th><th scope=\"col\">Clean beside a control on</th><th scope=\"col\">Nothing learned on</th></tr></thead><tbody>\n");
	for (size_t k = 0; k < r->subject_count; k++) {
		const struct subject *s = r->subject[r->order[k]];

		out(o, "<tr data-f=\"%s\"><th scope=\"row\"><a href=\"#", s->name);
		out_anchor(o, s);
		out(o, "\"><code>%s</code></a></th><td>%s</td><td>%s</td>", s->name,
		    s->known ? claim_word(s->known->claim) : "\u2013",
		    by_specification(r, r->order[k]));
		places(o, r, r->order[k], STATE_FAILURE, STATE_HARM);
		places(o, r, r->order[k], STATE_CLEAN, STATE_CLEAN);
		places(o, r, r->order[k], STATE_UNSEEN, STATE_LOST);
		out_raw(o, "</tr>\n");
	}
	out_raw(o, "</tbody></table></div></details>\n");
}

/* Where no control showed anything, nothing could be learned: that is an answer, too. */
static void controls(struct out *o, const struct report *r)
{
	const struct row *without[6];
	size_t with = 0, silent = 0, emulated = 0;

	for (size_t i = 0; i < r->known_count; i++) {
		const struct cell *c;
		bool any = false;

		for (size_t k = 0; k < r->subject_count; k++)
			any |= subject_state(r->silicon[i], k, &c) == STATE_HARM;
		if (!any && silent < sizeof(without) / sizeof(without[0]))
			without[silent] = r->silicon[i];
		silent += !any;
		with += any;
		emulated += r->silicon[i]->emulated;
	}
	out(o,
	    "<p>Sequences that the unit's model calls unsafe did harm on %zu of %zu kind%s of silicon",
	    with, r->known_count, r->known_count == 1 ? "" : "s");
	if (emulated)
		out(o, " (%zu emulated)", emulated);
	out_raw(o, ".");
	for (size_t i = 0; i < silent && i < sizeof(without) / sizeof(without[0]); i++)
		out(o, "%s<span class=\"on\">%s</span>", i ? ", " : " None did on ",
		    without[i]->code);
	if (silent > sizeof(without) / sizeof(without[0]))
		out(o, " and %zu more", silent - sizeof(without) / sizeof(without[0]));
	out_raw(o, silent ? ": what stayed clean there proves nothing.</p>\n" : "</p>\n");
}

void report_answer(struct out *o, const struct report *r)
{
	size_t limit = r->silicon_count < 200 ? r->silicon_count : 200;

	out_raw(o, "<section id=\"answer\"><h2>Answer</h2>\n");
	if (!r->subject_count) {
		out_raw(o,
			"<p class=\"empty\">No sequence was tested in these logs: nothing was learned of any. Incomplete runs, if there are any, are told of below; runs of simulated units do not count.</p></section>\n");
		return;
	}
	report_banner(o, r);
	controls(o, r);
	out_raw(o,
		"<div class=\"wide\"><table class=\"list sortable summary\"><thead><tr><th scope=\"col\">Silicon</th><th scope=\"col\">Machines</th><th scope=\"col\">Runs</th><th scope=\"col\">Failures</th><th scope=\"col\">Unsafe by the unit's model, harm seen</th><th scope=\"col\">Safe by it, clean beside a control</th><th scope=\"col\">Bounds of these</th><th scope=\"col\">Errors</th><th scope=\"col\">Lost</th><th scope=\"col\">Cannot, or not run</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < limit; i++)
		silicon_row(o, r, r->silicon[i]);
	out_raw(o, "</tbody></table></div>\n");
	if (limit < r->silicon_count)
		out(o, "<p class=\"note\">%zu more kinds of silicon are not shown.</p>\n",
		    r->silicon_count - limit);
	out_raw(o,
		"<p class=\"note\">Each sequence counts once, by the regime with the clearest result. Two models judge it: the specification's, and that of the unit as it was seen to read and keep entries; the second decides what is a failure. A control is a sequence that the unit's model calls unsafe and that showed harm in the same run, for the same target and regime. Bounds are at 95 %, as if each DMA that met stores were a trial of its own: 3/n for nothing in n trials, else Wilson's interval.");
	if (r->unexposed_runs)
		out(o,
		    " %u run%s of older builds %s not say which DMAs met stores: there all count.",
		    r->unexposed_runs, r->unexposed_runs == 1 ? "" : "s",
		    r->unexposed_runs == 1 ? "does" : "do");
	out_raw(o, "</p>\n");
	differences(o, r);
	by_sequence(o, r);
	out_raw(o, "</section>\n");
}
