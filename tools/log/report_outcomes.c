/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of the DMAs, by sequence and silicon; what units gave as reasons of faults, over time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "vtd/fault.h"

#define COLUMNS_MAX 12
#define BINS_MAX    60

static const char *const meanings[OUT_COUNT] = {
	[OUT_AA] = "state A",
	[OUT_BB] = "state B",
	[OUT_AB] = "a mixture: first half of A, second of B",
	[OUT_BA] = "the mixture the other way round",
	[OUT_DECOY] = "a mixture: the decoy page",
	[OUT_NP] = "refused: entry not present",
	[OUT_FAULT] = "refused for another reason",
	[OUT_BOTH] = "landed partly in both pages",
	[OUT_LOST] = "landed nowhere, no fault",
	[OUT_SILENT] = "not done, no fault",
	[OUT_OTHER] = "other",
};

static const char *name_of(unsigned outcome)
{
	return outcome < OUT_KNOWN ? outcome_word(outcome) : "other";
}

/* Mixtures first, then as they come: torn ones stand at the left, where the eye begins. */
static const unsigned order[OUT_COUNT] = { OUT_AB,   OUT_BA,	 OUT_DECOY, OUT_BOTH,
					   OUT_LOST, OUT_SILENT, OUT_FAULT, OUT_OTHER,
					   OUT_AA,   OUT_BB,	 OUT_NP };

static bool is_torn(const struct cell *c, unsigned outcome)
{
	return c->torn_outcomes >> outcome & 1;
}

static void segments(struct out *o, const struct cell *c, uint64_t all, bool torn)
{
	for (unsigned i = 0; i < OUT_COUNT; i++) {
		unsigned k = order[i];

		if (c->outcomes[k] && is_torn(c, k) == torn)
			out(o, "<i class=\"o%u%s\" style=\"flex-grow:%.4f\"></i>", k,
			    torn ? " torn" : "", (double)c->outcomes[k] / (double)all * 1000);
	}
}

static void bar(struct out *o, const struct cell *c)
{
	uint64_t all = 0, torn = 0;
	char text[24];

	for (unsigned i = 0; c && i < OUT_COUNT; i++) {
		all += c->outcomes[i];
		torn += is_torn(c, i) ? c->outcomes[i] : 0;
	}
	if (!all) {
		out_raw(o, "<td class=\"s8\"></td>");
		return;
	}
	out_raw(o, "<td><div class=\"bar\" role=\"img\" title=\"");
	for (unsigned i = 0, n = 0; i < OUT_COUNT; i++)
		if (c->outcomes[i])
			out(o, "%s%s%s %" PRIu64, n++ ? ", " : "", name_of(i),
			    is_torn(c, i) ? "*" : "", c->outcomes[i]);
	out_raw(o, "\">");
	segments(o, c, all, true);
	segments(o, c, all, false);
	out(o, "</div><small class=\"%s\">%s%s%s</small></td>", torn ? "torn" : "",
	    torn ? "* " : "",
	    torn ? rate_text((double)torn / (double)all, text) : count_text(all, text),
	    torn ? "" : " DMAs");
}

static void outcomes_of(struct out *o, const struct report *r, size_t from, size_t to)
{
	size_t columns = r->silicon_count < COLUMNS_MAX ? r->silicon_count : COLUMNS_MAX;
	const char *target = r->subject[r->order[from]]->target;

	out(o,
	    "<details%s><summary><h3>%s</h3></summary><div class=\"wide\"><table class=\"bars\"><thead><tr><th scope=\"col\">Sequence</th><th scope=\"col\">Regime</th>",
	    from ? "" : " open", target);
	for (size_t i = 0; i < columns; i++)
		out(o, "<th scope=\"col\" title=\"%s\">%s</th>", r->silicon[i]->silicon,
		    r->silicon[i]->code);
	out_raw(o, "</tr></thead><tbody>\n");
	for (size_t k = from; k < to; k++) {
		const struct subject *s = r->subject[r->order[k]];
		unsigned regimes = 0;

		for (unsigned pass = 0; pass < 2; pass++)
			for (unsigned d = 0; d < REGIME_COUNT; d++) {
				bool any = false;

				for (size_t i = 0; i < columns; i++) {
					const struct cell *c = cell_of(r->silicon[i], r->order[k],
								       (enum regime)d);

					for (unsigned n = 0; c && n < OUT_COUNT; n++)
						any |= c->outcomes[n] != 0;
				}
				if (!pass) {
					regimes |= (unsigned)any << d;
					continue;
				}
				if (!(regimes >> d & 1))
					continue;
				out(o, "<tr data-f=\"%s\">", s->name);
				if (!d || !(regimes & 1)) {
					out(o, "<th scope=\"rowgroup\" rowspan=\"%u\"><a href=\"#",
					    regimes == 3 ? 2 : 1);
					out_anchor(o, s);
					out(o, "\"><small>%s</small>%s</a></th>", s->operation,
					    s->sequence);
				}
				out(o, "<th scope=\"row\" class=\"d\">%s</th>", regime_word(d));
				for (size_t i = 0; i < columns; i++)
					bar(o, cell_of(r->silicon[i], r->order[k], (enum regime)d));
				out_raw(o, "</tr>\n");
			}
	}
	out_raw(o, "</tbody></table></div></details>\n");
}

