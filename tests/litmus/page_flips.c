/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A part of the check page-requests: PRE of a live context entry changes while a request is under way, and those that come after
 * its invalidations go by the new value. And a request drops the translations of its page (section 6.5.3.1).
 */
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/bit_record.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/flip.h"
#include "tests/litmus/page_asking.h"
#include "vtd/entry.h"
#include "vtd/fault.h"

#define ROUNDS	   32
#define CONTROLS   8
#define UPGRADES   16
/* What table 28 asks for, but for the device-TLB, which asking_settle() invalidates or which has nothing to do with it. */
#define PRE_PIECES (DO(CONTEXT_DEVICE) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN))

static char text[480];

/*
 * One change, from !set to set, these invalidated. Whether the request after it went by the old value; *problem: what else is
 * wrong with it.
 */
static bool change(struct asking *a, bool set, unsigned pieces, const char **problem)
{
	struct bench *b = a->b;
	uint64_t at = b->target->address, pre = field_mask(SM_CONTEXT_PRE);
	enum vtd_status status;
	struct asked s;

	/* One that has the unit keep the entry, and one that is under way when it changes. */
	if (!asking_set_pre(a, !set) || !asking_ask(a, at, false, false, &s) ||
	    !asking_send(a, at, false))
		return false;
	cpu_spin(random_next(&b->seed) & 255);
	bench_store(b, a->context, set ? *a->context | pre : *a->context & ~pre);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = pieces == FLIP_GLOBALLY ? vtd_invalidate_all(b->unit)
						 : pieces_give(b, pieces, 0);
	if (status != VTD_OK) {
		a->t->stopped = bench_status_text(b, status);
		return false;
	}
	if (!asking_settle(a))
		return false;
	/* A record of the one that was under way. */
	time_delay_us(bench_record_wait_us(b));
	asking_forget(a);
	if (!asking_ask(a, at, true, !set && pieces == PRE_PIECES, &s))
		return false;
	if (set != (s.queued != 0))
		return true;
	if (pieces != PRE_PIECES)
		return false;
	if (!set) {
		*problem = asking_judge_blocked(a, &s, FAULT_PAGE_REQUESTS_DISABLED,
						"PRE of its context entry is clear (section 9.4)");
		return false;
	}
	*problem = asking_judge_queued(a, &s);
	if (!*problem)
		*problem = asking_respond(a, &s, VTD_PAGE_SUCCESS);
	return false;
}

static unsigned count(struct asking *a, bool set, unsigned pieces, unsigned rounds,
		      const char **problem)
{
	unsigned old = 0;

	for (unsigned i = 0; i < rounds && !a->t->stopped && !*problem; i++)
		old += change(a, set, pieces, problem);
	return old;
}

static const char *complain(struct asking *a, bool set, unsigned old)
{
	const char *ignored = NULL;
	bool helps = !count(a, set, FLIP_GLOBALLY, CONTROLS, &ignored) && !a->t->stopped;
	char given[240];

	pieces_text(given, sizeof(given), PRE_PIECES);
	format_text(
		text, sizeof(text),
		OUTSIDE_PAGES
		"target %s: PRE of the scalable-mode context entry went from %d to %d while a page request was under way, and these were done: %s; after %u of %u such changes the next page request was %s (section 9.4): %s",
		target_name((enum target_id)a->b->target->id), !set, set, given, old, ROUNDS,
		set ? "not queued" : "queued all the same",
		helps ? "not so with everything invalidated globally instead: one of these is not done, or a request that was under way fills the context cache after it (section 6.2.2.1)"
		      : "so also with everything invalidated globally instead: the bit is not looked at, or is kept beside the caches");
	return text;
}

static const char *try_direction(struct asking *a, bool set)
{
	struct bit_change c = { .name = "PRE of the scalable-mode context entry",
				.target = (enum target_id)a->b->target->id,
				.to = set,
				.by = BIT_BY_PAGE_REQUESTS,
				.changes = ROUNDS };
	const char *problem = NULL, *ignored = NULL;

	c.failed = count(a, set, PRE_PIECES, ROUNDS, &problem);
	if (!c.failed && !problem && !a->t->stopped) {
		c.controls = CONTROLS;
		c.none = count(a, set, 0, CONTROLS, &ignored);
		c.without[BIT_CONTEXT_CACHE] = count(a, set, PRE_PIECES & ~DO(CONTEXT_DEVICE),
						     CONTROLS, &ignored);
		c.has[BIT_CONTEXT_CACHE] = true;
	}
	bit_change_tell(&c);
	if (c.failed && !problem && !a->t->stopped)
		problem = complain(a, set, c.failed);
	return a->t->stopped ? a->t->stopped : problem;
}

/*
 * A page that may not be written to, and that the unit keeps so; then it may, nothing is invalidated, the device asks for it and is
 * told Success: its next write must arrive.
 */
static const char *try_upgrade(struct asking *a)
{
	struct bench *b = a->b;
	uint64_t *leaf = b->target->leaf[0], value = b->target->leaf_value[0];
	uint64_t w = field_mask(SS_W); /* R/W of a first-stage entry is the same bit */
	unsigned kept = 0, lost = 0;

	if (!leaf)
		return NULL;
	for (unsigned i = 0; i < UPGRADES && !a->t->stopped; i++) {
		struct asked s;

		bench_store(b, leaf, value & ~w);
		if (vtd_flush_write_buffer(b->unit) != VTD_OK || bench_invalidate_all(b) != VTD_OK)
			a->t->stopped = "the invalidation queue stopped";
		if (engine_once(b, a->t) == OUTCOME_A)
			return a->t->stopped; /* walks.* tells of that */
		bench_store(b, leaf, value);
		if (vtd_flush_write_buffer(b->unit) != VTD_OK)
			a->t->stopped = "the write buffer was not flushed";
		/* Every other time to see whether it is kept. */
		if (i % 2) {
			kept += engine_once(b, a->t) != OUTCOME_A;
			continue;
		}
		if (a->t->stopped || !asking_ask(a, b->target->address, true, false, &s))
			break;
		if (s.queued != 1 ||
		    vtd_page_respond(b->unit, &s.request, VTD_PAGE_SUCCESS) != VTD_OK)
			return asking_judge_queued(a, &s);
		lost += engine_once(b, a->t) != OUTCOME_A;
		asking_forget(a);
	}
	bench_store(b, leaf, value);
	if (bench_invalidate_all(b) != VTD_OK)
		a->t->stopped = "the invalidation queue stopped";
	log_note(
		"  target %s: a page made writable, and asked for: the next write was refused in %u of %u; control, not asked for: in %u of %u",
		target_name((enum target_id)b->target->id), lost, UPGRADES / 2, kept, UPGRADES / 2);
	if (a->t->stopped || !lost)
		return a->t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE_PAGES
		"target %s: a page was made writable, and the device asked for it and was told Success; its next write was refused in %u of %u rounds: the page request did not drop what the unit keeps of that page (section 6.5.3.1, table 27)",
		target_name((enum target_id)b->target->id), lost, UPGRADES / 2);
	return text;
}

const char *page_flips_find(struct asking *a)
{
	const char *problem = NULL;

	for (unsigned set = 0; set < 2 && !problem; set++)
		problem = try_direction(a, set);
	if (problem || !asking_set_pre(a, true))
		return problem ? problem : a->t->stopped;
	asking_forget(a);
	return try_upgrade(a);
}
