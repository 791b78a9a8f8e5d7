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
	bool in_part;	   /* of a paging entry: not all of what it translates */
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

#define PAGING_DOMAINS 4

/* What there is to say of a transition of a paging entry besides. */
struct of_paging {
	uint64_t address; /* the first that it translates */
	bool known;	  /* what the next two are */
	uint64_t low,
		high; /* of them those that something was kept of, up to `high`; less once they were invalidated */
	uint16_t domain
		[PAGING_DOMAINS]; /* that its tables were reached by; none: nothing led to them */
	unsigned domains;
	uint64_t group;	  /* what one call does to neighbours */
	bool invalidated; /* by the same task, or a part of it */
	bool reached;	  /* all of it */
	const struct record
		*later; /* what another task invalidated it by, or this one after it had gone on */
	const struct record *given_up; /* the table that it led to was used by other code */
	bool ended; /* the record ended soon after it, before anything was invalidated */
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
	struct of_paging paging; /* of a paging entry */
};

struct transitions {
	struct transition *list; /* in the order of their first stores */
	size_t count;
	uint64_t foreign; /* invalidations that are about none of them: unmappings, mostly */
};

void transitions_find(const struct records *records, struct transitions *out);
void transitions_free(struct transitions *t);

struct transition *transitions_add(struct transitions *t, size_t *room);
struct event *transition_event(struct transition *t, enum event_is is, const struct record *r);
const struct record *transition_last_store(const struct transition *t);

enum transition_is transition_is(const struct transition *t);
const char *transition_word(enum transition_is is); /* "set-up" */

#endif
