/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/refusals.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/refused.h"
#include "tests/litmus/reserved_bits.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define TRIES 4
#define TRIES_ABOVE \
	12 /* of an entry above the leaf: what is kept of it with the entry may be evicted meanwhile */
#define PS (1ull << 7)

/* Of `set`: what the unit's capabilities say. */
#define DEPTH (1ull << 62)
#define LARGE (1ull << 61)
#define RID   (1ull << 60) /* with the bit: where RID_PASID is used */
#define NEW   (1ull << 59) /* with the bit: a newer unit may use it */
#define FIVE  (1ull << 58) /* FSPM 01b: a unit that has five levels of first stage may use it */

#define PGTT(value) 7 << 6, (value) << 6

/* An entry, some bits of one word cleared and others set: then a write must be refused. */
struct refusal {
	uint8_t target; /* enum target_id */
	uint8_t word;
	uint64_t clear, set;
	bool not_qemu; /* whose unit is known for using such ones (KNOWN_PASID_RESERVED) */
	const char *what, *section;
};

static const struct refusal refusals[] = {
	{ TARGET_ROOT, 0, 1, 0, false, "P of the root entry clear", "9.1" },
	{ TARGET_CONTEXT, 0, 1, 0, false, "P of the context entry clear", "9.3" },
	{ TARGET_TABLE, 0, 3, 0, false, "R and W of a second-stage entry above the leaf clear",
	  "9.8" },
	{ TARGET_LEAF, 0, 3, 0, false, "R and W of the second-stage leaf entry clear", "9.8" },
	{ TARGET_TABLE, 0, 2, 0, false, "W of a second-stage entry above the leaf clear", "3.7.1" },
	{ TARGET_LEAF, 0, 2, 0, false, "W of the second-stage leaf entry clear", "3.7.1" },
	{ TARGET_TABLE, 0, 0, 1 << 11, false, "bit 11 of a second-stage entry above the leaf set",
	  "9.8" },
	{ TARGET_SM_ROOT, 0, 1, 0, false, "P of the scalable-mode root entry clear", "9.2" },
	{ TARGET_SM_CONTEXT, 0, 1, 0, false, "P of the scalable-mode context entry clear", "9.4" },
	{ TARGET_PASID_DIR, 0, 1, 0, false, "P of the PASID-directory entry clear", "9.5" },
	{ TARGET_PASID_SS, 0, 1, 0, false, "P of the PASID-table entry clear", "9.6" },
	{ TARGET_PASID_FS, 0, 1, 0, false, "P of the PASID-table entry clear", "9.6" },
	{ TARGET_PASID_NESTED, 0, 1, 0, false, "P of the PASID-table entry clear", "9.6" },
	{ TARGET_FS_LEAF, 0, 1, 0, false, "P of the first-stage leaf entry clear", "9.7" },
	{ TARGET_FS_LEAF, 0, 2, 0, false, "R/W of the first-stage leaf entry clear", "3.6.1" },
	{ TARGET_FS_LEAF, 0, 4, 0, false, "U/S of the first-stage leaf entry clear", "3.6.1" },
	/* Of these two the entry is state B's, which maps 2 MiB. */
	{ TARGET_LARGE, 0, 2, 0, false, "W of a second-stage entry that maps 2 MiB clear",
	  "3.7.1" },
	{ TARGET_FS_LARGE, 0, 2, 0, false, "R/W of a first-stage entry that maps 2 MiB clear",
	  "3.6.1" },
	{ TARGET_FS_LARGE, 0, 4, 0, false, "U/S of a first-stage entry that maps 2 MiB clear",
	  "3.6.1" },
	/* Values and bits that are reserved. */
	{ TARGET_ROOT, 0, 0, NEW | 1 << 4, false, "bit 4 of the root entry set", "9.1" },
	{ TARGET_ROOT, 1, 0, NEW | 1 << 12, false, "bit 76 of the root entry set", "9.1" },
	{ TARGET_CONTEXT, 0, 0, NEW | 1 << 9, false, "bit 9 of the context entry set", "9.3" },
	{ TARGET_CONTEXT, 1, 0, NEW | 1ull << 63, false, "bit 127 of the context entry set",
	  "9.3" },
	{ TARGET_CONTEXT, 0, 0, 3 << 2, false, "TT of the context entry 11b", "9.3" },
	{ TARGET_CONTEXT, 1, 7, DEPTH, false,
	  "AW of the context entry a depth that CAP.SAGAW lacks", "9.3" },
	{ TARGET_TABLE, 0, 0, LARGE, false,
	  "PS of a second-stage entry above the leaf set, CAP.SSLPS 0", "9.8" },
	{ TARGET_SM_ROOT, 0, 0, NEW | 1 << 4, false, "bit 4 of the scalable-mode root entry set",
	  "9.2" },
	{ TARGET_SM_CONTEXT, 0, 0, NEW | 1 << 8, false,
	  "bit 8 of the scalable-mode context entry set", "9.4" },
	{ TARGET_SM_CONTEXT, 1, 0, NEW | 1ull << 63, false,
	  "bit 127 of the scalable-mode context entry set", "9.4" },
	{ TARGET_SM_CONTEXT, 1, 0, RID | 1 << 19, true,
	  "RID_PASID of the context entry beyond its directory", "9.4" },
	{ TARGET_PASID_DIR, 0, 0, NEW | 1 << 4, true, "bit 4 of the PASID-directory entry set",
	  "9.5" },
	{ TARGET_PASID_SS, 0, 0, NEW | 1 << 10, true, "bit 10 of the PASID-table entry set",
	  "9.6" },
	{ TARGET_PASID_FS, 0, 0, NEW | 1 << 10, true, "bit 10 of the PASID-table entry set",
	  "9.6" },
	{ TARGET_PASID_SS, 0, PGTT(7), false, "PGTT of the PASID-table entry 111b", "9.6" },
	{ TARGET_PASID_FS, 0, PGTT(7), false, "PGTT of the PASID-table entry 111b", "9.6" },
	{ TARGET_PASID_SS, 0, PGTT(0), false, "PGTT of the PASID-table entry 000b", "9.6" },
	{ TARGET_PASID_FS, 0, PGTT(0), false, "PGTT of the PASID-table entry 000b", "9.6" },
	{ TARGET_PASID_SS, 0, PGTT(5), false, "PGTT of the PASID-table entry 101b", "9.6" },
	{ TARGET_PASID_FS, 0, PGTT(6), false, "PGTT of the PASID-table entry 110b", "9.6" },
	{ TARGET_PASID_FS, 2, 3 << 2, FIVE, false, "FSPM of the PASID-table entry 01b, CAP.FL5LP 0",
	  "9.6" },
	{ TARGET_PASID_FS, 2, 3 << 2, 2 << 2, false, "FSPM of the PASID-table entry 10b", "9.6" },
	{ TARGET_PASID_FS, 2, 3 << 2, 3 << 2, false, "FSPM of the PASID-table entry 11b", "9.6" },
	{ TARGET_PASID_SS, 0, 7 << 2, DEPTH, false,
	  "AW of the PASID-table entry a depth that CAP.SAGAW lacks", "9.6" },
};

