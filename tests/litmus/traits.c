/* SPDX-License-Identifier: BSD-2-Clause */
/* What a unit does that no register says: asked of it by DMA when it is set up. */
#include "tests/litmus/traits.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "kernel/lib/string.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/trials.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define FLIP_MS	     150
#define TAG_ROUNDS   32
#define UNSEEN_LEAST 8 /* stores that nobody flushed, each seen at once */

static struct tally t;

bool traits_is_qemu(void)
{
	struct cpuid leaf;

	if (options.model != MODEL_AUTO)
		return options.model == MODEL_QEMU;
	if (!(cpuid(1, 0).ecx & 1u << 31))
		return false;
	leaf = cpuid(0x40000000, 0);
	return !memcmp(&leaf.ebx, "TCGT", 4) || !memcmp(&leaf.ebx, "KVMK", 4);
}

/* Make the target current, with a device that was seen to pass the unit. False: this unit has it not. */
static bool choose(struct bench *b, enum target_id id)
{
	return !b->lacks[id] && !engine_choose(b, &b->targets[id]) && !ownership_prove(b);
}

static void store(struct bench *b, const uint64_t *entry, bool flush)
{
	volatile uint64_t *live = b->target->entry;

	for (unsigned i = b->target->words; i--;) {
		live[i] = entry[i];
		cpu_stored(&live[i]);
	}
	if (flush)
		vtd_flush_paging(b->unit, live, b->target->words * sizeof(*live));
}

/* An absent entry must be looked at again: section 6.1, caching mode. */
static void probe_absence(struct bench *b)
{
	static const uint64_t absent[ENTRY_WORDS_MAX];
	struct attempt a;

	if (!choose(b, TARGET_CONTEXT) || !engine_put(b, absent, &t))
		return;
	bench_attempt(b, &a);
	if (!a.recorded)
		return;
	vtd_fault_clear(b->unit);
	store(b, b->target->state[0][0], true);
	bench_set_requester(b, b->target->address);
	if (vtd_flush_write_buffer(b->unit) != VTD_OK || bench_reset(b))
		return;
	b->traits.absence = engine_once(b, &t) == OUTCOME_NOT_PRESENT ? TRAIT_YES : TRAIT_NO;
}

/* Whether stores are seen that were not flushed, on a unit that does not say so. */
static void probe_snooping(struct bench *b)
{
	unsigned seen = 0;

	if (b->unit->coherent || !choose(b, TARGET_CONTEXT) ||
	    !engine_settle(b, b->target->state[0][0], &t))
		return;
	for (unsigned i = 1; i <= UNSEEN_LEAST; i++) {
		store(b, b->target->state[0][i & 1], false);
		if (vtd_invalidate_all(b->unit) != VTD_OK)
			return;
		seen += engine_once(b, &t) == b->target->expects[i & 1];
		vtd_flush_paging(b->unit, b->target->entry, 64);
	}
	b->traits.snoops = seen == UNSEEN_LEAST ? TRAIT_YES : TRAIT_NO;
}

/* The old PASID-table entry, used again though only the other caches were emptied (section 6.2.3). */
static void probe_pasid_cache(struct bench *b)
{
	enum target_id id = b->lacks[TARGET_PASID_SS] ? TARGET_PASID_FS : TARGET_PASID_SS;

	if (!choose(b, id) || !engine_settle(b, b->target->state[0][0], &t) ||
	    engine_once(b, &t) != b->target->expects[0])
		return;
	store(b, b->target->state[0][1], true);
	for (unsigned s = 0; s < 2; s++)
		if (vtd_invalidate_context_cache(b->unit, b->target->domain[s], b->source_id) !=
			    VTD_OK ||
		    vtd_invalidate_iotlb_domain(b->unit, b->target->domain[s]) != VTD_OK)
			return;
	b->traits.pasid_cache = engine_once(b, &t) == b->target->expects[0] ? TRAIT_YES : TRAIT_NO;
}

/* From pass-through to a translating entry, the PASID cache and the IOTLB invalidated (section 6.5.3.3). */
static void probe_pass_through(struct bench *b)
{
	if (!choose(b, TARGET_PASID_FS_PT) || !engine_settle(b, b->target->state[0][1], &t) ||
	    engine_once(b, &t) != b->target->expects[1])
		return;
	store(b, b->target->state[0][0], true);
	for (unsigned s = 0; s < 2; s++)
		if (vtd_invalidate_pasid_cache(b->unit, b->target->domain[s],
					       b->target->pasid[s]) != VTD_OK ||
		    vtd_invalidate_piotlb(b->unit, b->target->domain[s], b->target->pasid[s]) !=
			    VTD_OK ||
		    vtd_invalidate_iotlb_domain(b->unit, b->target->domain[s]) != VTD_OK)
			return;
	b->traits.pass_through = engine_once(b, &t) == b->target->expects[1] ? TRAIT_YES : TRAIT_NO;
}

