/* SPDX-License-Identifier: BSD-2-Clause */
/* Transitions of paging entries. One call changes many, and invalidates them together when it has come back. */
#ifndef TOOLS_CAPTURE_PAGING_TRANSITIONS_H
#define TOOLS_CAPTURE_PAGING_TRANSITIONS_H

#include "tools/capture/descriptor.h"
#include "tools/capture/paging_place.h"

#define PAGING_GROUPS 64

struct transitions;

/* Neighbours that one task changes, one after the other. */
struct paging_group {
	uint64_t number, root, low, high; /* addresses that its entries translate */
	bool sets_up;			  /* what was absent; else what was present is changed */
	bool invalidated;	    /* something was, since: what comes next is another call's */
	unsigned cpu;		    /* that did the last thing about it */
	const struct record *last;  /* store */
	const struct record *queue; /* by which it was invalidated last */
	size_t *list;		    /* of transitions, by number */
	size_t count, room;
};

struct paging_finder {
	struct shadow *shadow;
	struct transitions *out;
	size_t *room; /* of out's list */
	struct paging_domains domains;
	struct paging_group groups[PAGING_GROUPS]; /* open ones, the last changed comes last */
	unsigned group_count;
	uint64_t numbers;
	size_t *pending; /* what was present was changed, and not all was invalidated yet */
	size_t pending_count, pending_room;
};

void paging_start(struct paging_finder *f, struct shadow *shadow, struct transitions *out,
		  size_t *room);

/* Each before what the record does to the shadow; after it, of all records, the last. */
void paging_stored(struct paging_finder *f, const struct record *r);
void paging_flushed(struct paging_finder *f, const struct record *r);
bool paging_invalidation(struct paging_finder *f, const struct record *r, const struct record *call,
			 const struct descriptor *d, bool wait); /* whether it belongs to one */
void paging_waited(struct paging_finder *f, unsigned cpu);
void paging_given_up(struct paging_finder *f, const struct record *r);
void paging_after(struct paging_finder *f, const struct record *r);

void paging_end(struct paging_finder *f, const struct records *records);

#endif