/* What a unit may use if its ECAP has a field, and must refuse if not. */
static const struct {
	struct vtd_field unless;
	bool walks_zero; /* a unit that uses it all the same walks physical page 0 */
	struct refusal row;
} lacking[] = {
	{ ECAP_DT,
	  false,
	  { TARGET_CONTEXT, 0, 3 << 2, 1 << 2, false, "TT of the context entry 01b, ECAP.DT 0",
	    "9.3" } },
	{ ECAP_PT,
	  false,
	  { TARGET_CONTEXT, 0, 3 << 2, 2 << 2, false, "TT of the context entry 10b, ECAP.PT 0",
	    "9.3" } },
	{ ECAP_FSTS,
	  true,
	  { TARGET_PASID_SS, 0, PGTT(PGTT_FIRST), true,
	    "PGTT of the PASID-table entry 001b, ECAP.FSTS 0", "9.6" } },
	{ ECAP_SSTS,
	  true,
	  { TARGET_PASID_FS, 0, PGTT(PGTT_SECOND), true,
	    "PGTT of the PASID-table entry 010b, ECAP.SSTS 0", "9.6" } },
	{ ECAP_NEST,
	  true,
	  { TARGET_PASID_SS, 0, PGTT(PGTT_NESTED), true,
	    "PGTT of the PASID-table entry 011b, ECAP.NEST 0", "9.6" } },
	{ ECAP_NEST,
	  true,
	  { TARGET_PASID_FS, 0, PGTT(PGTT_NESTED), true,
	    "PGTT of the PASID-table entry 011b, ECAP.NEST 0", "9.6" } },
	{ ECAP_PT,
	  false,
	  { TARGET_PASID_SS, 0, PGTT(PGTT_PASS), false,
	    "PGTT of the PASID-table entry 100b, ECAP.PT 0", "9.6" } },
	{ ECAP_PT,
	  false,
	  { TARGET_PASID_FS, 0, PGTT(PGTT_PASS), false,
	    "PGTT of the PASID-table entry 100b, ECAP.PT 0", "9.6" } },
	{ ECAP_SSADS,
	  false,
	  { TARGET_PASID_SS, 0, 0, 1 << 9, true, "SSADE of the PASID-table entry set, ECAP.SSADS 0",
	    "9.6" } },
	{ ECAP_SC,
	  false,
	  { TARGET_PASID_SS, 1, 0, 1 << 24, true, "PGSNP of the PASID-table entry set, ECAP.SC 0",
	    "9.6" } },
	{ ECAP_SMPWC,
	  false,
	  { TARGET_PASID_SS, 1, 0, 1 << 23, true,
	    "PWSNP of the PASID-table entry set, ECAP.SMPWC 0", "9.6" } },
	{ ECAP_SMPWC,
	  false,
	  { TARGET_PASID_FS, 1, 0, 1 << 23, true,
	    "PWSNP of the PASID-table entry set, ECAP.SMPWC 0", "9.6" } },
	{ ECAP_EAFS,
	  false,
	  { TARGET_PASID_FS, 2, 0, 1 << 7, true, "EAFE of the PASID-table entry set, ECAP.EAFS 0",
	    "9.6" } },
	{ ECAP_PRS,
	  false,
	  { TARGET_SM_CONTEXT, 0, 0, 1 << 4, true,
	    "PRE of the scalable-mode context entry set, ECAP.PRS 0", "9.4" } },
};

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

