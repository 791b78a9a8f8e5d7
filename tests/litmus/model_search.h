/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the model share: the places of the updater (tests/litmus/model_places.c), the search (model.c), and what
 * caches do (model_caches.c).
 */
#ifndef VTD_MODEL_SEARCH_H
#define VTD_MODEL_SEARCH_H

#include "tests/litmus/model.h"

#define POSITIONS   (4 * SEQUENCE_STEPS_MAX) /* of the updater: there and back, twice */
#define PLACES_MAX  2048
#define MOVES_MAX   (4 * PLACES_MAX)
#define VIEWS_MAX   4096
#define ITEMS_MAX   64
#define DOMAINS_MAX 16
#define NO_VERSION  0 /* a part that was not fetched yet */
#define TABLE_LEAST 1024

/* A node's key: type 63:62, place 61:51, visible 50:40, payload 39:0. */
#define PLACE_BITS   11
#define PAYLOAD_BITS 40
_Static_assert(2 + 2 * PLACE_BITS + PAYLOAD_BITS == 64 && PLACES_MAX <= 1 << PLACE_BITS,
	       "a key has room for all that");

/* What is visible is a place; of words in two lines it is one version of each. */
#define LINES	  2
#define LINE_BITS 5
_Static_assert(LINES *LINE_BITS <= PLACE_BITS, "a key has room for both");

/* What a fetch under way may no longer fill: bits of its payload, above the parts' versions. */
#define NO_ENTRY     (1ull << 37) /* its entry's own cache was invalidated since */
#define NO_PASID     (1ull << 38) /* and after that the PASID cache, if that is another */
#define NO_IOTLB     (1ull << 39) /* and after that the IOTLB: what is left is the device's own TLB */
#define VERSION_BITS 37

/*
 * A node of the search: where the updater is, what of its stores is visible, and one thing that the
 * unit holds: a fetch under way (each part's version), a cached entry, or a cached translation.
 */
enum node_type { NODE_FETCH, NODE_ENTRY, NODE_ITEM };

struct node {
	uint64_t key;
	uint32_t parent;
	struct model_event event; /* how it was reached */
};

_Static_assert(NODE_ITEM < 1 << 2, "the type has two bits of the key");

static inline unsigned key_type(uint64_t key)
{
	return (unsigned)(key >> 62);
}

static inline unsigned key_place(uint64_t key)
{
	return key >> (PAYLOAD_BITS + PLACE_BITS) & ((1 << PLACE_BITS) - 1);
}

static inline unsigned key_visible(uint64_t key)
{
	return key >> PAYLOAD_BITS & ((1 << PLACE_BITS) - 1);
}

static inline uint64_t key_payload(uint64_t key)
{
	return key & ((1ull << PAYLOAD_BITS) - 1);
}

/*
 * Where the updater is. The first ones are those before each step, by its position; where several stores may come in any
 * order, more are between their beginning and their end: one for each set of them that may be done.
 */
struct place {
	uint64_t image[8];     /* what stands in memory */
	uint16_t position;     /* of the step, or of where the stores begin */
	uint16_t moves, count; /* on from here: number of the first, and how many */
};

/* A step, or a part of one. */
struct move {
	uint16_t to; /* place */
	uint8_t step;
	uint8_t part; /* as of struct model_event */
};

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
	bool translated, is_large;
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
	unsigned place_count, move_count;
	/* Of each part: how many values it has, and where they are in the payload of a fetch. */
	unsigned versions[MODEL_PARTS];
	uint8_t version_shift[MODEL_PARTS], version_bits[MODEL_PARTS];
	/*
	 * Where the words are in two lines: what of each can be visible, the first place that has it, and which of it a
	 * place has.
	 */
	unsigned line_count[LINES];
	uint16_t line_of[LINES][1 << LINE_BITS];
	struct model_meaning state[2];
	unsigned view_count;
	struct item items[ITEMS_MAX];
	unsigned item_count;
	/*
	 * Domain-ids of second-stage entries, and which of them a walk may have at each position; asked: one whose
	 * answer goes to the device alone.
	 */
	uint16_t domains[DOMAINS_MAX], walked[PLACES_MAX], asked[PLACES_MAX];
	unsigned domain_count;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint32_t *table;     /* hash of keys: index + 1 */
	uint32_t table_size; /* a power of 2, from TABLE_LEAST on */
	/* What is above is cleared for each question. */
	struct place places[PLACES_MAX];
	struct move moves[MOVES_MAX];
	uint16_t version_at[MODEL_PARTS][PLACES_MAX]; /* which value of a part a place has, */
	uint16_t version_of[MODEL_PARTS][PLACES_MAX]; /* and the first place that has it */
	uint8_t line_at[LINES][PLACES_MAX];
	struct view views[VIEWS_MAX];
};

