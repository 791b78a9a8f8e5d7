/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands of vtd-model share. */
#ifndef TOOLS_MODEL_MODEL_H
#define TOOLS_MODEL_MODEL_H

#include <stdbool.h>
#include <stdio.h>

#include "tests/litmus/notation.h"
#include "tools/model/kinds.h"

/* Exit status. */
enum { SAFE = 0, UNSAFE = 1, BAD_INPUT = 2, UNDECIDED = 3 };

int check_main(int argc, char **argv);
int mutants_main(int argc, char **argv);
int entry_main(int argc, char **argv);
int above_main(int argc, char **argv);
int find_main(int argc, char **argv);

/* A sequence of a file. */
struct given {
	const char *file;
	struct notation *notation;
};

/*
 * All sequences of the files ("-": standard input). An error is told to standard error, and false returned:
 * then nothing is to be judged.
 */
bool read_files(char **files, int count, struct given **given, size_t *given_count);

/* Whether a sequence is for a target, and --target= (NULL: any) is its name or that of its kind of entry. */
bool is_asked(const struct sequence *s, enum target_id id, const char *target);

/* "context.replace.mine" */
const char *sequence_id(const struct sequence *s, enum target_id id, char *text, size_t room);

/* One of the ways to harm in `answer`, step by step; `line_of`: of each step in its file, or NULL. */
void print_schedule(FILE *out, const char *indent, const struct target *target,
		    const struct step *steps, const unsigned *line_of, const struct unit_kind *kind,
		    const struct model_answer *answer);

#endif
