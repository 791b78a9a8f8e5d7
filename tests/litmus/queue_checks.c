/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: the queue itself, its waits and their event, and the status it shows. */
#include "tests/litmus/queue_checks.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/trials.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"
#include "vtd/regs.h"

#define SETTLE_US    100
#define LONGEST	     4 /* descriptors with one wait */
#define TIMES	     2 /* there and back */
#define OTHER_DOMAIN 7 /* that no other use has */
#define MARK	     0x5ca1ab1eu

static const char *stop(struct bench *b, struct tally *t, enum vtd_status status)
{
	t->stopped = bench_status_text(b, status);
	return t->stopped;
}

static const char *see_status(struct bench *b, struct tally *t)
{
	volatile uint32_t *status = b->unit->queue.status;
	enum vtd_status done;

	status[1] = MARK;
	vtd_flush(b->unit, status, 8);
	done = vtd_invalidate_all(b->unit);
	if (done != VTD_OK)
		return stop(b, t, done);
	return status[1] == MARK ? NULL
				 : OUTSIDE
		       "a wait wrote more than the four bytes of its status data (section 6.5.2.9)";
}

static bool is_told(struct bench *b)
{
	uint64_t started = time_us();

	while (!vtd_queue_event(b->unit))
		if (time_us() - started > BENCH_COMES_US)
			return false;
	return true;
}

static const char *see_event(struct bench *b, struct tally *t, bool alone)
{
	enum vtd_status status;

	vtd_queue_event_clear(b->unit);
	status = vtd_invalidate_all(b->unit);
	if (status == VTD_OK && vtd_queue_event(b->unit))
		return OUTSIDE
			"after 1 was written to ICS.IWC, and a wait without IF, it is set: it is not cleared (section 11.4.9.4), or set for every wait (section 6.5.2.9)";
	if (status == VTD_OK)
		status = vtd_queue_ask_event(b->unit, alone);
	if (status != VTD_OK)
		return stop(b, t, status);
	if (!is_told(b))
		return OUTSIDE
			"a wait with IF was completed, and ICS.IWC is not set (section 6.5.2.9)";
	vtd_queue_event_clear(b->unit);
	return vtd_queue_event(b->unit) ? OUTSIDE
		       "ICS.IWC stays set when 1 is written to it (section 11.4.9.4)"
					: NULL;
}

static volatile unsigned events;

static bool on_event(struct trap_frame *frame)
{
	(void)frame;
	events++;
	return true;
}

/* A wait with IF, the event masked or not: how many interrupts came. */
static unsigned count_events(struct bench *b, bool on, enum vtd_status *status)
{
	vtd_queue_event_clear(b->unit);
	vtd_queue_event_interrupt(b->unit, true, (uint8_t)b->driver_apic, VECTOR_VTD_FAULT);
	if (!on)
		vtd_queue_event_interrupt(b->unit, false, 0, 0);
	events = 0;
	interrupts_on();
	*status = vtd_queue_ask_event(b->unit, true);
	if (*status == VTD_OK)
		is_told(b);
	bench_await_event(&events, on && *status == VTD_OK, SETTLE_US);
	interrupts_off();
	return events;
}

