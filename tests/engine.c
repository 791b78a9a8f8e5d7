/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/engine.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/random.h"
#include "kernel/smp.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/progress.h"
#include "tests/updater.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"

#define HOLD_EVERY	  8    /* one DMA in so many is made with the entry held still */
#define HOUSEKEEPING	  1024 /* DMAs between two looks at the fault registers when all is well */
#define ANSWER_US	  2000000
#define PATIENCE	  20   /* times its typical time before a DMA is suspected of being stuck */
#define TIMEOUTS_IN_A_ROW 3    /* of a device that is given up then */
#define RECORD_US	  1000 /* for a fault record, after its DMA has ended */
#define BREAK_AT	  512  /* break=: which DMA is never started */

/* What the fault records of one DMA said. Written where faults are read, cleared before a DMA. */
static volatile bool said[OUTCOME_PREDICTED];

static bool said_anything(void)
{
	return said[OUTCOME_NOT_PRESENT] || said[OUTCOME_FAULT];
}

static void forget_faults(void)
{
	said[OUTCOME_NOT_PRESENT] = said[OUTCOME_FAULT] = false;
}

static struct fault_log *interrupt_log;
static struct bench *interrupt_bench;

static void note_fault(struct bench *b, struct fault_log *log, const struct vtd_fault *f)
{
	unsigned k = 0;

	log->recorded++;
	if (f->source_id != b->source_id)
		log->foreign++;
	else
		said[target_fault_outcome(b->target, f->reason)] = true;
	while (k < log->kind_count &&
	       (log->kinds[k].reason != f->reason || log->kinds[k].type != f->type))
		k++;
	if (k == FAULT_KINDS) {
		log->unsorted++;
		return;
	}
	if (k == log->kind_count) {
		log->kind_count++;
		log->kinds[k].reason = f->reason;
		log->kinds[k].type = f->type;
		log->kinds[k].count = 0;
	}
	if (log->kinds[k].count < FAULT_SHOWN)
		log->kinds[k].first[log->kinds[k].count] = *f;
	log->kinds[k].count++;
}

void engine_read_faults(struct bench *b, struct fault_log *log)
{
	struct vtd_fault faults[16];
	unsigned n;
	bool overflow;

	do {
		n = vtd_fault_read(b->unit, faults, 16, &overflow);
		for (unsigned i = 0; i < n; i++)
			note_fault(b, log, &faults[i]);
		log->overflows += overflow;
	} while (n == 16);
}

static bool fault_interrupt(struct trap_frame *frame)
{
	(void)frame;
	if (interrupt_log)
		engine_read_faults(interrupt_bench, interrupt_log);
	return true;
}

void engine_use_interrupt(struct bench *b, uint8_t apic_id, uint8_t vector)
{
	interrupt_bench = b;
	trap_on_interrupt(vector, fault_interrupt);
	vtd_fault_interrupt(b->unit, true, apic_id, vector);
	b->has_interrupt = true;
}

/*
 * The faults of the DMA just ended: by polling, or by giving the interrupt its time. A record may come
 * later than the device's own answer.
 */
static void collect_faults(struct bench *b, struct tally *t, uint64_t patience_us)
{
	uint64_t deadline = time_us() + patience_us;

	do {
		if (!b->has_interrupt)
			engine_read_faults(b, &t->faults);
		else
			cpu_pause();
	} while (!said_anything() && time_us() < deadline);
}

static void collect_late_faults(struct bench *b, struct tally *t)
{
	if (!b->has_interrupt) /* it has read them by now */
		engine_read_faults(b, &t->faults);
}

/* Wait for the DMA that was started. DMA_DEAD also for one that is stuck. */
static enum dma_state wait_dma(struct bench *b, struct tally *t)
{
	struct dma_device *d = b->device;
	uint64_t start = rdtsc();
	uint64_t suspect = time_ns_to_ticks(d->typical_us * PATIENCE * 1000);
	uint64_t limit = time_ns_to_ticks(d->timeout_us * 1000);

