/* SPDX-License-Identifier: BSD-2-Clause */
/* The fault event: whether the interrupt comes for a fault, and once. */
#include "tests/litmus/fault_event.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/litmus/trials.h"

#define FAULTS 8

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

const char *check_fault_event(struct bench *b, struct tally *t)
{
	static char text[280];
	unsigned masked, sent;

	if (b->has_interrupt || b->driver_apic > 255)
		return NULL;
	trap_on_interrupt(VECTOR_VTD_FAULT, on_event);
	masked = count(b, true, t);
	sent = t->stopped ? 0 : count(b, false, t);
	vtd_fault_interrupt(b->unit, false, 0, 0);
	log_note("  fault event: %u interrupts while masked, then %u for %lu records", masked, sent,
		 t->faults.recorded);
	if (t->stopped || !t->faults.recorded)
		return t->stopped;
	/* One may be of a record that was dropped when the DMAs began. */
	if (!masked && sent && sent <= t->faults.recorded + 1)
		return NULL;
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