static const char *see_interrupt(struct bench *b, struct tally *t)
{
	enum vtd_status status;
	unsigned masked, sent = 0;
	bool is_pending, is_cleared;

	/* The fault event's vector is used, and with fault-interrupt=1 it is taken. */
	if (b->has_interrupt || b->driver_apic > 255)
		return NULL;
	trap_on_interrupt(VECTOR_VTD_FAULT, on_event);
	masked = count_events(b, false, &status);
	is_pending = vtd_queue_event_pending(b->unit);
	vtd_queue_event_clear(b->unit);
	is_cleared = !vtd_queue_event_pending(b->unit);
	if (status == VTD_OK)
		sent = count_events(b, true, &status);
	vtd_queue_event_interrupt(b->unit, false, 0, 0);
	vtd_queue_event_clear(b->unit);
	if (status != VTD_OK)
		return stop(b, t, status);
	return masked ? OUTSIDE
		       "a wait with IF was completed, and an interrupt came though IECTL.IM is set: the mask is not looked at (section 6.5.2.10)"
	       : !is_pending ? OUTSIDE
		       "a wait with IF was completed, its event is masked, and IECTL.IP is not set (section 11.4.9.5)"
	       : !is_cleared ? OUTSIDE
		       "IECTL.IP stays set after ICS.IWC was cleared (section 11.4.9.5)"
	       : !sent ? OUTSIDE
		       "a wait with IF was completed, ICS.IWC was clear and IECTL.IM is, and no interrupt came: the invalidation completion event is not sent, or to another address (section 6.5.2.10, IEADDR, IEDATA)"
	       : sent > 1 ? OUTSIDE
		       "more than one interrupt came for one wait with IF (section 6.5.2.10)"
			  : NULL;
}

/* What is held while it is masked comes when it is not; and while IWC is set, no other does. */
static const char *see_held_interrupt(struct bench *b, struct tally *t)
{
	enum vtd_status status;
	unsigned held, again;
	bool stays;

	if (b->has_interrupt || b->driver_apic > 255)
		return NULL;
	trap_on_interrupt(VECTOR_VTD_FAULT, on_event);
	count_events(b, false, &status);
	events = 0;
	interrupts_on();
	vtd_queue_event_interrupt(b->unit, true, (uint8_t)b->driver_apic, VECTOR_VTD_FAULT);
	bench_await_event(&events, status == VTD_OK, SETTLE_US);
	held = events;
	stays = vtd_queue_event_pending(b->unit);
	if (status == VTD_OK)
		status = vtd_queue_ask_event(b->unit, true);
	time_delay_us(SETTLE_US);
	again = events - held;
	interrupts_off();
	vtd_queue_event_interrupt(b->unit, false, 0, 0);
	vtd_queue_event_clear(b->unit);
	if (status != VTD_OK)
		return stop(b, t, status);
	return held != 1 ? OUTSIDE
		       "a wait with IF was completed while IECTL.IM was set, IM was cleared, and not one interrupt came: an event that is pending (IECTL.IP) is not sent then, or more than once (section 6.5.2.10)"
	       : stays ? OUTSIDE
		       "an invalidation completion event that was pending was sent, and IECTL.IP is still set: it would be sent again for nothing (section 11.4.9.5)"
	       : again ? OUTSIDE
		       "a second wait with IF was completed while ICS.IWC was still set, and another interrupt came: IWC is not looked at (section 6.5.2.10)"
		       : NULL;
}

/* Several descriptors with one wait: the one that counts is at each place in its turn. */
static const char *see_batches(struct bench *b, struct tally *t)
{
	static char text[320];
	unsigned state = 0;

	for (unsigned count = 2; count <= LONGEST; count++)
		for (unsigned i = 0; i < count * TIMES; i++, state = !state) {
			enum outcome before = engine_once(b, t), after;
			enum vtd_status status;

			bench_store(b, b->target->entry, b->target->state[0][!state][0]);
			status = vtd_flush_write_buffer(b->unit);
			if (status == VTD_OK)
				status = vtd_invalidate_iotlb_among(b->unit,
								    b->target->domain[state],
								    OTHER_DOMAIN, i / TIMES, count);
			if (status != VTD_OK)
				return stop(b, t, status);
			after = engine_once(b, t);
			if (t->stopped)
				return t->stopped;
			if (before != after || after != (enum outcome)b->target->expects[state])
				continue;
			format_text(
				text, sizeof(text),
				OUTSIDE
				"of %u domain-selective IOTLB invalidations with one wait the %u. was of the domain-id whose entry had changed, and the next DMA used the old entry; one at a time they are done: a descriptor is skipped, or taken for the one before (section 6.5.2)",
				count, i / TIMES + 1);
			return text;
		}
	return NULL;
}

