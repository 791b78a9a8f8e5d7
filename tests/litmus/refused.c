/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/refused.h"
#include "kernel/lib/format.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/known.h"

#define AGAIN ", once more with nothing invalidated"

static char text[480];

const char *refused_landing(const struct bench *b, uint64_t number)
{
	unsigned written = target_written(b->target, number);

	for (unsigned p = 0; p < b->target->pages; p++)
		if (written >> p & 1)
			return target_outcome_name(b->target, p);
	return NULL;
}

const char *refused_once(struct bench *b, struct tally *t, uint8_t want, const char *what,
			 const char *section, bool again)
{
	const char *landed, *name = target_name((enum target_id)b->target->id);
	struct attempt a;
	bool is_right;

	target_arm(b->target, ++t->dmas);
	bench_attempt(b, &a);
	landed = refused_landing(b, t->dmas);
	/* By an entry that maps 2 MiB an address of the window leads to itself. */
	if (!landed && a.arrived && target_has_large_page((enum target_id)b->target->id))
		landed = target_outcome_name(b->target, OUTCOME_B);
	bench_set_requester(b, b->target->address);
	/* The device reads its own pages through that entry, too. */
	if (!landed && !a.recorded && target_has_large_page((enum target_id)b->target->id) &&
	    known_of_qemu(b, KNOWN_READ_FILLED))
		return a.problem;
	/* What was refused first may be a read of the device's own pages: of those another reason may be right. */
	is_right = a.recorded && (a.fault.reason == want || a.fault.type ||
				  known_reason(b, want, a.fault.reason));
	if (a.problem || (!landed && is_right))
		return a.problem;
	if (landed)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s%s: a write %s, it landed in page %s: the unit %s (section %s)%s",
			name, what, again ? AGAIN : "",
			a.recorded ? "was recorded as refused, and yet done" : "was not refused",
			landed,
			a.recorded ? "does what it says that it does not"
			: again	   ? "does not keep with an entry what it refuses"
				   : "does not look at it",
			a.recorded ? "7.1.1"
			: again	   ? "6.2.5"
				   : section,
			a.recorded || again ? "" : ", or keeps an old entry");
	else if (a.recorded && !a.fault.reason)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s%s: the write was refused, and the record says reason 0x0, which is none: F is set before the rest of the record is written (section 7.2.1)",
			name, what, again ? AGAIN : "");
	else if (a.recorded)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s%s: the write was refused for reason 0x%x, and not 0x%x: the entry is read wrongly (section %s), or the reason is (section 7.1.3)",
			name, what, again ? AGAIN : "", a.fault.reason, want, section);
	else
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s%s: no page was written to, and no fault of the write was recorded (sections %s, 7.2): %s",
			name, what, again ? AGAIN : "", section,
			a.others || a.overflow ? bench_attempt_text(b, &a)
			: a.arrived
				? "it arrived at its physical address: the unit passes it through"
				: "it went elsewhere, or faults of this reason are not recorded");
	return text;
}

const char *refused_entry(struct bench *b, struct tally *t, const uint64_t *entry, unsigned word,
			  unsigned tries, const char *what, const char *section)
{
	/* The target root is one word in legacy mode: the upper half of its entry is stored by itself. */
	uint64_t *beyond = word < b->target->words ? NULL : b->target->entry + word;
	uint64_t before = beyond ? *beyond : 0;
	const char *problem = NULL;
	uint8_t want;

	if (beyond)
		bench_store(b, beyond, entry[word]);
	want = target_reason_of(b->target, entry);
	if (!want) {
		format_text(text, sizeof(text),
			    "target %s, %s: by the reference walk that is not refused at all",
			    target_name((enum target_id)b->target->id), what);
		problem = t->stopped = text;
	} else if (!engine_put(b, entry, t)) {
		problem = t->stopped;
	}
	for (unsigned i = 0; i < tries && !problem; i++)
		problem = refused_once(b, t, want, what, section, i);
	if (beyond)
		bench_store(b, beyond, before);
	return problem;
}
