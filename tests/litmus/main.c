/* SPDX-License-Identifier: BSD-2-Clause */
/* The run: what it needs is set up, its tests are counted, and then run device by device. */
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/output/screen.h"
#include "kernel/smp.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "kernel/watchdog.h"
#include "tests/inventory/inventory.h"
#include "tests/litmus/foreign_log.h"
#include "tests/litmus/list.h"
#include "tests/litmus/predict.h"
#include "tests/litmus/progress.h"
#include "tests/litmus/report.h"
#include "tests/litmus/run_test.h"
#include "tests/litmus/selection.h"
#include "tests/litmus/setup.h"
#include "tests/litmus/units.h"
#include "tests/litmus/verdict.h"

/* Too large for a stack. */
struct run {
	struct setup setup;
	struct device_run device; /* at work */
	uint32_t passes;
};

struct plan {
	unsigned tests, checks;
	uint64_t ms;
};

static void count(void *context, const struct test *t)
{
	struct plan *plan = context;

	plan->tests++;
	plan->checks += t->kind != TEST_SEQUENCE && t->kind != TEST_MUTANTS;
	plan->ms += t->ms;
}

/*
 * Another device behind the same unit, to compete for its fault recording registers; not the same
 * one by another requester-id.
 */
static struct bench *neighbour(struct setup *setup, const struct bench *b)
{
	for (unsigned i = 0; i < setup->bench_count; i++) {
		struct bench *other = &setup->benches[i];

		/* One device may have two benches; two under a bridge may have one entry. */
		if (other->device->registers != b->device->registers && other->unit == b->unit &&
		    other->source_id != b->source_id && !other->lacks[TARGET_CONTEXT])
			return other;
	}
	return NULL;
}

static bool stops_here(void)
{
	return options.until_fail && report_failed();
}

static void run_if_wanted(void *context, const struct test *test)
{
	if (!stops_here())
		run_test(context, test);
}

static void run_device(struct run *r, struct bench *b)
{
	memset(&r->device, 0, sizeof(r->device));
	r->device.neighbour = neighbour(&r->setup, b);
	b->companion = options.companion ? r->device.neighbour : NULL;
	if (options.companion && !b->companion)
		log_note("companion=1: no other test device behind the unit of %s",
			 b->device->generator->name);
	selection_visit_device(b, run_if_wanted, &r->device);
	if (options.run == RUN_TESTS && !options.without && !stops_here())
		shown_report_known_bad(b, &r->device.shown);
	if (b->device->generator->leave)
		b->device->generator->leave(b->device);
	b->device->generator->stop(b->device);
}

/* On the driver processor. */
static void run_tests(void *argument)
{
	struct run *r = argument;

	if (options.fault_interrupt)
		interrupts_on();
	for (unsigned pass = 1; pass <= r->passes && !stops_here(); pass++) {
		report_pass(pass);
		for (unsigned i = 0; i < r->setup.bench_count; i++)
			run_device(r, &r->setup.benches[i]);
	}
	interrupts_off();
}

/* Devices that are not used, because their DMA did not do as the DMAR table says. */
static void report_misowned(const struct setup *setup)
{
	char id[TEST_ID_BYTES];

	for (unsigned i = 0; i < setup->misowned_count; i++) {
		const struct misowned *m = &setup->misowned[i];

		format_text(id, sizeof(id), "ownership.%s", m->name);
		report_result(id, VERDICT_FAIL, m->why, 1, "wrong");
	}
}

static const char *sequences_problem; /* NULL: none */

static enum run_result refuse(const char *test, bool is_wrong, const char *why)
{
	report_plan(1, 0);
	report_result(test, is_wrong ? VERDICT_ERROR : VERDICT_SKIP, why, 0, "tests");
	report_highlight("%s", why);
	return report_end();
}

static enum run_result refuse_options(void)
{
	char why[400];

	format_text(why, sizeof(why),
		    "not understood: %s; what was asked for cannot be guessed, so no test is run",
		    misunderstood_options);
	return refuse("options", true, why);
}

static enum run_result refuse_sequences(void)
{
	char why[900];

	format_text(why, sizeof(why), "%s; no test is run", sequences_problem);
	return refuse("sequences", true, why);
}

static void plan_tests(struct run *r)
{
	const struct setup *setup = &r->setup;
	struct plan plan = { .tests = setup->misowned_count, .checks = setup->misowned_count };
	/* Until a failure: nobody knows how many passes, so one is planned. */
	uint32_t passes = options.until_fail ? 1 : options.passes;

	for (unsigned i = 0; i < setup->bench_count; i++)
		selection_visit_device(&r->setup.benches[i], count, &plan);
	log_note("ready %lu ms after hand-over",
		 time_ticks_to_ns(rdtsc() - handoff->entry_tsc) / 1000000);
	if (options.until_fail)
		report_plan_open(plan.tests && plan.tests == plan.checks);
	else
		report_plan(setup->misowned_count + (plan.tests - setup->misowned_count) * passes,
			    setup->misowned_count + (plan.checks - setup->misowned_count) * passes);
	progress_plan(plan.tests * passes, plan.ms * passes);
	if (!plan.tests)
		log_note(
			"tests=%s matches no test of this machine: they are named target.operation.sequence.device.regime; run=list prints the sequences",
			options.tests);
}

static enum run_result run_everything(void)
{
	struct run *r = memory_alloc_bytes(sizeof(*r));

	if (!r)
		panic("no memory for the tests");
	setup_machine(&r->setup, selection_names_device);
	if (r->setup.problem && !r->setup.misowned_count)
		return refuse("machine", r->setup.is_wrong, r->setup.problem);
	r->passes = options.until_fail && options.passes == 1 ? UINT32_MAX : options.passes;
	plan_tests(r);
	screen_results_only(true);
	report_misowned(&r->setup);
	if (r->setup.driver_cpu) {
		watchdog_tick_here();
		smp_call(r->setup.driver_cpu, run_tests, r);
	} else {
		run_tests(r);
	}
	screen_results_only(false);
	units_undo();
	return report_end();
}

bool litmus_take_sequences(void)
{
	sequences_problem = foreign_take();
	return !sequences_problem;
}

enum run_result litmus_main(void)
{
	if (options.refused)
		return refuse_options();
	if (sequences_problem)
		return refuse_sequences();
	if (options.run == RUN_LIST) {
		list_everything();
		kernel_summary("a list of sequences and options was printed");
		return RUN_SKIP;
	}
	if (options.run == RUN_INVENTORY)
		return inventory_run();
	if (options.breakage == BREAK_TRAP)
		*(volatile int *)NULL;
	predict_init(MODEL_WORKSPACE);
	return run_everything();
}
