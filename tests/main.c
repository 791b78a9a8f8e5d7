/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run: for each device its witness check, its rates and its fault storm, then every sequence
 * under every drive. Controls stand before the sequences whose verdicts need them.
 */
#include "kernel/cpu.h"
#include "kernel/format.h"
#include "kernel/kernel.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/muldiv.h"
#include "kernel/paging.h"
#include "kernel/smp.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/checks.h"
#include "tests/mutants.h"
#include "tests/predict.h"
#include "tests/report.h"
#include "tests/setup.h"
#include "vtd/regs.h"
#include "vtd/sequence.h"

#define ID_BYTES      96
#define SEQUENCES_MAX 64

/* What unsafe sequences have shown so far in this run, on one device. */
struct shown {
	uint64_t harm[TARGET_COUNT][DRIVE_COUNT]; /* torn, stale or mis-tagged, by target */
	uint64_t torn[DRIVE_COUNT];		  /* torn, on any target */
	bool witness_good[TARGET_COUNT];
	/* Of each sequence, in any drive: unsafe by the specification, can be seen here, was seen.
	 */
	uint8_t known_bad[TARGET_COUNT][SEQUENCES_MAX];
};

enum { KNOWN_BAD = 1, SHOWABLE = 2, SEEN = 4 };

static struct setup *setup; /* too large for the image */
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

static bool is_word(enum target_id id)
{
	return kind_words(target_kind(id)) == 1;
}

