/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/interrupt_beside.h"
#include "kernel/interrupts.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/ownership.h"
#include "vtd/interrupts.h"

#define TIMES 8

/* The other sends by the first one's index. True: an interrupt came. */
static bool other_comes(struct bench *b, struct bench *other, struct tally *t)
{
	const struct dma_generator *g = other->device->generator;
	struct interrupts_taken taken;
	uint64_t end;

	interrupt_arm(b, t);
	if (!g->interrupt_raise(other->device))
		return false;
	end = time_us() + bench_record_wait_us(b);
	do
		taken = interrupts_let_in();
	while (taken.a == b->interrupt.seen.a && time_us() < end);
	return taken.a != b->interrupt.seen.a;
}

static const char *try_both(struct bench *b, struct bench *other, struct tally *t)
{
	const struct dma_generator *g = other->device->generator;
	const char *problem = g->interrupt_open(other->device,
						vtd_interrupt_address(b->target->index), 0);
	bool came = false;

	if (problem)
		return NULL; /* nothing is said of the unit */
	for (unsigned i = 0; i < TIMES && !came && !t->stopped; i++) {
		/* So that the entry is kept, if it ever is. */
		engine_once(b, t);
		came = !t->stopped && other_comes(b, other, t);
	}
	g->interrupt_close(other->device);
	interrupt_arm(b, t);
	vtd_fault_clear(b->unit);
	return t->stopped ? t->stopped
	       : came	  ? OUTSIDE
		       "target irte: its entry is for one source-id (SVT 01b), that device's interrupt came, and then that of another device with the same index: the source-id is not checked, or not of an entry that is kept (sections 5.1.4, 9.9)"
		      : NULL;
}

const char *interrupt_beside_find(struct bench *b, struct bench *other, struct tally *t)
{
	const char *problem;

	/* The proof of the other reads its records itself. */
	if (!other || !other->device->generator->interrupt_raise || b->has_interrupt)
		return NULL;
	interrupt_leave(b);
	problem = ownership_settle(b, &b->targets[TARGET_CONTEXT], t);
	if (!problem)
		problem = ownership_join(b, other);
	if (!problem)
		problem = engine_choose(b, &b->targets[TARGET_IRTE]);
	if (problem)
		return t->stopped = problem;
	log_note("  beside %s, with the same index", other->device->generator->name);
	problem = engine_settle(b, b->target->state[0][0], t) ? try_both(b, other, t) : t->stopped;
	companion_leave(b, other);
	return problem;
}
