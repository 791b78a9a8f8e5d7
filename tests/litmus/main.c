/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run: for each device its rates, its fault storm and the unit's fetch granularity, then for
 * each target the witness check and every sequence under every drive. Controls stand before the
 * sequences whose verdicts need them.
 */
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
#include "tests/litmus/engine.h"
#include "tests/litmus/checks.h"
#include "tests/litmus/device_tlb.h"
#include "tests/litmus/invalidation.h"
#include "tests/inventory/inventory.h"
#include "tests/litmus/mutants.h"
#include "tests/litmus/predict.h"
#include "tests/litmus/progress.h"
#include "tests/litmus/report.h"
#include "tests/litmus/benches.h"
#include "tests/litmus/setup.h"
#include "tests/litmus/units.h"
#include "tests/litmus/traits.h"
#include "tests/litmus/verdict.h"
#include "tests/litmus/walks.h"
#include "tests/litmus/sequence.h"

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
static size_t sequence_id(char id[ID_BYTES], const char *device, enum target_id target,
			  const struct sequence *s, enum drive drive, uint32_t dwell_ns)
{
	size_t n = format_text(
		id, ID_BYTES, "%s.%s.%s%s.%s.%s", target_name(target), operation_name(s->operation),
		s->name, s->claim != CLAIM_UNSAFE ? without_name() : "", device, drive_word(drive));

	if (options.dwell_count > 1 || options.dwell_ns[0])
		format_text(id + n, ID_BYTES - n, ".dwell-%uns", dwell_ns);
	return n;
}

