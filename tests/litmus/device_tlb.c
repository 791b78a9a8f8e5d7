/* SPDX-License-Identifier: BSD-2-Clause */
/* The check device-tlb: what a device's own TLB keeps, and what invalidating it does. */
#include "tests/litmus/device_tlb.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/device_tlb_dirty.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/invalidation.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/report.h"
#include "vtd/entry.h"
#include "vtd/queue.h"

#define ROUNDS 16 /* from A to B and back, the device at rest */
#define ROUNDS_BESIDE \
	64 /* while it waits for a translation, which it may not do at the right moment */
#define SPINS_MOST 4096

static const uint8_t targets[] = { TARGET_CONTEXT,  TARGET_LEAF,     TARGET_SM_CONTEXT,
				   TARGET_PASID_SS, TARGET_PASID_FS, TARGET_PASID_NESTED,
				   TARGET_FS_LEAF };

static struct tally t;
static unsigned kept, changes;

static const char *fail(enum vtd_status status, struct bench *b)
{
	t.stopped = bench_status_text(b, status);
	return t.stopped;
}

/* "PASID-based Device-TLB invalidation (section 6.5.2.6; source-id 00:03.0, PASID 5)" */
static void name_it(const struct bench *b, char *text, size_t room)
{
	const struct vtd_device_tlb *d = &b->ats.tlb;
	size_t n = format_text(text, room, "%s (section %s; source-id %02x:%02x.%x",
			       d->has_pasid ? "PASID-based device-TLB invalidation"
					    : "device-TLB invalidation",
			       d->has_pasid ? "6.5.2.6" : "6.5.2.5", d->source_id >> 8,
			       d->source_id >> 3 & 31, d->source_id & 7);

	if (d->has_pasid)
		n += format_text(text + n, room - n, ", PASID %u", d->pasid);
	format_text(text + n, room - n, ")");
}

static const char *tell(const struct bench *b, bool beside)
{
	static char text[400];
	char name[120];

	name_it(b, name, sizeof(name));
	format_text(
		text, sizeof(text),
		beside ? OUTSIDE
			"a %s came while the device waited for a translation, and was reported done; the device kept the old translation of target %s: it kept an answer that the invalidation had overtaken, or the unit did not wait for the device (section 6.5.2.12)"
		       : OUTSIDE
			"a %s was reported done, and the device went on with the old translation of target %s: the unit did not ask the device, or the device did not forget it",
		name, target_name((enum target_id)b->target->id));
	return text;
}

static const char *unexpected(void)
{
	return t.stopped ? t.stopped
			 : OUTSIDE
		       "with nobody rewriting, and the unit's caches invalidated, a DMA used neither the old nor the new entry";
}

/* From state to the other, nothing left of the old one in the unit. */
static enum vtd_status change(struct bench *b, unsigned state, bool device)
{
	enum vtd_status status;

	invalidation_take_out(b, b->target->entry, state);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status == VTD_OK && device)
		status = bench_invalidate_device(b);
	invalidation_put_in(b, b->target->entry, !state);
	/* For the write buffer, and for absence that was kept (sections 6.1, 6.8). */
	return status == VTD_OK ? vtd_invalidate_all(b->unit) : status;
}

static const char *try_at_rest(struct bench *b)
{
	const uint8_t *expects = b->target->expects;

	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned state = round & 1;
		enum vtd_status status;
		enum outcome outcome;

		if (engine_once(b, &t) != expects[state] || t.stopped)
			return unexpected();
		status = change(b, state, false);
		if (status != VTD_OK)
			return fail(status, b);
		outcome = engine_once(b, &t);
		if ((outcome != expects[state] && outcome != expects[!state]) || t.stopped)
			return unexpected();
		kept += outcome == expects[state];
		changes++;
		status = bench_invalidate_device(b);
		if (status == VTD_OK)
			status = vtd_queue_check(b->unit);
		if (status != VTD_OK)
			return fail(status, b);
		outcome = engine_once(b, &t);
		if (outcome == expects[state] && !t.stopped)
			return tell(b, false);
		if (outcome != expects[!state] || t.stopped)
			return unexpected();
	}
	return NULL;
}

/* A DMA that is not looked at: the change falls somewhere into it. */
static enum vtd_status change_during_dma(struct bench *b, unsigned state)
{
	struct dma_device *d = b->device;
	enum vtd_status status = bench_invalidate_device(b);

