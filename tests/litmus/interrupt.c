/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts under test: remapping on and off around them, one sent, and what became of it. */
#include "tests/litmus/interrupt.h"
#include "kernel/cpu.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/interrupts.h"

#define LATE_US \
	20 /* for an interrupt that no record tells of: the device's read has pushed it on before */

const char *interrupt_lacks(const struct bench *b)
{
	if (!b->device->generator->interrupt_raise)
		return "no interrupt of this device is used";
	if (b->lacks[TARGET_CONTEXT])
		return "the device's own DMA needs target context, which it cannot have";
	if (!b->unit->queue.descriptors)
		return "interrupt entries are invalidated by the queue alone (section 6.5.1), which is not in use";
	return vtd_interrupts_lack(b->unit, interrupts_x2apic());
}

static bool is_on(const struct bench *b, const struct target *target)
{
	return b->target == target && b->unit->remapping && b->unit->translating &&
	       b->proven == b->unit->enables &&
	       b->unit->root_table == b->targets[TARGET_CONTEXT].root;
}

const char *interrupt_choose(struct bench *b, struct target *target)
{
	static struct tally t;
	enum vtd_status status;
	const char *problem;

	if (is_on(b, target)) {
		target_choose_phase(target, 0);
		return NULL;
	}
	interrupt_leave(b);
	problem = ownership_settle(b, &b->targets[TARGET_CONTEXT], &t);
	if (problem)
		return problem;
	target_set_destination(target, b->driver_apic, interrupts_x2apic());
	target->refusals_unrecorded = b->traits.interrupt_records == TRAIT_NO;
	target->root = b->unit->root_table;
	for (unsigned i = 0; i < target->words; i++)
		target->entry[i] = 0;
	vtd_flush(b->unit, target->table, VTD_INTERRUPT_PAGES * PAGE_SIZE);
	status = vtd_interrupts_on(b->unit, target->table, target->x2apic);
	if (status != VTD_OK) {
		interrupt_leave(b);
		return bench_status_text(b, status);
	}
	b->target = target;
	target_choose_phase(target, 0);
	return NULL;
}

static const char *open_message(struct bench *b, uint64_t address, uint32_t data)
{
	const char *problem = b->device->generator->interrupt_open(b->device, address, data);

	b->interrupt.is_open = !problem;
	interrupts_listen(true);
	b->interrupt.seen = (struct interrupts_taken){ 0 };
	return problem;
}

const char *interrupt_open(struct bench *b)
{
	return open_message(b, vtd_interrupt_address(b->target->index), 0);
}

const char *interrupt_open_by_subhandle(struct bench *b, uint16_t subhandle)
{
	uint16_t handle = (uint16_t)(b->target->index - subhandle);

	return open_message(b, vtd_interrupt_address(handle) | VTD_INTERRUPT_SHV, subhandle);
}

void interrupt_leave(struct bench *b)
{
	if (b->interrupt.is_open) {
		b->device->generator->interrupt_close(b->device);
		interrupts_listen(false);
	}
	b->interrupt.is_open = false;
	if (b->unit->remapping)
		vtd_interrupts_off(b->unit);
}

static uint32_t count_of(const struct interrupts_taken *i)
{
	return i->a + i->b + i->elsewhere;
}

/* Since the last time. */
static struct interrupts_taken taken(struct bench *b)
{
	struct interrupts_taken now = interrupts_let_in(), *seen = &b->interrupt.seen,
				new = {
					.a = now.a - seen->a,
					.b = now.b - seen->b,
					.elsewhere = now.elsewhere - seen->elsewhere,
					.stray = now.stray - seen->stray,
				};

	*seen = now;
	return new;
}

void interrupt_arm(struct bench *b, struct tally *t)
{
	struct interrupts_taken before = taken(b);

	/* Each before was waited for, so it came twice, or long after its time. */
	t->doubled += before.a + before.b;
	t->astray += before.elsewhere + before.stray;
	if (b->target->posted)
		target_clear_descriptors(b->target);
}

enum dma_state interrupt_send(struct bench *b, struct tally *t)
{
	if (b->device->generator->interrupt_raise(b->device))
		return DMA_DONE;
	t->timeouts++;
	return DMA_DEAD;
}

/* What is known of it; false: nothing yet. */
static bool look(struct bench *b, struct tally *t, struct interrupts_taken *i, unsigned *posted)
{
	struct interrupts_taken more = taken(b);

	i->a += more.a;
	i->b += more.b;
	i->elsewhere += more.elsewhere;
	i->stray += more.stray;
	if (b->target->posted)
		*posted = target_posted(b->target);
	if (count_of(i) || i->stray || *posted)
		return true;
	if (b->has_interrupt)
		cpu_pause();
	else
		bench_read_faults(b, &t->faults);
	return bench_said_anything(b);
}

enum outcome interrupt_classify(struct bench *b, struct tally *t, enum dma_state state)
{
	struct target *target = b->target;
	struct interrupts_taken i = { 0 };
	unsigned posted = 0;
	uint64_t wait = target->refusals_unrecorded ? LATE_US : bench_fault_wait_us(b);
	uint64_t deadline = 0;

	while (!look(b, t, &i, &posted)) {
		deadline = deadline ? deadline : time_us() + wait;
		if (time_us() > deadline)
			break;
	}
	t->astray += i.elsewhere + i.stray + !!(posted & TARGET_POSTED_WRONG);
	t->doubled += count_of(&i) > 1;
	if (count_of(&i) > 1 || i.elsewhere || i.stray || posted > 2 || (posted && count_of(&i)))
		return OUTCOME_BOTH;
	if (i.a || posted == 1)
		return target_interrupt_outcome(target, target->phase, 0);
	if (i.b || posted == 2)
		return target_interrupt_outcome(target, target->phase, 1);
	if (b->said.outcome[OUTCOME_FAULT])
		return OUTCOME_FAULT;
	if (b->said.outcome[OUTCOME_NOT_PRESENT])
		return OUTCOME_NOT_PRESENT;
	if (target->refusals_unrecorded && state == DMA_DONE)
		return OUTCOME_NOT_PRESENT;
	t->unrecorded += !b->said.overflow;
	return state == DMA_DONE ? OUTCOME_LOST : OUTCOME_SILENT;
}
