/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The notation of sequences (docs/notation.md): what is printed of one is what is parsed. Pure: bytes in, a
 * sequence or an error out, no allocation; for the kernel and for programs of the build machine.
 */
#ifndef TESTS_NOTATION_H
#define TESTS_NOTATION_H

#include "tests/litmus/sequence.h"

#define NOTATION_NAME  40 /* room for each text, with the NUL */
#define NOTATION_TITLE 200
#define NOTATION_FROM  1600 /* all from: lines of a sequence, a newline between them */

/* A sequence, and room for what it points at: it must not be copied. */
struct notation {
	struct sequence sequence;
	char name[NOTATION_NAME], title[NOTATION_TITLE], from[NOTATION_FROM];
	struct step steps[SEQUENCE_STEPS_MAX];
	unsigned step_line[SEQUENCE_STEPS_MAX]; /* where each step is in the text */
	unsigned line;				/* where the sequence begins */
};

struct notation_error {
	unsigned line, column; /* from 1 on; column counts bytes */
	char word[48];	       /* what is there; empty: the line ends there */
	char accepted[360];    /* what could be, for a person */
};

struct notation_reader {
	const char *text;
	size_t length, at;
	unsigned line; /* of what is read next */
};

enum notation_result {
	NOTATION_SEQUENCE, /* one more is in *out */
	NOTATION_END,
	NOTATION_ERROR, /* in *error; the reader is at its end */
};

void notation_open(struct notation_reader *reader, const char *text, size_t length);
enum notation_result notation_next(struct notation_reader *reader, struct notation *out,
				   struct notation_error *error);

/* `FILE:LINE:COLUMN: "WORD" is not accepted here; accepted: ...` Returns text. */
char *notation_error_text(const struct notation_error *error, const char *file, char *text,
			  size_t room);

/*
 * The sequence as text, as notation_next() reads it; returns its length, which may be more than there is
 * room for.
 */
size_t notation_print(const struct sequence *sequence, char *text, size_t room);

/* The words of the head, for reading and for printing. */
enum notation_key {
	NOTATION_KEY_TARGET,
	NOTATION_KEY_OPERATION,
	NOTATION_KEY_NAME,
	NOTATION_KEY_TITLE,
	NOTATION_KEY_FROM,
	NOTATION_KEY_CLAIM,
	NOTATION_KEY_PROMISE,
	NOTATION_KEYS,
};
#define NOTATION_OPERATIONS   2
#define NOTATION_CLAIMS	      3
#define NOTATION_NEVER_BLOCKS "never blocks"

extern const char *const notation_keys[NOTATION_KEYS];
extern const char *const notation_operations[NOTATION_OPERATIONS]; /* by enum operation */
extern const char *const notation_claims[NOTATION_CLAIMS];	   /* by enum claim */

/* Fields of which a sequence may store all, or nothing. */
const struct vtd_field *notation_cut_field(const struct step *step, unsigned kinds);

/* What is accepted in the place of a step that one of these kinds has not; NULL: they have it. */
const char *notation_misfit(const struct step *step, unsigned kinds);

/* The words of a line, from `at` on. */
struct notation_words {
	const char *at, *end;
};

/* The next word, or an empty one at the end of the line. */
struct notation_words notation_word(struct notation_words *line);
bool notation_is(struct notation_words word, const char *text);

/* Where a line was understood least far, and what was accepted there. */
struct notation_failure {
	struct notation_words word;
	char accepted[360];
};

void notation_expect(struct notation_failure *failure, struct notation_words word,
		     const char *accepted);

/* One step; `words`: of the entry. False: *failure says why. */
bool notation_parse_step(struct notation_words line, unsigned words, struct step *step,
			 struct notation_failure *failure);

#endif
