/* SPDX-License-Identifier: BSD-2-Clause */
/* The measured loop: one DMA after the other, armed, made, waited for and classified. */
#include "tests/litmus/engine.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lib/random.h"
#include "kernel/time.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/breakage.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/progress.h"
#include "tests/litmus/updater.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"
#include "vtd/switch.h"

/*
 * One DMA in so many is made with the entry held still. In the hammer regime it tells less, as the driver
 * invalidates, and on a busy host each costs the time until a virtual updater runs again: there they take no more
 * than a part of the measured time.
 */
#define HOLD_EVERY	  8
#define HOLD_EVERY_HAMMER 64
#define HOLD_PART_HAMMER  8
#define HOUSEKEEPING	  1024 /* DMAs between two looks at the fault registers when all is well */
#define TIMEOUTS_IN_A_ROW 3    /* of a device that is given up then */

static bool is_state(const struct target *t, unsigned outcome)
{
	return outcome == t->expects[0] || outcome == t->expects[1];
}

static enum outcome classify(struct bench *b, struct tally *t, enum dma_state state,
			     unsigned written)
{
	const unsigned both = 1 << OUTCOME_A | 1 << OUTCOME_B;

	if (target_is_of_interrupts(b->target))
		return interrupt_classify(b, t, state);

	if (state != DMA_DONE || !written)
		bench_collect_faults(b, t, b->ats.on && state == DMA_FAILED);
	if (written & 1 << OUTCOME_MIXTURE_1)
		return OUTCOME_MIXTURE_1;
	if (written & 1 << OUTCOME_MIXTURE_2)
		return OUTCOME_MIXTURE_2;
	if (b->said.outcome[OUTCOME_FAULT] && !is_state(b->target, OUTCOME_FAULT))
		return OUTCOME_FAULT;
	if (written)
		return written == both		  ? OUTCOME_BOTH
		       : written & 1 << OUTCOME_A ? OUTCOME_A
						  : OUTCOME_B;
	if (b->said.outcome[OUTCOME_FAULT])
		return OUTCOME_FAULT;
	if (b->said.outcome[OUTCOME_NOT_PRESENT])
		return OUTCOME_NOT_PRESENT;
	/* The device-TLB was refused a translation: what leads to that is not recorded (section 7.1.2). */
	if (b->ats.on && state == DMA_FAILED)
		return OUTCOME_NOT_PRESENT;
	/* Only what the unit says that it dropped meanwhile explains that there is no record. */
	t->unrecorded += !b->said.overflow;
	if (target_landed_physically()) {
		t->untranslated++;
		target_arm_physical();
	}
	return state == DMA_DONE ? OUTCOME_LOST : OUTCOME_SILENT;
}

bool outcome_is_torn(const struct target *t, unsigned outcome)
{
	return outcome < OUTCOME_PREDICTED && outcome != OUTCOME_NOT_PRESENT &&
	       !is_state(t, outcome);
}

const char *engine_reset(struct bench *b, const struct measurement *s)
{
	bool rest = s->rewriting && b->device->reset_does_dma;
	bool hold = rest && !updater_is_to_hold();
	enum vtd_status status;
	const char *problem;

	if (hold)
		updater_command(UPDATER_HOLD);
	if (rest && updater_wait_held(ENGINE_ANSWER_US) < 0)
		return updater_problem();
	/* Nobody else does in this regime, and the unit may keep what a mixture led to. */
	status = rest && s->invalidate ? bench_invalidate_all(b) : VTD_OK;
	if (status != VTD_OK)
		return bench_status_text(b, status);
	problem = bench_reset(b);
	/* A sequence that leaves a stale or torn entry in the unit's caches has that DMA refused. */
	if (problem && rest && vtd_invalidate_all(b->unit) == VTD_OK)
		problem = bench_reset(b);
	if (hold)
		updater_command(UPDATER_RUN);
	return problem;
}

/* record_us is of requests that the unit translates; by way of the device's TLB one is refused later. */
static uint64_t since(const struct bench *b, uint64_t started_ticks)
{
	return b->ats.on ? time_us() : time_ticks_to_ns(started_ticks) / 1000;
}

