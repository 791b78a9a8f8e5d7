/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run: for each device its rates, its fault storm and the unit's fetch granularity, then for
 * each target the witness check and every sequence under every drive. Controls stand before the
 * sequences whose verdicts need them.
 */
#include "kernel/cpu.h"
#include "kernel/format.h"
#include "kernel/kernel.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/smp.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "tests/checks.h"
#include "tests/inventory.h"
#include "tests/mutants.h"
#include "tests/predict.h"
#include "tests/report.h"
#include "tests/setup.h"
#include "tests/verdict.h"
#include "vtd/sequence.h"

#define ID_BYTES 96

static struct setup *setup; /* too large for the image */

static const char *device_name(const struct bench *b)
{
	return b->device->generator->name;
}

static const char *without_name(void)
{
	static const char *const names[] = { "", ".without-barrier", ".without-present",
					     ".without-invalidate" };

	return names[options.without];
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
	/* A PASID-table entry has several chunks, and QEMU reads it several times. */
	if (s->claim != CLAIM_UNSAFE || s->kinds & 1u << KIND_PASID)
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
	/* By default a slow device only confirms what the fast one shows: one control, and the safe. */
	if (verdict_is_slow(b) && (drive == DRIVE_FAITHFUL || target != TARGET_CONTEXT))
		return false;
	if (verdict_is_slow(b) && !options.tests[0] &&
	    (s->operation != OPERATION_REPLACE ||
	     (s->claim == CLAIM_UNSAFE && strcmp(s->name, "linux-pre7"))))
		return false;
	if (drive == DRIVE_HAMMER && only_faithful(s))
		return false;
	return s->claim == CLAIM_UNSAFE || !options.without || verdict_steps(s, steps);
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
		if (verdict_is_slow(b) || !option_list_matches(options.tests, name))
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
					verdict_run(b, target, s, drive, options.dwell_ns[w], shown,
						    id);
			}
	*checks += n > 0;
	return n ? n + 1 : 0;
}

static unsigned mutants_of(struct bench *b, bool run)
{
	char id[ID_BYTES];
	unsigned n = 0;

	for (unsigned target = 0; target < TARGET_COUNT && !verdict_is_slow(b); target++) {
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
		if ((c && verdict_is_slow(b)) || !option_list_matches(options.tests, id))
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
		verdict_report_known_bad(b, &shown);
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
	if (options.run == RUN_INVENTORY)
		return inventory_run();
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
