/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-checks of a device: rates, concurrency, witness, granularity of fetches. */
#include "tests/litmus/engine.h"
#include "tests/litmus/checks.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/lib/muldiv.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/interrupt_checks.h"
#include "tests/litmus/report.h"
#include "tests/litmus/trials.h"
#include "tests/litmus/updater.h"
#include "tests/litmus/verdict.h"
#include "vtd/regs.h"
#include "tests/litmus/stores.h"

#define WALKS_MS      150
#define WALKS_AGAIN   8 /* times more, while none is met */
#define WALKS_MOST_MS 3000
#define AT_REST_US    10000

void check_report(const struct bench *b, const struct tally *t, const char *id, const char *problem,
		  unsigned kinds, uint64_t number, const char *unit)
{
	const char *follows = bench_follows(b, kinds, id);
	bool is_disproved = problem && b->disproof && !b->disproved_by[0];
	enum verdict verdict = !problem			   ? VERDICT_SELF_CHECK
			       : is_disproved		   ? VERDICT_FAIL
			       : t->stopped || t->timeouts ? VERDICT_ERROR
							   : VERDICT_FAIL;

	if (is_disproved)
		problem = b->disproof;
	else if (verdict == VERDICT_FAIL && follows)
		problem = follows;
	report_result(id, verdict, problem, number, unit);
}

static struct tally tally;

/* By requests of the device or of its own TLB. Returns how many were wrong; */
static unsigned try_mixtures(struct bench *b, bool by_device_tlb)
{
	struct target *t = b->target;
	struct target_reading reading = { .target = t,
					  .by_device_tlb = by_device_tlb,
					  .tells_unrecorded_as_absent = by_device_tlb };
	struct model_meaning want;
	unsigned wrong = 0, seen = 0;

	for (unsigned phase = 0; phase < t->phases; phase++) {
		target_choose_phase(t, phase);
		for (unsigned choice = 0; choice < 1u << target_parts(t); choice++) {
			uint64_t entry[ENTRY_WORDS_MAX];
			enum outcome outcome;
			bool same = false;

			for (unsigned i = 0; t->words > 1 && i < target_parts(t); i++)
				same |= choice >> i & 1 &&
					t->state[phase][0][i] == t->state[phase][1][i];
			if (same)
				continue;
			target_mixture(t, phase, choice, entry);
			target_read(&reading, entry, &want);
			outcome = trial_probe(b, entry, by_device_tlb, &tally);
			seen |= 1u << outcome;
			log_note("  %s of %c%c%c%s: %s%s%s",
				 target_parts(t) > t->words ? "halves" : "words",
				 choice & 1 ? 'B' : 'A', choice & 2 ? 'B' : 'A',
				 choice & 4 ? 'B' : 'A', by_device_tlb ? ", by the device-TLB" : "",
				 target_outcome_name(t, outcome),
				 outcome == want.outcome ? "" : ", but the reference walk says ",
				 outcome == want.outcome ? ""
							 : target_outcome_name(t, want.outcome));
			if (outcome != want.outcome) {
				report_faults(&tally.faults, true);
				report_keep(t, &tally, NULL);
				wrong++;
			}
			if (tally.stopped)
				log_note("  stopped: %s", tally.stopped);
		}
	}
	/* A witness that cannot tell its mixtures from its states says nothing. */
	if (t->pages > 2 && !(seen & (1 << OUTCOME_MIXTURE_1 | 1 << OUTCOME_MIXTURE_2)))
		wrong++;
	target_choose_phase(t, 0);
	return wrong;
}

/*
 * Every mixture of words made the current entry by hand, a DMA each: it must end where the reference walk
 * says, which is also what the model predicts with.
 */
bool check_witness(struct bench *b, const char *name)
{
	const struct target *t = b->target;
	bool is_interrupt = target_is_of_interrupts(t);
	unsigned wrong, on_device;

	log_note("%s: %s; its mixtures show by %s", name, kind_title((enum entry_kind)t->kind),
		 t->encoding);
	wrong = is_interrupt ? interrupt_try_mixtures(b, &tally) : try_mixtures(b, false);
	on_device = b->ats.usable && !b->ats.is_broken && !is_interrupt ? try_mixtures(b, true) : 0;
	check_report(
		b, &tally, name,
		wrong && is_interrupt
			? "an entry, put there by hand with its cache invalidated, does not do with an interrupt what sections 5.1.4 and 9.9 say: the unit reads it wrongly, or keeps an old one"
		: wrong ? "a mixture, put there by hand with everything invalidated, does not end where the reference walk leads (chapters 3 and 9): the unit reads the entry wrongly, or keeps an old one"
		: !on_device
			? NULL
			: "a mixture ends where it was built to lead, but not by the device-TLB, which was emptied before: a translation that the device was told, or its invalidation, is wrong (sections 4.2.3, 6.5.2.5; device-tlb.*)",
		BROKEN(BROKEN_CACHES) | BROKEN(BROKEN_FETCH) | BROKEN(BROKEN_WALK),
		wrong + on_device, "wrong");
	/* The witness itself is sound. */
	return !wrong;
}

