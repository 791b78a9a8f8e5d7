/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dirty of a leaf entry is set when the device asks for its translation (section 4.2.3.1), and not when it writes by it. So after
 * software has cleared it the device must forget, too: the IOTLB's invalidation is not enough.
 */
#include "tests/litmus/device_tlb_dirty.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/output/log.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS 32

struct stage {
	uint8_t target;
	bool needs_ssade;
	struct vtd_field dirty;
	const char *name;
};

static const struct stage stages[] = {
	{ TARGET_FS_LEAF, false, FS_D, "first-stage" },
	{ TARGET_PASID_SS, true, SS_D, "second-stage" },
};

/* Software reads and clears it, and has these caches forget. */
static bool clear(struct bench *b, struct tally *t, uint64_t *leaf, uint64_t dirty, bool device)
{
	enum vtd_status status;

	__atomic_fetch_and(leaf, ~dirty, __ATOMIC_SEQ_CST);
	cpu_stored(leaf);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_iotlb_domain(b->unit, b->target->domain[0]);
	if (status == VTD_OK && device)
		status = bench_invalidate_device(b);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	return !t->stopped;
}

static const char *try_rounds(struct bench *b, struct tally *t, const struct stage *stage,
			      uint64_t *leaf)
{
	static char text[360];
	uint64_t dirty = field_mask(stage->dirty);
	unsigned unmarked = 0, lost = 0;

	for (unsigned round = 0; round < ROUNDS && !t->stopped; round++) {
		bool is_control = round & 1;

		/* First so that the device knows its translation. */
		if (engine_once(b, t) != OUTCOME_A || !clear(b, t, leaf, dirty, !is_control) ||
		    engine_once(b, t) != OUTCOME_A)
			continue;
		if (*(volatile uint64_t *)leaf & dirty)
			continue;
		lost += !is_control;
		unmarked += is_control;
	}
	log_note(
		"  Dirty of the %s leaf, LOCK AND, then IOTLB and device-TLB invalidated: not set by the next write in %u of %u; control: without the device-TLB in %u",
		stage->name, lost, ROUNDS / 2, unmarked);
	if (t->stopped || !lost)
		return t->stopped;
	format_text(
		text, sizeof(text),
		"outside the specification: Dirty of a %s leaf entry was cleared, IOTLB and device-TLB were invalidated: in %u of %u rounds the next write of the device did not set it: a translation request does not set Dirty (section 4.2.3.1), or the device kept its translation",
		stage->name, lost, ROUNDS / 2);
	return text;
}

static const char *try_stage(struct bench *b, struct tally *t, const struct stage *stage)
{
	const char *problem = ownership_settle(b, &b->targets[stage->target], t), *end;
	uint64_t entry[ENTRY_WORDS_MAX], *leaf;

	if (problem)
		return t->stopped = problem;
	memcpy(entry, b->target->state[0][0], sizeof(entry));
	if (stage->needs_ssade)
		field_set(entry, PASID_SSADE, 1);
	leaf = stage->needs_ssade ? b->target->leaf[0] : b->target->entry;
	if (!engine_put(b, entry, t))
		return t->stopped;
	problem = ats_on(b);
	if (problem)
		t->stopped = problem;
	else
		problem = try_rounds(b, t, stage, leaf);
	end = ats_off(b);
	if (!problem && end)
		problem = t->stopped = end;
	if (!t->stopped)
		engine_put(b, b->target->state[0][0], t);
	return problem;
}

const char *device_tlb_dirty_find(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	for (unsigned i = 0; i < sizeof(stages) / sizeof(stages[0]) && !problem; i++)
		if (!b->lacks[stages[i].target] && field_of(b->unit->ecap, ECAP_SMPWC) &&
		    (!stages[i].needs_ssade || field_of(b->unit->ecap, ECAP_SSADS)))
			problem = try_stage(b, t, &stages[i]);
	return problem;
}
