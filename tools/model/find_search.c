/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences are tried in the order of the length that they have at least when they are safe: their own, and what must
 * follow. Four things keep the search small, and none of them loses a safe sequence:
 *
 *   harm of a beginning never goes away: a torn entry, one kept under the wrong domain-id, a refused DMA happened
 *   already, whatever steps follow. Stale translations, and a wrong entry at the end, are asked for at the end alone;
 *
 *   two beginnings that leave the same, from A to B and from B to A, go on alike: one of them is followed up;
 *
 *   while the entry is not new a store must follow, and a flush; while one of the caches has what is not new, its
 *   invalidation;
 *
 *   beginnings are judged from a unit that holds nothing. What harms there harms there and back, too: only what
 *   passes is asked for that, as vtd-model check does.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/litmus/model_search.h"
#include "tools/model/find.h"

#define HARM_STAYS  (HARM_MIXTURE | HARM_MISTAGGED | HARM_BLOCKED)
#define SMALL	    (sizeof(struct search) + (100u << 10)) /* enough for most, and soon cleared */
#define MEDIUM	    (sizeof(struct search) + (1u << 20))
#define CLASSES_MAX 8000000u

/* All sequences of one length that leave the same. */
struct class
{
	struct find_left left;
	uint32_t edge; /* the first of those that lead here; -1: none */
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
		size_t at = classes[i].left.hash[0] & (table_size - 1);

		while (table[at])
			at = (at + 1) & (table_size - 1);
		table[at] = (uint32_t)i + 1;
	}
}

