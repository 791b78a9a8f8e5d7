/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of the check of invalidations: requests under way, and the bits of domain-ids. */
#include "tests/litmus/draining.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/updater.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS	   1024 /* of the simplest */
#define ROUNDS_US  150000
#define FEWER	   4 /* times, of the others */
#define TRIES	   4
#define OWN_DOMAIN 3 /* the first bit of a domain-id that no other use has */

static const char *stop(struct bench *b, struct tally *t, enum vtd_status status)
{
	t->stopped = bench_status_text(b, status);
	return t->stopped;
}

/* What is exchanged while a DMA is under way, at once: one word, or two that the unit reads at once. */
struct exchanged {
	uint64_t *entry;
	unsigned words;
	uint64_t value[2][2]; /* in states A and B */
};

static struct exchanged exchanged_of(const struct target *t)
{
	/* Of a PASID-table entry the pointer to first-stage tables stays: what passes through does not look at it. */
	struct exchanged x = { .entry = t->entry, .words = t->words > 1 ? 2 : 1 };

	for (unsigned s = 0; s < 2; s++) {
		x.value[s][0] = t->state[0][s][0];
		x.value[s][1] = t->state[0][s][1];
	}
	if (t->id != TARGET_PASID_NESTED)
		return x;
	/* The second stage leads to both pages. */
	x = (struct exchanged){ .entry = t->leaf[0], .words = 1 };
	for (unsigned s = 0; s < 2; s++)
		x.value[s][0] = (t->leaf_value[0] & ~field_mask(FS_ADDR)) |
				(t->leaf_value[s] & field_mask(FS_ADDR));
	return x;
}

static enum vtd_status exchange(struct bench *b, const struct exchanged *x, unsigned state)
{
	if (x->words == 1) {
		bench_store(b, x->entry, x->value[state][0]);
	} else {
		updater_exchange(x->entry, x->value[state][0], x->value[state][1]);
		cpu_stored(x->entry);
		vtd_flush(b->unit, x->entry, 2 * sizeof(*x->entry));
	}
	return vtd_flush_write_buffer(b->unit);
}

/*
 * The pages are marked anew when the invalidation is done: what is written to the old one after that was
 * still under way. Of an entry that other caches have, they drop it before: the DMA goes by what the IOTLB still has.
 */
static const char *drain_once(struct bench *b, struct tally *t, const struct exchanged *x,
			      unsigned pieces, unsigned state, unsigned *late, unsigned *kept)
{
	struct target *target = b->target;
	struct dma_device *d = b->device;
	uint64_t started = time_us(), number = ++t->dmas;
	unsigned before = pieces & (DO(PASID_ALL + 1) - 1);
	unsigned owner = x->entry == target->entry ? state : 0;
	enum vtd_status status = VTD_OK;

	bench_forget_faults(b);
	target_arm(target, ~number);
	if (before)
		status = exchange(b, x, !state);
	if (before && status == VTD_OK)
		status = pieces_give(b, before, owner);
	d->generator->start(d, target->address);
	/* From at once to about the time that a DMA takes. */
	cpu_spin(random_next(&b->seed) & (random_next(&b->seed) & 256 ? 63 : 1023));
	if (!before)
		status = exchange(b, x, !state);
	if (status == VTD_OK)
		status = pieces_give(b, pieces & ~before, owner);
	target_arm(target, number);
	if (bench_wait(b, t) == DMA_DEAD)
		t->stopped = bench_reset(b);
	*late += target_written(target, number) >> target->expects[state] & 1;
	bench_drain_faults(b, t, started);
	*kept += status == VTD_OK && !t->stopped &&
		 engine_once(b, t) == (enum outcome)target->expects[state];
	return status == VTD_OK ? t->stopped : stop(b, t, status);
}

static const char *try_draining(struct bench *b, struct tally *t, unsigned pieces,
				unsigned part_of_all)
{
	static char text[640];
	char given[200];
	struct exchanged x = exchanged_of(b->target);
	uint64_t started = time_us();
	const char *problem = NULL;
	unsigned late = 0, kept = 0, rounds = 0;

	for (; rounds < ROUNDS / part_of_all && !problem &&
	       (rounds % 16 || time_us() - started < ROUNDS_US / part_of_all);
	     rounds++)
		problem = drain_once(b, t, &x, pieces, rounds & 1, &late, &kept);
	pieces_text(given, sizeof(given), pieces);
	log_note(
		"  target %s: %u DMAs under way at an invalidation that drains writes, %s: %u wrote to the old page after it; %u next ones used the old entry",
		target_name((enum target_id)b->target->id), rounds, given, late, kept);
	if (problem || !(late + kept))
		return problem;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: of %u DMAs that were under way at an invalidation that drains writes, %s, %u wrote to the old page after it was reported done, and after %u the next DMA used the old entry still: %s%s",
		target_name((enum target_id)b->target->id), rounds, given, late, kept,
		!kept ? "the wait does not wait for writes that were translated before (sections 6.5.4, 6.5.2.9)"
		      : "a walk that was under way at an invalidation goes on, and fills a cache after it (sections 6.2.2.1, 6.5.4)",
		kept && b->target->words > 1 ? ", or its entry is read in parts (section 6.2.2.1)"
					     : "");
	return text;
}

