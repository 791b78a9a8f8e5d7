/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows: machines, firmware, silicon. Cells are kept in those of one level, the finest that is not too fine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "tools/log/statistics.h"
#include "tests/litmus/sequence.h"

#define SHOWN_MAX 120

/* Of a level more rows than these are added up into the next one, as they come. */
static const size_t room_for[LEVELS] = { 60, 100, SIZE_MAX };

static struct row *row_at(struct report *r, enum level level, const char *key, struct row *parent)
{
	struct entry *e = table_at(&r->rows[level], key);

	if (!e->value) {
		struct row *row = e->value = arena_alloc(&r->arena, sizeof(*row));

		e->key = row->key = arena_text(&r->arena, key, strlen(key));
		row->level = level;
		row->parent = parent;
		if (parent)
			*row = (struct row){ .parent = parent,
					     .level = level,
					     .key = row->key,
					     .silicon = parent->silicon,
					     .code = parent->code,
					     .emulated = parent->emulated,
					     .microcode = parent->microcode,
					     .system = parent->system,
					     .bios = parent->bios };
	}
	return e->value;
}

struct row *report_row(struct report *r, const struct run *run)
{
	char key[3000], name[400];
	struct row *silicon, *firmware, *machine;
	uint32_t before;

	if (!run->vendor[0])
		snprintf(name, sizeof(name), "processor not known (block 0 lost)");
	else
		snprintf(name, sizeof(name), "%.64s family %llu model 0x%llx stepping %llu%s%.64s",
			 run->vendor, (unsigned long long)run->family,
			 (unsigned long long)run->model, (unsigned long long)run->stepping,
			 run->hypervisor[0] ? ", under " : "", run->hypervisor);
	silicon = row_at(r, LEVEL_SILICON, name, NULL);
	if (!silicon->silicon) {
		silicon->silicon = silicon->key;
		silicon->code = report_code(r, run);
		silicon->brand = report_intern(r, run->brand);
		silicon->emulated = run->hypervisor[0] != 0;
		silicon->unknown = !run->vendor[0];
	}
	/* Of several the first by the alphabet. */
	if (strcmp(run->brand, silicon->brand)) {
		silicon->many_brands = true;
		if (!silicon->brand[0] || (run->brand[0] && strcmp(run->brand, silicon->brand) < 0))
			silicon->brand = report_intern(r, run->brand);
	}
	snprintf(key, sizeof(key), "%s\x1f%.64s\x1f%.400s\x1f%.400s", name, run->microcode,
		 run->system, run->bios);
	firmware = row_at(r, LEVEL_FIRMWARE, key, silicon);
	if (!firmware->microcode) {
		firmware->microcode = report_intern(r, run->microcode);
		firmware->system = report_intern(r, run->system);
		firmware->bios = report_intern(r, run->bios);
	}
	snprintf(key + strlen(key), sizeof(key) - strlen(key), "\x1f%s",
		 report_machine(r, report_path(r, r->file)));
	before = (uint32_t)r->rows[LEVEL_MACHINE].count;
	machine = row_at(r, LEVEL_MACHINE, key, firmware);
	if (r->rows[LEVEL_MACHINE].count != before) {
		machine->machine = strrchr(machine->key, '\x1f') + 1;
		machine->machines = 1;
		table_at(&r->machines, machine->machine);
		firmware->machines++;
		/* One machine with two firmware versions is one piece of silicon. */
		snprintf(key, sizeof(key), "%s\x1f%s", name, machine->machine);
		if (!table_at(&r->machines_of, report_intern(r, key))->value) {
			table_at(&r->machines_of, report_intern(r, key))->value = silicon;
			silicon->machines++;
		}
	}
	return machine;
}

struct cell *row_cell(struct report *r, struct row *row, size_t subject, enum regime regime)
{
	size_t at = subject * REGIME_COUNT + regime;

