/* SPDX-License-Identifier: BSD-2-Clause */
/* What a transition did, in the steps of the notation (docs/notation.md): the old and the new entry in place of values. */
#ifndef TOOLS_CAPTURE_SHAPE_H
#define TOOLS_CAPTURE_SHAPE_H

#include "tests/litmus/sequence.h"
#include "tools/capture/symbols.h"
#include "tools/capture/transitions.h"

struct shape_step {
	struct step step;
	char *text; /* of the step, as the notation has it; or a comment where that has no word for it */
	char *note;	  /* fields, width, or NULL */
	bool expressible; /* the text is the notation's */
	const char *function;
};

struct shape {
	enum table_kind kind;
	enum transition_is is;
	char *type; /* "second stage", "pass-through" ...; "" */
	struct shape_step steps[EVENTS_MAX];
	unsigned count;
	bool expressible;	     /* all of it is in the notation */
	bool unwaited, other_source; /* of some invalidation */
	const char
		*apart; /* why it is not judged: it was invalidated later, by another task; NULL */
	unsigned times;
	unsigned
		given_up; /* times that the table that it led to was used by other code afterwards */
	unsigned with_present_below;	  /* times that PASID-table entries below were present */
	const struct transition *example; /* the first of them */
	char *functions[8];		  /* that stored, in order, each once */
	unsigned function_count;
	char *callers; /* of the first: "a < b < c" */
};

struct shapes {
	struct shape *list; /* by kind, then by what it is, the most frequent first */
	size_t count;
};

/* `settle`: invalidations after a set-up are those of caching mode. */
void shapes_find(const struct transitions *t, const struct symbols *symbols, bool settle,
		 struct shapes *out);
void shapes_free(struct shapes *s);

/* A line for people: "w0 := old with P clear; flush ..." */
void shape_print(FILE *out, const struct shape *s, const char *indent);

/* The kind of entry in the notation, or KIND_COUNT. */
enum entry_kind shape_entry_kind(enum table_kind kind);

#endif
