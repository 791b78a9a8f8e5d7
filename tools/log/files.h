/* SPDX-License-Identifier: BSD-2-Clause */
/* The logs below the paths that were given, and the runs in them. */
#ifndef TOOLS_LOG_FILES_H
#define TOOLS_LOG_FILES_H

#include <argp.h>
#include <stddef.h>

#include "tools/log/run.h"

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
