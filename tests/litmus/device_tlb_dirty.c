/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dirty of a leaf entry is set when the device asks for its translation (section 4.2.3.1), and not when it writes by it. So after
 * software has cleared it the device must forget, too: the IOTLB's invalidation is not enough.
 */
#include "tests/litmus/device_tlb_dirty.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/dirty_stage.h"
#include "tests/litmus/engine.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS 32

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

static const char *try_rounds(struct bench *b, struct tally *t, const struct dirty_stage *stage,
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
		OUTSIDE
		"Dirty of a %s leaf entry was cleared, IOTLB and device-TLB were invalidated: in %u of %u rounds the next write of the device did not set it: a translation request does not set Dirty (section 4.2.3.1), or the device kept its translation",
		stage->name, lost, ROUNDS / 2);
	return text;
}

static const char *try_stage(struct bench *b, struct tally *t, const struct dirty_stage *stage)
{
	uint64_t *leaf = dirty_stage_choose(b, stage, t);
	const char *problem, *end;

	if (!leaf)
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

	for (unsigned i = 0; i < DIRTY_STAGES && !problem; i++)
		if (field_of(b->unit->ecap, ECAP_SMPWC) && dirty_stage_is_had(b, &dirty_stages[i]))
			problem = try_stage(b, t, &dirty_stages[i]);
	return problem;
}
