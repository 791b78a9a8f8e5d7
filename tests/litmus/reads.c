/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads of the page under test, with nobody rewriting: where they come from, what refuses them, what they leave in caches. */
#include "tests/litmus/reads.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/dirty_stage.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS	    16
#define TRIES	    4
#define TRIES_ABOVE 12 /* what is kept of it may be evicted meanwhile */
#define DRAINED	    1024
#define DRAINED_US  60000
#define READ	    2 /* T1, T2 of a record: vtd/fault.h */
#define MARK_A	    0xa11a0a0aa0a0a11aull
#define MARK_B	    0xb22b0b0bb0b0b22bull
#define MARK_AFTER  0xcafe0dd0cafe0dd0ull
#define NOT_READ    0

static char text[400];

static void mark(struct bench *b, unsigned outcome, uint64_t value)
{
	for (unsigned i = 0; i < DMA_READ_BYTES / sizeof(uint64_t); i++)
		b->target->page[outcome][i] = value;
}

/* Begin one; what is known before of its words is NOT_READ. */
static void begin(struct bench *b)
{
	b->device->generator->was_read(b->device)[0] = NOT_READ;
	b->device->generator->start_read(b->device, b->target->address);
}

static uint64_t end(struct bench *b, struct tally *t)
{
	if (bench_wait(b, t) == DMA_DEAD)
		t->stopped = bench_reset(b);
	return b->device->generator->was_read(b->device)[0];
}

static uint64_t read_once(struct bench *b, struct tally *t)
{
	t->dmas++;
	begin(b);
	return end(b, t);
}

static enum vtd_status put(struct bench *b, uint64_t *leaf, uint64_t value)
{
	enum vtd_status status;

	bench_store(b, leaf, value);
	status = vtd_flush_write_buffer(b->unit);
	return status == VTD_OK ? vtd_invalidate_all(b->unit) : status;
}

static const char *stop(struct bench *b, struct tally *t, enum vtd_status status)
{
	return t->stopped = bench_status_text(b, status);
}

static const char *tell(const struct bench *b, const char *what)
{
	format_text(text, sizeof(text), OUTSIDE "target %s: %s",
		    target_name((enum target_id)b->target->id), what);
	return text;
}

/* The entry changes, and what reads have left of the old one is invalidated. */
static const char *see_dropped(struct bench *b, struct tally *t)
{
	const uint64_t marks[] = { MARK_A, MARK_B };
	unsigned old = 0;

	mark(b, OUTCOME_A, MARK_A);
	mark(b, OUTCOME_B, MARK_B);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned state = round & 1;
		uint64_t before = read_once(b, t), after;
		enum vtd_status status;

		if (t->stopped)
			return t->stopped;
		if (before != marks[state] && before != marks[!state])
			return tell(
				b,
				"a read of the page under test did not bring what is in the page that its entry leads to (section 3.7)");
		bench_store(b, b->target->entry, b->target->state[0][!state][0]);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = vtd_invalidate_iotlb_domain(b->unit, b->target->domain[0]);
		if (status != VTD_OK)
			return stop(b, t, status);
		after = read_once(b, t);
		old += after == marks[state];
	}
	if (put(b, b->target->entry, b->target->state[0][0][0]) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	return old ? tell(b,
			  "its entry changed, its domain-id was invalidated in the IOTLB, and the next read used the old entry, which writes do not: a translation that a read has filled is not dropped (section 6.5.2.3)")
		   : t->stopped;
}

/* Where a read comes from: A's page; by an entry that maps 2 MiB, which is state B's, B's. */
static enum outcome page_of(const struct target *target)
{
	return target_has_large_page((enum target_id)target->id) ? OUTCOME_B : OUTCOME_A;
}

/* That state's last entry, and its value. */
static uint64_t *leaf_of(const struct target *target, uint64_t *value)
{
	uint64_t *leaf = target->leaf[0];

	*value = leaf ? target->leaf_value[0] : target->state[0][page_of(target)][0];
	return leaf ? leaf : target->entry;
}

/* Through it a device reads its own pages, too: it may not come to the one under test. */
static bool is_of_own_pages(const struct target *target)
{
	return target->id == TARGET_TABLE || target->id == TARGET_LARGE;
}

/* Of the entry whose R is clear, W set. */
static const char *tell_no_read(const struct bench *b, const char *what)
{
	format_text(text, sizeof(text),
		    OUTSIDE "target %s: R of the second-stage %s is clear, W set: %s",
		    target_name((enum target_id)b->target->id),
		    b->target->id == TARGET_TABLE   ? "entry above the leaf"
		    : b->target->id == TARGET_LARGE ? "entry that maps 2 MiB"
						    : "leaf entry",
		    what);
	return text;
}

