/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model held against the simulated unit: vtd-cells runs sequences on a unit of one kind and compares, for
 * each target, sequence and regime (a cell), what a DMA came to with what the model predicts for that kind.
 * Nothing may be seen that is not predicted; what is predicted and not seen is named. tests/sim/cells runs it
 * for each kind of unit.
 */
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "kernel/traps.h"
#include "tests/cells/made.h"
#include "tests/cells/vary.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/notation.h"
#include "tests/litmus/predict.h"
#include "tests/litmus/setup.h"
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"
#include "tests/litmus/trials.h"

#define ROUND_MS     1		 /* of the simulated clock: some hundred DMAs */
#define ROUNDS_SHORT 400	 /* of that; then longer ones */
#define WORKSPACE    (24u << 20) /* on units that fetch 64 bits; */
#define OF_MUTANTS   (64u << 20) /* there of mutants */
#define NAME_BYTES   96
#define SET_BYTES    160
#define PRINTED_MOST 200 /* sequences whose steps are printed */

/* What is compared: outcomes, and above them the harms that no outcome shows. */
#define BIT_HARM(harm) ((uint32_t)(harm) << 16)
#define HARMS_SEEN     (HARM_MIXTURE | HARM_STALE | HARM_MISTAGGED | HARM_BLOCKED)

struct cell {
	char name[NAME_BYTES];
	struct trial trial;
	bool never_blocks, wrong_end;
	uint32_t predicted, seen;
	unsigned rounds;
	uint64_t dmas;
	const char *trouble;
};

static struct counts {
	unsigned cells, equal, unseen, outside, trouble;
	unsigned unsafe, shown, hidden_harms, shown_harms;
	uint64_t dmas;
} counts;

static struct setup *setup;
static struct bench *bench;
static bool mistagged;

/* A translation of one state's page is kept under the other's domain-id, while the sequence runs. */
static void watch(const struct unit_translation *kept)
{
	const struct target *t = bench->target;

	if (task_is_asleep(TASK_UPDATER) || !t || kept->reason || kept->page != t->address >> 12 ||
	    t->expects[0] == t->expects[1])
		return;
	for (unsigned s = 0; s < 2; s++)
		mistagged |= t->expects[s] < t->pages && kept->domain != t->domain[s] &&
			     kept->domain != SPARE_DOMAIN &&
			     kept->frame == (uint64_t)t->page[t->expects[s]] >> 12;
}

static struct unit_model kind_of_unit(void)
{
	return (struct unit_model){ .bits = sim.chunk,
				    .any_order = sim.order > 1,
				    .qemu_fetches = sim.bug == BUG_FIELDS_APART,
				    .as_told = bench->ats.usable };
}

static void predict_cell(struct cell *c)
{
	struct prediction p;

	predict_as(bench, &c->trial, c->never_blocks, kind_of_unit(), &p);
	c->trouble = p.problem;
	c->wrong_end = p.harms & HARM_WRONG_END;
	c->predicted = p.outcomes | BIT_HARM(p.harms & HARMS_SEEN);
}

static void add_seen(struct cell *c, const struct tally *t)
{
	for (unsigned o = 0; o < OUTCOME_PREDICTED; o++)
		c->seen |= t->outcomes[o] ? 1u << o : 0;
	for (unsigned o = OUTCOME_PREDICTED; o < OUTCOME_COUNT; o++)
		if (t->outcomes[o] && !c->trouble)
			c->trouble = target_outcome_meaning(bench->target, o);
	if (t->torn)
		c->seen |= BIT_HARM(HARM_MIXTURE);
	if (t->stale)
		c->seen |= BIT_HARM(HARM_STALE);
	if (t->mistagged || mistagged)
		c->seen |= BIT_HARM(HARM_MISTAGGED);
	if (c->never_blocks && t->blocked)
		c->seen |= BIT_HARM(HARM_BLOCKED);
	if (t->stopped && !c->trouble)
		c->trouble = t->stopped;
	c->dmas += t->dmas;
}

