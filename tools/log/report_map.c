/* SPDX-License-Identifier: BSD-2-Clause */
/* The maps: all sequences at a glance, then target by target with numbers and bounds. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/model.h"
#include "tests/litmus/sequence.h"

/* More rows than these scroll below their heads. */
#define TALL 24

static const char *const state_words[] = { "failure",
					   "harm, as the unit's model says",
					   "clean beside a control",
					   "unsafe by the unit's model, no harm seen",
					   "inconclusive",
					   "error",
					   "lost",
					   "not possible, or not asked for",
					   "not run" };
static const char *const glyphs[] = { "\u2716", "\u25b2", "\u2713", "\u25b3", "?",
				      "E",	"\u2026", "\u2013", "" };

_Static_assert(sizeof(state_words) / sizeof(state_words[0]) == STATE_NONE + 1 &&
		       sizeof(glyphs) / sizeof(glyphs[0]) == STATE_NONE + 1,
	       "words and a glyph for each state, and for none");

/* How dark: of a rate by its power of ten, of what is clean by that of its bound. */
static unsigned shade(enum state state, const struct rate *rate)
{
	static const double harm[] = { 1e-5, 1e-4, 1e-3, 1e-2, 1e-1 }, clean[] = { 1e-4, 1e-6 };
	unsigned n = 0;

	if (state <= STATE_HARM)
		while (n < 5 && rate->rate >= harm[n])
			n++;
	else if (state == STATE_CLEAN)
		while (n < 2 && rate->high <= clean[n])
			n++;
	return n;
}

static void class_of(struct out *o, const struct cell *c, enum state state)
{
	struct rate rate = { 0 };

	if (c)
		rate = cell_rate(c);
	out(o, "s%u", (unsigned)state);
	if (state <= STATE_CLEAN)
		out(o, " r%u", shade(state, &rate));
	/* One in a hundred is no reason to look here. */
	if (c && state < STATE_ERROR && c->of_state[STATE_ERROR] * 100 >= c->tests)
		out_raw(o, " f");
}

/* All that is known of a cell, in words; and where it stands. */
static void words(struct out *o, const struct report *r, const struct cell *c, enum state state)
{
	struct rate rate = cell_rate(c);
	char value[24], bounds[40];

	out(o, "%s", state_words[state]);
	if (c->tests > 1)
		out(o, " in %u of %u tests", c->of_state[state], c->tests);
	if (rate.harm && state <= STATE_OPEN)
		out(o, "; %" PRIu64 " of %" PRIu64 " %s: %s (%s)", rate.harm, rate.trials,
		    share_word(rate.kind), rate_text(rate.rate, value),
		    bounds_text(rate.low, rate.high, bounds));
	else if (rate.trials && state <= STATE_OPEN)
		out(o, "; 0 of %" PRIu64 ": below %s%s", rate.trials, rate_text(rate.high, value),
		    state != STATE_CLEAN || c->unsaid || c->vouched & HARM_MIXTURE
			    ? ""
			    : ", but no control tore often enough: a control of stale or mis-tagged alone is beside it");
	if (c->of_state[STATE_ERROR] && state != STATE_ERROR)
		out(o, "; %u error%s", c->of_state[STATE_ERROR],
		    c->of_state[STATE_ERROR] == 1 ? "" : "s");
	if (c->harm_only_here)
		out_raw(o, "; the specification's model calls it safe in this regime");
	if (c->why && state != STATE_UNSEEN)
		out(o, "; %s", c->why);
	if (c->most > c->least && c->of_state[state] > 1)
		out(o, "; tests from %s to %s", rate_text(c->least, value),
		    rate_text(c->most, bounds));
	if (c->best.line_to)
		out(o, "; %s:%u-%u", report_path(r, c->best.file), c->best.line_from,
		    c->best.line_to);
}

/* Silicon of one row after the other: a <tbody> for each. Whether a new one begins. */
static bool begins_silicon(const struct report *r, size_t i)
{
	return !i || r->level == LEVEL_SILICON ? !i
					       : r->shown[i - 1]->silicon != r->shown[i]->silicon;
}

static void group_head(struct out *o, const struct report *r, size_t i, size_t columns)
{
	const struct row *row = r->shown[i];

	if (!begins_silicon(r, i))
		return;
	out_raw(o, i ? "</tbody>\n<tbody>" : "<tbody>");
	if (r->level != LEVEL_SILICON)
		out(o,
		    "<tr class=\"g\"><th scope=\"rowgroup\" colspan=\"%zu\"><span>%s <small>%s</small></span></th></tr>\n",
		    columns, row->code, row->silicon);
}

