/* SPDX-License-Identifier: BSD-2-Clause */
/* Another root table or interrupt-remapping table, set while the old one is in use, with nobody rewriting. */
#include "tests/litmus/switching.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS 64
#define LOOKED_AT \
	8 /* rounds whose cause is looked for; a line may be evicted meanwhile by chance */
#define LATE_US 1000

/* What made the new table be used, where the old one still was. */
enum cause {
	CAUSE_OPEN,
	CAUSE_LATE,
	CAUSE_LAST,
	CAUSE_PASID,
	CAUSE_FIRST,
	CAUSE_SET_LATE,
	CAUSE_NONE,
	CAUSES
};

static bool is_of_interrupts(const struct bench *b)
{
	return target_is_of_interrupts(b->target);
}

/* Whether hardware invalidates by itself. */
static bool is_enhanced(const struct bench *b)
{
	return field_of(b->unit->cap, is_of_interrupts(b) ? CAP_ESIRTPS : CAP_ESRTPS);
}

static enum vtd_status invalidate(struct bench *b)
{
	return is_of_interrupts(b) ? vtd_invalidate_interrupts_all(b->unit)
				   : vtd_invalidate_all(b->unit);
}

static enum vtd_status set(struct bench *b, unsigned state)
{
	uint64_t value = b->target->state[0][state][0];

	*(volatile uint64_t *)b->target->entry = value;
	return bench_set_pointer(b, value);
}

/* One after the other, from the cache that answers first to the one that is read last; then all of them, later. */
static enum cause look_for_cause(struct bench *b, enum outcome want, struct tally *t)
{
	if (t->untranslated)
		return CAUSE_OPEN;
	for (unsigned cause = CAUSE_LATE; cause < CAUSE_NONE; cause++) {
		enum vtd_status status = VTD_OK;

		switch (cause) {
		case CAUSE_LAST:
			status = is_of_interrupts(b) ? vtd_invalidate_interrupts_all(b->unit)
						     : vtd_invalidate_iotlb_all(b->unit);
			break;
		case CAUSE_PASID:
			if (!b->target->scalable)
				continue;
			status = vtd_invalidate_pasid_cache_all(b->unit);
			if (status == VTD_OK)
				status = vtd_invalidate_iotlb_all(b->unit);
			break;
		case CAUSE_FIRST:
			if (is_of_interrupts(b))
				continue;
			status = vtd_invalidate_all(b->unit);
			break;
		case CAUSE_SET_LATE:
			time_delay_us(LATE_US);
			status = invalidate(b);
			break;
		}
		if (status != VTD_OK || t->stopped)
			return CAUSE_NONE;
		if (engine_once(b, t) == want)
			return (enum cause)cause;
	}
	return CAUSE_NONE;
}

/* What the unit does wrong, by what ended it. */
static const char *why(const struct bench *b, enum cause cause)
{
	/* [of interrupts][cause] */
	static const char *const enhanced[2][CAUSES] = {
		{ [CAUSE_LAST] =
			  "a global IOTLB invalidation ended it: SRTP spares the IOTLB, though CAP.ESRTPS = 1 (section 6.6)",
		  [CAUSE_PASID] =
			  "a global PASID-cache invalidation, and one of the IOTLB, ended it: SRTP spares the PASID cache, though CAP.ESRTPS = 1 (section 6.6)",
		  [CAUSE_FIRST] =
			  "a global context-cache invalidation, and the others after it, ended it: SRTP spares the context cache, though CAP.ESRTPS = 1 (section 6.6)" },
		{ [CAUSE_LAST] =
			  "a global invalidation of the interrupt entry cache ended it: SIRTP spares that cache, though CAP.ESIRTPS = 1 (section 6.7)" },
	};
	static const char *const always[2][CAUSES] = {
		{ [CAUSE_SET_LATE] =
			  "1 ms later, with everything invalidated once more, it was used: GSTS.RTPS is set before the new root table is (sections 6.6, 11.4.4.2)",
		  [CAUSE_NONE] =
			  "nothing ended it: RTADDR is not taken over at SRTP while translation is on (sections 6.6, 11.4.4.1)" },
		{ [CAUSE_SET_LATE] =
			  "1 ms later, with everything invalidated once more, it was used: GSTS.IRTPS is set before the new table is (sections 6.7, 11.4.4.2)",
		  [CAUSE_NONE] =
			  "nothing ended it: IRTA is not taken over at SIRTP while interrupts are remapped (sections 6.7, 11.4.4.1)" },
	};
	unsigned i = is_of_interrupts(b);

	if (cause == CAUSE_OPEN)
		return "it landed at the physical address of its bus address: the unit passes requests by untranslated while it takes the pointer over (section 11.4.4.1)";
	if (always[i][cause])
		return always[i][cause];
	if (cause == CAUSE_LATE)
		return "the one after it did not: something was still under way when the wait was completed (sections 6.5.4, 6.5.2.9), or a line was evicted by chance";
	return is_enhanced(b)
		       ? enhanced[i][cause]
		       : "the same invalidations once more ended it: some are not done, or are lost (section 6.5.2)";
}