	if (status != VTD_OK)
		return status;
	bench_forget_faults(b);
	target_arm(b->target, ++t.dmas);
	d->generator->start(d, b->target->address);
	cpu_spin(random_next(&b->seed) % SPINS_MOST);
	status = change(b, state, true);
	if (bench_wait(b, &t) == DMA_DEAD)
		t.stopped = bench_reset(b);
	bench_drain_faults(b, &t, time_us());
	return status;
}

static const char *try_beside(struct bench *b)
{
	const uint8_t *expects = b->target->expects;

	for (unsigned round = 0; round < ROUNDS_BESIDE; round++) {
		unsigned state = round & 1;
		enum vtd_status status = change_during_dma(b, state);
		enum outcome outcome;

		if (status != VTD_OK)
			return fail(status, b);
		outcome = engine_once(b, &t);
		if (outcome == expects[state] && !t.stopped)
			return tell(b, true);
		if (outcome != expects[!state] || t.stopped)
			return unexpected();
	}
	return NULL;
}

/*
 * What the records of one DMA that was refused must say. A device may also write without asking first, or when its
 * question was refused: that is recorded as of any device. NULL, or what else they say.
 */
static const char *judge_refusal(const struct bench *b, uint8_t reason, bool is_recorded)
{
	const char *target = target_name((enum target_id)b->target->id);
	static char text[200];

	if (t.faults.odd || t.faults.foreign)
		return fault_fit_text(t.faults.odd ? (enum fault_fit)t.faults.odd_fit
						   : FAULT_OF_OTHERS);
	for (unsigned k = 0; k < t.faults.kind_count; k++) {
		const struct vtd_fault *f = &t.faults.kinds[k].first[0];

		if (f->address_type != 1 || f->reason == reason)
			continue;
		format_text(
			text, sizeof(text),
			"a translation request to an absent entry of target %s was recorded with reason 0x%x, and not 0x%x (FRCD.FR)",
			target, f->reason, reason);
		return text;
	}
	if (!is_recorded || t.faults.ours || b->said.overflow)
		return NULL;
	format_text(
		text, sizeof(text),
		"a request to an absent entry of target %s was refused and not recorded, for reason 0x%x (section 7.1.3, table 30)",
		target, reason);
	return text;
}

/* With state A current: one DMA while it is absent. */
static const char *try_refusal(struct bench *b)
{
	struct dma_device *d = b->device;
	enum vtd_status status;
	enum dma_state state;
	const char *problem;
	bool is_recorded;
	uint8_t reason;

	invalidation_take_out(b, b->target->entry, 0);
	reason = target_reason_on_device(b->target, b->target->address, &is_recorded);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = bench_invalidate_all(b);
	if (status != VTD_OK)
		return fail(status, b);
	memset(&t.faults, 0, sizeof(t.faults));
	bench_forget_faults(b);
	target_arm(b->target, ++t.dmas);
	d->generator->start(d, b->target->address);
	state = bench_wait(b, &t);
	bench_collect_faults(b, &t, !is_recorded);
	bench_drain_faults(b, &t, time_us());
	problem =
		target_written(b->target, t.dmas) ? OUTSIDE
			"a DMA of a device with ATS arrived though its entry was absent and every cache empty, its own too (section 4.2.3)"
						  : judge_refusal(b, reason, is_recorded);
	invalidation_put_in(b, b->target->entry, 0);
	status = bench_invalidate_all(b);
	if (status != VTD_OK)
		return fail(status, b);
	if (!problem && state == DMA_DEAD)
		problem = t.stopped = bench_reset(b);
	return problem;
}

/* One DMA, whatever the unit makes of it: the pages that it wrote to, a bit set. */
static unsigned write_once(struct bench *b, enum dma_state *state)
{
	bench_forget_faults(b);
	target_arm(b->target, ++t.dmas);
	b->device->generator->start(b->device, b->target->address);
	*state = bench_wait(b, &t);
	bench_collect_faults(b, &t, true);
	bench_drain_faults(b, &t, time_us());
	return target_written(b->target, t.dmas);
}

/* With state A current: where its leaf may not be written to, the device must not be told that it may. */
static const char *try_read_only(struct bench *b)
{
	const uint64_t w = field_mask(SS_W); /* R/W of a first-stage entry is the same bit */
	enum vtd_status status;
	enum dma_state state;
	bool landed;

	if (b->target->kind != KIND_LEAF)
		return NULL;
	bench_store(b, b->target->entry, b->target->state[0][0][0] & ~w);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = bench_invalidate_all(b);
	if (status != VTD_OK)
		return fail(status, b);
	landed = write_once(b, &state);
	bench_store(b, b->target->entry, b->target->state[0][0][0]);
	status = bench_invalidate_all(b);
	if (status != VTD_OK)
		return fail(status, b);
	if (state == DMA_DEAD)
		t.stopped = bench_reset(b);
	return landed ? OUTSIDE
		       "a device with ATS on wrote to a page whose leaf entry has W clear, every cache empty: it was told that it may write (section 4.2.3)"
		      : t.stopped;
}

