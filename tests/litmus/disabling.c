/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation off and on, and interrupt remapping (section 11.4.4.1). While translation is off a DMA lands at the physical
 * address of its bus address, which is a page of ours in the window.
 */
#include "tests/litmus/disabling.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/trials.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define ROUNDS	   512
#define ROUNDS_US  60000
#define TIMES	   8
#define LATE_US	   1000
#define COMPATIBLE 0xfee00000ull /* section 5.1.2.1 */

static const char *stop(struct bench *b, struct tally *t, enum vtd_status status)
{
	return t->stopped = bench_status_text(b, status);
}

static enum vtd_status translation_off(struct bench *b)
{
	b->unit->translating = false;
	return vtd_command(b->unit, GCMD_TE, false);
}

/* SRTP comes before TE is set again, and nothing is invalidated by software. */
static enum vtd_status translation_on(struct bench *b)
{
	uint64_t root = (uint64_t)b->unit->root_table | field_bits(RTADDR_TTM, b->unit->scalable);
	enum vtd_status status = vtd_unit_set_root_register(b->unit, root);

	if (status == VTD_OK)
		status = vtd_command(b->unit, GCMD_TE, true);
	b->unit->translating = status == VTD_OK;
	b->unit->enables++;
	return status;
}

/* The pages are marked anew when TES reads 0: what is written by the tables after that was still under way. */
static const char *drain_once(struct bench *b, struct tally *t, unsigned *late)
{
	struct target *target = b->target;
	uint64_t number = ++t->dmas;
	enum vtd_status status, on;

	bench_forget_faults(b);
	target_arm(target, ~number);
	b->device->generator->start(b->device, target->address);
	/* From at once to about the time that a DMA takes. */
	cpu_spin(random_next(&b->seed) & (random_next(&b->seed) & 256 ? 63 : 1023));
	status = translation_off(b);
	target_arm(target, number);
	if (bench_wait(b, t) == DMA_DEAD)
		t->stopped = bench_reset(b);
	*late += target_written(target, number) & 1 << OUTCOME_A;
	on = translation_on(b);
	if (status == VTD_OK)
		status = on;
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	return status == VTD_OK ? t->stopped : stop(b, t, status);
}

static const char *see_draining(struct bench *b, struct tally *t)
{
	uint64_t started = time_us();
	const char *problem = NULL;
	unsigned late = 0, rounds = 0;

	/* It is asked of "implementations supporting DMA draining". */
	if (!field_of(b->unit->cap, CAP_DWD) && field_of(b->unit->version, VER_MAX) < 2)
		return NULL;
	for (; rounds < ROUNDS && !problem && time_us() - started < ROUNDS_US; rounds++)
		problem = drain_once(b, t, &late);
	log_note(
		"  translation turned off during %u DMAs: %u of them landed by the tables after it",
		rounds, late);
	return problem ? problem
	       : late  ? OUTSIDE
		       "translation was turned off while DMAs were under way, and after GSTS.TES read 0 some landed where the tables lead: what is under way is not drained before the status is shown (section 11.4.4.1)"
		      : NULL;
}

/* What each keeps, where the ones before it passed. */
static const struct {
	uint8_t target; /* enum target_id */
	const char *cache;
} kept[] = {
	{ TARGET_LEAF, "translations in the IOTLB" },
	{ TARGET_CONTEXT, "entries in the context cache" },
	{ TARGET_SM_CONTEXT, "entries in the context cache" },
	{ TARGET_PASID_SS, "entries in the PASID cache" },
	{ TARGET_PASID_FS, "entries in the PASID cache" },
};

/* The target's entry changes while translation is off: how often the next DMA went by the old one. */
static const char *change_while_off(struct bench *b, struct tally *t, unsigned *old)
{
	const struct target *target = b->target;

	for (unsigned i = 0; i < TIMES && !t->stopped; i++) {
		unsigned state = i & 1;
		enum vtd_status status;

		engine_once(b, t);
		status = translation_off(b);
		for (unsigned w = target->words; w--;)
			bench_store(b, target->entry + w, target->state[0][!state][w]);
		if (status == VTD_OK)
			status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = translation_on(b);
		if (status != VTD_OK)
			return stop(b, t, status);
		*old += engine_once(b, t) == (enum outcome)target->expects[state];
		if (vtd_invalidate_all(b->unit) != VTD_OK)
			return stop(b, t, VTD_TIMEOUT);
	}
	return t->stopped;
}

/* With ECAP.SMTS turning it off invalidates everything, whatever CAP.ESRTPS says of SRTP. */
static const char *see_emptied(struct bench *b, struct tally *t)
{
	static char text[360];

	if (!field_of(b->unit->ecap, ECAP_SMTS))
		return NULL;
	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		enum target_id id = (enum target_id)kept[i].target;
		const char *problem;
		unsigned old = 0;

		if (b->lacks[id] || b->targets[id].phases > 1)
			continue;
		problem = ownership_settle(b, &b->targets[id], t);
		if (problem)
			return t->stopped = problem;
		problem = change_while_off(b, t, &old);
		if (problem)
			return problem;
		if (!old)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s was changed while translation was off, and %u of %u next DMAs used the old entry: turning it off does not invalidate %s, though ECAP.SMTS is 1 (section 11.4.4.1)",
			target_name(id), old, TIMES, kept[i].cache);
		return text;
	}
	return t->stopped;
}

