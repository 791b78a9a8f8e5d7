/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check page-requests: what is in the queue, when; its event; and responses (sections 7.4.1.1, 7.5, 7.6, 7.7). */
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/litmus/page_asking.h"
#include "vtd/regs.h"

#define DRAINS	  256
#define EARLY	  32
#define LATE_US	  1000
#define EVENT_US  100
#define FIRST_BIT 12 /* of an address */
#define AGAIN	  8  /* slots, when a queue has been gone round */

static char text[400];

/* Draining: a wait with PD comes after what the device had sent before. */
static const char *see_drain(struct asking *a)
{
	unsigned late = 0;
	struct asked s;

	if (!field_of(a->b->unit->ecap, ECAP_PDS))
		return NULL;
	for (unsigned i = 0; i < DRAINS; i++) {
		if (!asking_ask(a, a->b->target->address, false, false, &s))
			return a->t->stopped;
		if (s.queued)
			continue;
		time_delay_us(LATE_US);
		asking_look(a, false, &s);
		late += s.queued != 0;
	}
	if (!late)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE_PAGES
		"in %u of %u rounds a page request came into its queue only after a device-TLB invalidation and a wait with PD that were submitted after it was sent: page requests are not drained (section 7.7)",
		late, DRAINS);
	return text;
}

/* As soon as PQT has moved the descriptor is there. */
static const char *see_tail(struct asking *a)
{
	for (unsigned i = 0; i < EARLY; i++) {
		uint64_t end = time_us() + LATE_US;
		struct asked s = { .at = a->b->target->address };
		const char *problem;

		asking_forget(a);
		if (!asking_send(a, s.at, false))
			return a->t->stopped;
		s.group = a->group;
		while (!s.queued && time_us() < end)
			s.queued = vtd_page_queue_take(&a->queue, &s.request);
		if (!asking_settle(a))
			return a->t->stopped;
		asking_look(a, false, &s);
		problem = asking_judge_queued(a, &s);
		if (problem)
			return problem;
	}
	return NULL;
}

static const char *see_one(struct asking *a, uint64_t at, bool last, bool *responds)
{
	const char *problem;
	struct asked s;

	if (!asking_ask(a, at, last, false, &s))
		return a->t->stopped;
	problem = asking_judge_queued(a, &s);
	if (problem || !last)
		return problem;
	*responds = !*responds;
	return asking_respond(a, &s, *responds ? VTD_PAGE_SUCCESS : VTD_PAGE_INVALID);
}

/* Each bit of an address, and of a group. A page need not be mapped to be asked for: it mostly is not. */
static const char *see_bits(struct asking *a)
{
	const char *problem = NULL;
	bool responds = false;

	for (unsigned bit = FIRST_BIT; bit < 64 && !problem; bit++)
		problem = see_one(a, a->b->target->address ^ 1ull << bit, bit % 2, &responds);
	for (unsigned bit = 0; 1u << bit < VTD_PAGE_GROUPS && !problem; bit++) {
		a->group = (uint16_t)((1u << bit) - 1);
		problem = see_one(a, a->b->target->address, true, &responds);
	}
	return problem;
}

/* A queue above 4 GiB, for each bit of its address that there is memory at. */
static const char *see_high_queue(struct asking *a)
{
	struct vtd_page_queue before = a->queue;
	const char *problem = NULL;
	bool responds = false;

	for (unsigned bit = 32; bit < 52 && !problem; bit++) {
		void *high = memory_alloc_alias((const void *)before.slots, bit);

		if (!high)
			continue;
		vtd_page_queue_open(&a->queue, a->b->unit, high);
		problem = see_one(a, a->b->target->address, true, &responds);
	}
	vtd_page_queue_open(&a->queue, a->b->unit, (void *)before.slots);
	return problem;
}

/* Each slot of two pages, and the first ones again. A unit that does not turn back has more pages to write to. */
static const char *see_size(struct asking *a)
{
	static void *pages; /* memory is not freed */
	struct vtd_page_queue before = a->queue;
	const char *problem = NULL;
	struct asked s;

	if (!pages)
		pages = memory_alloc(4);
	if (!pages)
		return NULL;
	vtd_page_queue_open_pages(&a->queue, a->b->unit, pages, 1);
	for (unsigned i = 0; i < 2 * VTD_PAGE_REQUESTS + AGAIN && !problem; i++) {
		if (!asking_ask(a, a->b->target->address, false, false, &s))
			problem = a->t->stopped;
		else if (s.queued != 1 || s.request.type != 1 || s.request.group != s.group)
			problem = text;
		if (problem != text)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE_PAGES
			"with PQA.PQS = 1, a queue of two pages, page request %u was sent alone, and by PQT %u came into it, the last of type %u and group %u, and not %u: the unit goes back to the start elsewhere than at the end: it does not use PQS (section 11.4.11.3)",
			i + 1, s.queued, s.request.type, s.request.group, s.group);
	}
	vtd_page_queue_open(&a->queue, a->b->unit, (void *)before.slots);
	return problem;
}

