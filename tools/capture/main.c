/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture: what an operating system really does to its VT-d tables: which command is run. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"

static const struct {
	const char *name;
	int (*run)(int, char **);
	const char *help;
} commands[] = {
	{ "record", record_main, "run a kernel in QEMU and record what it does to its tables" },
	{ "sequences", sequences_main,
	  "the distinct transitions of a capture, and .seq text of them" },
	{ "judge", judge_main, "what hardware that keeps the specification may make of each" },
	{ "compare", compare_main, "two captures: the functions whose order changed" },
	{ "report", report_main, "one HTML page about a capture" },
	{ "unmappings", unmappings_main, "whether unmapping told the device-TLB of every device" },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int usage(FILE *out)
{
	fputs("Usage: vtd-capture COMMAND [OPTION...] ...\nRecord what an operating system does to its VT-d tables, and judge it.\n\nCommands:\n",
	      out);
	for (size_t i = 0; i < COUNT; i++)
		fprintf(out, "  %-11s%s\n", commands[i].name, commands[i].help);
	fputs("\n'vtd-capture COMMAND --help' says more of each; docs/capture.md has an example.\n\n"
	      "Exit status: 0 all is safe (of compare: nothing changed), 1 something is unsafe (changed), 2 bad input\n"
	      "or wrong usage, 3 something could not be decided, 4 the capture is incomplete, 5 the guest gave the\n"
	      "unit no table, or did not come to its end.\n",
	      out);
	return out == stdout ? 0 : BAD_USAGE;
}

int main(int argc, char **argv)
{
	char name[64];

	argp_err_exit_status = BAD_USAGE;
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return usage(stdout);
	if (!strcmp(argv[1], "--version")) {
		printf("vtd-capture %s\n", BUILD_ID);
		return 0;
	}
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(argv[1], commands[i].name)) {
			int status;

			snprintf(name, sizeof(name), "vtd-capture %s", argv[1]);
			argv[1] = name;
			status = commands[i].run(argc - 1, argv + 1);
			if (fflush(stdout) || ferror(stdout))
				fail("what was found cannot be written: %m");
			return status;
		}
	fprintf(stderr, "vtd-capture: \"%s\" is no command\n", argv[1]);
	return usage(stderr);
}