static void row_head(struct out *o, const struct report *r, const struct row *row, unsigned span)
{
	char name[1000];

	out_raw(o, "<th scope=\"row\"");
	if (span > 1)
		out(o, " rowspan=\"%u\"", span);
	if (row->level == LEVEL_MACHINE)
		out(o,
		    " title=\"microcode %s, %s, BIOS %s\">%s<small>%s \u00b7 %s \u00b7 %s</small>",
		    row->microcode, row->system, row->bios, row->machine, row->microcode,
		    row->system[0] ? row->system : "unknown system",
		    row->bios[0] ? row->bios : "BIOS unknown");
	else if (row->level == LEVEL_FIRMWARE)
		out(o, " title=\"%s\">%s<small>%u machine%s \u00b7 %s \u00b7 %s</small>",
		    row_name(r, row, name, sizeof(name)),
		    row->microcode[0] ? row->microcode : "unknown", row->machines,
		    row->machines == 1 ? "" : "s", row->system[0] ? row->system : "unknown system",
		    row->bios[0] ? row->bios : "BIOS unknown");
	else
		out(o, " title=\"%s\">%s<small>%u machine%s</small>", row->silicon, row->code,
		    row->machines, row->machines == 1 ? "" : "s");
	out_raw(o, "</th>");
}

static void row_begin(struct out *o, const struct row *row)
{
	out(o, "<tr data-f=\"%s", row->silicon);
	if (row->level < LEVEL_SILICON)
		out(o, " %s %s %s", row->microcode, row->system, row->bios);
	out(o, " %s\">", row->level == LEVEL_MACHINE ? row->machine : row->code);
}

/* Header cells over runs of subjects that share a word. */
static void heads(struct out *o, const struct report *r, bool operations)
{
	for (size_t k = 0, n; k < r->subject_count; k += n) {
		const struct subject *s = r->subject[r->order[k]];

		for (n = 1; k + n < r->subject_count; n++) {
			const struct subject *t = r->subject[r->order[k + n]];

			if (s->target != t->target || (operations && s->operation != t->operation))
				break;
		}
		if (operations)
			out(o,
			    "<th scope=\"colgroup\" colspan=\"%zu\" title=\"%s.%s\"><span>%s</span></th>",
			    n, s->target, s->operation, n > 5 ? s->operation : "");
		else
			out(o,
			    "<th scope=\"colgroup\" colspan=\"%zu\"><a href=\"#t-%s\" title=\"%s\">%s</a></th>",
			    n, s->target, s->target, s->target);
	}
}

static void legend(struct out *o)
{
	out_raw(o, "<ul class=\"legend\">");
	out_raw(o,
		"<li><i class=\"s0 r3\">\u2716</i> failure: harm or an outcome that the unit's model rules out, or a unit that breaks the specification</li><li>");
	for (unsigned i = 0; i <= 5; i++)
		out(o, "<i class=\"s1 r%u\">\u25b2</i>", i);
	out_raw(o,
		" harm in a sequence that the unit's model calls unsafe; rate under 10<sup>\u22125</sup> to over 10 %</li><li>");
	for (unsigned i = 0; i <= 2; i++)
		out(o, "<i class=\"s2 r%u\">\u2713</i>", i);
	out_raw(o,
		" clean beside a control; bound over 10<sup>\u22124</sup> to under 10<sup>\u22126</sup></li><li><i class=\"s3\">\u25b3</i> unsafe by the unit's model, but no harm seen</li><li><i class=\"s4\">?</i> no harm, but that proves nothing: inconclusive</li><li><i class=\"s5\">E</i> error of device, machine or tool (<i class=\"s2 r1 f\">\u2713</i> some tests)</li><li><i class=\"s6\">\u2026</i> lost</li><li><i class=\"s7\">\u2013</i> cannot, or not asked for</li><li><i class=\"s8\"></i> not run</li></ul>\n");
}

