/* SPDX-License-Identifier: BSD-2-Clause */
/* A schedule for a person: who does what, and what the unit reads meanwhile. */
#include <string.h>

#include "tools/model/model.h"

struct replay {
	FILE *out;
	const char *indent;
	const struct target *t;
	const struct unit_kind *kind;
	struct model_fetch fetch;
	uint64_t memory[ENTRY_WORDS_MAX];  /* as the processor sees it */
	uint64_t visible[ENTRY_WORDS_MAX]; /* as the unit does */
	unsigned number;
	uint8_t last; /* what the unit did last: enum model_event_type */
};

static void line(struct replay *r, const char *who)
{
	fprintf(r->out, "%s%2u. %-9s ", r->indent, ++r->number, who);
}

/* Whose part of a word the unit reads; NULL: A and B are the same there. */
static const char *whose(const struct replay *r, unsigned word, uint64_t mask)
{
	uint64_t value = r->visible[word] & mask;
	uint64_t a = r->t->state[0][0][word] & mask, b = r->t->state[0][1][word] & mask;

	if (value == a && value == b)
		return NULL;
	if (value == a)
		return "of A";
	if (value == b)
		return "of B";
	if (!value)
		return "zero";
	if (!word && (value | (mask & kind_present((enum entry_kind)r->t->kind))) == a)
		return "of A with P clear";
	if (!word && (value | (mask & kind_present((enum entry_kind)r->t->kind))) == b)
		return "of B with P clear";
	return "partly of each";
}

static void fetch(struct replay *r, unsigned part)
{
	const char *between = "";
	unsigned first = ENTRY_WORDS_MAX, last = 0;
	bool whole = true;

	for (unsigned w = 0; w < r->t->words; w++)
		if (r->fetch.mask[part][w]) {
			first = first < w ? first : w;
			last = w;
			whole = whole && r->fetch.mask[part][w] == ~0ull;
		}
	line(r, "unit");
	fprintf(r->out, "reads %s", whole ? "" : "a field of ");
	if (first == last)
		fprintf(r->out, "word %u", first);
	else
		fprintf(r->out, "words %u %s %u", first, last == first + 1 ? "and" : "to", last);
	for (unsigned w = first; w <= last; w++) {
		const char *text = whose(r, w, r->fetch.mask[part][w]);

		if (text) {
			fprintf(r->out, "%s word %u %s", *between ? between : ":", w, text);
			between = ",";
		}
	}
	fprintf(r->out, "%s\n", *between ? "" : ", which are the same in A and B");
}

/* The entry's line; where its words are in two, one of them. */
static void write_back(struct replay *r, unsigned line)
{
	bool apart = kind_is_apart((enum entry_kind)r->t->kind);

	for (unsigned w = 0; w < ENTRY_WORDS_MAX; w++)
		if (!apart || (w > 0) == line)
			r->visible[w] = r->memory[w];
}

static void step(struct replay *r, const struct step *s, const struct model_event *e,
		 const unsigned *line_of)
{
	const uint64_t *a = r->t->state[0][0], *b = r->t->state[0][1];
	uint64_t all[ENTRY_WORDS_MAX];
	char text[128];

	memcpy(all, r->memory, sizeof(all));
	step_apply(s, (enum entry_kind)r->t->kind, e->to ? a : b, e->to ? b : a, all);
	for (unsigned w = 0; w < ENTRY_WORDS_MAX; w++)
		if (!e->part || w == e->part - 1u)
			r->memory[w] = all[w];
	if (r->kind->how.coherent || s->op == STEP_SET_POINTER)
		memcpy(r->visible, r->memory, sizeof(r->visible));
	else if (s->op == STEP_FLUSH || s->op == STEP_FLUSH_TABLES)
		write_back(r, s->op == STEP_FLUSH_TABLES);
	line(r, "software");
	fprintf(r->out, "%s, step %u", e->to ? "A to B" : "B to A", e->step + 1u);
	if (line_of)
		fprintf(r->out, " (line %u)", line_of[e->step]);
	fprintf(r->out, ": %s", step_text(s, text, sizeof(text)));
	fprintf(r->out, e->part ? "; of it word %u\n" : "\n", e->part - 1u);
}