/* Round after round, each with other habits of the unit, until all that is predicted was seen. */
static void run_cell(struct cell *c)
{
	static struct tally tally;

	predict_cell(c);
	while (!c->trouble && c->rounds < sim.rounds && (c->predicted & ~c->seen)) {
		/* In the hammer regime few DMAs are made with the entry held, and where many are refused a round has few. */
		if (c->rounds == ROUNDS_SHORT)
			c->trial.ms *= 8;
		vary(c->rounds++, &c->trial);
		mistagged = false;
		trial_run(bench, &c->trial, &tally);
		add_seen(c, &tally);
	}
	vary(0, &c->trial);
}

static void set_text(char text[SET_BYTES], uint32_t set)
{
	size_t n = 0;

	text[0] = 0;
	for (unsigned o = 0; o < OUTCOME_PREDICTED; o++)
		if (set & 1u << o)
			n += format_text(text + n, SET_BYTES - n, " %s",
					 target_outcome_name(bench->target, o));
	for (unsigned h = 0; h < HARM_BITS; h++)
		if (set & BIT_HARM(1u << h))
			n += format_text(text + n, SET_BYTES - n, " %s", harm_word(h));
}

static void print_steps(const struct trial *trial)
{
	char text[96];

	for (size_t i = 0; i < trial->count; i++)
		log_note("    %lu. %s", i + 1, step_text(&trial->steps[i], text, sizeof(text)));
}

static void print_cell(const struct cell *c)
{
	char predicted[SET_BYTES], difference[SET_BYTES];
	uint32_t outside = c->seen & ~c->predicted, unseen = c->predicted & ~c->seen;
	if (!outside && !c->trouble && !unseen && options.run == RUN_MUTANTS)
		return;
	set_text(predicted, c->predicted);
	set_text(difference, outside ? outside : unseen);
	log_note("cell %s: %s%s; predicted%s; %u rounds, %lu DMAs", c->name,
		 c->trouble ? c->trouble
		 : outside  ? "OUTSIDE"
		 : unseen   ? "unseen"
			    : "equal",
		 c->trouble ? "" : difference, predicted, c->rounds, c->dmas);
	if (unseen && !outside && !c->trouble && c->wrong_end)
		log_note(
			"    It does not end in the new entry: its first round is like no other, and hardly met");
	if ((outside || c->trouble) && counts.outside + counts.trouble < PRINTED_MOST)
		print_steps(&c->trial);
}

static unsigned harm_count(uint32_t set)
{
	return (unsigned)__builtin_popcount(set & BIT_HARM(HARMS_SEEN));
}

static void do_cell(struct cell *c)
{
	uint32_t outside, unseen;

	run_cell(c);
	outside = c->seen & ~c->predicted;
	unseen = c->predicted & ~c->seen;
	print_cell(c);
	counts.cells++;
	counts.dmas += c->dmas;
	counts.trouble += c->trouble != NULL;
	counts.outside += outside && !c->trouble;
	counts.unseen += unseen && !outside && !c->trouble;
	counts.equal += !unseen && !outside && !c->trouble;
	counts.unsafe += harm_count(c->predicted) > 0;
	counts.shown += harm_count(c->predicted) && harm_count(c->seen);
	counts.shown_harms += harm_count(c->predicted & c->seen);
	counts.hidden_harms += harm_count(unseen);
}

static void do_steps(const char *name, const struct step *steps, size_t count, bool never_blocks)
{
	bool stores = false;

	for (size_t i = 0; i < count; i++)
		stores |= step_words((enum step_op)steps[i].op) > 0;
	/* In the hammer regime the updater would have nothing to do; a pointer is not tested in it. */
	stores &= !kind_is_pointer((enum entry_kind)bench->target->kind);
	for (unsigned regime = stores ? 0 : REGIME_FAITHFUL; regime < REGIME_COUNT; regime++) {
		struct cell c = { .trial = { .steps = steps,
					     .count = count,
					     .regime = (uint8_t)regime,
					     .ats = true,
					     .ms = ROUND_MS * bench->target->phases },
				  .never_blocks = never_blocks };

		format_text(c.name, sizeof(c.name), "%s.%s", name, regime_word(regime));
		if (option_list_matches(options.tests, c.name))
			do_cell(&c);
	}
}