/* A DMA that is refused, and its records there; in which register the first is. */
static unsigned first_record(struct bench *b, struct tally *t)
{
	unsigned first;

	trial_refused(b, target_nowhere(), t);
	first = vtd_fault_pending(b->unit) ? vtd_fault_first(b->unit) : 0;
	vtd_fault_clear(b->unit);
	return first;
}

/* With translation and interrupt remapping off the next record is for register 0 again. */
static const char *see_first_record(struct bench *b, struct tally *t)
{
	static char text[200];
	unsigned first = 0;

	/* The interrupt would take them. */
	if (!field_of(b->unit->cap, CAP_NFR) || b->unit->remapping || b->has_interrupt)
		return NULL;
	for (unsigned i = 0; i < TIMES && !first && !t->stopped; i++) {
		enum vtd_status status;

		first_record(b, t);
		status = translation_off(b);
		if (status == VTD_OK)
			status = translation_on(b);
		if (status == VTD_OK)
			status = vtd_invalidate_all(b->unit);
		if (status != VTD_OK)
			return stop(b, t, status);
		first = first_record(b, t);
	}
	if (t->stopped || !first)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"translation was turned off and on, interrupt remapping being off, and the next fault was recorded in register %u: the index does not go back to 0 (section 7.2.1)",
		first);
	return text;
}

const char *disabling_find(struct bench *b, struct tally *t)
{
	const char *problem;

	if (b->lacks[TARGET_LEAF])
		return NULL;
	problem = ownership_settle(b, &b->targets[TARGET_LEAF], t);
	if (problem)
		return t->stopped = problem;
	problem = see_draining(b, t);
	if (!problem)
		problem = see_emptied(b, t);
	if (!problem)
		problem = see_first_record(b, t);
	/* Whatever it is that was seen: the next one proves the device anew, with translation on. */
	if (!b->unit->translating)
		translation_on(b);
	return problem;
}

/* --- interrupt remapping --- */

/*
 * In compatibility format, remapping off: it comes as it is, or is blocked where the unit requires remapping (ECAP.IRREQ).
 * NULL, or what is wrong.
 */
static const char *see_off(struct bench *b, struct tally *t)
{
	const struct dma_generator *g = b->device->generator;
	uint64_t started = time_us();
	const char *problem = g->interrupt_open(
		b->device, COMPATIBLE | (uint64_t)b->driver_apic << 12, INTERRUPT_VECTOR_A);
	struct interrupts_taken taken;
	bool came;

	if (problem)
		return t->stopped = problem;
	interrupt_arm(b, t);
	if (!g->interrupt_raise(b->device))
		return NULL;
	do
		taken = interrupts_let_in();
	while (taken.a == b->interrupt.seen.a && time_us() - started < LATE_US);
	came = taken.a != b->interrupt.seen.a;
	b->interrupt.seen = taken;
	bench_forget_faults(b);
	if (came && field_of(b->unit->ecap, ECAP_IRREQ))
		return OUTSIDE
			"interrupt remapping was turned off, and an interrupt in compatibility format came, though ECAP.IRREQ is 1: it is not blocked (section 5.1.4)";
	if (came || b->device->may_not_send || field_of(b->unit->ecap, ECAP_IRREQ))
		return NULL;
	return OUTSIDE
		"interrupt remapping was turned off, GSTS.IRES reads 0, and an interrupt in compatibility format did not come: the unit goes on remapping (section 11.4.4.1)";
}

static const char *see_on(struct bench *b, struct tally *t)
{
	enum outcome outcome;

	t->stopped = interrupt_open(b);
	outcome = t->stopped ? OUTCOME_A : engine_once(b, t);
	if (t->stopped || outcome == (enum outcome)b->target->expects[0])
		return t->stopped;
	time_delay_us(LATE_US);
	if (engine_once(b, t) != (enum outcome)b->target->expects[0])
		return NULL; /* that is for the others to tell */
	return OUTSIDE
		"interrupt remapping was turned on, and the next interrupt was not remapped; 1 ms later it was: GSTS.IRES is set before the unit remaps (section 11.4.4.2)";
}

const char *disabling_find_interrupts(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	/* Compatibility format has eight bits of an APIC id. */
	if (b->driver_apic > 255 || !engine_settle(b, b->target->state[0][0], t))
		return t->stopped;
	for (unsigned i = 0; i < TIMES && !problem; i++) {
		enum vtd_status status = vtd_interrupts_off(b->unit), on;

		if (status == VTD_OK)
			problem = see_off(b, t);
		b->device->generator->interrupt_close(b->device);
		on = vtd_interrupts_on(b->unit, b->target->table, b->target->x2apic);
		if (status == VTD_OK)
			status = on;
		if (status != VTD_OK)
			return stop(b, t, status);
		if (!problem)
			problem = see_on(b, t);
	}
	if (problem && !t->stopped)
		interrupt_open(b);
	return problem;
}