	for (;;) {
		enum dma_state state = DMA_BUSY;

		for (unsigned i = 0; i < 256 && state == DMA_BUSY; i++)
			state = d->generator->poll(d);
		if (state != DMA_BUSY)
			return state;
		if (rdtsc() - start > suspect) {
			/* A device whose queue entry or completion was refused may never say so. */
			collect_faults(b, t, b->has_interrupt ? RECORD_US : 0);
			if (said_anything())
				return DMA_DEAD;
			suspect *= 2;
		}
		if (rdtsc() - start > limit) {
			t->timeouts++;
			return DMA_DEAD;
		}
	}
}

/* NULL, or why it does not work any more. */
static const char *reset_device(struct bench *b, uint64_t private_at)
{
	if (!pci_is_there(b->device->function))
		return "the device is gone: its configuration space reads as ones";
	return b->device->generator->reset(b->device, private_at);
}

static const char *why(const struct bench *b, enum vtd_status status)
{
	return status == VTD_QUEUE_ERROR ? vtd_queue_error_text(b->unit) : vtd_status_text(status);
}

/* Asked to break something: once in the run, the queue is given what it must stop at. */
static enum vtd_status invalidate(struct bench *b, uint64_t number)
{
	static bool done;

	if (options.breakage != BREAK_QUEUE || number != 64 || done)
		return vtd_invalidate_all(b->unit);
	done = true;
	return vtd_invalidate_wrongly(b->unit);
}

static bool is_state(const struct target *t, unsigned outcome)
{
	return outcome == t->expects[0] || outcome == t->expects[1];
}

static enum outcome classify(struct bench *b, struct tally *t, enum dma_state state,
			     unsigned written)
{
	const unsigned both = 1 << OUTCOME_A | 1 << OUTCOME_B;

	if (state != DMA_DONE || !written)
		collect_faults(b, t, RECORD_US);
	if (written & 1 << OUTCOME_MIXTURE_1)
		return OUTCOME_MIXTURE_1;
	if (written & 1 << OUTCOME_MIXTURE_2)
		return OUTCOME_MIXTURE_2;
	if (said[OUTCOME_FAULT] && !is_state(b->target, OUTCOME_FAULT))
		return OUTCOME_FAULT;
	if (written)
		return written == both		  ? OUTCOME_BOTH
		       : written & 1 << OUTCOME_A ? OUTCOME_A
						  : OUTCOME_B;
	if (said[OUTCOME_FAULT])
		return OUTCOME_FAULT;
	if (said[OUTCOME_NOT_PRESENT])
		return OUTCOME_NOT_PRESENT;
	return state == DMA_DONE ? OUTCOME_LOST : OUTCOME_SILENT;
}

bool outcome_is_torn(const struct target *t, unsigned outcome)
{
	return outcome < OUTCOME_PREDICTED && outcome != OUTCOME_NOT_PRESENT &&
	       !is_state(t, outcome);
}

struct drive_setup {
	uint64_t target, private_at; /* bus addresses of the landing page and the device's pages */
	uint64_t ms;
	bool rewriting;	 /* there is an updater to hold still now and then */
	bool invalidate; /* by the driver, before each DMA */
	bool stop_on_harm;
	bool check_tags; /* after a DMA into a state's page */
};

/* Asked to break something: the driver never comes back from this DMA, once in the run. */
static void hang_at(uint64_t number)
{
	static bool done;

	if (done || number != (options.breakage == BREAK_SPIN	? 64
			       : options.breakage == BREAK_HANG ? 1
								: 0))
		return;
	done = true;
	for (;;)
		cpu_pause();
}

/* Asked to break something: the device never hears of this DMA, as if it hung. */
static bool is_dropped(uint64_t number)
{
	return (options.breakage == BREAK_LOST_DMA && number % BREAK_AT == 0) ||
	       (options.breakage == BREAK_DEAD_DEVICE && number >= BREAK_AT);
}

/* A reset amid a test. Where that takes DMA itself, the entry is held still meanwhile. */
static const char *reset_held(struct bench *b, const struct drive_setup *s)
{
	bool rest = s->rewriting && b->device->reset_does_dma;
	bool hold = rest && !updater_is_to_hold();
	const char *problem;

	if (hold)
		updater_command(UPDATER_HOLD);
	if (rest && updater_wait_held(ANSWER_US) < 0)
		return updater_problem();
	problem = reset_device(b, s->private_at);
	if (hold)
		updater_command(UPDATER_RUN);
	return problem;
}

