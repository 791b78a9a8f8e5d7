/* SPDX-License-Identifier: BSD-2-Clause */
/* Records put together into transitions: what was done to one entry, from one state to the next. */
#ifndef TOOLS_CAPTURE_TRANSITIONS_H
#define TOOLS_CAPTURE_TRANSITIONS_H

#include "tools/capture/descriptor.h"
#include "tools/capture/records.h"

#define EVENTS_MAX 96

enum event_is { EVENT_STORE, EVENT_FLUSH, EVENT_INVALIDATION };

struct event {
	enum event_is is;
	const struct record *record;
	/* Of a store: the entry before and after it. */
	uint64_t before[TABLE_WORDS_MAX], after[TABLE_WORDS_MAX];
	/* Of an invalidation. */
	struct descriptor descriptor;
	bool waited;	   /* before anything else was done to the entry */
	bool other_source; /* it names another source-id than the entry's */
};

enum transition_is {
	IS_SETUP,	   /* absent, then present */
	IS_TEARDOWN,	   /* present, then absent */
	IS_REPLACEMENT,	   /* present before and after, and meanwhile */
	IS_THROUGH_ABSENT, /* present before and after, but not meanwhile */
	IS_REWRITE,	   /* the same before and after */
	IS_ABSENT,	   /* absent before and after */
	IS_COUNT,
};

struct transition {
	enum table_kind kind;
	uint64_t entry;
	unsigned cpu;
	uint64_t old[TABLE_WORDS_MAX], new[TABLE_WORDS_MAX];
	struct event *events;
	unsigned count;
	bool cut; /* it has more events than there is room for */
	bool torn,
		settled; /* while it is put together: P was cleared; something other than a store came last */
	int source; /* source-id of the device, -1: not known */
	int64_t pasid;
	/* Of a scalable-mode context entry that is taken away: present PASID-table entries that it led to. */
	unsigned present_below;
};

struct transitions {
	struct transition *list; /* in the order of their first stores */
	size_t count;
	uint64_t foreign; /* invalidations that are about none of them: unmappings, mostly */
};

void transitions_find(const struct records *records, struct transitions *out);
void transitions_free(struct transitions *t);

enum transition_is transition_is(const struct transition *t);
const char *transition_word(enum transition_is is); /* "set-up" */

#endif
