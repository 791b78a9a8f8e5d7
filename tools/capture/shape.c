/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/entry_fields.h"
#include "tools/capture/paging_entry.h"
#include "tools/capture/shape.h"
#include "tools/capture/shape_steps.h"
#include "vtd/entry.h"

enum entry_kind shape_entry_kind(enum table_kind kind)
{
	static const enum entry_kind kinds[TABLE_IRTE + 1] = {
		[TABLE_NONE] = KIND_COUNT,
		[TABLE_ROOT] = KIND_ROOT,
		[TABLE_CONTEXT] = KIND_CONTEXT,
		[TABLE_SM_ROOT] = KIND_SM_ROOT,
		[TABLE_SM_CONTEXT] = KIND_SM_CONTEXT,
		[TABLE_PASID_DIR] = KIND_PASID_DIR,
		[TABLE_PASID] = KIND_PASID,
		[TABLE_IRTE] = KIND_IRTE,
	};

	if (paging_is(kind))
		return paging_level(kind) == 1 ? KIND_LEAF : KIND_TABLE;
	return kinds[kind];
}

/* What kind of translation (of an interrupt: which format) the entry is for: transitions of another kind are others. */
static const char *type_of(enum table_kind kind, const uint64_t *words)
{
	static const char *const of_tt[4] = { "", "with a device-TLB", "pass-through", "" };
	static const char *const of_pgtt[8] = {
		"", "first stage", "second stage", "nested", "pass-through", "", "", ""
	};

	if (!(words[0] & table_present(kind)))
		return "";
	if (paging_is(kind))
		return paging_level(kind) == 1		  ? ""
		       : !paging_is_large(kind, words[0]) ? "table"
		       : paging_level(kind) == 2	  ? "2-MiB page"
							  : "1-GiB page";
	if (kind == TABLE_CONTEXT)
		return of_tt[field_get(words, CONTEXT_TT)];
	if (kind == TABLE_PASID)
		return of_pgtt[field_get(words, PASID_PGTT)];
	if (kind == TABLE_IRTE)
		return field_get(words, IRTE_IM) ? "posted" : "";
	return "";
}

/*
 * Two flushes of an entry in a row are one: an entry of 64 bytes that is not aligned, or flushed word by word. So are
 * invalidations of device-TLBs after a paging entry: each of its domain's devices gets one, or more.
 */
static bool repeats(const struct shape *s, const struct shape_step *step)
{
	const struct shape_step *last = s->count ? &s->steps[s->count - 1] : NULL;

	return last && last->expressible && step->expressible && last->step.op == step->step.op &&
	       (step->step.op == STEP_FLUSH ||
		(paging_is(s->kind) && step->step.op == STEP_INVALIDATE_DEVTLB));
}

static void add_function(struct shape *s, const char *name)
{
	for (unsigned i = 0; i < s->function_count; i++)
		if (!strcmp(s->functions[i], name))
			return;
	if (s->function_count < sizeof(s->functions) / sizeof(s->functions[0]))
		s->functions[s->function_count++] = need(strdup(name));
}

static char *callers_of(const struct transition *t, const struct symbols *symbols)
{
	const struct record *r = t->events[0].record;
	const char *last = symbols_name(symbols, r->pc);
	char text[600];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", last);

	for (unsigned i = 0, shown = 0; i < r->depth && shown < 6 && n < sizeof(text); i++) {
		const char *name = symbols_name(symbols, r->stack[i] - 1);

		if (strcmp(name, last)) {
			n += (size_t)snprintf(text + n, sizeof(text) - n, " < %s", name);
			shown++;
		}
		last = name;
	}
	return need(strdup(text));
}

/* Why a transition of a paging entry is told, but not judged; NULL: it is. */
static const char *why_apart(const struct transition *t)
{
	const struct of_paging *p = &t->paging;

	if (!paging_is(t->kind))
		return NULL;
	if (!p->domains)
		return "nothing led to its table then";
	if (t->old[0] != t->new[0] &&
	    !((t->old[0] ^ t->new[0]) & paging_used(t->kind) & ~paging_set_by_unit(t->kind)))
		return t->old[0] & table_present(t->kind) && transition_is(t) != IS_REWRITE
			       ? "Accessed or Dirty alone is changed"
			       : NULL;
	if (p->invalidated || !(t->old[0] & table_present(t->kind)))
		return NULL;
	return p->later	  ? "invalidated later, by another task"
	       : p->ended ? "the record ended soon after it"
			  : NULL;
}

