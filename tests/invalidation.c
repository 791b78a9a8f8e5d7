/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/invalidation.h"
#include "kernel/cpu.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "tests/engine.h"
#include "tests/ownership.h"
#include "tests/report.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS 32 /* from A to B and back: some of many may be lost, or those of one tag */

enum kind { CONTEXT, PASID, PASID_DOMAIN, IOTLB, PIOTLB, KINDS };

/* In the order in which they are done; what each is called, and where the specification has it. */
static const struct {
	const char *name, *section;
} kinds[KINDS] = {
	[CONTEXT] = { "device-selective context-cache invalidation", "6.5.2.1" },
	[PASID] = { "PASID-selective PASID-cache invalidation", "6.5.2.2" },
	[PASID_DOMAIN] = { "domain-selective PASID-cache invalidation", "6.5.2.2" },
	[IOTLB] = { "domain-selective IOTLB invalidation", "6.5.2.3" },
	[PIOTLB] = { "PASID-selective invalidation of the PASID-based IOTLB", "6.5.2.4" },
};

#define DO(kind) (1u << (kind))

static const struct {
	uint8_t target; /* enum target_id */
	uint8_t needs;	/* kinds, a bit each (table 28) */
} cases[] = {
	{ TARGET_CONTEXT, DO(CONTEXT) | DO(IOTLB) },
	{ TARGET_LEAF, DO(IOTLB) },
	{ TARGET_SM_CONTEXT, DO(CONTEXT) | DO(PASID_DOMAIN) | DO(IOTLB) },
	{ TARGET_PASID_SS, DO(PASID) | DO(IOTLB) },
	{ TARGET_PASID_FS, DO(PASID) | DO(PIOTLB) },
	{ TARGET_PASID_NESTED, DO(PASID) | DO(IOTLB) },
	{ TARGET_FS_LEAF, DO(PIOTLB) },
};

static struct tally t;

/* Of everything that the old state's entry may have left. */
static enum vtd_status invalidate(struct bench *b, enum kind kind, unsigned state)
{
	uint16_t domain = b->target->domain[state];

	switch (kind) {
	case CONTEXT:
		return vtd_invalidate_context_cache(b->unit, domain, b->source_id);
	case PASID:
		return vtd_invalidate_pasid_cache(b->unit, domain, b->target->pasid[state]);
	case PASID_DOMAIN:
		return vtd_invalidate_pasid_cache_domain(b->unit, domain);
	case IOTLB:
		return vtd_invalidate_iotlb_domain(b->unit, domain);
	default:
		return vtd_invalidate_piotlb(b->unit, domain, b->target->pasid[state]);
	}
}

/* One word, seen by the unit before anything that is written after it. */
static void store(struct bench *b, unsigned word, uint64_t value)
{
	volatile uint64_t *live = b->target->entry + word;

	*live = value;
	cpu_stored(live);
	vtd_flush_paging(b->unit, live, sizeof(*live));
}

void invalidation_take_out(struct bench *b, unsigned state)
{
	store(b, 0,
	      b->target->state[0][state][0] & ~kind_present((enum entry_kind)b->target->kind));
}

void invalidation_put_in(struct bench *b, unsigned state)
{
	for (unsigned i = b->target->words; i--;)
		store(b, i, b->target->state[0][state][i]);
}

/*
 * The old entry is used still. Each global invalidation in turn, from the last cache of the way up to the
 * first: the one that ends it has a smaller sister that was lost. KINDS: none does.
 */
static enum kind find_lost(struct bench *b, unsigned needs, unsigned state)
{
	enum outcome want = b->target->expects[!state];

	if (vtd_invalidate_iotlb_all(b->unit) == VTD_OK && engine_once(b, &t) == want)
		return needs & DO(PIOTLB) ? PIOTLB : IOTLB;
	if (b->target->scalable && vtd_invalidate_pasid_cache_all(b->unit) == VTD_OK &&
	    vtd_invalidate_iotlb_all(b->unit) == VTD_OK && engine_once(b, &t) == want)
		return needs & DO(PASID_DOMAIN) ? PASID_DOMAIN : PASID;
	if (vtd_invalidate_all(b->unit) == VTD_OK && engine_once(b, &t) == want)
		return CONTEXT;
	return KINDS;
}

static const char *tell(struct bench *b, enum kind lost, unsigned state)
{
	static char text[240];

	if (lost == KINDS)
		format_text(text, sizeof(text),
			    "outside the specification: the unit used the old entry of target %s "
			    "though every cache "
			    "was invalidated, globally, too (section 6.5.2): a stale root pointer, "
			    "or a cache that "
			    "no invalidation reaches",
			    target_name((enum target_id)b->target->id));
	else
		format_text(text, sizeof(text),
			    "outside the specification: a %s (section %s; domain-id %u, PASID %u, "
			    "source-id "
			    "%02x:%02x.%x) was lost: the unit used the old entry of target %s "
			    "until a global one",
			    kinds[lost].name, kinds[lost].section, b->target->domain[state],
			    b->target->pasid[state], b->source_id >> 8, b->source_id >> 3 & 31,
			    b->source_id & 7, target_name((enum target_id)b->target->id));
	return text;
}

static const char *stop(const char *problem)
{
	t.stopped = problem;
	return problem;
}

/* NULL, or what went wrong. */
static const char *try_target(struct bench *b, unsigned needs)
{
	enum vtd_status status = VTD_OK;

	for (unsigned round = 0; round < ROUNDS && !t.stopped; round++) {
		unsigned state = round & 1;

		if (engine_once(b, &t) != b->target->expects[state])
			return t.stopped ? t.stopped
					 : "outside the specification: with nobody rewriting, a "
					   "DMA met another "
					   "entry than the one that was met before";
		invalidation_take_out(b, state);
		status = vtd_flush_write_buffer(b->unit);
		for (unsigned kind = 0; kind < KINDS && status == VTD_OK; kind++)
			if (needs >> kind & 1)
				status = invalidate(b, (enum kind)kind, state);
		invalidation_put_in(b, !state);
		if (status == VTD_OK)
			status = vtd_flush_write_buffer(b->unit);
		/* Absence may be kept, under domain-id 0 (section 6.1). */
		if (status == VTD_OK && field_of(b->unit->cap, CAP_CM))
			status = vtd_invalidate_all(b->unit);
		if (status != VTD_OK)
			return stop(vtd_status_text(status));
		if (engine_once(b, &t) != b->target->expects[!state] && !t.stopped)
			return tell(b, find_lost(b, needs, state), state);
	}
	return t.stopped;
}

void check_invalidation(struct bench *b, const char *id)
{
	const char *problem = NULL;
	unsigned tried = 0;

	log_note("%s: the new entry after the invalidations of table 28", id);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]) && !problem; i++) {
		enum target_id target = (enum target_id)cases[i].target;

		/* Where a state is refused, a reset between would hide what is looked for. */
		if (b->lacks[target] || b->targets[target].phases > 1)
			continue;
		memset(&t, 0, sizeof(t));
		problem = engine_choose(b, &b->targets[target]);
		if (!problem)
			problem = ownership_prove(b);
		if (!problem && !engine_settle(b, b->target->state[0][0], &t))
			problem = t.stopped;
		if (!problem)
			problem = try_target(b, cases[i].needs);
		tried++;
	}
	log_note("  %u targets, %u rounds each", tried, ROUNDS);
	report_result(id,
		      problem ? VERDICT_FAIL
		      : tried ? VERDICT_SOUND
			      : VERDICT_SKIP,
		      problem ? problem : "no target for it", tried, "targets");
}
