/* SPDX-License-Identifier: BSD-2-Clause */
/* What each sequence costs on each kind of silicon: the time of an update, and for how long it has DMA refused. */
#include <inttypes.h>
#include <stdlib.h>

#include "tools/log/report.h"

#define COLUMNS_MAX 12

static const struct cell *costs_of(const struct report *r, const struct row *silicon,
				   size_t subject)
{
	const struct cell *c = cell_of(silicon, r->order[subject], REGIME_FAITHFUL);

	return c && c->costs.runs ? c : NULL;
}

/* "1.2 us", or "1.2 us – 1.4 us". */
static void range(struct out *o, uint64_t least, uint64_t most)
{
	char text[24], to[24];

	if (least == most)
		out(o, "%s", time_text(least, text));
	else
		out(o, "%s \u2013 %s", time_text(least, text), time_text(most, to));
}

static void cell(struct out *o, const struct cell *c)
{
	const struct cost_sum *s = &c->costs;
	char text[24];

	out(o, "<td class=\"s%u\" title=\"", (unsigned)cell_state(c));
	out(o,
	    "%u run%s, %" PRIu64 " updates, %" PRIu64 " of %" PRIu64
	    " DMAs refused; a DMA takes up to %s\">",
	    s->runs, s->runs == 1 ? "" : "s", s->updates, s->refused, s->dmas,
	    time_text(s->dma_most, text));
	range(o, s->update_least, s->update_most);
	if (!s->blocking) {
		out(o, "<small>no DMA refused in %" PRIu64 "</small></td>", s->updates);
		return;
	}
	out_raw(o, "<small>refused for ");
	range(o, s->blackout_least, s->blackout_most);
	out(o, ", at most %s, in %" PRIu64 " of %" PRIu64 "</small></td>",
	    time_text(s->longest, text), s->blocking, s->updates);
}

/* A row for each sequence that some run has costs of. Their number. */
static size_t rows(struct out *o, const struct report *r, size_t columns)
{
	size_t n = 0;

	for (size_t k = 0; k < r->subject_count; k++) {
		const struct subject *s = r->subject[r->order[k]];
		bool any = false;

		for (size_t i = 0; i < columns; i++)
			any |= costs_of(r, r->silicon[i], k) != NULL;
		if (!any)
			continue;
		n++;
		out(o, "<tr data-f=\"%s\"><th scope=\"row\"><a href=\"#", s->name);
		out_anchor(o, s);
		out(o, "\">%s</a></th>", s->name);
		for (size_t i = 0; i < columns; i++)
			if (costs_of(r, r->silicon[i], k))
				cell(o, costs_of(r, r->silicon[i], k));
			else
				out_raw(o, "<td class=\"s8\"></td>");
		out_raw(o, "</tr>\n");
	}
	return n;
}

void report_costs(struct out *o, const struct report *r)
{
	size_t columns = r->silicon_count < COLUMNS_MAX ? r->silicon_count : COLUMNS_MAX;
	struct out table = { 0 };

	out_raw(o, "<section id=\"costs\"><h2>What a sequence costs</h2>\n");
	if (!rows(&table, r, columns)) {
		out_raw(o,
			"<p class=\"empty\">No run says: it takes the faithful regime, and a build that measures it.</p></section>\n");
		return;
	}
	out_raw(o,
		"<p>The time of one update with all its invalidations, and for how long it had the device's DMA refused, from the start of the first refused DMA to when it was known of the last: from the lowest to the highest median of a run. It cannot be told more finely than a DMA takes; a device that must be reset after a refusal misses what comes meanwhile. Colours are those of the verdict in the faithful regime.</p>\n"
		"<div class=\"wide\"><table class=\"list\"><thead><tr><th scope=\"col\">Sequence</th>");
	for (size_t i = 0; i < columns; i++)
		out(o, "<th scope=\"col\" title=\"%s\">%s</th>", r->silicon[i]->silicon,
		    r->silicon[i]->code);
	out_raw(o, "</tr></thead><tbody>\n");
	out_out(o, &table);
	out_raw(o, "</tbody></table></div>\n");
	if (r->silicon_count > COLUMNS_MAX)
		out(o,
		    "<p class=\"note\">Shown are the first %u of %zu kinds of silicon, in the order of the overview.</p>\n",
		    COLUMNS_MAX, r->silicon_count);
	out_raw(o, "</section>\n");
	free(table.text);
}
