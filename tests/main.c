/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run: for each device its witness check, its rates and its fault storm, then every sequence
 * under every drive. Controls stand before the sequences whose verdicts need them.
 */
#include "kernel/cpu.h"
#include "kernel/format.h"
#include "kernel/kernel.h"
#include "kernel/log.h"
#include "kernel/muldiv.h"
#include "kernel/smp.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "tests/report.h"
#include "tests/setup.h"
#include "vtd/regs.h"

#define STEPS_MAX    64
#define STORM_DMAS   10000
#define STORM_UNREAD 64
#define ID_BYTES     96

/* What the controls on one device have shown so far in this run. */
struct shown {
	uint64_t torn[DRIVE_COUNT], stale[DRIVE_COUNT];
	bool witness_good;
};

static struct setup setup;
static struct tally tally;

static const char *device_name(const struct bench *b)
{
	return b->device->generator->name;
}

/* Slow devices get longer and are only hammered: a faithful run would see nothing. */
static bool is_slow(const struct bench *b)
{
	return b->device->typical_us > 10000;
}

static uint64_t test_ms(const struct bench *b, enum drive drive)
{
	if (options.test_ms)
		return options.test_ms;
	if (is_slow(b))
		return 3000;
	return drive == DRIVE_FAITHFUL ? 2500 : 1000;
}

static const char *without_name(void)
{
	static const char *const names[] = { "", ".without-barrier", ".without-present",
					     ".without-invalidate" };

	return names[options.without];
}

/* The steps to run: the sequence's own, or with a safeguard taken out as without= asks. */
static size_t choose_steps(const struct sequence *s, struct step *steps)
{
	if (s->role == SEQUENCE_SAFE) {
		switch (options.without) {
		case WITHOUT_BARRIER:
			return sequence_without_barrier(s, steps);
		case WITHOUT_PRESENT:
			return sequence_without_present(s, steps);
		case WITHOUT_INVALIDATE:
			return sequence_without_invalidations(s, steps);
		}
	}
	memcpy(steps, s->steps, s->count * sizeof(*steps));
	return s->count;
}

/* Returns the length without what names the dwell: tests= may leave that out. */
static size_t sequence_id(char id[ID_BYTES], const struct bench *b, const struct sequence *s,
			  enum drive drive, uint32_t dwell_ns)
{
	size_t n = format_text(id, ID_BYTES, "context.%s.%s%s.%s.%s", operation_name(s->operation),
			       s->name, s->role == SEQUENCE_SAFE ? without_name() : "",
			       device_name(b), drive_name(drive));

	if (options.dwell_count > 1 || options.dwell_ns[0])
		format_text(id + n, ID_BYTES - n, ".dwell-%uns", dwell_ns);
	return n;
}

static bool is_wanted(const struct bench *b, const struct sequence *s, enum drive drive,
		      const char *id, size_t base_length)
{
	struct step steps[STEPS_MAX];
	char base[ID_BYTES];

	memcpy(base, id, base_length);
	base[base_length] = 0;
	if (!option_list_matches(options.tests, id) && !option_list_matches(options.tests, base))
		return false;
	if (is_slow(b) && drive == DRIVE_FAITHFUL)
		return false;
	/* By default a slow device only confirms what the fast one shows. */
	if (is_slow(b) && s->operation != OPERATION_REPLACE && !options.tests[0])
		return false;
	/* What is stale shows only where the sequence is the only one to invalidate. */
	if (s->role == SEQUENCE_STALE && drive == DRIVE_HAMMER)
		return false;
	return s->role != SEQUENCE_SAFE || !options.without || choose_steps(s, steps);
}

/* What no sequence explains: then the run says nothing of the sequence. NULL: nothing such. */
static const char *unexplained(void)
{
	if (tally.stopped)
		return tally.stopped;
	if (tally.timeouts)
		return "the device did not answer in time, and was reset";
	if (tally.outcomes[OUTCOME_LOST])
		return "a DMA landed in no page of the witness and left no fault record";
	if (tally.outcomes[OUTCOME_SILENT] && !tally.faults.overflows)
		return "a DMA was not done and left no fault record";
	return NULL;
}