/* From version 2 on every IOTLB invalidation drains; before, those with DW, where CAP.DWD is set. */
static bool drains(const struct bench *b)
{
	return field_of(b->unit->cap, CAP_DWD) || field_of(b->unit->version, VER_MAX) >= 2;
}

const char *check_draining(struct bench *b, struct tally *t)
{
	static const unsigned ways[2][3] = { { DO(IOTLB_DOMAIN), DO(IOTLB_ALL), DO(IOTLB_PAGE) },
					     { DO(PIOTLB_PASID), DO(PIOTLB_PAGE),
					       DO(IOTLB_DOMAIN) } };
	const unsigned *way = ways[b->target->id == TARGET_FS_LEAF];
	const char *problem = NULL;

	if (!drains(b))
		return NULL;
	/* QEMU keeps the host address of a block that is read. */
	if (options.nvme_read && known_of_qemu(b, KNOWN_READ_AHEAD))
		return NULL;
	for (unsigned i = 0; i < 3 && !problem; i++)
		if (pieces_are_had(b, way[i]) && !(i && b->traits.is_qemu))
			problem = try_draining(b, t, way[i], i ? FEWER : 1);
	return problem;
}

const char *check_draining_of_kinds(struct bench *b, struct tally *t)
{
	static const struct {
		uint8_t target; /* enum target_id */
		unsigned pieces;
	} ways[] = {
		{ TARGET_CONTEXT_PT, DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN) },
		{ TARGET_CONTEXT_PT, DO(CONTEXT_DEVICE) | DO(IOTLB_ALL) },
		{ TARGET_PASID_FS_PT, DO(PASID_ONE) | DO(PIOTLB_PASID) },
		{ TARGET_PASID_FS_PT, DO(PASID_ONE) | DO(IOTLB_DOMAIN) },
		{ TARGET_PASID_NESTED, DO(PIOTLB_PASID) },
		{ TARGET_PASID_NESTED, DO(PIOTLB_PAGE) },
		{ TARGET_PASID_NESTED, DO(IOTLB_DOMAIN) },
	};
	const char *problem = NULL;

	/* QEMU's does one thing at a time. */
	if (!drains(b) || b->traits.is_qemu)
		return NULL;
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]) && !problem; i++)
		if (pieces_choose(b, (enum target_id)ways[i].target, ways[i].pieces, t, &problem))
			problem = try_draining(b, t, ways[i].pieces, FEWER);
	return problem;
}

static enum vtd_status put_domain(struct bench *b, uint16_t domain)
{
	uint64_t entry[CONTEXT_WORDS] = { b->target->state[0][0][0], b->target->state[0][0][1] };
	struct tally ignored;

	field_set(entry, CONTEXT_DID, domain);
	return engine_put(b, entry, &ignored) ? VTD_OK : VTD_TIMEOUT;
}

/* The DMA after an invalidation by this domain-id alone: whether it still went by the old leaf. */
static const char *try_domain(struct bench *b, struct tally *t, uint16_t domain, unsigned *old)
{
	struct target *target = b->target;
	uint64_t *leaf = target->leaf[0], good = target->leaf_value[0];
	uint64_t other = (good & ~field_mask(SS_ADDR)) | (uint64_t)target->page[OUTCOME_MIXTURE_1];
	enum vtd_status status = put_domain(b, domain);
	enum outcome outcome;

	if (status != VTD_OK)
		return stop(b, t, status);
	outcome = engine_once(b, t);
	bench_store(b, leaf, other);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_iotlb_domain(b->unit, domain);
	if (status == VTD_OK && outcome == OUTCOME_A)
		*old += engine_once(b, t) == OUTCOME_A;
	bench_store(b, leaf, good);
	return status == VTD_OK ? t->stopped : stop(b, t, status);
}

