/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/paging_entry.h"
#include "tools/capture/verdict.h"
#include "tools/capture/verdict_paging.h"
#include "tools/model/used.h"
#include "vtd/entry.h"

#define LATER                                                                                \
	": until then a request may still be answered by the old entry, which the order of " \
	"the stores cannot tell from what was meant"

/* By their names in tools/model/kinds.c. */
static unsigned unit_bit(const char *name)
{
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (!strcmp(unit_kinds[u].name, name))
			return 1u << u;
	return 0;
}

static bool has_device_tlb(const struct shape *s)
{
	const uint64_t *words = s->example->old[0] & table_present(s->kind) ? s->example->old
									    : s->example->new;

	if (s->kind == TABLE_CONTEXT)
		return field_get(words, CONTEXT_TT) == 1;
	for (unsigned i = 0; i < s->count; i++)
		if (s->steps[i].expressible && s->steps[i].step.op == STEP_INVALIDATE_DEVTLB)
			return true;
	return false;
}

/* Which kinds of unit make sense to ask about. */
static unsigned to_ask(const struct shape *s, bool caching_mode)
{
	unsigned all = (1u << UNIT_KINDS) - 1;

	if (!caching_mode)
		all &= ~unit_bit("caching-mode");
	if (!has_device_tlb(s))
		all &= ~unit_bit("device-tlb");
	return all;
}

static struct model_answer ask(const struct shape *s, const struct step *steps,
			       struct bench_question how)
{
	struct used_pair pair = { .kind = shape_entry_kind(s->kind) };

	if (paging_is(s->kind))
		return paging_ask(s, steps, how);

	memcpy(pair.state[0], s->example->old, 8 * kind_words(pair.kind));
	memcpy(pair.state[1], s->example->new, 8 * kind_words(pair.kind));
	return used_ask(&pair, steps, s->count, false, how);
}

/*
 * A scalable-mode context entry is kept together with what it leads to. Where no PASID-table entry was present below it
 * each time, nothing of it can be kept: those entries were taken away before, with invalidations of their own, which
 * are judged by themselves.
 */
static bool rests_on_pasids(const struct shape *s, unsigned harms)
{
	return s->kind == TABLE_SM_CONTEXT && s->is == IS_TEARDOWN && harms == HARM_STALE &&
	       !s->with_present_below;
}

static bool translate(const struct shape *s, struct step *steps, struct verdict *out)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct shape_step *step = &s->steps[i];

		if (!step->expressible) {
			out->why = text_of("step %u: %s", i + 1,
					   step->text + (strncmp(step->text, "# ", 2) ? 0 : 2));
			return false;
		}
		steps[i] = step->step;
	}
	return true;
}

void verdict_find(const struct shape *s, unsigned units, bool caching_mode, struct verdict *out)
{
	struct step steps[EVENTS_MAX];
	bool open = false;

	memset(out, 0, sizeof(*out));
	if (s->is == IS_REWRITE || s->is == IS_ABSENT) {
		out->is = VERDICT_NONE;
		return;
	}
	if (s->apart) {
		out->is = VERDICT_APART;
		out->why = text_of("not judged: %s%s", s->apart,
				   s->example->paging.later ? LATER : "");
		return;
	}
	if (s->example->cut || s->count > SEQUENCE_STEPS_MAX || !translate(s, steps, out)) {
		out->is = VERDICT_UNDECIDED;
		if (!out->why)
			out->why = text_of("more than %u steps", SEQUENCE_STEPS_MAX);
		return;
	}
	out->asked = to_ask(s, caching_mode);
	out->decides = units & out->asked;
	for (unsigned u = 0; u < UNIT_KINDS; u++) {
		if (!(out->asked & 1u << u))
			continue;
		out->answers[u] = ask(s, steps, unit_kinds[u].how);
		if (out->decides & 1u << u) {
			out->harms |= out->answers[u].harms;
			open |= out->answers[u].overflow && !out->answers[u].harms;
		}
	}
	out->is = out->harms ? VERDICT_UNSAFE : open ? VERDICT_UNDECIDED : VERDICT_SAFE;
	if (out->is == VERDICT_UNDECIDED)
		out->why = text_of("too large for the search");
	if (s->other_source)
		out->why = text_of(
			"the context cache is invalidated by the source-id of another device: what is kept of this "
			"entry stays (section 6.5.2.1)");
	if (out->is == VERDICT_UNSAFE && !s->other_source && rests_on_pasids(s, out->harms)) {
		out->is = VERDICT_RESTS;
		out->why = text_of(
			"stale by itself; but each of the %u times every PASID-table entry below it was absent "
			"already, taken away with invalidations of its own",
			s->times);
	}
}

