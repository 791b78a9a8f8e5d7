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
	v->title = *v->folder.kernel ? text_of("Linux %s, %s mode%s, QEMU %s", v->folder.kernel, v->folder.mode,
					       v->folder.caching_mode ? " with CAP.CM = 1" : "", v->folder.qemu)
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

static void print_steps(const struct shape *s)
{
	for (unsigned i = 0; i < s->count; i++)
		printf("%s%s%s%s%s\n", s->steps[i].text, s->steps[i].note || *s->steps[i].function ? "  # " : "",
		       s->steps[i].note ? s->steps[i].note : "", s->steps[i].note ? "; " : "", s->steps[i].function);
}

/* Set-ups leave fields as they are that stay 0: a sequence is between two states that differ in all. */
static bool fits(const struct shape *first, const struct shape *second)
{
	if (!first->expressible || first->count > SEQUENCE_STEPS_MAX)
		return false;
	return !second || (second->expressible && second->kind == first->kind && !strcmp(second->type, first->type) &&
			   first->count + second->count <= SEQUENCE_STEPS_MAX);
}

static void print_sequence(const struct view *v, const struct shape *first, const struct shape *second, unsigned number)
{
	char *name = sequence_name(first->type, number);

	printf("\ntarget: %s\noperation: %s\nname: %.39s\ntitle: as compiled: %s%s%s\n", kind_name(shape_entry_kind(first->kind)),
	       second ? "teardown-setup" : "replace", name, first->functions[0], second ? ", then " : "",
	       second ? second->functions[0] : "");
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
