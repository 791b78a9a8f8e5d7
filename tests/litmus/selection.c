/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which tests there are of a device: first its checks, then for each target the witness check and every sequence under
 * every regime. Controls stand before the sequences whose verdicts need them.
 */
#include "tests/litmus/selection.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/foreign.h"
#include "tests/litmus/page_requests.h"
#include "tests/litmus/traits.h"
#include "tests/litmus/verdict.h"

/* Returns the length without what names the dwell: tests= may leave that out. */
static size_t sequence_id(char id[TEST_ID_BYTES], const char *device, enum target_id target,
			  const struct sequence *s, enum regime regime, uint32_t dwell_ns)
{
	bool spoiled = options.without && s->claim != CLAIM_UNSAFE;
	size_t n = format_text(id, TEST_ID_BYTES, "%s.%s.%s%s%s.%s.%s", target_name(target),
			       operation_name(s->operation), s->name, spoiled ? ".without-" : "",
			       spoiled ? without_word((enum without)options.without) : "", device,
			       regime_word(regime));

	if (options.dwell_count > 1 || options.dwell_ns[0])
		format_text(id + n, TEST_ID_BYTES - n, ".dwell-%uns", dwell_ns);
	return n;
}

/* Whether tests= has a sequence's test, by its id or by the first base_length characters of it. */
static bool is_named(const char *id, size_t base_length)
{
	char base[TEST_ID_BYTES];

	memcpy(base, id, base_length);
	base[base_length] = 0;
	return option_list_matches(options.tests, id) || option_list_matches(options.tests, base);
}

/* What is wrong with it, if anything, is in its invalidations: no use in a regime without them. */
static bool only_faithful(const struct sequence *s)
{
	/* A PASID-table entry has several chunks, and QEMU reads it several times. */
	if (s->claim != CLAIM_UNSAFE || sequence_kinds(s) & 1u << KIND_PASID)
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->steps[i].op == STEP_FIELD ||
		    (s->steps[i].op == STEP_STORE && s->count > 2) ||
		    step_words_at_once((enum step_op)s->steps[i].op, true) !=
			    step_words((enum step_op)s->steps[i].op))
			return false;
	return true;
}

static bool is_wanted(const struct bench *b, enum target_id target, const struct sequence *s,
		      enum regime regime, const char *id, size_t base_length)
{
	struct step steps[SEQUENCE_STEPS_MAX];

	if (!sequence_is_for(s, target) || b->lacks[target])
		return false;
	if (!is_named(id, base_length))
		return false;
	/* Of one word it would tell nothing; and two processors must not give commands at a time (section 6.9). */
	if (regime == REGIME_HAMMER && kind_is_pointer(target_kind(target)))
		return false;
	/* By default a slow device only confirms what the fast one shows: one control, and the safe. Messages are fast. */
	if (verdict_is_slow(b) && options.tests[0] && target_is_of_interrupts(&b->targets[target]))
		return true;
	if (verdict_is_slow(b) && (regime == REGIME_FAITHFUL || target != TARGET_CONTEXT))
		return false;
	if (verdict_is_slow(b) && !options.tests[0] &&
	    (s->operation != OPERATION_REPLACE ||
	     (s->claim == CLAIM_UNSAFE && strcmp(s->name, "linux-pre7"))))
		return false;
	if (regime == REGIME_HAMMER && only_faithful(s))
		return false;
	return s->claim == CLAIM_UNSAFE || !options.without || verdict_steps(s, steps);
}

/* To whom each test is shown; what others rest on, and was shown before. */
struct visit {
	selection_visit *to;
	void *context;
	bool concurrency, device_tlb;
};

static void show(const struct visit *v, const struct test *t)
{
	v->to(v->context, t);
}

static const char *device_name(const struct bench *b)
{
	return b->device->generator->name;
}

static void visit_concurrency(struct bench *b, struct visit *v)
{
	char id[TEST_ID_BYTES];

	if (b->lacks[TARGET_CONTEXT] || v->concurrency)
		return;
	v->concurrency = true;
	format_text(id, sizeof(id), "concurrency.%s", device_name(b));
	show(v, &(struct test){ .kind = TEST_CONCURRENCY,
				.bench = b,
				.ms = verdict_is_slow(b) || options.test_ms ? 4000 : 700,
				.id = id });
}

static void visit_device_tlb(struct bench *b, struct visit *v)
{
	char id[TEST_ID_BYTES];

	if (!options.ats || v->device_tlb)
		return;
	v->device_tlb = true;
	format_text(id, sizeof(id), "device-tlb.%s", device_name(b));
	show(v, &(struct test){ .kind = TEST_DEVICE_TLB, .bench = b, .ms = 500, .id = id });
}

