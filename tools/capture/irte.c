/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tests/litmus/model.h"
#include "tools/capture/irte.h"
#include "tools/model/used.h"

/*
 * What a unit uses of a remapped (not posted) entry, section 9.10: all but the bits for software (11:8) and what is
 * reserved; of an absent one P alone.
 */
static const uint64_t used[2] = { 0xffffffff00ff80ffull, 0x00000000000fffffull };

struct states {
	const uint64_t *old, *new;
};

static bool means(const uint64_t *entry, const uint64_t *state)
{
	if (!(state[0] & 1))
		return false;
	return !((entry[0] ^ state[0]) & used[0]) && !((entry[1] ^ state[1]) & used[1]);
}

static void meaning(void *context, const uint64_t *entry, struct model_meaning *out)
{
	const struct states *s = context;

	*out = (struct model_meaning){ .outcome = USED_NOT_PRESENT };
	if (!(entry[0] & 1))
		return;
	out->outcome = means(entry, s->old)   ? USED_OLD
		       : means(entry, s->new) ? USED_NEW
					      : USED_MIXTURE;
	out->good = true; /* it can be kept */
}

bool irte_step(const struct shape_step *step, struct step *out)
{
	*out = step->step;
	if (step->expressible)
		return true;
	if (strncmp(step->text, "# invalidate the interrupt entry cache", 38))
		return false;
	*out = (struct step){ .op = STEP_INVALIDATE_CONTEXT, .value = VALUE_OLD };
	return true;
}

struct model_answer irte_ask(const uint64_t *old, const uint64_t *new, const struct step *steps,
			     size_t count, struct bench_question how)
{
	static void *workspace;
	struct states states = { old, new };
	struct model_fetch fetch;
	struct model_answer answer;
	struct model_question q = bench_question_of(how, KIND_CONTEXT, &fetch);

	q.steps = steps;
	q.count = count;
	q.state[0] = old;
	q.state[1] = new;
	q.legacy = true;
	q.one_way = true;
	q.blocked = USED_NOT_PRESENT;
	q.meaning = meaning;
	q.context = &states;
	if (!workspace && !(workspace = malloc(MODEL_WORKSPACE)))
		abort();
	model_run(&q, workspace, MODEL_WORKSPACE, &answer);
	return answer;
}
