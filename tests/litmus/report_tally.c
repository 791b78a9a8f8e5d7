/* SPDX-License-Identifier: BSD-2-Clause */
/* What people read of a test: its histogram, rates, and the faults of its unit. */
#include "tests/litmus/report_parts.h"
#include "kernel/lib/format.h"
#include "kernel/lib/muldiv.h"
#include "kernel/output/log.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/report.h"

static void rate(char text[16], uint64_t events, uint64_t ticks)
{
	format_ratio(text, events * 1000000, report_us(ticks) ? report_us(ticks) : 1);
}

static void report_outcome(const struct target *target, unsigned o, uint64_t count, bool torn,
			   bool predicted)
{
	bool is_plain = predicted && !torn && o <= OUTCOME_B;

	log_note(is_plain ? "  %9lu  %s" : "  %9lu  %-6s%s %s%s", count,
		 target_outcome_name(target, o), torn ? "*" : " ",
		 predicted ? "" : "NOT PREDICTED: ", target_outcome_meaning(target, o));
}

static void report_outcomes(const struct target *target, const struct tally *t,
			    const struct prediction *p)
{
	for (unsigned o = 0; o < OUTCOME_COUNT; o++) {
		bool predicted = !p || o >= OUTCOME_PREDICTED || p->outcomes & 1 << o;
		uint64_t torn = t->torn_outcomes[o];

		if (t->outcomes[o] > torn)
			report_outcome(target, o, t->outcomes[o] - torn, false, predicted);
		if (torn || (!t->outcomes[o] && p && predicted && o < OUTCOME_PREDICTED &&
			     outcome_is_torn(target, o)))
			report_outcome(target, o, torn, true, predicted);
	}
}

void report_tally(const struct target *target, const struct tally *t, const struct prediction *p,
		  uint64_t undisturbed)
{
	char dmas[16], rewrites[16], bound[16], of[16] = "", more[64] = "", name[16];
	/* "Never" is for what did no harm at all. */
	const char *never = t->stale || t->mistagged ? "Not torn" : "Never";

	if (target)
		report_outcomes(target, t, p);
	rate(dmas, t->dmas, t->ticks);
	rate(rewrites, t->rewrites, t->ticks);
	if (undisturbed && t->ticks)
		format_text(more, sizeof(more), " (%s of undisturbed)",
			    format_ratio(of, mul_div(t->dmas, time_hz(), t->ticks), undisturbed));
	if (t->torn)
		log_note(
			"  Sometimes: %lu of %lu DMAs torn; %lu met stores, %lu of these torn; first after %lu ms; %s rewrites/s, %s DMAs/s%s",
			t->torn, t->dmas, t->exposed, t->exposed_torn,
			report_us(t->first_torn_ticks) / 1000, rewrites, dmas, more);
	else if (t->exposed)
		log_note(
			"  %s: 0 of %lu DMAs torn that met stores (%lu in all), below %s at 95 %%; %s rewrites/s, %s DMAs/s%s",
			never, t->exposed, t->dmas, format_ratio(bound, 3, t->exposed), rewrites,
			dmas, more);
	else if (t->dmas)
		log_note("  %s: 0 of %lu DMAs torn%s; %s rewrites/s, %s DMAs/s%s", never, t->dmas,
			 t->rewrites ? ", but none met a store" : "", rewrites, dmas, more);
	if (t->stale)
		log_note("  Stale: %lu of %lu DMAs made while nobody rewrote used an old entry",
			 t->stale, t->held);
	if (t->mistagged)
		log_note(
			"  Mis-tagged: %lu of %lu checked DMAs left a translation under the wrong domain-id",
			t->mistagged, t->tag_checks);
	if (t->blocked_once)
		log_note("    %lu were blocked, but not when tried again with the entry still held",
			 t->blocked_once);
	for (unsigned o = 0; o < OUTCOME_COUNT; o++)
		if (t->stale_outcomes[o])
			log_note("    %lu of these: %s", t->stale_outcomes[o],
				 target_outcome_meaning(target, o));
	if (t->timeouts)
		log_note("  %lu time-outs, %lu resets", t->timeouts, t->resets);
	if (t->companion)
		log_note("  Companion: %lu DMAs of %s %s, %lu blocked, %lu astray",
			 t->companion_dmas, t->companion->generator->name,
			 pci_name(t->companion->function, name), t->companion_blocked,
			 t->companion_astray);
	/* Absent entries, and no other reason: the histogram said so. */
	if (t->faults.kind_count != 1 || t->faults.recorded != t->outcomes[OUTCOME_NOT_PRESENT])
		report_faults(&t->faults, false);
}

void report_faults(const struct fault_log *log, bool raw)
{
	if (log->foreign || log->overflows)
		log_note(
			"  Faults: %lu recorded, %lu of other devices; the unit lost some %lu times (overflow)",
			log->recorded, log->foreign, log->overflows);
	if (log->odd || log->foreign) {
		const struct vtd_fault *f = &log->first_odd;

		log_note(
			"    %s: %016lx %016lx source %02x:%02x.%x address 0x%lx, %s",
			fault_fit_text((enum fault_fit)(log->odd ? log->odd_fit : FAULT_OF_OTHERS)),
			f->raw[1], f->raw[0], f->source_id >> 8, f->source_id >> 3 & 31,
			f->source_id & 7, f->address, vtd_fault_type_name(f->type));
	}
	for (unsigned k = 0; k < log->kind_count; k++) {
		uint64_t shown = log->kinds[k].count < FAULT_SHOWN ? log->kinds[k].count
								   : FAULT_SHOWN;

		log_note("    %lu of reason 0x%x, %s: %s", log->kinds[k].count,
			 log->kinds[k].reason,
			 vtd_fault_is_of_interrupt(log->kinds[k].reason)
				 ? "interrupt"
				 : vtd_fault_type_name(log->kinds[k].type),
			 vtd_fault_reason_name(log->kinds[k].reason));
		for (uint64_t i = 0; raw && i < shown; i++) {
			const struct vtd_fault *f = &log->kinds[k].first[i];

			log_note("      %016lx %016lx source %02x:%02x.%x address 0x%lx", f->raw[1],
				 f->raw[0], f->source_id >> 8, f->source_id >> 3 & 31,
				 f->source_id & 7, f->address);
		}
	}
	if (log->unsorted)
		log_note("    %lu of further kinds", log->unsorted);
}
