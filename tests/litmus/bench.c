/* SPDX-License-Identifier: BSD-2-Clause */
/* Single DMAs, resets and fault records of a device under test. */
#include "tests/litmus/bench.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/known.h"
#include "vtd/interrupts.h"
#include "vtd/switch.h"

#define PATIENCE  20 /* times its typical time before a DMA is suspected of being stuck */
/*
 * For a fault record, after its DMA has ended: where a record is missing it costs this much, so it can be
 * much longer than any unit takes. QEMU records at once; a busy host may let that wait for a time slice.
 */
#define RECORD_US 200000
#define LATER_RECORDS \
	8 /* times the longest of a few measured, from a DMA's first record to its last */
#define RECORDS	   8 /* times the measured time, on a unit that takes longer still */
#define MESSAGE_US 50

static struct {
	struct bench *bench;
	struct fault_log *log;
} interrupt;

void bench_store(struct bench *b, uint64_t *word, uint64_t value)
{
	*(volatile uint64_t *)word = value;
	cpu_stored(word);
	vtd_flush_paging(b->unit, word, sizeof(*word));
}

enum vtd_status bench_set_pointer(struct bench *b, uint64_t value)
{
	uint64_t in_register = target_register(b->target, value);

	return target_is_of_interrupts(b->target)
		       ? vtd_interrupts_set_register(b->unit, in_register)
		       : vtd_unit_set_root_register(b->unit, in_register);
}

void bench_set_requester(struct bench *b, uint64_t address)
{
	const struct target *t = b->target;

	b->requester = (struct requester){
		.device = b->device,
		.source_id = b->source_id,
		.private_at = (uint64_t)b->device->private,
		.address = address,
		.is_scalable = t && t->scalable,
		.has_pasid = t && t->tagged,
		.shows_rid_pasid = known_of_qemu(b, KNOWN_RECORDS_RID_PASID),
	};
	b->requester.translates = b->ats.on;
	for (unsigned p = 0; b->ats.on && p < OUTCOME_PAGES + 2; p++)
		b->requester.pages[p] =
			(uint64_t)(p < OUTCOME_PAGES ? t->page[p] : t->sentinel[p - OUTCOME_PAGES]);
	b->requester.interrupts = t && target_is_of_interrupts(t);
	b->requester.index = t ? t->index : 0;
	for (unsigned s = 0; t && s < 2; s++)
		b->requester.pasids[s] = t->pasid[s];
	if (t && t->tagged)
		b->requester.pasids[2] = t->pasid[0];
}

enum vtd_status bench_invalidate_device(struct bench *b)
{
	return b->ats.on ? vtd_invalidate_device_tlb(b->unit, &b->ats.tlb) : VTD_OK;
}

enum vtd_status bench_invalidate_all(struct bench *b)
{
	enum vtd_status status = vtd_invalidate_all(b->unit);

	/* What the device keeps comes last: it could ask for the old again (section 6.5.2.5). */
	return status == VTD_OK ? bench_invalidate_device(b) : status;
}

const char *bench_status_text(const struct bench *b, enum vtd_status status)
{
	if (status == VTD_TIMEOUT && b->ats.on)
		return "an invalidation did not end within a second: that of a device-TLB waits for the device's answer (section 4.3)";
	return status_text(b->unit, status);
}

const char *bench_reset(struct bench *b)
{
	const struct pci_function *f = b->device->function;
	const char *problem;

	if (!pci_is_there(f))
		return "the device is gone: its configuration space reads as ones";
	/* PASIDs are not turned on or off while ATS is on, and a reset of the function turns it off. */
	if (b->ats.on)
		pci_ats_off(f);
	problem = b->device->generator->reset(b->device, (uint64_t)b->device->private);
	/* A reset of the function turns its messages off. */
	if (b->interrupt.is_open && !problem)
		problem = interrupt_open(b);
	if (b->ats.on && !problem)
		pci_ats_on(f);
	return problem;
}

bool bench_said_anything(const struct bench *b)
{
	return b->said.outcome[OUTCOME_NOT_PRESENT] || b->said.outcome[OUTCOME_FAULT];
}

void bench_forget_faults(struct bench *b)
{
	b->said.outcome[OUTCOME_NOT_PRESENT] = b->said.outcome[OUTCOME_FAULT] = false;
	b->said.overflow = false;
}