static uint64_t test_ms(const struct bench *b, enum target_id id, enum drive drive)
{
	if (options.test_ms)
		return options.test_ms;
	if (is_slow(b))
		return 2000;
	return is_word(id) ? 250 : drive == DRIVE_FAITHFUL ? 800 : 350;
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
	if (s->claim != CLAIM_UNSAFE) {
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
static size_t sequence_id(char id[ID_BYTES], const struct bench *b, enum target_id target,
			  const struct sequence *s, enum drive drive, uint32_t dwell_ns)
{
	size_t n = format_text(id, ID_BYTES, "%s.%s.%s%s.%s.%s", target_name(target),
			       operation_name(s->operation), s->name,
			       s->claim != CLAIM_UNSAFE ? without_name() : "", device_name(b),
			       drive_name(drive));

	if (options.dwell_count > 1 || options.dwell_ns[0])
		format_text(id + n, ID_BYTES - n, ".dwell-%uns", dwell_ns);
	return n;
}

/* What is wrong with it, if anything, is in its invalidations: no use in a drive without them. */
static bool only_faithful(const struct sequence *s)
{
	if (s->claim != CLAIM_UNSAFE)
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->steps[i].op == STEP_FIELD || (s->steps[i].op == STEP_STORE && s->count > 2))
			return false;
	return true;
}

static bool is_wanted(const struct bench *b, enum target_id target, const struct sequence *s,
		      enum drive drive, const char *id, size_t base_length)
{
	struct step steps[SEQUENCE_STEPS_MAX];
	char base[ID_BYTES];

	memcpy(base, id, base_length);
	base[base_length] = 0;
	if (!(s->kinds & 1u << target_kind(target)) || b->lacks[target])
		return false;
	if (!option_list_matches(options.tests, id) && !option_list_matches(options.tests, base))
		return false;
	/* By default a slow device only confirms what the fast one shows. */
	if (is_slow(b) && (drive == DRIVE_FAITHFUL || target != TARGET_CONTEXT ||
			   (s->operation != OPERATION_REPLACE && !options.tests[0])))
		return false;
	if (drive == DRIVE_HAMMER && only_faithful(s))
		return false;
	return s->claim == CLAIM_UNSAFE || !options.without || choose_steps(s, steps);
}

/* Why this trial would say nothing, or must not be made, on this unit; NULL: it may be made. */
static const char *cannot(enum target_id target, const struct sequence *s, enum drive drive,
			  const struct prediction *full, const struct prediction *p)
{
	if (p->problem)
		return p->problem;
	if (p->walks_page_zero && !page_zero_is_empty)
		return "a mixture would be walked through physical page 0, which is not free here";
	if (drive == DRIVE_HAMMER && !full->harms && p->harms)
		return "what makes it safe are its own invalidations, which this drive leaves out";
	if (!predict_is_qemu())
		return NULL;
	if (target == TARGET_PASID_FS_PT && drive == DRIVE_FAITHFUL)
		return "QEMU looks again whether an entry passes through only at context-cache "
		       "invalidations";
	if (target == TARGET_PASID_DIR && s->operation != OPERATION_REPLACE)
		return "QEMU uses memory it never set when a directory entry goes away in the "
		       "middle of a translation";
	return NULL;
}

/* What no sequence explains: then the run says nothing of the sequence. NULL: nothing such. */
static const char *unexplained(bool is_control)
{
	if (tally.stopped)
		return tally.stopped;
	if (tally.timeouts)
		return "the device did not answer in time, and was reset";
	/* An entry that is a mixture may be one whose faults go unrecorded. */
	if (is_control)
		return NULL;
	if (tally.outcomes[OUTCOME_LOST])
		return "a DMA landed in no page of the witness and left no fault record";
	if (tally.outcomes[OUTCOME_SILENT] && !tally.faults.overflows)
		return "a DMA was not done and left no fault record";
	return NULL;
}

/* Something happened that hardware which keeps the specification, as modelled, does not do. */
static const char *outside(const struct prediction *p)
{
	for (unsigned o = 0; o < OUTCOME_PREDICTED; o++)
		if (tally.outcomes[o] && !(p->outcomes & 1 << o))
			return "outside the specification: an outcome that the model does not "
			       "allow";
	if (tally.stale && !(p->harms & (HARM_STALE | HARM_WRONG_END)))
		return "outside the specification: a DMA met an entry that was no longer in force";
	if (tally.mistagged && !(p->harms & HARM_MISTAGGED))
		return "outside the specification: a translation was kept under the wrong "
		       "domain-id";
	return NULL;
}

static void judge(enum target_id target, enum drive drive, const struct prediction *p,
		  struct shown *shown, const char *id)
{
	uint64_t harm = tally.torn + tally.stale + tally.mistagged;
	uint64_t blocked = p->harms & HARM_BLOCKED ? tally.outcomes[OUTCOME_NOT_PRESENT] : 0;
	const char *unit = tally.torn	     ? "torn"
			   : tally.stale     ? "stale"
			   : tally.mistagged ? "mistagged"
					     : "torn";
	const char *problem = outside(p);
	uint64_t controls = shown->harm[target][drive];

	if (is_word(target))
		controls += shown->torn[drive];
	if (p->harms) {
		shown->harm[target][drive] += harm;
		shown->torn[drive] += tally.torn;
	}
	if (problem) {
		report_result(id, VERDICT_FAIL, problem, harm, unit);
	} else if (unexplained(p->harms)) {
		report_result(id, VERDICT_FAIL, unexplained(p->harms), harm, unit);
	} else if (p->harms && options.without) {
		report_result(id, harm ? VERDICT_FAIL : VERDICT_SKIP,
			      harm ? "a safeguard was taken out, and it shows"
				   : "unsafe by the model without it; not seen in this run",
			      harm, unit);
	} else if (p->harms) {
		report_result(id, harm + blocked ? VERDICT_PASS : VERDICT_SKIP,
			      "unsafe by the model; not seen in this run", harm, unit);
	} else if (!controls) {
		report_result(id, VERDICT_SKIP,
			      "inconclusive: no control of this drive showed anything in this run",
			      0, "torn");
	} else {
		log_note("  Safe: controls beside it showed %lu harms", controls);
		report_result(id, VERDICT_PASS, NULL, 0, "torn");
	}
}

/* The prediction that counts here, and beside it the specification's where that is another. */
static void log_model(struct bench *b, const struct sequence *s, const struct trial *trial,
		      const struct prediction *p)
{
	struct prediction spec;
	char harms[80], spec_harms[80];

	report_harms(harms, sizeof(harms), p->harms);
	predict_by_specification(b, trial, s->never_blocks, &spec);
	report_harms(spec_harms, sizeof(spec_harms), spec.harms);
	if (spec.harms == p->harms)
		log_note("  Model (%s): %s", p->fetch, harms);
	else
		log_note("  Model (%s): %s; (%s): %s", p->fetch, harms, spec.fetch, spec_harms);
}

/* `full` is by this unit's model; what is known to be bad is what the specification allows to harm.
 */
static void note_known_bad(struct bench *b, enum target_id target, const struct sequence *s,
			   const struct trial *trial, const struct prediction *full,
			   struct shown *shown)
{
	struct trial faithful = *trial;
	struct prediction spec = *full, here;

	faithful.drive = DRIVE_FAITHFUL;
	if (predict_is_qemu())
		predict_by_specification(b, &faithful, s->never_blocks, &spec);
	predict_on_this_unit(b, trial, s->never_blocks, &here);
	shown->known_bad[target][s - sequences] |= (spec.harms ? KNOWN_BAD : 0) |
						   (here.harms ? SHOWABLE : 0);
}

static void report_known_bad(const struct bench *b, const struct shown *shown)
{
	unsigned bad = 0, showable = 0, seen = 0;

	for (unsigned t = 0; t < TARGET_COUNT; t++)
		for (size_t i = 0; i < sequence_count; i++) {
			uint8_t flags = shown->known_bad[t][i];

			if (!(flags & KNOWN_BAD))
				continue;
			bad++;
			showable += flags & SHOWABLE ? 1 : 0;
			seen += flags & SHOWABLE && flags & SEEN ? 1 : 0;
			if (!(flags & SEEN))
				log_note("  not seen: %s.%s.%s%s", target_name((enum target_id)t),
					 operation_name(sequences[i].operation), sequences[i].name,
					 flags & SHOWABLE ? "" : " (this unit cannot show it)");
		}
	if (bad)
		log_note("%s: %u known-bad sequences; this unit can show %u; seen in this run %u",
			 device_name(b), bad, showable, seen);
}

static void run_sequence(struct bench *b, enum target_id target, const struct sequence *s,
			 enum drive drive, uint32_t dwell_ns, struct shown *shown, const char *id)
{
	struct step steps[SEQUENCE_STEPS_MAX];
	struct trial trial = { .steps = steps,
			       .count = choose_steps(s, steps),
			       .drive = DRIVE_FAITHFUL,
			       .dwell_ns = dwell_ns,
			       .ms = test_ms(b, target, drive) };
	struct prediction full, p;
	const char *problem;

	log_note("%s: %s", id, s->title);
	if (!shown->witness_good[target]) {
		report_result(id, VERDICT_FAIL, "not run: the witness of this target is not sound",
			      0, "torn");
		return;
	}
	predict(b, &trial, s->never_blocks, &full);
	trial.drive = (uint8_t)drive;
	if (drive == DRIVE_HAMMER)
		predict(b, &trial, s->never_blocks, &p);
	else
		p = full;
	problem = cannot(target, s, drive, &full, &p);
	if (problem) {
		report_result(id, p.problem ? VERDICT_FAIL : VERDICT_SKIP, problem, 0, "torn");
		return;
	}
	note_known_bad(b, target, s, &trial, &full, shown);
	log_model(b, s, &trial, &p);
	engine_run(b, &trial, &tally);
	report_tally(b->target, &tally, &p, b->undisturbed_rate);
	judge(target, drive, &p, shown, id);
	if (tally.torn + tally.stale + tally.mistagged ||
	    (p.harms & HARM_BLOCKED && tally.outcomes[OUTCOME_NOT_PRESENT]))
		shown->known_bad[target][s - sequences] |= SEEN;
}

/* Another device behind the same unit, to compete for its fault recording registers. */
static struct bench *neighbour(const struct bench *b)
{
	for (unsigned i = 0; i < setup->bench_count; i++)
		if (&setup->benches[i] != b && setup->benches[i].unit == b->unit)
			return &setup->benches[i];
	return NULL;
}

/* The tests of one target: counts them, or runs them. */
static unsigned for_target(struct bench *b, enum target_id target, bool run, struct shown *shown,
			   unsigned *checks)
{
	char id[ID_BYTES], name[ID_BYTES];
	unsigned n = 0;

	format_text(name, sizeof(name), "witness.%s.%s", target_name(target), device_name(b));
	if (b->lacks[target]) {
		/* Said once, where everything or this was asked for. */
		if (is_slow(b) || !option_list_matches(options.tests, name))
			return 0;
		if (run)
			report_result(name, VERDICT_SKIP, b->lacks[target], 0, "wrong");
		++*checks;
		return 1;
	}
	for (unsigned drive = 0; drive < DRIVE_COUNT; drive++)
		for (size_t i = 0; i < sequence_count; i++)
			for (unsigned w = 0; w < options.dwell_count; w++) {
				const struct sequence *s = &sequences[i];
				size_t length = sequence_id(id, b, target, s, drive,
							    options.dwell_ns[w]);
				const char *problem = NULL;

				if (!is_wanted(b, target, s, drive, id, length))
					continue;
				/* Every verdict rests on the witness: it is checked first. */
				if (!n++ && run) {
					problem = engine_choose(b, &b->targets[target]);
					if (problem)
						report_result(name, VERDICT_FAIL, problem, 0,
							      "wrong");
					else
						shown->witness_good[target] = check_witness(b,
											    name);
				}
				if (run)
					run_sequence(b, target, s, drive, options.dwell_ns[w],
						     shown, id);
			}
	*checks += n > 0;
	return n ? n + 1 : 0;
}

static unsigned mutants_of(struct bench *b, bool run)
{
	char id[ID_BYTES];
	unsigned n = 0;

	for (unsigned target = 0; target < TARGET_COUNT && !is_slow(b); target++) {
		format_text(id, sizeof(id), "mutants.%s.%s", target_name((enum target_id)target),
			    device_name(b));
		/* Pass-through on QEMU: see cannot(); directory entries: likewise. */
		if (b->lacks[target] || !option_list_matches(options.tests, id) ||
		    (predict_is_qemu() &&
		     (target == TARGET_PASID_FS_PT || target == TARGET_PASID_DIR)))
			continue;
		n++;
		if (run)
			mutants_run(b, (enum target_id)target, id);
	}
	return n;
}

/* A walk over all tests of a device; counts them, or runs them. */
static unsigned for_device(struct bench *b, bool run, unsigned *checks)
{
	static struct shown shown;
	char id[ID_BYTES];
	unsigned n = 0;

	memset(&shown, 0, sizeof(shown));
	for (unsigned c = 0; c < 3 && options.run != RUN_MUTANTS; c++) {
		static const char *const names[] = { "rates", "faults", "granularity" };

		format_text(id, sizeof(id), "%s.%s", names[c], device_name(b));
		if ((c && is_slow(b)) || !option_list_matches(options.tests, id))
			continue;
		n++;
		++*checks;
		if (!run)
			continue;
		engine_choose(b, &b->targets[TARGET_CONTEXT]);
		if (c == 0)
			check_rates(b, id);
		else if (c == 1)
			check_fault_storm(b, neighbour(b), id);
		else
			measure_granularity(b, id);
	}
	if (options.run == RUN_MUTANTS)
		return n + mutants_of(b, run);
	for (unsigned target = 0; target < TARGET_COUNT; target++)
		n += for_target(b, (enum target_id)target, run, &shown, checks);
	if (run && !options.without)
		report_known_bad(b, &shown);
	return n;
}

static void list(void)
{
	const char *name, *accepted;
	char text[96];

	for (size_t i = 0; i < sequence_count; i++) {
		const struct sequence *s = &sequences[i];
		static const char *const claims[] = { "safe", "unsafe",
						      "safe where one chunk changes" };

		for (unsigned k = 0; k < KIND_COUNT; k++)
			if (s->kinds & 1u << k)
				log_note("sequence %s.%s.%s (said to be %s): %s",
					 kind_name((enum entry_kind)k),
					 operation_name(s->operation), s->name, claims[s->claim],
					 s->title);
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
	unsigned checks = 0;

	(void)unused;
	if (options.fault_interrupt)
		interrupts_on();
	for (unsigned i = 0; i < setup->bench_count; i++) {
		for_device(&setup->benches[i], true, &checks);
		setup->benches[i].device->generator->stop(setup->benches[i].device);
	}
	interrupts_off();
}

enum run_result litmus_main(void)
{
	unsigned tests = 0, checks = 0;

	if (options.refused) {
		report_plan(1, 0);
		report_result("options", VERDICT_FAIL,
			      "tests= or dma= was not understood: to run everything instead is not "
			      "what was asked for",
			      0, "torn");
		return report_end();
	}
	if (options.run == RUN_LIST) {
		list();
		return RUN_SKIP;
	}
	if (options.breakage == BREAK_TRAP)
		*(volatile int *)NULL;
	predict_init();
	setup = memory_alloc((sizeof(*setup) + PAGE_SIZE - 1) / PAGE_SIZE);
	if (!setup)
		panic("no memory for the tests");
	setup_machine(setup);
	if (setup->problem) {
		report_plan(1, 0);
		log_note("%s", setup->problem);
		report_result("machine", setup->is_wrong ? VERDICT_FAIL : VERDICT_SKIP,
			      setup->problem, 0, "torn");
		return report_end();
	}
	for (unsigned i = 0; i < setup->bench_count; i++)
		tests += for_device(&setup->benches[i], false, &checks);
	log_note("ready %lu ms after hand-over",
		 time_ticks_to_ns(rdtsc() - handoff->entry_tsc) / 1000000);
	report_plan(tests, checks);
	if (!tests)
		log_note("tests= matches no test of this machine; run=list prints the sequences");
	if (setup->driver_cpu)
		smp_call(setup->driver_cpu, run_tests, NULL);
	else
		run_tests(NULL);
	setup_undo();
	return report_end();
}
