/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences are tried in the order of the length that they have at least when they are safe: their own, and what must
 * follow. Five things keep the search small, and none of them loses a safe sequence of the shortest:
 *
 *   harm of a beginning never goes away: a torn entry, one kept under the wrong domain-id, a refused DMA happened
 *   already, whatever steps follow. Stale translations, and a wrong entry at the end, are asked for at the end alone;
 *
 *   two beginnings that leave the same, from A to B and from B to A, go on alike: one of them is followed up;
 *
 *   one that leaves what a shorter one does, and more, is not followed up (tools/model/find_known.c): the same steps are
 *   as safe after that;
 *
 *   while the entry is not new a store must follow, and a flush; while one of the caches has what is not new, its
 *   invalidation;
 *
 *   beginnings are judged from a unit that holds nothing. What harms there harms there and back, too: only what
 *   passes is asked for that, as vtd-model check does.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/model/find.h"

#define CLASSES_MAX 8000000u

/* All sequences of one length that leave the same. */
struct class
{
	uint64_t left[2]; /* find_left.hash */
	uint32_t edge;	  /* the first of those that lead here; -1: none */
	uint8_t length;
	uint8_t invalidations; /* at least so many must follow */
	bool safe;	       /* at the end, from A to B and from B to A */
	bool extended;
};

/* `step` after a sequence of class `from`. */
struct edge {
	uint32_t from, next;
	uint8_t step;
};

#define NONE UINT32_MAX

/* Classes to be extended, or edges to be tried, of one length. */
struct list {
	struct edge *edges;
	size_t count, room;
};

#define LENGTHS (SEQUENCE_STEPS_MAX + 1)

/* [the length at least when safe][their own] */
static struct list to_extend[LENGTHS][LENGTHS], to_try[LENGTHS][LENGTHS];
static bool too_long; /* some would be */
static size_t now;    /* the length that is being tried */

static struct class *classes;
static struct edge *edges;
static uint32_t *table; /* hash of classes: index + 1 */
static size_t class_count, class_room, edge_count, edge_room, table_size;

