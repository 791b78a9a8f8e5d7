/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-log: what serial logs of vtd-litmus say, and what of them is missing. */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/output/record.h"
#include "tools/log/arena.h"
#include "tools/log/commands.h"

static const struct {
	const char *name;
	int (*run)(int, char **);
	const char *help;
} commands[] = {
	{ "show", show_main, "a run for a terminal: machine, tests, what is missing" },
	{ "check", check_main, "judge runs; the exit status is the answer" },
	{ "junit", junit_main, "JUnit XML, for CI systems" },
	{ "json", json_main, "everything, as JSON" },
	{ "compare", compare_main, "two runs, or two groups of runs: what changed" },
	{ "report", report_main, "one HTML page over many runs" },
	{ "watch", watch_main,
	  "watch a folder of growing logs; say what ends, keep the page up to date" },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int usage(FILE *out)
{
	fputs("Usage: vtd-log COMMAND [OPTION...] FILE|FOLDER...\nRead serial logs of vtd-litmus, one or thousands.\n\nCommands:\n",
	      out);
	for (size_t i = 0; i < COUNT; i++)
		fprintf(out, "  %-9s%s\n", commands[i].name, commands[i].help);
	fputs("\n'vtd-log COMMAND --help' says more of each.\n\nExit status of check, show, junit, json and report: 0 pass, 1 fail, 2 skip (nothing was learned),\n3 incomplete (cut or damaged), 4 no run in it, 64 wrong usage, 66 a file that cannot be read.\n",
	      out);
	return out == stdout ? 0 : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	char name[64];

	argp_err_exit_status = EXIT_USAGE;
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return usage(stdout);
	if (!strcmp(argv[1], "--version")) {
		printf("vtd-log %s, log format %u\n", BUILD_ID, RECORD_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(argv[1], commands[i].name)) {
			int status;

			snprintf(name, sizeof(name), "vtd-log %s", argv[1]);
			argv[1] = name;
			status = commands[i].run(argc - 1, argv + 1);
			/* A result that could not be written is none. */
			if (fflush(stdout) || ferror(stdout)) {
				fprintf(stderr, "vtd-log: cannot write: %s\n", strerror(errno));
				return EXIT_INPUT;
			}
			return status;
		}
	fprintf(stderr, "vtd-log: there is no command '%s'\n", argv[1]);
	return usage(stderr);
}

/* What the commands share. */

int exit_status(enum judgement judgement)
{
	static const int statuses[] = { EXIT_RUN_PASS, EXIT_RUN_FAIL, EXIT_RUN_SKIP,
					EXIT_RUN_INCOMPLETE };

	return statuses[judgement];
}

int graver(int a, int b)
{
	static const int order[] = { EXIT_INPUT, EXIT_RUN_FAIL, EXIT_RUN_INCOMPLETE, EXIT_NO_RUN,
				     EXIT_RUN_SKIP };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_RUN_PASS;
}

/* What passed, told apart: a sequence that is safe and stayed clean is another thing than one that did harm. */
static void print_passed(FILE *out, const struct run *r)
{
	unsigned clean = 0, harmed = 0, only_here = 0;

	for (size_t i = 0; i < r->test_count; i++) {
		const struct run_test *t = &r->tests[i];

		if (t->verdict == 'p' && !t->check && t->harms != HARMS_UNKNOWN) {
			clean += !t->harms;
			harmed += t->harms != 0;
			only_here += t->harms && !t->spec_harms;
		}
	}
	fprintf(out, "%u passed", r->passed);
	if (clean + harmed)
		fprintf(out, " (%u safe ones stayed clean, %u controls did harm", clean, harmed);
	if (only_here)
		fprintf(out, ", %u of these by this unit's model only", only_here);
	fprintf(out, "%s, %u checks passed, %u failed", clean + harmed ? ")" : "", r->checks,
		r->failed);
	if (r->errors)
		fprintf(out, " (%u by an error of device, machine or tool)", r->errors);
	fprintf(out, ", %u skipped", r->skipped);
}

void print_run_line(FILE *out, const struct run *r)
{
	fprintf(out, "%s: ", judgement_word(r->judgement));
	if (r->simulated)
		fputs("simulated unit, no hardware: ", out);
	if (r->judgement == JUDGED_FAIL && (r->lost_verdicts || r->blocks_missing || !r->has_end))
		fputs("(and not whole) ", out);
	print_passed(out, r);
	if (r->lost_verdicts)
		fprintf(out, ", %u lost", r->lost_verdicts);
	if (r->system[0] || r->brand[0])
		fprintf(out, "; %s%s%s", r->system, r->system[0] && r->brand[0] ? ", " : "",
			r->brand);
	if (r->build[0])
		fprintf(out, "; build %s, seed %llu", r->build, (unsigned long long)r->seed);
	fputc('\n', out);
}

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
