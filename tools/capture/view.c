/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/litmus/notation.h"
#include "tools/capture/capture.h"
#include "tools/capture/unwind.h"
#include "tools/capture/view.h"

void view_open(struct view *v, const char *path, const char *symbols)
{
	char why[400];

	memset(v, 0, sizeof(*v));
	folder_open(&v->folder, path, false);
	if (symbols && !symbols_read(&v->folder.symbols, symbols))
		fail("%s: no symbols in it", symbols);
	if (records_incomplete(&v->folder.records, why, sizeof(why))) {
		v->incomplete = text_of("%s", why);
		v->status = INCOMPLETE;
		fprintf(stderr, "vtd-capture: %s is incomplete: %s\n", path, why);
	}
	if (!v->folder.has_tables) {
		fprintf(stderr, "vtd-capture: %s: the guest gave the unit no table\n", path);
		v->status = NOTHING;
	}
	v->title = *v->folder.kernel ? text_of("Linux %s, %s mode%s, QEMU %s", v->folder.kernel,
					       v->folder.mode,
					       v->folder.caching_mode ? " with CAP.CM = 1" : "",
					       v->folder.qemu)
				     : text_of("%s", *v->folder.what ? v->folder.what : path);
	unwind(&v->folder.records, &v->folder.symbols);
	transitions_find(&v->folder.records, &v->transitions);
	shapes_find(&v->transitions, &v->folder.symbols, v->folder.caching_mode, &v->shapes);
}

const char *view_name(const struct shape *s, char *text, size_t room)
{
	snprintf(text, room, "%s, %s%s%s%s", table_kinds[s->kind].name, transition_word(s->is),
		 *s->type ? " (" : "", s->type, *s->type ? ")" : "");
	return text;
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

static void print_steps(const struct shape *s)
{
	bool added = !lacks_rid_pasid(s);

	for (unsigned i = 0; i < s->count; i++) {
		if (!added && s->steps[i].step.op != STEP_STORE) {
			printf("store word 1: bits 83:64 := new  # added: RID_PASID is 0 in the capture\n");
			added = true;
		}
		printf("%s%s%s%s%s\n", s->steps[i].text,
		       s->steps[i].note || *s->steps[i].function ? "  # " : "",
		       s->steps[i].note ? s->steps[i].note : "", s->steps[i].note ? "; " : "",
		       s->steps[i].function);
	}
}

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
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (targets[i].kind == s->kind && !strcmp(targets[i].type, s->type))
			return targets[i].target;
	return NULL;
}

static bool fits(const struct shape *first, const struct shape *second)
{
	if (!first->expressible || first->count > SEQUENCE_STEPS_MAX || !target_of(first))
		return false;
	/* One step is left for what print_steps() adds. */
	return !second || (second->expressible && second->kind == first->kind &&
			   !strcmp(second->type, first->type) &&
			   first->count + second->count < SEQUENCE_STEPS_MAX);
}

static void print_sequence(const struct view *v, const struct shape *first,
			   const struct shape *second, unsigned number)
{
	char *name = sequence_name(first->type, number);

	printf("\ntarget: %s\noperation: %s\nname: %.39s\ntitle: as compiled: %s%s%s\n",
	       target_of(first), second ? "teardown-setup" : "replace", name, first->functions[0],
	       second ? ", then " : "", second ? second->functions[0] : "");
	printf("from: %s, as captured; %u", v->title, first->times);
	if (second)
		printf(" and %u", second->times);
	printf(" times\n\n");
	print_steps(first);
	if (second)
		print_steps(second);
}

void view_print_sequences(const struct view *v)
{
	unsigned number = 0;

	for (size_t i = 0; i < v->shapes.count; i++) {
		const struct shape *first = &v->shapes.list[i];

		if (first->is == IS_REPLACEMENT || first->is == IS_THROUGH_ABSENT)
			if (fits(first, NULL))
				print_sequence(v, first, NULL, ++number);
		for (size_t j = 0; first->is == IS_TEARDOWN && j < v->shapes.count; j++)
			if (v->shapes.list[j].is == IS_SETUP && fits(first, &v->shapes.list[j]))
				print_sequence(v, first, &v->shapes.list[j], ++number);
	}
}
