/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs one test, watched, and notes what its failure says of those that come after it. */
#include "tests/litmus/run_test.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/watchdog.h"
#include "tests/litmus/checks.h"
#include "tests/litmus/device_tlb.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/flips.h"
#include "tests/litmus/interrupt_checks.h"
#include "tests/litmus/invalidation.h"
#include "tests/litmus/mutants.h"
#include "tests/litmus/page_requests.h"
#include "tests/litmus/progress.h"
#include "tests/litmus/report.h"
#include "tests/litmus/walks.h"

static void run_ownership(const struct test *t)
{
	log_note("%s: its DMA, %s; then it arrived through an entry of ours", t->id,
		 t->bench->ownership);
	report_result(t->id, VERDICT_SELF_CHECK, NULL, 0, "wrong");
}

static void run_traits(const struct test *t)
{
	struct bench *b = t->bench;
	const char *breach = b->traits.breach;
	const char *follows;

	log_note("%s: what the unit was seen to do, see above", t->id);
	follows = bench_follows(b, BROKEN(b->traits.breach_kind) | BROKEN(BROKEN_CACHES), t->id);
	report_result(t->id, breach ? VERDICT_FAIL : VERDICT_SELF_CHECK,
		      breach && follows ? follows : breach, breach ? 1 : 0, "wrong");
}

static void run_witness(struct device_run *r, const struct test *t)
{
	struct bench *b = t->bench;
	const char *problem = engine_choose(b, &b->targets[t->target]);

	if (problem)
		report_result(t->id, VERDICT_ERROR, problem, 0, "wrong");
	else
		r->shown.witness_good[t->target] = check_witness(b, t->id);
}

static void run_by_kind(struct device_run *r, const struct test *t)
{
	struct bench *b = t->bench;

	switch (t->kind) {
	case TEST_OWNERSHIP:
		run_ownership(t);
		break;
	case TEST_TRAITS:
		run_traits(t);
		break;
	case TEST_RATES:
		check_rates(b, t->id);
		break;
	case TEST_CONCURRENCY:
		check_concurrency(b, t->id);
		break;
	case TEST_INVALIDATION:
		check_invalidation(b, t->id);
		break;
	case TEST_WALKS:
		check_walks(b, r->neighbour, t->id);
		break;
	case TEST_DEVICE_TLB:
		check_device_tlb(b, t->id);
		break;
	case TEST_PAGE_REQUESTS:
		check_page_requests(b, r->neighbour, t->id);
		break;
	case TEST_FLIPS:
		check_flips(b, t->id);
		break;
	case TEST_FAULTS:
		check_fault_storm(b, r->neighbour, t->id);
		break;
	case TEST_INTERRUPTS:
		check_interrupts(b, r->neighbour, t->id);
		break;
	case TEST_GRANULARITY:
		measure_granularity(b, t->id);
		break;
	case TEST_LACK:
		report_result(t->id, VERDICT_SKIP, b->lacks[t->target], 0, "wrong");
		break;
	case TEST_WITNESS:
		run_witness(r, t);
		break;
	case TEST_SEQUENCE:
		verdict_run(b, t->target, t->sequence, t->regime, t->dwell_ns, &r->shown, t->id);
		break;
	case TEST_MUTANTS:
		mutants_run(b, t->target, t->id);
		break;
	}
}

/* What the watchdog calls and may break off. */
struct watched {
	struct device_run *run;
	const struct test *test;
};

static void run_watched(void *argument)
{
	const struct watched *w = argument;
	const struct test *t = w->test;
	struct bench *b = t->bench;
	const char *problem = t->kind >= TEST_RATES && t->kind <= TEST_GRANULARITY
				      ? engine_choose(b, &b->targets[TARGET_CONTEXT])
				      : NULL;
	char follows[TEST_ID_BYTES + 48];

	if (problem) {
		report_result(t->id, VERDICT_ERROR, problem, 0, "wrong");
		return;
	}
	/* Its DMA is not trusted any more to pass the unit. */
	if (b->disproved_by[0] && t->kind > TEST_TRAITS && t->kind != TEST_LACK) {
		format_text(follows, sizeof(follows), "not run: follows from %s, see there",
			    b->disproved_by);
		report_result(t->id, VERDICT_ERROR, follows, 0, "wrong");
		return;
	}
	run_by_kind(w->run, t);
}

/* What a check that failed has shown of the unit. */
static void note_broken(const struct test *t)
{
	static const uint8_t kinds[] = {
		[TEST_RATES] = BROKEN_WALK,	     [TEST_CONCURRENCY] = BROKEN_FETCH,
		[TEST_INVALIDATION] = BROKEN_CACHES, [TEST_FAULTS] = BROKEN_RECORDS,
		[TEST_WALKS] = BROKEN_WALK,	     [TEST_INTERRUPTS] = BROKEN_WALK,
		[TEST_GRANULARITY] = BROKEN_FETCH,   [TEST_WITNESS] = BROKEN_WALK,
	};

	if (t->kind == TEST_TRAITS)
		bench_note_broken(t->bench, (enum broken)t->bench->traits.breach_kind, t->id);
	else if (t->kind >= TEST_RATES && t->kind <= TEST_WITNESS && t->kind != TEST_LACK &&
		 t->kind != TEST_DEVICE_TLB && t->kind != TEST_PAGE_REQUESTS &&
		 t->kind != TEST_FLIPS)
		bench_note_broken(t->bench, (enum broken)kinds[t->kind], t->id);
}

void run_test(struct device_run *run, const struct test *t)
{
	struct watched watched = { run, t };
	unsigned before = report_printed(), failures = report_failures();

	progress_begin(t->id, t->ms, t->kind == TEST_SEQUENCE);
	if (!watchdog_run(t->id, 5 * t->ms + options.deadline_ms, run_watched, &watched)) {
		engine_abandon(t->bench);
		if (report_printed() == before)
			report_result(t->id, VERDICT_ERROR,
				      "it did not end within its deadline, and was cut off", 0,
				      "torn");
	}
	if (report_failures() > failures)
		note_broken(t);
	if (t->bench->unit->queue.errors)
		bench_note_broken(t->bench, BROKEN_QUEUE, t->id);
	if (t->bench->disproof && !t->bench->disproved_by[0])
		format_text(t->bench->disproved_by, sizeof(t->bench->disproved_by), "%s", t->id);
	progress_end();
}
