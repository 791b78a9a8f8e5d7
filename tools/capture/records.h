/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads records (tools/capture/kinds.h), and says whether they are complete. */
#ifndef TOOLS_CAPTURE_RECORDS_H
#define TOOLS_CAPTURE_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/capture/shadow.h"

#define RECORD_VALUES  10
#define RECORD_STACK   32
#define RECORD_CALLERS 3 /* return addresses by which calls are told from each other */

struct record {
	uint64_t number, ms, pc;
	unsigned cpu;
	char type;
	enum table_kind kind;
	char word[12];		       /* of G and F: how */
	uint64_t value[RECORD_VALUES]; /* in the order of the line */
	unsigned values;
	uint64_t *
		stack; /* return addresses, innermost first: of these and the next two as many as `all` */
	uint64_t *called; /* by the call before each; 0: an indirect one */
	uint64_t *at;	  /* where on the stack each is */
	unsigned depth;	  /* of them those that are known to be of the call: after unwind() */
	unsigned all; /* and those after them, of which some may be left-overs of earlier calls */
};

struct records {
	struct record *list;
	size_t count;
	uint64_t seen, recorded, missed, walks, failed, ms; /* of the last line */
	bool ended;
};

/*
 * All of a file. False: it is no record of this version, or a line is no record; `error` says which and why. That it
 * ends early is no error here.
 */
bool records_read(FILE *file, struct records *out, char *error, size_t room);
void records_free(struct records *r);

/*
 * Whether every store is there, by four things: the numbers of the records, the last line's counts, what the plugin
 * found missed, and each table at the end, which the stores must lead to. NULL, or what is wrong; into text.
 */
const char *records_incomplete(const struct records *r, char *text, size_t room);

/*
 * Whether one call did both: some of the first's innermost return addresses are on the other's stack, too, and at the
 * same place. Two tasks that take turns on a processor, in the same functions, have stacks of their own; one that goes
 * on on another processor takes its stack along. Where a stack is not known, the processor tells.
 */
bool records_same_call(const struct record *a, const struct record *b);

/*
 * Whether one task did both, and may have done so in one call: any return address of both is the same, at the same place.
 * For what is done far apart in one call: an unmapping stores deep in it, and invalidates when it has come back.
 */
bool records_same_task(const struct record *a, const struct record *b);

/* What a record does to the tables: T, E, U, S, A, ! and Z; nothing for others. */
void records_apply(struct shadow *s, const struct record *r);

#endif
