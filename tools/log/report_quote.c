/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw lines behind the cells: read once more from the files, the most telling ones, within a budget. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"

#define BUDGET	  (1500u << 10) /* bytes of lines in the page */
#define QUOTE_MAX 6000

struct wish {
	struct evidence e;
	unsigned rank;
};

struct wishes {
	struct wish *list;
	size_t count, room;
};

static void wish(struct wishes *w, const struct evidence *e, unsigned rank)
{
	if (!e->bytes)
		return;
	if (w->count == w->room) {
		w->room = w->room ? 2 * w->room : 1024;
		w->list = must_realloc(w->list, w->room * sizeof(*w->list));
	}
	w->list[w->count++] = (struct wish){ *e, rank };
}

static int by_place(const struct evidence *a, const struct evidence *b)
{
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static int wish_order(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return by_place(&x->e, &y->e);
}

static int quote_order(const void *a, const void *b)
{
	return by_place(a, b);
}

static int wish_place(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = by_place(&x->e, &y->e);

	return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static void wish_row(struct wishes *w, const struct row *row, unsigned rank)
{
	for (size_t i = 0; i < row->cell_count; i++)
		if (row->cells[i])
			wish(w, &row->cells[i]->best,
			     row->cells[i]->best.state == STATE_FAILURE ? 0
			     : rank ? rank + row->cells[i]->best.state
				    : 2u + (row->cells[i]->best.state > STATE_OPEN) * 20);
}

void report_choose_quotes(struct report *r)
{
	struct wishes w = { 0 };
	size_t bytes = 0, n = 0;

	for (size_t i = 0; i < r->failures.room; i++)
		if (r->failures.entries[i].value)
			wish(&w, &((struct failure *)r->failures.entries[i].value)->best, 1);
	for (size_t i = 0; i < r->silicon_count; i++)
		wish_row(&w, r->silicon[i], 0);
	for (size_t i = 0; i < r->shown_count; i++)
		wish_row(&w, r->shown[i], 10);
	/* Each place once, by its best reason. */
	if (w.count)
		qsort(w.list, w.count, sizeof(*w.list), wish_place);
	for (size_t i = 0; i < w.count; i++)
		if (!n || by_place(&w.list[i].e, &w.list[n - 1].e))
			w.list[n++] = w.list[i];
	if (n)
		qsort(w.list, n, sizeof(*w.list), wish_order);
	r->quotes = must_realloc(NULL, (n + 1) * sizeof(*r->quotes));
	for (size_t i = 0; i < n && bytes < BUDGET; i++) {
		bytes += w.list[i].e.bytes < QUOTE_MAX ? w.list[i].e.bytes : QUOTE_MAX;
		r->quotes[r->quote_count++] = w.list[i].e;
	}
	if (r->quote_count)
		qsort(r->quotes, r->quote_count, sizeof(*r->quotes), quote_order);
	free(w.list);
}

unsigned report_quote(const struct report *r, const struct evidence *e)
{
	const struct evidence *found = r->quote_count ? bsearch(e, r->quotes, r->quote_count,
								sizeof(*e), quote_order)
						      : NULL;

	return found ? (unsigned)(found - r->quotes) + 1 : 0;
}

static void quote(struct out *o, FILE *file, const struct evidence *e)
{
	char text[QUOTE_MAX];
	size_t n = e->bytes < sizeof(text) ? e->bytes : sizeof(text), kept = 0;

	if (!file || fseeko(file, (off_t)e->at, SEEK_SET) || fread(text, 1, n, file) != n) {
		out_raw(o, "(the file cannot be read any more)");
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\r')
			text[kept++] = text[i];
	while (kept && text[kept - 1] == '\n')
		kept--;
	out_bytes(o, text, kept);
	if (n < e->bytes)
		out(o, "\n(%u bytes more)", e->bytes - (unsigned)n);
}

void report_quotes(struct out *o, const struct report *r)
{
	FILE *file = NULL;

	out_raw(o, "<section id=\"lines\" class=\"quotes\"><h2>Lines of the logs</h2>\n");
	if (!r->quote_count)
		out_raw(o,
			"<p class=\"empty\">No test's own record arrived, so there is nothing to show.</p>");
	else
		out(o,
		    "<p>For %zu cells of the maps, the most telling lines first come, first chosen up to %u KB; the other cells name file and lines.</p>\n",
		    r->quote_count, BUDGET >> 10);
	for (size_t i = 0; i < r->quote_count; i++) {
		const struct evidence *e = &r->quotes[i];

		if (!i || e[-1].file != e->file) {
			if (file)
				fclose(file);
			file = fopen(r->files[e->file], "rb");
		}
		out(o, "<article id=\"e%zu\"><h3>%s <span>lines %u\u2013%u</span></h3><pre>", i + 1,
		    report_path(r, e->file), e->line_from, e->line_to);
		/* A first newline of a <pre> would be dropped. */
		quote(o, file, e);
		out_raw(o, "</pre></article>\n");
	}
	if (file)
		fclose(file);
	out_raw(o, "</section>\n");
}