void report_outcomes(struct out *o, const struct report *r)
{
	out_raw(o, "<section id=\"outcomes\"><h2>Outcomes</h2>\n");
	if (!r->subject_count) {
		out_raw(o, "<p class=\"empty\">No outcome arrived.</p></section>\n");
		return;
	}
	out_raw(o,
		"<p>Where the DMAs of each sequence went, all runs together. What no state leads to is marked * and striped, and stands at the left of its bar; the narrowest are drawn wider than they are.</p><ul class=\"legend\">");
	for (unsigned i = 0; i < OUT_COUNT; i++)
		out(o, "<li><i class=\"o%u%s\"></i> <b>%s</b> %s</li>", i,
		    i == OUT_AB || i == OUT_BA || i == OUT_DECOY ? " torn" : "", name_of(i),
		    meanings[i]);
	out_raw(o, "</ul>\n");
	if (r->silicon_count > COLUMNS_MAX)
		out(o,
		    "<p class=\"note\">Shown are the first %u of %zu kinds of silicon, in the order of the overview.</p>\n",
		    COLUMNS_MAX, r->silicon_count);
	for (size_t from = 0, to; from < r->subject_count; from = to) {
		for (to = from + 1; to < r->subject_count; to++)
			if (r->subject[r->order[to]]->target != r->subject[r->order[from]]->target)
				break;
		outcomes_of(o, r, from, to);
	}
	out_raw(o, "</section>\n");
}

/* Faults over time. */

struct bins {
	const struct report *r;
	int32_t first;
	unsigned days, count; /* days of a bin; bins */
};

static struct bins bins_of(const struct report *r)
{
	static const unsigned widths[] = { 1, 7, 28, 91, 364 };
	struct bins b = { .r = r, .first = r->days[0].day };
	unsigned span = (unsigned)(r->days[r->day_count - 1].day - b.first) + 1;

	for (unsigned i = 0; i < 5; i++) {
		b.days = widths[i];
		b.count = (span + b.days - 1) / b.days;
		if (b.count <= BINS_MAX)
			return b;
	}
	b.days = (span + BINS_MAX - 1) / BINS_MAX;
	b.count = (span + b.days - 1) / b.days;
	return b;
}

static void date_text(int32_t day, char text[16])
{
	int32_t z = day + 719468, era = z / 146097, of_era = z - era * 146097;
	int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int32_t of_year = of_era - (365 * year + year / 4 - year / 100),
		m = (5 * of_year + 2) / 153;

	snprintf(text, 16, "%04d-%02u-%02u", (int)(year + era * 400 + (m >= 10)) % 10000,
		 (unsigned)(m < 10 ? m + 3 : m - 9) % 100,
		 (unsigned)(of_year - (153 * m + 2) / 5 + 1) % 100);
}

/* Of a bin: faults of a reason for a million DMAs; -1: there was no run in it. */
static double bin_rate(const struct bins *b, unsigned bin, int reason, uint64_t *faults,
		       uint64_t *runs)
{
	uint64_t dmas = 0;

	*faults = *runs = 0;
	for (size_t i = 0; i < b->r->day_count; i++) {
		const struct day *day = &b->r->days[i];

		if ((unsigned)(day->day - b->first) / b->days != bin)
			continue;
		*runs += day->runs;
		dmas += day->dmas;
		if (reason >= 0)
			*faults += day->faults[reason];
	}
	if (!*runs)
		return -1;
	return reason < 0 ? (double)*runs : dmas ? (double)*faults / (double)dmas * 1e6 : 0;
}

#define BAR 10

