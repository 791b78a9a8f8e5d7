/* SPDX-License-Identifier: BSD-2-Clause */
/* The check invalidation: each request drops what it must, and no entry outlives it. */
#include "tests/litmus/invalidation.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/draining.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/queue_checks.h"
#include "tests/litmus/queue_size.h"
#include "tests/litmus/register_checks.h"
#include "tests/litmus/report.h"
#include "tests/litmus/several.h"
#include "tests/litmus/upper.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS	32   /* from A to B and back: those of one tag, or some of many, may be lost */
#define MANY	2048 /* of the simplest of each cache: one in a thousand may be lost */
#define STILL	256
#define HOT	40 /* DMAs by one translation: what was used often must go, too */
#define MANY_US 200000
#define EXPLAINED \
	8 /* rounds whose cause is looked for; a line may be evicted meanwhile by chance */

#define PAGING                                                                                  \
	" (target leaf was reached by it: what stays is an entry above, in a paging-structure " \
	"cache)"
#define LARGE                                                                                        \
	" (pages of 4 KiB were reached by it, and tables: what stays is a page of 2 MiB, the state " \
	"of target large that is no table)"
#define KIND(what, table)                                                \
	" (other translations were reached by it: what stays is a " what \
	" one, which it must drop, too: table " table ")"
#define MASKED                                                                                       \
	" (with ADDR the first page of the range they were reached: bits of ADDR that AM masks are " \
	"compared, or added to: table 22)"
/* Only one page is invalidated, so paging entries of the old domain-id stay: they must not be used for the new one. */
#define OTHER_DOMAIN                                                                               \
	" (target leaf was reached by it: what is still used are paging-structure entries of the " \
	"old domain-id, which the new entry does not have: table 17)"

static const struct {
	uint8_t target; /* enum target_id */
	uint16_t rounds;
	unsigned pieces;
	const char *more; /* what follows for it from the ways before, which passed */
} ways[] = {
	{ TARGET_LEAF, ROUNDS, DO(IOTLB_ALL), NULL },
	{ TARGET_LEAF, MANY, DO(IOTLB_DOMAIN), NULL },
	{ TARGET_LEAF, ROUNDS, DO(IOTLB_PAGE), NULL },
	{ TARGET_LEAF, ROUNDS, DO(IOTLB_PAGES), NULL },
	{ TARGET_LEAF, ROUNDS, DO(IOTLB_AROUND), MASKED },
	/* From here on paging-structure caches may keep what is changed, too. */
	{ TARGET_TABLE, ROUNDS, DO(IOTLB_ALL), PAGING },
	{ TARGET_TABLE, ROUNDS, DO(IOTLB_DOMAIN), PAGING },
	{ TARGET_TABLE, ROUNDS, DO(IOTLB_PAGES), PAGING },
	{ TARGET_LARGE, ROUNDS, DO(IOTLB_ALL), LARGE },
	{ TARGET_LARGE, ROUNDS, DO(IOTLB_DOMAIN), LARGE },
	{ TARGET_LARGE, ROUNDS, DO(IOTLB_PAGES), LARGE },
	{ TARGET_CONTEXT, ROUNDS, DO(CONTEXT_ALL) | DO(IOTLB_ALL), NULL },
	{ TARGET_CONTEXT, MANY, DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_CONTEXT, ROUNDS, DO(CONTEXT_FUNCTIONS) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_CONTEXT, ROUNDS, DO(CONTEXT_DOMAIN) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_CONTEXT, ROUNDS, DO(CONTEXT_DEVICE) | DO(IOTLB_PAGE), OTHER_DOMAIN },
	{ TARGET_ROOT, ROUNDS, DO(CONTEXT_ALL) | DO(IOTLB_ALL), NULL },
	{ TARGET_FS_LEAF, ROUNDS, DO(IOTLB_ALL), KIND("first-stage", "23") },
	{ TARGET_FS_LEAF, ROUNDS, DO(PIOTLB_PASID), NULL },
	{ TARGET_FS_LEAF, ROUNDS, DO(PIOTLB_PAGE), NULL },
	{ TARGET_FS_LEAF, ROUNDS, DO(PIOTLB_PAGES), NULL },
	{ TARGET_FS_LEAF, ROUNDS, DO(PIOTLB_AROUND), MASKED },
	{ TARGET_FS_LEAF, ROUNDS, DO(IOTLB_DOMAIN), NULL },
	{ TARGET_FS_LARGE, ROUNDS, DO(IOTLB_ALL), LARGE },
	{ TARGET_FS_LARGE, ROUNDS, DO(PIOTLB_PASID), LARGE },
	{ TARGET_FS_LARGE, ROUNDS, DO(PIOTLB_PAGES), LARGE },
	{ TARGET_FS_LARGE, ROUNDS, DO(IOTLB_DOMAIN), LARGE },
	{ TARGET_CONTEXT_PT, ROUNDS, DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_CONTEXT_PT, ROUNDS, DO(CONTEXT_DEVICE) | DO(IOTLB_ALL),
	  KIND("pass-through", "23") },
	{ TARGET_PASID_SS, ROUNDS, DO(PASID_ALL) | DO(IOTLB_ALL), NULL },
	{ TARGET_PASID_SS, MANY, DO(PASID_ONE) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_PASID_SS, ROUNDS, DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_PASID_SS, ROUNDS, DO(PASID_ONE) | DO(IOTLB_PAGE), OTHER_DOMAIN },
	{ TARGET_PASID_FS, ROUNDS, DO(PASID_ONE) | DO(PIOTLB_PASID), NULL },
	{ TARGET_PASID_FS, ROUNDS, DO(PASID_ONE) | DO(PIOTLB_PAGE), OTHER_DOMAIN },
	{ TARGET_PASID_FS_PT, ROUNDS, DO(PASID_ONE) | DO(PIOTLB_PASID), NULL },
	{ TARGET_PASID_FS_PT, ROUNDS, DO(PASID_ONE) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_PASID_FS_PT, ROUNDS, DO(PASID_ONE) | DO(IOTLB_ALL), KIND("pass-through", "23") },
	{ TARGET_PASID_NESTED, ROUNDS, DO(PASID_ONE) | DO(IOTLB_DOMAIN), NULL },
	{ TARGET_PASID_NESTED, ROUNDS, DO(PASID_ONE) | DO(IOTLB_ALL), KIND("nested", "23") },
	{ TARGET_PASID_NESTED, ROUNDS, DO(PASID_ONE) | DO(PIOTLB_PASID), KIND("nested", "24") },
	{ TARGET_PASID_NESTED, ROUNDS, DO(PASID_ONE) | DO(PIOTLB_PAGES), KIND("nested", "24") },
	{ TARGET_SM_CONTEXT, ROUNDS, DO(CONTEXT_DEVICE) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN),
	  NULL },
	{ TARGET_SM_CONTEXT, ROUNDS, DO(CONTEXT_FUNCTIONS) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN),
	  NULL },
	{ TARGET_PASID_DIR, ROUNDS, DO(PASID_ALL) | DO(IOTLB_ALL), NULL },
	{ TARGET_SM_ROOT, ROUNDS, DO(CONTEXT_ALL) | DO(PASID_ALL) | DO(IOTLB_ALL), NULL },
};