static volatile unsigned events;

static bool on_event(struct trap_frame *frame)
{
	(void)frame;
	events++;
	return true;
}

/* One request: how many events came. */
static unsigned count_events(struct asking *a, struct asked *s)
{
	events = 0;
	interrupts_on();
	asking_ask(a, a->b->target->address, false, false, s);
	time_delay_us(EVENT_US); /* one that is on its way */
	interrupts_off();
	return events;
}

/* How many events come when the mask goes. */
static unsigned unmask(struct vtd_unit *unit, const struct bench *b)
{
	events = 0;
	interrupts_on();
	vtd_page_event(unit, true, (uint8_t)b->driver_apic, VECTOR_VTD_FAULT);
	bench_await_event(&events, true, EVENT_US);
	interrupts_off();
	return events;
}

static const char *see_event(struct asking *a)
{
	struct vtd_unit *unit = a->b->unit;
	unsigned masked, held, sent, again;
	bool pends, stays, is_set, is_cleared;
	struct asked s;

	/* The fault event's vector is used. */
	if (a->b->driver_apic > 255)
		return NULL;
	trap_on_interrupt(VECTOR_VTD_FAULT, on_event);
	asking_forget(a);
	/* Masked, but with an address. */
	vtd_page_event(unit, true, (uint8_t)a->b->driver_apic, VECTOR_VTD_FAULT);
	vtd_page_event(unit, false, 0, 0);
	masked = count_events(a, &s);
	is_set = vtd_page_pending(unit);
	pends = vtd_page_event_pending(unit);
	held = unmask(unit, a->b);
	stays = vtd_page_event_pending(unit);
	vtd_page_event(unit, false, 0, 0);
	vtd_page_pending_clear(unit);
	is_cleared = !vtd_page_pending(unit) && !vtd_page_event_pending(unit);
	vtd_page_event(unit, true, (uint8_t)a->b->driver_apic, VECTOR_VTD_FAULT);
	sent = count_events(a, &s);
	again = count_events(a, &s);
	vtd_page_event(unit, false, 0, 0);
	vtd_page_pending_clear(unit);
	if (a->t->stopped)
		return a->t->stopped;
	return !is_set ? OUTSIDE_PAGES
		       "a page request was queued, and PRS.PPR is not set (section 7.5)"
	       : masked ? OUTSIDE_PAGES
		       "a page request was queued, and an interrupt came though PECTL.IM is set: the mask is not looked at (section 7.5)"
	       : !pends ? OUTSIDE_PAGES
		       "a page request was queued, its event is masked, and PECTL.IP is not set (section 11.4.11.5)"
	       : held != 1 ? OUTSIDE_PAGES
		       "a page request was queued while PECTL.IM was set, IM was cleared, and not one interrupt came: an event that is pending (PECTL.IP) is not sent then, or more than once (section 7.5)"
	       : stays ? OUTSIDE_PAGES
		       "a page request event that was pending was sent, and PECTL.IP is still set: it would be sent again for nothing (section 11.4.11.5)"
	       : !is_cleared ? OUTSIDE_PAGES
		       "PRS.PPR, or PECTL.IP, stays set when 1 is written to PPR (sections 11.4.11.4, 11.4.11.5)"
	       : !sent ? OUTSIDE_PAGES
		       "a page request was queued, PRS was clear and PECTL.IM is, and no interrupt came: the page request event is not sent, or to another address (section 7.5)"
	       : sent > 1 || again ? OUTSIDE_PAGES
		       "more than one interrupt came though PRS.PPR was not cleared between (section 7.5)"
				   : NULL;
}

const char *page_queue_find(struct asking *a)
{
	static const char *(*const parts[])(struct asking *) = {
		see_drain, see_tail, see_bits, see_high_queue, see_size, see_event
	};
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]) && !problem; i++) {
		asking_forget(a);
		problem = parts[i](a);
	}
	return problem;
}
