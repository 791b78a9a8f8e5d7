/* SPDX-License-Identifier: BSD-2-Clause */
/* The check walks: entries that must be refused, and tables that must be walked as the specification says. */
#include "tests/litmus/walks.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "tests/litmus/addresses.h"
#include "tests/litmus/beside.h"
#include "tests/litmus/disabling.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/fetches.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/reads.h"
#include "tests/litmus/refusals.h"
#include "tests/litmus/report.h"
#include "tests/litmus/scalable_refusals.h"
#include "tests/litmus/shared_domain.h"
#include "tests/litmus/switching.h"
#include "tests/litmus/tagged.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define SMALL_DIRECTORY_BITS 13 /* of a PASID: PDTS = 0 */
#define PASID_BITS	     20
#define WIDEST_PDTS	     7

static struct tally t;
static char text[480];

/* What keeps a part from being tried is no failure of the unit. */
static const char *choose(struct bench *b, enum target_id id)
{
	const char *problem = ownership_settle(b, &b->targets[id], &t);

	if (problem)
		t.stopped = problem;
	return problem;
}

/* One DMA to another address than the target's. */
static enum outcome go_to(struct bench *b, uint64_t at)
{
	struct measurement there = { .address = at };
	enum outcome outcome;

	bench_set_requester(b, at);
	outcome = engine_dma(b, &there, &t, false);
	bench_set_requester(b, b->target->address);
	return outcome;
}

/* Two addresses that differ in one bit of the leaf table's index, with nothing invalidated between. */
const char *walks_address_bits(struct bench *b)
{
	const char *problem = NULL;

	if (b->lacks[TARGET_CONTEXT] || b->targets[TARGET_CONTEXT].phases > 1)
		return NULL;
	problem = choose(b, TARGET_CONTEXT);
	for (unsigned bit = 12; bit < 21 && !problem; bit++) {
		struct target *target = b->target;
		uint64_t there = target->address ^ 1ull << bit;
		uint64_t *leaf = (uint64_t *)((uint64_t)target->leaf[0] & ~(PAGE_SIZE - 1)) +
				 (there >> 12 & 511);
		enum outcome here, other;

		if (*leaf || there & ~b->device->address_mask)
			continue;
		bench_store(b, leaf,
			    (target->leaf_value[0] & ~field_mask(SS_ADDR)) |
				    (uint64_t)target->page[OUTCOME_MIXTURE_1]);
		if (vtd_invalidate_all(b->unit) != VTD_OK)
			break;
		here = engine_once(b, &t);
		other = go_to(b, there);
		if (!t.stopped && (here != OUTCOME_A || other != OUTCOME_MIXTURE_1)) {
			bool is_kept = vtd_invalidate_all(b->unit) == VTD_OK &&
				       go_to(b, there) == OUTCOME_MIXTURE_1;

			format_text(
				text, sizeof(text),
				OUTSIDE
				"two DMAs whose addresses differ in bit %u came to %s and %s, and not to AA and AB; %s",
				bit, target_outcome_name(target, here),
				target_outcome_name(target, other),
				is_kept ? "with everything invalidated between them the second came to AB: that bit is not compared in the IOTLB (table 17)"
					: "nor with everything invalidated between them: that bit is not used in the walk (section 3.7)");
			problem = text;
		}
		bench_store(b, leaf, 0);
		if (!problem)
			problem = t.stopped;
	}
	return problem;
}

/* What was kept of this PASID must be gone after its invalidations: its entry is absent then. NULL, or what is wrong. */
static const char *try_pasid_invalidations(struct bench *b, uint32_t pasid, uint64_t *entry)
{
	uint16_t domain = (uint16_t)field_get(entry, PASID_DID);
	uint64_t present = entry[0];

	/* First by the PASID cache, then by the IOTLB; the other one each time in another way. */
	for (unsigned piotlb = 0; piotlb < 2; piotlb++) {
		enum vtd_status status = vtd_invalidate_all(b->unit);
		enum outcome before = engine_once(b, &t), after;

		bench_store(b, entry, present & ~field_mask(PASID_P));
		if (status == VTD_OK)
			status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = piotlb ? vtd_invalidate_pasid_cache_all(b->unit)
					: vtd_invalidate_pasid_cache(b->unit, domain, pasid);
		if (status == VTD_OK)
			status = piotlb ? vtd_invalidate_piotlb(b->unit, domain, pasid)
					: vtd_invalidate_iotlb_domain(b->unit, domain);
		after = engine_once(b, &t);
		bench_store(b, entry, present);
		if (status == VTD_OK)
			status = vtd_invalidate_all(b->unit);
		if (status != VTD_OK)
			t.stopped = bench_status_text(b, status);
		if (t.stopped)
			return t.stopped;
		if (before != OUTCOME_B || after != OUTCOME_B)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"the entry of PASID 0x%x went away, and what is kept of it was invalidated: the next DMA still used it; the %s by that PASID (section %s) is not done, though that of smaller PASIDs is: not every bit of a descriptor's PASID is compared",
			pasid,
			piotlb ? "PASID-based IOTLB invalidation" : "PASID-cache invalidation",
			piotlb ? "6.5.2.4" : "6.5.2.2");
		return text;
	}
	return NULL;
}

