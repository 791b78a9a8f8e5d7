/* SPDX-License-Identifier: BSD-2-Clause */
/* What vtd-model find asks of the model: does the beginning of a sequence harm, what does it leave, what must follow? */
#include <stdlib.h>
#include <string.h>

#include "tests/litmus/model_search.h"
#include "tools/model/find.h"

#define HARM_STAYS (HARM_MIXTURE | HARM_MISTAGGED | HARM_BLOCKED)
#define SMALL	   (sizeof(struct search) + (100u << 10)) /* enough for most, and soon cleared */
#define MEDIUM	   (sizeof(struct search) + (1u << 20))

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
		find_left_add(left, workspace);
	return answer;
}

/*
 * Whether all that a unit of kind x may do one of kind y may, too. A larger part is read as smaller ones one right after the
 * other; a store that is visible at once is one whose line was written back at once.
 */
static bool is_covered(const struct bench_question *x, const struct bench_question *y)
{
	return x->bits && y->bits && x->bits >= y->bits && (y->any_order || !x->any_order) &&
	       (x->coherent || !y->coherent) && x->caching_mode == y->caching_mode &&
	       x->device_tlb == y->device_tlb;
}

unsigned find_units_to_ask(unsigned units)
{
	for (unsigned x = 0; x < UNIT_KINDS; x++)
		for (unsigned y = 0; y < UNIT_KINDS; y++)
			if (x != y && units & 1u << y &&
			    is_covered(&unit_kinds[x].how, &unit_kinds[y].how))
				units &= ~(1u << x);
	return units;
}

/* Whether the steps do no harm that stays; then what they leave, and whether they could end here. */
bool find_try(const struct find *f, const struct step *steps, size_t count, struct find_result *r,
	      struct find_left *left, bool *safe)
{
	const unsigned phases = target_is_of_interrupts(f->target) ? f->target->phases : 1;
	const unsigned units = find_units_to_ask(f->units);

	find_left_begin(left);
	*safe = true;
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		for (unsigned from = 0; from < 2 * phases; from++) {
			struct model_answer a;

			if (!(units & 1u << u))
				continue;
			a = ask(f, steps, count, &unit_kinds[u].how, from, left);
			r->asked++;
			if (a.harms & HARM_STAYS)
				return false;
			if (a.overflow) {
				r->overflow = true;
				return false;
			}
			*safe = *safe && !a.harms;
		}
	find_left_end(left);
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
unsigned find_stores_to_come(const struct find *f, const struct step *steps, size_t count,
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

bool find_is_safe(const struct find *f, const struct step *steps, size_t count)
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
