/* SPDX-License-Identifier: BSD-2-Clause */
/* Trials: the engine and the updater together, for a time, on one sequence. */
#include "tests/litmus/trials.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/updater.h"
#include "vtd/entry.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define OVERFLOW_MOST 64 /* registers that are filled */

/* Nothing is measured with a device whose DMA was not seen to pass the unit since translation is on. */
static bool settle(struct bench *b, const uint64_t *entry, struct tally *t)
{
	unsigned phase = b->target->phase;

	if (target_is_of_interrupts(b->target)) {
		t->stopped = interrupt_choose(b, b->target);
		target_choose_phase(b->target, phase);
	} else {
		t->stopped = b->unit->translating
				     ? ownership_prove(b)
				     : "translation could not be turned on again: no DMA";
	}
	return !t->stopped && engine_settle(b, entry, t);
}

static void begin_beside(struct bench *b, struct tally *t)
{
	/* The companion is in one root table alone. */
	if (target_is_of_interrupts(b->target) || target_is_pointer(b->target))
		return;
	if (b->companion && !b->target->scalable && !t->stopped)
		t->stopped = ownership_prove_beside(b, b->companion);
	companion_begin(b, t);
}

/* With the device's own TLB, for as long as something is measured. */
static void translate_on_device(struct bench *b, bool ats, struct tally *t)
{
	if (ats && b->ats.usable && !t->stopped && !target_is_of_interrupts(b->target))
		t->stopped = ats_on(b);
}

static void translate_on_unit(struct bench *b, struct tally *t)
{
	const char *problem = ats_off(b);

	if (!t->stopped)
		t->stopped = problem;
}

static bool uses_spare(const struct trial *trial)
{
	for (size_t i = 0; i < trial->count; i++)
		if (step_is_spare(&trial->steps[i]))
			return true;
	return false;
}

void trial_run(struct bench *b, const struct trial *trial, struct tally *t)
{
	struct target *target = b->target;

	memset(t, 0, sizeof(*t));
	for (unsigned phase = 0; phase < target->phases && !t->stopped; phase++) {
		struct measurement s = {
			.address = target->address,
			.ms = trial->ms / target->phases,
			.rewriting = true,
			.holds = true,
			.stop_on_harm = trial->stop_on_harm,
			.may_break = trial->may_break,
			.invalidate = trial->regime == REGIME_HAMMER,
			.check_tags = trial->regime == REGIME_HAMMER && target->checks_tags,
			.spare = uses_spare(trial),
		};

		target_choose_phase(target, phase);
		if (!settle(b, target->state[phase][0], t))
			break;
		begin_beside(b, t);
		translate_on_device(b, trial->ats, t);
		updater_load(b, trial, phase);
		updater_begin(b->updater_cpu);
		engine_measure(b, &s, t);
		if (updater_end(ENGINE_ANSWER_US)) {
			translate_on_unit(b, t);
		} else {
			t->stopped = t->stopped ? t->stopped : updater_problem();
			ats_cut_off(b); /* the queue may be the updater's still */
		}
		companion_end(b);
		t->rewrites += updater_rewrites();
		/* Where the driver invalidates, a held DMA says nothing of the sequence's
		 * invalidations. */
		if (s.invalidate && !t->stale)
			t->held = 0;
	}
}

void trial_costs(struct bench *b, const struct trial *trial, struct costs *c)
{
	struct measurement s = { .address = b->target->address,
				 .ms = trial->ms / 10,
				 .rewriting = true };
	struct tally *t = &c->tally;

	memset(c, 0, sizeof(*c));
	target_choose_phase(b->target, 0);
	/* Where a state refuses the device, a refusal does not tell of the time between two states. Interrupts are no DMA. */
	if (target_is_of_interrupts(b->target) || b->target->expects[0] >= OUTCOME_PAGES ||
	    b->target->expects[1] >= OUTCOME_PAGES)
		return;
	if (!settle(b, b->target->state[0][0], t))
		return;
	translate_on_device(b, trial->ats, t);
	updater_load(b, trial, 0);
	updater_begin_timed(b->updater_cpu);
	costs_measure(b, &s, c);
	if (updater_end(ENGINE_ANSWER_US)) {
		translate_on_unit(b, t);
	} else {
		t->stopped = t->stopped ? t->stopped : updater_problem();
		ats_cut_off(b); /* the queue may be the updater's still */
	}
}

void trial_walks(struct bench *b, enum regime regime, uint64_t ms, struct tally *t)
{
	struct target *target = b->target;
	struct measurement s = { .address = target->address,
				 .ms = ms,
				 .rewriting = true,
				 .invalidate = regime == REGIME_HAMMER };
	uint64_t *leaf = target->leaf[0], good = target->leaf_value[0];
	uint64_t trap = (good & ~field_mask(SS_ADDR)) | (uint64_t)target->page[OUTCOME_MIXTURE_1];

	memset(t, 0, sizeof(*t));
	if (!settle(b, target->state[0][0], t))
		return;
	updater_load_walk(b, regime, leaf, good, trap);
	updater_begin(b->updater_cpu);
	engine_measure(b, &s, t);
	if (!updater_end(ENGINE_ANSWER_US) && !t->stopped)
		t->stopped = updater_problem();
	*leaf = good;
	vtd_flush_paging(b->unit, leaf, sizeof(*leaf));
	t->rewrites += updater_rewrites();
}