/* Whether tests= has a sequence's test, by its id or by the first base_length characters of it. */
static bool is_named(const char *id, size_t base_length)
{
	char base[ID_BYTES];

	memcpy(base, id, base_length);
	base[base_length] = 0;
	return option_list_matches(options.tests, id) || option_list_matches(options.tests, base);
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

	if (!(s->kinds & 1u << target_kind(target)) || b->lacks[target])
		return false;
	if (!is_named(id, base_length))
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

/*
 * Another device behind the same unit, to compete for its fault recording registers; not the same
 * one by another requester-id.
 */
static struct bench *neighbour(const struct bench *b)
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

enum test_kind {
	TEST_OWNERSHIP, /* seen at set-up */
	TEST_TRAITS,	/* likewise */
	TEST_RATES,
	TEST_CONCURRENCY,
	TEST_INVALIDATION,
	TEST_WALKS,
	TEST_DEVICE_TLB, /* with ats=1 */
	TEST_FAULTS,
	TEST_GRANULARITY,
	TEST_LACK, /* a target that this unit cannot have: skipped, with the reason */
	TEST_WITNESS,
	TEST_SEQUENCE,
	TEST_MUTANTS,
};

struct test {
	enum test_kind kind;
	struct bench *bench;
	enum target_id target;
	const struct sequence *sequence;
	enum drive drive;
	uint32_t dwell_ns;
	uint64_t ms; /* that it is expected to take */
	const char *id;
};

typedef void (*visit_fn)(const struct test *test);

/* What others rest on, and was visited before. */
struct visited {
	bool concurrency, device_tlb;
};

static void visit_concurrency(struct bench *b, struct visited *visited, visit_fn visit)
{
	char id[ID_BYTES];

	if (b->lacks[TARGET_CONTEXT] || visited->concurrency)
		return;
	visited->concurrency = true;
	format_text(id, sizeof(id), "concurrency.%s", device_name(b));
	visit(&(struct test){ .kind = TEST_CONCURRENCY,
			      .bench = b,
			      .ms = verdict_is_slow(b) || options.test_ms ? 4000 : 700,
			      .id = id });
}

static void visit_device_tlb(struct bench *b, struct visited *visited, visit_fn visit)
{
	char id[ID_BYTES];

	if (!options.ats || visited->device_tlb)
		return;
	visited->device_tlb = true;
	format_text(id, sizeof(id), "device-tlb.%s", device_name(b));
	visit(&(struct test){ .kind = TEST_DEVICE_TLB, .bench = b, .ms = 500, .id = id });
}

static void visit_target(struct bench *b, enum target_id target, struct visited *visited,
			 visit_fn visit)
{
	char id[ID_BYTES], name[ID_BYTES];
	struct test t = { .bench = b, .target = target, .id = id };
	bool has_witness = false;

	format_text(name, sizeof(name), "witness.%s.%s", target_name(target), device_name(b));
	if (b->lacks[target]) {
		/* Said once, where everything or this was asked for. */
		if (!verdict_is_slow(b) && option_list_matches(options.tests, name))
			visit(&(struct test){
				.kind = TEST_LACK, .bench = b, .target = target, .id = name });
		return;
	}
	for (unsigned drive = 0; drive < DRIVE_COUNT; drive++)
		for (size_t i = 0; i < sequence_count; i++)
			for (unsigned w = 0; w < options.dwell_count; w++) {
				size_t length = sequence_id(id, device_name(b), target,
							    &sequences[i], drive,
							    options.dwell_ns[w]);

				if (!is_wanted(b, target, &sequences[i], drive, id, length))
					continue;
				/* Every verdict rests on these: they are checked first. */
				visit_concurrency(b, visited, visit);
				visit_device_tlb(b, visited, visit);
				if (!has_witness)
					visit(&(struct test){ .kind = TEST_WITNESS,
							      .bench = b,
							      .target = target,
							      .ms = verdict_is_slow(b) ? 2000 : 20,
							      .id = name });
				has_witness = true;
				t.kind = TEST_SEQUENCE;
				t.sequence = &sequences[i];
				t.drive = (enum drive)drive;
				t.dwell_ns = options.dwell_ns[w];
				t.ms = verdict_ms(b, target, (enum drive)drive);
				visit(&t);
			}
}

static bool names_sequence(enum target_id target, const char *device)
{
	char id[ID_BYTES];

	for (unsigned drive = 0; drive < DRIVE_COUNT; drive++)
		for (size_t i = 0; i < sequence_count; i++)
			for (unsigned w = 0; w < options.dwell_count; w++)
				if (is_named(id, sequence_id(id, device, target, &sequences[i],
							     drive, options.dwell_ns[w])))
					return true;
	return false;
}

/*
 * Whether tests= can name a test of a device of this kind, whatever its unit can do. A device of which
 * none is run need not be taken from its owner.
 */
static bool names_a_test(const char *device)
{
	static const char *const checks[] = { "ownership", "invalidation", "walks",
					      "traits",	   "rates",	   "concurrency",
					      "faults",	   "granularity",  "device-tlb" };
	unsigned count = sizeof(checks) / sizeof(checks[0]) - !options.ats;
	bool is_mutants = options.run == RUN_MUTANTS;
	char id[ID_BYTES];

	/* A companion is there for the tests of others. */
	if (!options.tests[0] || options.companion)
		return true;
	for (unsigned c = 0; c < count && !is_mutants; c++) {
		format_text(id, sizeof(id), "%s.%s", checks[c], device);
		if (option_list_matches(options.tests, id))
			return true;
	}
	for (unsigned t = 0; t < TARGET_COUNT; t++) {
		format_text(id, sizeof(id), "%s.%s.%s", is_mutants ? "mutants" : "witness",
			    target_name((enum target_id)t), device);
		if (option_list_matches(options.tests, id) ||
		    (!is_mutants && names_sequence((enum target_id)t, device)))
			return true;
	}
	return false;
}

static void visit_mutants(struct bench *b, visit_fn visit)
{
	char id[ID_BYTES];

	for (unsigned target = 0; target < TARGET_COUNT && !verdict_is_slow(b); target++) {
		format_text(id, sizeof(id), "mutants.%s.%s", target_name((enum target_id)target),
			    device_name(b));
		/* Pass-through on QEMU: see cannot(); directory entries: likewise. */
		if (b->lacks[target] || !option_list_matches(options.tests, id) ||
		    (traits_is_qemu() &&
		     (target == TARGET_PASID_FS_PT || target == TARGET_PASID_DIR)))
			continue;
		visit(&(struct test){ .kind = TEST_MUTANTS,
				      .bench = b,
				      .target = (enum target_id)target,
				      .ms = 30000,
				      .id = id });
	}
}

static void visit_checks(struct bench *b, struct visited *visited, visit_fn visit)
{
	static const struct {
		const char *name;
		enum test_kind kind;
		uint32_t ms;
	} checks[] = {
		{ "ownership", TEST_OWNERSHIP, 1 },
		/* First what is shown with nobody rewriting: what comes later may follow from it. */
		{ "invalidation", TEST_INVALIDATION, 1500 },
		{ "walks", TEST_WALKS, 3000 },
		{ "traits", TEST_TRAITS, 1 },
		{ "rates", TEST_RATES, 600 },
		{ "concurrency", TEST_CONCURRENCY, 0 },
		{ "device-tlb", TEST_DEVICE_TLB, 0 },
		{ "faults", TEST_FAULTS, 2000 },
		{ "granularity", TEST_GRANULARITY, 5000 }
	};
	char id[ID_BYTES];

	for (unsigned c = 0; c < sizeof(checks) / sizeof(checks[0]); c++) {
		bool is_seen = checks[c].kind == TEST_OWNERSHIP || checks[c].kind == TEST_TRAITS;

		if (!is_seen && b->lacks[TARGET_CONTEXT] && checks[c].kind != TEST_DEVICE_TLB)
			continue;
		format_text(id, sizeof(id), "%s.%s", checks[c].name, device_name(b));
		if ((checks[c].kind != TEST_RATES && checks[c].kind != TEST_CONCURRENCY &&
		     !is_seen && verdict_is_slow(b)) ||
		    (!option_list_matches(options.tests, id) &&
		     !(checks[c].kind == TEST_TRAITS && b->traits.breach)))
			continue;
		/* What granularity says rests on it. */
		if (checks[c].kind == TEST_CONCURRENCY || checks[c].kind == TEST_GRANULARITY)
			visit_concurrency(b, visited, visit);
		else if (checks[c].kind == TEST_DEVICE_TLB)
			visit_device_tlb(b, visited, visit);
		if (checks[c].kind != TEST_CONCURRENCY && checks[c].kind != TEST_DEVICE_TLB)
			visit(&(struct test){ .kind = checks[c].kind,
					      .bench = b,
					      .ms = options.test_ms && !is_seen &&
								    checks[c].kind != TEST_FAULTS
							    ? 2ull * options.test_ms
							    : checks[c].ms,
					      .id = id });
	}
}

/* Every test of a device, in the order in which they are run. */
static void visit_device(struct bench *b, visit_fn visit)
{
	struct visited visited = { 0 };

	if (b->device->only_beside)
		return;
	if (options.run == RUN_MUTANTS) {
		visit_mutants(b, visit);
		return;
	}
	visit_checks(b, &visited, visit);
	for (unsigned target = 0; target < TARGET_COUNT; target++)
		visit_target(b, (enum target_id)target, &visited, visit);
}

static struct {
	unsigned tests, checks;
	uint64_t ms;
} plan;

static void count(const struct test *t)
{
	plan.tests++;
	plan.checks += t->kind != TEST_SEQUENCE && t->kind != TEST_MUTANTS;
	plan.ms += t->ms;
}

static struct shown shown; /* by the device at work */

static void run_witness(const struct test *t)
{
	struct bench *b = t->bench;
	const char *problem = engine_choose(b, &b->targets[t->target]);

	if (problem)
		report_result(t->id, VERDICT_ERROR, problem, 0, "wrong");
	else
		shown.witness_good[t->target] = check_witness(b, t->id);
}

static void run_test(void *argument)
{
	const struct test *t = argument;
	struct bench *b = t->bench;

	const char *problem = t->kind >= TEST_RATES && t->kind <= TEST_GRANULARITY
				      ? engine_choose(b, &b->targets[TARGET_CONTEXT])
				      : NULL;
	char follows_text[ID_BYTES + 48];
	const char *follows;

	if (problem) {
		report_result(t->id, VERDICT_ERROR, problem, 0, "wrong");
		return;
	}
	/* Its DMA is not trusted any more to pass the unit. */
	if (b->disproved_by[0] && t->kind > TEST_TRAITS && t->kind != TEST_LACK) {
		format_text(follows_text, sizeof(follows_text),
			    "not run: follows from %s, see there", b->disproved_by);
		report_result(t->id, VERDICT_ERROR, follows_text, 0, "wrong");
		return;
	}
	switch (t->kind) {
	case TEST_OWNERSHIP:
		log_note("%s: its DMA, %s; then it arrived through an entry of ours", t->id,
			 b->ownership);
		report_result(t->id, VERDICT_SOUND, NULL, 0, "wrong");
		break;
	case TEST_TRAITS:
		log_note("%s: what the unit was seen to do, see above", t->id);
		follows = bench_follows(b, BROKEN(b->traits.breach_kind) | BROKEN(BROKEN_CACHES),
					t->id);
		report_result(t->id, b->traits.breach ? VERDICT_FAIL : VERDICT_SOUND,
			      b->traits.breach && follows ? follows : b->traits.breach,
			      b->traits.breach ? 1 : 0, "wrong");
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
		check_walks(b, neighbour(b), t->id);
		break;
	case TEST_DEVICE_TLB:
		check_device_tlb(b, t->id);
		break;
	case TEST_FAULTS:
		check_fault_storm(b, neighbour(b), t->id);
		break;
	case TEST_GRANULARITY:
		measure_granularity(b, t->id);
		break;
	case TEST_LACK:
		report_result(t->id, VERDICT_SKIP, b->lacks[t->target], 0, "wrong");
		break;
	case TEST_WITNESS:
		run_witness(t);
		break;
	case TEST_SEQUENCE:
		verdict_run(b, t->target, t->sequence, t->drive, t->dwell_ns, &shown, t->id);
		break;
	case TEST_MUTANTS:
		mutants_run(b, t->target, t->id);
		break;
	}
}

static bool stops_here(void)
{
	return options.until_fail && report_failed();
}

/* What a check that failed has shown of the unit. */
static void note_broken(const struct test *t)
{
	static const uint8_t kinds[] = {
		[TEST_RATES] = BROKEN_WALK,	     [TEST_CONCURRENCY] = BROKEN_FETCH,
		[TEST_INVALIDATION] = BROKEN_CACHES, [TEST_FAULTS] = BROKEN_RECORDS,
		[TEST_WALKS] = BROKEN_WALK,	     [TEST_GRANULARITY] = BROKEN_FETCH,
		[TEST_WITNESS] = BROKEN_WALK,
	};

	if (t->kind == TEST_TRAITS)
		bench_note_broken(t->bench, (enum broken)t->bench->traits.breach_kind, t->id);
	else if (t->kind >= TEST_RATES && t->kind <= TEST_WITNESS && t->kind != TEST_LACK &&
		 t->kind != TEST_DEVICE_TLB)
		bench_note_broken(t->bench, (enum broken)kinds[t->kind], t->id);
}

/* One test, within its deadline: five times what it should take, and patience beyond. */
static void run(const struct test *t)
{
	unsigned before = report_printed(), failures = report_failures();

	if (stops_here())
		return;
	progress_begin(t->id, t->ms);
	if (!watchdog_run(t->id, 5 * t->ms + options.deadline_ms, run_test, (void *)t)) {
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
		format_text(t->bench->disproved_by, ID_BYTES, "%s", t->id);
	progress_end();
}

static void run_device(struct bench *b)
{
	memset(&shown, 0, sizeof(shown));
	b->companion = options.companion ? neighbour(b) : NULL;
	if (options.companion && !b->companion)
		log_note("companion=1: no other test device behind the unit of %s", device_name(b));
	visit_device(b, run);
	if (options.run == RUN_TESTS && !options.without && !stops_here())
		verdict_report_known_bad(b, &shown);
	if (b->device->generator->leave)
		b->device->generator->leave(b->device);
	b->device->generator->stop(b->device);
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
	benches_list(names_a_test);
}

/* On the driver processor. */
static void run_tests(void *unused)
{
	(void)unused;
	if (options.fault_interrupt)
		interrupts_on();
	for (unsigned pass = 1; pass <= options.passes && !stops_here(); pass++) {
		report_pass(pass);
		for (unsigned i = 0; i < setup->bench_count; i++)
			run_device(&setup->benches[i]);
	}
	interrupts_off();
}

/* Devices that are not used, because their DMA did not do as the DMAR table says. */
static void report_misowned(void)
{
	char id[ID_BYTES];

	for (unsigned i = 0; i < setup->misowned_count; i++) {
		const struct misowned *m = &setup->misowned[i];

		format_text(id, sizeof(id), "ownership.%s", m->name);
		report_result(id, VERDICT_FAIL, m->why, 1, "wrong");
	}
}

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
		    ignored_options);
	return refuse("options", true, why);
}

