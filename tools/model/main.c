/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-model: what hardware that keeps the specification may make of update sequences. */
#include <argp.h>
#include <string.h>

#include "tools/model/model.h"

static const struct {
	const char *name;
	int (*run)(int, char **);
	const char *help;
} commands[] = {
	{ "check", check_main, "judge each sequence of the files on each kind of unit" },
	{ "mutants", mutants_main, "leave out each step in turn: which carry the safety?" },
	{ "entry", entry_main, "judge them on two entries given as raw words" },
	{ "above", above_main,
	  "judge a context entry's after a PASID-table entry's: what either leaves to the other" },
	{ "find", find_main,
	  "search the shortest safe sequences for a target, or show that there is none" },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int usage(FILE *out)
{
	fputs("usage: vtd-model COMMAND ...      (vtd-model COMMAND --help tells more)\n\n", out);
	for (size_t i = 0; i < COUNT; i++)
		fprintf(out, "  %-9s%s\n", commands[i].name, commands[i].help);
	fputs("\ndocs/notation.md teaches how a sequence is written.\n"
	      "Exit status: 0 safe, 1 unsafe on a kind of unit that was asked for, 2 bad input or wrong usage,\n"
	      "3 not decided: the sequence was too large for the search.\n",
	      out);
	return out == stdout ? 0 : BAD_INPUT;
}

int main(int argc, char **argv)
{
	char name[64];

	argp_err_exit_status = BAD_INPUT;
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return usage(stdout);
	if (!strcmp(argv[1], "--version")) {
		printf("vtd-model %s\n", BUILD_ID);
		return 0;
	}
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(argv[1], commands[i].name)) {
			snprintf(name, sizeof(name), "vtd-model %s", argv[1]);
			argv[1] = name;
			return commands[i].run(argc - 1, argv + 1);
		}
	fprintf(stderr, "vtd-model: \"%s\" is no command\n", argv[1]);
	return usage(stderr);
}