static void chart(struct out *o, const struct bins *b, int reason)
{
	unsigned width = b->count * BAR < 120 ? 120 : b->count * BAR;
	double values[BINS_MAX + 1], most = 0, scale;
	uint64_t faults, runs;
	char from[16], text[24];

	for (unsigned i = 0; i < b->count; i++) {
		values[i] = bin_rate(b, i, reason, &faults, &runs);
		most = values[i] > most ? values[i] : most;
	}
	scale = most > 0 ? 30 / most : 0;
	out(o,
	    "<td><svg class=\"chart\" width=\"%u\" height=\"34\" viewBox=\"0 0 %u 34\" role=\"img\" aria-label=\"%s over time\"><path class=\"axis\" d=\"M0 33.5H%u\"/>",
	    width, width, reason < 0 ? "runs" : vtd_fault_reason_name((uint8_t)reason), width);
	for (unsigned i = 0; i < b->count; i++) {
		double value = bin_rate(b, i, reason, &faults, &runs), height;

		date_text(b->first + (int32_t)(i * b->days), from);
		if (value < 0) {
			out(o,
			    "<path class=\"gap\" d=\"M%u 31.5h%u\"><title>%s: no run</title></path>",
			    i * BAR + 2, BAR - 4, from);
			continue;
		}
		height = value * scale;
		if (value > 0 && height < 1)
			height = 1;
		if (reason < 0)
			out(o,
			    "<rect class=\"runs\" x=\"%u\" y=\"%.1f\" width=\"%u\" height=\"%.1f\"><title>%s: %" PRIu64
			    " runs</title></rect>",
			    i * BAR + 1, 33 - height, BAR - 2, height, from, runs);
		else if (value > 0)
			out(o,
			    "<rect x=\"%u\" y=\"%.1f\" width=\"%u\" height=\"%.1f\"><title>%s: %" PRIu64
			    " faults in %" PRIu64 " runs, %s of the DMAs</title></rect>",
			    i * BAR + 1, 33 - height, BAR - 2, height, from, faults, runs,
			    rate_text(value / 1e6, text));
	}
	out(o, "</svg></td><td class=\"n\">%s</td>",
	    reason < 0 ? count_text((uint64_t)most, text) : rate_text(most / 1e6, text));
}

static void fault_table(struct out *o, const struct bins *b, const uint64_t *sums,
			const unsigned *list, unsigned n)
{
	char text[16];

	out_raw(o,
		"<details><summary>The same in numbers</summary><div class=\"wide\"><table class=\"list\"><thead><tr><th scope=\"col\">From</th><th scope=\"col\">Runs</th>");
	for (unsigned i = 0; i < n; i++)
		out(o, "<th scope=\"col\" title=\"%s\">0x%02x</th>",
		    vtd_fault_reason_name((uint8_t)list[i]), list[i]);
	out_raw(o, "</tr></thead><tbody>\n");
	(void)sums;
	for (unsigned i = 0; i < b->count; i++) {
		uint64_t faults, runs;

		if (bin_rate(b, i, -1, &faults, &runs) < 0)
			continue;
		date_text(b->first + (int32_t)(i * b->days), text);
		out(o, "<tr><th scope=\"row\">%s</th><td class=\"n\">%" PRIu64 "</td>", text, runs);
		for (unsigned k = 0; k < n; k++) {
			bin_rate(b, i, (int)list[k], &faults, &runs);
			out(o, "<td class=\"n\">%" PRIu64 "</td>", faults);
		}
		out_raw(o, "</tr>\n");
	}
	out_raw(o, "</tbody></table></div></details>\n");
}

void report_faults(struct out *o, const struct report *r)
{
	uint64_t sums[256] = { 0 };
	unsigned list[256], n = 0;
	struct bins b;
	char text[16], last[16];

	out_raw(o, "<section id=\"faults\"><h2>Fault reasons over time</h2>\n");
	for (size_t i = 0; i < r->day_count; i++)
		for (unsigned k = 0; k < 256; k++)
			sums[k] += r->days[i].faults[k];
	for (unsigned k = 0; k < 256; k++)
		if (sums[k])
			list[n++] = k;
	if (!n) {
		out(o, "<p class=\"empty\">%s</p></section>\n",
		    r->day_count ? "No fault was recorded in these runs."
				 : "No run with a date arrived.");
		return;
	}
	b = bins_of(r);
	date_text(b.first, text);
	date_text(r->days[r->day_count - 1].day, last);
	out(o,
	    "<p>Faults for each DMA, from %s to %s, a bar for %u day%s, each reason to its own scale. No bar above a stroke: no run.</p>\n"
	    "<div class=\"wide\"><table class=\"list charts\"><thead><tr><th scope=\"col\">Reason</th><th scope=\"col\">Faults</th><th scope=\"col\">Over time</th><th scope=\"col\">Highest</th></tr></thead><tbody>\n",
	    text, last, b.days, b.days == 1 ? "" : "s");
	out(o, "<tr><th scope=\"row\">Runs</th><td class=\"n\">%u</td>",
	    r->runs - r->broken_runs - r->simulated_runs);
	chart(o, &b, -1);
	out_raw(o, "</tr>\n");
	for (unsigned i = 0; i < n; i++) {
		out(o,
		    "<tr><th scope=\"row\"><code>0x%02x</code> %s</th><td class=\"n\">%" PRIu64
		    "</td>",
		    list[i], vtd_fault_reason_name((uint8_t)list[i]), sums[list[i]]);
		chart(o, &b, (int)list[i]);
		out_raw(o, "</tr>\n");
	}
	out_raw(o, "</tbody></table></div>\n");
	fault_table(o, &b, sums, list, n);
	out_raw(o, "</section>\n");
}
