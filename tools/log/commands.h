/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of vtd-log: each gets its own arguments, argv[0] being "vtd-log COMMAND". */
#ifndef TOOLS_LOG_COMMANDS_H
#define TOOLS_LOG_COMMANDS_H

#include <argp.h>
#include <stddef.h>
#include <stdio.h>

#include "tools/log/run.h"

/* Exit statuses. Of several runs the gravest, in the order 1, 3, 4, 2, 0. */
enum {
	EXIT_RUN_PASS = 0,
	EXIT_RUN_FAIL = 1,
	EXIT_RUN_SKIP = 2,
	EXIT_RUN_INCOMPLETE = 3,
	EXIT_NO_RUN = 4,
	EXIT_USAGE = 64, /* sysexits.h: wrong arguments */
	EXIT_INPUT = 66, /* a file cannot be read, or written */
};

int show_main(int argc, char **argv);
int check_main(int argc, char **argv);
int junit_main(int argc, char **argv);
int json_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int report_main(int argc, char **argv);
int watch_main(int argc, char **argv);

/* Of a run, and the graver of two. */
int exit_status(enum judgement judgement);
int graver(int a, int b);

/* One line: "pass: 93 passed, 12 checks passed, 30 skipped; pc-q35-7.2, AuthenticAMD ...; build, seed". */
void print_run_line(FILE *out, const struct run *run);

/* What stands behind the options: logs, and folders of logs. */
struct paths {
	char **at;
	size_t count;
};

/* For an argp parser: the paths, of which there must be one; ARGP_ERR_UNKNOWN for other keys. */
error_t take_paths(int key, struct argp_state *state, struct paths *paths);

/*
 * Every run of every log there is below the paths; `none` gets the logs without one. Returns EXIT_INPUT
 * if one of them could not be read (with a message), EXIT_NO_RUN if one had no run, else 0.
 */
int each_run(const struct paths *paths, run_fn each, void (*none)(const char *path, void *context),
	     void *context);

/* Whether a name found in a folder is that of no log: hidden, or what we, or tools around us, make of logs. */
bool is_no_log(const char *name);

/*
 * Files and folders (walked, what is_no_log() left out, sorted) into a list of files. Returns false, with a
 * message, where one of the paths does not exist. Free with free_files().
 */
struct files {
	char **paths;
	size_t count;
	int status; /* EXIT_INPUT: something cannot be read; EXIT_NO_RUN: a path has no file; else 0 */
	bool is_told; /* to standard error */
};
bool find_files(struct files *files, char **paths, size_t count, bool tell);
void free_files(struct files *files);

/* log_read() with a message where it fails: then -1. */
int read_or_say(const char *path, run_fn each, void *context);

#endif
