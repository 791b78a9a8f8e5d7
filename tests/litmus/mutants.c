/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutants of every sequence: those that the model calls unsafe must be seen to do harm. */
#include "tests/litmus/engine.h"
#include "tests/litmus/foreign.h"
#include "tests/litmus/mutants.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "tests/litmus/predict.h"
#include "tests/litmus/report.h"
#include "tests/litmus/trials.h"
#include "tests/litmus/stores.h"

#define HAMMER_MS     150
#define FAITHFUL_MS   1200
#define NEEDED_IN_100 90 /* of those that this unit can show */

static struct tally tally;

static struct counts {
	unsigned all, safe, unsafe, showable, seen, hidden, refused, outside;
} counts;

/* One regime of one mutant. Returns the harm seen. */
static uint64_t try_regime(struct bench *b, struct trial *trial, enum regime regime,
			   const struct sequence *s, bool *showable)
{
	struct prediction allowed, shown;
	uint64_t harm;

	trial->regime = (uint8_t)regime;
	trial->ms = options.test_ms	      ? options.test_ms
		    : regime == REGIME_HAMMER ? HAMMER_MS
					      : FAITHFUL_MS;
	predict(b, trial, s->never_blocks, &allowed);
	predict_on_this_unit(b, trial, s->never_blocks, &shown);
	/* A hammer regime leaves invalidations out: that is harm of the regime, unless stores do it.
	 */
	if (!shown.harms || allowed.problem)
		return 0;
	*showable = true;
	trial_run(b, trial, &tally);
	harm = predict_harm_seen(&allowed, &tally);
	if (predict_outside(&allowed, &tally) &&
	    !predict_other_order(b, trial, s->never_blocks, &tally)) {
		counts.outside++;
		log_note("    outside the specification:");
		report_tally(b->target, &tally, &allowed, 0);
	}
	if (tally.stopped)
		log_note("    stopped: %s", tally.stopped);
	return harm;
}

static void run_mutant(struct bench *b, const struct sequence *s, enum mutation mutation, size_t at)
{
	static const char *const kinds[] = { "remove", "swap" };
	struct step steps[SEQUENCE_STEPS_MAX];
	struct trial trial = {
		.steps = steps, .stop_on_harm = true, .may_break = true, .ats = true
	};
	struct prediction spec;
	bool showable = false;
	uint64_t harm = 0;
	char text[96], harms[80];

	trial.count = sequence_mutate(s->steps, s->count, mutation, at, steps);
	if (!trial.count)
		return;
	counts.all++;
	trial.regime = REGIME_FAITHFUL;
	predict_by_specification(b, &trial, s->never_blocks, &spec);
	if (!spec.harms) {
		counts.safe++;
		return;
	}
	counts.unsafe++;
	report_harms(harms, sizeof(harms), spec.harms);
	step_text(&s->steps[at], text, sizeof(text));
	if (spec.walks_page_zero && !page_zero_is_empty) {
		counts.refused++;
		log_note("  %s.%s %s %lu (%s): %s; not run: page 0 is not free",
			 operation_name(s->operation), s->name, kinds[mutation], at + 1, text,
			 harms);
		return;
	}
	/* Stores first: quick where they are what is wrong; then with all its invalidations. */
	if (spec.harms & (HARM_MIXTURE | HARM_MISTAGGED))
		harm = try_regime(b, &trial, REGIME_HAMMER, s, &showable);
	for (unsigned tries = 0; tries < 2 && !harm; tries++)
		harm = try_regime(b, &trial, REGIME_FAITHFUL, s, &showable);
	counts.showable += showable;
	counts.seen += harm > 0;
	counts.hidden += !showable;
	log_note("  %s.%s %s %lu (%s): %s; %s", operation_name(s->operation), s->name,
		 kinds[mutation], at + 1, text, harms,
		 harm	    ? "seen"
		 : showable ? "not seen"
			    : predict_why_hidden(b, &trial, s->never_blocks));
}

void mutants_run(struct bench *b, enum target_id target, const char *id)
{
	const char *problem = engine_choose(b, &b->targets[target]);

	counts = (struct counts){ 0 };
	log_note("%s: each step removed, each pair of neighbours swapped", id);
	if (problem) {
		report_result(id, VERDICT_ERROR, problem, 0, "mutants");
		return;
	}
	for (size_t i = 0; i < all_sequences(); i++) {
		const struct sequence *s = sequence_at(i);

		if (!sequence_is_for(s, target) || stores_lack(s->steps, s->count))
			continue;
		for (unsigned mutation = 0; mutation < 2; mutation++)
			for (size_t at = 0; at < s->count; at++)
				run_mutant(b, s, (enum mutation)mutation, at);
	}
	log_note(
		"  Mutants: %u, safe by the model %u, unsafe %u; of those this unit can show %u, seen %u; it cannot show %u; not run %u",
		counts.all, counts.safe, counts.unsafe, counts.showable, counts.seen, counts.hidden,
		counts.refused);
	report_extra(
		"mutants all=%u safe=%u unsafe=%u showable=%u seen=%u hidden=%u refused=%u outside=%u",
		counts.all, counts.safe, counts.unsafe, counts.showable, counts.seen, counts.hidden,
		counts.refused, counts.outside);
	if (counts.outside)
		problem = "something was seen that the model does not allow";
	else if (counts.seen + 1 < counts.showable &&
		 counts.seen * 100 < counts.showable * NEEDED_IN_100)
		problem = "too few of the unsafe mutants were seen";
	report_result(id, problem ? VERDICT_FAIL : VERDICT_PASS, problem, counts.seen, "mutants");
}
