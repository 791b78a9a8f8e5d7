/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of what a sequence costs, put into a run. */
#include <string.h>

#include "tools/log/run_build.h"
#include "tools/log/words.h"

/* The number before the next '/', which is then taken off. */
static uint64_t part(struct span *s)
{
	const char *slash = memchr(s->at, '/', s->bytes);
	struct span number = { s->at, slash ? (size_t)(slash - s->at) : s->bytes };

	s->at += number.bytes + (slash ? 1 : 0);
	s->bytes -= number.bytes + (slash ? 1 : 0);
	return word_number(number);
}

/* "412/900/1200" */
static struct times times_of(struct span s)
{
	struct times t;

	t.median = part(&s);
	t.nearly = part(&s);
	t.most = part(&s);
	return t;
}

void take_costs(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		NUMBER_FIELD("updates", costs, updates), NUMBER_FIELD("blocking", costs, blocking),
		NUMBER_FIELD("dmas", costs, dmas),	 NUMBER_FIELD("refused", costs, refused),
		NUMBER_FIELD("unended", costs, unended),
	};
	struct costs *c = &b->open->costs;
	struct word w;

	while (word_next(&line, &w))
		if (word_is(w.key, "update"))
			c->update = times_of(w.value);
		else if (word_is(w.key, "dma"))
			c->dma = times_of(w.value);
		else if (word_is(w.key, "blackout"))
			c->blackout = times_of(w.value);
		else
			word_put(&b->arena, c, fields, COUNT(fields), &w);
}

/* name=count/median/nearly/most, for each kind that the sequence has. */
void take_invalidations(struct builder *b, struct span line)
{
	struct costs *c = &b->open->costs;
	struct word w;

	while (c->invalidation_count < INVALIDATIONS_MAX && word_next(&line, &w)) {
		struct invalidation_times *i = &c->invalidations[c->invalidation_count++];

		word_copy(i->name, sizeof(i->name), w.key);
		i->count = part(&w.value);
		i->times = times_of(w.value);
	}
}
