/* SPDX-License-Identifier: BSD-2-Clause */
/* The witness of targets of interrupts, and the check interrupts. */
#include "tests/litmus/interrupt_checks.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/disabling.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/interrupt_beside.h"
#include "tests/litmus/interrupt_entries.h"
#include "tests/litmus/interrupt_index.h"
#include "tests/litmus/interrupt_places.h"
#include "tests/litmus/report.h"
#include "tests/litmus/switching.h"
#include "tests/litmus/trials.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define TRIES	       4  /* of each entry put there by hand */
#define ROUNDS	       64 /* of each way to invalidate */
#define WIDEST	       16 /* an order that means ECAP.MHMV */
#define LATE_US	       1000
#define UNDISTURBED_MS 200

static struct tally t;
static char text[640];

/* One interrupt by an entry that was put there: false, and t.stopped or the outcome, if it is not as the reference says. */
static bool comes_to(struct bench *b, const uint64_t *entry, enum outcome *outcome)
{
	struct target_reading reading = { .target = b->target, .phase = b->target->phase };
	struct model_meaning want;

	target_read(&reading, entry, &want);
	*outcome = engine_once(b, &t);
	return !t.stopped && *outcome == want.outcome;
}

static const char *half(unsigned choice)
{
	static const char *const halves[] = { "A", "B", "zero" };

	return halves[choice];
}

/* choice of each word: of A, of B, zero. */
static bool try_mixture(struct bench *b, unsigned low, unsigned high, unsigned *seen)
{
	const struct target *target = b->target;
	struct target_reading reading = { .target = target, .phase = target->phase };
	uint64_t entry[ENTRY_WORDS_MAX] = {
		low < 2 ? target->state[target->phase][low][0] : 0,
		high < 2 ? target->state[target->phase][high][1] : 0,
	};
	struct model_meaning want;
	enum outcome outcome = OUTCOME_SILENT;
	bool is_right = true;

	target_read(&reading, entry, &want);
	if (!engine_put(b, entry, &t))
		return false;
	vtd_fault_clear(b->unit);
	bench_log_interrupts(b, &t.faults);
	for (unsigned i = 0; i < TRIES && is_right; i++)
		is_right = comes_to(b, entry, &outcome);
	bench_log_interrupts(b, NULL);
	*seen |= 1u << outcome;
	log_note("  pair %u, words of %s and %s: %s%s%s", target->phase + 1, half(low), half(high),
		 target_outcome_name(target, outcome), is_right ? "" : ", but the reference says ",
		 is_right ? "" : target_outcome_name(target, want.outcome));
	return is_right;
}

unsigned interrupt_try_mixtures(struct bench *b, struct tally *tally)
{
	unsigned wrong = 0, seen = 0;

	memset(&t, 0, sizeof(t));
	for (unsigned phase = 0; phase < b->target->phases && !t.stopped; phase++) {
		t.stopped = interrupt_choose(b, b->target);
		target_choose_phase(b->target, phase);
		if (!t.stopped)
			engine_settle(b, b->target->state[phase][0], &t);
		for (unsigned i = 0; i < (b->target->words > 1 ? 9 : 3) && !t.stopped; i++)
			wrong += !try_mixture(b, i % 3, i / 3, &seen);
	}
	if (t.stopped)
		log_note("  stopped: %s", t.stopped);
	wrong += t.stopped || t.doubled || t.astray ||
		 (b->target->words > 1 &&
		  !(seen & 1 << OUTCOME_MIXTURE_1 && seen & 1 << OUTCOME_MIXTURE_2));
	if (t.doubled || t.astray)
		log_note("  %lu came twice or late, %lu astray", t.doubled, t.astray);
	target_choose_phase(b->target, 0);
	*tally = t;
	return wrong;
}

/* --- the check interrupts --- */

static const struct {
	const char *what;
	bool global;
	uint16_t offset; /* below the entry's index */
	unsigned order;
} ways[] = {
	{ "by index", false, 0, 0 },
	{ "of the 4 indexes around it", false, 1, 2 },
	{ "of as many indexes as ECAP.MHMV lets, named by the farthest from it", false, 0, WIDEST },
	{ "globally", true, 0, 0 },
};