/* One DMA: arm, invalidate, start, wait, classify; a dead device is reset. */
enum outcome engine_dma(struct bench *b, const struct measurement *s, struct tally *t,
			bool hold_meanwhile)
{
	struct dma_device *d = b->device;
	uint64_t number = ++t->dmas, timeouts = t->timeouts, at, started, stores;
	enum dma_state state;
	enum outcome outcome;
	unsigned written;
	uint64_t spoiled = s->may_break ? number : 0;
	bool is_interrupt = target_is_of_interrupts(b->target), is_sent = !break_drops(spoiled);

	break_hang_at(spoiled);
	bench_forget_faults(b);
	if (is_interrupt)
		interrupt_arm(b, t);
	else
		target_arm(b->target, number);
	at = rdtsc();
	if (s->invalidate) {
		enum vtd_status status = break_or_invalidate(b, spoiled);

		if (status != VTD_OK)
			t->stopped = bench_status_text(b, status);
		started = rdtsc();
		t->ticks_invalidate += started - at;
		at = started;
	}
	if (break_unplugs(spoiled))
		pci_power_off(d->function);
	started = t->started = at;
	stores = updater_stores();
	if (is_interrupt)
		state = is_sent ? interrupt_send(b, t) : DMA_DONE;
	else if (is_sent)
		d->generator->start(d, s->address);
	if (hold_meanwhile)
		updater_command(UPDATER_HOLD);
	if (!is_interrupt)
		state = bench_wait(b, t);
	stores = updater_stores() - stores;
	t->ended = rdtsc();
	t->ticks_dma += t->ended - at;
	written = is_interrupt ? 0 : target_written(b->target, number);
	outcome = classify(b, t, state, written);
	t->outcomes[outcome]++;
	if (outcome_is_torn(b->target, outcome)) {
		t->torn++;
		t->torn_outcomes[outcome]++;
	}
	t->blocked += outcome == OUTCOME_NOT_PRESENT && !is_state(b->target, outcome);
	t->stores += stores;
	t->exposed += stores > 0;
	t->exposed_torn += stores > 0 && outcome_is_torn(b->target, outcome);
	t->timeouts_in_a_row = t->timeouts > timeouts ? t->timeouts_in_a_row + 1 : 0;
	if (t->timeouts_in_a_row == TIMEOUTS_IN_A_ROW)
		t->stopped = "the device times out again and again, resets notwithstanding";
	if (state == DMA_DEAD) {
		at = rdtsc();
		const char *problem = engine_reset(b, s);

		t->resets++;
		if (problem)
			t->stopped = problem;
		t->ticks_reset += rdtsc() - at;
		t->ended = rdtsc();
		/* A reset may have done DMA, too, that was refused. */
		if (!b->device->reset_is_quiet)
			started = t->ended;
	}
	/* What the device did until now must not be held against its next DMA. */
	if (state != DMA_DONE || bench_said_anything(b))
		bench_drain_faults(b, t, since(b, started));
	return outcome;
}

enum outcome engine_once(struct bench *b, struct tally *t)
{
	struct measurement once = { .address = b->target->address };
	uint64_t unrecorded = t->unrecorded;
	bool may_lose = b->device->may_lose_next;
	enum outcome outcome = engine_dma(b, &once, t, false);

	if (outcome != OUTCOME_SILENT || !may_lose || t->stopped)
		return outcome;
	/* That the device did nothing of it says nothing of the unit. */
	t->unrecorded = unrecorded;
	return engine_dma(b, &once, t, false);
}

enum outcome engine_to(struct bench *b, uint64_t at, struct tally *t)
{
	struct measurement there = { .address = at };
	enum outcome outcome;

	bench_set_requester(b, at);
	outcome = engine_dma(b, &there, t, false);
	/* A device may try again what was refused. */
	if (outcome >= OUTCOME_PAGES) {
		time_delay_us(bench_record_wait_us(b));
		bench_drain_faults(b, t, time_us());
	}
	bench_set_requester(b, b->target->address);
	return outcome;
}

/* A short wait of no fixed length, so that driver and updater cannot fall into step. */
static void jitter(struct bench *b)
{
	cpu_spin(random_next(&b->seed) & 255);
}

/*
 * A DMA was made with the entry held still. One that landed elsewhere met a stale entry. One that
 * was blocked is tried again: a stale absent entry stays, as nothing invalidates meanwhile; what is
 * gone the second time was trouble that the device had from the DMA before (kernel/dma/nvme.c knows
 * of one), and is counted apart.
 */