/* The one that comes first when the queue was turned off and on. Elsewhere that is one with nothing to invalidate. */
static const char *see_first(struct bench *b, struct tally *t)
{
	for (unsigned i = 0, state = 0; i < 2 * TIMES; i++, state = !state) {
		enum outcome before = engine_once(b, t), after;
		enum vtd_status status;

		bench_store(b, b->target->entry, b->target->state[0][!state][0]);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = vtd_queue_restart(b->unit);
		if (status == VTD_OK)
			status = vtd_invalidate_iotlb_domain(b->unit, b->target->domain[state]);
		if (status != VTD_OK)
			return stop(b, t, status);
		after = engine_once(b, t);
		if (t->stopped)
			return t->stopped;
		if (before == after && after == (enum outcome)b->target->expects[state])
			return OUTSIDE
				"the queue was turned off and on, the first descriptor in it was an IOTLB invalidation of the domain-id whose entry had changed, and the next DMA used the old entry; later ones are done: the first is skipped (section 6.5.2)";
	}
	return NULL;
}

/* The queue is empty. */
static const char *see_head(struct bench *b)
{
	static char text[240];
	uint64_t started = time_us();
	struct vtd_queue_place at;

	do
		at = vtd_queue_where(b->unit);
	while (at.head != at.tail && time_us() - started < BENCH_COMES_US);
	if (at.head == at.tail)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"every descriptor is done, as the wait after them says, and IQH is 0x%lx where IQT is 0x%lx: it does not follow what is fetched (section 11.4.9.1)",
		at.head, at.tail);
	return text;
}

/* Descriptors that no unit may do: their type, granularity, or a bit that must be 0. */
enum {
	SCALABLE = 1,
	/* of that mode, where they are of 256 bits */ FREE = 2 /* for a newer unit to use */
};
static const struct {
	uint64_t words[4];
	const char *what;
	unsigned flags;
} wrong[] = {
	{ { 0 }, "of type 0", 0 },
	{ { 0xf }, "of type 15", FREE },
	{ { 1 }, "of the context cache with granularity 00b", 0 },
	{ { 2 }, "of the IOTLB with granularity 00b", 0 },
	{ { 2 | 1 << 4 | 1ull << 40 }, "of the IOTLB with bit 40 set", FREE },
	{ { 1 | 1 << 4, 1 }, "of the context cache with bit 64 set", FREE },
	{ { 5 | 1 << 20 }, "of a wait with bit 20 set", FREE },
	{ { 1 | 1 << 4 | 1 << 9 }, "of type 17: that of the context cache, and bit 9 set", FREE },
	{ { 2 | 1 << 4 | 1 << 11 }, "of type 66: that of the IOTLB, and bit 11 set", FREE },
	{ { 6 }, "of the PASID-based IOTLB with granularity 00b", SCALABLE },
	{ { 6 | 1 << 4 }, "of the PASID-based IOTLB with granularity 01b", SCALABLE },
	{ { 7 | 2 << 4 }, "of the PASID cache with granularity 10b", SCALABLE },
	{ { 1 | 1 << 4, 0, 1 }, "of the context cache with bit 128 set", SCALABLE | FREE },
	{ { 2 | 1 << 4, 0, 0, 1ull << 63 }, "of the IOTLB with bit 255 set", SCALABLE | FREE },
};

/* It must stop here with FSTS.IQE, and go on when it was turned off and on. */
static const char *see_stop(struct bench *b, struct tally *t, const uint64_t words[4],
			    const char *what)
{
	static char text[320];
	struct vtd_queue_place before, after;
	enum vtd_status status;
	uint32_t errors;

	before = vtd_queue_where(b->unit);
	status = vtd_queue_submit(b->unit, words);
	after = vtd_queue_where(b->unit);
	errors = b->unit->queue.errors;
	if (vtd_queue_restart(b->unit) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	if (status == VTD_QUEUE_ERROR && vtd_invalidate_all(b->unit) != VTD_OK) {
		format_text(
			text, sizeof(text),
			OUTSIDE
			"after an invalid descriptor, which stopped the queue, FSTS.IQE was cleared and the queue turned off and on: it does nothing more (sections 6.5.2, 6.5.2.11)");
		return text;
	}
	if (status == VTD_QUEUE_ERROR && errors & FSTS_IQE && after.head == before.tail)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"a descriptor %s was put at 0x%lx of the queue: %s%s, IQH is 0x%lx; the unit must stop there with FSTS.IQE (section 6.5.2.11)",
		what, before.tail, vtd_status_text(status),
		errors & FSTS_IQE ? ", FSTS.IQE set" : ", FSTS.IQE not set", after.head);
	return text;
}