	if (at >= row->cell_count) {
		size_t count = at + 1 > 2 * row->cell_count ? at + 32 : 2 * row->cell_count;

		row->cells = must_realloc(row->cells, count * sizeof(*row->cells));
		memset(row->cells + row->cell_count, 0,
		       (count - row->cell_count) * sizeof(*row->cells));
		row->cell_count = count;
	}
	if (!row->cells[at])
		row->cells[at] = arena_alloc(&r->arena, sizeof(struct cell));
	return row->cells[at];
}

const struct cell *cell_of(const struct row *row, size_t subject, enum regime regime)
{
	size_t at = subject * REGIME_COUNT + regime;

	return at < row->cell_count ? row->cells[at] : NULL;
}

static void merge_cell(struct cell *to, const struct cell *from)
{
	if (!to->tests || is_more_telling(&from->best, &to->best)) {
		to->best = from->best;
		to->why = from->why;
	}
	to->tests += from->tests;
	for (unsigned i = 0; i < STATE_COUNT; i++)
		to->of_state[i] += from->of_state[i];
	share_add(to->proof, from->proof);
	share_add(to->rest, from->rest);
	to->is_safe |= from->is_safe;
	to->is_unsafe |= from->is_unsafe;
	to->harm_only_here |= from->harm_only_here;
	for (unsigned i = 0; i < OUT_COUNT; i++)
		to->outcomes[i] += from->outcomes[i];
	to->torn_outcomes |= from->torn_outcomes;
	if (from->most > 0) {
		to->least = to->most > 0 && to->least < from->least ? to->least : from->least;
		to->most = to->most > from->most ? to->most : from->most;
	}
	cost_merge(&to->costs, &from->costs);
}

static void merge_row(struct report *r, struct row *to, const struct row *from)
{
	for (size_t i = 0; i < from->cell_count; i++)
		if (from->cells[i])
			merge_cell(
				row_cell(r, to, i / REGIME_COUNT, (enum regime)(i % REGIME_COUNT)),
				from->cells[i]);
}

/*
 * Sums are the same in whatever order they are made, so it does not matter when the rows become too many;
 * that a page of ten thousand machines is made from a few megabytes rests on this.
 */
void report_fold(struct report *r)
{
	while (!r->level_fixed && r->rows[r->level].count > room_for[r->level]) {
		const struct table *t = &r->rows[r->level++];

		for (size_t i = 0; i < t->room; i++) {
			struct row *row = t->entries[i].value;

			if (!row)
				continue;
			merge_row(r, row->parent, row);
			free(row->cells);
			row->cells = NULL;
			row->cell_count = 0;
		}
	}
}

enum state cell_state(const struct cell *c)
{
	for (unsigned i = 0; c && i < STATE_COUNT; i++)
		if (c->of_state[i])
			return (enum state)i;
	return STATE_NONE;
}

/* Of two regimes: what is unsafe in one is not safe because it was clean in the other. */
static bool is_clearer(enum state a, enum state b)
{
	if (a == STATE_UNSEEN && b == STATE_CLEAN)
		return true;
	return a < b && !(a == STATE_CLEAN && b == STATE_UNSEEN);
}

enum state subject_state(const struct row *row, size_t subject, const struct cell **out_cell)
{
	enum state best = STATE_NONE;
	double most = -1;

	*out_cell = NULL;
	for (unsigned d = 0; d < REGIME_COUNT; d++) {
		const struct cell *c = cell_of(row, subject, (enum regime)d);
		enum state state = cell_state(c);

		if (state == STATE_NONE || is_clearer(best, state))
			continue;
		if (is_clearer(state, best) || cell_rate(c).rate > most) {
			*out_cell = c;
			most = cell_rate(c).rate;
		}
		best = state;
	}
	return best;
}

enum state subject_shown(const struct row *row, size_t subject, const struct cell **out_cell)
{
	enum state state = subject_state(row, subject, out_cell);

	return state == STATE_NONE && !row->whole ? STATE_LOST : state;
}

struct rate cell_rate(const struct cell *c)
{
	struct share shares[SHARES];
	struct interval i;
	struct rate r;