/* It was absent, and is put in with nothing invalidated: with CAP.CM clear the unit must have kept nothing of that. */
static const char *try_return(struct bench *b, const char *what)
{
	const uint64_t *entry = b->target->state[0][0];
	enum outcome outcome;

	for (unsigned i = b->target->words; i--;)
		bench_store(b, b->target->entry + i, entry[i]);
	if (vtd_flush_write_buffer(b->unit) != VTD_OK)
		return NULL;
	t.stopped = bench_reset(b);
	outcome = t.stopped ? OUTCOME_A : engine_once(b, &t);
	if (outcome == OUTCOME_A)
		return t.stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, %s; then set again, and nothing invalidated, as CAP.CM is 0: a DMA came to \"%s\", and not to AA: the unit keeps absent entries, or faults (sections 6.1, 6.2.4.1)",
		target_name((enum target_id)b->target->id), what,
		target_outcome_name(b->target, outcome));
	return text;
}

/* What is set in a row; 0: this unit has no such value. */
static uint64_t set_by(const struct bench *b, const struct refusal *row)
{
	uint64_t set = row->set;

	if (set == FIVE)
		return field_of(b->unit->cap, CAP_FL5LP) ? 0 : 1 << 2;
	if (set & RID)
		return b->unit->uses_rid_pasid ? set & ~RID : 0;
	if (set & NEW)
		return vtd_unit_is_newer(b->unit) ? 0 : set & ~NEW;
	if (set == LARGE)
		return field_of(b->unit->cap, CAP_SSLPS) & 1 ? 0 : PS;
	if (set != DEPTH)
		return set;
	for (unsigned levels = 3; levels <= 5; levels++)
		if (!vtd_unit_has_levels(b->unit, levels))
			return (uint64_t)aw_of_levels(levels) << (row->word ? 0 : 2);
	return 0;
}