static void judge_held(struct bench *b, const struct measurement *s, struct tally *t,
		       enum outcome outcome, enum outcome want)
{
	t->held++;
	if (outcome == want)
		return;
	if (outcome == OUTCOME_NOT_PRESENT || outcome == OUTCOME_SILENT) {
		outcome = engine_dma(b, s, t, false);
		if (outcome == want) {
			t->blocked_once++;
			return;
		}
	}
	/* A DMA that was lost says nothing of entries. */
	if (outcome == OUTCOME_SILENT || outcome == OUTCOME_LOST)
		return;
	t->stale++;
	t->stale_outcomes[outcome]++;
}

/*
 * Its translation must be kept under that state's domain-id (or the spare one): turn the leaf to the sentinel page, invalidate that
 * domain-id, and see whether a second DMA still lands in the old page. The next DMA's global invalidation clears up.
 */
void engine_check_tag(struct bench *b, const struct measurement *s, struct tally *t, unsigned state)
{
	struct target *target = b->target;
	struct dma_device *d = b->device;
	uint64_t *leaf = target->leaf[state], old = target->leaf_value[state];
	enum vtd_status status;
	uint64_t started;

	*leaf = (old & ~field_mask(SS_ADDR)) | (uint64_t)target->sentinel[state];
	vtd_flush_paging(b->unit, leaf, sizeof(*leaf));
	status = target->id == TARGET_PASID_SS || target->id == TARGET_PASID_NESTED
			 ? vtd_invalidate_iotlb_domain(b->unit, target->domain[state])
			 : vtd_invalidate_piotlb(b->unit, target->domain[state],
						 target->pasid[state]);
	if (status == VTD_OK && s->spare)
		status = vtd_invalidate_iotlb_domain(b->unit, SPARE_DOMAIN);
	if (status == VTD_OK)
		status = bench_invalidate_device(b);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	bench_forget_faults(b);
	target_arm(target, ~t->dmas);
	started = rdtsc();
	d->generator->start(d, s->address);
	if (bench_wait(b, t) == DMA_DEAD) {
		const char *problem = engine_reset(b, s);

		if (problem)
			t->stopped = problem;
		t->resets++;
		started = rdtsc();
	}
	bench_drain_faults(b, t, since(b, started));
	t->tag_checks++;
	t->mistagged += target_written(target, ~t->dmas) >> state & 1;
	*leaf = old;
	vtd_flush_paging(b->unit, leaf, sizeof(*leaf));
}

void engine_measure(struct bench *b, const struct measurement *s, struct tally *t)
{
	uint64_t second = time_ns_to_ticks(1000000000);
	uint64_t now = rdtsc(), start = now, before = t->ticks, look = now + second;
	uint64_t end = start + time_ns_to_ticks(s->ms * 1000000), waited = 0;
	bool holding = false;

	bench_log_interrupts(b, &t->faults);
	for (; now < end && !t->stopped &&
	       !(s->stop_on_harm && (t->torn || t->stale || t->mistagged));
	     now = t->ended) {
		unsigned every = s->invalidate ? HOLD_EVERY_HAMMER : HOLD_EVERY;
		bool hold_next = s->holds && !holding && t->dmas % every == every - 1 &&
				 (!s->invalidate || waited <= (now - start) / HOLD_PART_HAMMER);
		int state = -1;
		enum outcome outcome;

		if (now > look) {
			/* The clock of the measurement stands still meanwhile. */
			progress_during(t);
			look = rdtsc();
			start += look - now;
			end += look - now;
			look += second;
		}
		if (holding) {
			state = updater_wait_held(ENGINE_ANSWER_US);
			waited += rdtsc() - now;
			if (state < 0) {
				t->stopped = updater_problem();
				break;
			}
			/*
			 * A device may try a refused access again, part by part, and call the DMA done (QEMU's
			 * NVMe controller does): the record of that must not be taken for one of the held DMA.
			 */
			bench_drain_faults(b, t, since(b, t->started));
		}
		jitter(b);
		/* The hold is asked for while a DMA is under way: so that one may meet its edge. */
		outcome = engine_dma(b, s, t, hold_next);
		companion_step(b, t);
		if (outcome_is_torn(b->target, outcome) && !t->first_torn_ticks)
			t->first_torn_ticks = before + rdtsc() - start;
		if (state >= 0) {
			judge_held(b, s, t, outcome, (enum outcome)b->target->expects[state]);
			updater_command(UPDATER_RUN);
		} else if (s->check_tags && outcome <= OUTCOME_B) {
			engine_check_tag(b, s, t, outcome);
		}
		holding = hold_next;
		if (t->dmas % HOUSEKEEPING == 0 && !b->has_interrupt)
			bench_read_faults(b, &t->faults);
	}
	if (holding)
		updater_command(UPDATER_RUN);
	if (!b->has_interrupt)
		bench_read_faults(b, &t->faults);
	bench_log_interrupts(b, NULL);
	t->ticks += rdtsc() - start;
	progress_during(t);
}

