/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/fault_overflow.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/trials.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS 4
#define MOST   64 /* registers that are filled */

/* By the DMAs of this device. False: they do not become full. */
static bool fill(struct bench *filler, struct tally *t)
{
	unsigned registers = (unsigned)field_of(filler->unit->cap, CAP_NFR) + 1;

	vtd_fault_clear(filler->unit);
	for (unsigned i = 0; i < registers && !t->stopped; i++)
		trial_refused(filler, target_nowhere(), t);
	return !t->stopped && vtd_fault_pending(filler->unit) == registers;
}

/* Refuse some DMAs: how many of them set FSTS.PFO. */
static unsigned count_overflows(struct bench *b, struct tally *t)
{
	unsigned told = 0;

	for (unsigned i = 0; i < ROUNDS && !t->stopped; i++) {
		vtd_fault_clear_overflow(b->unit);
		trial_refused(b, target_nowhere(), t);
		told += vtd_fault_overflowed(b->unit);
	}
	return told;
}

static void set_fpd(struct bench *b, bool on, struct tally *t)
{
	uint64_t *word = b->target->entry, fpd = field_mask(CONTEXT_FPD);
	enum vtd_status status;

	bench_store(b, word, on ? *word | fpd : *word & ~fpd);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
}

static const char *begin(struct bench *b, struct bench *filler, struct tally *t)
{
	const char *problem = ownership_settle(b, &b->targets[TARGET_CONTEXT], t);

	if (!problem && filler != b)
		problem = ownership_join(b, filler);
	/* One of a DMA before is not taken for these. */
	time_delay_us(bench_record_wait_us(b));
	return problem;
}

const char *check_suppressed_overflow(struct bench *b, struct bench *other, struct tally *t)
{
	static char text[320];
	uint64_t more = field_of(b->unit->cap, CAP_NFR);
	struct bench *filler = !more && other && other->source_id != b->source_id ? other : b;
	unsigned shown, told = 0;

	/* The interrupt would take them. */
	if (b->has_interrupt || b->lacks[TARGET_CONTEXT] || more >= MOST)
		return NULL;
	t->stopped = begin(b, filler, t);
	if (t->stopped)
		return t->stopped;
	shown = fill(filler, t) ? count_overflows(b, t) : 0;
	if (shown == ROUNDS) {
		set_fpd(b, true, t);
		told = count_overflows(b, t);
		set_fpd(b, false, t);
	}
	if (filler != b)
		companion_leave(b, filler);
	vtd_fault_clear(b->unit);
	log_note("  all registers full: %u of %u faults were told of as lost, with FPD %u", shown,
		 ROUNDS, told);
	/* One alone may be of a request that was still on its way. */
	if (t->stopped || told < ROUNDS)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"every fault recording register was full, FPD of the context entry was set, and of %u refused DMAs each set FSTS.PFO: what FPD suppresses is told of as lost (sections 7.2.1, 9.3)",
		ROUNDS);
	return text;
}