void trial_undisturbed(struct bench *b, uint64_t ms, struct tally *t)
{
	struct measurement s = { .address = b->target->address, .ms = ms, .invalidate = true };

	memset(t, 0, sizeof(*t));
	if (settle(b, b->target->state[0][0], t))
		engine_measure(b, &s, t);
}

void trial_untranslated(struct bench *b, uint64_t ms, struct tally *t)
{
	struct measurement s = { .address = (uint64_t)b->target->page[OUTCOME_A], .ms = ms };
	enum vtd_invalidation how = b->unit->queue.descriptors ? VTD_QUEUED_ONLY
							       : VTD_REGISTER_ONLY;
	enum vtd_status status;

	memset(t, 0, sizeof(*t));
	if (s.address & ~b->device->address_mask) {
		t->stopped = "the device cannot address the page";
		return;
	}
	status = vtd_unit_disable(b->unit);
	if (status == VTD_OK) {
		b->device->has_pasid = false;
		pci_bus_master(b->device->function, true);
		t->stopped = bench_reset(b);
		if (!t->stopped)
			engine_measure(b, &s, t);
		status = vtd_unit_enable(b->unit, how);
	}
	if (status != VTD_OK) {
		b->device->generator->stop(b->device);
		t->stopped = bench_status_text(b, status);
	}
}

enum outcome trial_probe(struct bench *b, const uint64_t *entry, bool ats, struct tally *t)
{
	struct measurement s = { .address = b->target->address, .invalidate = true };
	enum outcome outcome = OUTCOME_SILENT;

	memset(t, 0, sizeof(*t));
	if (!settle(b, entry, t))
		return OUTCOME_SILENT;
	bench_log_interrupts(b, &t->faults);
	translate_on_device(b, ats, t);
	if (!t->stopped)
		outcome = engine_dma(b, &s, t, false);
	translate_on_unit(b, t);
	return outcome;
}

void trial_refused(struct bench *b, uint64_t address, struct tally *t)
{
	const struct dma_generator *g = b->device->generator;
	uint64_t started = time_us(), end = started + b->device->timeout_us;
	enum dma_state state = DMA_BUSY;

	t->dmas++;
	g->start(b->device, address);
	while (state == DMA_BUSY && time_us() < end)
		state = g->poll(b->device);
	if (state == DMA_BUSY || state == DMA_DEAD)
		t->stopped = bench_reset(b);
	time_delay_us(bench_record_wait_us(b));
}

static bool is_among(const struct vtd_fault *faults, unsigned count, uint64_t address)
{
	for (unsigned i = 0; i < count; i++)
		if (faults[i].address == address)
			return true;
	return false;
}

const char *trial_pending(struct bench *b, unsigned count, struct tally *t)
{
	uint64_t first = target_nowhere(), second = first - PAGE_SIZE;
	unsigned registers = (unsigned)field_of(b->unit->cap, CAP_NFR) + 1, n, pending, taken;
	struct vtd_fault faults[16];
	const char *problem = NULL;
	bool overflow, more;

	memset(t, 0, sizeof(*t));
	/* The interrupt would take them. */
	if (b->has_interrupt || !settle(b, b->target->state[0][0], t))
		return t->stopped;
	/* One of a DMA before that is still on its way must not be taken for these. */
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	for (unsigned i = 0; i < count && !t->stopped; i++)
		trial_refused(b, i ? second : first, t);
	if (t->stopped)
		return t->stopped;
	if (!vtd_fault_agrees(b->unit, true))
		problem =
			"FSTS and the fault records disagree: PPF, F, or FRI, which names the first (section 11.4.7.1)";
	pending = vtd_fault_pending(b->unit);
	n = taken = vtd_fault_read(b->unit, faults, 16, &overflow);
	if (!problem && n && faults[0].address != first)
		problem =
			is_among(faults, n, first)
				? "FSTS.FRI does not name the first of several pending fault records (section 11.4.7.1)"
				: "the first fault record was written over while it was pending (section 7.2.1)";
	for (; n == 16; taken += n)
		n = vtd_fault_read(b->unit, faults, 16, &more);
	if (!problem && taken < pending && vtd_fault_pending(b->unit))
		problem =
			"fault records that were pending at once are not in registers one after the other: the next one is chosen wrongly, or too early from the first on (section 7.2.1)";
	if (!problem && taken < pending)
		problem =
			"of several fault records that were pending at once, some were gone when others were read and their F cleared (section 11.4.7.6)";
	if (!problem && overflow && pending < registers)
		problem =
			"FSTS.PFO was set while a fault recording register was free: not all that CAP.NFR counts are used (section 7.2.1)";
	if (!problem && !vtd_fault_agrees(b->unit, false))
		problem =
			"a fault record stays after its F was cleared, or FSTS.PPF without one (section 11.4.7)";
	if (!problem && vtd_fault_read(b->unit, faults, 16, &overflow))
		problem = "a fault record stays after its F was cleared (section 11.4.7)";
	vtd_fault_clear(b->unit);
	return problem;
}