static void build(struct shape *s, const struct transition *t, const struct symbols *symbols,
		  bool settle)
{
	const char *before, *after;

	memset(s, 0, sizeof(*s));
	s->kind = t->kind;
	s->is = transition_is(t);
	s->example = t;
	s->times = 1;
	s->with_present_below = t->present_below != 0;
	s->given_up = t->paging.given_up != NULL;
	s->expressible = !t->cut && shape_entry_kind(t->kind) != KIND_COUNT;
	before = type_of(t->kind, t->old[0] & table_present(t->kind) ? t->old : t->new);
	after = type_of(t->kind, t->new);
	if ((s->is == IS_REPLACEMENT || s->is == IS_THROUGH_ABSENT) && *before && *after)
		s->type = text_of("%s to %s", before, after);
	else
		s->type = need(strdup(before));
	for (unsigned i = 0; i < t->count; i++) {
		struct shape_step step;

		shape_step(&step, t, &t->events[i], symbols, settle);
		if (repeats(s, &step)) {
			free(step.text);
			free(step.note);
			continue;
		}
		s->steps[s->count++] = step;
		s->expressible &= step.expressible;
		s->unwaited |= t->events[i].is == EVENT_INVALIDATION && !t->events[i].waited;
		s->other_source |= t->events[i].other_source;
		if (t->events[i].is == EVENT_STORE)
			add_function(s, step.function);
	}
	s->apart = why_apart(t);
	s->callers = callers_of(t, symbols);
}

/* Where no symbol is known, two places in the code may be the same function. */
static bool other_function(const char *a, const char *b)
{
	return strcmp(a, b) && (strncmp(a, "0x", 2) || strncmp(b, "0x", 2));
}

static bool is_same(const struct shape *a, const struct shape *b)
{
	if (a->kind != b->kind || a->is != b->is || strcmp(a->type, b->type) ||
	    a->count != b->count || a->unwaited != b->unwaited || a->apart != b->apart)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (strcmp(a->steps[i].text, b->steps[i].text) ||
		    other_function(a->steps[i].function, b->steps[i].function))
			return false;
	return true;
}

static int in_order(const void *a, const void *b)
{
	const struct shape *x = a, *y = b;

	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	if (x->is != y->is)
		return (int)x->is - (int)y->is;
	if (x->times != y->times)
		return (int)y->times - (int)x->times;
	return x->example < y->example ? -1 : x->example > y->example;
}

static void free_shape(struct shape *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		free(s->steps[i].text);
		free(s->steps[i].note);
	}
	for (unsigned i = 0; i < s->function_count; i++)
		free(s->functions[i]);
	free(s->type);
	free(s->callers);
}

void shapes_find(const struct transitions *t, const struct symbols *symbols, bool settle,
		 struct shapes *out)
{
	size_t room = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < t->count; i++) {
		struct shape *s;
		size_t at = 0;

		if (out->count == room)
			out->list = need(realloc(out->list, (room = room ? 2 * room : 32) *
								    sizeof(*out->list)));
		s = &out->list[out->count];
		build(s, &t->list[i], symbols, settle);
		while (at < out->count && !is_same(&out->list[at], s))
			at++;
		if (at == out->count) {
			out->count++;
			continue;
		}
		out->list[at].times++;
		out->list[at].with_present_below += s->with_present_below;
		out->list[at].given_up += s->given_up;
		free_shape(s);
	}
	qsort(out->list, out->count, sizeof(*out->list), in_order);
}

void shapes_free(struct shapes *s)
{
	for (size_t i = 0; i < s->count; i++)
		free_shape(&s->list[i]);
	free(s->list);
	memset(s, 0, sizeof(*s));
}

void shape_print(FILE *out, const struct shape *s, const char *indent)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct shape_step *step = &s->steps[i];
		const char *text = step->text + (strncmp(step->text, "# ", 2) ? 0 : 2);

		fprintf(out, "%s%2u. %s", indent, i + 1, text);
		if (step->note)
			fprintf(out, " (%s)", step->note);
		fprintf(out, "  {%s}\n", step->function);
	}
	if (s->apart)
		fprintf(out, "%s    %s\n", indent, s->apart);
}