static enum vtd_status invalidate(struct bench *b, unsigned way)
{
	unsigned order = ways[way].order;
	uint16_t index = (uint16_t)(b->target->index - ways[way].offset);

	if (ways[way].global)
		return vtd_invalidate_interrupts_all(b->unit);
	if (order == WIDEST) {
		order = (unsigned)field_of(b->unit->ecap, ECAP_MHMV);
		index ^= (uint16_t)((1u << order) - 1);
	}
	return vtd_invalidate_interrupts(b->unit, index, order);
}

static void put(struct bench *b, unsigned state)
{
	/* Absent first: no mixture is met. */
	bench_store(b, b->target->entry, 0);
	bench_store(b, b->target->entry + 1, b->target->state[0][state][1]);
	bench_store(b, b->target->entry, b->target->state[0][state][0]);
}

/* From an entry that lets it to one that refuses, and back. */
static const char *try_ways(struct bench *b)
{
	for (unsigned way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		enum outcome outcome, other = OUTCOME_COUNT;
		unsigned old = 0, late = 0;

		if (!engine_settle(b, b->target->state[0][0], &t))
			return t.stopped;
		engine_once(b, &t);
		for (unsigned round = 1; round <= ROUNDS && !t.stopped; round++) {
			enum vtd_status status;

			put(b, round & 1);
			status = invalidate(b, way);
			if (status != VTD_OK)
				t.stopped = bench_status_text(b, status);
			if (t.stopped)
				break;
			outcome = engine_once(b, &t);
			if (outcome == (enum outcome)b->target->expects[round & 1])
				continue;
			if (outcome != (enum outcome)b->target->expects[!(round & 1)] &&
			    outcome >= OUTCOME_PAGES) {
				other = outcome;
				continue;
			}
			old++;
			time_delay_us(LATE_US);
			late += engine_once(b, &t) == (enum outcome)b->target->expects[round & 1];
		}
		if (t.stopped)
			return t.stopped;
		if (t.faults.odd)
			return fault_fit_text((enum fault_fit)t.faults.odd_fit);
		if (other == OUTCOME_LOST)
			return OUTSIDE
				"target irte: an interrupt came to no vector and left no fault record (sections 5.1.4, 5.1.4.1)";
		if (other < OUTCOME_COUNT) {
			format_text(
				text, sizeof(text),
				OUTSIDE
				"target irte: an interrupt came to \"%s\" (%s), which neither its old entry says nor its new one: the entry is read wrongly (section 9.9), or the fault's reason is (section 5.1.4.1)",
				target_outcome_name(b->target, other),
				target_outcome_meaning(b->target, other));
			return text;
		}
		if (!old)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte, the interrupt entry cache invalidated %s: in %u of %u rounds the next interrupt still went by the old entry%s",
			ways[way].what, old, ROUNDS,
			late == old
				? "; 1 ms later the new one was used, with nothing more invalidated: the wait is completed before what is ahead of it is done (section 6.5.2.9)"
				: ": the invalidation is not done, or does not reach it (section 6.5.2.8), the entry is kept under another index (section 6.4), or the source-id is not checked (section 9.9)");
		return text;
	}
	return NULL;
}

/* It was absent, and is put in with nothing invalidated: with CAP.CM clear the unit must have kept nothing of that. */
static const char *try_return(struct bench *b)
{
	static const uint64_t absent[IRTE_WORDS];

	if (field_of(b->unit->cap, CAP_CM))
		return NULL;
	for (unsigned round = 0; round < TRIES * 2; round++) {
		if (!engine_put(b, absent, &t))
			return t.stopped;
		engine_once(b, &t);
		put(b, 0);
		if (vtd_flush_write_buffer(b->unit) != VTD_OK)
			return t.stopped;
		if (engine_once(b, &t) != (enum outcome)b->target->expects[0])
			return t.stopped ? t.stopped
					 : OUTSIDE
				       "target irte: it was absent, and an interrupt was refused; put in with nothing invalidated, it still refuses: absent entries are kept, though CAP.CM is 0 (section 6.4)";
	}
	return NULL;
}