static void judge_control(const struct sequence *s, enum drive drive, struct shown *shown,
			  const char *id)
{
	uint64_t torn = tally_torn(&tally);
	bool stale = s->role == SEQUENCE_STALE;
	uint64_t seen = stale ? tally.stale : torn;

	shown->torn[drive] += torn;
	shown->stale[drive] += stale ? tally.stale : 0;
	if (unexplained())
		report_result(id, VERDICT_FAIL, unexplained(), seen, stale ? "stale" : "torn");
	else if (seen)
		report_result(id, VERDICT_PASS, NULL, seen, stale ? "stale" : "torn");
	else
		report_result(id, VERDICT_SKIP,
			      stale ? "inconclusive: this control met no stale entry in this run"
				    : "inconclusive: this control did not tear in this run",
			      0, stale ? "stale" : "torn");
}

static void judge_safe(const struct sequence *s, enum drive drive, const struct shown *shown,
		       const char *id)
{
	uint64_t torn = tally_torn(&tally), blocked = tally.outcomes[OUTCOME_NOT_PRESENT];
	uint64_t controls = 0;
	char why[160];

	for (unsigned d = 0; d < DRIVE_COUNT; d++)
		controls += shown->torn[d];
	if (torn) {
		report_result(id, VERDICT_FAIL, "torn entries were acted on", torn, "torn");
	} else if (unexplained()) {
		report_result(id, VERDICT_FAIL, unexplained(), torn, "torn");
	} else if (tally.stale) {
		report_result(id, VERDICT_FAIL, "a DMA met an entry that was no longer in force",
			      tally.stale, "stale");
	} else if (s->never_blocks && blocked) {
		report_result(id, VERDICT_FAIL,
			      "DMAs were blocked though the entry was always present", blocked,
			      "blocked");
	} else if (!controls) {
		report_result(id, VERDICT_SKIP,
			      "inconclusive: no control tore on this device in this run", 0,
			      "torn");
	} else if (drive == DRIVE_FAITHFUL && !shown->torn[drive]) {
		report_result(id, VERDICT_SKIP,
			      "inconclusive: no control tore under this drive in this run", 0,
			      "torn");
	} else {
		format_text(why, sizeof(why),
			    "controls on this device tore %lu times hammered, %lu faithful",
			    shown->torn[DRIVE_HAMMER], shown->torn[DRIVE_FAITHFUL]);
		log_note("  Safe: %s", why);
		report_result(id, VERDICT_PASS, NULL, 0, "torn");
	}
}

static void run_sequence(struct bench *b, const struct sequence *s, enum drive drive,
			 uint32_t dwell_ns, struct shown *shown, const char *id)
{
	struct step steps[STEPS_MAX];
	struct trial trial = { .steps = steps,
			       .count = choose_steps(s, steps),
			       .drive = drive,
			       .dwell_ns = dwell_ns,
			       .ms = test_ms(b, drive) };

	log_note("%s: %s%s", id, s->title, s->role == SEQUENCE_SAFE ? "" : " (control)");
	if (!shown->witness_good) {
		report_result(id, VERDICT_FAIL, "not run: the witness of this device is not sound",
			      0, "torn");
		return;
	}
	engine_run(b, &trial, &tally);
	report_tally(&tally, b->undisturbed_rate);
	if (s->role == SEQUENCE_SAFE)
		judge_safe(s, drive, shown, id);
	else
		judge_control(s, drive, shown, id);
}

