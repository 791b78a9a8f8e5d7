/* SPDX-License-Identifier: BSD-2-Clause */
/* Two devices of one unit: neither is given the translation of the other. */
#include "tests/litmus/beside.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/building.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/invalidation.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/shared_domain.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define ROUNDS	    256
#define DRAINED	    768
#define DRAINED_US  60000
#define SCALABLE_US 100000

/* Wait for it. */
static void finish(struct bench *other, struct tally *t)
{
	struct dma_device *d = other->device;
	uint64_t end = time_us() + d->timeout_us;
	enum dma_state state = DMA_BUSY;

	while (state == DMA_BUSY && time_us() < end)
		state = d->generator->poll(d);
	if (state == DMA_BUSY || state == DMA_DEAD)
		t->stopped = bench_reset(other);
}

void beside_dma(struct bench *other, uint64_t address, struct tally *t)
{
	other->device->generator->start(other->device, address);
	finish(other, t);
}

/* A DMA of each is under way at one invalidation: both are drained. Both leaves lead elsewhere, there and back. */
static const char *try_draining(struct bench *b, struct bench *other, struct tally *t)
{
	struct target *targets[2] = { b->target, &other->targets[TARGET_CONTEXT] };
	struct dma_device *devices[2] = { b->device, other->device };
	uint64_t started = time_us();
	unsigned late = 0, rounds = 0;

	/* QEMU's does one thing at a time. */
	if (b->traits.is_qemu || !field_of(b->unit->cap, CAP_DWD) ||
	    !engine_put(b, b->target->state[0][0], t))
		return t->stopped;
	for (; rounds < DRAINED && !t->stopped && time_us() - started < DRAINED_US; rounds++) {
		unsigned from = rounds & 1 ? OUTCOME_MIXTURE_1 : OUTCOME_A,
			 to = rounds & 1 ? OUTCOME_A : OUTCOME_MIXTURE_1;
		uint64_t number = ++t->dmas;

		for (unsigned i = 0; i < 2; i++)
			target_arm(targets[i], ~number);
		/* The one is about to end, the other has begun. */
		for (unsigned i = 0; i < 2; i++) {
			unsigned who = i ^ (rounds >> 1 & 1);

			devices[who]->generator->start(devices[who], targets[who]->address);
			cpu_spin(random_next(&b->seed) & (i ? 15 : 511));
		}
		for (unsigned i = 0; i < 2; i++)
			bench_store(b, targets[i]->leaf[0],
				    (targets[i]->leaf_value[0] & ~field_mask(SS_ADDR)) |
					    (uint64_t)targets[i]->page[to]);
		if (vtd_flush_write_buffer(b->unit) != VTD_OK ||
		    vtd_invalidate_iotlb_all(b->unit) != VTD_OK)
			t->stopped = "the queue stopped";
		for (unsigned i = 0; i < 2; i++)
			target_arm(targets[i], number);
		if (bench_wait(b, t) == DMA_DEAD)
			t->stopped = bench_reset(b);
		finish(other, t);
		for (unsigned i = 0; i < 2; i++)
			late += target_written(targets[i], number) >> from & 1;
	}
	for (unsigned i = 0; i < 2; i++)
		bench_store(b, targets[i]->leaf[0], targets[i]->leaf_value[0]);
	if (vtd_invalidate_all(b->unit) != VTD_OK)
		t->stopped = "the queue stopped";
	log_note(
		"  %u times a DMA of each under way at one invalidation: %u wrote to an old page after it",
		rounds, late);
	return t->stopped ? t->stopped
	       : late	  ? OUTSIDE
		       "DMAs of two devices were under way at a global IOTLB invalidation, and one wrote to its old page after that was reported done, which those of one device do not: not every request under way is drained (section 6.5.4)"
		      : NULL;
}