/* The largest directory there is, which begins as this one does. NULL: no memory is left for it. */
static uint64_t *widen(struct bench *b, const uint64_t *directory, uint64_t *entry)
{
	const uint64_t bytes = 8ull << (PASID_BITS - 6);
	static uint64_t *wide;

	if (!wide)
		wide = memory_alloc_bytes(bytes);
	if (!wide)
		return NULL;
	memcpy(wide, directory, 8ull << (SMALL_DIRECTORY_BITS - 6));
	vtd_flush_paging(b->unit, wide, bytes);
	field_set(entry, SM_CONTEXT_PASIDDIRPTR, (uint64_t)wide >> 12);
	field_set(entry, SM_CONTEXT_PDTS, WIDEST_PDTS);
	return wide;
}

/*
 * A RID_PASID with one more bit: the place of that bit, in the PASID table or in the directory, leads to the other
 * state's page.
 */
static const char *check_pasid_bits(struct bench *b)
{
	unsigned bits = (unsigned)field_of(b->unit->ecap, ECAP_PSS) + 1;
	const char *problem;

	if (b->lacks[TARGET_SM_CONTEXT])
		return NULL;
	problem = choose(b, TARGET_SM_CONTEXT);
	/* Entries go away here: what resets the device must do no DMA. */
	b->device->unproven = true;
	if (!problem)
		problem = bench_reset(b);
	for (unsigned bit = 2; bit < PASID_BITS && bit < bits && !problem; bit++) {
		const struct target *target = b->target;
		const uint64_t *a = target->state[0][0], *other = target->state[0][1];
		uint64_t *directory = (uint64_t *)(field_get(a, SM_CONTEXT_PASIDDIRPTR) << 12);
		uint64_t theirs = *(uint64_t *)(field_get(other, SM_CONTEXT_PASIDDIRPTR) << 12);
		uint32_t pasid = 1u << bit | target->pasid[1];
		uint64_t *table = (uint64_t *)((bit < 6 ? *directory : theirs) & ~(PAGE_SIZE - 1));
		uint64_t *in_table = table + PASID_WORDS * (pasid % 64);
		uint64_t entry[ENTRY_WORDS_MAX];
		enum outcome outcome;

		memcpy(entry, a, sizeof(entry));
		field_set(entry, SM_CONTEXT_RID_PASID, pasid);
		if (bit >= SMALL_DIRECTORY_BITS)
			directory = widen(b, directory, entry);
		if (!directory)
			break;
		if (bit < 6)
			for (unsigned i = PASID_WORDS; i--;)
				bench_store(
					b, in_table + i,
					((uint64_t *)(theirs &
						      ~(PAGE_SIZE -
							1)))[PASID_WORDS * target->pasid[1] + i]);
		else
			bench_store(b, directory + (1u << (bit - 6)), theirs);
		outcome = engine_put(b, entry, &t) ? engine_once(b, &t) : OUTCOME_B;
		if (!t.stopped && outcome == OUTCOME_B && !known_of_qemu(b, KNOWN_NO_PASID_CACHE))
			problem = try_pasid_invalidations(b, pasid, in_table);
		if (bit < 6)
			for (unsigned i = 0; i < PASID_WORDS; i++)
				bench_store(b, in_table + i, 0);
		else
			bench_store(b, directory + (1u << (bit - 6)), 0);
		problem = problem ? problem : t.stopped;
		if (problem || outcome == OUTCOME_B)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"with RID_PASID 0x%x a DMA came to %s, and not to BB: bit %u of the PASID is not used to look up the PASID %s (section 3.4.3)",
			pasid, target_outcome_name(target, outcome), bit,
			bit < 6 ? "table" : "directory");
		problem = text;
	}
	b->device->unproven = false;
	if (!problem)
		engine_put(b, b->target->state[0][0], &t);
	return problem;
}

/*
 * Where the device tags its requests: two PASIDs, with an entry each. First nothing is invalidated between, then the
 * IOTLB alone, so that what the PASID cache keeps is looked up again.
 */
static const char *check_two_pasids(struct bench *b)
{
	enum target_id id = b->lacks[TARGET_PASID_SS] ? TARGET_PASID_FS : TARGET_PASID_SS;
	const char *problem;
	uint64_t *next;

	if (b->lacks[id] || !b->targets[id].tagged)
		return NULL;
	problem = choose(b, id);
	next = b->target->entry + PASID_WORDS;
	for (unsigned i = PASID_WORDS; i-- && !problem;)
		bench_store(b, next + i, b->target->state[0][1][i]);
	if (!problem && vtd_invalidate_all(b->unit) != VTD_OK)
		problem = t.stopped = "the queue stopped";
	for (unsigned round = 0; round < 24 && !problem; round++) {
		unsigned state = round & 1;
		enum outcome outcome;

		if (round >= 8 && vtd_invalidate_iotlb_all(b->unit) != VTD_OK) {
			problem = t.stopped = "the queue stopped";
			break;
		}
		b->device->pasid = b->target->pasid[0] + state;
		problem = t.stopped = bench_reset(b);
		outcome = problem ? OUTCOME_SILENT : engine_once(b, &t);
		if (problem || outcome == (enum outcome)b->target->expects[state])
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"a DMA with PASID %u came to \"%s\", and not to \"%s\", where its entry leads: an entry or a translation is looked up without the PASID (table 17)",
			b->device->pasid, target_outcome_name(b->target, outcome),
			target_outcome_name(b->target, b->target->expects[state]));
		problem = text;
	}
	if (!problem)
		problem = shared_domain_of_pasids(b, &t);
	for (unsigned i = 0; i < PASID_WORDS; i++)
		bench_store(b, next + i, 0);
	b->device->pasid = b->target->pasid[0];
	engine_put(b, b->target->state[0][0], &t);
	return problem;
}

