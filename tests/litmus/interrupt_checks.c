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

#define OUTSIDE	       "outside the specification: "
#define TRIES	       4  /* of each entry put there by hand */
#define ROUNDS	       64 /* of each way to invalidate */
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
	{ "globally", true, 0, 0 },
};

static enum vtd_status invalidate(struct bench *b, unsigned way)
{
	return ways[way].global
		       ? vtd_invalidate_interrupts_all(b->unit)
		       : vtd_invalidate_interrupts(b->unit,
						   (uint16_t)(b->target->index - ways[way].offset),
						   ways[way].order);
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

/* Entries that this device's interrupt must, or must not, get by; word 1 holds SID, which is put in. */
static const struct {
	uint64_t low,
		high; /* flipped bits of the state that lets it, SVT and SID cleared before where by_sid */
	uint16_t sid; /* flipped bits of the device's */
	bool by_sid;
	uint8_t reason; /* 0: it is let through */
	const char *what, *section;
} variants[] = {
	{ 1, 0, 0, false, FAULT_IRTE_NOT_PRESENT, "P clear", "9.9" },
	{ 1 << 12, 0, 0, false, FAULT_IRTE_RESERVED, "bit 12 set", "9.9" },
	{ 1 << 24, 0, 0, false, FAULT_IRTE_RESERVED, "bit 24 set", "9.9" },
	{ 0, 1ull << 63, 0, false, FAULT_IRTE_RESERVED, "bit 127 set", "9.9" },
	{ 0, 1 << 20, 0, false, FAULT_IRTE_RESERVED, "bit 84 set", "9.9" },
	{ 1 << 8, 0, 0, false, 0, "AVAIL 1", "9.9" },
	{ 0, 1 << 18, 1, true, FAULT_IRTE_SOURCE, "SVT 01b, SQ 00b, SID of another function",
	  "9.9" },
	{ 0, 1 << 18, 0x100, true, FAULT_IRTE_SOURCE, "SVT 01b, SID of another bus", "9.9" },
	{ 0, 1 << 18 | 1 << 16, 4, true, 0, "SVT 01b, SQ 01b, SID with another bit 2", "9.9" },
	{ 0, 1 << 18 | 1 << 16, 2, true, FAULT_IRTE_SOURCE,
	  "SVT 01b, SQ 01b, SID with another bit 1", "9.9" },
	{ 0, 1 << 18 | 2 << 16, 6, true, 0, "SVT 01b, SQ 10b, SID with other bits 2 and 1", "9.9" },
	{ 0, 1 << 18 | 2 << 16, 1, true, FAULT_IRTE_SOURCE,
	  "SVT 01b, SQ 10b, SID with another bit 0", "9.9" },
	{ 0, 1 << 18 | 3 << 16, 7, true, 0, "SVT 01b, SQ 11b, SID of another function", "9.9" },
	{ 0, 1 << 18 | 3 << 16, 8, true, FAULT_IRTE_SOURCE,
	  "SVT 01b, SQ 11b, SID of another device", "9.9" },
	{ 0, 0, 0xffff, true, 0, "SVT 00b", "9.9" },
};

static void make_variant(const struct bench *b, unsigned v, uint64_t *entry)
{
	const uint64_t *from = b->target->state[0][0];

	entry[0] = from[0] ^ variants[v].low;
	entry[1] = from[1] ^ variants[v].high;
	if (variants[v].by_sid)
		entry[1] = variants[v].high | (b->source_id ^ variants[v].sid);
}

/* What was seen of an entry that was put there by hand. NULL, or what is wrong. */
static const char *judge_variant(struct bench *b, const uint64_t *entry, uint8_t want,
				 const char *what, const char *section)
{
	bool is_unrecorded = b->traits.interrupt_records == TRAIT_NO, came, is_right;
	const struct fault_log *log = &t.faults;
	enum outcome outcome;
	uint8_t reason;

	if (!engine_put(b, entry, &t))
		return t.stopped;
	memset(&t.faults, 0, sizeof(t.faults));
	outcome = engine_once(b, &t);
	if (t.stopped)
		return t.stopped;
	came = outcome < OUTCOME_PAGES || outcome == OUTCOME_BOTH;
	reason = log->kind_count ? log->kinds[0].reason : 0;
	is_right = want ? !came && (reason == want || (is_unrecorded && !reason)) : came && !reason;
	/* QEMU is known to take SVT 11b and others for what they are not; who comes through is right all the same. */
	if (is_right || (want && !came && b->traits.is_qemu))
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target irte, %s: the interrupt %s (fault reason 0x%x), where it must be %s%s: the entry is read wrongly (section %s), or its reason is (section 5.1.4.1)",
		what, came ? "was let through" : "came to nothing", reason,
		want ? "refused for reason " : "let through",
		want ? vtd_fault_reason_name(want) : "", section);
	return text;
}