/* One DMA: arm, invalidate, start, wait, classify; a dead device is reset. */
static enum outcome one_dma(struct bench *b, const struct drive_setup *s, struct tally *t,
			    bool hold_meanwhile)
{
	struct dma_device *d = b->device;
	uint64_t number = ++t->dmas, timeouts = t->timeouts, at;
	enum dma_state state;
	enum outcome outcome;
	unsigned written;

	if (s->rewriting)
		hang_at(number);
	forget_faults();
	target_arm(b->target, number);
	at = rdtsc();
	if (s->invalidate) {
		enum vtd_status status = invalidate(b, number);

		if (status != VTD_OK)
			t->stopped = why(b, status);
		t->ticks_invalidate += rdtsc() - at;
		at = rdtsc();
	}
	if (options.breakage == BREAK_UNPLUG && number == BREAK_AT)
		pci_power_off(d->function);
	if (!is_dropped(number))
		d->generator->start(d, s->target);
	if (hold_meanwhile)
		updater_command(UPDATER_HOLD);
	state = wait_dma(b, t);
	t->ticks_dma += rdtsc() - at;
	written = target_written(b->target, number);
	outcome = classify(b, t, state, written);
	t->outcomes[outcome]++;
	t->torn += outcome_is_torn(b->target, outcome);
	t->timeouts_in_a_row = t->timeouts > timeouts ? t->timeouts_in_a_row + 1 : 0;
	if (t->timeouts_in_a_row == TIMEOUTS_IN_A_ROW)
		t->stopped = "the device times out again and again, resets notwithstanding";
	if (state == DMA_DEAD) {
		at = rdtsc();
		const char *problem = reset_held(b, s);

		t->resets++;
		if (problem)
			t->stopped = problem;
		/* What the device did until its reset must not be held against its next DMA. */
		collect_late_faults(b, t);
		t->ticks_reset += rdtsc() - at;
	}
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
static void judge_held(struct bench *b, const struct drive_setup *s, struct tally *t,
		       enum outcome outcome, enum outcome want)
{
	t->held++;
	if (outcome == want)
		return;
	if (outcome == OUTCOME_NOT_PRESENT || outcome == OUTCOME_SILENT) {
		outcome = one_dma(b, s, t, false);
		if (outcome == want) {
			t->hiccups++;
			return;
		}
	}
	if (outcome == OUTCOME_SILENT)
		return; /* a device that does nothing says nothing of entries either */
	t->stale++;
	t->stale_outcomes[outcome]++;
}

/*
 * The last DMA landed in the page of state `state`. Its translation must be kept under that state's
 * domain-id: turn the leaf to the sentinel page, invalidate that domain-id, and see whether a
 * second DMA still lands in the old page. The next DMA's global invalidation clears up.
 */
static void check_tag(struct bench *b, const struct drive_setup *s, struct tally *t, unsigned state)
{
	struct target *target = b->target;
	struct dma_device *d = b->device;
	uint64_t *leaf = target->leaf[state], old = target->leaf_value[state];
	enum vtd_status status;

	*leaf = (old & ~field_mask(SS_ADDR)) | (uint64_t)target->sentinel[state];
	vtd_flush_paging(b->unit, leaf, sizeof(*leaf));
	status = target->id == TARGET_PASID_SS || target->id == TARGET_PASID_NESTED
			 ? vtd_invalidate_iotlb_domain(b->unit, target->domain[state])
			 : vtd_invalidate_piotlb(b->unit, target->domain[state],
						 target->pasid[state]);
	if (status != VTD_OK)
		t->stopped = vtd_status_text(status);
	forget_faults();
	target_arm(target, ~t->dmas);
	d->generator->start(d, s->target);
	if (wait_dma(b, t) == DMA_DEAD) {
		const char *problem = reset_held(b, s);

		if (problem)
			t->stopped = problem;
		t->resets++;
	}
	collect_late_faults(b, t);
	t->tag_checks++;
	t->mistagged += target_written(target, ~t->dmas) >> state & 1;
	*leaf = old;
	vtd_flush_paging(b->unit, leaf, sizeof(*leaf));
}

/*
 * Let another device work beside: its context entry into the tables of the target in force, bus
 * mastering on, the device reset. NULL, or what went wrong.
 */
static const char *place_beside(struct bench *b, struct bench *other)
{
	struct target *theirs = &other->targets[TARGET_CONTEXT], *ours = b->target;
	uint8_t bus = (uint8_t)(other->source_id >> 8), devfn = (uint8_t)other->source_id;
	uint64_t *entries[3] = { vtd_context_entry(b->unit, bus, devfn) };
	enum vtd_status status;
	const char *problem;

	/* A root entry that is rewritten has a context table for each state. */
	for (unsigned i = 0; i < 2 && ours->id == TARGET_ROOT && bus == b->source_id >> 8; i++)
		entries[1 + i] = (uint64_t *)(ours->state[0][i][0] & field_mask(ROOT_CTP)) +
				 CONTEXT_WORDS * devfn;
	if (!entries[0])
		return "no memory for a context table";
	for (unsigned i = 0; i < 3; i++) {
		if (!entries[i])
			continue;
		memcpy(entries[i], theirs->state[0][options.breakage == BREAK_COMPANION],
		       CONTEXT_WORDS * sizeof(*entries[i]));
		vtd_flush(b->unit, entries[i], CONTEXT_WORDS * sizeof(*entries[i]));
	}
	status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return vtd_status_text(status);
	other->device->has_pasid = false;
	pci_bus_master(other->device->function, true);
	problem = reset_device(other, theirs->private_at);
	vtd_fault_clear(b->unit);
	return problem;
}

/*
 * The companion: another device behind the unit, whose context entry stands in the tables of the
 * target in force. Its DMAs lead to a page of its own, by the same root entry, and through the same
 * caches; nothing that is rewritten may lead them anywhere else.
 */
static struct {
	uint64_t number;
	bool busy;
} companion;

static void begin_companion(struct bench *b, struct tally *t)
{
	if (!b->companion || b->target->scalable || t->stopped)
		return;
	t->stopped = place_beside(b, b->companion);
	t->companion = b->companion->device;
	companion.busy = false;
}

static void step_companion(struct bench *b, struct tally *t)
{
	struct bench *c = b->companion;
	struct target *theirs;
	enum dma_state state;
	unsigned written;

	if (!c || b->target->scalable)
		return;
	theirs = &c->targets[TARGET_CONTEXT];
	if (!companion.busy) {
		target_arm(theirs, ++companion.number);
		c->device->generator->start(c->device, theirs->address);
		companion.busy = true;
		return;
	}
	state = c->device->generator->poll(c->device);
	if (state == DMA_BUSY)
		return;
	companion.busy = false;
	written = target_written(theirs, companion.number);
	t->companion_dmas++;
	t->companion_astray += written & ~(1u << OUTCOME_A) ? 1 : 0;
	t->companion_blocked += !written;
	if (state == DMA_DEAD)
		t->stopped = reset_device(c, theirs->private_at);
}

/* A transfer under way is waited for: not every device can break it off. */
static void end_companion(struct bench *b)
{
	struct dma_device *d = b->companion ? b->companion->device : NULL;
	uint64_t deadline;

	if (!d || b->target->scalable)
		return;
	deadline = time_us() + d->timeout_us;
	while (companion.busy && d->generator->poll(d) == DMA_BUSY && time_us() < deadline)
		cpu_pause();
	companion.busy = false;
	d->generator->stop(d);
}

static void drive(struct bench *b, const struct drive_setup *s, struct tally *t)
{
	uint64_t second = time_ns_to_ticks(1000000000);
	uint64_t now = rdtsc(), start = now, before = t->ticks, look = now + second;
	uint64_t end = start + time_ns_to_ticks(s->ms * 1000000);
	bool holding = false;

	interrupt_log = b->has_interrupt ? &t->faults : NULL;
	for (; now < end && !t->stopped &&
	       !(s->stop_on_harm && (t->torn || t->stale || t->mistagged));
	     now = rdtsc()) {
		bool hold_next = s->rewriting && !holding && t->dmas % HOLD_EVERY == HOLD_EVERY - 1;
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
			state = updater_wait_held(ANSWER_US);
			if (state < 0) {
				t->stopped = updater_problem();
				break;
			}
		}
		jitter(b);
		/* The hold is asked for while a DMA is under way: so that one may meet its edge. */
		outcome = one_dma(b, s, t, hold_next);
		step_companion(b, t);
		if (outcome_is_torn(b->target, outcome) && !t->first_torn_ticks)
			t->first_torn_ticks = before + rdtsc() - start;
		if (state >= 0) {
			judge_held(b, s, t, outcome, (enum outcome)b->target->expects[state]);
			updater_command(UPDATER_RUN);
		} else if (s->check_tags && outcome <= OUTCOME_B) {
			check_tag(b, s, t, outcome);
		}
		holding = hold_next;
		if (t->dmas % HOUSEKEEPING == 0 && !b->has_interrupt)
			engine_read_faults(b, &t->faults);
	}
	if (holding)
		updater_command(UPDATER_RUN);
	if (!b->has_interrupt)
		engine_read_faults(b, &t->faults);
	interrupt_log = NULL;
	t->ticks += rdtsc() - start;
	progress_during(t);
}