void bench_read_faults(struct bench *b, struct fault_log *log)
{
	struct vtd_fault faults[16];
	unsigned n;
	bool overflow;

	do {
		n = vtd_fault_read(b->unit, faults, 16, &overflow);
		for (unsigned i = 0; i < n; i++)
			if (fault_log_add(log, &b->requester, &faults[i]))
				b->said.outcome[target_fault_outcome(b->target, faults[i].reason)] =
					true;
		log->overflows += overflow;
		b->said.overflow |= overflow;
	} while (n == 16);
}

static bool on_fault_event(struct trap_frame *frame)
{
	(void)frame;
	if (interrupt.log)
		bench_read_faults(interrupt.bench, interrupt.log);
	return true;
}

void bench_use_interrupt(struct bench *b, uint8_t apic_id, uint8_t vector)
{
	trap_on_interrupt(vector, on_fault_event);
	vtd_fault_interrupt(b->unit, true, apic_id, vector);
	b->has_interrupt = true;
}

void bench_log_interrupts(struct bench *b, struct fault_log *log)
{
	interrupt.log = NULL;
	interrupt.bench = b;
	interrupt.log = b->has_interrupt ? log : NULL;
}

static void look(struct bench *b, struct tally *t)
{
	if (b->has_interrupt)
		cpu_pause();
	else
		bench_read_faults(b, &t->faults);
}

/* From the start to the record, at most. A message is sent at once, however slow the device's DMA is. */
static uint64_t record_us(const struct bench *b)
{
	bool is_soon = b->target && target_is_of_interrupts(b->target);

	return is_soon && b->record_us > MESSAGE_US ? MESSAGE_US : b->record_us;
}

uint64_t bench_record_wait_us(const struct bench *b)
{
	return RECORDS * (record_us(b) + 1);
}

void bench_await_event(const volatile unsigned *events, bool must, uint64_t more_us)
{
	uint64_t started = time_us();

	while (must && !*events && time_us() - started < BENCH_COMES_US)
		cpu_pause();
	time_delay_us(more_us);
}

uint64_t bench_fault_wait_us(const struct bench *b)
{
	uint64_t patience = bench_record_wait_us(b);

	return patience > RECORD_US ? patience : RECORD_US;
}

void bench_collect_faults(struct bench *b, struct tally *t, bool may_be_none)
{
	uint64_t deadline = time_us() +
			    (may_be_none ? bench_record_wait_us(b) : bench_fault_wait_us(b));

	do
		look(b, t);
	while (!bench_said_anything(b) && time_us() < deadline);
}

void bench_drain_faults(struct bench *b, struct tally *t, uint64_t started)
{
	uint64_t end = started + 2 * record_us(b), later = LATER_RECORDS * b->later_us;

	/* A busy host can make a record late as well, so this wait is no longer than that for the first record. */
	if (later > bench_record_wait_us(b))
		later = bench_record_wait_us(b);
	if (later && time_us() + later > end)
		end = time_us() + later;
	do
		look(b, t);
	while (time_us() < end);
	look(b, t);
}

/*
 * After so long the unit is asked whether it refused something, and after twice as long again. Devices that tell themselves are
 * given their time.
 */
static uint64_t suspect_us(const struct bench *b)
{
	const struct dma_device *d = b->device;

	return d->typical_us * (d->hides_refusals && b->record_us ? 1 : PATIENCE);
}

enum dma_state bench_wait(struct bench *b, struct tally *t)
{
	struct dma_device *d = b->device;
	uint64_t start = 0, suspect = 0, limit = 0;

	for (;;) {
		enum dma_state state = DMA_BUSY;

		for (unsigned i = 0; i < 256 && state == DMA_BUSY; i++)
			state = d->generator->poll(d);
		if (state != DMA_BUSY)
			return state;
		/* Most DMAs are over by now: the clock is not looked at for them. */
		if (!start) {
			start = rdtsc();
			suspect = time_ns_to_ticks(suspect_us(b) * 1000);
			limit = time_ns_to_ticks(d->timeout_us * 1000);
		}
		if (rdtsc() - start > suspect) {
			/* A device whose queue entry or completion was refused may never say so. */
			look(b, t);
			if (bench_said_anything(b))
				return DMA_DEAD;
			suspect *= 2;
		}
		if (rdtsc() - start > limit) {
			t->timeouts++;
			return DMA_DEAD;
		}
	}
}

enum dma_state bench_watch(struct bench *b, struct tally *t, uint64_t after, uint64_t *known)
{
	struct dma_device *d = b->device;
	uint64_t start = rdtsc(), patience = time_ns_to_ticks(d->typical_us * PATIENCE * 1000);
	uint64_t limit = time_ns_to_ticks(d->timeout_us * 1000);