/* The class of what is left, new if there was none: then it has no edge yet. */
static uint32_t class_of(struct find_left left, size_t length)
{
	size_t at;

	if (2 * class_count >= table_size)
		grow_table();
	for (at = left.hash[0] & (table_size - 1); table[at]; at = (at + 1) & (table_size - 1))
		if (!memcmp(classes[table[at] - 1].left.hash, left.hash, sizeof(left.hash)))
			return table[at] - 1;
	if (class_count == class_room)
		classes = grown(classes, &class_room, sizeof(*classes));
	classes[class_count] =
		(struct class){ .left = left, .edge = NONE, .length = (uint8_t)length };
	table[at] = (uint32_t)class_count + 1;
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

/* One way, from state `from` % 2 of phase `from` / 2 to the other, on a unit that holds nothing. */
static struct model_answer ask(const struct find *f, const struct step *steps, size_t count,
			       const struct bench_question *how, unsigned from,
			       struct find_left *left)
{
	static const size_t bytes[] = { SMALL, MEDIUM, MODEL_WORKSPACE };
	static void *workspace;
	const unsigned phase = from / 2, state = from % 2;
	struct target_reading reading = { .target = f->target, .phase = phase };
	struct model_fetch fetch;
	struct model_answer answer;
	struct model_question q = bench_question_of(*how, (enum entry_kind)f->target->kind, &fetch);
	size_t i = 0;

	q.steps = steps;
	q.count = count;
	q.state[0] = f->target->state[phase][state];
	q.state[1] = f->target->state[phase][!state];
	q.legacy = !f->target->scalable;
	q.one_way = true;
	q.never_blocks = f->never_blocks;
	q.blocked = OUTCOME_NOT_PRESENT;
	q.meaning = target_read;
	q.context = &reading;
	if (!workspace && !(workspace = malloc(MODEL_WORKSPACE)))
		abort();
	do
		model_run(&q, workspace, bytes[i++], &answer);
	while (answer.overflow && !(answer.harms & HARM_STAYS) &&
	       i < sizeof(bytes) / sizeof(*bytes));
	if (!answer.overflow && !(answer.harms & HARM_STAYS))
		*left = find_left_of(workspace);
	return answer;
}

/* Whether the steps do no harm that stays; then what they leave, and whether they could end here. */
static bool try(const struct find *f, const struct step *steps, size_t count, struct find_result *r,
		struct find_left *left, bool *safe)
{
	const unsigned phases = target_is_of_interrupts(f->target) ? f->target->phases : 1;

	*left = (struct find_left){ .hash = { 0 } };
	*safe = true;
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		for (unsigned from = 0; from < 2 * phases; from++) {
			struct find_left one = { .hash = { 0 } };
			struct model_answer a;

			if (!(f->units & 1u << u))
				continue;
			a = ask(f, steps, count, &unit_kinds[u].how, from, &one);
			r->asked++;
			if (a.harms & HARM_STAYS)
				return false;
			if (a.overflow) {
				r->overflow = true;
				return false;
			}
			*safe = *safe && !a.harms;
			if (left->invalidations < one.invalidations)
				left->invalidations = one.invalidations;
			for (unsigned i = 0; i < 2; i++)
				left->hash[i] = (left->hash[i] ^ one.hash[i]) * 0x9e3779b97f4a7c15 +
						one.hash[!i];
		}
	return true;
}

static bool flush_needed(const struct find *f)
{
	for (unsigned u = 0; u < UNIT_KINDS && !target_is_pointer(f->target); u++)
		if (f->units & 1u << u && !unit_kinds[u].how.coherent)
			return true;
	return false;
}

/* How many stores and flushes must follow, at least; *changes: whether the last step changes the entry. */
static unsigned stores_to_come(const struct find *f, const struct step *steps, size_t count,
			       bool *changes)
{
	enum entry_kind kind = (enum entry_kind)f->target->kind;
	size_t bytes = kind_words(kind) * sizeof(uint64_t);
	unsigned most = 0, flush = flush_needed(f);

	*changes = false;
	for (unsigned from = 0; from < 2; from++) {
		const uint64_t *old = f->target->state[0][from], *new = f->target->state[0][!from];
		uint64_t entry[8], before[8];
		bool dirty = false;
		unsigned n;

		memcpy(entry, old, sizeof(entry));
		for (size_t i = 0; i < count; i++) {
			memcpy(before, entry, sizeof(entry));
			step_apply(&steps[i], kind, old, new, entry);
			dirty = (dirty || memcmp(before, entry, bytes)) &&
				steps[i].op != STEP_FLUSH && steps[i].op != STEP_FLUSH_TABLES;
		}
		*changes = *changes || memcmp(before, entry, bytes);
		n = memcmp(entry, new, bytes) ? 1 + flush : dirty ? flush : 0;
		most = n > most ? n : most;
	}
	return most;
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
		stores = stores_to_come(f, steps, length, &changes);
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
	size_t before = class_count;
	struct find_left left;
	struct class *class;
	bool safe, changes;
	uint32_t to;

	steps_to(f, e->from, steps);
	steps[length - 1] = f->steps[e->step];
	l->tried++;
	r->tried++;
	r->given_up = f->most && r->tried >= f->most;
	if (!try(f, steps, length, r, &left, &safe)) {
		l->harmful++;
		return;
	}
	to = class_of(left, length);
	class = &classes[to];
	l->new += to == before;
	l->known += to != before;
	if (length < class->length && class->extended)
		abort(); /* for the same reason */
	if (to == before || length < class->length) {
		class->length = (uint8_t)length;
		class->edge = NONE;
		class->invalidations = (uint8_t)left.invalidations;
		class->safe = safe;
		put(to_extend,
		    length + left.invalidations + stores_to_come(f, steps, length, &changes),
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

static bool is_safe_there_and_back(const struct find *f, const struct step *steps, size_t count)
{
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (f->units & 1u << u) {
			struct model_answer a = bench_ask(f->target, steps, count, f->never_blocks,
							  unit_kinds[u].how);

			if (a.harms || a.overflow)
				return false;
		}
	return true;
}

/* All sequences of a class, the last step first. */
static void walk(struct walk *w, uint32_t c)
{
	size_t n = classes[c].length;

	if (!n) {
		if (!is_safe_there_and_back(w->find, w->steps, w->count)) {
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
	put(to_extend, 1, 0, (struct edge){ class_of(nothing, 0), 0, 0 });
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
		r->exhausted = !anything_left(length);
	}
}
