/* SPDX-License-Identifier: BSD-2-Clause */
/* What units were seen to do (traits.*), and how often a walk met a change under way (concurrency.*). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "vtd/fault.h"

static int kind_order(const void *a, const void *b)
{
	const struct trait_kind *x = *(struct trait_kind *const *)a,
				*y = *(struct trait_kind *const *)b;

	return strcmp(x->key, y->key);
}

/* "yes", or "yes in 3 of 5": of those runs that asked. */
static void answer(struct out *o, const uint32_t answers[TRAIT_ANSWERS])
{
	uint32_t yes = answers[TRAIT_YES], no = answers[TRAIT_NO];

	if (!yes && !no)
		out_raw(o, "<td class=\"s7\">\u2013</td>");
	else if (!yes || !no)
		out(o, "<td class=\"%s\">%s</td>", yes ? "yes" : "no", yes ? "yes" : "no");
	else
		out(o, "<td class=\"v\">yes in %u of %u runs</td>", yes, yes + no);
}

static void walks(struct out *o, const struct share *met)
{
	double rate = met->trials ? (double)met->harm / (double)met->trials : 0;
	char text[24];

	if (met->trials)
		out(o, "<td class=\"n\" title=\"%" PRIu64 " of %" PRIu64 "\">%s</td>", met->harm,
		    met->trials, rate_text(rate, text));
	else
		out_raw(o, "<td class=\"n\">\u2013</td>");
}

static void row(struct out *o, const struct trait_kind *k)
{
	out(o,
	    "<tr data-f=\"%s %s\"><th scope=\"row\">%s<small>CAP %016" PRIx64 ", ECAP %016" PRIx64
	    "</small></th><td>%s</td><td class=\"n\">%u</td>",
	    k->unit->silicon->silicon, k->unit->silicon->brand, k->unit->silicon->code,
	    k->unit->cap, k->unit->ecap, k->device, k->runs);
	for (unsigned i = 0; i < TRAITS; i++)
		answer(o, k->answers[i]);
	if (k->of)
		out(o, "<td class=\"n\">%" PRIu64 " of %" PRIu64 "</td>", k->mixtures, k->of);
	else
		out_raw(o, "<td class=\"n\">\u2013</td>");
	if (k->absent_pasid)
		out(o, "<td>0x%02x %s%s</td>", k->absent_pasid,
		    vtd_fault_reason_name(k->absent_pasid),
		    k->reasons_differ ? ", and others" : "");
	else
		out_raw(o, "<td>\u2013</td>");
	for (unsigned d = 0; d < REGIME_COUNT; d++)
		walks(o, &k->met[d]);
	out_raw(o, "</tr>\n");
}

void report_traits(struct out *o, const struct report *r)
{
	struct trait_kind **list = must_realloc(NULL, (r->trait_kinds.count + 1) * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < r->trait_kinds.room; i++)
		if (r->trait_kinds.entries[i].value)
			list[count++] = r->trait_kinds.entries[i].value;
	out_raw(o, "<section id=\"traits\"><h2>What units were seen to do</h2>\n");
	if (!count) {
		out_raw(o,
			"<p class=\"empty\">No run says: it takes a test device, and a build that asks.</p></section>\n");
		free(list);
		return;
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), kind_order);
	out_raw(o,
		"<p>By a device's DMA before the tests; the unit's model follows from it. \u2013: not asked. <em>Mixtures</em>: DMAs that acted on less than one 128-bit chunk of a PASID-table entry. <em>Met a change</em>: walks of a table that came while an entry was being stored; without any, no DMA was seen in the middle of a change, and nothing torn says nothing.</p>\n"
		"<div class=\"wide\"><table class=\"list units sortable\"><thead><tr><th scope=\"col\">Silicon</th><th scope=\"col\">By</th><th scope=\"col\">Runs</th>");
	for (unsigned i = 0; i < TRAITS; i++)
		out(o, "<th scope=\"col\">%s</th>", trait_text(i));
	out_raw(o,
		"<th scope=\"col\">Mixtures</th><th scope=\"col\">Reason for an absent PASID-table entry</th><th scope=\"col\">Met a change: hammer</th><th scope=\"col\">faithful</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < count; i++)
		row(o, list[i]);
	out_raw(o, "</tbody></table></div>\n</section>\n");
	free(list);
}
