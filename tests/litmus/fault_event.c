/* SPDX-License-Identifier: BSD-2-Clause */
/* The fault event: whether the interrupt comes for a fault, and once. */
#include "tests/litmus/fault_event.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/litmus/trials.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"

#define FAULTS 8
#define UNREAD 3

static volatile unsigned events;

static bool on_event(struct trap_frame *frame)
{
	(void)frame;
	events++;
	return true;
}

static unsigned count(struct bench *b, bool masked, struct tally *t)
{
	struct storm storm = { .count = FAULTS, .read_each = true };

	vtd_fault_clear(b->unit);
	vtd_fault_interrupt(b->unit, true, (uint8_t)b->driver_apic, VECTOR_VTD_FAULT);
	if (masked)
		vtd_fault_interrupt(b->unit, false, 0, 0);
	interrupts_on();
	events = 0;
	trial_storm(b, &storm, t);
	/* One that is on its way. */
	time_delay_us(bench_record_wait_us(b));
	interrupts_off();
	return events;
}

/* FSTS clear, nothing on its way, and the event as it is asked for. */
static void begin(struct bench *b, bool masked)
{
	vtd_fault_interrupt(b->unit, false, 0, 0);
	interrupts_on();
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	events = 0;
	if (!masked)
		vtd_fault_interrupt(b->unit, true, (uint8_t)b->driver_apic, VECTOR_VTD_FAULT);
}

/* How many came, with those that are on their way. */
static unsigned end(struct bench *b, bool masked)
{
	bench_await_event(&events, !masked, bench_record_wait_us(b));
	interrupts_off();
	return events;
}

/* Records that are not read: the first one's event, and no other before all are. */
static const char *see_unread(struct bench *b, struct tally *t)
{
	static char text[240];
	unsigned sent;

	begin(b, false);
	for (unsigned i = 0; i < UNREAD && !t->stopped; i++)
		trial_refused(b, target_nowhere(), t);
	sent = end(b, false);
	vtd_fault_clear(b->unit);
	if (t->stopped || sent == 1)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"%u DMAs were refused, their fault records not read, and %u interrupts came, where one must: the event is sent again while FSTS.PPF is set, or lost (section 7.3)",
		UNREAD, sent);
	return text;
}

/* One that is masked is held back until there is nothing more to tell. First of all: else it comes among those that are counted. */
static const char *see_served(struct bench *b, struct tally *t)
{
	bool stays;

	begin(b, true);
	trial_refused(b, target_nowhere(), t);
	end(b, true);
	vtd_fault_clear(b->unit);
	/* In this order: of a record that is late both tell. */
	stays = vtd_fault_event_pending(b->unit);
	stays &= !vtd_fault_pending(b->unit) && !vtd_fault_overflowed(b->unit);
	return t->stopped ? t->stopped
	       : stays	  ? OUTSIDE
		       "FECTL.IP stays set after every F and bit of FSTS was cleared: the event would be sent for nothing (sections 7.3, 11.4.7.2)"
		       : NULL;
}

/* Or until it is not masked any more. */
static const char *see_pending(struct bench *b, struct tally *t)
{
	bool is_held, stays;
	unsigned sent;

	begin(b, true);
	trial_refused(b, target_nowhere(), t);
	is_held = vtd_fault_event_pending(b->unit);
	vtd_fault_interrupt(b->unit, true, (uint8_t)b->driver_apic, VECTOR_VTD_FAULT);
	sent = end(b, false);
	stays = vtd_fault_event_pending(b->unit);
	vtd_fault_clear(b->unit);
	return t->stopped ? t->stopped
	       : !is_held ? OUTSIDE
		       "a fault was recorded, its event is masked, and FECTL.IP is not set (section 11.4.7.2)"
	       : sent != 1 ? OUTSIDE
		       "a fault was recorded while FECTL.IM was set, IM was cleared, and not one interrupt came: an event that is pending (FECTL.IP) is not sent then, or more than once (section 7.3)"
	       : stays ? OUTSIDE
		       "a fault event that was pending was sent, and FECTL.IP is still set: it would be sent again for nothing (section 11.4.7.2)"
		       : NULL;
}

/* The queue's errors are told by the same event. */
static const char *see_queue_error(struct bench *b, struct tally *t)
{
	enum vtd_status status;
	unsigned sent;

	if (!b->unit->queue.descriptors)
		return NULL;
	begin(b, false);
	status = vtd_queue_submit(b->unit, (const uint64_t[4]){ 0 });
	sent = end(b, false);
	if (vtd_queue_restart(b->unit) != VTD_OK)
		return t->stopped = bench_status_text(b, VTD_TIMEOUT);
	/* One that did not stop there is another check's. */
	return status != VTD_QUEUE_ERROR || sent == 1 ? NULL
						      : OUTSIDE
		       "an invalid descriptor stopped the queue with FSTS.IQE, and not one interrupt came: the fault event is not sent for it, or more than once (sections 6.5.2.11, 7.3)";
}

static const char *see_one_by_one(struct bench *b, struct tally *t)
{
	const char *problem = see_unread(b, t);

	if (!problem)
		problem = see_pending(b, t);
	if (!problem)
		problem = see_queue_error(b, t);
	vtd_fault_interrupt(b->unit, false, 0, 0);
	return problem;
}

const char *check_fault_event(struct bench *b, struct tally *t)
{
	static char text[280];
	unsigned masked, sent;
	const char *problem;

	if (b->has_interrupt || b->driver_apic > 255)
		return NULL;
	trap_on_interrupt(VECTOR_VTD_FAULT, on_event);
	problem = see_served(b, t);
	if (problem)
		return problem;
	masked = count(b, true, t);
	sent = t->stopped ? 0 : count(b, false, t);
	vtd_fault_interrupt(b->unit, false, 0, 0);
	log_note("  fault event: %u interrupts while masked, then %u for %lu records", masked, sent,
		 t->faults.recorded);
	if (t->stopped || !t->faults.recorded)
		return t->stopped;
	/* One may be of a record that was dropped when the DMAs began. */
	if (!masked && sent && sent <= t->faults.recorded + 1)
		return see_one_by_one(b, t);
	format_text(
		text, sizeof(text),
		masked ? OUTSIDE
			"with the fault event masked (FECTL.IM) %u interrupts came: the mask is not looked at (section 7.3)"
		: !sent ? OUTSIDE
			"%u interrupts came for %lu fault records that were read one by one, with the fault event not masked (section 7.3): the event is not sent, or to another address (FEADDR, FEDATA)"
			: OUTSIDE
			"%u interrupts came for %lu fault records: an event is sent more than once (section 7.3)",
		masked ? masked : sent, t->faults.recorded);
	return text;
}
