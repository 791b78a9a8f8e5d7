/* SPDX-License-Identifier: BSD-2-Clause */
/* The logs below the paths that were given, and the runs in them. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/arena.h"
#include "tools/log/files.h"
#include "tools/log/status.h"

bool is_no_log(const char *name)
{
	static const char *const ends[] = { ".html", ".html.new", ".xml", ".json",
					    ".pid",  ".qemu",	  ".img", ".iso" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strlen(name) > strlen(ends[i]) &&
		    !strcmp(name + strlen(name) - strlen(ends[i]), ends[i]))
			return true;
	return name[0] == '.';
}

static struct files *walking;

static void add_file(struct files *files, const char *path)
{
	files->paths = must_realloc(files->paths, (files->count + 1) * sizeof(*files->paths));
	files->paths[files->count] = must_realloc(NULL, strlen(path) + 1);
	strcpy(files->paths[files->count++], path);
}

static int on_entry(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	if (where->level &&
	    (path[where->base] == '.' || (type == FTW_F && is_no_log(path + where->base))))
		return type == FTW_D ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
	if (type == FTW_DNR || type == FTW_NS || type == FTW_SLN) {
		if (walking->is_told)
			fprintf(stderr, "vtd-log: %s: cannot be read\n", path);
		walking->status = EXIT_INPUT;
		return FTW_CONTINUE;
	}
	/* A pipe among logs would be waited for. */
	if (where->level && !S_ISREG(stat->st_mode))
		return FTW_CONTINUE;
	if (type == FTW_F)
		add_file(walking, path);
	return FTW_CONTINUE;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool find_files(struct files *files, char **paths, size_t count, bool tell)
{
	*files = (struct files){ .is_told = tell };
	walking = files;
	for (size_t i = 0; i < count; i++) {
		size_t before = files->count;

		if (!strcmp(paths[i], "-")) {
			add_file(files, "-");
		} else if (nftw(paths[i], on_entry, 32, FTW_ACTIONRETVAL)) {
			fprintf(stderr, "vtd-log: %s: %s\n", paths[i], strerror(errno));
			free_files(files);
			return false;
		}
		if (files->count > before) {
			qsort(files->paths + before, files->count - before, sizeof(char *),
			      by_path);
		} else {
			if (files->is_told)
				fprintf(stderr, "vtd-log: %s: no files\n", paths[i]);
			files->status = graver(files->status, EXIT_NO_RUN);
		}
	}
	return true;
}

void free_files(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct files){ 0 };
}

error_t take_paths(int key, struct argp_state *state, struct paths *paths)
{
	if (key == ARGP_KEY_NO_ARGS)
		argp_usage(state);
	if (key != ARGP_KEY_ARGS)
		return ARGP_ERR_UNKNOWN;
	paths->at = state->argv + state->next;
	paths->count = (size_t)(state->argc - state->next);
	return 0;
}

int each_run(const struct paths *paths, run_fn each, void (*none)(const char *path, void *context),
	     void *context)
{
	struct files files;
	int status = 0;

	if (!find_files(&files, paths->at, paths->count, true))
		return EXIT_INPUT;
	for (size_t i = 0; i < files.count; i++) {
		int runs = read_or_say(files.paths[i], each, context);

		if (runs < 0)
			status = EXIT_INPUT;
		if (runs)
			continue;
		none(files.paths[i], context);
		status = graver(status, EXIT_NO_RUN);
	}
	status = graver(status, files.status);
	free_files(&files);
	return status;
}

int read_or_say(const char *path, run_fn each, void *context)
{
	int runs = log_read(path, each, context);

	if (runs < 0)
		fprintf(stderr, "vtd-log: %s: %s\n", path, strerror(errno));
	return runs;
}
