/* SPDX-License-Identifier: BSD-2-Clause */
/* What sequences, judge, compare and report are told on the command line. Each lists the options that it takes. */
#ifndef CAPTURE_ARGUMENTS_H
#define CAPTURE_ARGUMENTS_H

#include <argp.h>
#include <stdbool.h>

#include "tools/capture/kinds.h"

struct arguments {
	const char *paths[2]; /* captures */
	unsigned wanted;      /* so many of them: 1 or 2 */
	unsigned count;
	const char *symbols, *output;
	unsigned units;	       /* bit set of kinds of unit (tools/model/kinds.h) */
	enum table_kind entry; /* TABLE_NONE: of all */
	bool json, brief;
};

#define ARGUMENT_SYMBOLS                                                                                   \
	{                                                                                                  \
		"symbols", 's', "FILE", 0,                                                                 \
			"functions: System.map, /proc/kallsyms or what nm prints; else the capture's own", \
			0                                                                                  \
	}
#define ARGUMENT_ENTRY                                                                                      \
	{                                                                                                   \
		"entry", 'e', "KIND", 0,                                                                    \
			"sequences of these entries alone: root, context, sm-root, sm-context, pasid-dir, " \
			"pasid, irte, or of --paging ss-1 to ss-5, fs-1 to fs-5",                           \
			0                                                                                   \
	}
#define ARGUMENT_UNITS                                                                        \
	{                                                                                     \
		"units", 'u', "LIST", 0,                                                      \
			"kinds of unit that decide, separated by commas, or all; else 128", 0 \
	}

/* argp's parser, with a struct arguments as its input. */
error_t arguments_parse(int key, char *argument, struct argp_state *state);

#endif
