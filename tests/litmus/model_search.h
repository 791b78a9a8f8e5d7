/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the model share: the search (tests/litmus/model.c), and what caches do (tests/litmus/model_caches.c). */
#ifndef VTD_MODEL_SEARCH_H
#define VTD_MODEL_SEARCH_H

#include "tests/litmus/model.h"

#define POSITIONS    (4 * SEQUENCE_STEPS_MAX) /* of the updater: there and back, twice */
#define VERSION_BITS 5
#define VIEWS_MAX    4096
#define ITEMS_MAX    64
#define DOMAINS_MAX  16
#define NO_VERSION   0 /* a part that was not fetched yet */

/* What a fetch under way may no longer fill: bits of its payload, above the parts' versions. */
#define NO_ENTRY (1ull << 40) /* its entry's own cache was invalidated since */
#define NO_PASID (1ull << 41) /* and after that the PASID cache, if that is another */
#define NO_IOTLB (1ull << 42) /* and after that the IOTLB: what is left is the device's own TLB */
_Static_assert(MODEL_PARTS *VERSION_BITS <= 40, "the parts' versions are below these");

/*
 * A node of the search: where the updater is, what of its stores is visible, and one thing that the
 * unit holds: a fetch under way (each part's version), a cached entry, or a cached translation.
 */
enum node_type { NODE_FETCH, NODE_ENTRY, NODE_ITEM };

struct node {
	uint64_t key; /* type 63:62, position 61:54, visible 53:46, payload 45:0 */
	uint32_t parent;
	struct model_event event; /* how it was reached */
};

_Static_assert(POSITIONS <= 1 << 8,
	       "a position, and how far stores are visible, have eight bits of the key");
_Static_assert(NODE_ITEM < 1 << 2, "the type has two bits of it");

struct view {
	uint64_t value[8];
	struct model_meaning meaning;
};

/* Where a translation is kept, or what leads to it: a bit set. */
enum {
	IN_IOTLB = 1,
	IN_PASID_CACHE = 2, /* the PASID-table entry that a context entry leads to */
	IN_DEVICE = 4,
	/* The second stage's paging entries; only where a PASID-based invalidation may spare them. */
	IN_PAGING_CACHE = 8,
};

/* A translation. */
struct item {
	uint8_t outcome, stage;
	bool translated;
	uint16_t domain;
};

struct search {
	const struct model_question *q;
	struct model_answer *answer;
	unsigned words;
	/*
	 * 2 * count, and after the last comes the first; but if the sequence does not end in the
	 * new entry, the first round differs from those after it: 4 * count, and the second round
	 * repeats. One way: count + 1, and nothing comes after the last.
	 */
	unsigned positions, loop_start;
	uint64_t image[POSITIONS][8]; /* what stands in memory before each step */
	uint64_t version[MODEL_PARTS][1 << VERSION_BITS][8];
	unsigned versions[MODEL_PARTS];
	uint8_t version_at[MODEL_PARTS][POSITIONS];
	struct model_meaning state[2];
	unsigned view_count;
	struct item items[ITEMS_MAX];
	unsigned item_count;
	/*
	 * Domain-ids of second-stage entries, and which of them a walk may have at each position; asked: one whose
	 * answer goes to the device alone.
	 */
	uint16_t domains[DOMAINS_MAX], walked[POSITIONS], asked[POSITIONS];
	unsigned domain_count;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint32_t *table; /* hash of keys: index + 1 */
	uint32_t table_size;
	struct view views[VIEWS_MAX]; /* the last: what is above is cleared for each question */
};

/* At the beginning of each half nothing is going on: the state that should be current, else -1. */
static inline int at_rest(const struct search *s, unsigned position)
{
	return position % s->q->count ? -1 : (int)(position / s->q->count % 2);
}

static inline const struct step *step_at(const struct search *s, unsigned position)
{
	return &s->q->steps[position % s->q->count];
}

/* The update is over, and no other follows. */
static inline bool is_over(const struct search *s, unsigned position)
{
	return s->q->one_way && position == s->q->count;
}

static inline unsigned after(const struct search *s, unsigned position)
{
	return position + 1 == s->positions ? s->loop_start : position + 1;
}

/* The state that the half `position` lies in leads to. */
static inline unsigned direction(const struct search *s, unsigned position)
{
	return position / s->q->count % 2 == 0;
}

/* The caches that a translation begins in: a bit set of IN_*. */
unsigned item_home(const struct search *s, const struct model_meaning *m, uint64_t flags);

/* Whether an entry of this meaning may be cached, and whether the step at `position` leaves it there. */
bool entry_may_be_kept(const struct search *s, const struct model_meaning *m);
bool entry_survives(const struct search *s, unsigned position, const struct model_meaning *m);

/* Whether what a request came to may be kept in the IOTLB. */
bool translation_may_be_kept(const struct search *s, const struct model_meaning *m);

/* What the step at `position` leaves of where an item is kept. */
unsigned item_left(const struct search *s, unsigned position, const struct item *item,
		   unsigned held);

/* What becomes of a fetch under way when the step at `position` is done: its payload; 0: it is over. */
uint64_t fetch_after(const struct search *s, unsigned position, uint64_t payload);

/* Up to where stores are visible, at least, when the step at `position` is done. */
unsigned visible_after(const struct search *s, unsigned position, unsigned visible);

#endif
