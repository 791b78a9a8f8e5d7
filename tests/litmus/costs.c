/* SPDX-License-Identifier: BSD-2-Clause */
/* One update after the other beside DMA after DMA: the times of each. */
#include "tests/litmus/costs.h"
#include "kernel/cpu.h"
#include "kernel/time.h"
#include "kernel/watchdog.h"
#include "tests/litmus/updater.h"

#define ALONE	      32   /* DMAs with nobody rewriting, first */
#define UPDATES	      1000 /* timed, at most */
#define UPDATES_LEAST 32
#define AFTER	      16 /* DMAs after an update that may be refused before it is left at that */

/* What the records of an update said: why DMAs were refused. */
struct reasons {
	bool absent, other;
};

/* One DMA, and what became of it. */
struct one {
	uint64_t started, known; /* in ticks; known: that it landed, or that it did not */
	bool landed;
};

static void note_reasons(struct bench *b, struct reasons *why)
{
	why->absent |= b->said.outcome[OUTCOME_NOT_PRESENT];
	why->other |= b->said.outcome[OUTCOME_FAULT];
	bench_forget_faults(b);
}

/*
 * A DMA as short as can be: no record is waited for, and the next may follow at once. What did not land was refused;
 * records say later why (settle_records()).
 */
static struct one one_dma(struct bench *b, const struct measurement *s, struct tally *t,
			  uint64_t after, struct reasons *why)
{
	uint64_t number = ++t->dmas;
	struct one one;
	enum dma_state state;
	unsigned written;

	/* A record of the DMA before must not be taken for one of this. */
	note_reasons(b, why);
	target_arm(b->target, number);
	one.started = rdtsc();
	b->device->generator->start(b->device, s->address);
	state = bench_watch(b, t, after, &one.known);
	written = target_written(b->target, number);
	one.landed = written != 0;
	for (unsigned o = 0; o < OUTCOME_PAGES; o++)
		t->outcomes[o] += written >> o & 1;
	if (state == DMA_DEAD) {
		t->stopped = engine_reset(b, s);
		t->resets++;
	}
	if (t->timeouts)
		t->stopped = "the device did not answer in time, and was reset";
	return one;
}

/* Of the refused DMAs of an update, when all records of it have come. */
static void settle_records(struct bench *b, struct tally *t, uint64_t refused, struct reasons *why)
{
	if (refused) {
		bench_collect_faults(b, t, true);
		bench_drain_faults(b, t, time_us());
	}
	note_reasons(b, why);
	/* A device may try again what was refused, part by part, and then it landed. */
	t->outcomes[OUTCOME_FAULT] += refused && why->other;
	t->outcomes[OUTCOME_NOT_PRESENT] += why->absent ? refused : 0;
}

static void measure_alone(struct bench *b, const struct measurement *s, struct costs *c,
			  uint64_t after)
{
	struct reasons why = { 0 };

	for (unsigned i = 0; i < ALONE && !c->tally.stopped; i++) {
		struct one one = one_dma(b, s, &c->tally, after, &why);

		if (one.landed)
			quantiles_add(&c->dma, time_ticks_to_ns(one.known - one.started));
	}
	settle_records(b, &c->tally, 0, &why);
}

static void take_times(struct costs *c)
{
	const struct update_times *times = updater_times();

	c->updates++;
	quantiles_add(&c->update, time_ticks_to_ns(times->end - times->begin));
	for (unsigned i = 0; i < INVALIDATION_KINDS; i++) {
		if (!times->count[i])
			continue;
		c->times[i] = times->count[i];
		quantiles_add(&c->invalidation[i], time_ticks_to_ns(times->ticks[i]));
	}
}

/* One update, and the DMAs beside it, up to one that began after it and landed. */
static void one_update(struct bench *b, const struct measurement *s, struct costs *c,
		       uint64_t dma_ticks)
{
	struct tally *t = &c->tally;
	uint64_t patience = rdtsc() + time_ns_to_ticks(ENGINE_ANSWER_US * 1000ull);
	uint64_t first = 0, last = 0, refused = 0;
	struct reasons why = { 0 };
	unsigned after = 0;

	/* It begins anywhere in the time of two DMAs; one that takes longer than most is looked after. */
	updater_allow(2 * dma_ticks);
	while (!t->stopped && after < AFTER) {
		bool is_done = updater_is_done();
		struct one one;

		if (!is_done && (updater_gave_up() || rdtsc() > patience)) {
			t->stopped = updater_problem();
			return;
		}
		one = one_dma(b, s, t, 2 * dma_ticks + 1, &why);
		c->dmas++;
		if (one.landed && is_done)
			break;
		if (!one.landed) {
			first = first ? first : one.started;
			last = one.known;
			refused++;
		}
		after += is_done;
	}
	settle_records(b, t, refused, &why);
	if (t->stopped)
		return;
	take_times(c);
	c->unended += after == AFTER;
	c->blocking += refused > 0;
	c->refused += refused;
	if (refused)
		quantiles_add(&c->blackout, time_ticks_to_ns(last - first));
}

void costs_measure(struct bench *b, const struct measurement *s, struct costs *c)
{
	uint64_t end = rdtsc() + time_ns_to_ticks(s->ms * 1000000), dma_ticks;

	bench_log_interrupts(b, &c->tally.faults);
	bench_forget_faults(b);
	measure_alone(b, s, c, time_ns_to_ticks(b->device->typical_us * 1000));
	dma_ticks = time_ns_to_ticks(quantiles_at(&c->dma, 500));
	while (!c->tally.stopped && c->updates < UPDATES &&
	       (c->updates < UPDATES_LEAST || rdtsc() < end)) {
		one_update(b, s, c, dma_ticks);
		watchdog_alive();
	}
	bench_log_interrupts(b, NULL);
}