static const char *entry_cache(const struct target *t)
{
	switch (t->kind) {
	case KIND_PASID_DIR:
	case KIND_PASID_DIR_TABLE:
	case KIND_PASID:
		return "PASID cache";
	case KIND_TABLE:
	case KIND_LEAF:
	case KIND_LARGE:
	case KIND_FREED_TABLE:
		return "paging-structure cache or IOTLB";
	case KIND_INTERRUPT_TABLE:
	case KIND_IRTE:
		return "interrupt entry cache";
	default:
		return "context cache";
	}
}

static void outcome(struct replay *r, unsigned o)
{
	const char *name = target_outcome_name(r->t, o), *means = target_outcome_meaning(r->t, o);

	if (target_is_of_interrupts(r->t))
		fprintf(r->out, "the interrupt comes to %s (%s)", name, means);
	else if (o < OUTCOME_PAGES)
		fprintf(r->out, "the DMA lands in page %s (%s)", name, means);
	else
		fprintf(r->out, "the DMA is %s", means);
}

static void event(struct replay *r, const struct model_event *e, const struct step *steps,
		  const unsigned *line_of)
{
	const struct target *t = r->t;

	switch (e->type) {
	case EVENT_STEP:
		step(r, &steps[e->step], e, line_of);
		return;
	case EVENT_EVICT:
		write_back(r, e->part);
		line(r, "processor");
		fprintf(r->out, "writes the cache line%s back by itself\n",
			!kind_is_apart((enum entry_kind)t->kind) ? ""
			: e->part				 ? "s of the tables"
								 : " of word 0");
		return;
	case EVENT_FETCH:
		fetch(r, e->part);
		break;
	case EVENT_USE:
		line(r, "unit");
		fprintf(r->out, "%s",
			r->last == EVENT_CACHE || r->last == EVENT_FILL
				? "answers from what it keeps: "
				: "uses what it read: ");
		outcome(r, e->outcome);
		fprintf(r->out, "\n");
		break;
	case EVENT_CACHE:
		line(r, "unit");
		fprintf(r->out, "keeps the entry in its %s\n", entry_cache(t));
		break;
	case EVENT_FILL:
		line(r, "unit");
		fprintf(r->out, "keeps the translation to %s under domain-id %u%s\n",
			target_outcome_name(t, e->outcome), e->domain,
			t->domain[0] == t->domain[1] ? ""
			: e->domain == t->domain[0]  ? ", that of A"
			: e->domain == t->domain[1]  ? ", that of B"
						     : "");
		break;
	case EVENT_WALK:
		line(r, "unit");
		fprintf(r->out,
			"walks by an entry with domain-id %u, on from paging entries kept under it, to %s\n",
			e->domain, target_outcome_name(t, e->outcome));
		break;
	case EVENT_REQUEST:
		line(r, "unit");
		fprintf(r->out,
			"with %s the current entry, and the update over: ", e->to ? "B" : "A");
		outcome(r, e->outcome);
		fprintf(r->out, "%s\n",
			r->last != EVENT_CACHE && r->last != EVENT_FILL &&
					memcmp(r->memory, r->visible, sizeof(r->memory))
				? "; it does not see what is still in the processor's cache"
				: "");
		break;
	}
	r->last = e->type;
}

void print_schedule(FILE *out, const char *indent, const struct target *t, const struct step *steps,
		    const unsigned *line_of, const struct unit_kind *kind,
		    const struct model_answer *a)
{
	struct replay r = { .out = out, .indent = indent, .t = t, .kind = kind };

	if (kind->how.bits)
		model_fetch_chunks(&r.fetch, (enum entry_kind)t->kind, kind->how.bits,
				   !kind->how.any_order);
	else
		model_fetch_qemu(&r.fetch, (enum entry_kind)t->kind);
	memcpy(r.memory, t->state[0][0], sizeof(r.memory));
	memcpy(r.visible, r.memory, sizeof(r.visible));
	for (unsigned i = 0; i < a->event_count; i++)
		event(&r, &a->events[i], steps, line_of);
}
