/* SPDX-License-Identifier: BSD-2-Clause */
/* Times in words, and sums of what sequences cost. */
#include "tools/log/costs.h"

#include <stdio.h>

#define APART 2 /* times: less is no difference between runs */

char *time_text(uint64_t ns, char text[24])
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	double value = (double)ns;
	unsigned i = 0;

	for (; value >= 999.5 && i < 3; i++)
		value /= 1000;
	snprintf(text, 24, "%.*f %s",
		 !i		 ? 0
		 : value >= 99.5 ? 0
		 : value >= 9.95 ? 1
				 : 2,
		 value, units[i]);
	return text;
}

char *times_text(const struct times *t, char text[96])
{
	char median[24], nearly[24], most[24];

	snprintf(text, 96, "%s (99 %%: %s, at most %s)", time_text(t->median, median),
		 time_text(t->nearly, nearly), time_text(t->most, most));
	return text;
}

/* The least and the most of what has been; 0 runs so far. */
static void widen(uint64_t *least, uint64_t *most, uint32_t before, uint64_t from, uint64_t to)
{
	*least = before && *least < from ? *least : from;
	*most = before && *most > to ? *most : to;
}

void cost_merge(struct cost_sum *s, const struct cost_sum *from)
{
	if (!from->runs)
		return;
	widen(&s->update_least, &s->update_most, s->runs, from->update_least, from->update_most);
	if (from->blocked_runs)
		widen(&s->blackout_least, &s->blackout_most, s->blocked_runs, from->blackout_least,
		      from->blackout_most);
	s->runs += from->runs;
	s->blocked_runs += from->blocked_runs;
	s->updates += from->updates;
	s->blocking += from->blocking;
	s->dmas += from->dmas;
	s->refused += from->refused;
	s->longest = s->longest > from->longest ? s->longest : from->longest;
	s->dma_most = s->dma_most > from->dma_most ? s->dma_most : from->dma_most;
}

void cost_add(struct cost_sum *s, const struct costs *c)
{
	struct cost_sum one = { .runs = c->updates != 0,
				.blocked_runs = c->blocking != 0,
				.updates = c->updates,
				.blocking = c->blocking,
				.dmas = c->dmas,
				.refused = c->refused,
				.update_least = c->update.median,
				.update_most = c->update.median,
				.blackout_least = c->blackout.median,
				.blackout_most = c->blackout.median,
				.longest = c->blackout.most,
				.dma_most = c->dma.median };

	cost_merge(s, &one);
}

static bool is_less(uint64_t most, uint64_t least)
{
	return most * APART < least;
}

const char *cost_difference(const struct cost_sum *a, const struct cost_sum *b, uint32_t least_runs)
{
	if (a->runs < least_runs || b->runs < least_runs)
		return NULL;
	if (!a->blocked_runs && b->blocked_runs == b->runs)
		return "refuses DMA now";
	if (!b->blocked_runs && a->blocked_runs == a->runs)
		return "refuses no DMA any more";
	if (a->blocked_runs == a->runs && b->blocked_runs == b->runs) {
		if (is_less(a->blackout_most, b->blackout_least))
			return "refuses DMA for longer";
		if (is_less(b->blackout_most, a->blackout_least))
			return "refuses DMA for less long";
	}
	if (is_less(a->update_most, b->update_least))
		return "takes longer";
	if (is_less(b->update_most, a->update_least))
		return "takes less long";
	return NULL;
}