/*
 * Whether a translation is kept under its domain-id when nobody rewrites. Else a tag says nothing of how entries
 * are read.
 */
static bool tags_are_right(struct bench *b)
{
	struct measurement once = { .address = b->target->address, .invalidate = true };

	if (!engine_settle(b, b->target->state[0][0], &t))
		return false;
	t.tag_checks = t.mistagged = 0;
	for (unsigned i = 0; i < TAG_ROUNDS && !t.stopped; i++) {
		if (!engine_put(b, b->target->state[0][i & 1], &t))
			break;
		if (engine_dma(b, &once, &t, false) == (enum outcome)b->target->expects[i & 1])
			engine_check_tag(b, &once, &t, i & 1);
	}
	b->traits.mistagged = t.mistagged;
	b->traits.mistagged_of = t.tag_checks;
	return !t.stopped && !t.mistagged;
}

/* The first chunk of a PASID-table entry, changed by one 128-bit store: read once, it never shows a mixture. */
static void probe_rereading(struct bench *b)
{
	static const struct step exchange = { STEP_CAS, 0, VALUE_NEW, { 0, 0 } };
	struct trial trial = {
		.steps = &exchange, .count = 1, .regime = REGIME_HAMMER, .ms = FLIP_MS
	};

	if (!choose(b, TARGET_PASID_SS) || !tags_are_right(b))
		return;
	trial_run(b, &trial, &t);
	if (t.stopped)
		return;
	b->traits.mixtures = t.torn + t.mistagged;
	b->traits.mixtures_of = t.dmas;
	b->traits.rereads = b->traits.mixtures ? TRAIT_YES : TRAIT_NO;
}

/* Refused interrupts without any record of one; the device's own was there before. */
#define UNRECORDED 4

/* What the unit tells of an interrupt that it refuses, and whether it keeps an entry that has let one through. */
static void probe_interrupts(struct bench *b)
{
	unsigned recorded = 0, silent = 0;

	if (b->lacks[TARGET_IRTE] || engine_choose(b, &b->targets[TARGET_IRTE]))
		return;
	b->target->refusals_unrecorded = false;
	if (!engine_settle(b, b->target->state[0][0], &t))
		return;
	if (b->device->may_not_send) {
		b->lacks[TARGET_IRTE] = b->lacks[TARGET_IRTE_POSTED] =
			b->lacks[TARGET_INTERRUPT_TABLE] =
				"the device leaves out some of the messages that are asked of it";
		return;
	}
	if (engine_once(b, &t) != b->target->expects[0])
		return;
	store(b, b->target->state[0][1], true);
	b->traits.interrupt_cache = engine_once(b, &t) == b->target->expects[0] ? TRAIT_YES
										: TRAIT_NO;
	for (unsigned i = 0; i < UNRECORDED && !recorded; i++) {
		if (!engine_put(b, b->target->state[0][1], &t))
			return;
		/* One that is let through, or recorded wrongly, is for others to tell of. */
		silent += engine_once(b, &t) == OUTCOME_LOST && !t.faults.odd;
		recorded += bench_said_anything(b);
	}
	b->traits.interrupt_records = recorded		     ? TRAIT_YES
				      : silent == UNRECORDED ? TRAIT_NO
							     : TRAIT_UNKNOWN;
}

static const char *word(enum trait trait)
{
	static const char *const words[] = { "not asked", "no", "yes" };
	_Static_assert(sizeof(words) / sizeof(words[0]) == TRAIT_ANSWERS, "a word for each");

	return words[trait];
}

static void tell(const struct bench *b, const char *what, enum trait trait)
{
	if (trait != TRAIT_UNKNOWN)
		log_note("unit %u %s: %s (probed with %s)", b->unit_index, what, word(trait),
			 b->device->generator->name);
}

/* `what`: KNOWN_COUNT where it is not known of QEMU's unit. The kind: what else of the unit would explain it, and what follows from it. */
static void breach(struct bench *b, enum broken kind, const char *text, enum known what)
{
	if (what < KNOWN_COUNT && known_of_qemu(b, what))
		log_note("  %s: known of QEMU's unit", text);
	else if (!b->traits.breach) {
		b->traits.breach = text;
		b->traits.breach_kind = kind;
	}
}