/* At the beginning of each half nothing is going on: the state that should be current, else -1. */
static inline int at_rest(const struct search *s, unsigned place)
{
	return place >= s->positions || place % s->q->count ? -1 : (int)(place / s->q->count % 2);
}

static inline const struct step *step_at(const struct search *s, unsigned position)
{
	return &s->q->steps[position % s->q->count];
}

static inline unsigned version_in(const struct search *s, uint64_t payload, unsigned part)
{
	return (unsigned)(payload >> s->version_shift[part] &
			  ((1ull << s->version_bits[part]) - 1));
}

/* A value of a part of the entry: words, of which the part's bits count. */
static inline const uint64_t *version_words(const struct search *s, unsigned part, unsigned version)
{
	return s->places[s->version_of[part][version - 1]].image;
}

/* The part holds P, and P is set. */
static inline bool is_present(const struct search *s, uint64_t payload)
{
	return version_words(s, 0, version_in(s, payload, 0))[0] & s->q->fetch->mask[0][0] &
	       kind_present(s->q->kind);
}

/*
 * A paging entry that was read may be kept, and the walk of another request begin in the table that it leads to, which is read
 * then: so long as nothing has invalidated it, a walk that has read it is a walk from what is kept of it.
 */
static inline bool keeps_first_word(const struct search *s, uint64_t payload)
{
	return s->q->kind == KIND_FREED_TABLE && s->q->caches && !s->q->qemu_caches &&
	       !(payload & NO_ENTRY) && is_present(s, payload);
}

static inline bool is_apart(const struct search *s)
{
	return kind_is_apart(s->q->kind);
}

/* All that was stored up to a place is visible. */
static inline unsigned visible_at(const struct search *s, unsigned place)
{
	return is_apart(s) ? s->line_at[0][place] | (unsigned)s->line_at[1][place] << LINE_BITS
			   : place;
}

static inline unsigned line_version(unsigned visible, unsigned line)
{
	return visible >> line * LINE_BITS & ((1u << LINE_BITS) - 1);
}

static inline unsigned with_line(unsigned visible, unsigned line, unsigned version)
{
	return (visible & ~(((1u << LINE_BITS) - 1) << line * LINE_BITS)) |
	       version << line * LINE_BITS;
}

/* A place whose image has what is visible of a word. */
static inline unsigned place_seen(const struct search *s, unsigned visible, unsigned word)
{
	return is_apart(s) ? s->line_of[word > 0][line_version(visible, word > 0)] : visible;
}

/* The update is over, and no other follows. */
static inline bool is_over(const struct search *s, unsigned place)
{
	return s->q->one_way && place == s->q->count;
}

static inline unsigned after(const struct search *s, unsigned position)
{
	return position + 1 == s->positions ? s->loop_start : position + 1;
}

/* The state that the half in which the position is leads to. */
static inline unsigned direction(const struct search *s, unsigned position)
{
	return position / s->q->count % 2 == 0;
}

/* All places and moves, and what each part of the entry can be. False: there are too many. */
bool search_make_places(struct search *s);

/* The caches that a translation begins in: a bit set of IN_*. */
unsigned item_home(const struct search *s, const struct model_meaning *m, uint64_t flags);

/* Whether an entry of this meaning may be cached, and whether a step leaves it there, which begins at `position`. */
bool entry_may_be_kept(const struct search *s, const struct model_meaning *m);
bool entry_survives(const struct search *s, unsigned position, const struct model_meaning *m);

/* Whether what a request came to may be kept in the IOTLB. */
bool translation_may_be_kept(const struct search *s, const struct model_meaning *m);

/* What the step at `position` leaves of where an item is kept. */
unsigned item_left(const struct search *s, unsigned position, const struct item *item,
		   unsigned held);

/* What becomes of a fetch under way when the step at `position` is done: its payload; 0: it is over. */
uint64_t fetch_after(const struct search *s, unsigned position, uint64_t payload);

/* The place whose stores are visible, at least, after a move of the step at `position` to the place `to`. */
unsigned visible_after(const struct search *s, unsigned position, unsigned to, unsigned visible);

#endif