static const char *see_errors(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]) && !problem; i++) {
		if ((wrong[i].flags & SCALABLE &&
		     (!b->unit->scalable || known_of_qemu(b, KNOWN_DESCRIPTORS))) ||
		    (wrong[i].flags & FREE && vtd_unit_is_newer(b->unit)))
			continue;
		problem = see_stop(b, t, wrong[i].words, wrong[i].what);
	}
	return problem;
}

/* What no other mode has: descriptors of 256 bits, and none of 128 (table 26). */
static const char *see_errors_of_scalable_mode(struct bench *b, struct tally *t)
{
	static const uint8_t targets[] = { TARGET_PASID_SS, TARGET_PASID_FS };
	static const uint64_t iotlb[4] = { 2 | 1 << 4 };
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(targets); i++) {
		if (b->lacks[targets[i]])
			continue;
		problem = ownership_settle(b, &b->targets[targets[i]], t);
		if (!problem)
			problem = see_errors(b, t);
		if (problem || known_of_qemu(b, KNOWN_NARROW_QUEUE))
			return problem;
		if (vtd_queue_restart_narrow(b->unit) != VTD_OK)
			return stop(b, t, VTD_TIMEOUT);
		return see_stop(b, t, iotlb, "of 128 bits in scalable mode (IQA.DW = 0)");
	}
	return NULL;
}

const char *check_queue(struct bench *b, bool is_leaf, struct tally *t)
{
	const char *problem;

	if (!b->unit->queue.descriptors)
		return NULL;
	problem = see_status(b, t);
	if (!problem && is_leaf)
		problem = see_batches(b, t);
	if (!problem && is_leaf)
		problem = see_first(b, t);
	if (!problem)
		problem = see_head(b);
	if (!problem)
		problem = see_event(b, t, true);
	if (!problem && !known_of_qemu(b, KNOWN_WAIT_OF_BOTH))
		problem = see_event(b, t, false);
	if (!problem)
		problem = see_interrupt(b, t);
	if (!problem)
		problem = see_held_interrupt(b, t);
	if (!problem)
		problem = see_errors(b, t);
	return problem ? problem : see_errors_of_scalable_mode(b, t);
}

const char *check_status_bits(struct bench *b, struct tally *t)
{
	unsigned registers = (unsigned)field_of(b->unit->cap, CAP_NFR) + 1;
	enum vtd_status status;
	bool is_kept;

	if (b->has_interrupt || !b->unit->queue.descriptors)
		return NULL;
	vtd_fault_clear(b->unit);
	for (unsigned i = 0; i <= registers && !t->stopped; i++)
		trial_refused(b, target_nowhere(), t);
	if (t->stopped || !vtd_fault_overflowed(b->unit)) {
		vtd_fault_clear(b->unit);
		return t->stopped;
	}
	vtd_queue_submit(b->unit, wrong[0].words);
	/* Clears what stopped the queue, and that alone. */
	status = vtd_queue_restart(b->unit);
	is_kept = vtd_fault_overflowed(b->unit);
	vtd_fault_clear(b->unit);
	if (status != VTD_OK)
		return stop(b, t, status);
	return is_kept ? NULL
		       : OUTSIDE
		       "FSTS.PFO and FSTS.IQE were set, 1 was written to IQE, and PFO is clear: bits of FSTS are not cleared each by itself (section 11.4.7.1)";
}