	for (*known = 0;;) {
		enum dma_state state = d->generator->poll(d);
		uint64_t now = rdtsc();

		if (state == DMA_BUSY && now - start > after) {
			look(b, t);
			if (!*known && bench_said_anything(b))
				*known = rdtsc();
		}
		if (state == DMA_BUSY && *known && now - start > patience)
			state = DMA_DEAD;
		if (state == DMA_BUSY && now - start > limit) {
			t->timeouts++;
			state = DMA_DEAD;
		}
		if (state == DMA_BUSY)
			continue;
		*known = *known ? *known : now;
		return state;
	}
}

static void read_attempt(struct bench *b, struct attempt *a, uint64_t begin)
{
	struct vtd_fault faults[16];
	bool overflow;
	unsigned n = vtd_fault_read(b->unit, faults, 16, &overflow);

	a->overflow |= overflow;
	for (unsigned i = 0; i < n; i++) {
		bool is_its = fault_is_of_pages(&b->requester, &faults[i]);

		if (!is_its && !a->others++) {
			a->odd = fault_fit(&b->requester, &faults[i]);
			a->other = faults[i];
		}
		if (!is_its || a->recorded)
			continue;
		a->recorded = true;
		a->fault = faults[i];
		a->us = time_us() - begin;
	}
}

static void attempt(struct bench *b, struct attempt *a)
{
	struct dma_device *d = b->device;
	enum dma_state state = DMA_BUSY;
	uint64_t begin, end;

	*a = (struct attempt){ 0 };
	bench_set_requester(b, target_address());
	d->has_pasid = b->requester.has_pasid;
	d->pasid = b->requester.pasids[0];
	d->unproven = true;
	pci_bus_master(d->function, true);
	a->problem = bench_reset(b);
	d->unproven = false;
	if (a->problem)
		return;
	/* What was refused before may have been tried again: its record is not of this one. */
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	target_arm_physical();
	begin = time_us();
	end = begin + d->timeout_us + RECORD_US;
	d->generator->start(d, target_address());
	while (!a->recorded && !a->arrived && time_us() < end) {
		if (state == DMA_BUSY) {
			state = d->generator->poll(d);
			if (state != DMA_BUSY)
				end = time_us() + RECORD_US;
		}
		read_attempt(b, a, begin);
		a->arrived = target_landed_physically();
	}
	/* What is refused in one access may be done in the next. */
	end = time_us() + 2 * d->typical_us;
	while (state == DMA_BUSY && time_us() < end)
		state = d->generator->poll(d);
	a->arrived = target_landed_physically();
}

void bench_attempt(struct bench *b, struct attempt *a)
{
	attempt(b, a);
	/* One that a device did nothing of says nothing of the unit. */
	if (b->device->may_lose_next && !a->problem && !a->recorded && !a->arrived && !a->others)
		attempt(b, a);
}

const char *bench_attempt_text(const struct bench *b, const struct attempt *a)
{
	static char text[360];
	const struct vtd_fault *f = &a->other;

	if (a->overflow)
		return "the unit said that it lost faults (FSTS.PFO), though its registers were empty before (section 7.2.1), or PFO stays set when 1 is written to it (section 11.4.7.1)";
	if (!a->others)
		return "";
	format_text(
		text, sizeof(text),
		"instead: %s: FI 0x%lx, T1 T2 %u, source-id %02x:%02x.%x, reason 0x%x, where the device was told to write to 0x%lx",
		fault_fit_text(a->odd), f->address, f->type, f->source_id >> 8,
		f->source_id >> 3 & 31, f->source_id & 7, f->reason, b->requester.address);
	return text;
}

void bench_note_broken(struct bench *b, enum broken kind, const char *id)
{
	if (!b->broken[kind][0])
		format_text(b->broken[kind], sizeof(b->broken[kind]), "%s", id);
}

const char *bench_follows(const struct bench *b, unsigned kinds, const char *id)
{
	static char text[TEST_ID_BYTES + 32];

	for (unsigned k = 0; k < BROKEN_KINDS; k++) {
		if (!(kinds & BROKEN(k)) || !b->broken[k][0] || !strcmp(b->broken[k], id))
			continue;
		format_text(text, sizeof(text), "follows from %s, see there", b->broken[k]);
		return text;
	}
	return NULL;
}
