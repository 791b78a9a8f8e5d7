/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands of vtd-model share. */
#ifndef TOOLS_MODEL_MODEL_H
#define TOOLS_MODEL_MODEL_H

#include <argp.h>
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

/* What each command is told on the command line. */
struct asked {
	const char *target; /* its name or that of its kind of entry; NULL: any */
	unsigned units;	    /* bit set of unit_kinds[]: 1 (128), unless set */
	bool only;	    /* they were named */
	int first;	    /* argument that is no option */
};

#define TARGET_OPTION                                                                             \
	{                                                                                         \
		"target", 't', "NAME", 0, "one target alone, e.g. pasid-fs of the four of pasid", \
			0                                                                         \
	}

/* argp's parser for these. Its input is a struct asked, or begins with one; a command with more options looks first. */
error_t asked_parse(int key, char *argument, struct argp_state *state);

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

/* `judge` is called for each sequence of the files, with each of its targets that is asked for. False: there is none. */
bool judge_files(const struct asked *asked, int argc, char **argv,
		 void (*judge)(const struct given *given, enum target_id id));

/* "context.replace.mine" */
const char *sequence_id(const struct sequence *s, enum target_id id, char *text, size_t room);

/* One of the ways to harm in `answer`, step by step; `line_of`: of each step in its file, or NULL. */
void print_schedule(FILE *out, const char *indent, const struct target *target,
		    const struct step *steps, const unsigned *line_of, const struct unit_kind *kind,
		    const struct model_answer *answer);

#endif
