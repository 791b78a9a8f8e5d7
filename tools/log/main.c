/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-log: what serial logs of vtd-litmus say, and what of them is missing: which command is run. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/output/record.h"
#include "tools/log/commands.h"
#include "tools/log/status.h"

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
