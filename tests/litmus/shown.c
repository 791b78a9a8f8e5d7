/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/shown.h"
#include "kernel/output/log.h"
#include "tests/litmus/report.h"

static struct best counted(const struct tally *t, unsigned kind)
{
	switch (kind) {
	case SHOWN_TORN: /* while the updater stood still, a mixture proves nothing of concurrency */
		return (struct best){ t->exposed_torn, t->exposed };
	case SHOWN_STALE:
		return (struct best){ t->stale, t->held };
	}
	return (struct best){ t->mistagged, t->tag_checks };
}

static bool is_more(struct best a, struct best b)
{
	return a.harms && (!b.harms || a.harms * b.of > b.harms * a.of);
}

/*
 * What tore elsewhere is a control of an entry of one word, which tears nowhere but in a unit that reads less than a word
 * at once. Of a pointer that is set by a command not even such a unit uses halves.
 */
static bool counts_elsewhere(enum target_id target)
{
	return target_is_word(target) && !kind_is_pointer(target_kind(target));
}

void shown_take(struct shown *shown, const struct tally *t, enum target_id target,
		enum regime regime)
{
	for (unsigned kind = 0; kind < SHOWN_KINDS; kind++) {
		struct best now = counted(t, kind), *best = &shown->best[target][regime][kind];

		if (is_more(now, *best))
			*best = now;
	}
	if (is_more(counted(t, SHOWN_TORN), shown->torn[regime]))
		shown->torn[regime] = counted(t, SHOWN_TORN);
	shown->harms[target][regime] += t->torn + t->stale + t->mistagged;
}

unsigned shown_in_time(const struct shown *shown, const struct tally *t, enum target_id target,
		       enum regime regime)
{
	unsigned ways = 0;

	for (unsigned kind = 0; kind < SHOWN_KINDS; kind++) {
		struct best best = shown->best[target][regime][kind];

		if (kind == SHOWN_TORN && counts_elsewhere(target) &&
		    is_more(shown->torn[regime], best))
			best = shown->torn[regime];
		if (best.harms && counted(t, kind).of * best.harms >= 3 * best.of)
			ways |= 1u << kind;
	}
	return ways;
}

uint8_t shown_harms(unsigned ways)
{
	return (uint8_t)((ways >> SHOWN_TORN & 1 ? HARM_MIXTURE : 0) |
			 (ways >> SHOWN_STALE & 1 ? HARM_STALE : 0) |
			 (ways >> SHOWN_MISTAGGED & 1 ? HARM_MISTAGGED : 0));
}

uint64_t shown_by_controls(const struct shown *shown, enum target_id target, enum regime regime)
{
	return shown->harms[target][regime] +
	       (counts_elsewhere(target) ? shown->torn[regime].harms : 0);
}

void shown_report_known_bad(const struct bench *b, const struct shown *shown)
{
	unsigned bad = 0, showable = 0, seen = 0;

	for (unsigned t = 0; t < TARGET_COUNT; t++)
		for (size_t i = 0; i < all_sequences(); i++) {
			uint8_t flags = shown->known_bad[t][i];

			if (!(flags & KNOWN_BAD))
				continue;
			bad++;
			/* What was seen could be shown, whatever the model of the unit says. */
			showable += flags & (SHOWABLE | SEEN) ? 1 : 0;
			seen += flags & SEEN ? 1 : 0;
			if (!(flags & SEEN))
				log_note("  not seen: %s.%s.%s%s", target_name((enum target_id)t),
					 operation_name(sequence_at(i)->operation),
					 sequence_at(i)->name,
					 flags & SHOWABLE ? "" : " (this unit cannot show it)");
		}
	if (bad)
		report_highlight(
			"%s: %u known-bad sequence%s; this unit can show %u; seen in this run %u",
			b->device->generator->name, bad, bad == 1 ? "" : "s", showable, seen);
}
