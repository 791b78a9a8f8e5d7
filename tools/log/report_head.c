/* SPDX-License-Identifier: BSD-2-Clause */
/* The head of the page: how much there is, from when, of which builds, and what was left out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/sequence.h"

static void number(struct out *o, const char *class, uint64_t count, const char *what)
{
	out(o, "<li class=\"%s%s\"><b>%" PRIu64 "</b> %s</li>", class, count ? "" : " zero", count,
	    what);
}

static void builds(struct out *o, const struct report *r)
{
	struct entry *all = table_sorted(&r->builds);

	out_raw(o, "<dt>vtd-litmus</dt><dd>");
	for (size_t i = 0; i < r->builds.count && i < 12; i++) {
		const struct count *c = all[i].value;

		out(o, "%s<code>%s</code> (%" PRIu64 " run%s)", i ? ", " : "",
		    c->name[0] ? c->name : "build not known", c->count, c->count == 1 ? "" : "s");
	}
	if (r->builds.count > 12)
		out(o, " and %zu more builds", r->builds.count - 12);
	out_raw(o, "</dd>\n");
	free(all);
}

/* The first keys of a table. */
static void names(struct out *o, const struct table *t)
{
	struct entry *all = table_sorted(t);

	for (size_t i = 0; i < t->count && i < 5; i++)
		out(o, "%s<code>%s</code>", i ? ", " : "", all[i].key);
	if (t->count > 5)
		out(o, " and %zu more", t->count - 5);
	free(all);
}

static void copies(struct out *o, const struct report *r)
{
	if (!r->copy_count)
		return;
	out(o, "<dt>Copies</dt><dd>%zu run%s in another file, too, counted once: ", r->copy_count,
	    r->copy_count == 1 ? " that is" : "s that are");
	for (size_t i = 0; i < r->copy_count && i < 10; i++)
		out(o, "%s<code>%s</code> has what <code>%s</code> has", i ? ", " : "",
		    r->copies[i].path, r->copies[i].of);
	if (r->copy_count > 10)
		out(o, " and %zu more", r->copy_count - 10);
	out_raw(o, "</dd>\n");
}

static void left_out(struct out *o, const struct report *r)
{
	if (r->broken_runs) {
		out(o,
		    "<dt>Left out</dt><dd>%u run%s in which a safeguard or a part of the kernel was broken on purpose: ",
		    r->broken_runs, r->broken_runs == 1 ? "" : "s");
		names(o, &r->broken);
		out_raw(o, "</dd>\n");
	}
	if (r->simulated_runs) {
		out(o,
		    "<dt>Simulated</dt><dd>%u run%s of vtd-sim left out: a unit in software is no machine and no silicon: ",
		    r->simulated_runs, r->simulated_runs == 1 ? "" : "s");
		names(o, &r->simulated_files);
		out_raw(o, "</dd>\n");
	}
	copies(o, r);
	if (r->files_empty || r->files_bad) {
		out_raw(o, "<dt>Not read</dt><dd>");
		if (r->files_empty)
			out(o, "<a href=\"#incomplete\">%u file%s without a run</a>",
			    r->files_empty, r->files_empty == 1 ? "" : "s");
		if (r->files_bad)
			out(o, "%s%u file%s that cannot be read", r->files_empty ? "; " : "",
			    r->files_bad, r->files_bad == 1 ? "" : "s");
		out_raw(o, "</dd>\n");
	}
}

void report_head(struct out *o, const struct report *r)
{
	static const char *const parts[][2] = {
		{ "answer", "Answer" },	      { "overview", "Overview" },
		{ "failures", "Failures" },   { "maps", "Rates" },
		{ "outcomes", "Outcomes" },   { "costs", "Costs" },
		{ "faults", "Faults" },	      { "units", "Units" },
		{ "traits", "Seen to do" },   { "incomplete", "Incomplete" },
		{ "sequences", "Sequences" }, { "lines", "Lines" },
	};
	char dmas[24];

	out(o,
	    "<a class=\"skip\" href=\"#answer\">To the answer</a>\n"
	    "<header><div class=\"top\"><h1>%s</h1><div id=\"tools\" hidden><label>Show <input id=\"filter\" type=\"search\" placeholder=\"sequence, silicon, machine\"></label><button id=\"theme\" type=\"button\">Light or dark</button></div></div>\n",
	    r->title);
	out(o, "<ul class=\"counts\"><li><b>%u</b> run%s</li><li><b>%zu</b> log%s</li>", r->runs,
	    r->runs == 1 ? "" : "s", r->file_count, r->file_count == 1 ? "" : "s");
	out(o, "<li><b>%zu</b> machine%s</li><li><b>%zu</b> kind%s of silicon</li>",
	    r->machines.count, r->machines.count == 1 ? "" : "s", r->known_count,
	    r->known_count == 1 ? "" : "s");
	number(o, "pass", r->of_judgement[JUDGED_PASS], "pass");
	number(o, "fail", r->of_judgement[JUDGED_FAIL], "fail");
	number(o, "none", r->of_judgement[JUDGED_SKIP], "nothing learned");
	number(o, "lost", r->of_judgement[JUDGED_INCOMPLETE], "incomplete");
	out(o, "</ul>\n<dl><dt>Run</dt><dd>");
	if (!r->from[0])
		out_raw(o, "at times that are not known");
	else if (!strcmp(r->from, r->to))
		out(o, "%s", r->from);
	else
		out(o, "%s to %s", r->from, r->to);
	out(o, ", %s DMAs</dd>\n", count_text(r->dmas, dmas));
	builds(o, r);
	left_out(o, r);
	out_raw(o, "</dl>\n<nav aria-label=\"Parts of this page\"><ul>");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		out(o, "<li><a href=\"#%s\">%s</a></li>", parts[i][0], parts[i][1]);
	out_raw(o, "</ul></nav></header>\n");
}