static const char *tell(const struct bench *b, unsigned old, unsigned rounds,
			const unsigned by_cause[CAUSES])
{
	static char text[720];
	enum cause cause = CAUSE_LATE;
	bool interrupts = is_of_interrupts(b);

	for (unsigned c = 0; c < CAUSES; c++)
		if (by_cause[c] > by_cause[cause])
			cause = (enum cause)c;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, %s set while it is in use, %s. In %u of %u rounds the next %s did not go by the new table; %s%s",
		target_name((enum target_id)b->target->id), interrupts ? "IRTA" : "RTADDR",
		is_enhanced(b) ? "nothing invalidated, as hardware does that"
			       : "everything invalidated globally",
		old, rounds, interrupts ? "interrupt" : "DMA", why(b, cause),
		old < rounds / 4 && is_enhanced(b)
			? "; so seldom: what was under way at the command fills caches afterwards"
			: "");
	return text;
}

/* There and back, the target chosen and at rest in A. NULL, or what is wrong. */
static const char *try_target(struct bench *b, struct tally *t)
{
	unsigned old = 0, by_cause[CAUSES] = { 0 }, round = 0;
	enum vtd_status status = VTD_OK;

	target_arm_physical();
	t->untranslated = 0;
	for (; round < ROUNDS && !t->stopped && status == VTD_OK; round++) {
		enum outcome want = (enum outcome)b->target->expects[round & 1];

		/* So that there is something to keep. */
		engine_once(b, t);
		status = set(b, round & 1);
		if (status == VTD_OK && !is_enhanced(b))
			status = invalidate(b);
		if (status != VTD_OK || t->stopped || engine_once(b, t) == want)
			continue;
		if (old++ < LOOKED_AT)
			by_cause[look_for_cause(b, want, t)]++;
		status = invalidate(b);
	}
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	if (t->stopped)
		return t->stopped;
	return old ? tell(b, old, round, by_cause) : NULL;
}

/* IRTA says another table, SIRTP was not given, everything is invalidated: the old one is still the unit's. */
static const char *check_latch(struct bench *b, struct tally *t)
{
	const uint64_t(*state)[ENTRY_WORDS_MAX] = b->target->state[0];
	enum vtd_status status;
	enum outcome outcome;

	if (!engine_put(b, state[0], t))
		return t->stopped;
	vtd_interrupts_write_register(b->unit, state[1][0]);
	status = invalidate(b);
	outcome = engine_once(b, t);
	vtd_interrupts_write_register(b->unit, state[0][0]);
	if (status == VTD_OK)
		status = invalidate(b);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	if (t->stopped || outcome == OUTCOME_A)
		return t->stopped;
	return OUTSIDE
		"with another interrupt-remapping table in IRTA, and GCMD.SIRTP not given, an interrupt did not go by the old one: the unit does not latch IRTA (section 11.4.4.1)";
}

const char *switching_find(struct bench *b, struct tally *t)
{
	static const uint8_t ids[] = { TARGET_ROOT_TABLE, TARGET_SM_ROOT_TABLE };
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(ids) && !problem; i++) {
		if (b->lacks[ids[i]])
			continue;
		problem = ownership_settle(b, &b->targets[ids[i]], t);
		/* That another table was not used is the unit's fault. */
		if (problem && !b->disproof)
			t->stopped = problem;
		if (!problem)
			problem = try_target(b, t);
	}
	return problem;
}

const char *switching_find_interrupts(struct bench *b, struct tally *t)
{
	const char *problem;

	if (b->lacks[TARGET_INTERRUPT_TABLE])
		return NULL;
	problem = engine_choose(b, &b->targets[TARGET_INTERRUPT_TABLE]);
	if (!problem && !engine_settle(b, b->target->state[0][0], t))
		problem = t->stopped;
	if (problem)
		t->stopped = problem;
	if (!problem)
		problem = try_target(b, t);
	return problem ? problem : check_latch(b, t);
}
