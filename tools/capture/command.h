/* SPDX-License-Identifier: BSD-2-Clause */
/* Other programs, run and waited for. */
#ifndef TOOLS_CAPTURE_COMMAND_H
#define TOOLS_CAPTURE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Run argv[0] (looked for in PATH) in `folder` (NULL: here), with its standard output in *out (NULL: to standard
 * error). Whether its exit status is 0.
 */
bool command_run(const char *const *argv, const char *folder, char **out, size_t *bytes);

/* All of a file; false: errno says why. */
bool read_whole(const char *path, char **out, size_t *bytes);

/* Remove a folder and what is in it. */
void remove_folder(const char *path);

#endif