/* Every mixture put in force by hand, one DMA each: it must end where the witness says. */
static void run_witness(struct bench *b, struct shown *shown, const char *id)
{
	unsigned wrong = 0;

	log_note("%s: each of the four mixtures in force by itself, a DMA each", id);
	for (unsigned phase = 0; phase < b->witness.phases; phase++) {
		for (unsigned m = 0; m < MIXTURE_COUNT; m++) {
			uint64_t entry[CONTEXT_WORDS];
			unsigned written;
			enum outcome outcome, want;

			witness_entry(&b->witness, phase, (enum mixture)m, entry);
			want = witness_refused(&b->witness, phase, (enum mixture)m)
				       ? OUTCOME_REFUSED
				       : (enum outcome)m;
			outcome = engine_probe(b, entry, &tally, &written);
			log_note("  entry %s (%016lx %016lx): %s%s%s", mixture_name(m), entry[1],
				 entry[0], outcome_name(outcome),
				 outcome == want ? "" : ", but it was built to give ",
				 outcome == want ? "" : outcome_name(want));
			if (outcome != want) {
				report_faults(&tally.faults);
				wrong++;
			}
			if (tally.stopped)
				log_note("  stopped: %s", tally.stopped);
		}
	}
	shown->witness_good = !wrong;
	report_result(id, wrong ? VERDICT_FAIL : VERDICT_PASS,
		      "a mixture does not end where the witness was built to lead it", wrong,
		      "wrong");
}

/* The device's rate with nobody rewriting, and without translation. */
static void run_rates(struct bench *b, const char *id)
{
	uint64_t ms = options.test_ms ? options.test_ms : is_slow(b) ? 500 : 300, off, on;
	char ratio[16];

	log_note("%s: nobody rewrites", id);
	engine_run_untranslated(b, ms, &tally);
	off = tally.stopped || !tally.ticks ? 0 : mul_div(tally.dmas, time_hz(), tally.ticks);
	log_note("  translation off: %lu DMAs/s%s%s", off, tally.stopped ? "; " : "",
		 tally.stopped ? tally.stopped : "");
	engine_run_undisturbed(b, ms, &tally);
	on = tally.stopped || !tally.ticks ? 0 : mul_div(tally.dmas, time_hz(), tally.ticks);
	log_note("  translation on, invalidation before each DMA: %lu DMAs/s, %s of that", on,
		 off ? format_ratio(ratio, on, off) : "?");
	report_tally(&tally, 0);
	b->undisturbed_rate = on;
	report_result(id, on && !tally_torn(&tally) ? VERDICT_PASS : VERDICT_FAIL,
		      tally.stopped ? tally.stopped : "no DMA, or not where it was sent", on,
		      "DMA/s");
}

/* Another device behind the same unit, to compete for its fault recording registers. */
static struct bench *neighbour(const struct bench *b)
{
	for (unsigned i = 0; i < setup.bench_count; i++)
		if (&setup.benches[i] != b && setup.benches[i].unit == b->unit)
			return &setup.benches[i];
	return NULL;
}

/*
 * Faults in thousands: each must be recorded where they are read in time. Where they are not, the
 * unit may collapse those of one source-id into one record (section 7.2.1), but must report as
 * overflow what it drops of another (FSTS.PFO).
 */
static void run_storm(struct bench *b, const char *id)
{
	struct bench *other = neighbour(b);
	const char *problem = NULL;
	uint64_t recorded;

	log_note("%s: %u DMAs to an unmapped address, faults read after each", id, STORM_DMAS);
	engine_storm(b, STORM_DMAS, 1, NULL, &tally);
	report_faults(&tally.faults);
	log_note("  %lu DMAs, %lu resets, %lu time-outs", tally.dmas, tally.resets, tally.timeouts);
	recorded = tally.faults.recorded;
	if (tally.stopped)
		problem = tally.stopped;
	else if (recorded < STORM_DMAS)
		problem = "fewer faults recorded than DMAs blocked";
	engine_storm(b, STORM_UNREAD, STORM_UNREAD + 1, NULL, &tally);
	log_note("  %u more, faults read at the end: %lu records, %lu overflows%s", STORM_UNREAD,
		 tally.faults.recorded, tally.faults.overflows,
		 tally.faults.recorded < STORM_UNREAD && !tally.faults.overflows
			 ? " (the unit collapses faults of one source-id)"
			 : "");
	if (!problem && !tally.faults.recorded && !tally.faults.overflows)
		problem = "faults left no record at all";
	if (!other) {
		log_note("  Overflow not provoked: that needs a second device behind the unit");
	} else {
		unsigned fill = (unsigned)field_of(b->unit->cap, CAP_NFR) + 1;

		engine_storm(b, fill, fill + 1, other, &tally);
		log_note("  %u unread, then one of %s: %lu records, %lu of other devices, %lu "
			 "overflows",
			 fill, device_name(other), tally.faults.recorded, tally.faults.foreign,
			 tally.faults.overflows);
		if (!problem && !tally.faults.overflows && !tally.faults.foreign)
			problem =
				"a fault of a second device was neither recorded nor reported lost";
	}
	report_result(id, problem ? VERDICT_FAIL : VERDICT_PASS, problem, recorded, "faults");
}