/*
 * The leaf table that the entry leads to is copied to the start of 2 MiB of ours: whether they are taken for a table or
 * for a large page, what is written to is ours. Returns the bits of its address.
 */
static uint64_t move_table(struct bench *b, uint64_t *entry)
{
	static uint8_t *room;
	uint64_t at;

	if (!room)
		room = memory_alloc(2 * LARGE_BYTES / PAGE_SIZE);
	if (!room)
		return 0;
	at = ((uint64_t)room + LARGE_BYTES - 1) & ~(LARGE_BYTES - 1);
	memcpy((void *)at, (const void *)(entry[0] & field_mask(SS_ADDR)), PAGE_SIZE);
	vtd_flush_paging(b->unit, (const void *)at, PAGE_SIZE);
	entry[0] &= ~field_mask(SS_ADDR);
	return at;
}

static const char *try_refusal(struct bench *b, const struct refusal *row)
{
	enum target_id id = (enum target_id)row->target;
	uint64_t entry[ENTRY_WORDS_MAX], set = set_by(b, row);
	const char *problem;

	if (b->lacks[id] || (row->set && !set) ||
	    (row->not_qemu && known_of_qemu(b, KNOWN_PASID_RESERVED)))
		return NULL;
	problem = choose(b, id);
	memcpy(entry, b->target->state[0][target_has_large_page(id)], sizeof(entry));
	if (row->set == LARGE && !problem)
		set |= move_table(b, entry);
	entry[row->word] &= ~row->clear;
	entry[row->word] |= set;
	if (!problem)
		problem = refused_entry(b, &t, entry, row->word,
					id == TARGET_TABLE ? TRIES_ABOVE : TRIES, row->what,
					row->section);
	if (!problem && row->clear & 1 && !row->set && !field_of(b->unit->cap, CAP_CM))
		problem = try_return(b, row->what);
	if (!problem)
		engine_put(b, b->target->state[0][0], &t);
	return problem;
}

static const char *check_refusals(struct bench *b)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(refusals) / sizeof(refusals[0]) && !problem; i++)
		problem = try_refusal(b, &refusals[i]);
	for (unsigned i = 0; i < sizeof(lacking) / sizeof(lacking[0]) && !problem; i++)
		if (!field_of(b->unit->ecap, lacking[i].unless) &&
		    (!lacking[i].walks_zero || page_zero_is_empty))
			problem = try_refusal(b, &lacking[i].row);
	return problem;
}

/* With FPD clear again, the same write is recorded: FPD is of one request. */
static const char *see_next_recorded(struct bench *b)
{
	struct attempt a;

	bench_store(b, b->target->entry, b->target->state[0][0][0]);
	if (vtd_invalidate_all(b->unit) != VTD_OK)
		return NULL;
	bench_attempt(b, &a);
	return a.problem || a.recorded || a.overflow ? a.problem
						     : OUTSIDE
		       "after a write whose fault was not to be recorded (FPD set), one with FPD clear was refused, and was not recorded either: FPD of one request is used for the next (sections 7.2.1, 9.3)";
}

