/* SPDX-License-Identifier: BSD-2-Clause */
/* What failed, what did not arrive, and what the sequences are. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/sequence.h"

#define FAILURES_SHOWN 400

static int failure_order(const void *a, const void *b)
{
	const struct failure *x = *(struct failure *const *)a, *y = *(struct failure *const *)b;
	int order;

	if ((order = strcmp(y->class, x->class)) != 0)
		return order;
	if ((order = strcmp(x->id, y->id)) != 0 || (order = strcmp(x->row->key, y->row->key)) != 0)
		return order;
	return strcmp(x->why, y->why);
}

static void failure(struct out *o, const struct report *r, const struct failure *f)
{
	unsigned n = report_quote(r, &f->best), shown = 0;
	char name[1000];

	out(o, "<tr data-f=\"%s %s\"><th scope=\"row\">%s<code>%s</code></th><td>%s", f->id,
	    f->row->silicon, f->is_error ? "" : "\u2716 ", f->id, f->row->code);
	out(o, "<small>%s</small></td><td>%s</td><td>%s</td><td class=\"n\">%u</td><td>",
	    row_name(r, f->row, name, sizeof(name)), f->class, f->why, f->tests);
	for (; shown < f->machines && shown < sizeof(f->names) / sizeof(f->names[0]); shown++)
		out(o, "%s<span class=\"nb\">%s</span>", shown ? ", " : "", f->names[shown]);
	if (shown < f->machines)
		out(o, " and %u more", f->machines - shown);
	out_raw(o, "</td><td>");
	if (n)
		out(o, "<a class=\"q\" href=\"#e%u\">", n);
	out(o, "%s", report_path(r, f->best.file));
	if (f->best.line_to)
		out(o, ":%u\u2013%u", f->best.line_from, f->best.line_to);
	out_raw(o, n ? "</a></td></tr>\n" : "</td></tr>\n");
}

void report_failures(struct out *o, const struct report *r)
{
	struct failure **list = must_realloc(NULL, (r->failures.count + 1) * sizeof(*list));
	size_t count = 0, shown;

	for (size_t i = 0; i < r->failures.room; i++)
		if (r->failures.entries[i].value)
			list[count++] = r->failures.entries[i].value;
	out_raw(o, "<section id=\"failures\"><h2>Failures</h2>\n");
	if (!count) {
		out_raw(o, "<p class=\"empty\">No test failed.</p></section>\n");
		free(list);
		return;
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), failure_order);
	shown = count < FAILURES_SHOWN ? count : FAILURES_SHOWN;
	out_raw(o,
		"<p>A <em>failure</em> (\u2716) is of what was tested: harm or an outcome that the unit's model rules out, or a unit that breaks the specification. An <em>error</em> is of device, machine or tool, and says nothing of the sequence.</p><div class=\"wide\"><table class=\"list sortable\"><thead><tr><th scope=\"col\">Test</th><th scope=\"col\">On</th><th scope=\"col\">Class</th><th scope=\"col\">Why</th><th scope=\"col\">Times</th><th scope=\"col\">Machines</th><th scope=\"col\">Most telling</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++)
		failure(o, r, list[i]);
	out_raw(o, "</tbody></table></div>\n");
	if (shown < count)
		out(o, "<p class=\"note\">%zu more are not shown.</p>\n", count - shown);
	out_raw(o, "</section>\n");
	free(list);
}

static void files_of(struct out *o, const struct report *r, const char *what,
		     const struct table *files, size_t count)
{
	const char *names[20];
	size_t n = 0;

	/* In the order of the files, not of the table. */
	for (size_t i = 0; count && i < r->file_count && n < 20; i++)
		for (size_t k = 0; k < files->room && n < 20; k++)
			if (files->entries[k].key == report_path(r, (uint32_t)i))
				names[n++] = files->entries[k].key;
	if (!n)
		return;
	out(o, "<p>%s: ", what);
	for (size_t i = 0; i < n; i++)
		out(o, "%s<code>%s</code>", i ? ", " : "", names[i]);
	out(o, "%s.</p>\n", count > n ? " and more" : "");
}

