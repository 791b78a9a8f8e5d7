/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture sequences: what was done to entries, each distinct transition once, and .seq text that can be run. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/litmus/foreign.h"
#include "tools/capture/arguments.h"
#include "tools/capture/capture.h"
#include "tools/capture/seen.h"
#include "tools/capture/view.h"

static struct arguments arguments = { .wanted = 1 };

static const struct argp_option option_list[] = { ARGUMENT_ENTRY,
						  ARGUMENT_SYMBOLS,
						  { "json", 'j', NULL, 0,
						    "the transitions, as JSON", 0 },
						  { 0 } };

static void print_shape(const struct shape *s)
{
	char name[120];
	const struct transition *t = s->example;

	printf("# %s: %u time%s\n#   %s\n#   e.g. entry at 0x%" PRIx64 ":",
	       view_name(s, name, sizeof(name)), s->times, s->times == 1 ? "" : "s", s->callers,
	       t->entry);
	for (unsigned w = 0; w < table_kinds[t->kind].words; w++)
		printf(" %" PRIx64, t->old[w]);
	printf(" ->");
	for (unsigned w = 0; w < table_kinds[t->kind].words; w++)
		printf(" %" PRIx64, t->new[w]);
	printf("\n");
	shape_print(stdout, s, "#   ");
	printf("#\n");
}

int sequences_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		arguments_parse,
		"CAPTURE",
		"Print each distinct transition of an entry, with its function and how often it came, and as .seq text what "
		"the notation has words for.\v"
		"What is printed is a file of sequences: transitions are comments in it, and each teardown with the set-up "
		"that follows it is a sequence. vtd-model check judges them, vtd-sim and the image run them.",
		NULL,
		NULL,
		NULL
	};
	struct view v;
	unsigned printed;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	view_open(&v, arguments.paths[0], arguments.symbols);
	if (arguments.json) {
		view_print_json(&v, NULL, NULL);
		return v.status;
	}
	printf("# %s\n# %zu transitions of entries, %zu distinct\n#\n", v.title,
	       v.transitions.count, v.shapes.count);
	for (size_t i = 0; i < v.shapes.count; i++)
		if (arguments.entry == TABLE_NONE || v.shapes.list[i].kind == arguments.entry)
			print_shape(&v.shapes.list[i]);
	printed = seen_print(stdout, &v.shapes, v.title, arguments.entry);
	if (printed > FOREIGN_MAX)
		fprintf(stderr,
			"vtd-capture: %u sequences; where they are run, a file may have %u: --entry=KIND prints those of one kind\n",
			printed, FOREIGN_MAX);
	return v.status;
}