void engine_abandon(struct bench *b)
{
	interrupts_off();
	bench_log_interrupts(b, NULL);
	/* Wherever the updater was, it may have been at the queue. */
	updater_end(ENGINE_ANSWER_US);
	ats_cut_off(b);
	interrupt_leave(b);
	b->device->generator->stop(b->device);
	if (b->companion)
		b->companion->device->generator->stop(b->companion->device);
	vtd_fault_clear(b->unit);
	if (options.fault_interrupt)
		interrupts_on();
}

const char *engine_choose(struct bench *b, struct target *target)
{
	enum vtd_status status = VTD_OK;

	if (target_is_of_interrupts(target))
		return interrupt_choose(b, target);
	interrupt_leave(b);
	/* Meanwhile translation is off: a device that is at something must not go on with it. */
	if (!b->unit->translating || b->target != target || b->unit->root_table != target->root) {
		pci_bus_master(b->device->function, false);
		ats_off(b);
		status = vtd_unit_set_root(b->unit, target->root, target->scalable);
	}
	b->target = target;
	target_choose_phase(target, 0);
	return status == VTD_OK ? NULL : bench_status_text(b, status);
}

/* Where the unit does not translate, a DMA would go to physical memory. NULL: it does. */
static const char *untranslated(const struct bench *b)
{
	return b->unit->translating ? NULL : "translation could not be turned on again: no DMA";
}

bool engine_put(struct bench *b, const uint64_t *entry, struct tally *t)
{
	enum vtd_status status = VTD_OK;

	t->stopped = untranslated(b);
	if (t->stopped)
		return false;
	for (unsigned i = 0; i < b->target->words; i++)
		*(volatile uint64_t *)target_word(b->target, i) = 0;
	for (unsigned i = b->target->words; i--;)
		*(volatile uint64_t *)target_word(b->target, i) = entry[i];
	for (unsigned i = 0; i < b->target->words; i++)
		vtd_flush_paging(b->unit, target_word(b->target, i), sizeof(*entry));
	/* A trial that the watchdog broke off may leave a leaf turned away. */
	for (unsigned s = 0; s < 2; s++) {
		if (!b->target->leaf[s])
			continue;
		*b->target->leaf[s] = b->target->leaf_value[s];
		vtd_flush_paging(b->unit, b->target->leaf[s], sizeof(*b->target->leaf[s]));
	}
	if (target_is_pointer(b->target))
		status = bench_set_pointer(b, entry[0]);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	/* A queue that stopped in the trial before must not spoil this one. */
	if (status != VTD_OK && b->unit->queue.descriptors && vtd_queue_restart(b->unit) == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	return !t->stopped;
}

bool engine_settle(struct bench *b, const uint64_t *entry, struct tally *t)
{
	struct fault_log faults = t->faults;

	if (!engine_put(b, entry, t))
		return false;
	bench_set_requester(b, b->target->address);
	b->device->has_pasid = b->target->tagged;
	b->device->pasid = b->target->pasid[0];
	pci_bus_master(b->device->function, true);
	t->stopped = bench_reset(b);
	if (!t->stopped && target_is_of_interrupts(b->target) && !b->interrupt.is_open)
		t->stopped = interrupt_open(b);
	/* What the device did before, and in its reset, is not of what follows. */
	bench_drain_faults(b, t, time_us());
	t->faults = faults;
	vtd_fault_clear(b->unit);
	target_arm_physical();
	return !t->stopped;
}