static struct tally t;

void invalidation_take_out(struct bench *b, uint64_t *entry, unsigned state)
{
	bench_store(b, entry,
		    b->target->state[0][state][0] &
			    ~kind_present((enum entry_kind)b->target->kind));
}

void invalidation_put_in(struct bench *b, uint64_t *entry, unsigned state)
{
	for (unsigned i = b->target->words; i--;)
		bench_store(b, entry + i, b->target->state[0][state][i]);
}

enum vtd_status invalidation_exchange(struct bench *b, uint64_t *const *entries, unsigned count,
				      unsigned pieces, unsigned state)
{
	enum vtd_status status;

	for (unsigned i = 0; i < count; i++)
		invalidation_take_out(b, entries[i], state);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = pieces_give(b, pieces, state);
	if (status != VTD_OK)
		return status;
	for (unsigned i = 0; i < count; i++)
		invalidation_put_in(b, entries[i], !state);
	status = vtd_flush_write_buffer(b->unit);
	/* Absence may be kept, under domain-id 0 (section 6.1). */
	return status == VTD_OK && field_of(b->unit->cap, CAP_CM) ? vtd_invalidate_all(b->unit)
								  : status;
}

enum vtd_status invalidation_change(struct bench *b, unsigned pieces, unsigned state)
{
	enum vtd_status status;

	if (b->target->words > 1)
		return invalidation_exchange(b, &b->target->entry, 1, pieces, state);
	bench_store(b, b->target->entry, b->target->state[0][!state][0]);
	status = vtd_flush_write_buffer(b->unit);
	return status == VTD_OK ? pieces_give(b, pieces, state) : status;
}

struct seen {
	unsigned rounds, old, elsewhere, by_cause[CAUSES];
	bool one_slot;	    /* all of the old followed a descriptor in the queue's last slot */
	enum outcome other; /* the last of those elsewhere */
	uint16_t domain;
};