/* Of a read of its page. NULL, or what is wrong. */
static const char *judge_refused(const struct bench *b, uint64_t seen,
				 const struct vtd_fault *fault)
{
	uint8_t want = b->target->scalable ? FAULT_SM_READ_DENIED : FAULT_READ_DENIED;
	char what[200];

	if (seen == MARK_A)
		return tell_no_read(
			b, "a read was done: the unit does not look at R there (section 3.7.1)");
	if (!fault)
		return is_of_own_pages(b->target)
			       ? NULL
			       : tell_no_read(
					 b,
					 "a read was not done, and no fault was recorded (section 7.2.1)");
	if (fault->source_id != b->source_id || fault->address != b->target->address)
		return NULL;
	if (fault->type != READ)
		return tell(
			b,
			"a read was refused, and is recorded as a write (section 11.4.7.6, FRCD.T1)");
	if (fault->reason == want || known_reason(b, want, fault->reason))
		return NULL;
	format_text(what, sizeof(what),
		    "a read was refused for reason 0x%x (%s), and not 0x%x (section 7.1.3)",
		    fault->reason, vtd_fault_reason_name(fault->reason), want);
	return tell_no_read(b, what);
}

/* R clear, W set: a read is refused, and recorded as one. */
static const char *see_refused(struct bench *b, struct tally *t)
{
	uint64_t good, *leaf = leaf_of(b->target, &good);
	const char *problem = NULL;

	if (b->target->id == TARGET_FS_LEAF || b->has_interrupt ||
	    put(b, leaf, good & ~field_mask(SS_R)) != VTD_OK)
		return t->stopped;
	mark(b, page_of(b->target), MARK_A);
	for (unsigned i = 0; i < TRIES && !problem && !t->stopped; i++) {
		struct vtd_fault fault = { .type = READ };
		uint64_t seen, until;
		bool overflow, is_recorded = false;

		vtd_fault_clear(b->unit);
		seen = read_once(b, t);
		until = time_us() + bench_fault_wait_us(b);
		while (!is_recorded && time_us() < until)
			is_recorded = vtd_fault_read(b->unit, &fault, 1, &overflow);
		problem = judge_refused(b, seen, is_recorded ? &fault : NULL);
		time_delay_us(bench_record_wait_us(b));
	}
	vtd_fault_clear(b->unit);
	if (put(b, leaf, good) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	if (!t->stopped)
		t->stopped = bench_reset(b);
	return problem ? problem : t->stopped;
}

/*
 * R clear, W set: after a write has filled the IOTLB a read is still refused; by turns the page is then invalidated with the
 * hint that the entries above may stay.
 */
static const char *see_no_read(struct bench *b, struct tally *t)
{
	uint64_t good, *leaf = leaf_of(b->target, &good);
	unsigned tries = b->target->id == TARGET_TABLE ? TRIES_ABOVE : TRIES;
	enum outcome page = page_of(b->target);
	const char *problem = NULL;

	if (b->target->id == TARGET_FS_LEAF)
		return NULL;
	if (put(b, leaf, good & ~field_mask(SS_R)) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	for (unsigned i = 0; i < tries && !problem && !t->stopped; i++) {
		bool is_filled = engine_once(b, t) == page;
		enum vtd_status status;

		mark(b, page, MARK_A);
		status = i & 1 ? vtd_invalidate_iotlb_pages(b->unit, b->target->domain[0],
							    b->target->address, 0, true)
			       : VTD_OK;
		if (status != VTD_OK && status != VTD_NO_INVALIDATION)
			return stop(b, t, status);
		if (!t->stopped && read_once(b, t) == MARK_A && is_filled)
			problem = tell_no_read(
				b,
				i & 1 ? "a write came, its page was invalidated with IH set, and then a read was done: with an entry that is kept R is not (section 6.2.5)"
				      : "a write came first, and then a read was done: with a translation that a write has filled R is not looked at (section 6.2.4)");
		time_delay_us(bench_record_wait_us(b));
		vtd_fault_clear(b->unit);
	}
	if (put(b, leaf, good) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	return problem ? problem : t->stopped;
}

/* W clear: after a read has filled the IOTLB a write is still refused. */
static const char *see_no_write(struct bench *b, struct tally *t)
{
	uint64_t good = b->target->state[0][0][0];
	const char *problem = NULL;

	if (put(b, b->target->entry, good & ~field_mask(SS_W)) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	for (unsigned i = 0; i < TRIES && !problem && !t->stopped; i++) {
		read_once(b, t);
		if (engine_once(b, t) == OUTCOME_A)
			problem = tell(
				b,
				"W of the leaf entry is clear, a read came first, and then a write was done: with a translation that a read has filled W is not looked at (section 6.2.4)");
		time_delay_us(bench_record_wait_us(b));
		vtd_fault_clear(b->unit);
	}
	if (put(b, b->target->entry, good) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	return problem ? problem : t->stopped;
}

/* A write by a translation that a read has filled sets Dirty. */
static const char *see_dirty(struct bench *b, struct tally *t)
{
	uint64_t good = b->target->state[0][0][0];
	unsigned clean = 0;

	if (b->target->id != TARGET_FS_LEAF || !field_of(b->unit->ecap, ECAP_SMPWC))
		return NULL;
	for (unsigned i = 0; i < TRIES && !t->stopped; i++) {
		if (put(b, b->target->entry, good & ~field_mask(FS_D)) != VTD_OK)
			return stop(b, t, VTD_TIMEOUT);
		read_once(b, t);
		if (engine_once(b, t) == OUTCOME_A)
			clean += !(*(volatile uint64_t *)b->target->entry & field_mask(FS_D));
	}
	if (put(b, b->target->entry, good) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	return clean ? tell(b,
			    "a read came first, then a write, and Dirty of the leaf entry is clear: a write by a translation that a read has filled does not set it (section 3.6.2)")
		     : t->stopped;
}

/* A read must set Accessed of a leaf entry, as a write does. */
static const char *see_accessed(struct bench *b, const struct dirty_stage *stage, struct tally *t)
{
	uint64_t good, *leaf = dirty_stage_choose(b, stage, t);
	unsigned missing = 0;

	if (!leaf)
		return t->stopped;
	leaf_of(b->target, &good);
	mark(b, OUTCOME_A, MARK_A);
	for (unsigned i = 0; i < TRIES && !t->stopped; i++) {
		if (put(b, leaf, good & ~field_mask(stage->accessed)) != VTD_OK)
			return stop(b, t, VTD_TIMEOUT);
		if (read_once(b, t) == MARK_A)
			missing += !(*(volatile uint64_t *)leaf & field_mask(stage->accessed));
	}
	if (!t->stopped)
		engine_put(b, b->target->state[0][0], t);
	if (!missing || t->stopped)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"a read went through a %s leaf entry whose Accessed was clear, and in %u of %u rounds it was clear afterwards: a walk for a read does not set it (section %s)",
		stage->name, missing, TRIES, stage->section);
	return text;
}

/* After an invalidation that drains reads none comes from the old page: it holds something else by then. */
static const char *see_drained(struct bench *b, struct tally *t)
{
	uint64_t started = time_us();
	unsigned late = 0, rounds = 0;

	if (!field_of(b->unit->cap, CAP_DRD) && field_of(b->unit->version, VER_MAX) < 2)
		return NULL;
	for (; rounds < DRAINED && !t->stopped && time_us() - started < DRAINED_US; rounds++) {
		unsigned state = rounds & 1;
		enum vtd_status status;

		mark(b, state ? OUTCOME_B : OUTCOME_A, MARK_A);
		mark(b, state ? OUTCOME_A : OUTCOME_B, MARK_B);
		begin(b);
		cpu_spin(random_next(&b->seed) & (random_next(&b->seed) & 256 ? 63 : 1023));
		bench_store(b, b->target->entry, b->target->state[0][!state][0]);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = vtd_invalidate_iotlb_domain(b->unit, b->target->domain[0]);
		mark(b, state ? OUTCOME_B : OUTCOME_A, MARK_AFTER);
		late += end(b, t) == MARK_AFTER;
		if (status != VTD_OK)
			return stop(b, t, status);
	}
	if (put(b, b->target->entry, b->target->state[0][0][0]) != VTD_OK)
		return stop(b, t, VTD_TIMEOUT);
	log_note(
		"  %u reads under way at an invalidation that drains reads: %u of the old page after it",
		rounds, late);
	return late ? tell(b,
			   "reads were under way at an IOTLB invalidation that drains reads (DR), and some brought what was put into the old page after it was reported done: reads are not drained (section 6.5.4)")
		    : t->stopped;
}

const char *reads_find(struct bench *b, struct tally *t)
{
	static const char *(*const parts[])(struct bench *, struct tally *) = {
		see_refused, see_no_read, see_dropped, see_no_write, see_dirty, see_drained,
	};
	static const uint8_t targets[] = { TARGET_LEAF, TARGET_FS_LEAF, TARGET_TABLE, TARGET_LARGE,
					   TARGET_PASID_SS };
	const char *problem = NULL;

	if (!b->device->generator->start_read)
		return NULL;
	for (unsigned i = 0; i < sizeof(targets) && !problem; i++) {
		/* Of these only who may read. */
		bool few = targets[i] != TARGET_LEAF && targets[i] != TARGET_FS_LEAF;
		unsigned count = few ? 2 : sizeof(parts) / sizeof(parts[0]);

		if (b->lacks[targets[i]])
			continue;
		problem = ownership_settle(b, &b->targets[targets[i]], t);
		if (problem)
			return t->stopped = problem;
		for (unsigned p = 0; p < count && !problem; p++)
			problem = parts[p](b, t);
	}
	for (unsigned i = 0; i < DIRTY_STAGES && !problem; i++)
		if (field_of(b->unit->ecap, ECAP_SMPWC) && dirty_stage_is_had(b, &dirty_stages[i]))
			problem = see_accessed(b, &dirty_stages[i], t);
	return problem;
}
