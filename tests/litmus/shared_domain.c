/* SPDX-License-Identifier: BSD-2-Clause */
/* Two requesters with one domain-id: what is invalidated by it is so for both. */
#include "tests/litmus/shared_domain.h"
#include "kernel/lib/format.h"
#include "kernel/time.h"
#include "tests/litmus/beside.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/invalidation.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"

#define ROUNDS	  8 /* of each way; of a slow device two at least, one in each order */
#define ROUNDS_US 200000

/* The first is the bench's device, by its own PASID. */
struct requesters {
	struct bench
		*other; /* whose device is the second; NULL: the same device, by the next PASID */
	uint64_t *entry[2];
	unsigned ways[2];
	const char *second;
};

/* Where a DMA of the other device landed, of the pages of the first one's target. */
static enum outcome other_once(struct bench *b, struct bench *other, struct tally *t)
{
	uint64_t number = ++t->dmas;
	unsigned written;

	target_arm(b->target, number);
	beside_dma(other, b->target->address, t);
	written = target_written(b->target, number);
	for (unsigned o = 0; o < OUTCOME_PAGES; o++)
		if (written == 1u << o)
			return (enum outcome)o;
	return OUTCOME_SILENT;
}

static enum outcome go(struct bench *b, const struct requesters *r, unsigned who, struct tally *t)
{
	enum outcome outcome = OUTCOME_SILENT;

	if (who && r->other)
		return other_once(b, r->other, t);
	if (!r->other && b->device->pasid != b->target->pasid[0] + who) {
		b->device->pasid = b->target->pasid[0] + who;
		t->stopped = bench_reset(b);
	}
	if (!t->stopped)
		outcome = engine_once(b, t);
	return outcome;
}

static const char *tell(const struct bench *b, const struct requesters *r, unsigned who,
			unsigned pieces, enum outcome outcome)
{
	static char text[560];
	char given[200];

	pieces_text(given, sizeof(given), pieces);
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, %s have entries of one domain-id; both changed, invalidated: %s. The next DMA of the %s came to \"%s\" (%s): what is invalidated is not dropped for every requester of the domain (table 23)",
		target_name((enum target_id)b->target->id), r->second, given,
		who ? "second" : "first", target_outcome_name(b->target, outcome),
		target_outcome_meaning(b->target, outcome));
	return text;
}

static const char *try_way(struct bench *b, const struct requesters *r, unsigned pieces,
			   struct tally *t)
{
	enum vtd_status status = vtd_invalidate_all(b->unit);
	uint64_t started = time_us();

	for (unsigned round = 0; round < ROUNDS && status == VTD_OK; round++) {
		unsigned state = round & 1;

		if (round >= 2 && time_us() - started > ROUNDS_US)
			break;

		/* Each of them first in its turn. */
		for (unsigned i = 0; i < 2 && !t->stopped; i++)
			go(b, r, i ^ state, t);
		status = invalidation_exchange(b, r->entry, 2, pieces, state);
		for (unsigned i = 0; i < 2 && status == VTD_OK && !t->stopped; i++) {
			enum outcome outcome = go(b, r, i, t);

			if (!t->stopped && outcome != (enum outcome)b->target->expects[!state])
				return tell(b, r, i, pieces, outcome);
		}
		if (t->stopped)
			return t->stopped;
	}
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	return t->stopped;
}

static const char *try_ways(struct bench *b, const struct requesters *r, struct tally *t)
{
	const char *problem = NULL;

	for (unsigned way = 0; way < 2 && !problem; way++) {
		if (!pieces_are_had(b, r->ways[way]))
			continue;
		for (unsigned i = 0; i < 2; i++)
			invalidation_put_in(b, r->entry[i], 0);
		problem = try_way(b, r, r->ways[way], t);
	}
	return problem;
}

const char *shared_domain_of_devices(struct bench *b, struct bench *other, struct tally *t)
{
	struct requesters r = {
		.other = other,
		.entry = { b->target->entry,
			   vtd_context_entry(b->unit, (uint8_t)(other->source_id >> 8),
					     (uint8_t)other->source_id) },
		.ways = { DO(CONTEXT_DOMAIN) | DO(IOTLB_DOMAIN), DO(CONTEXT_ALL) | DO(IOTLB_ALL) },
		.second = "two devices",
	};
	const struct target *theirs = &other->targets[TARGET_CONTEXT];
	const struct dma_device *d = other->device;

	if (!r.entry[1] || b->target->address & ~d->address_mask)
		return NULL;
	/* Both states' tables lead to the other device's own pages, too. */
	for (unsigned s = 0; s < 2; s++) {
		const uint64_t *c = b->target->state[0][s];
		struct vtd_table table = {
			.unit = b->unit,
			.levels = (unsigned)field_get(c, CONTEXT_AW) + 2,
			.root = (uint64_t *)(field_get(c, CONTEXT_SSPTPTR) << 12),
		};

		if (d->private_pages && theirs->private_at == b->target->private_at)
			return NULL;
		if (!vtd_table_map(&table, theirs->private_at, (uint64_t)d->private,
				   d->private_pages))
			return NULL;
	}
	return try_ways(b, &r, t);
}

const char *shared_domain_of_pasids(struct bench *b, struct tally *t)
{
	struct requesters r = {
		.entry = { b->target->entry, b->target->entry + PASID_WORDS },
		.ways = { DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN), DO(PASID_ALL) | DO(IOTLB_ALL) },
		.second = "two PASIDs",
	};

	return try_ways(b, &r, t);
}