/* DMAs a second that landed where they were sent. */
static uint64_t landed_rate(void)
{
	return tally.stopped || !tally.ticks
		       ? 0
		       : mul_div(tally.outcomes[OUTCOME_A], time_hz(), tally.ticks);
}

/* Faults were recorded, and each DMA landed: are there more while the device is at rest? */
static const char *tell_needless(struct bench *b)
{
	const struct fault_log *log = &tally.faults;
	const struct vtd_fault *first = &log->kinds[0].first[0];
	uint64_t dmas = tally.dmas, faults = log->ours;
	static struct tally at_rest;
	static char text[360];

	memset(&at_rest, 0, sizeof(at_rest));
	bench_drain_faults(b, &at_rest, time_us());
	at_rest.faults.ours = 0;
	time_delay_us(AT_REST_US);
	bench_read_faults(b, &at_rest.faults);
	format_text(
		text, sizeof(text),
		OUTSIDE
		"each of %lu DMAs landed, and yet %lu faults of the device were recorded, the first with reason 0x%x at 0x%lx; with the device at rest for %u ms, %lu: %s (section 7.2)",
		dmas, faults, first->reason, first->address, AT_REST_US / 1000, at_rest.faults.ours,
		at_rest.faults.ours ? "the unit records faults without a request"
				    : "the unit records faults of requests that it translates");
	return text;
}

/* Nobody rewrites: each DMA lands, and none is refused. NULL, or what else was seen. */
static const char *judge_rate(struct bench *b)
{
	if (tally.stopped)
		return tally.stopped;
	if (tally.timeouts)
		return "the device did not answer in time, and was reset";
	if (!tally.outcomes[OUTCOME_A])
		return "no DMA landed where it was sent";
	if (tally.outcomes[OUTCOME_A] != tally.dmas)
		return "a DMA did not land where it was sent, though nobody rewrites";
	if (tally.faults.odd)
		return fault_fit_text((enum fault_fit)tally.faults.odd_fit);
	if (tally.faults.ours)
		return tell_needless(b);
	return NULL;
}

/* The device's rate with nobody rewriting, and without translation. */
void check_rates(struct bench *b, const char *id)
{
	uint64_t ms = options.test_ms		      ? options.test_ms
		      : b->device->typical_us > 10000 ? 500
						      : 300,
		 off, on;
	const char *problem, *off_problem;
	char ratio[16];

	log_note("%s: nobody rewrites", id);
	trial_untranslated(b, ms, &tally);
	off = landed_rate();
	problem = judge_rate(b);
	log_note("  translation off: %lu DMAs/s%s%s", off, problem ? "; " : "",
		 problem ? problem : "");
	off_problem =
		!problem || tally.stopped || tally.timeouts ? NULL
							    : OUTSIDE
			"with GSTS.TES = 0 a DMA did not land at its physical address (section 11.4.4.1)";
	trial_undisturbed(b, ms, &tally);
	on = landed_rate();
	log_note("  translation on, invalidation before each DMA: %lu DMAs/s, %s of that", on,
		 off ? format_ratio(ratio, on, off) : "?");
	report_tally(b->target, &tally, NULL, 0);
	report_keep(b->target, &tally, NULL);
	report_extra("rates untranslated=%lu translated=%lu", off, on);
	b->undisturbed_rate = on;
	problem = judge_rate(b);
	if (!problem)
		problem = off_problem;
	check_report(b, &tally, id, problem, BROKEN(BROKEN_WALK), on, "DMA/s");
}

void check_concurrency(struct bench *b, const char *id)
{
	const char *problem = NULL;

	log_note("%s: walks that meet a change under way", id);
	for (unsigned regime = 0; regime < REGIME_COUNT; regime++) {
		uint64_t ms = verdict_is_slow(b)	? 2000
			      : regime == REGIME_HAMMER ? WALKS_MS
							: 3 * WALKS_MS;

		/* Who asks for longer tests has a host that shows little. */
		if (options.test_ms > ms)
			ms = options.test_ms < WALKS_MOST_MS ? options.test_ms : WALKS_MOST_MS;
		if (verdict_is_slow(b) && regime == REGIME_FAITHFUL)
			continue; /* nothing of it is tested in that regime */
		/* Nothing is called safe without one: a host that shows few gets more time, until it does. */
		for (unsigned i = 0; i <= WALKS_AGAIN; i++) {
			trial_walks(b, (enum regime)regime, ms, &tally);
			if (tally.outcomes[OUTCOME_MIXTURE_1] || tally.stopped)
				break;
		}
		b->met[regime] = tally.outcomes[OUTCOME_MIXTURE_1];
		b->met_of[regime] = tally.dmas;
		log_note("  %s: %lu of %lu DMAs; the updater stored %lu times during %lu of them",
			 regime_word(regime), b->met[regime], tally.dmas, tally.stores,
			 tally.exposed);
		report_extra("walks regime=%s n=%lu dmas=%lu exposed=%lu stores=%lu",
			     regime_word(regime), b->met[regime], tally.dmas, tally.exposed,
			     tally.stores);
		if (!problem && tally.stopped)
			problem = tally.stopped;
		if (!problem && tally.torn > b->met[regime])
			problem = OUTSIDE
				"a 128-bit exchange of a context entry was met in parts (section 6.2.2.1)";
	}
	if (problem)
		check_report(b, &tally, id, problem,
			     BROKEN(BROKEN_CACHES) | BROKEN(BROKEN_FETCH) | BROKEN(BROKEN_WALK), 0,
			     "met");
	else
		report_result(id, b->met[REGIME_HAMMER] ? VERDICT_SELF_CHECK : VERDICT_SKIP,
			      "inconclusive: no DMA was seen in the middle of a change",
			      b->met[REGIME_HAMMER], "met");
}

