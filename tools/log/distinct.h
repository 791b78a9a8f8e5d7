/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of a run, in files that were copied or in two consoles' logs of one machine, are one run: counted
 * twice they would be evidence that nobody has. A run is known by its tag, seed, build, date and machine; of
 * copies the one with most intact blocks counts. First note every run, then ask.
 */
#ifndef TOOLS_LOG_DISTINCT_H
#define TOOLS_LOG_DISTINCT_H

#include "tools/log/run.h"

struct distinct {
	struct distinct_run *runs;
	size_t count, room; /* room: a power of two */
};

/* Paths must stay where they are. */
void distinct_note(struct distinct *d, const struct run *run);
/* Whether it is the one that counts. A run whose first block is lost is known from no other, and counts. */
bool distinct_counts(const struct distinct *d, const struct run *run);
/* The file of the one that counts. */
const char *distinct_path(const struct distinct *d, const struct run *run);
void distinct_free(struct distinct *d);

#endif