/* One DMA of the other: NULL, where it landed in its own page; else where it did. */
static const char *other_once(struct bench *b, struct bench *other, struct target *theirs,
			      struct tally *t)
{
	uint64_t number = ++t->dmas;
	unsigned theirs_written, ours_written;

	target_arm(theirs, number);
	target_arm(b->target, number);
	beside_dma(other, theirs->address, t);
	theirs_written = target_written(theirs, number);
	ours_written = target_written(b->target, number);
	if (theirs_written == 1 << OUTCOME_A && !ours_written)
		return NULL;
	return ours_written ? "in a page of the first one" : "in no page of its entry";
}

static const char *try_both(struct bench *b, struct bench *other, struct target *theirs,
			    unsigned pieces, const char *why, struct tally *t)
{
	static char text[520];
	uint64_t started = time_us();
	enum vtd_status status = VTD_OK;

	for (unsigned round = 0; round < ROUNDS && !t->stopped && status == VTD_OK; round++) {
		unsigned state = round / 2 & 1;
		enum outcome outcome = engine_once(b, t);
		const char *landed = t->stopped ? NULL : other_once(b, other, theirs, t);

		if (!t->stopped && (landed || outcome != (enum outcome)b->target->expects[state])) {
			format_text(
				text, sizeof(text),
				OUTSIDE
				"two devices behind the unit write to one bus address, %02x:%02x.%x and %02x:%02x.%x, each by an entry of its own, target %s: a DMA of the %s landed %s: %s (table 17)",
				b->source_id >> 8, b->source_id >> 3 & 31, b->source_id & 7,
				other->source_id >> 8, other->source_id >> 3 & 31,
				other->source_id & 7, target_name((enum target_id)theirs->id),
				landed ? "second one" : "first one",
				landed ? landed : "where its entry does not lead", why);
			return text;
		}
		if (round & 1)
			status = invalidation_exchange(b, &b->target->entry, 1, pieces, state);
		/* Of slow devices fewer; edu takes a tenth of a second for one. */
		if (b->target->scalable && round >= 4 && time_us() - started > SCALABLE_US)
			break;
		/* The other's translation goes, so that its entry is looked up again. */
		if (status == VTD_OK && round % 4 == 3)
			status = vtd_invalidate_iotlb_all(b->unit);
	}
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	return t->stopped;
}

/* --- scalable mode: the other's context entry leads to its own PASID table --- */

static const struct beside {
	uint8_t target; /* enum target_id */
	unsigned apart; /* the PASIDs of the two */
	unsigned pieces;
	const char *why;
} besides[] = {
	{ TARGET_PASID_SS, 0, DO(PASID_ONE) | DO(IOTLB_DOMAIN),
	  "they have one PASID, and a PASID-table entry is looked up, or filed, without the source-id" },
	{ TARGET_PASID_FS, 1, DO(PASID_ONE) | DO(PIOTLB_PASID),
	  "they have one domain-id and a PASID each, and a first-stage paging entry is looked up without the PASID" },
};

static void put(struct bench *b, uint64_t *at, const uint64_t *words, unsigned count)
{
	for (unsigned i = count; i--;)
		bench_store(b, at + i, words[i]);
}