static void judge(struct bench *b)
{
	const struct traits *traits = &b->traits;
	bool says_rid_pasid = field_of(b->unit->ecap, ECAP_RPS);

	if (traits->rid_pasid == TRAIT_NO && says_rid_pasid)
		breach(b, BROKEN_WALK,
		       "it does not use RID_PASID, though ECAP.RPS says so (section 9.4)",
		       KNOWN_COUNT);
	if (traits->rid_pasid == TRAIT_YES && !says_rid_pasid)
		breach(b, BROKEN_WALK, "it uses RID_PASID, though ECAP.RPS = 0 (section 9.4)",
		       KNOWN_RID_PASID);
	if (traits->absent_pasid_reason && traits->absent_pasid_reason != FAULT_PASID_NOT_PRESENT)
		breach(b, BROKEN_RECORDS,
		       "it does not report an absent PASID-table entry as absent (section 7.1.3, SPT.1)",
		       KNOWN_ABSENT_PASID);
	if (traits->absence == TRAIT_YES && !field_of(b->unit->cap, CAP_CM))
		breach(b, BROKEN_CACHES, "it keeps absent entries, though CAP.CM = 0 (section 6.1)",
		       KNOWN_COUNT);
	if (traits->interrupt_records == TRAIT_NO)
		breach(b, BROKEN_RECORDS,
		       "it does not record interrupts that it refuses (section 5.1.4.1)",
		       KNOWN_INTERRUPTS_UNRECORDED);
	if (traits->pass_through == TRAIT_YES)
		breach(b, BROKEN_CACHES,
		       "it passes requests through after the PASID-table entry says otherwise and its caches were invalidated (section 6.5.3.3)",
		       KNOWN_PASS_THROUGH);
	if (traits->mistagged)
		breach(b, BROKEN_CACHES,
		       "with nobody rewriting, a translation stayed after the IOTLB invalidation of its entry's domain-id: it is kept under another one (table 17), or the invalidation does not reach it (section 6.5.2.3)",
		       KNOWN_COUNT);
	if (traits->rereads == TRAIT_YES)
		breach(b, BROKEN_FETCH,
		       "it acts on less than 128 bits of a PASID-table entry (section 6.2.3.1)",
		       KNOWN_REREADS);
}

static void override(struct bench *b)
{
	bool qemu = options.model == MODEL_QEMU;

	if (options.model == MODEL_AUTO)
		return;
	b->traits.rereads = qemu ? TRAIT_YES : TRAIT_NO;
	b->traits.pasid_cache = qemu ? TRAIT_NO : TRAIT_YES;
	b->traits.snoops = qemu ? TRAIT_YES : TRAIT_NO;
	b->traits.pass_through = qemu ? TRAIT_YES : TRAIT_NO;
	b->traits.interrupt_cache = qemu ? TRAIT_NO : TRAIT_YES;
	log_note("  model=%s is taken instead of how it was seen to read and to cache",
		 qemu ? "qemu" : "spec");
}

void traits_probe(struct bench *b)
{
	bool is_slow = b->device->typical_us > 10000;

	probe_absence(b);
	if (!is_slow) {
		probe_snooping(b);
		choose(b, TARGET_SM_CONTEXT); /* the proof finds out whether RID_PASID is used */
		probe_pasid_cache(b);
		probe_pass_through(b);
		probe_rereading(b);
	}
	probe_interrupts(b);
	interrupt_leave(b);
	b->traits.rid_pasid = b->unit->rid_pasid_seen
				      ? b->unit->uses_rid_pasid ? TRAIT_YES : TRAIT_NO
				      : TRAIT_UNKNOWN;
#define TELL(key, text) tell(b, text, b->traits.key);
	TRAIT_WORDS_ASKED(TELL)
#undef TELL
	if (b->traits.absent_pasid_reason)
		log_note(
			"unit %u reports an absent PASID-table entry by reason 0x%x (probed with %s)",
			b->unit_index, b->traits.absent_pasid_reason, b->device->generator->name);
#define TELL(key, text)                                                                          \
	if (b->traits.key != TRAIT_UNKNOWN)                                                      \
		log_note("unit %u " text ": %s (probed with %s: %lu of %lu DMAs met a mixture)", \
			 b->unit_index, word(b->traits.key), b->device->generator->name,         \
			 b->traits.mixtures, b->traits.mixtures_of);
	TRAIT_WORDS_COUNTED(TELL)
#undef TELL
	judge(b);
	record_begin();
	record_line("traits");
	record_add("unit=%u device=%s", b->unit_index, b->device->generator->name);
#define ADD(key, text) record_add(#key "=%u", b->traits.key);
	TRAIT_WORDS_ASKED(ADD)
	record_add("absent_pasid=0x%x", b->traits.absent_pasid_reason);
	TRAIT_WORDS_COUNTED(ADD)
#undef ADD
	record_add("mixtures=%lu of=%lu", b->traits.mixtures, b->traits.mixtures_of);
	record_end();
	/* On a busy host that may go unseen. */
	if (b->traits.rereads != TRAIT_YES && b->traits.is_qemu)
		b->traits.rereads = TRAIT_YES;
	override(b);
	if (!b->lacks[TARGET_SM_CONTEXT] && b->traits.rid_pasid != TRAIT_YES)
		b->lacks[TARGET_SM_CONTEXT] =
			"the unit does not use RID_PASID (probed), in which the states differ";
}