static void *grown(void *array, size_t *room, size_t size)
{
	*room = *room ? 2 * *room : 64;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

static void put(struct list lists[LENGTHS][LENGTHS], size_t at_least, size_t length, struct edge e)
{
	struct list *list;

	if (at_least < now)
		abort(); /* what must follow gets less by one with each step, at most */
	if (at_least >= LENGTHS) {
		too_long = true;
		return;
	}
	list = &lists[at_least][length];
	if (list->count == list->room)
		list->edges = grown(list->edges, &list->room, sizeof(e));
	list->edges[list->count++] = e;
}

static void grow_table(void)
{
	table_size = table_size ? 2 * table_size : 1 << 14;
	free(table);
	table = calloc(table_size, sizeof(*table));
	if (!table)
		abort();
	for (size_t i = 0; i < class_count; i++) {
		size_t at = classes[i].left[0] & (table_size - 1);

		while (table[at])
			at = (at + 1) & (table_size - 1);
		table[at] = (uint32_t)i + 1;
	}
}

/* Where the class of what is left is in the table, or would be. */
static size_t place_of(const struct find_left *left)
{
	size_t at = left->hash[0] & (table_size - 1);

	while (table[at] && memcmp(classes[table[at] - 1].left, left->hash, sizeof(left->hash)))
		at = (at + 1) & (table_size - 1);
	return at;
}

/* The class of what is left: NONE if there is none. */
static uint32_t class_of(const struct find_left *left)
{
	return table_size ? table[place_of(left)] - 1 : NONE;
}

/* A class without an edge yet. */
static uint32_t new_class(const struct find_left *left, size_t length)
{
	if (2 * class_count >= table_size)
		grow_table();
	if (class_count == class_room)
		classes = grown(classes, &class_room, sizeof(*classes));
	classes[class_count] = (struct class){ .left = { left->hash[0], left->hash[1] },
					       .edge = NONE,
					       .length = (uint8_t)length };
	table[place_of(left)] = (uint32_t)class_count + 1;
	find_known_add(left, length);
	return (uint32_t)class_count++;
}

static void add_edge(uint32_t to, uint32_t from, size_t step)
{
	if (edge_count == edge_room)
		edges = grown(edges, &edge_room, sizeof(*edges));
	edges[edge_count] = (struct edge){ from, classes[to].edge, (uint8_t)step };
	classes[to].edge = (uint32_t)edge_count++;
}

/* The steps of one sequence of a class. */
static void steps_to(const struct find *f, uint32_t c, struct step *steps)
{
	for (size_t n = classes[c].length; n; n--) {
		steps[n - 1] = f->steps[edges[classes[c].edge].step];
		c = edges[classes[c].edge].from;
	}
}

/* Each step after a sequence of a class: how long is it, at least, when it is safe? */
static void extend(const struct find *f, uint32_t c)
{
	struct step steps[SEQUENCE_STEPS_MAX];
	size_t length = classes[c].length + 1u;

	classes[c].extended = true;
	steps_to(f, c, steps);
	for (size_t i = 0; i < f->step_count; i++) {
		unsigned op = f->steps[i].op, rest = classes[c].invalidations, stores;
		bool changes;

		steps[length - 1] = f->steps[i];
		stores = find_stores_to_come(f, steps, length, &changes);
		if (step_words((enum step_op)op) && !changes)
			continue;
		if (op > STEP_FLUSH_TABLES && rest)
			rest--;
		put(to_try, length + stores + rest, length, (struct edge){ c, 0, (uint8_t)i });
	}
}

static void try_edge(const struct find *f, struct find_result *r, const struct edge *e,
		     size_t length)
{
	struct find_length *l = &r->length[length];
	struct step steps[SEQUENCE_STEPS_MAX];
	struct find_left left;
	struct class *class;
	bool safe, changes, is_new;
	uint32_t to;

	steps_to(f, e->from, steps);
	steps[length - 1] = f->steps[e->step];
	l->tried++;
	r->given_up = r->asked >= f->limit;
	if (!find_try(f, steps, length, r, &left, &safe)) {
		l->harmful++;
		return;
	}
	to = class_of(&left);
	is_new = to == NONE;
	if (is_new && find_known_less(&left, length)) {
		l->more++;
		return;
	}
	if (is_new)
		to = new_class(&left, length);
	class = &classes[to];
	l->new += is_new;
	l->known += !is_new;
	if (length < class->length && class->extended)
		abort(); /* for the same reason */
	if (is_new || length < class->length) {
		class->length = (uint8_t)length;
		class->edge = NONE;
		class->invalidations = (uint8_t)left.invalidations;
		class->safe = safe;
		put(to_extend,
		    length + left.invalidations + find_stores_to_come(f, steps, length, &changes),
		    length, (struct edge){ to, 0, 0 });
	}
	if (class->length == length)
		add_edge(to, e->from, e->step);
	r->overflow |= class_count == CLASSES_MAX;
}

/* All that may be safe at this length and was not tried for a shorter one. */
static void try_all(const struct find *f, struct find_result *r, size_t at_least)
{
	now = at_least;
	for (size_t length = 0; length <= at_least && !r->overflow && !r->given_up; length++) {
		struct list *extends = &to_extend[at_least][length], *tries;

		for (size_t i = 0; i < extends->count; i++) {
			uint32_t c = extends->edges[i].from;

			if (classes[c].length == length && !classes[c].extended)
				extend(f, c);
		}
		tries = &to_try[at_least][length + 1];
		for (size_t i = 0;
		     length < at_least && i < tries->count && !r->overflow && !r->given_up; i++)
			try_edge(f, r, &tries->edges[i], length + 1);
	}
}

struct walk {
	const struct find *find;
	struct find_result *result;
	struct step steps[SEQUENCE_STEPS_MAX];
	size_t count;
	unsigned most, printed;
	void (*print)(const struct find *, const struct step *, size_t, unsigned);
};

/* All sequences of a class, the last step first. */
static void walk(struct walk *w, uint32_t c)
{
	size_t n = classes[c].length;

	if (!n) {
		if (!find_is_safe(w->find, w->steps, w->count)) {
			w->result->one_way++;
			return;
		}
		w->result->count++;
		if (w->printed < w->most)
			w->print(w->find, w->steps, w->count, ++w->printed);
		return;
	}
	for (uint32_t e = classes[c].edge; e != NONE; e = edges[e].next) {
		w->steps[n - 1] = w->find->steps[edges[e].step];
		walk(w, edges[e].from);
	}
}

static bool anything_left(size_t at_least)
{
	for (size_t i = at_least + 1; i < LENGTHS && !too_long; i++)
		for (size_t j = 0; j < LENGTHS; j++)
			if (to_extend[i][j].count || to_try[i][j].count)
				return true;
	return too_long;
}

/* Of a search before. */
static void forget(void)
{
	for (size_t i = 0; i < LENGTHS; i++)
		for (size_t j = 0; j < LENGTHS; j++)
			to_extend[i][j].count = to_try[i][j].count = 0;
	if (table_size)
		memset(table, 0, table_size * sizeof(*table));
	find_known_forget();
	class_count = edge_count = now = 0;
	too_long = false;
}

void find_run(const struct find *f, struct find_result *r, unsigned most,
	      void (*print)(const struct find *, const struct step *, size_t, unsigned))
{
	struct find_left nothing = { .hash = { 0 } };
	struct walk w = { .find = f, .result = r, .most = most, .print = print };

	memset(r, 0, sizeof(*r));
	forget();
	put(to_extend, 1, 0, (struct edge){ new_class(&nothing, 0), 0, 0 });
	for (size_t length = 1; length <= f->longest && !r->found && !r->overflow; length++) {
		try_all(f, r, length);
		if (r->given_up)
			return;
		w.count = length;
		for (uint32_t c = 0; c < class_count; c++)
			if (classes[c].safe && classes[c].length == length)
				walk(&w, c);
		if (r->count > 0)
			r->found = length;
		else if (!r->overflow)
			r->none = length;
		r->exhausted = !anything_left(length);
	}
}