static void visit_target(struct bench *b, enum target_id target, struct visit *v)
{
	char id[TEST_ID_BYTES], name[TEST_ID_BYTES];
	struct test t = { .bench = b, .target = target, .id = id };
	bool has_witness = false;

	format_text(name, sizeof(name), "witness.%s.%s", target_name(target), device_name(b));
	if (b->lacks[target]) {
		/* Said once, where everything or this was asked for. */
		if (!verdict_is_slow(b) && option_list_matches(options.tests, name))
			show(v,
			     &(struct test){
				     .kind = TEST_LACK, .bench = b, .target = target, .id = name });
		return;
	}
	for (unsigned regime = 0; regime < REGIME_COUNT; regime++)
		for (size_t i = 0; i < all_sequences(); i++)
			for (unsigned w = 0; w < options.dwell_count; w++) {
				size_t length = sequence_id(id, device_name(b), target,
							    sequence_at(i), regime,
							    options.dwell_ns[w]);

				if (!is_wanted(b, target, sequence_at(i), regime, id, length))
					continue;
				/* Every verdict rests on these: they are checked first. */
				visit_concurrency(b, v);
				visit_device_tlb(b, v);
				if (!has_witness)
					show(v,
					     &(struct test){ .kind = TEST_WITNESS,
							     .bench = b,
							     .target = target,
							     .ms = verdict_is_slow(b) ? 2000 : 20,
							     .id = name });
				has_witness = true;
				t.kind = TEST_SEQUENCE;
				t.sequence = sequence_at(i);
				t.regime = (enum regime)regime;
				t.dwell_ns = options.dwell_ns[w];
				t.ms = verdict_ms(b, target, (enum regime)regime);
				show(v, &t);
			}
}

static bool names_sequence(enum target_id target, const char *device)
{
	char id[TEST_ID_BYTES];

	for (unsigned regime = 0; regime < REGIME_COUNT; regime++)
		for (size_t i = 0; i < all_sequences(); i++)
			for (unsigned w = 0; w < options.dwell_count; w++)
				if (is_named(id, sequence_id(id, device, target, sequence_at(i),
							     regime, options.dwell_ns[w])))
					return true;
	return false;
}

bool selection_names_device(const char *device)
{
	bool is_mutants = options.run == RUN_MUTANTS;
	char id[TEST_ID_BYTES];

	/* A companion is there for the tests of others. */
	if (!options.tests[0] || options.companion)
		return true;
	for (unsigned c = 0; c < CHECK_COUNT && !is_mutants; c++) {
		if ((c == CHECK_DEVICE_TLB || c == CHECK_PAGE_REQUESTS) && !options.ats)
			continue;
		format_text(id, sizeof(id), "%s.%s", check_word(c), device);
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

static void visit_mutants(struct bench *b, const struct visit *v)
{
	char id[TEST_ID_BYTES];

	for (unsigned target = 0; target < TARGET_COUNT && !verdict_is_slow(b); target++) {
		format_text(id, sizeof(id), "mutants.%s.%s", target_name((enum target_id)target),
			    device_name(b));
		/* Pass-through on QEMU: see cannot(); directory entries: likewise. */
		if (b->lacks[target] || !option_list_matches(options.tests, id) ||
		    (traits_is_qemu() &&
		     (target == TARGET_PASID_FS_PT || target == TARGET_PASID_DIR ||
		      target == TARGET_PASID_DIR_TABLE)))
			continue;
		show(v, &(struct test){ .kind = TEST_MUTANTS,
					.bench = b,
					.target = (enum target_id)target,
					.ms = 30000,
					.id = id });
	}
}

static void visit_checks(struct bench *b, struct visit *v)
{
#define ROW(identifier, word, ms) { TEST_##identifier, ms },
	static const struct {
		enum test_kind kind;
		uint32_t ms;
	} checks[CHECK_COUNT] = { CHECK_WORDS(ROW) };
#undef ROW
	char id[TEST_ID_BYTES];

	for (unsigned c = 0; c < CHECK_COUNT; c++) {
		bool is_seen = checks[c].kind == TEST_OWNERSHIP || checks[c].kind == TEST_TRAITS;

		if (checks[c].kind == TEST_INTERRUPTS && b->lacks[TARGET_IRTE])
			continue;
		if (checks[c].kind == TEST_PAGE_REQUESTS &&
		    (!options.ats || !page_requests_are_sent_by(b)))
			continue;
		if (!is_seen && b->lacks[TARGET_CONTEXT] && checks[c].kind != TEST_DEVICE_TLB)
			continue;
		format_text(id, sizeof(id), "%s.%s", check_word(c), device_name(b));
		if ((checks[c].kind != TEST_RATES && checks[c].kind != TEST_CONCURRENCY &&
		     checks[c].kind != TEST_INTERRUPTS && !is_seen && verdict_is_slow(b)) ||
		    (!option_list_matches(options.tests, id) &&
		     !(checks[c].kind == TEST_TRAITS && b->traits.breach)))
			continue;
		/* What granularity says rests on it. */
		if (checks[c].kind == TEST_CONCURRENCY || checks[c].kind == TEST_GRANULARITY)
			visit_concurrency(b, v);
		else if (checks[c].kind == TEST_DEVICE_TLB)
			visit_device_tlb(b, v);
		if (checks[c].kind != TEST_CONCURRENCY && checks[c].kind != TEST_DEVICE_TLB)
			show(v, &(struct test){ .kind = checks[c].kind,
						.bench = b,
						.ms = options.test_ms && !is_seen &&
								      checks[c].kind != TEST_FAULTS
							      ? 2ull * options.test_ms
							      : checks[c].ms,
						.id = id });
	}
}

void selection_visit_device(struct bench *b, selection_visit *visit, void *context)
{
	struct visit v = { .to = visit, .context = context };

	if (b->device->only_beside)
		return;
	if (options.run == RUN_MUTANTS) {
		visit_mutants(b, &v);
		return;
	}
	visit_checks(b, &v);
	for (unsigned target = 0; target < TARGET_COUNT; target++)
		visit_target(b, (enum target_id)target, &v);
}