/* Where the unit may snoop its walk, it sets Accessed, and Dirty for a write, before it uses the entry. */
static const char *check_accessed(struct bench *b)
{
	uint64_t flags = field_mask(FS_A) | field_mask(FS_D), entry[ENTRY_WORDS_MAX], seen;

	/* Where walks do not snoop a unit must refuse that (section 7.1.3, SFS.9); QEMU's sets them all the same. */
	if (b->lacks[TARGET_FS_LEAF] ||
	    !(field_of(b->unit->ecap, ECAP_SMPWC) || known_of_qemu(b, KNOWN_PLAIN_FLAGS)))
		return NULL;
	if (choose(b, TARGET_FS_LEAF))
		return t.stopped;
	memcpy(entry, b->target->state[0][0], sizeof(entry));
	entry[0] &= ~flags;
	if (!engine_put(b, entry, &t) || engine_once(b, &t) != OUTCOME_A)
		return t.stopped;
	seen = *(volatile uint64_t *)b->target->entry & flags;
	engine_put(b, b->target->state[0][0], &t);
	if (seen == flags)
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"a write went through a first-stage leaf entry whose Accessed and Dirty were clear, and the unit did not set %s (section 3.6.2)",
		seen ? seen & field_mask(FS_A) ? "Dirty" : "Accessed" : "them");
	return text;
}

/* RTADDR says another table, SRTP was not given, everything is invalidated: the old one is still the unit's. */
static const char *check_latch(struct bench *b)
{
	enum outcome outcome;

	if (b->lacks[TARGET_LEAF] || b->lacks[TARGET_CONTEXT] || choose(b, TARGET_LEAF))
		return t.stopped;
	vtd_unit_write_root(b->unit, b->targets[TARGET_CONTEXT].root);
	outcome = vtd_invalidate_all(b->unit) == VTD_OK ? engine_once(b, &t) : OUTCOME_A;
	vtd_unit_write_root(b->unit, b->unit->root_table);
	if (vtd_invalidate_all(b->unit) != VTD_OK || t.stopped || outcome == OUTCOME_A)
		return t.stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"with another root table in RTADDR, and GCMD.SRTP not given, a DMA came to \"%s\", and not to AA: the unit does not latch RTADDR (sections 11.4.4.1, 11.4.5)",
		target_outcome_name(b->target, outcome));
	return text;
}

static const char *find_refusals(struct bench *b)
{
	return refusals_find(b, &t);
}

static const char *find_scalable_refusals(struct bench *b)
{
	return scalable_refusals_find(b, &t);
}

static const char *find_addresses(struct bench *b)
{
	return addresses_find(b, &t);
}

static const char *find_reads(struct bench *b)
{
	return reads_find(b, &t);
}

static const char *find_fetches(struct bench *b)
{
	return fetches_find(b, &t);
}

static const char *find_tagged(struct bench *b)
{
	return tagged_find(b, &t);
}

static const char *find_disabling(struct bench *b)
{
	return disabling_find(b, &t);
}

static const char *find_switching(struct bench *b)
{
	return switching_find(b, &t);
}

void check_walks(struct bench *b, struct bench *other, const char *id)
{
	static const char *(*const parts[])(struct bench * b) = {
		find_refusals,	  find_scalable_refusals, walks_address_bits, check_pasid_bits,
		check_two_pasids, check_accessed,	  check_latch,	      find_switching,
		find_addresses,	  find_disabling,	  find_tagged,	      find_reads,
		find_fetches,
	};
	const char *problem = NULL, *follows = bench_follows(b, BROKEN(BROKEN_CACHES), id);
	unsigned done = 0;

	log_note("%s: single entries, addresses and PASIDs, nobody rewriting", id);
	memset(&t, 0, sizeof(t));
	for (; done < sizeof(parts) / sizeof(parts[0]) && !problem; done++)
		problem = parts[done](b);
	if (!problem && other)
		problem = check_beside(b, other, &t);
	if (!problem)
		report_result(id, VERDICT_SELF_CHECK, NULL, done, "parts");
	else if (t.stopped)
		report_result(id, VERDICT_ERROR, problem, done, "parts");
	else
		report_result(id, VERDICT_FAIL, follows ? follows : problem, done, "parts");
}
