/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of unit that a sequence is judged on: vtd-model's and the columns of docs/sequences.md. */
#ifndef TOOLS_MODEL_KINDS_H
#define TOOLS_MODEL_KINDS_H

#include "tests/host/bench.h"

struct unit_kind {
	const char *name;  /* for --units= */
	const char *title; /* of a column */
	const char *about;
	struct bench_question how;
};

#define UNIT_KINDS 9

/* The first is the one by which a sequence is called safe or unsafe. */
extern const struct unit_kind unit_kinds[UNIT_KINDS];

/* "128,coherent" or "all": a bit set of unit_kinds[]. If one is none it says which there are, and exits as argp does. */
unsigned parse_units(const char *list);

/* The option of the commands that judge on 128 if nothing is said. */
#define UNITS_OPTION                                                                             \
	{                                                                                        \
		"units", 'u', "LIST", 0,                                                         \
			"kinds of unit to judge it on, separated by commas, or all; else 128", 0 \
	}

/* "mixture stale", "safe"; into text. */
const char *harm_words(unsigned harms, char *text, size_t room);

#endif
