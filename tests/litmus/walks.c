/* SPDX-License-Identifier: BSD-2-Clause */
/* The check walks: entries that must be refused, and tables that must be walked as the specification says. */
#include "tests/litmus/walks.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "tests/litmus/beside.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/report.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define OUTSIDE "outside the specification: "

/* Bits of an entry that are cleared: then a write must be refused. */
static const struct {
	uint8_t target; /* enum target_id */
	uint8_t bits;	/* of word 0 */
	bool not_qemu;	/* whose unit is known for using absent ones */
	const char *what, *section;
} refusals[] = {
	{ TARGET_ROOT, 1, false, "P of the root entry", "9.1" },
	{ TARGET_CONTEXT, 1, false, "P of the context entry", "9.3" },
	{ TARGET_TABLE, 3, false, "R and W of a second-stage entry above the leaf", "9.8" },
	{ TARGET_LEAF, 3, false, "R and W of the second-stage leaf entry", "9.8" },
	{ TARGET_TABLE, 2, false, "W of a second-stage entry above the leaf", "3.7.1" },
	{ TARGET_LEAF, 2, false, "W of the second-stage leaf entry", "3.7.1" },
	{ TARGET_SM_ROOT, 1, false, "P of the scalable-mode root entry", "9.2" },
	{ TARGET_SM_CONTEXT, 1, false, "P of the scalable-mode context entry", "9.4" },
	{ TARGET_PASID_DIR, 1, true, "P of the PASID-directory entry", "9.5" },
	{ TARGET_PASID_SS, 1, true, "P of the PASID-table entry", "9.6" },
	{ TARGET_PASID_FS, 1, true, "P of the PASID-table entry", "9.6" },
	{ TARGET_PASID_NESTED, 1, true, "P of the PASID-table entry", "9.6" },
	{ TARGET_FS_LEAF, 1, false, "P of the first-stage leaf entry", "9.7" },
	{ TARGET_FS_LEAF, 2, false, "R/W of the first-stage leaf entry", "3.6.1" },
	{ TARGET_FS_LEAF, 4, false, "U/S of the first-stage leaf entry", "3.6.1" },
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

/* Which page of the target a DMA wrote to since they were marked with `number`; "no page of the test". */
static const char *landing(const struct bench *b, uint64_t number)
{
	unsigned written = target_written(b->target, number);

	for (unsigned p = 0; p < b->target->pages; p++)
		if (written >> p & 1)
			return target_outcome_name(b->target, p);
	return NULL;
}

/* One DMA that the entry must refuse. NULL, or what is wrong. */
static const char *try_refusal(struct bench *b, const uint64_t *entry, const char *what,
			       const char *section)
{
	uint8_t want = target_reason_of(b->target, entry);
	const char *landed, *name = target_name((enum target_id)b->target->id);
	struct attempt a;
	bool is_right;

	if (!want || !engine_put(b, entry, &t))
		return t.stopped;
	target_arm(b->target, ++t.dmas);
	bench_attempt(b, &a);
	landed = landing(b, t.dmas);
	bench_set_requester(b, b->target->address);
	/* What was refused first may be a read of the device's own pages: of those another reason may be right. */
	is_right = a.recorded && (a.fault.reason == want || a.fault.type || b->traits.is_qemu);
	if (a.problem || (!landed && is_right))
		return a.problem;
	if (landed)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s clear: a write %s, it landed in page %s: the unit %s (section %s)%s",
			name, what,
			a.recorded ? "was recorded as refused, and yet done" : "was not refused",
			landed,
			a.recorded ? "does what it says that it does not" : "does not look at it",
			a.recorded ? "7.1.1" : section,
			a.recorded ? "" : ", or keeps an old entry");
	else if (a.recorded)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s clear: the write was refused for reason 0x%x, and not 0x%x: the entry is read wrongly (section %s), or the reason is (section 7.1.3)",
			name, what, a.fault.reason, want, section);
	else
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s clear: no page was written to, and no fault of the write was recorded (sections %s, 7.2): %s",
			name, what, section,
			a.others || a.overflow
				? bench_attempt_text(b, &a)
				: "it went elsewhere, or faults of this reason are not recorded");
	return text;
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
		"target %s, %s set again, and nothing invalidated, as CAP.CM is 0: a DMA came to \"%s\", and not to AA: the unit keeps absent entries, or faults (sections 6.1, 6.2.4.1)",
		target_name((enum target_id)b->target->id), what,
		target_outcome_name(b->target, outcome));
	return text;
}

