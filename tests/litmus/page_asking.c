/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/page_asking.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/flip.h"
#include "vtd/entry.h"
#include "vtd/regs.h"

#define QUIET_US  200  /* for a request on its way, where the unit cannot be asked to drain */
#define ANSWER_US 1000 /* for a response on its way to the device */
#define RECORDS	  4
#define TYPE_PAGE 1 /* of a fault record: T1, T2 */

static char text[560];

static bool stop(struct asking *a, const char *why)
{
	if (!a->t->stopped)
		a->t->stopped = why;
	return false;
}

static bool is_ok(struct asking *a, enum vtd_status status)
{
	return status == VTD_OK ? true : stop(a, bench_status_text(a->b, status));
}

void asking_begin(struct asking *a, struct bench *b, struct bench *other, struct tally *t,
		  void *page)
{
	memset(a, 0, sizeof(*a));
	a->b = b;
	a->other = other && other->device->generator->page_answer ? other : NULL;
	a->t = t;
	a->context = b->target->scalable ? flip_entry(b, CONTEXT_ABOVE) : NULL;
	vtd_page_queue_open(&a->queue, b->unit, page);
	vtd_fault_clear(b->unit);
	asking_forget(a);
}

void asking_end(struct asking *a)
{
	if (a->context)
		asking_set_pre(a, false);
	asking_settle(a);
	pci_page_requests_off(a->b->device->function);
	vtd_page_queue_close(&a->queue);
	vtd_fault_clear(a->b->unit);
}

bool asking_set_pre(struct asking *a, bool on)
{
	uint64_t pre = field_mask(SM_CONTEXT_PRE);

	bench_store(a->b, a->context, on ? *a->context | pre : *a->context & ~pre);
	return is_ok(a, vtd_flush_write_buffer(a->b->unit)) && is_ok(a, bench_invalidate_all(a->b));
}

bool asking_send(struct asking *a, uint64_t at, bool last)
{
	struct dma_device *d = a->b->device;

	/* A reset of the device turns its ATS off, and these with it. */
	if (!pci_page_requests_enabled(d->function) && !pci_page_requests_on(d->function))
		return stop(a, "its page requests cannot be turned on");
	a->group = (uint16_t)((a->group + 1) % VTD_PAGE_GROUPS);
	a->asked++;
	return d->generator->request_page(d, at, a->group, last) ||
	       stop(a, "the device did not send a page request");
}

bool asking_settle(struct asking *a)
{
	if (field_of(a->b->unit->ecap, ECAP_PDS))
		return is_ok(a, vtd_drain_page_requests(a->b->unit, &a->b->ats.tlb));
	time_delay_us(QUIET_US);
	return true;
}

void asking_forget(struct asking *a)
{
	struct vtd_page_request request;
	struct dma_page_answer answer;

	while (vtd_page_queue_take(&a->queue, &request))
		;
	while (a->b->device->generator->page_answer(a->b->device, &answer))
		;
	while (a->other && a->other->device->generator->page_answer(a->other->device, &answer))
		;
	vtd_fault_clear(a->b->unit);
	vtd_page_pending_clear(a->b->unit);
}

/* Records since; at least one is waited for, if `wants`. */
static void take_faults(struct asking *a, bool wants, struct asked *s)
{
	uint64_t end = time_us() + bench_fault_wait_us(a->b);
	struct vtd_fault faults[RECORDS];
	bool overflow;

	do {
		unsigned n = vtd_fault_read(a->b->unit, faults, RECORDS, &overflow);

		if (n)
			s->fault = faults[0];
		s->faults += n;
	} while (wants && !s->faults && time_us() < end);
}

void asking_look(struct asking *a, bool wants_fault, struct asked *s)
{
	const struct dma_generator *g = a->b->device->generator;
	struct vtd_page_request request;
	struct dma_page_answer answer;

	while (vtd_page_queue_take(&a->queue, &request)) {
		s->request = request;
		s->queued++;
	}
	while (g->page_answer(a->b->device, &answer)) {
		s->answer = answer;
		s->answers++;
	}
	while (a->other && a->other->device->generator->page_answer(a->other->device, &answer))
		s->astray = true;
	take_faults(a, wants_fault, s);
}

bool asking_ask(struct asking *a, uint64_t at, bool last, bool wants_fault, struct asked *s)
{
	memset(s, 0, sizeof(*s));
	if (!asking_send(a, at, last) || !asking_settle(a))
		return false;
	s->at = at;
	s->group = a->group;
	s->last = last;
	asking_look(a, wants_fault, s);
	return true;
}

static size_t begin_text(const struct asked *s)
{
	return format_text(text, sizeof(text),
			   OUTSIDE_PAGES "a page request for 0x%lx, group %u%s, ", s->at, s->group,
			   s->last ? ", the last of it" : "");
}

static const char *code_name(unsigned code)
{
	const char *name = vtd_page_response_name(code);

	return name ? name : "a reserved code";
}