/* The same of the context cache: the entry changes to the other state's pointer, and keeps its domain-id. */
static const char *try_context_domain(struct bench *b, struct tally *t, uint16_t domain,
				      unsigned *old)
{
	const uint64_t *next = b->target->state[0][1];
	uint64_t entry[CONTEXT_WORDS] = { next[0], next[1] };
	enum vtd_status status = put_domain(b, domain);

	if (status != VTD_OK || engine_once(b, t) != OUTCOME_A)
		return status == VTD_OK ? t->stopped : stop(b, t, status);
	field_set(entry, CONTEXT_DID, domain);
	bench_store(b, b->target->entry, 0);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_context_domain(b->unit, domain);
	if (status == VTD_OK)
		status = vtd_invalidate_iotlb_domain(b->unit, domain);
	bench_store(b, b->target->entry + 1, entry[1]);
	bench_store(b, b->target->entry, entry[0]);
	if (status == VTD_OK)
		status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK && field_of(b->unit->cap, CAP_CM))
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return stop(b, t, status);
	*old += engine_once(b, t) == OUTCOME_A;
	return t->stopped;
}

/* A PASID-table entry changes to the other state's pointers, and keeps its domain-id. */
static const char *try_pasid_domain(struct bench *b, struct tally *t, bool piotlb, uint16_t domain,
				    unsigned *old)
{
	struct target *target = b->target;
	uint64_t entry[2][ENTRY_WORDS_MAX];
	enum vtd_status status;

	for (unsigned s = 0; s < 2; s++) {
		memcpy(entry[s], target->state[0][s], sizeof(entry[s]));
		field_set(entry[s], PASID_DID, domain);
	}
	if (!engine_put(b, entry[0], t) || engine_once(b, t) != OUTCOME_A)
		return t->stopped;
	bench_store(b, target->entry, entry[0][0] & ~field_mask(PASID_P));
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = piotlb ? vtd_invalidate_pasid_cache_all(b->unit)
				: vtd_invalidate_pasid_cache(b->unit, domain, target->pasid[0]);
	if (status == VTD_OK)
		status = piotlb ? vtd_invalidate_piotlb(b->unit, domain, target->pasid[0])
				: vtd_invalidate_iotlb_domain(b->unit, domain);
	for (unsigned i = target->words; i--;)
		bench_store(b, target->entry + i, entry[1][i]);
	if (status == VTD_OK)
		status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK && field_of(b->unit->cap, CAP_CM))
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return stop(b, t, status);
	*old += engine_once(b, t) == OUTCOME_A;
	return t->stopped;
}

static const struct {
	const char *what, *section;
} by_domain[] = { { "domain-selective IOTLB", "6.5.2.3" },
		  { "domain-selective context-cache", "6.5.2.1" },
		  { "PASID-selective PASID-cache", "6.5.2.2" },
		  { "PASID-selective PASID-based IOTLB", "6.5.2.4" } };
enum { BY_IOTLB, BY_CONTEXT, BY_PASID, BY_PIOTLB };

static const char *try_by(struct bench *b, struct tally *t, unsigned by, uint16_t domain,
			  unsigned *old)
{
	return by == BY_IOTLB	  ? try_domain(b, t, domain, old)
	       : by == BY_CONTEXT ? try_context_domain(b, t, domain, old)
				  : try_pasid_domain(b, t, by == BY_PIOTLB, domain, old);
}

static const char *check_bits(struct bench *b, struct tally *t, unsigned by)
{
	static char text[400];
	unsigned some = 0, tried = 0, domains = vtd_unit_domain_ids(b->unit);
	const char *problem = NULL, *what = by_domain[by].what, *section = by_domain[by].section;

	for (unsigned bit = OWN_DOMAIN; 1u << bit < domains && !problem; bit++) {
		unsigned old = 0;

		for (unsigned again = 0; again < TRIES && !problem; again++, tried++)
			problem = try_by(b, t, by, (uint16_t)(1u << bit), &old);
		some += old;
		if (problem || old < TRIES - 1)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"what is kept of domain-id 0x%x stayed after its %s invalidation (section %s, %u of %u times), that of domain-ids 1 and 2 did not: not every bit of a descriptor's domain-id is compared (CAP.ND says that there are %u)",
			1u << bit, what, section, old, TRIES, domains);
		return text;
	}
	if (problem || !some)
		return problem;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"%u of %u %s invalidations, of no one domain-id, did not reach what is kept of it (section %s): the unit loses some",
		some, tried, what, section);
	return text;
}

const char *check_domain_bits(struct bench *b, struct tally *t)
{
	const char *problem;

	if (b->target->phases > 1)
		return NULL;
	problem = check_bits(b, t, BY_IOTLB);
	if (!problem)
		problem = check_bits(b, t, BY_CONTEXT);
	put_domain(b, b->target->domain[0]);
	return problem;
}

const char *check_pasid_domain_bits(struct bench *b, struct tally *t)
{
	/* PASID-based invalidations spare paging entries of the second stage, which both states have under one id (table 24). */
	const char *problem = check_bits(b, t,
					 b->target->id == TARGET_PASID_FS ? BY_PIOTLB : BY_PASID);

	engine_put(b, b->target->state[0][0], t);
	return problem;
}
