/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture report: one HTML page about a capture, function by function. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/arguments.h"
#include "tools/capture/capture.h"
#include "tools/capture/judged.h"

static struct arguments arguments = { .wanted = 1, .units = 1 };

static const struct argp_option option_list[] = {
	{ "output", 'o', "FILE", 0, "else to standard output", 0 }, ARGUMENT_UNITS, { 0 }
};

static const char style[] =
	"body{font:15px/1.45 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
	"h1{font-size:1.5em}h2{font-size:1.2em;margin:2em 0 .3em;border-top:1px solid #ccc;padding-top:1em}"
	"table{border-collapse:collapse}td,th{text-align:left;padding:.15em .8em .15em 0;vertical-align:top}"
	"code,pre,ol{font:13px/1.5 ui-monospace,monospace}ol{margin:.4em 0;padding-left:2.6em}pre{background:#f5f5f5;padding:.6em;overflow:auto}"
	".unsafe{color:#a40000;font-weight:bold}.safe{color:#1a6b1a}.rests{color:#7a5200}.quiet{color:#666}.fn{color:#666}"
	"@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#242424}.unsafe{color:#ff8080}"
	".safe{color:#7fd07f}.rests{color:#e0b060}.quiet,.fn{color:#999}}";

static void escape(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc(*text, out);
		}
}

static const char *class_of(const struct verdict *v)
{
	static const char *const classes[] = {
		"safe", "unsafe", "rests", "rests", "quiet", "quiet"
	};

	return classes[v->is];
}

static void print_units(FILE *out, const struct verdict *v)
{
	char text[80];

	fputs("<table><tr>", out);
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (v->asked & 1u << u)
			fprintf(out, "<th>%s</th>", unit_kinds[u].name);
	fputs("</tr><tr>", out);
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (v->asked & 1u << u)
			fprintf(out, "<td class=%s>%s</td>",
				v->answers[u].harms ? "unsafe" : "safe",
				harm_words(v->answers[u].harms, text, sizeof(text)));
	fputs("</tr></table>\n", out);
}

static void print_schedule(FILE *out, const struct shape *s, const struct verdict *v)
{
	char *text = NULL;
	size_t length;
	FILE *to = need(open_memstream(&text, &length));

	verdict_print_schedule(to, s, v, "");
	fclose(to);
	if (length) {
		fputs("<pre>", out);
		escape(out, text);
		fputs("</pre>\n", out);
	}
	free(text);
}

static void print_shape(FILE *out, const struct shape *s, const struct verdict *v, size_t number)
{
	char name[120], word[120];

	fprintf(out,
		"<h2 id=t%zu><code>%s</code>: %s</h2>\n<p><span class=%s>%s</span>; %u time%s. <span class=fn>",
		number, s->functions[0], view_name(s, name, sizeof(name)), class_of(v),
		verdict_text(v, word, sizeof(word)), s->times, s->times == 1 ? "" : "s");
	escape(out, s->callers);
	fputs("</span></p>\n", out);
	if (v->why) {
		fputs("<p>", out);
		escape(out, v->why);
		fputs("</p>\n", out);
	}
	fputs("<ol>", out);
	for (unsigned i = 0; i < s->count; i++) {
		fputs("<li>", out);
		escape(out, s->steps[i].text + (strncmp(s->steps[i].text, "# ", 2) ? 0 : 2));
		fprintf(out, " <span class=fn>%s%s%s</span></li>",
			s->steps[i].note ? s->steps[i].note : "", s->steps[i].note ? "; " : "",
			s->steps[i].function);
	}
	fputs("</ol>\n", out);
	if (v->asked)
		print_units(out, v);
	if (v->is == VERDICT_UNSAFE)
		print_schedule(out, s, v);
}

static void print_page(FILE *out, const struct judged *j)
{
	const struct records *r = &j->view.folder.records;
	char name[120], word[120];

	fputs("<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>vtd-capture: ",
	      out);
	escape(out, j->view.title);
	fprintf(out, "</title><style>%s</style>\n<h1>", style);
	escape(out, j->view.title);
	fprintf(out,
		"</h1>\n<p>%" PRIu64 " stores seen, %" PRIu64
		" of them to tables of the unit, %" PRIu64
		" missed. %zu transitions of entries, %zu distinct: "
		"%u safe, <span class=unsafe>%u unsafe</span>, %u safe by what came before, %u not decided, %u that change nothing.</p>\n",
		r->seen, r->recorded, r->missed, j->view.transitions.count, j->view.shapes.count,
		j->number[VERDICT_SAFE], j->number[VERDICT_UNSAFE], j->number[VERDICT_RESTS],
		j->number[VERDICT_UNDECIDED], j->number[VERDICT_NONE]);
	if (j->number[VERDICT_APART])
		fprintf(out,
			"<p>%u more are not judged: they were invalidated later, by another task, or nothing led to them then.</p>\n",
			j->number[VERDICT_APART]);
	if (j->unmappings.count)
		fprintf(out,
			"<p><span class=unsafe>A device-TLB was left out of an unmapping %zu times</span>: "
			"<code>vtd-capture unmappings</code> says which.</p>\n",
			j->unmappings.count);
	if (j->view.incomplete) {
		fputs("<p class=unsafe>The capture is incomplete: ", out);
		escape(out, j->view.incomplete);
		fputs("</p>\n", out);
	}
	fputs("<p>What is judged is the order in which this kernel, as compiled, stored to entries that a remapping unit reads. The verdicts are the "
	      "model's: what hardware that keeps the specification may make of it. QEMU ran it; no hardware was seen.</p>\n<table><tr><th>function<th>entry"
	      "<th>times<th>verdict</tr>\n",
	      out);
	for (size_t i = 0; i < j->view.shapes.count; i++) {
		const struct shape *s = &j->view.shapes.list[i];

		fprintf(out,
			"<tr><td><a href=#t%zu><code>%s</code></a><td>%s<td>%u<td class=%s>%s</tr>\n",
			i, s->functions[0], view_name(s, name, sizeof(name)), s->times,
			class_of(&j->verdicts[i]),
			verdict_text(&j->verdicts[i], word, sizeof(word)));
	}
	fputs("</table>\n", out);
	for (size_t i = 0; i < j->view.shapes.count; i++)
		print_shape(out, &j->view.shapes.list[i], &j->verdicts[i], i);
	fputs("</html>\n", out);
}

int report_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		arguments_parse,
		"CAPTURE",
		"Write one HTML page about a capture: each function that stores to entries, the order of its stores, the verdict, "
		"and a shortest way to harm.\v"
		"Exit status: as of vtd-capture judge.",
		NULL,
		NULL,
		NULL
	};
	struct judged j;
	FILE *out = stdout;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	judged_open(&j, arguments.paths[0], NULL, arguments.units);
	if (arguments.output && !(out = fopen(arguments.output, "w")))
		fail("%s: %s", arguments.output, strerror(errno));
	print_page(out, &j);
	if (out != stdout && fclose(out))
		fail("%s: %s", arguments.output, strerror(errno));
	return j.status;
}