static void overview_cell(struct out *o, const struct report *r, const struct row *row, size_t k)
{
	const struct cell *c;
	enum state state = subject_shown(row, r->order[k], &c);
	bool first = k && r->subject[r->order[k]]->target != r->subject[r->order[k - 1]]->target;
	struct rate rate = c ? cell_rate(c) : (struct rate){ 0 };
	char text[24];

	out_raw(o, first ? "<td class=\"t " : "<td class=\"");
	class_of(o, c, state);
	if (c && state <= STATE_OPEN)
		out(o, "\" title=\"%s: %s%s\">", r->subject[r->order[k]]->name,
		    rate.harm ? "" : "below ", rate_text(rate.harm ? rate.rate : rate.high, text));
	else
		out_raw(o, "\">");
	out(o, "%s</td>", glyphs[state]);
}

void report_overview(struct out *o, const struct report *r)
{
	static const char *const rows[] = { "a machine with its firmware",
					    "a firmware: microcode, system and BIOS",
					    "a kind of silicon" };
	_Static_assert(sizeof(rows) / sizeof(rows[0]) == LEVELS, "a row for each level");

	out_raw(o, "<section id=\"overview\"><h2>Overview</h2>\n");
	if (!r->subject_count) {
		out_raw(o, "<p class=\"empty\">There is nothing to map.</p></section>\n");
		return;
	}
	out(o,
	    "<p>A row is %s; a column a sequence, in whatever regime told most. The numbers are <a href=\"#maps\">below</a>.</p>\n",
	    rows[r->level]);
	legend(o);
	out_raw(o, r->shown_count > TALL ? "<div class=\"wide tall\">" : "<div class=\"wide\">");
	out_raw(o, "<table class=\"map over\"><thead><tr><th rowspan=\"3\" scope=\"col\">");
	out_raw(o, r->level == LEVEL_MACHINE	? "Machine"
		   : r->level == LEVEL_FIRMWARE ? "Firmware"
						: "Silicon");
	out_raw(o, "</th>");
	heads(o, r, false);
	out_raw(o, "</tr>\n<tr>");
	heads(o, r, true);
	out_raw(o, "</tr>\n<tr class=\"names\">");
	for (size_t k = 0; k < r->subject_count; k++) {
		const struct subject *s = r->subject[r->order[k]];

		out(o, "<th scope=\"col\" data-s=\"%s\" title=\"%s%s%s\"><a href=\"#", s->name,
		    s->name, s->known ? ": " : "", s->known ? s->known->title : "");
		out_anchor(o, s);
		out(o, "\">%s</a>%s</th>", s->sequence,
		    s->known && s->known->claim == CLAIM_UNSAFE ? "\u25b2" : "");
	}
	out_raw(o, "</tr></thead>\n");
	for (size_t i = 0; i < r->shown_count; i++) {
		group_head(o, r, i, r->subject_count + 1);
		row_begin(o, r->shown[i]);
		row_head(o, r, r->shown[i], 1);
		for (size_t k = 0; k < r->subject_count; k++)
			overview_cell(o, r, r->shown[i], k);
		out_raw(o, "</tr>\n");
	}
	out_raw(o, "</tbody></table></div>\n");
	if (r->shown_more)
		out(o,
		    "<p class=\"note\">%zu more rows are not shown: there are too many kinds of silicon for one page.</p>\n",
		    r->shown_more);
	out_raw(o, "</section>\n");
}

/* With numbers. */

static void map_cell(struct out *o, const struct report *r, const struct row *row, size_t subject,
		     unsigned regime)
{
	const struct cell *c = cell_of(row, subject, (enum regime)regime);
	enum state state = cell_state(c);
	struct rate rate;
	char text[24], bounds[40];
	unsigned n;

	if (!c) {
		out(o, "<td class=\"s%u\">%s</td>", !row->whole ? STATE_LOST : STATE_NONE,
		    !row->whole ? "\u2026" : "");
		return;
	}
	rate = cell_rate(c);
	n = report_quote(r, &c->best);
	out_raw(o, "<td class=\"");
	class_of(o, c, state);
	out_raw(o, "\" title=\"");
	words(o, r, c, state);
	out_raw(o, "\">");
	if (n)
		out(o, "<a href=\"#e%u\">", n);
	if (state > STATE_OPEN || !rate.trials)
		out(o, "%s", glyphs[state]);
	else if (rate.harm)
		out(o, "<b>%s%s</b><i>%s</i>", state == STATE_FAILURE ? "\u2716 " : "",
		    rate_text(rate.rate, text), bounds_text(rate.low, rate.high, bounds));
	else
		out(o, "<b>%s%s %s</b><i>0 in %s</i>",
		    state == STATE_FAILURE  ? "\u2716 "
		    : state == STATE_OPEN   ? "? "
		    : state == STATE_UNSEEN ? "\u25b3 "
					    : "",
		    "<", rate_text(rate.high, text), count_text(rate.trials, bounds));
	out_raw(o, n ? "</a></td>" : "</td>");
}