static const char *check_refusals(struct bench *b)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(refusals) / sizeof(refusals[0]) && !problem; i++) {
		enum target_id id = (enum target_id)refusals[i].target;
		uint64_t entry[ENTRY_WORDS_MAX];

		if (b->lacks[id] || (refusals[i].not_qemu && b->traits.is_qemu))
			continue;
		problem = choose(b, id);
		memcpy(entry, b->target->state[0][0], sizeof(entry));
		entry[0] &= ~(uint64_t)refusals[i].bits;
		if (!problem)
			problem = try_refusal(b, entry, refusals[i].what, refusals[i].section);
		if (!problem && refusals[i].bits & 1 && !field_of(b->unit->cap, CAP_CM))
			problem = try_return(b, refusals[i].what);
		if (!problem)
			engine_put(b, b->target->state[0][0], &t);
	}
	return problem;
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
		landed = landing(b, t.dmas);
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
	bench_store(b, leaf, b->target->leaf_value[0]);
	bench_set_requester(b, b->target->address);
	engine_put(b, b->target->state[0][0], &t);
	return problem;
}

/* Two addresses that differ in one bit of the leaf table's index, with nothing invalidated between. */
static const char *check_address_bits(struct bench *b)
{
	const char *problem = NULL;

	if (b->lacks[TARGET_CONTEXT] || b->targets[TARGET_CONTEXT].phases > 1)
		return NULL;
	problem = choose(b, TARGET_CONTEXT);
	for (unsigned bit = 12; bit < 21 && !problem; bit++) {
		struct target *target = b->target;
		struct measurement there = { .address = target->address ^ 1ull << bit };
		uint64_t *leaf = (uint64_t *)((uint64_t)target->leaf[0] & ~(PAGE_SIZE - 1)) +
				 (there.address >> 12 & 511);
		enum outcome here, other;

		if (*leaf || there.address & ~b->device->address_mask)
			continue;
		bench_store(b, leaf,
			    (target->leaf_value[0] & ~field_mask(SS_ADDR)) |
				    (uint64_t)target->page[OUTCOME_MIXTURE_1]);
		if (vtd_invalidate_all(b->unit) != VTD_OK)
			break;
		here = engine_once(b, &t);
		bench_set_requester(b, there.address);
		other = engine_dma(b, &there, &t, false);
		bench_set_requester(b, target->address);
		if (!t.stopped && (here != OUTCOME_A || other != OUTCOME_MIXTURE_1)) {
			format_text(
				text, sizeof(text),
				OUTSIDE
				"two DMAs whose addresses differ in bit %u came to %s and %s, and not to AA and AB: that bit is not used in the walk (section 3.7), or not compared in the IOTLB (table 17)",
				bit, target_outcome_name(target, here),
				target_outcome_name(target, other));
			problem = text;
		}
		bench_store(b, leaf, 0);
		if (!problem)
			problem = t.stopped;
	}
	return problem;
}

/* A RID_PASID with one more bit: the directory entry of that bit leads to the other state's PASID table. */
static const char *check_pasid_bits(struct bench *b)
{
	unsigned bits = (unsigned)field_of(b->unit->ecap, ECAP_PSS) + 1;
	const char *problem;

	if (b->lacks[TARGET_SM_CONTEXT])
		return NULL;
	problem = choose(b, TARGET_SM_CONTEXT);
	for (unsigned bit = 6; bit < 13 && bit < bits && !problem; bit++) {
		const struct target *target = b->target;
		const uint64_t *a = target->state[0][0], *other = target->state[0][1];
		uint64_t *directory = (uint64_t *)(field_get(a, SM_CONTEXT_PASIDDIRPTR) << 12);
		uint64_t entry[ENTRY_WORDS_MAX];
		enum outcome outcome;

		memcpy(entry, a, sizeof(entry));
		field_set(entry, SM_CONTEXT_RID_PASID, 1u << bit | target->pasid[1]);
		bench_store(b, directory + (1u << (bit - 6)),
			    *(uint64_t *)(field_get(other, SM_CONTEXT_PASIDDIRPTR) << 12));
		outcome = engine_put(b, entry, &t) ? engine_once(b, &t) : OUTCOME_B;
		bench_store(b, directory + (1u << (bit - 6)), 0);
		problem = t.stopped;
		if (problem || outcome == OUTCOME_B)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"with RID_PASID 0x%x a DMA came to %s, and not to BB: bit %u of the PASID is not used to look up the PASID directory (section 3.4.3)",
			1u << bit | target->pasid[1], target_outcome_name(target, outcome), bit);
		problem = text;
	}
	if (!problem)
		engine_put(b, b->target->state[0][0], &t);
	return problem;
}

/* Where the device tags its requests: two PASIDs, with an entry each, and nothing invalidated between. */
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
	for (unsigned round = 0; round < 8 && !problem; round++) {
		unsigned state = round & 1;
		enum outcome outcome;

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

	if (b->lacks[TARGET_FS_LEAF] || !field_of(b->unit->ecap, ECAP_SMPWC))
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

void check_walks(struct bench *b, struct bench *other, const char *id)
{
	static const char *(*const parts[])(struct bench * b) = {
		check_refusals,	  check_fault_disable, check_address_bits, check_pasid_bits,
		check_two_pasids, check_accessed,      check_latch,
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
		report_result(id, VERDICT_SOUND, NULL, done, "parts");
	else if (t.stopped)
		report_result(id, VERDICT_ERROR, problem, done, "parts");
	else
		report_result(id, VERDICT_FAIL, follows ? follows : problem, done, "parts");
}