static const char *try_variants(struct bench *b)
{
	unsigned bus = b->source_id >> 8;
	uint64_t entry[IRTE_WORDS];
	const char *problem = NULL;

	for (unsigned v = 0; v < sizeof(variants) / sizeof(variants[0]) && !problem; v++) {
		make_variant(b, v, entry);
		problem = judge_variant(b, entry, variants[v].reason, variants[v].what,
					variants[v].section);
	}
	for (unsigned v = 0; v < 4 && !problem; v++) {
		static const char *const what[] = { "SVT 10b, a range that ends with its bus",
						    "SVT 10b, a range that begins with its bus",
						    "SVT 10b, a range below its bus",
						    "SVT 10b, a range above its bus" };
		unsigned first = v == 0	  ? 0
				 : v == 1 ? bus
				 : v == 2 ? 0
					  : bus + 1,
			 last = v == 0	 ? bus
				: v == 2 ? bus - 1
					 : 255;

		if ((v == 2 && !bus) || (v == 3 && bus == 255))
			continue;
		/* QEMU's unit takes StartBus# for EndBus#, and the other way round: known. */
		if (v < 2 && b->traits.is_qemu)
			first = last = bus;
		entry[0] = b->target->state[0][0][0];
		entry[1] = (uint64_t)SVT_BUS << 18 | first << 8 | last;
		problem = judge_variant(b, entry, v < 2 ? 0 : FAULT_IRTE_SOURCE, what[v], "9.9");
	}
	return problem;
}

/* With FPD nothing of it is recorded; the entry after it is, so that records do work. */
static const char *try_fpd(struct bench *b)
{
	uint64_t entry[IRTE_WORDS] = { b->target->state[0][1][0], b->target->state[0][1][1] };

	if (b->traits.interrupt_records != TRAIT_YES)
		return NULL;
	field_set(entry, IRTE_FPD, 1);
	if (!engine_put(b, entry, &t))
		return t.stopped;
	memset(&t.faults, 0, sizeof(t.faults));
	interrupt_arm(b, &t);
	bench_forget_faults(b);
	interrupt_send(b, &t);
	bench_drain_faults(b, &t, time_us());
	return t.faults.recorded ? OUTSIDE
		       "target irte, FPD set: a refused interrupt was recorded all the same (section 9.9)"
				 : NULL;
}

/* Messages that no entry of ours is for. */
static const char *try_messages(struct bench *b)
{
	static const struct {
		uint64_t address;
		uint32_t data;
		uint8_t reason;
		const char *what;
		bool qemu_has_not;
	} messages[] = {
		{ 0xfee00010ull | (VTD_INTERRUPT_ENTRIES & 0x7fff) << 5, 0, FAULT_IRTE_BEYOND_TABLE,
		  "an index beyond the table", false },
		{ 0xfee00010ull | 1 << 3, 1u << 16, FAULT_IRTE_REQUEST_RESERVED,
		  "SHV set and bit 16 of the data", true },
		{ 0xfee00000ull, INTERRUPT_VECTOR_A, FAULT_COMPATIBILITY_BLOCKED,
		  "compatibility format, with CFIS = 0", true },
	};
	const struct dma_generator *g = b->device->generator;
	const char *problem = NULL;

	if (b->traits.interrupt_records == TRAIT_NO)
		return NULL;
	for (unsigned m = 0; m < sizeof(messages) / sizeof(messages[0]) && !problem; m++) {
		struct interrupts_taken taken;
		struct vtd_fault faults[16];
		uint64_t end;
		unsigned n = 0;
		bool overflow;

		if (messages[m].qemu_has_not && b->traits.is_qemu)
			continue;
		if (b->has_interrupt)
			return NULL;
		bench_drain_faults(b, &t, time_us());
		vtd_fault_clear(b->unit);
		problem = g->interrupt_open(b->device, messages[m].address, messages[m].data);
		if (problem)
			break;
		interrupt_arm(b, &t);
		g->interrupt_raise(b->device);
		end = time_us() + bench_fault_wait_us(b);
		while (!n && time_us() < end)
			n = vtd_fault_read(b->unit, faults, 16, &overflow);
		taken = interrupts_let_in();
		if (n && faults[0].reason == messages[m].reason &&
		    faults[0].source_id == b->source_id && taken.a == b->interrupt.seen.a &&
		    taken.b == b->interrupt.seen.b)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"a message with %s: %s, and %s (reason 0x%x) where it must be refused for reason 0x%x (sections 5.1.4, 5.1.4.1)",
			messages[m].what,
			taken.a == b->interrupt.seen.a ? "no interrupt came" : "an interrupt came",
			n ? "a fault was recorded" : "no fault was recorded",
			n ? faults[0].reason : 0, messages[m].reason);
		problem = text;
	}
	if (!problem)
		problem = interrupt_open(b);
	return problem;
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
		problem = try_variants(b);
	if (!problem)
		problem = try_fpd(b);
	if (!problem)
		problem = try_messages(b);
	bench_log_interrupts(b, NULL);
	if (!problem)
		problem = try_exchanges(b, ms);
	if (!problem)
		problem = engine_choose(b, &b->targets[TARGET_IRTE]);
	if (!problem)
		problem = interrupt_places_find(b, &t);
	if (!problem)
		problem = switching_find_interrupts(b, &t);
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