	memcpy(shares, c->proof, sizeof(shares));
	/* What stayed clean without a control proves nothing; what a control did not show is in its rate. */
	if (cell_state(c) != STATE_CLEAN)
		share_add(shares, c->rest);
	r.kind = share_telling(shares);
	r.harm = shares[r.kind].harm;
	r.trials = shares[r.kind].trials;
	r.rate = r.trials ? (double)r.harm / (double)r.trials : 0;
	i = share_interval(r.harm, r.trials);
	r.low = i.low;
	r.high = i.high;
	return r;
}

/* Order of the page. */

static const struct report *ordering;

static unsigned failures(const struct row *row)
{
	const struct cell *c;
	unsigned n = 0;

	for (size_t i = 0; i < ordering->subject_count; i++)
		n += subject_state(row, i, &c) == STATE_FAILURE;
	return n;
}

/* Failures first; emulators last, and after them what is not known. */
static int silicon_order(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
	unsigned n = failures(x), m = failures(y);

	if (x->unknown != y->unknown)
		return x->unknown ? 1 : -1;
	if (n != m)
		return n > m ? -1 : 1;
	if (x->emulated != y->emulated)
		return x->emulated ? 1 : -1;
	return strcmp(x->key, y->key);
}

static int subject_order(const void *a, const void *b)
{
	const struct subject *x = ordering->subject[*(const size_t *)a],
			     *y = ordering->subject[*(const size_t *)b];
	int order;

	if (x->target_rank != y->target_rank)
		return x->target_rank < y->target_rank ? -1 : 1;
	if ((order = strcmp(x->target, y->target)) != 0 ||
	    (order = strcmp(x->operation, y->operation)) != 0)
		return order;
	/* As in the catalogue: the unsafe ones first. */
	if (x->known != y->known)
		return !y->known || (x->known && x->known < y->known) ? -1 : 1;
	return strcmp(x->name, y->name);
}

static size_t rank(const struct row *row)
{
	while (row->parent)
		row = row->parent;
	return row->rank;
}

static int row_order(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
	size_t i = rank(x), k = rank(y);

	if (i != k)
		return i < k ? -1 : 1;
	return strcmp(x->key, y->key);
}

static struct row **rows_of(const struct table *t, size_t *count)
{
	struct row **rows = must_realloc(NULL, (t->count + 1) * sizeof(*rows));

	*count = 0;
	for (size_t i = 0; i < t->room; i++)
		if (t->entries[i].value)
			rows[(*count)++] = t->entries[i].value;
	return rows;
}

void report_arrange(struct report *r)
{
	ordering = r;
	r->order = must_realloc(NULL, (r->subject_count + 1) * sizeof(*r->order));
	for (size_t i = 0; i < r->subject_count; i++)
		r->order[i] = i;
	if (r->subject_count > 1)
		qsort(r->order, r->subject_count, sizeof(*r->order), subject_order);
	r->shown = rows_of(&r->rows[r->level], &r->shown_count);
	r->silicon = rows_of(&r->rows[LEVEL_SILICON], &r->silicon_count);
	/* Sums for the coarser levels, too. */
	for (unsigned level = r->level; level < LEVEL_SILICON; level++)
		for (size_t i = 0; i < r->rows[level].room; i++) {
			const struct row *row = r->rows[level].entries[i].value;

			if (row)
				merge_row(r, row->parent, row);
		}
	if (r->silicon_count > 1)
		qsort(r->silicon, r->silicon_count, sizeof(*r->silicon), silicon_order);
	for (size_t i = 0; i < r->silicon_count; i++) {
		r->silicon[i]->rank = i;
		r->known_count += !r->silicon[i]->unknown;
	}
	if (r->shown_count > 1)
		qsort(r->shown, r->shown_count, sizeof(*r->shown), row_order);
	if (r->shown_count > SHOWN_MAX && !r->level_fixed) {
		r->shown_more = r->shown_count - SHOWN_MAX;
		r->shown_count = SHOWN_MAX;
	}
}