/* The one reason why a row has nothing on a target; NULL: it has something. */
static const char *nothing(const struct report *r, const struct row *row, size_t from, size_t to)
{
	const char *why = NULL;

	for (size_t k = from; k < to; k++)
		for (unsigned d = 0; d < REGIME_COUNT; d++) {
			const struct cell *c = cell_of(row, r->order[k], (enum regime)d);

			if (cell_state(c) < STATE_UNABLE)
				return NULL;
			if (c && c->why && why && c->why != why)
				return NULL;
			if (c && c->why)
				why = c->why;
		}
	return why ? why : !row->whole ? "not run, or lost" : "not run";
}

static bool is_unexpected(const struct report *r, size_t from, size_t to)
{
	const struct cell *c;

	for (size_t i = 0; i < r->silicon_count; i++)
		for (size_t k = from; k < to; k++)
			if (subject_state(r->silicon[i], r->order[k], &c) == STATE_FAILURE)
				return true;
	return false;
}

static void map(struct out *o, const struct report *r, size_t from, size_t to)
{
	const struct subject *first = r->subject[r->order[from]];

	out(o,
	    "<details class=\"target\" id=\"t-%s\"%s><summary><h3>%s</h3> %zu sequence%s</summary><div class=\"wide%s\"><table class=\"map full\"><thead><tr><th scope=\"col\" colspan=\"2\">%s</th>",
	    first->target, from && !is_unexpected(r, from, to) ? "" : " open", first->target,
	    to - from, to - from == 1 ? "" : "s", r->shown_count > TALL / 2 ? " tall" : "",
	    r->level == LEVEL_MACHINE	 ? "Machine"
	    : r->level == LEVEL_FIRMWARE ? "Firmware"
					 : "Silicon");
	for (size_t k = from; k < to; k++) {
		const struct subject *s = r->subject[r->order[k]];

		out(o, "<th scope=\"col\" data-s=\"%s\" title=\"%s\"><a href=\"#", s->name,
		    s->known ? s->known->title : "");
		out_anchor(o, s);
		out(o, "\"><small>%s</small>%s%s</a></th>", s->operation,
		    s->known && s->known->claim == CLAIM_UNSAFE ? "\u25b2 " : "", s->sequence);
	}
	out_raw(o, "</tr></thead>\n");
	for (size_t i = 0; i < r->shown_count; i++) {
		const struct row *row = r->shown[i];
		const char *why = nothing(r, row, from, to);

		group_head(o, r, i, to - from + 2);
		row_begin(o, row);
		row_head(o, r, row, why ? 1 : 2);
		if (why) {
			out(o, "<td class=\"why\" colspan=\"%zu\">%s</td></tr>\n", to - from + 1,
			    why);
			continue;
		}
		for (unsigned d = 0; d < REGIME_COUNT; d++) {
			if (d)
				row_begin(o, row);
			out(o, "<th scope=\"row\" class=\"d\">%s</th>", regime_word(d));
			for (size_t k = from; k < to; k++)
				map_cell(o, r, row, r->order[k], d);
			out_raw(o, "</tr>\n");
		}
	}
	out_raw(o, "</tbody></table></div></details>\n");
}

void report_maps(struct out *o, const struct report *r)
{
	out_raw(o, "<section id=\"maps\"><h2>Rates, target by target</h2>\n");
	if (!r->subject_count)
		out_raw(o, "<p class=\"empty\">There is nothing to map.</p>\n");
	else
		out_raw(o,
			"<p>Harm in DMAs (torn: in those that met stores; stale and mis-tagged: in those that were looked at for it), and its bounds at 95 %. A cell leads to the lines of its most telling test. \u25b2 before a name: said to be unsafe.</p>\n");
	for (size_t from = 0, to; from < r->subject_count; from = to) {
		for (to = from + 1; to < r->subject_count; to++)
			if (r->subject[r->order[to]]->target != r->subject[r->order[from]]->target)
				break;
		map(o, r, from, to);
	}
	out_raw(o, "</section>\n");
}