void report_incomplete(struct out *o, const struct report *r)
{
	out_raw(o, "<section id=\"incomplete\"><h2>Incomplete and damaged runs</h2>\n");
	files_of(o, r, "Files that cannot be read", &r->bad_files, r->files_bad);
	files_of(o, r, "Files without a run, of machines that never began one perhaps",
		 &r->empty_files, r->files_empty);
	if (!r->incomplete_count) {
		out(o, "<p class=\"empty\">%s</p></section>\n",
		    r->runs ? "Every run arrived whole." : "There is no run in these logs.");
		return;
	}
	out(o,
	    "<p>%zu run%s of which something is missing; what arrived of them is counted all the same.</p>\n",
	    r->incomplete_count + r->incomplete_more, r->incomplete_count == 1 ? "" : "s");
	out_raw(o,
		"<details open><summary>Which, and what is missing</summary><div class=\"wide\"><table class=\"list sortable\"><thead><tr><th scope=\"col\">Log</th><th scope=\"col\">Machine</th><th scope=\"col\">Comes to</th><th scope=\"col\">Missing</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < r->incomplete_count; i++) {
		const struct incomplete *in = &r->incomplete[i];

		out(o, "<tr data-f=\"%s %s\"><th scope=\"row\">%s<small>", in->machine, in->path,
		    in->path);
		if (in->number > 1)
			out(o, "run %u, ", in->number);
		out(o, "lines %u\u2013%u</small></th><td>%s</td><td>%s</td><td><ul>", in->line_from,
		    in->line_to, in->machine, judgement_word(in->judgement));
		for (const char *at = in->problems; *at;) {
			const char *end = strchr(at, '\n');

			out_raw(o, "<li>");
			out_bytes(o, at, (size_t)(end - at));
			out_raw(o, "</li>");
			at = end + 1;
		}
		out_raw(o, "</ul></td></tr>\n");
	}
	out_raw(o, "</tbody></table></div></details>\n");
	if (r->incomplete_more)
		out(o, "<p class=\"note\">%zu more are not shown.</p>\n", r->incomplete_more);
	out_raw(o, "</section>\n");
}

/* NULL: no log has it. */
static const char *given_text(const struct report *r, const struct subject *s)
{
	for (size_t i = 0; i < r->given.room; i++)
		if (r->given.entries[i].key && !strcmp(r->given.entries[i].key, s->sequence))
			return r->given.entries[i].value;
	return NULL;
}

void report_sequences(struct out *o, const struct report *r)
{
	out_raw(o, "<section id=\"sequences\"><h2>Sequences</h2>\n");
	if (!r->subject_count)
		out_raw(o, "<p class=\"empty\">None was tested.</p>\n");
	else
		out_raw(o,
			"<p>As vtd-litmus runs them: <code>docs/sequences.md</code> has each with what the model says of it and a shortest way to harm.</p><div class=\"cards\">\n");
	for (size_t k = 0; k < r->subject_count; k++) {
		const struct subject *s = r->subject[r->order[k]];
		char text[120];

		out_raw(o, "<article id=\"");
		out_anchor(o, s);
		out(o, "\" data-f=\"%s\"><h3><code>%s</code></h3>", s->name, s->name);
		if (!s->known && given_text(r, s)) {
			out(o,
			    "<p>From outside: the logs have it, not the catalogue.</p><pre>%s</pre></article>\n",
			    given_text(r, s));
			continue;
		}
		if (!s->known) {
			out_raw(o, "<p>This tool's catalogue does not have it.</p></article>\n");
			continue;
		}
		out(o, "<p>%s. <em>said to be %s</em>.</p>", s->known->title,
		    claim_word(s->known->claim));
		out(o, "<p class=\"from\">%s</p><ol>",
		    s->known->citation ? s->known->citation : "Made up as a control.");
		for (size_t i = 0; i < s->known->count; i++)
			out(o, "<li>%s</li>", step_text(&s->known->steps[i], text, sizeof(text)));
		out_raw(o, "</ol></article>\n");
	}
	out_raw(o, r->subject_count ? "</div></section>\n" : "</section>\n");
}
