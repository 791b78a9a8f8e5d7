/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/fault_beside.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/ownership.h"

#define ROUNDS	  256
#define ROUNDS_US 100000
#define RECORDS	  16
#define PLACES	  2

/* Who writes where, and what was recorded of it. */
struct place {
	struct bench *b;
	uint64_t at;
	unsigned recorded, crossed;
};

static void finish(struct bench *b, struct tally *t)
{
	uint64_t end = time_us() + b->device->timeout_us;
	enum dma_state state = DMA_BUSY;
	const char *problem = NULL;

	while (state == DMA_BUSY && time_us() < end)
		state = b->device->generator->poll(b->device);
	if (state == DMA_BUSY || state == DMA_DEAD)
		problem = bench_reset(b);
	if (problem)
		t->stopped = problem;
}

/* Of a device's own queue there may be others, too: those have neither address. */
static void read_records(struct place places[PLACES])
{
	struct vtd_fault faults[RECORDS];
	bool overflow;
	unsigned n = vtd_fault_read(places[0].b->unit, faults, RECORDS, &overflow);

	for (unsigned i = 0; i < n; i++)
		for (unsigned p = 0; p < PLACES; p++) {
			if (faults[i].address != places[p].at)
				continue;
			places[p].recorded += faults[i].source_id == places[p].b->source_id;
			places[p].crossed += faults[i].source_id == places[!p].b->source_id;
		}
}

static void try_once(struct place places[PLACES], unsigned first, struct tally *t)
{
	struct bench *b = places[0].b;
	uint64_t wait = bench_record_wait_us(b), others = bench_record_wait_us(places[1].b);

	for (unsigned i = 0; i < PLACES; i++) {
		const struct place *p = &places[i ^ first];

		p->b->device->generator->start(p->b->device, p->at);
		cpu_spin(random_next(&b->seed) & (i ? 15 : 255));
	}
	for (unsigned i = 0; i < PLACES; i++)
		finish(places[i].b, t);
	time_delay_us(wait > others ? wait : others);
	read_records(places);
}

static const char *try_both(struct place places[PLACES], struct tally *t)
{
	static char text[360];
	uint64_t started = time_us();
	unsigned crossed;

	for (unsigned i = 0; i < ROUNDS && !t->stopped && time_us() - started < ROUNDS_US; i++)
		try_once(places, i & 1, t);
	crossed = places[0].crossed + places[1].crossed;
	log_note(
		"  beside %s, both refused at once: %u and %u records, %u of the other's source-id",
		places[1].b->device->generator->name, places[0].recorded, places[1].recorded,
		crossed);
	if (t->stopped || !crossed)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"two devices were refused at once, one at 0x%lx, the other at 0x%lx, and %u of %u fault records have the address of the one and the source-id of the other: it is taken from another request that is under way (section 11.4.7.6, FRCD.SID)",
		places[0].at, places[1].at, crossed,
		crossed + places[0].recorded + places[1].recorded);
	return text;
}

const char *check_faults_beside(struct bench *b, struct bench *other, struct tally *t)
{
	struct place places[PLACES] = { { .b = b, .at = target_nowhere() },
					{ .b = other, .at = target_nowhere() - PAGE_SIZE } };
	const char *problem;

	/* The interrupt would take the records; under one bridge both have one source-id. */
	if (!other || b->has_interrupt || b->lacks[TARGET_CONTEXT] ||
	    other->source_id == b->source_id)
		return NULL;
	problem = ownership_settle(b, &b->targets[TARGET_CONTEXT], t);
	if (!problem)
		problem = ownership_join(b, other);
	if (problem)
		return t->stopped = problem;
	/* One of a DMA before is not taken for these. */
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	problem = try_both(places, t);
	companion_leave(b, other);
	vtd_fault_clear(b->unit);
	return problem;
}
