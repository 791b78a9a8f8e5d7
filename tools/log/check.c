/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-log check: the last run of each log, judged; the exit status is the answer. */
#include <stdlib.h>
#include <string.h>

#include "tools/log/commands.h"
#include "tools/log/files.h"
#include "tools/log/status.h"

static struct {
	bool all, quiet;
	struct paths paths;
} arguments;

/* The last run of a file is kept back until it is known to be the last. */
struct verdict {
	const char *path;
	int status;
	char *line; /* what is said of it; free() it */
	unsigned runs;
	int earlier; /* the gravest status of the runs before */
};

static void judge_run(const struct run *r, const char *text, void *context)
{
	struct verdict *v = context;
	size_t bytes = 0;
	FILE *out;

	(void)text;
	if (v->runs++)
		v->earlier = graver(v->earlier, v->status);
	v->status = arguments.all && v->runs > 1 ? graver(v->status, exit_status(r->judgement))
						 : exit_status(r->judgement);
	if (!arguments.all || v->runs == 1) {
		free(v->line);
		v->line = NULL;
	}
	if (arguments.quiet)
		return;
	if (arguments.all && v->line) {
		fputs(v->line, stdout);
		free(v->line);
		v->line = NULL;
	}
	out = open_memstream(&v->line, &bytes);
	if (!out)
		return;
	fprintf(out, "%s", v->path);
	if (v->runs > 1 || arguments.all)
		fprintf(out, ": run %u", r->number);
	fprintf(out, ": ");
	print_run_line(out, r);
	for (size_t i = 0; i < r->problem_count; i++)
		fprintf(out, "    %s\n", r->problems[i]);
	for (size_t i = 0; i < r->test_count; i++)
		if (r->tests[i].verdict == 'f')
			fprintf(out, "    not ok %u %s: %s: %s\n", r->tests[i].n,
				r->tests[i].id ? r->tests[i].id : "(name lost)",
				class_word(&r->tests[i]),
				r->tests[i].why ? r->tests[i].why : "its own block did not arrive");
	fclose(out);
}

static int check_file(const char *path)
{
	struct verdict v = { .path = path };
	int runs = read_or_say(path, judge_run, &v);

	if (v.line)
		fputs(v.line, stdout);
	if (v.runs > 1 && !arguments.all && !arguments.quiet && v.earlier)
		printf("    %s: an earlier one of its %u runs is no pass: see --all\n", path,
		       v.runs);
	free(v.line);
	if (runs < 0)
		return EXIT_INPUT;
	if (!runs && !arguments.quiet)
		printf("%s: no run of vtd-litmus in it (results that were kept in UEFI variables are no proof)\n",
		       path);
	return runs ? v.status : EXIT_NO_RUN;
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
	(void)argument;
	switch (key) {
	case 'a':
		arguments.all = true;
		return 0;
	case 'q':
		arguments.quiet = true;
		return 0;
	}
	return take_paths(key, state, &arguments.paths);
}

int check_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "all", 'a', NULL, 0, "every run of each file counts, not only the last", 0 },
		{ "quiet", 'q', NULL, 0, "print nothing", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.args_doc = "FILE|FOLDER...",
		.doc = "Judge the last run of each log ('-': standard input).\vA test that failed is a failure of what was tested, or an error of device, machine or tool.\n\n"
		       "Exit status: 0 pass; 1 fail; 2 skip: nothing is wrong and nothing was learned; 3 incomplete: the log is cut or damaged, so that not every verdict is known; 4 no run in it. Of several logs the gravest, in the order 1, 3, 4, 2, 0."
	};
	int status = EXIT_RUN_PASS;
	struct files files;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (!find_files(&files, arguments.paths.at, arguments.paths.count, true))
		return EXIT_INPUT;
	for (size_t i = 0; i < files.count; i++)
		status = graver(status, check_file(files.paths[i]));
	status = graver(status, files.status);
	free_files(&files);
	return status;
}
