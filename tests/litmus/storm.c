/* SPDX-License-Identifier: BSD-2-Clause */
/* The self-check faults: thousands of refused DMAs, and what the unit records of them. */
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/checks.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/fault_beside.h"
#include "tests/litmus/fault_event.h"
#include "tests/litmus/fault_overflow.h"
#include "tests/litmus/queue_checks.h"
#include "tests/litmus/report.h"
#include "tests/litmus/trials.h"
#include "vtd/regs.h"

#define STORM_DMAS     10000
#define STORM_MS       4000 /* slow hardware, or a busy host, makes fewer */
#define STORM_UNREAD   64
#define PENDING_ROUNDS 64
#define PENDING_MOST   64

static struct tally tally;

/* Of a storm's records: each says write, this reason, and is of the device. NULL, or what else one says. */
static const char *judge_records(const struct fault_log *log, uint8_t reason)
{
	if (log->odd)
		return fault_fit_text((enum fault_fit)log->odd_fit);
	if (log->foreign && !log->ours)
		return fault_fit_text(FAULT_OF_OTHERS);
	for (unsigned k = 0; k < log->kind_count; k++) {
		if (log->kinds[k].type)
			return fault_fit_text(FAULT_BAD_TYPE);
		if (log->kinds[k].reason != reason)
			return "a fault record gives another reason than the tables do (FRCD.FR)";
	}
	return log->unsorted ? "fault records give many different reasons (FRCD.FR)" : NULL;
}

/* A write of up to 64 bytes is never split on PCI Express: the least maximum payload is 128. */
static bool is_one_request(const struct dma_device *d)
{
	return d->one_request || d->bytes <= 64;
}

/* Each record read before the next DMA: every field is compared, and all are counted. */
static const char *judge_read_each(const struct bench *b, uint8_t reason)
{
	static char text[240];
	const struct fault_log *f = &tally.faults;
	unsigned registers = (unsigned)field_of(b->unit->cap, CAP_NFR) + 1;
	const char *problem = tally.stopped ? tally.stopped : judge_records(f, reason);

	if (problem)
		return problem;
	if (tally.unrecorded)
		return "a DMA was refused, and neither recorded nor reported lost (section 7.2)";
	if (!is_one_request(b->device))
		return NULL;
	if (f->ours > tally.dmas)
		format_text(
			text, sizeof(text),
			"%lu refused DMAs of one request each left %lu fault records: a fault is recorded more than once (section 7.2.1), or F stays set when 1 is written to it (section 11.4.7.6)",
			tally.dmas, f->ours);
	else if (f->overflows)
		format_text(
			text, sizeof(text),
			"FSTS.PFO was set %lu times, though each record was read before the next DMA, and there are %u registers (section 7.2.1)",
			f->overflows, registers);
	else
		return NULL;
	return text;
}

/* Records that are read at the end only. */
static void storm_unread(struct bench *b)
{
	trial_storm(b, &(struct storm){ .count = STORM_UNREAD }, &tally);
	log_note("  %u more, faults read at the end: %lu records, %lu overflows%s", STORM_UNREAD,
		 tally.faults.recorded, tally.faults.overflows,
		 tally.faults.recorded < STORM_UNREAD && !tally.faults.overflows
			 ? " (the unit collapses faults of one source-id)"
			 : "");
}

/* Every register full, then a fault of another device. */
static const char *storm_beside(struct bench *b, struct bench *other, unsigned registers)
{
	trial_storm(b, &(struct storm){ .count = registers, .other = other }, &tally);
	log_note("  %u unread, then one of %s: %lu records, %lu of other devices, %lu overflows",
		 registers, other->device->generator->name, tally.faults.recorded,
		 tally.faults.foreign, tally.faults.overflows);
	if (tally.stopped)
		return tally.stopped;
	return tally.faults.overflows || tally.faults.foreign
		       ? NULL
		       : "a fault of a second device was neither recorded nor reported lost";
}

/*
 * Faults in thousands, each field of each record compared: every refused DMA must be recorded where faults
 * are read in time, but for what the unit says that it dropped. Where they are not read, it may collapse
 * those of one source-id into one record (section 7.2.1), but must report as overflow what it drops of
 * another (FSTS.PFO).
 */
void check_fault_storm(struct bench *b, struct bench *other, const char *id)
{
	struct storm each = { .count = STORM_DMAS, .ms = STORM_MS, .read_each = true };
	unsigned registers = (unsigned)field_of(b->unit->cap, CAP_NFR) + 1;
	const char *problem, *beside;
	uint64_t recorded;
	uint8_t reason;

	log_note("%s: up to %u DMAs to an unmapped address, faults read after each", id,
		 STORM_DMAS);
	trial_storm(b, &each, &tally);
	reason = target_reason_at(b->target, target_nowhere()); /* by the entry that it put there */
	report_faults(&tally.faults, true);
	report_keep(NULL, &tally, NULL);
	log_note("  %lu DMAs, %lu resets, %lu time-outs", tally.dmas, tally.resets, tally.timeouts);
	recorded = tally.faults.ours;
	problem = judge_read_each(b, reason);
	storm_unread(b);
	if (!problem)
		problem = judge_records(&tally.faults, reason);
	if (!problem && !tally.faults.ours)
		problem = "faults left no record at all";
	/* Now and then one more than there are registers. */
	for (unsigned i = 0; i < PENDING_ROUNDS && !problem; i++)
		problem = trial_pending(b,
					i % 8			   ? i % 8
					: registers < PENDING_MOST ? registers + 1
								   : PENDING_MOST,
					&tally);
	if (!problem)
		problem = trial_overflow(b, &tally);
	if (!problem)
		problem = check_suppressed_overflow(b, other, &tally);
	if (!problem)
		problem = check_fault_event(b, &tally);
	if (!problem)
		problem = check_status_bits(b, &tally);
	if (!other) {
		log_note("  Overflow not provoked: that needs a second device behind the unit");
	} else {
		beside = storm_beside(b, other, registers);
		problem = problem ? problem : beside;
		if (!problem)
			problem = check_faults_beside(b, other, &tally);
	}
	check_report(b, &tally, id, problem, BROKEN(BROKEN_WALK), recorded, "faults");
}
