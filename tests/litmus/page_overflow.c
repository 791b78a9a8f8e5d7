/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check page-requests: a queue that is full, and what comes after (section 7.4.1, table 31). */
#include "kernel/lib/format.h"
#include "tests/litmus/page_asking.h"

#define FIT	   (VTD_PAGE_REQUESTS - 1)
#define TAKEN	   3
#define PAGE	   4096ull
#define AFTER_WRAP 8

static char text[480];

/* The next of the queue must be of page `number`. */
static const char *take(struct asking *a, unsigned number)
{
	struct vtd_page_request r;
	bool any = vtd_page_queue_take(&a->queue, &r);
	uint64_t wanted = (a->b->target->address & ~(PAGE - 1)) + number * PAGE;

	if (any && r.type == 1 && r.address == wanted)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE_PAGES
		"of page requests for one page after the other, %u of which fit into the queue, the next to be taken is for 0x%lx; at PQH there is %s 0x%lx, type %u: one was lost or written over, or PQT does not go through all slots (section 7.4.1)",
		FIT, wanted, any ? "one for" : "none, the last one was for", r.address, r.type);
	return text;
}

static bool send(struct asking *a, unsigned number, bool last)
{
	return asking_send(a, a->b->target->address + number * PAGE, last);
}

/* One more than fits, or one while PRO is set: not queued, and answered with Success where it is the last of its group. */
static const char *see_dropped(struct asking *a, bool last, const char *when, unsigned count)
{
	struct asked s = { .last = last };
	unsigned now, answers;

	if (!send(a, FIT, last) || !asking_settle(a))
		return a->t->stopped;
	s.group = a->group;
	now = vtd_page_queue_count(&a->queue);
	while (a->b->device->generator->page_answer(a->b->device, &s.answer))
		s.answers++;
	answers = last;
	if (now != count)
		format_text(
			text, sizeof(text),
			OUTSIDE_PAGES
			"a page request came while %s: by PQH and PQT %u are in the queue, and not %u as before: it was queued, or written over those that were not taken (section 7.4.1)",
			when, now, count);
	else if (!vtd_page_overflowed(a->b->unit))
		format_text(
			text, sizeof(text),
			OUTSIDE_PAGES
			"a page request came while %s, and PRS.PRO is not set: software does not know that it was lost (section 7.4.1)",
			when);
	else if (s.answers != answers)
		format_text(
			text, sizeof(text),
			OUTSIDE_PAGES
			"a page request that was %sthe last of its group came while %s, and the unit answered it %u times%s (section 7.4.1, table 31)",
			last ? "" : "not ", when, s.answers,
			last && !s.answers ? ": the device waits for ever" : "");
	else if (last && (s.answer.code != VTD_PAGE_SUCCESS || s.answer.group != s.group ||
			  !s.answer.is_expected))
		format_text(
			text, sizeof(text),
			OUTSIDE_PAGES
			"a page request of group %u came while %s, and the unit answered group %u with code %u: it must be Success, so that the device asks again (table 31)",
			s.group, when, s.answer.group, s.answer.code);
	else
		return NULL;
	return text;
}

static const char *fill(struct asking *a)
{
	for (unsigned i = 0; i < FIT; i++)
		if (!send(a, i, false))
			return a->t->stopped;
	if (!asking_settle(a))
		return a->t->stopped;
	if (vtd_page_overflowed(a->b->unit))
		return OUTSIDE_PAGES
			"PRS.PRO is set though fewer page requests came than the page request queue has room for: it is set for nothing, or PQT does not go through all slots (section 7.4.1)";
	if (vtd_page_queue_count(&a->queue) == FIT)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE_PAGES
		"%u page requests were sent and PQT says that %u are in the queue, whose page has room for as many (section 7.4.1)",
		FIT, vtd_page_queue_count(&a->queue));
	return text;
}

const char *page_overflow_find(struct asking *a)
{
	const char *problem;

	asking_forget(a);
	vtd_page_overflow_clear(a->b->unit);
	problem = fill(a);
	if (!problem)
		problem = see_dropped(a, true, "the page request queue was full", FIT);
	if (!problem)
		problem = see_dropped(a, false, "PRS.PRO was set", FIT);
	for (unsigned i = 0; i < TAKEN && !problem; i++)
		problem = take(a, i);
	if (!problem)
		problem = see_dropped(a, true, "PRS.PRO was set, though the queue had room again",
				      FIT - TAKEN);
	vtd_page_overflow_clear(a->b->unit);
	if (!problem && vtd_page_overflowed(a->b->unit))
		problem = OUTSIDE_PAGES
			"PRS.PRO stays set when 1 is written to it (section 11.4.11.4)";
	if (!problem && (!send(a, FIT, false) || !asking_settle(a)))
		problem = a->t->stopped;
	if (!problem && vtd_page_queue_count(&a->queue) != FIT - TAKEN + 1)
		problem = OUTSIDE_PAGES
			"after PRS.PRO was cleared, and the queue had room, a page request was not queued (section 11.4.11.4)";
	for (unsigned i = TAKEN; i <= FIT && !problem; i++)
		problem = take(a, i);
	/* Past the end of the page. */
	for (unsigned i = 0; i < AFTER_WRAP && !problem; i++) {
		if (!send(a, i, false) || !asking_settle(a))
			return a->t->stopped;
		problem = take(a, i);
	}
	vtd_page_overflow_clear(a->b->unit);
	return problem;
}