/* A write that the leaf refuses, its context entry with FPD: not done, and not recorded (section 7.2). */
static const char *check_fault_disable(struct bench *b)
{
	uint64_t entry[ENTRY_WORDS_MAX], *leaf;
	const char *problem = NULL, *landed;
	struct attempt a;

	if (b->lacks[TARGET_CONTEXT] || choose(b, TARGET_CONTEXT))
		return t.stopped;
	memcpy(entry, b->target->state[0][0], sizeof(entry));
	field_set(entry, CONTEXT_FPD, 1);
	leaf = b->target->leaf[0];
	if (!engine_put(b, entry, &t))
		return t.stopped;
	bench_store(b, leaf, 0);
	if (vtd_invalidate_all(b->unit) == VTD_OK) {
		target_arm(b->target, ++t.dmas);
		bench_attempt(b, &a);
		landed = refused_landing(b, t.dmas);
		problem = a.problem;
		if (!problem && (landed || a.recorded)) {
			format_text(
				text, sizeof(text),
				OUTSIDE
				"a write that a leaf entry refuses, its context entry with FPD set, %s%s (section 9.3)",
				landed ? "landed in page " : "was recorded as a fault",
				landed ? landed : ": FPD is not looked at");
			problem = text;
		}
	}
	if (!problem)
		problem = see_next_recorded(b);
	bench_store(b, leaf, b->target->leaf_value[0]);
	bench_set_requester(b, b->target->address);
	engine_put(b, b->target->state[0][0], &t);
	return problem;
}

/* With an address of more bits than the tables have: it must be refused, and not be cut. */
static const char *check_beyond(struct bench *b)
{
	static const uint8_t targets[] = { TARGET_CONTEXT, TARGET_PASID_SS, TARGET_PASID_FS };
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(targets) && !problem; i++) {
		struct measurement there = { 0 };
		bool first = targets[i] == TARGET_PASID_FS;
		const uint64_t *entry;
		enum outcome outcome;
		unsigned bit;

		if (b->lacks[targets[i]])
			continue;
		problem = choose(b, (enum target_id)targets[i]);
		if (problem)
			break;
		entry = b->target->state[0][0];
		bit = first ? 48
		      : targets[i] == TARGET_CONTEXT
			      ? 30 + 9 * (unsigned)field_get(entry, CONTEXT_AW)
			      : 30 + 9 * (unsigned)field_get(entry, PASID_AW);
		there.address = b->target->address | 1ull << bit;
		if (there.address & ~b->device->address_mask)
			continue;
		bench_set_requester(b, there.address);
		bench_log_interrupts(b, &t.faults);
		outcome = engine_dma(b, &there, &t, false);
		bench_log_interrupts(b, NULL);
		bench_set_requester(b, b->target->address);
		problem = t.stopped;
		if (problem || outcome == OUTCOME_FAULT || outcome == OUTCOME_NOT_PRESENT)
			continue;
		if (outcome >= OUTCOME_PREDICTED && t.faults.odd) {
			format_text(text, sizeof(text),
				    OUTSIDE
				    "a DMA to 0x%lx was refused, and its record is not of that: %s",
				    there.address,
				    fault_fit_text((enum fault_fit)t.faults.odd_fit));
			return text;
		}
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s: a DMA to 0x%lx, which %s, came to \"%s\" (%s): it must be refused for reason 0x%x (section %s)",
			target_name((enum target_id)b->target->id), there.address,
			first ? "is not canonical" : "has more bits than AW has tables for",
			target_outcome_name(b->target, outcome),
			target_outcome_meaning(b->target, outcome),
			target_reason_at(b->target, there.address), first ? "3.6" : "3.7");
		problem = text;
	}
	return problem;
}

const char *refusals_find(struct bench *b, struct tally *tally)
{
	const char *problem;

	memset(&t, 0, sizeof(t));
	problem = check_refusals(b);
	if (!problem)
		problem = reserved_bits_find(b, &t);
	if (!problem)
		problem = check_fault_disable(b);
	if (!problem)
		problem = check_beyond(b);
	*tally = t;
	return problem;
}