/*
 * From state A to B, which takes no requests of a device-TLB (TT, DTE), or to an absent entry, the device not told: a
 * translated request by what it keeps of A is refused then. It may ask for B without its TLB.
 */
static const char *try_blocked(struct bench *b, bool absent)
{
	bool legacy = b->target->kind == KIND_CONTEXT;
	const uint64_t *entry = b->target->state[0][1];
	uint64_t dte = legacy ? field_mask(CONTEXT_TT) : field_mask(SM_CONTEXT_DTE);

	if (!legacy && b->target->kind != KIND_SM_CONTEXT)
		return NULL;
	for (unsigned i = 0; i < ROUNDS && !t.stopped; i++) {
		enum vtd_status status;
		enum dma_state state;
		unsigned written;

		engine_once(b, &t);
		invalidation_take_out(b, b->target->entry, 0);
		for (unsigned w = absent ? 0 : b->target->words; w--;)
			bench_store(b, b->target->entry + w, w ? entry[w] : entry[w] & ~dte);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = vtd_invalidate_all(b->unit);
		if (status != VTD_OK)
			return fail(status, b);
		written = write_once(b, &state);
		invalidation_take_out(b, b->target->entry, 1);
		invalidation_put_in(b, b->target->entry, 0);
		status = bench_invalidate_all(b);
		if (status != VTD_OK)
			return fail(status, b);
		if (state == DMA_DEAD)
			t.stopped = bench_reset(b);
		if (written & 1 << OUTCOME_A && absent)
			return OUTSIDE
				"with its context entry absent a device wrote by a translation of its own TLB: for translated requests the unit does not look at P (sections 4.2.1, 9.3, 9.4)";
		if (written & 1 << OUTCOME_A)
			return legacy ? OUTSIDE
				       "with TT of the context entry 00b a device wrote by a translation of its own TLB: translated requests are not blocked (sections 4.2.1, 9.3)"
				      : OUTSIDE
				       "with DTE of the scalable-mode context entry clear a device wrote by a translation of its own TLB: translated requests are not blocked (sections 4.2.1, 9.4)";
	}
	return t.stopped;
}

static const char *try_target(struct bench *b, struct target *target)
{
	const char *problem = ownership_settle(b, target, &t), *end;

	if (!problem)
		problem = ats_on(b);
	if (!problem)
		problem = try_at_rest(b);
	if (!problem)
		problem = try_beside(b);
	if (!problem)
		problem = try_refusal(b);
	if (!problem)
		problem = try_read_only(b);
	if (!problem)
		problem = try_blocked(b, false);
	if (!problem)
		problem = try_blocked(b, true);
	end = ats_off(b);
	if (!problem)
		problem = t.stopped = end;
	return problem;
}

void check_device_tlb(struct bench *b, const char *id)
{
	const char *problem = NULL;
	unsigned tried = 0;

	log_note("%s: what the device keeps of an entry, after its invalidation", id);
	kept = changes = 0;
	for (unsigned i = 0; i < sizeof(targets) && b->ats.usable && !problem; i++) {
		/* Where a state is refused, a reset between would hide what is looked for. */
		if (b->lacks[targets[i]] || b->targets[targets[i]].phases > 1)
			continue;
		problem = try_target(b, &b->targets[targets[i]]);
		tried++;
	}
	if (tried)
		log_note(
			"  %u targets, %u changes each; of those that it was not told of it kept the old translation in %u of %u",
			tried, ROUNDS + ROUNDS_BESIDE, kept, changes);
	if (!problem && b->ats.usable)
		problem = device_tlb_dirty_find(b, &t);
	b->ats.is_broken = problem;
	report_result(
		id,
		t.stopped && problem ? VERDICT_ERROR
		: problem	     ? VERDICT_FAIL
		: kept		     ? VERDICT_SELF_CHECK
				     : VERDICT_SKIP,
		problem	       ? problem
		: b->ats.lacks ? b->ats.lacks
		: tried ? "inconclusive: the device kept no translation that could have stayed"
			: "no target for it",
		tried, "targets");
}
