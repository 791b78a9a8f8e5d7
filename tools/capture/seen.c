/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/litmus/notation.h"
#include "tools/capture/capture.h"
#include "tools/capture/seen.h"

/* The target (tests/litmus/words.h) between whose states the shape can be run; NULL: there is none. */
static const char *target_of(const struct shape *s)
{
	static const struct {
		enum table_kind kind;
		const char *type, *target;
	} targets[] = {
		{ TABLE_ROOT, "", "root" },
		{ TABLE_SM_ROOT, "", "sm-root" },
		{ TABLE_CONTEXT, "", "context" },
		{ TABLE_CONTEXT, "with a device-TLB", "context" },
		{ TABLE_CONTEXT, "pass-through", "context-pt" },
		{ TABLE_SM_CONTEXT, "", "sm-context" },
		{ TABLE_PASID_DIR, "", "pasid-dir" },
		{ TABLE_PASID, "second stage", "pasid-ss" },
		{ TABLE_PASID, "first stage", "pasid-fs" },
		{ TABLE_PASID, "nested", "pasid-nested" },
		{ TABLE_IRTE, "", "irte" },
		{ TABLE_IRTE, "posted", "irte-posted" },
		{ TABLE_SS_1, "", "leaf" },
		{ TABLE_FS_1, "", "fs-leaf" },
		{ TABLE_SS_2, "2-MiB page", "leaf" },
		{ TABLE_FS_2, "2-MiB page", "fs-leaf" },
		{ TABLE_SS_3, "1-GiB page", "leaf" },
		{ TABLE_FS_3, "1-GiB page", "fs-leaf" },
		{ TABLE_SS_2, "table", "table" },
		{ TABLE_SS_3, "table", "table" },
		{ TABLE_SS_4, "table", "table" },
		{ TABLE_SS_5, "table", "table" },
		{ TABLE_SS_2, "table to table", "table" },
		{ TABLE_SS_2, "table to 2-MiB page", "large" },
		{ TABLE_SS_2, "2-MiB page to table", "large" },
		{ TABLE_SS_2, "2-MiB page to 2-MiB page", "leaf" },
		{ TABLE_FS_2, "table to 2-MiB page", "fs-large" },
		{ TABLE_FS_2, "2-MiB page to table", "fs-large" },
		{ TABLE_FS_2, "2-MiB page to 2-MiB page", "fs-leaf" },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (targets[i].kind == s->kind && !strcmp(targets[i].type, s->type))
			return targets[i].target;
	return NULL;
}

/* "context.replace.seen-1": small letters, digits, "-" and "." */
static char *sequence_name(const char *type, unsigned number)
{
	char *text = text_of("seen-%s%s%u", type, *type ? "-" : "", number);

	for (char *c = text; *c; c++)
		*c = *c == ' ' ? '-' : (char)tolower((unsigned char)*c);
	return text;
}

/*
 * A set-up leaves alone what stays 0. RID_PASID of Linux does; the states of the target differ in it, so it has to be
 * stored, before P.
 */
static bool lacks_rid_pasid(const struct shape *s)
{
	return s->kind == TABLE_SM_CONTEXT && s->is == IS_SETUP && !s->example->new[1];
}

static void print_steps(FILE *out, const struct shape *s)
{
	bool added = !lacks_rid_pasid(s);

	for (unsigned i = 0; i < s->count; i++) {
		const struct shape_step *step = &s->steps[i];

		if (!added && step->step.op != STEP_STORE) {
			fprintf(out,
				"store word 1: bits 83:64 := new  # added: RID_PASID is 0 in the capture\n");
			added = true;
		}
		fprintf(out, "%s%s%s%s%s\n", step->text,
			step->note || *step->function ? "  # " : "", step->note ? step->note : "",
			step->note ? "; " : "", step->function);
	}
}

/* Why it is no sequence that can be run; NULL: it is one. */
static const char *lacks(const struct shape *s)
{
	if (!target_of(s))
		return "no target has such entries";
	if (s->apart)
		return s->apart;
	if (!s->expressible)
		return "the notation has no word for a step";
	if (s->count > SEQUENCE_STEPS_MAX)
		return "too many steps";
	for (unsigned i = 0; i < s->count; i++)
		if (notation_cut_field(&s->steps[i].step, 1u << shape_entry_kind(s->kind)))
			return "a step stores a part of a field";
	return NULL;
}

static bool fits(const struct shape *first, const struct shape *second)
{
	/* One step is left for what print_steps() adds. */
	return !lacks(first) && !lacks(second) && second->kind == first->kind &&
	       !strcmp(second->type, first->type) &&
	       first->count + second->count < SEQUENCE_STEPS_MAX;
}

/* Words that are stored, but did not change: between the states of a target they may. */
static bool keeps_a_word(const struct shape *s)
{
	const struct transition *t = s->example;

	for (unsigned i = 0; i < s->count; i++)
		for (unsigned n = step_words((enum step_op)s->steps[i].step.op), w = 0; w < n; w++)
			if (t->old[s->steps[i].step.word + w] == t->new[s->steps[i].step.word + w])
				return true;
	return false;
}

static void print_sequence(FILE *out, const char *title, const struct shape *first,
			   const struct shape *second, unsigned number)
{
	char *name = sequence_name(first->type, number);

	if (!second && keeps_a_word(first))
		fprintf(out,
			"\n# Some of what is stored did not change in the capture. It does between the target's states: judge says\n"
			"# what comes of the entries that were there.");
	fprintf(out, "\ntarget: %s\noperation: %s\nname: %.39s\ntitle: as compiled: %s%s%s\n",
		target_of(first), second ? "teardown-setup" : "replace", name, first->functions[0],
		second ? ", then " : "", second ? second->functions[0] : "");
	fprintf(out, "from: %s, as captured; %u", title, first->times);
	if (second)
		fprintf(out, " and %u", second->times);
	fprintf(out, " times\n\n");
	print_steps(out, first);
	if (second)
		print_steps(out, second);
	free(name);
}

/* A table that was given up: the steps that gave it up, others use it, and one is put in again. */
static void print_freed(FILE *out, const char *title, const struct shape *first,
			const struct shape *second, unsigned number)
{
	fprintf(out,
		"\ntarget: freed-table\noperation: teardown-setup\nname: seen-freed-%u\ntitle: as compiled: %s, the table "
		"given up, then %s\nfrom: %s, as captured; the table was used by others %u of %u times\n\n",
		number, first->functions[0], second->functions[0], title, first->given_up,
		first->times);
	print_steps(out, first);
	fprintf(out,
		"store word 1 := new  # used by others, after this\nstore word 2 := new\nflush the tables if ECAP.C = 0\n");
	print_steps(out, second);
}

static void print_pair(FILE *out, const char *title, const struct shape *first,
		       const struct shape *second, unsigned *number)
{
	print_sequence(out, title, first, second, ++*number);
	if (first->kind == TABLE_SS_2 && first->given_up &&
	    first->count + second->count + 3 <= SEQUENCE_STEPS_MAX)
		print_freed(out, title, first, second, ++*number);
}

unsigned seen_print(FILE *out, const struct shapes *shapes, const char *title, enum table_kind only)
{
	unsigned number = 0;

	for (size_t i = 0; i < shapes->count; i++) {
		const struct shape *first = &shapes->list[i];

		if (only != TABLE_NONE && first->kind != only)
			continue;
		if ((first->is == IS_REPLACEMENT || first->is == IS_THROUGH_ABSENT) &&
		    !lacks(first))
			print_sequence(out, title, first, NULL, ++number);
		for (size_t j = 0; first->is == IS_TEARDOWN && j < shapes->count; j++)
			if (shapes->list[j].is == IS_SETUP && fits(first, &shapes->list[j]))
				print_pair(out, title, first, &shapes->list[j], &number);
	}
	return number;
}
