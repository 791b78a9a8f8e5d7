/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture sequences: what was done to entries, each distinct transition once, and .seq text that can be run. */
#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/folder.h"
#include "tools/capture/view.h"

static struct arguments {
	const char *symbols, *path;
	bool json;
} arguments;

static const struct argp_option option_list[] = {
	{ "symbols", 's', "FILE", 0,
	  "functions: System.map, /proc/kallsyms or what nm prints; else the capture's own", 0 },
	{ "json", 'j', NULL, 0, "the transitions, as JSON", 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 's':
		a->symbols = argument;
		return 0;
	case 'j':
		a->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			argp_usage(state);
		a->path = argument;
		return 0;
	case ARGP_KEY_END:
		if (!a->path)
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

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
		parse,
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

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	view_open(&v, arguments.path, arguments.symbols);
	if (arguments.json) {
		view_print_json(&v, NULL);
		return v.status;
	}
	printf("# %s\n# %zu transitions of entries, %zu distinct\n#\n", v.title,
	       v.transitions.count, v.shapes.count);
	for (size_t i = 0; i < v.shapes.count; i++)
		print_shape(&v.shapes.list[i]);
	view_print_sequences(&v);
	return v.status;
}