const char *verdict_text(const struct verdict *v, char *text, size_t room)
{
	static const char *const words[] = { "safe",	    "unsafe",	  "safe, resting on others",
					     "not decided", "not judged", "nothing changes" };
	char harms[80];

	if (v->is == VERDICT_UNSAFE)
		snprintf(text, room, "unsafe: %s", harm_words(v->harms, harms, sizeof(harms)));
	else
		snprintf(text, room, "%s", words[v->is]);
	return text;
}

static const char *outcome_text(const struct shape *s, unsigned outcome)
{
	static const char *const of_entry[] = { "by the old entry", "by the new entry",
						"by a mixture of both", "refused: no entry" };
	static const char *const of_setup[] = { "refused: no entry", "by the new entry",
						"by an entry that is only partly there",
						"refused: no entry" };

	return (s->is == IS_SETUP ? of_setup : of_entry)[outcome & 3];
}

static void print_event(FILE *out, const struct shape *s, const struct model_event *e, uint8_t last)
{
	switch (e->type) {
	case EVENT_STEP:
		fprintf(out, "software  step %u: %s  {%s}\n", e->step + 1u,
			s->steps[e->step].text + (strncmp(s->steps[e->step].text, "# ", 2) ? 0 : 2),
			s->steps[e->step].function);
		break;
	case EVENT_EVICT:
		fprintf(out, "processor writes the cache line back by itself\n");
		break;
	case EVENT_FETCH:
		fprintf(out, "unit      reads part %u of the entry\n", e->part + 1u);
		break;
	case EVENT_USE:
		fprintf(out, "unit      %s a request is answered %s\n",
			last == EVENT_CACHE || last == EVENT_FILL ? "from what it keeps,"
								  : "with what it read,",
			outcome_text(s, e->outcome));
		break;
	case EVENT_CACHE:
		fprintf(out, "unit      keeps the entry\n");
		break;
	case EVENT_FILL:
		fprintf(out, "unit      keeps the translation under domain-id %u\n", e->domain);
		break;
	case EVENT_WALK:
		fprintf(out, "unit      walks by an entry with domain-id %u\n", e->domain);
		break;
	case EVENT_REQUEST:
		fprintf(out, "unit      all of it done, a request is answered %s\n",
			outcome_text(s, e->outcome));
		break;
	}
}

void verdict_print_schedule(FILE *out, const struct shape *s, const struct verdict *v,
			    const char *indent)
{
	for (unsigned u = 0; u < UNIT_KINDS; u++) {
		const struct model_answer *a = &v->answers[u];
		uint8_t last = EVENT_STEP;

		if (!(v->decides & 1u << u) || !a->event_count)
			continue;
		fprintf(out, "%sA shortest way to harm on %s (%s):\n", indent, unit_kinds[u].name,
			model_harm_text((enum model_harm)a->witness_harm));
		for (unsigned i = 0; i < a->event_count; i++) {
			fprintf(out, "%s  %2u. ", indent, i + 1);
			print_event(out, s, &a->events[i], last);
			if (a->events[i].type == EVENT_FETCH || a->events[i].type == EVENT_CACHE ||
			    a->events[i].type == EVENT_FILL || a->events[i].type == EVENT_USE)
				last = a->events[i].type;
		}
		return;
	}
}