/* A walk over all tests of a device; counts them, or runs them. */
static unsigned for_device(struct bench *b, bool run)
{
	struct shown shown = { .witness_good = true };
	char id[ID_BYTES];
	unsigned n = 0;
	static const struct {
		const char *name;
		bool also_slow;
	} checks[] = { { "witness", true }, { "rates", true }, { "faults", false } };

	for (unsigned c = 0; c < 3; c++) {
		format_text(id, sizeof(id), "%s.%s", checks[c].name, device_name(b));
		/* The witness is checked whatever was asked for: every verdict rests on it. */
		if ((is_slow(b) && !checks[c].also_slow) ||
		    (c && !option_list_matches(options.tests, id)))
			continue;
		n++;
		if (!run)
			continue;
		if (c == 0)
			run_witness(b, &shown, id);
		else if (c == 1)
			run_rates(b, id);
		else
			run_storm(b, id);
	}
	for (unsigned drive = 0; drive < DRIVE_COUNT; drive++)
		for (size_t i = 0; i < context_sequence_count; i++)
			for (unsigned w = 0; w < options.dwell_count; w++) {
				const struct sequence *s = &context_sequences[i];

				size_t length = sequence_id(id, b, s, drive, options.dwell_ns[w]);

				if (!is_wanted(b, s, drive, id, length))
					continue;
				n++;
				if (run)
					run_sequence(b, s, drive, options.dwell_ns[w], &shown, id);
			}
	return n;
}

static void list(void)
{
	const char *name, *accepted;
	char text[96];

	for (size_t i = 0; i < context_sequence_count; i++) {
		const struct sequence *s = &context_sequences[i];
		static const char *const roles[] = { "safe", "control: tears", "control: stale" };

		log_note("sequence context.%s.%s (%s): %s", operation_name(s->operation), s->name,
			 roles[s->role], s->title);
		if (s->citation)
			log_note("  from: %s", s->citation);
		for (size_t k = 0; k < s->count; k++)
			log_note("  %lu. %s", k + 1, step_text(&s->steps[k], text, sizeof(text)));
	}
	for (size_t i = 0; option_help(i, &name, &accepted); i++)
		log_note("option %s: %s", name, accepted);
}

/* On the driver processor. */
static void run_tests(void *unused)
{
	(void)unused;
	if (options.fault_interrupt)
		interrupts_on();
	for (unsigned i = 0; i < setup.bench_count; i++) {
		for_device(&setup.benches[i], true);
		setup.benches[i].device->generator->stop(setup.benches[i].device);
	}
	interrupts_off();
}

enum run_result litmus_main(void)
{
	unsigned tests = 0;

	if (options.run == RUN_LIST) {
		list();
		return RUN_SKIP;
	}
	if (options.breakage == BREAK_TRAP)
		*(volatile int *)NULL;
	setup_machine(&setup);
	if (setup.problem) {
		report_plan(1);
		log_note("%s", setup.problem);
		report_result("machine", setup.is_wrong ? VERDICT_FAIL : VERDICT_SKIP,
			      setup.problem, 0, "torn");
		return report_end();
	}
	for (unsigned i = 0; i < setup.bench_count; i++)
		tests += for_device(&setup.benches[i], false);
	log_note("ready %lu ms after hand-over",
		 time_ticks_to_ns(rdtsc() - handoff->entry_tsc) / 1000000);
	report_plan(tests);
	if (setup.driver_cpu)
		smp_call(setup.driver_cpu, run_tests, NULL);
	else
		run_tests(NULL);
	setup_undo();
	return report_end();
}