const char *asking_judge_queued(const struct asking *a, const struct asked *s)
{
	const struct vtd_page_request *r = &s->request;
	const struct dma_device *d = a->b->device;
	size_t n = begin_text(s), room = sizeof(text) - n;
	char *to = text + n;

	if (!s->queued && s->answers)
		format_text(
			to, room,
			"was answered with %s and is not in the page request queue, though nothing blocks it (section 7.4.1)",
			code_name(s->answer.code));
	else if (!s->queued)
		format_text(
			to, room,
			"is neither in the page request queue nor answered%s: it is lost, or written elsewhere (section 7.4.1, PQA)",
			s->faults ? ", and a fault was recorded" : "");
	else if (s->queued > 1)
		format_text(
			to, room,
			"was sent alone, and by PQT %u came into the page request queue, the last of type %u for 0x%lx: it is queued more than once, or PQT was moved past slots that were not written (section 7.4.1)",
			s->queued, r->type, r->address);
	else if (r->type != 1)
		format_text(
			to, room,
			"has a descriptor of type %u (raw 0x%lx, 0x%lx): PQT was moved before it was written, or past a slot that was not (section 7.4.1)",
			r->type, r->raw[0], r->raw[1]);
	else if (r->source_id != a->b->source_id)
		format_text(
			to, room,
			"is in the page request queue with source-id 0x%x, and not 0x%x of its device (section 7.4.1.1)",
			r->source_id, a->b->source_id);
	else if (r->has_pasid != d->has_pasid || (r->has_pasid && r->pasid != d->pasid))
		format_text(
			to, room,
			"is in the page request queue with PP %u, PASID %u; the device sent PP %u, PASID %u (section 7.4.1.1)",
			r->has_pasid, r->pasid, d->has_pasid, d->pasid);
	else if (r->address != (s->at & ~0xfffull))
		format_text(
			to, room,
			"is in the page request queue with address 0x%lx: a bit of it is not kept, or it is another request (section 7.4.1.1)",
			r->address);
	else if (r->group != s->group || r->last != s->last || !r->writes)
		format_text(
			to, room,
			"is in the page request queue with PRGI %u, LPIG %u, WRR %u (section 7.4.1.1)",
			r->group, r->last, r->writes);
	else if (s->answers)
		format_text(
			to, room,
			"is in the page request queue, and was answered with %s before software responded (section 7.4.1)",
			code_name(s->answer.code));
	else if (s->faults)
		format_text(
			to, room,
			"is in the page request queue, and a fault of reason 0x%x was recorded (section 7.4.1)",
			s->fault.reason);
	else
		return s->astray ? OUTSIDE_PAGES
			       "a response came to a device that had asked for nothing (section 7.6.1)"
				 : NULL;
	return text;
}

const char *asking_judge_blocked(const struct asking *a, const struct asked *s, uint8_t reason,
				 const char *why)
{
	const struct vtd_fault *f = &s->fault;
	size_t n = begin_text(s), room = sizeof(text) - n;
	char *to = text + n;

	if (s->queued)
		format_text(to, room, "is in the page request queue, though %s", why);
	else if (s->last && !s->answers)
		format_text(
			to, room,
			"was blocked, as %s, and not answered: the device waits for ever (section 7.4.1, table 31)",
			why);
	else if (s->answers > s->last)
		format_text(
			to, room,
			"was blocked, as %s, and answered %u times: only the last of a group is, once (table 31)",
			why, s->answers);
	else if (s->last && s->answer.code != VTD_PAGE_INVALID)
		format_text(
			to, room,
			"was blocked, as %s, and answered with %s: software never saw it, and it must be Invalid Request (table 31)",
			why, code_name(s->answer.code));
	else if (s->last && (s->answer.group != s->group || !s->answer.is_expected))
		format_text(to, room,
			    "was blocked, as %s, and answered as group %u (section 7.4.1)", why,
			    s->answer.group);
	else if (!s->faults)
		format_text(
			to, room,
			"was blocked, as %s, and no fault was recorded (section 7.4.1; reason 0x%x)",
			why, reason);
	else if (s->faults > 1 || f->reason != reason || f->type != TYPE_PAGE ||
		 f->source_id != a->b->source_id || f->address != (s->at & ~0xfffull))
		format_text(
			to, room,
			"was blocked, as %s: %u records, the first of reason 0x%x, type %s, source-id 0x%x, address 0x%lx, and not of reason 0x%x, a page request of this device for that page (section 11.4.7.6)",
			why, s->faults, f->reason, vtd_fault_type_name(f->type), f->source_id,
			f->address, reason);
	else
		return NULL;
	return text;
}

const char *asking_respond(struct asking *a, const struct asked *s, enum vtd_page_response code)
{
	struct asked after = { .at = s->at, .group = s->group, .last = true };
	uint64_t end;
	size_t n;

	if (!is_ok(a, vtd_page_respond(a->b->unit, &s->request, code)))
		return a->t->stopped;
	end = time_us() + ANSWER_US;
	do
		asking_look(a, false, &after);
	while (!after.answers && !after.astray && time_us() < end);
	if (after.answers == 1 && after.answer.code == code && after.answer.group == s->group &&
	    after.answer.is_expected && !after.astray)
		return NULL;
	n = begin_text(&after);
	if (after.astray)
		format_text(
			text + n, sizeof(text) - n,
			"got a response from software with its RID, and a response came to another device (section 7.6.1)");
	else if (!after.answers)
		format_text(
			text + n, sizeof(text) - n,
			"got the response %s from software, and none came to the device: it is not sent, or to another (section 7.6.1)",
			code_name(code));
	else
		format_text(
			text + n, sizeof(text) - n,
			"got the response %s from software, and %u came to the device, the last %s for group %u%s (section 7.6.1)",
			code_name(code), after.answers, code_name(after.answer.code),
			after.answer.group,
			after.answer.is_expected ? "" : ", which waits for none");
	return text;
}
