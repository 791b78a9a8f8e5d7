/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: the same by registers, with the queue off (sections 6.5.1 and 11.4.6). */
#include "tests/litmus/register_checks.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/invalidation.h"
#include "tests/litmus/ownership.h"
#include "vtd/queue.h"
#include "vtd/regs.h"

#define ROUNDS 16 /* there and back */

static const struct way {
	uint8_t target;
	uint8_t context,
		iotlb; /* granularities, as CAIG and IAIG tell them; 0: none is asked for */
	unsigned pieces;
} ways[] = {
	{ TARGET_LEAF, 0, 1, DO(IOTLB_ALL) },
	{ TARGET_LEAF, 0, 2, DO(IOTLB_DOMAIN) },
	{ TARGET_LEAF, 0, 3, DO(IOTLB_PAGE) },
	{ TARGET_LEAF, 0, 3, DO(IOTLB_PAGES) },
	{ TARGET_CONTEXT, 1, 1, DO(CONTEXT_ALL) | DO(IOTLB_ALL) },
	{ TARGET_CONTEXT, 2, 2, DO(CONTEXT_DOMAIN) | DO(IOTLB_DOMAIN) },
	{ TARGET_CONTEXT, 3, 2, DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN) },
};

static char text[480];

/* Hardware may do more than it was asked for, and says so; 0 says that it did nothing. */
static const char *judge_told(struct bench *b, const struct way *way, const char *given)
{
	unsigned context = way->context ? vtd_invalidation_done(b->unit, false) : 0;
	unsigned iotlb = vtd_invalidation_done(b->unit, true);

	if (context <= way->context && !context == !way->context && iotlb && iotlb <= way->iotlb)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"by register, invalidated: %s. It was done, and the unit says that it did it with granularity %u in CCMD.CAIG and %u in IOTLB_REG.IAIG, where %u and %u were asked for: coarser ones have smaller numbers, and 0 is an error (sections 11.4.6.1, 11.4.6.3)",
		given, context, iotlb, way->context, way->iotlb);
	return text;
}

static const char *try_way(struct bench *b, const struct way *way, struct tally *t)
{
	unsigned old = 0, round = 0;
	char given[200];

	pieces_text(given, sizeof(given), way->pieces);
	for (; round < ROUNDS && !t->stopped; round++) {
		unsigned state = round & 1;
		enum outcome before = engine_once(b, t);
		enum vtd_status status = invalidation_change(b, way->pieces, state);

		if (status != VTD_OK) {
			format_text(
				text, sizeof(text),
				OUTSIDE
				"by register, invalidated: %s. It did not end within a second: CCMD.ICC or IOTLB_REG.IVT is not cleared (sections 11.4.6.1, 11.4.6.3)",
				given);
			return text;
		}
		old += before == (enum outcome)b->target->expects[state] &&
		       engine_once(b, t) == before;
	}
	if (t->stopped || !old)
		return t->stopped ? t->stopped : judge_told(b, way, given);
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, by register, invalidated: %s. In %u of %u rounds the next DMA still used the old entry, which it does not after the same by the queue: CCMD or IOTLB_REG (and IVA) does not do what it is asked for, or not for every tag (sections 11.4.6.1 to 11.4.6.3)",
		target_name((enum target_id)b->target->id), given, old, round);
	return text;
}

static const char *try_ways(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]) && !problem; i++)
		if (pieces_choose(b, (enum target_id)ways[i].target, ways[i].pieces, t, &problem))
			problem = try_way(b, &ways[i], t);
	return problem;
}

const char *check_registers(struct bench *b, struct tally *t)
{
	const char *problem;
	enum vtd_status status;

	if (!b->unit->queue.descriptors || field_of(b->unit->version, VER_MAX) >= 6 ||
	    b->lacks[TARGET_LEAF])
		return NULL;
	/* Registers do not serve scalable mode. */
	problem = ownership_settle(b, &b->targets[TARGET_LEAF], t);
	status = problem ? VTD_OK : vtd_invalidation_use_registers(b->unit);
	if (problem || status != VTD_OK)
		return t->stopped = problem ? problem : bench_status_text(b, status);
	problem = try_ways(b, t);
	status = vtd_invalidation_use_queue(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return t->stopped = bench_status_text(b, status);
	return problem;
}