static void do_sequence(const char *target, const struct sequence *s)
{
	static const char *const kinds[] = { "remove", "swap" };
	struct step steps[SEQUENCE_STEPS_MAX];
	char name[NAME_BYTES];

	if (options.run != RUN_MUTANTS) {
		format_text(name, sizeof(name), "%s.%s.%s", target, operation_name(s->operation),
			    s->name);
		do_steps(name, s->steps, s->count, s->never_blocks);
		return;
	}
	for (unsigned mutation = 0; mutation < 2; mutation++)
		for (size_t at = 0; at < s->count; at++) {
			size_t n = sequence_mutate(s->steps, s->count, (enum mutation)mutation, at,
						   steps);

			format_text(name, sizeof(name), "%s.%s.%s.%s-%lu", target,
				    operation_name(s->operation), s->name, kinds[mutation], at + 1);
			if (n)
				do_steps(name, steps, n, s->never_blocks);
		}
}

/* In the notation, for whoever is to judge the same sequence (tests/one-answer). */
static void print_made_up(enum target_id id, const char *name, const struct step *steps,
			  size_t count)
{
	struct sequence s = { .name = name,
			      .targets = 1u << id,
			      .operation = OPERATION_REPLACE,
			      .claim = CLAIM_NONE,
			      .steps = steps,
			      .count = count };
	static char text[8192];

	notation_print(&s, text, sizeof(text));
	for (char *line = text, *at = text; *at; at++)
		if (*at == '\n') {
			*at = 0;
			log_note("%s", line);
			line = at + 1;
		}
}

static void do_made_up(enum target_id id)
{
	const char *target = target_name(id);
	enum entry_kind kind = target_kind(id);
	uint64_t seed = (options.seed + 1) * 0x9e3779b97f4a7c15 | 1;
	struct step steps[SEQUENCE_STEPS_MAX];
	char name[NAME_BYTES];

	for (unsigned i = 0; i < sim.made_up; i++) {
		size_t n = made_sequence(kind, &seed, steps);

		if (options.run == RUN_LIST) {
			format_text(name, sizeof(name), "%s-%u", target, i + 1);
			print_made_up(id, name, steps, n);
			continue;
		}
		format_text(name, sizeof(name), "%s.made-up.%u", target, i + 1);
		do_steps(name, steps, n, false);
	}
}

static void do_target(enum target_id id)
{
	const char *problem;

	if (id == TARGET_PASID_DIR_TABLE && sim.bug == BUG_FIELDS_APART) {
		log_note("target %s: the model does not know how such a unit reads it",
			 target_name(id));
		return;
	}
	if (bench->lacks[id]) {
		log_note("target %s: not on this unit: %s", target_name(id), bench->lacks[id]);
		return;
	}
	problem = engine_choose(bench, &bench->targets[id]);
	if (problem)
		panic("%s: %s", target_name(id), problem);
	if (sim.made_up) {
		do_made_up(id);
		return;
	}
	for (size_t i = 0; i < sequence_count; i++)
		if (sequence_is_for(&sequences[i], id))
			do_sequence(target_name(id), &sequences[i]);
}

static bool any(const char *kind)
{
	(void)kind;
	return true;
}

/* It compares what is built in, and what it makes up. */
bool litmus_take_sequences(void)
{
	return true;
}

enum run_result litmus_main(void)
{
	predict_init(options.run == RUN_MUTANTS || sim.made_up ? OF_MUTANTS : WORKSPACE);
	setup = memory_alloc_bytes(sizeof(*setup));
	if (!setup || options.refused)
		panic("not understood: %s, or no memory", misunderstood_options);
	setup_machine(setup, any);
	if (setup->problem)
		panic("%s", setup->problem);
	bench = &setup->benches[0];
	vary_init();
	tlb_watch = watch;
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		do_target((enum target_id)id);
	if (options.run == RUN_LIST && sim.made_up)
		return RUN_PASS;
	log_note(
		"cells: compared %u, equal %u, unseen %u, outside %u, trouble %u; unsafe %u, seen harmful %u; harms seen %u of %u; %lu DMAs",
		counts.cells, counts.equal, counts.unseen, counts.outside, counts.trouble,
		counts.unsafe, counts.shown, counts.shown_harms,
		counts.shown_harms + counts.hidden_harms, counts.dmas);
	return counts.outside || counts.trouble || !counts.cells ? RUN_FAIL : RUN_PASS;
}