/* Its entries into our tables, or, with `in` false, out of them. */
static void place_scalable(struct bench *b, struct target *theirs, const struct beside *how,
			   bool in)
{
	static const uint64_t absent[ENTRY_WORDS_MAX];
	static uint64_t *table; /* for another bus than ours */
	uint64_t *root = building_root_entry(theirs, b->target->root), *at;
	const uint64_t *own = vtd_table_of(*building_root_entry(theirs, theirs->root)) +
			      SM_CONTEXT_WORDS * (theirs->source_id & 0x7f);
	uint64_t context[SM_CONTEXT_WORDS], entry[ENTRY_WORDS_MAX];

	memcpy(context, own, sizeof(context));
	memcpy(entry, theirs->state[0][0], sizeof(entry));
	if (!field_of(*root, ROOT_P)) {
		table = table ? table : memory_alloc(1);
		if (!table)
			return;
		bench_store(b, root, (uint64_t)table | field_bits(ROOT_P, 1));
	}
	at = vtd_table_of(*root) + SM_CONTEXT_WORDS * (theirs->source_id & 0x7f);
	if (in) {
		field_set(context, SM_CONTEXT_RID_PASID, theirs->pasid[0] + how->apart);
		/* One domain-id is for one second stage; of first stages for one of a PASID (section 6.2.3.1). */
		field_set(entry, PASID_DID, how->apart ? b->target->domain[0] : COMPANION_DOMAIN);
		put(b, theirs->entry + how->apart * PASID_WORDS, entry, theirs->words);
		put(b, at, context, SM_CONTEXT_WORDS);
		return;
	}
	put(b, at, absent, SM_CONTEXT_WORDS);
	put(b, theirs->entry + PASID_WORDS, absent, theirs->words);
	put(b, theirs->entry, entry, theirs->words);
	if (vtd_table_of(*root) == table)
		bench_store(b, root, 0);
}

static const char *try_beside(struct bench *b, struct bench *other, const struct beside *how,
			      struct tally *t)
{
	struct target *theirs = &other->targets[how->target];
	const char *problem = ownership_settle(b, &b->targets[how->target], t);

	if (!problem)
		problem = ownership_prove_beside(b, other);
	if (problem)
		return t->stopped = problem;
	place_scalable(b, theirs, how, true);
	other->target = theirs;
	other->device->has_pasid = false;
	pci_bus_master(other->device->function, true);
	if (vtd_invalidate_all(b->unit) != VTD_OK)
		t->stopped = "the queue stopped";
	if (!t->stopped)
		t->stopped = bench_reset(other);
	vtd_fault_clear(b->unit);
	problem = t->stopped ? t->stopped : try_both(b, other, theirs, how->pieces, how->why, t);
	other->device->generator->stop(other->device);
	place_scalable(b, theirs, how, false);
	if (vtd_invalidate_all(b->unit) != VTD_OK && !problem)
		problem = t->stopped = "the queue stopped";
	return problem;
}

static const char *try_scalable(struct bench *b, struct bench *other, struct tally *t)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(besides) / sizeof(besides[0]) && !problem; i++) {
		const struct beside *how = &besides[i];
		const struct target *ours = &b->targets[how->target];
		const struct target *theirs = &other->targets[how->target];

		/* Requests without PASID: that of RID_PASID, or 0 where the unit has none. */
		if (b->lacks[how->target] || other->lacks[how->target] || ours->tagged ||
		    theirs->tagged || ours->pasid[0] != theirs->pasid[0] ||
		    (how->apart && !field_of(b->unit->ecap, ECAP_RPS)))
			continue;
		log_note("  target %s beside %s: %s", target_name((enum target_id)how->target),
			 other->device->generator->name,
			 how->apart ? "a PASID each" : "one PASID, two tables");
		problem = try_beside(b, other, how, t);
	}
	return problem;
}

const char *check_beside(struct bench *b, struct bench *other, struct tally *t)
{
	const char *problem;

	if (b->lacks[TARGET_CONTEXT] || b->targets[TARGET_CONTEXT].phases > 1)
		return NULL;
	problem = ownership_settle(b, &b->targets[TARGET_CONTEXT], t);
	if (!problem)
		problem = ownership_join(b, other);
	if (problem) {
		t->stopped = problem;
		return problem;
	}
	log_note("  beside %s: each by its own entry", other->device->generator->name);
	problem = try_both(
		b, other, &other->targets[TARGET_CONTEXT], DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN),
		"an entry or a translation is looked up without the source-id, or a part of it", t);
	if (!problem)
		problem = try_draining(b, other, t);
	if (!problem)
		problem = shared_domain_of_devices(b, other, t);
	companion_leave(b, other);
	return problem ? problem : try_scalable(b, other, t);
}