/* One 128-bit exchange after the other, and no mixture: hardware must read the entry by one read (section 5.1.4). */
static const char *try_exchanges(struct bench *b, uint64_t ms)
{
	static const struct step exchange = { STEP_CAS, 0, VALUE_NEW, { 0, 0 } };
	struct trial trial = { .steps = &exchange, .count = 1, .regime = REGIME_HAMMER, .ms = ms };
	static struct tally exchanged;

	trial_run(b, &trial, &exchanged);
	log_note("  128-bit exchanges: %lu of %lu interrupts met stores, %lu a mixture",
		 exchanged.exposed, exchanged.dmas, exchanged.torn);
	if (exchanged.torn)
		return OUTSIDE
			"target irte: a 128-bit exchange of the entry was met in parts: the unit reads it by more than one read (section 5.1.4)";
	t.stopped = exchanged.stopped;
	return t.stopped;
}

/* Nobody rewrites: each comes, once. */
static const char *try_undisturbed(struct bench *b, uint64_t ms)
{
	struct measurement s = { .address = b->target->address, .ms = ms };

	if (!engine_settle(b, b->target->state[0][0], &t))
		return t.stopped;
	engine_measure(b, &s, &t);
	if (t.stopped)
		return t.stopped;
	if (t.astray || t.doubled || t.outcomes[OUTCOME_A] != t.dmas) {
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte, nobody rewriting: of %lu interrupts %lu came as their entry says; %lu were lost, %lu came twice or after their time, %lu at another processor or as another vector (section 5.1.4)",
			t.dmas, t.outcomes[OUTCOME_A],
			t.outcomes[OUTCOME_LOST] + t.outcomes[OUTCOME_NOT_PRESENT] +
				t.outcomes[OUTCOME_FAULT],
			t.doubled, t.astray);
		return text;
	}
	if (t.faults.ours)
		return OUTSIDE
			"target irte: each interrupt was let through, and yet faults of the device were recorded (section 7.2)";
	return NULL;
}

static bool is_of_unit(const char *problem)
{
	size_t length = sizeof(OUTSIDE) - 1;

	if (t.faults.odd)
		return true;
	return !t.stopped && strlen(problem) > length && !memcmp(problem, OUTSIDE, length);
}

void check_interrupts(struct bench *b, struct bench *other, const char *id)
{
	uint64_t ms = options.test_ms ? options.test_ms : UNDISTURBED_MS, rate;
	const char *problem = engine_choose(b, &b->targets[TARGET_IRTE]), *follows;

	memset(&t, 0, sizeof(t));
	log_note("%s: nobody rewrites its entry", id);
	if (!problem)
		problem = disabling_find_interrupts(b, &t);
	if (!problem)
		problem = try_undisturbed(b, ms);
	rate = t.ticks ? t.dmas * 1000000 / (time_ticks_to_ns(t.ticks) / 1000 + 1) : 0;
	log_note("  %lu interrupts, %lu lost, %lu twice, %lu astray; %lu/s", t.dmas,
		 t.dmas - t.outcomes[OUTCOME_A], t.doubled, t.astray, rate);
	bench_log_interrupts(b, &t.faults);
	if (!problem)
		problem = try_ways(b);
	if (!problem)
		problem = try_return(b);
	if (!problem)
		problem = interrupt_index_find(b, &t);
	if (!problem)
		problem = interrupt_beside_find(b, other, &t);
	if (!problem)
		problem = interrupt_entries_find(b, &t);
	bench_log_interrupts(b, NULL);
	if (!problem)
		problem = try_exchanges(b, ms);
	if (!problem)
		problem = switching_find_interrupts(b, &t);
	if (!problem)
		problem = engine_choose(b, &b->targets[TARGET_IRTE]);
	bench_log_interrupts(b, &t.faults);
	if (!problem)
		problem = interrupt_index_find_upper(b, &t);
	bench_log_interrupts(b, NULL);
	if (!problem)
		problem = interrupt_places_find(b, &t);
	if (!problem && (t.doubled || t.astray))
		problem = OUTSIDE
			"an interrupt came twice, after its time, at another processor or as another vector (section 5.1.4)";
	follows = problem && t.faults.odd ? bench_follows(b, BROKEN(BROKEN_RECORDS), id) : NULL;
	report_result(id,
		      !problem		    ? VERDICT_SELF_CHECK
		      : is_of_unit(problem) ? VERDICT_FAIL
					    : VERDICT_ERROR,
		      follows ? follows : problem, rate, "interrupts/s");
}
