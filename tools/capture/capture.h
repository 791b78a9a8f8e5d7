/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands of vtd-capture share. */
#ifndef TOOLS_CAPTURE_CAPTURE_H
#define TOOLS_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

/* Exit status. */
enum {
	ALL_SAFE = 0,
	SOME_UNSAFE = 1, /* of compare: something changed */
	BAD_USAGE = 2,	 /* or something that was given cannot be read */
	NOT_DECIDED = 3, /* something is beyond the model */
	INCOMPLETE = 4,	 /* a store was missed, or the record has no end */
	NOTHING = 5,	 /* the guest never gave the unit a table, or did not come to its end */
};

/* Each gets its own arguments, argv[0] being "vtd-capture COMMAND". */
int record_main(int argc, char **argv);
int sequences_main(int argc, char **argv);
int judge_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int report_main(int argc, char **argv);
int unmappings_main(int argc, char **argv);

/* Prints "vtd-capture: ..." to standard error and ends with BAD_USAGE. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* malloc() and its like that end the program where there is no memory. */
void *need(void *pointer);
__attribute__((format(printf, 1, 2))) char *text_of(const char *format, ...);

#endif