static bool is_time_up(unsigned rounds, unsigned round, uint64_t started)
{
	return rounds == MANY && round % 16 == 0 && time_us() - started > MANY_US;
}

/* Returns how many there were before. */
static unsigned note_old(const struct bench *b, struct seen *seen)
{
	seen->one_slot = b->unit->queue.tail == 1 && (!seen->old || seen->one_slot);
	return seen->old++;
}

/* DMAs with nothing changed, and nothing invalidated. */
static const char *stand_still(struct bench *b)
{
	static char text[280];
	unsigned elsewhere = 0, dmas = 0;
	enum outcome other = OUTCOME_A, outcome;

	for (; dmas < STILL && !t.stopped; dmas++) {
		outcome = engine_once(b, &t);
		if (outcome == (enum outcome)b->target->expects[0])
			continue;
		elsewhere++;
		other = outcome;
	}
	if (t.stopped || !elsewhere)
		return t.stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, nothing changed and nothing invalidated: %u of %u DMAs came to \"%s\" (%s), and not to where the entry leads: a request does not go where its walk, or its translation, ended (section 3.7)",
		target_name((enum target_id)b->target->id), elsewhere, dmas,
		target_outcome_name(b->target, other), target_outcome_meaning(b->target, other));
	return text;
}

/* NULL, or why it was broken off. */
static const char *try_way(struct bench *b, unsigned pieces, unsigned rounds, struct seen *seen)
{
	uint64_t started = time_us();
	enum vtd_status status = VTD_OK;
	const char *problem = NULL;

	memset(seen, 0, sizeof(*seen));
	if (rounds == MANY)
		problem = stand_still(b);
	if (problem)
		return problem;
	if (engine_once(b, &t) != b->target->expects[0] && !t.stopped)
		return OUTSIDE
			"with nobody rewriting and everything invalidated, globally, a DMA did not land where its entry leads";
	for (unsigned round = 0; round < rounds && !t.stopped && status == VTD_OK; round++) {
		unsigned state = round & 1;
		enum outcome outcome;

		if (is_time_up(rounds, round, started))
			break;
		seen->rounds++;
		/* An odd number of descriptors, so that each slot of the queue has its turn. */
		if (round % 128 == 127)
			status = vtd_invalidate_all(b->unit);
		if (status != VTD_OK)
			break;
		for (unsigned i = 0; i < HOT && round % 64 == 63 && !t.stopped; i++)
			engine_once(b, &t);
		status = invalidation_change(b, pieces, state);
		if (status != VTD_OK)
			break;
		outcome = engine_once(b, &t);
		if (outcome == (enum outcome)b->target->expects[!state])
			continue;
		if (outcome != (enum outcome)b->target->expects[state]) {
			seen->elsewhere++;
			seen->other = outcome;
		} else if (note_old(b, seen) < EXPLAINED) {
			seen->by_cause[explain_old(b, pieces, state, &t, &seen->domain)]++;
		}
		status = vtd_invalidate_all(b->unit);
	}
	if (status == VTD_OK)
		return t.stopped;
	t.stopped = bench_status_text(b, status);
	return t.stopped;
}

static const char *tell(struct bench *b, unsigned pieces, const struct seen *seen, const char *more)
{
	static char text[800];
	enum target_id id = (enum target_id)b->target->id;
	char given[200], why[320];
	enum cause cause = CAUSE_LATE;

	pieces_text(given, sizeof(given), pieces);
	for (unsigned c = 0; c < CAUSES; c++)
		if (seen->by_cause[c] > seen->by_cause[cause])
			cause = (enum cause)c;
	explain_text(why, sizeof(why), cause, pieces, seen->domain);
	if (!seen->old)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, invalidated: %s. With nobody rewriting, in %u of %u rounds a DMA came to \"%s\" (%s), which is neither the old entry nor the new one: %s",
			target_name(id), given, seen->elsewhere, seen->rounds,
			target_outcome_name(b->target, seen->other),
			target_outcome_meaning(b->target, seen->other),
			seen->other == OUTCOME_NOT_PRESENT && b->target->words > 1
				? "it was absent while it was changed; absent entries or faults are kept, though CAP.CM is 0 (sections 6.1, 6.2.4.1)"
				: "parts of an old entry are kept, the walk reads entries wrongly (chapters 3 and 9), or the request does not go where the walk ended");
	else
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, invalidated: %s. In %u of %u rounds the next DMA still used the old entry; %s%s%s",
			target_name(id), given, seen->old, seen->rounds, why,
			cause >= CAUSE_TAG && more ? more : "",
			seen->one_slot && seen->old > 2
				? " (each time one in the last slot of the queue's page)"
				: "");
	return text;
}

