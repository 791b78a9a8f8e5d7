/* SPDX-License-Identifier: BSD-2-Clause */
/* Paging entries for the model: a page, a table, or one in place of the other. */
#include <stdlib.h>

#include "tests/litmus/model.h"
#include "tools/capture/paging_entry.h"
#include "tools/capture/verdict_paging.h"
#include "tools/model/used.h"
#include "vtd/translate.h"

struct pair {
	enum table_kind kind;
	const uint64_t *state[2];
};

static void meaning(void *context, const uint64_t *entry, struct model_meaning *out)
{
	const struct pair *p = context;
	uint64_t mask = paging_used(p->kind) & ~paging_set_by_unit(p->kind);

	*out = (struct model_meaning){ .outcome = USED_NOT_PRESENT,
				       .stage = paging_is_first_stage(p->kind) ? STAGE_FIRST
									       : STAGE_SECOND,
				       .domain = 1 };
	if (!(entry[0] & table_present(p->kind)))
		return;
	out->outcome = !((entry[0] ^ p->state[0][0]) & mask)   ? USED_OLD
		       : !((entry[0] ^ p->state[1][0]) & mask) ? USED_NEW
							       : USED_MIXTURE;
	out->translated = out->good = true;
	out->is_large = paging_is_large(p->kind, entry[0]);
}

static bool is_page(const struct transition *t, uint64_t entry)
{
	return !(entry & table_present(t->kind)) || paging_level(t->kind) == 1 ||
	       paging_is_large(t->kind, entry);
}

static enum entry_kind kind_of(const struct transition *t)
{
	if (is_page(t, t->old[0]) && is_page(t, t->new[0]))
		return KIND_LEAF;
	return paging_is_large(t->kind, t->old[0]) || paging_is_large(t->kind, t->new[0])
		       ? KIND_LARGE
		       : KIND_TABLE;
}

struct model_answer paging_ask(const struct shape *s, const struct step *steps,
			       struct bench_question how)
{
	static void *workspace;
	struct pair pair = { s->kind, { s->example->old, s->example->new } };
	struct model_fetch fetch;
	struct model_answer answer;
	struct model_question q = bench_question_of(how, kind_of(s->example), &fetch);

	q.steps = steps;
	q.count = s->count;
	q.state[0] = pair.state[0];
	q.state[1] = pair.state[1];
	q.one_way = true;
	q.blocked = USED_NOT_PRESENT;
	q.meaning = meaning;
	q.context = &pair;
	if (!workspace && !(workspace = malloc(MODEL_WORKSPACE)))
		abort();
	model_run(&q, workspace, MODEL_WORKSPACE, &answer);
	return answer;
}