const char *trial_overflow(struct bench *b, struct tally *t)
{
	static char text[320];
	unsigned registers = (unsigned)field_of(b->unit->cap, CAP_NFR) + 1, first, pending, left;

	memset(t, 0, sizeof(*t));
	if (b->has_interrupt || registers > OVERFLOW_MOST || !settle(b, b->target->state[0][0], t))
		return t->stopped;
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	/* The index must not be 0 when the registers are full: where it is then tells whether it was set back. */
	trial_refused(b, target_nowhere(), t);
	if (!t->stopped && vtd_fault_first(b->unit) + 1 == registers) {
		vtd_fault_clear(b->unit);
		trial_refused(b, target_nowhere(), t);
	}
	vtd_fault_clear(b->unit);
	for (unsigned i = 0; i <= registers && !t->stopped; i++)
		trial_refused(b, target_nowhere(), t);
	first = vtd_fault_first(b->unit);
	pending = vtd_fault_pending(b->unit);
	/* One that takes faults of one device together has room. */
	if (t->stopped || !vtd_fault_overflowed(b->unit) || pending < registers) {
		vtd_fault_clear(b->unit);
		return t->stopped;
	}
	vtd_fault_clear_overflow(b->unit);
	left = vtd_fault_pending(b->unit);
	vtd_fault_clear(b->unit);
	trial_refused(b, target_nowhere(), t);
	if (left < pending)
		format_text(
			text, sizeof(text),
			"1 was written to FSTS.PFO and to nothing else, and of %u pending fault records %u are left: F of the others was cleared with it (sections 7.2.1, 11.4.7.6)",
			pending, left);
	else if (!t->stopped && vtd_fault_pending(b->unit) && vtd_fault_first(b->unit) != first)
		format_text(
			text, sizeof(text),
			"all fault recording registers were full, from %u on, and were cleared, and FSTS.PFO: the next record is in register %u, and not where the index was: it is set back with PFO (section 7.2.1)",
			first, vtd_fault_first(b->unit));
	else
		return t->stopped;
	vtd_fault_clear(b->unit);
	return text;
}

/* One DMA of another device to the same unmapped address, and no more of it. */
static void one_of(struct bench *other)
{
	const struct dma_generator *g = other->device->generator;
	uint64_t end = rdtsc() + time_ns_to_ticks(other->device->timeout_us * 1000);

	g->start(other->device, target_nowhere());
	while (g->poll(other->device) == DMA_BUSY && rdtsc() < end)
		cpu_pause();
	g->stop(other->device);
}

void trial_storm(struct bench *b, const struct storm *storm, struct tally *t)
{
	uint64_t start, end;

	memset(t, 0, sizeof(*t));
	if (!settle(b, b->target->state[0][0], t))
		return;
	if (storm->other)
		t->stopped = ownership_prove_beside(b, storm->other);
	if (storm->other && !t->stopped)
		t->stopped = companion_place(b, storm->other);
	if (t->stopped)
		return;
	/* A record of a DMA before that is still on its way must not be counted. */
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	bench_set_requester(b, target_nowhere());
	bench_log_interrupts(b, &t->faults);
	start = rdtsc();
	end = start + time_ns_to_ticks(storm->ms * 1000000);
	for (uint64_t i = 1; i <= storm->count && !t->stopped && (!storm->ms || rdtsc() < end);
	     i++) {
		uint64_t started = time_us();

		t->dmas++;
		bench_forget_faults(b);
		b->device->generator->start(b->device, target_nowhere());
		if (bench_wait(b, t) == DMA_DEAD) {
			t->stopped = bench_reset(b);
			t->resets++;
		}
		if (!storm->read_each)
			continue;
		bench_collect_faults(b, t, false);
		t->unrecorded += !bench_said_anything(b) && !b->said.overflow;
		bench_drain_faults(b, t, started);
	}
	if (storm->other)
		one_of(storm->other);
	/* Where none was read so far, none is before the last has come: it may be what the registers have no room for. */
	if (!storm->read_each)
		time_delay_us(bench_record_wait_us(b));
	/* Once more when no record can be on its way. */
	bench_drain_faults(b, t, time_us());
	bench_log_interrupts(b, NULL);
	bench_set_requester(b, b->target->address);
	t->ticks = rdtsc() - start;
}