enum run_result litmus_main(void)
{
	if (options.refused)
		return refuse_options();
	if (options.run == RUN_LIST) {
		list();
		kernel_summary("a list of sequences and options was printed");
		return RUN_SKIP;
	}
	if (options.run == RUN_INVENTORY)
		return inventory_run();
	if (options.breakage == BREAK_TRAP)
		*(volatile int *)NULL;
	predict_init(MODEL_WORKSPACE);
	setup = memory_alloc_bytes(sizeof(*setup));
	if (!setup)
		panic("no memory for the tests");
	setup_machine(setup, names_a_test);
	if (setup->problem && !setup->misowned_count)
		return refuse("machine", setup->is_wrong, setup->problem);
	plan.tests = plan.checks = setup->misowned_count;
	for (unsigned i = 0; i < setup->bench_count; i++)
		visit_device(&setup->benches[i], count);
	if (options.until_fail && options.passes == 1)
		options.passes = UINT32_MAX;
	log_note("ready %lu ms after hand-over",
		 time_ticks_to_ns(rdtsc() - handoff->entry_tsc) / 1000000);
	if (options.until_fail)
		report_plan_open(plan.tests && plan.tests == plan.checks);
	else
		report_plan(setup->misowned_count +
				    (plan.tests - setup->misowned_count) * options.passes,
			    setup->misowned_count +
				    (plan.checks - setup->misowned_count) * options.passes);
	progress_plan(plan.tests * (options.until_fail ? 1 : options.passes),
		      plan.ms * (options.until_fail ? 1 : options.passes));
	if (!plan.tests)
		log_note(
			"tests=%s matches no test of this machine: they are named target.operation.sequence.device.drive; run=list prints the sequences",
			options.tests);
	screen_results_only(true);
	report_misowned();
	if (setup->driver_cpu) {
		watchdog_tick_here();
		smp_call(setup->driver_cpu, run_tests, NULL);
	} else {
		run_tests(NULL);
	}
	screen_results_only(false);
	units_undo();
	return report_end();
}