/* Only where this unit can have both states, in one phase: where a state is refused, a reset would hide what is looked for. */
static bool is_of_use(const struct bench *b, enum target_id id, unsigned pieces)
{
	if (b->lacks[id] || b->targets[id].phases > 1 || !pieces_are_had(b, pieces))
		return false;
	/* QEMU's unit is known for it, and uses memory that was never set where a directory entry goes away. */
	return !(id == TARGET_PASID_FS_PT && known_of_qemu(b, KNOWN_PASS_THROUGH)) &&
	       !(id == TARGET_PASID_DIR && known_of_qemu(b, KNOWN_REREADS));
}

static const char *try_ways(struct bench *b, unsigned *tried)
{
	const char *problem = NULL;
	int current = -1;

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]) && !problem; i++) {
		enum target_id target = (enum target_id)ways[i].target;
		struct seen seen;

		if (!is_of_use(b, target, ways[i].pieces))
			continue;
		problem = current == (int)target && engine_put(b, b->target->state[0][0], &t)
				  ? NULL
				  : ownership_settle(b, &b->targets[target], &t);
		current = (int)target;
		if (!problem)
			problem = try_way(b, ways[i].pieces, ways[i].rounds, &seen);
		if (!problem && (seen.old || seen.elsewhere))
			problem = tell(b, ways[i].pieces, &seen, ways[i].more);
		++*tried;
	}
	return problem;
}

const char *invalidation_find(struct bench *b)
{
	const char *disproof = b->disproof, *problem;
	unsigned tried = 0;

	b->disproof = NULL;
	problem = try_ways(b, &tried);
	/* What stopped it says less than what was seen before. */
	if (t.stopped || b->disproof)
		problem = NULL;
	b->disproof = disproof;
	return problem;
}

void check_invalidation(struct bench *b, const char *id)
{
	static const uint8_t drained[] = { TARGET_LEAF, TARGET_FS_LEAF };
	static const uint8_t large[] = { TARGET_LARGE, TARGET_FS_LARGE };
	static const uint8_t by_pasid[] = { TARGET_PASID_SS, TARGET_PASID_FS };
	const char *problem;
	unsigned tried = 0;

	log_note("%s: the new entry is used after the invalidations that suffice for it", id);
	problem = try_ways(b, &tried);
	log_note("  %u ways tried", tried);
	/* A queue that does not do all that it is given looks like many other faults. */
	if (!problem && tried && !b->lacks[TARGET_LEAF])
		problem = ownership_settle(b, &b->targets[TARGET_LEAF], &t);
	if (!problem && tried)
		problem = check_queue(b, !b->lacks[TARGET_LEAF], &t);
	if (!problem && tried)
		problem = check_queue_size(b, &t);
	for (unsigned i = 0; i < sizeof(drained) && !problem; i++)
		if (!b->lacks[drained[i]] &&
		    !(problem = ownership_settle(b, &b->targets[drained[i]], &t)) &&
		    !(problem = check_several(b, &t)))
			problem = check_draining(b, &t);
	for (unsigned i = 0; i < sizeof(large) && !problem; i++)
		if (!b->lacks[large[i]] &&
		    !(problem = ownership_settle(b, &b->targets[large[i]], &t)))
			problem = check_within_large(b, &t);
	if (!problem && tried)
		problem = check_draining_of_kinds(b, &t);
	if (!problem)
		problem = check_upper(b, &t);
	if (!problem && !b->lacks[TARGET_CONTEXT] &&
	    !(problem = ownership_settle(b, &b->targets[TARGET_CONTEXT], &t)))
		problem = check_domain_bits(b, &t);
	for (unsigned i = 0; i < 2 && !problem && !known_of_qemu(b, KNOWN_NO_PASID_CACHE); i++)
		if (!b->lacks[by_pasid[i]] &&
		    !(problem = ownership_settle(b, &b->targets[by_pasid[i]], &t)))
			problem = check_pasid_domain_bits(b, &t);
	if (!problem)
		problem = check_registers(b, &t);
	report_result(id,
		      problem && t.stopped ? VERDICT_ERROR
		      : problem		   ? VERDICT_FAIL
		      : tried		   ? VERDICT_SELF_CHECK
					   : VERDICT_SKIP,
		      problem ? problem : "no target for it", tried, "ways");
}