void engine_abandon(struct bench *b)
{
	interrupts_off();
	interrupt_log = NULL;
	updater_end(ANSWER_US);
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

	/* Meanwhile translation is off: a device that is at something must not go on with it. */
	if (!b->unit->translating || b->target != target || b->unit->root_table != target->root) {
		pci_bus_master(b->device->function, false);
		status = vtd_unit_set_root(b->unit, target->root, target->scalable);
	}
	b->target = target;
	target_choose_phase(target, 0);
	return status == VTD_OK ? NULL : vtd_status_text(status);
}

/* Where the unit does not translate, a DMA would go to physical memory. NULL: it does. */
static const char *untranslated(const struct bench *b)
{
	return b->unit->translating ? NULL : "translation could not be turned on again: no DMA";
}

/* Put an entry in force with nobody else at work, and the device into order. */
static bool settle(struct bench *b, const uint64_t *entry, uint64_t private_at, struct tally *t)
{
	volatile uint64_t *live = b->target->entry;
	enum vtd_status status;

	t->stopped = untranslated(b);
	if (t->stopped)
		return false;
	for (unsigned i = 0; i < b->target->words; i++)
		live[i] = 0;
	for (unsigned i = b->target->words; i--;)
		live[i] = entry[i];
	vtd_flush_paging(b->unit, live, b->target->words * sizeof(*live));
	/* A tag check that the watchdog broke off leaves a leaf turned away. */
	for (unsigned s = 0; s < 2 && b->target->checks_tags; s++) {
		*b->target->leaf[s] = b->target->leaf_value[s];
		vtd_flush_paging(b->unit, b->target->leaf[s], sizeof(*b->target->leaf[s]));
	}
	b->device->has_pasid = b->target->tagged;
	b->device->pasid = b->target->pasid[0];
	pci_bus_master(b->device->function, true);
	status = vtd_invalidate_all(b->unit);
	/* A queue that stopped in the trial before must not spoil this one. */
	if (status != VTD_OK && b->unit->queue.descriptors && vtd_queue_restart(b->unit) == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		t->stopped = vtd_status_text(status);
	else
		t->stopped = reset_device(b, private_at);
	vtd_fault_clear(b->unit);
	return !t->stopped;
}

const char *engine_examine(struct bench *b)
{
	const struct dma_generator *generator = b->device->generator;
	const char *problem;
	unsigned id = 0;

	if (!generator->examine)
		return NULL;
	while (b->lacks[id])
		id++;
	problem = engine_choose(b, &b->targets[id]);
	if (problem)
		return problem;
	pci_bus_master(b->device->function, true);
	problem = generator->examine(b->device, b->target->private_at);
	generator->stop(b->device);
	vtd_fault_clear(b->unit);
	return problem;
}

void engine_run(struct bench *b, const struct trial *trial, struct tally *t)
{
	struct target *target = b->target;

	memset(t, 0, sizeof(*t));
	for (unsigned phase = 0; phase < target->phases && !t->stopped; phase++) {
		struct drive_setup s = {
			.target = target->address,
			.private_at = target->private_at,
			.ms = trial->ms / target->phases,
			.rewriting = true,
			.stop_on_harm = trial->stop_on_harm,
			.invalidate = trial->drive == DRIVE_HAMMER,
			.check_tags = trial->drive == DRIVE_HAMMER && target->checks_tags,
		};

		target_choose_phase(target, phase);
		if (!settle(b, target->state[phase][0], s.private_at, t))
			break;
		begin_companion(b, t);
		updater_load(b, trial, phase);
		updater_begin(b->updater_cpu);
		drive(b, &s, t);
		if (!updater_end(ANSWER_US) && !t->stopped)
			t->stopped = updater_problem();
		end_companion(b);
		t->rewrites += updater_rewrites();
		/* Where the driver invalidates, a held DMA says nothing of the sequence's
		 * invalidations. */
		if (s.invalidate && !t->stale)
			t->held = 0;
	}
}

void engine_run_undisturbed(struct bench *b, uint64_t ms, struct tally *t)
{
	struct drive_setup s = { .target = b->target->address,
				 .private_at = b->target->private_at,
				 .ms = ms,
				 .invalidate = true };

	memset(t, 0, sizeof(*t));
	if (settle(b, b->target->state[0][0], s.private_at, t))
		drive(b, &s, t);
}

void engine_run_untranslated(struct bench *b, uint64_t ms, struct tally *t)
{
	struct drive_setup s = { .target = (uint64_t)b->target->page[OUTCOME_A],
				 .private_at = (uint64_t)b->device->private,
				 .ms = ms };
	enum vtd_invalidation how = b->unit->queue.descriptors ? VTD_QUEUED_ONLY
							       : VTD_REGISTER_ONLY;
	enum vtd_status status;

	memset(t, 0, sizeof(*t));
	if (s.target & ~b->device->address_mask || s.private_at & ~b->device->address_mask) {
		t->stopped = "the device cannot address the page";
		return;
	}
	status = vtd_unit_disable(b->unit);
	if (status == VTD_OK) {
		b->device->has_pasid = false;
		pci_bus_master(b->device->function, true);
		t->stopped = b->device->generator->reset(b->device, s.private_at);
		if (!t->stopped)
			drive(b, &s, t);
		status = vtd_unit_enable(b->unit, how);
	}
	if (status != VTD_OK) {
		b->device->generator->stop(b->device);
		t->stopped = vtd_status_text(status);
	}
}

enum outcome engine_probe(struct bench *b, const uint64_t *entry, struct tally *t)
{
	struct drive_setup s = { .target = b->target->address,
				 .private_at = b->target->private_at,
				 .invalidate = true };

	memset(t, 0, sizeof(*t));
	if (!settle(b, entry, s.private_at, t))
		return OUTCOME_SILENT;
	interrupt_log = b->has_interrupt ? &t->faults : NULL;
	return one_dma(b, &s, t, false);
}

void engine_storm(struct bench *b, uint64_t count, unsigned burst, struct bench *other,
		  struct tally *t)
{
	uint64_t start;

	memset(t, 0, sizeof(*t));
	if (!settle(b, b->target->state[0][0], b->target->private_at, t))
		return;
	if (other)
		t->stopped = place_beside(b, other);
	if (t->stopped)
		return;
	interrupt_log = b->has_interrupt ? &t->faults : NULL;
	start = rdtsc();
	for (uint64_t i = 1; i <= count && !t->stopped; i++) {
		t->dmas++;
		forget_faults();
		b->device->generator->start(b->device, target_nowhere());
		if (wait_dma(b, t) == DMA_DEAD) {
			t->stopped = b->device->generator->reset(b->device, b->target->private_at);
			t->resets++;
		}
		if (i % burst == 0)
			engine_read_faults(b, &t->faults);
	}
	if (other) {
		uint64_t end = rdtsc() + time_ns_to_ticks(other->device->timeout_us * 1000);

		other->device->generator->start(other->device, target_nowhere());
		while (other->device->generator->poll(other->device) == DMA_BUSY && rdtsc() < end)
			cpu_pause();
		other->device->generator->stop(other->device);
	}
	engine_read_faults(b, &t->faults);
	interrupt_log = NULL;
	t->ticks = rdtsc() - start;
}

const char *drive_name(enum drive drive)
{
	return drive == DRIVE_HAMMER ? "hammer" : "faithful";
}