/* One way of flipping the current target, hammered. Returns what was torn, or mis-tagged. */
static uint64_t flip(struct bench *b, const struct step *steps, size_t count, uint64_t ms,
		     const char *how)
{
	struct trial trial = { .steps = steps, .count = count, .regime = REGIME_HAMMER, .ms = ms };
	uint64_t seen;
	char bound[16];

	trial_run(b, &trial, &tally);
	seen = tally.torn + tally.mistagged;
	report_extra("flip target=%s by=%s n=%lu dmas=%lu",
		     target_name((enum target_id)b->target->id), how, seen, tally.dmas);
	log_note("  %s, %s: %lu of %lu DMAs met a mixture%s%s",
		 target_name((enum target_id)b->target->id), how, seen, tally.dmas,
		 seen ? "" : ", below ",
		 seen || !tally.dmas ? "" : format_ratio(bound, 3, tally.dmas));
	return tally.stopped ? 0 : seen;
}

void measure_granularity(struct bench *b, const char *id)
{
	static const struct step by_64[] = { { STEP_STORE, 0, VALUE_NEW, { 0, 0 } },
					     { STEP_STORE, 1, VALUE_NEW, { 0, 0 } } };
	static const struct step by_128[] = { { STEP_CAS, 0, VALUE_NEW, { 0, 0 } },
					      { STEP_CAS, 2, VALUE_NEW, { 0, 0 } } };
	static const struct step by_256[] = { { STEP_STORE256, 0, VALUE_NEW, { 0, 0 } } };
	uint64_t ms = options.test_ms ? options.test_ms : 500;
	const char *broken = NULL;
	bool control;
	const char *follows = bench_follows(
		b, BROKEN(BROKEN_CACHES) | BROKEN(BROKEN_FETCH) | BROKEN(BROKEN_WALK), id);

	log_note("%s: whole-entry flips by stores of different width", id);
	control = flip(b, by_64, 2, ms, "64-bit-stores");
	if (flip(b, by_128, 1, 2 * ms, "one-128-bit-exchange"))
		broken = OUTSIDE
			"it acted on less than 128 bits of a context entry (section 6.2.2.1)";
	if (!b->lacks[TARGET_SM_CONTEXT] && !engine_choose(b, &b->targets[TARGET_SM_CONTEXT]) &&
	    flip(b, by_128, 1, ms, "one-128-bit-exchange") && !broken)
		broken = OUTSIDE
			"it acted on less than 128 bits of a scalable-mode context entry, whose two 128-bit chunks are read one after the other (section 6.2.2.1)";
	for (unsigned t = TARGET_PASID_SS; t <= TARGET_PASID_FS; t++) {
		if (b->lacks[t] || engine_choose(b, &b->targets[t]))
			continue;
		flip(b, by_128, 2, ms, "an-exchange-for-each-chunk");
		if (stores_have_256())
			flip(b, by_256, 1, ms, "one-256-bit-store");
	}
	if (!stores_have_256())
		log_note("  no 256-bit stores: the processor has no AVX");
	engine_choose(b, &b->targets[TARGET_CONTEXT]);
	log_note("  Of a 128-bit entry the unit %s",
		 broken	   ? "acted on less than 128 bits"
		 : control ? "never acted on less than 128 bits"
			   : "showed nothing: not even 64-bit stores were caught between");
	report_result(
		id,
		broken				   ? VERDICT_FAIL
		: control && b->met[REGIME_HAMMER] ? VERDICT_SELF_CHECK
						   : VERDICT_SKIP,
		broken && follows ? follows
		: broken	  ? broken
		: control ? "inconclusive: no DMA was seen in the middle of a change (concurrency)"
			  : "inconclusive: 64-bit stores did not tear",
		broken ? 64 : 128, "bits");
}
