/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/capture/arguments.h"
#include <string.h>

#include "tools/model/kinds.h"

static enum table_kind entry_kind(struct argp_state *state, const char *text)
{
	for (unsigned kind = TABLE_NONE + 1; kind < TABLE_KIND_COUNT; kind++)
		if (!strcmp(table_kinds[kind].name, text))
			return (enum table_kind)kind;
	argp_error(state, "\"%s\" is no kind of entry (see --help)", text);
	return TABLE_NONE;
}

error_t arguments_parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'b':
		a->brief = true;
		return 0;
	case 'e':
		a->entry = entry_kind(state, argument);
		return 0;
	case 'j':
		a->json = true;
		return 0;
	case 'o':
		a->output = argument;
		return 0;
	case 's':
		a->symbols = argument;
		return 0;
	case 'u':
		a->units = parse_units(argument);
		return 0;
	case ARGP_KEY_ARG:
		if (a->count == a->wanted)
			argp_usage(state);
		a->paths[a->count++] = argument;
		return 0;
	case ARGP_KEY_END:
		if (a->count != a->wanted)
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}
