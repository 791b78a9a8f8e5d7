/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/arrival.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/walks.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"

#define LATE_US	 1000
#define ATTEMPTS 4

const char *arrival_untranslated(struct bench *b)
{
	struct attempt a;

	time_delay_us(LATE_US);
	bench_attempt(b, &a);
	if (a.recorded && !a.arrived)
		return "one that began 1 ms later was refused by the unit that the DMAR table names: it says that it translates before it does (GSTS.TES, section 11.4.4.2)";
	return "it does not pass the unit that the DMAR table names";
}

const char *arrival_unrecorded(struct bench *b)
{
	static char text[240];
	unsigned recorded = 0;
	struct attempt a;

	for (unsigned i = 0; i < ATTEMPTS; i++) {
		bench_attempt(b, &a);
		if (a.arrived)
			return "of the next ones, one arrived: the unit translates some of its requests alone";
		recorded += a.recorded;
	}
	if (!recorded)
		return "nor were the next ones: the unit records no fault of this reason (section 7.1.3), or the DMA takes another way";
	format_text(
		text, sizeof(text),
		"of the next %u, %u were: the unit drops some faults, with its registers empty and FSTS.PFO clear (section 7.2.1)",
		ATTEMPTS, recorded);
	return text;
}

static bool comes_to(struct bench *b, enum outcome want, struct tally *t)
{
	return engine_once(b, t) == want;
}

/* The root table that was the unit's before is made to lead where the new one does. */
static bool uses_old_root(struct bench *b, enum outcome want, struct tally *t)
{
	struct vtd_unit *u = b->unit;
	uint64_t *from = u->root_table + ROOT_WORDS * (b->source_id >> 8);
	uint64_t *old = u->root_before + ROOT_WORDS * (b->source_id >> 8), kept[ROOT_WORDS];
	bool is_used;

	if (!u->root_before || u->root_before == u->root_table || u->was_scalable != u->scalable)
		return false;
	for (unsigned i = 0; i < ROOT_WORDS; i++) {
		kept[i] = old[i];
		bench_store(b, old + i, from[i]);
	}
	is_used = vtd_invalidate_all(u) == VTD_OK && comes_to(b, want, t);
	for (unsigned i = 0; i < ROOT_WORDS; i++)
		bench_store(b, old + i, kept[i]);
	return vtd_invalidate_all(u) == VTD_OK && is_used;
}

/* Simpler tables: whether each bit of an address counts. */
static const char *judge_bits(struct bench *b)
{
	static bool is_asked;
	struct target *target = b->target;
	const char *problem;

	if (is_asked || target->id == TARGET_CONTEXT)
		return NULL;
	is_asked = true;
	problem = walks_address_bits(b);
	is_asked = false;
	b->target = target;
	return problem && strlen(problem) > sizeof(OUTSIDE) &&
			       !memcmp(problem, OUTSIDE, sizeof(OUTSIDE) - 1)
		       ? problem + sizeof(OUTSIDE) - 1
		       : NULL;
}

static const char *why_elsewhere(struct bench *b, enum outcome outcome, unsigned reason,
				 struct tally *t)
{
	const struct target *target = b->target;
	enum outcome want = (enum outcome)target->expects[0];

	time_delay_us(LATE_US);
	if (comes_to(b, want, t))
		return "1 ms later it did: the wait is completed before what is ahead of it is done (section 6.5.2.9), or a line of a cache was replaced by chance";
	if (vtd_invalidate_context_all(b->unit) == VTD_OK &&
	    (!target->scalable || vtd_invalidate_pasid_cache_all(b->unit) == VTD_OK) &&
	    vtd_invalidate_iotlb_all(b->unit) == VTD_OK && comes_to(b, want, t))
		return "after global invalidations, each waited for, it did: where several descriptors are ready at once, some are not done (section 6.5.2)";
	if (vtd_invalidate_all(b->unit) == VTD_OK && comes_to(b, want, t))
		return "after the same global invalidations once more it did: some are lost (section 6.5.2)";
	if (vtd_invalidate_context_cache(b->unit, target->domain[0], b->source_id) == VTD_OK &&
	    vtd_invalidate_context_cache(b->unit, 0, b->source_id) == VTD_OK &&
	    vtd_invalidate_iotlb_all(b->unit) == VTD_OK && comes_to(b, want, t))
		return "a device-selective context-cache invalidation ended it: the global one is not done (section 6.5.2.1)";
	if (uses_old_root(b, want, t))
		return "with the root table that was the unit's before made to lead there, it did: the unit goes on with the old root pointer after SRTP (sections 6.6, 11.4.5)";
	if (target->id == TARGET_CONTEXT && outcome < target->pages && outcome > OUTCOME_B)
		return "so do the next ones: its tables are walked with as many levels as AW of the other state says, and AW of this entry does not (section 9.3)";
	if (reason == FAULT_ROOT_NOT_PRESENT || reason == FAULT_CONTEXT_NOT_PRESENT ||
	    reason == FAULT_SM_ROOT_NOT_PRESENT || reason == FAULT_SM_CONTEXT_NOT_PRESENT)
		return "so do the next ones: the unit finds no entry where the tables have one: it looks for it at another place (by bus, device and function: sections 9.1 to 9.4), or in tables that no invalidation reaches (section 6.5.2)";
	return NULL;
}

const char *arrival_elsewhere(struct bench *b, enum outcome outcome, struct tally *t)
{
	static char text[800];
	enum target_id id = (enum target_id)b->target->id;
	const char *page = target_outcome_name(b->target, outcome),
		   *want = target_outcome_name(b->target, b->target->expects[0]);
	unsigned reason = t->faults.kind_count ? t->faults.kinds[0].reason : 0;
	const char *why = why_elsewhere(b, outcome, reason, t), *bits = why ? NULL : judge_bits(b);

	format_text(
		text, sizeof(text),
		"target %s: its DMA was refused while its entry was absent; with the entry in its place and everything invalidated globally it came to \"%s\" (fault reason 0x%x), and not to \"%s\"; %s%s",
		target_name(id), page, reason, want,
		why    ? why
		: bits ? "with target context, "
		       : "so do the next ones: a cache that global invalidations do not reach (section 6.5.2), or a walk that reads entries wrongly (chapters 3 and 9)",
		bits ? bits : "");
	return text;
}
