/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict on a sequence: what was predicted, what was seen, and what controls showed. */
#include "tests/litmus/verdict.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "kernel/lib/string.h"
#include "tests/litmus/predict.h"
#include "tests/litmus/report.h"
#include "tests/litmus/stores.h"
#include "tests/litmus/traits.h"
#include "tests/litmus/trials.h"
#include "vtd/regs.h"

static struct tally tally;
static struct costs costs; /* of the same trial, in the faithful regime */

bool verdict_is_slow(const struct bench *b)
{
	return b->device->typical_us > 10000;
}

uint64_t verdict_ms(const struct bench *b, enum target_id id, enum regime regime)
{
	if (options.test_ms)
		return options.test_ms;
	if (verdict_is_slow(b) && !target_is_of_interrupts(&b->targets[id]))
		return 2000;
	if (target_is_word(id))
		return 340;
	/* A PASID-table entry is hammered with two DMAs where others take one. */
	return regime == REGIME_FAITHFUL ? 1000 : target_kind(id) == KIND_PASID ? 880 : 490;
}

size_t verdict_steps(const struct sequence *s, struct step *steps)
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

/* Whether the unit has all of its page-selective invalidations of the IOTLB. */
static bool has_pages(const struct vtd_unit *unit, const struct sequence *s)
{
	int order = -1;

	for (size_t i = 0; i < s->count; i++)
		if (step_page_order(&s->steps[i]) > order)
			order = step_page_order(&s->steps[i]);
	return order < 0 || (field_of(unit->cap, CAP_PSI) && unit->queue.descriptors &&
			     order <= (int)field_of(unit->cap, CAP_MAMV));
}

/* Whether it stores an entry without P on the way. */
static bool goes_away(const struct sequence *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (step_words((enum step_op)s->steps[i].op) &&
		    (s->steps[i].value == VALUE_ZERO ||
		     s->steps[i].value == VALUE_OLD_NOT_PRESENT ||
		     s->steps[i].value == VALUE_NEW_NOT_PRESENT))
			return true;
	return false;
}

/* Why this trial would say nothing, or must not be made, on this unit; NULL: it may be made. */
static const char *cannot(const struct bench *b, enum target_id target, const struct sequence *s,
			  enum regime regime, const struct prediction *full,
			  const struct prediction *p)
{
	if (p->problem)
		return p->problem;
	if (stores_lack(s->steps, s->count))
		return stores_lack(s->steps, s->count);
	if (regime == REGIME_FAITHFUL && !has_pages(b->unit, s))
		return "the unit has no page-selective invalidation of the IOTLB (CAP.PSI = 0), none so large (CAP.MAMV), or no queue";
	if (p->walks_page_zero && !page_zero_is_empty)
		return "a mixture would be walked through physical page 0, which is not free here";
	if (regime == REGIME_HAMMER && !full->harms && p->harms)
		return "what makes it safe are its own invalidations, which this regime leaves out";
	if (target == TARGET_PASID_FS_PT && regime == REGIME_FAITHFUL &&
	    b->traits.pass_through == TRAIT_YES)
		return "the unit goes on passing through until the context cache is invalidated";
	if ((target == TARGET_PASID_DIR || target == TARGET_PASID_DIR_TABLE) && traits_is_qemu() &&
	    (s->operation != OPERATION_REPLACE || goes_away(s)))
		return "QEMU uses memory it never set when a directory entry goes away in the middle of a translation";
	return NULL;
}

/* Trouble of the device or of this tool: then the run says nothing of the sequence. NULL: none. */
static const char *trouble(void)
{
	return tally.stopped	? tally.stopped
	       : tally.timeouts ? "the device did not answer in time, and was reset"
				: NULL;
}

/* What no sequence explains, but a unit that does not do its part. NULL: nothing such. *kinds: what it may follow from. */
static const char *unexplained(bool of_interrupts, bool is_control, unsigned *kinds)
{
	*kinds = BROKEN(BROKEN_RECORDS) | BROKEN(BROKEN_WALK);
	if (tally.faults.odd)
		return fault_fit_text((enum fault_fit)tally.faults.odd_fit);
	*kinds = BROKEN(BROKEN_WALK);
	/* In these no mixture differs from its states. */
	if (tally.astray)
		return "an interrupt came at another processor, or as another vector, than any state of its entry has (section 9.9)";
	if (tally.doubled)
		return "an interrupt came twice, or after its time, or when none had been sent (section 5.1.4)";
	*kinds |= BROKEN(BROKEN_RECORDS);
	/* An entry that is a mixture may be one whose faults go unrecorded. */
	if (is_control)
		return NULL;
	*kinds = BROKEN(BROKEN_CACHES) | BROKEN(BROKEN_WALK);
	if (tally.companion_astray)
		return "a DMA of the companion landed where its own entry does not lead";
	if (tally.companion_refused)
		return "a DMA of the companion was refused, though nothing on its way was rewritten";
	if (tally.untranslated)
		return "a DMA passed the unit untranslated: it landed at the physical address";
	*kinds |= BROKEN(BROKEN_RECORDS);
	if (tally.unrecorded && of_interrupts)
		return "an interrupt was lost: it came to no vector and left no fault record (sections 5.1.4, 5.1.4.1)";
	if (tally.unrecorded)
		return tally.outcomes[OUTCOME_LOST]
			       ? "a DMA landed in no page of the witness and left no fault record"
			       : "a DMA was not done and left no fault record";
	return NULL;
}

/* Why nothing torn says nothing here; NULL: it does. */
static const char *inconclusive(const struct bench *b, const struct shown *shown,
				enum target_id target, enum regime regime, uint64_t controls)
{
	if (!controls)
		return "inconclusive: no control of this target and regime has shown harm so far in this run";
	if (!b->lacks[TARGET_CONTEXT] && !b->met[regime] && !verdict_is_slow(b))
		return "inconclusive: no DMA was seen in the middle of a change in this regime (concurrency), so none torn proves nothing";
	if (!tally.rewrites || !tally.exposed)
		return "inconclusive: nothing was rewritten during a DMA";
	if (!shown_in_time(shown, &tally, target, regime))
		return "inconclusive: too few DMAs were exposed to stores: at the controls' rate none might have torn";
	return NULL;
}

/*
 * A sequence that is unsafe anyway is a control, whatever the order of chunks. One that was predicted to be safe fails:
 * on this unit it is not.
 */
static const char *outside(struct bench *b, const struct sequence *s, const struct trial *trial,
			   const struct prediction *p, const struct tally *seen)
{
	const char *problem = predict_outside(p, seen), *order;

	order = problem ? predict_other_order(b, trial, s->never_blocks, seen) : NULL;
	if (!order)
		return problem;
	if (!p->harms)
		return order;
	log_note("  %s", order);
	return NULL;
}

static void judge(const struct bench *b, enum target_id target, enum regime regime,
		  const struct prediction *p, const char *problem, uint8_t spec_harms,
		  bool is_showable, struct shown *shown, const char *id)
{
	uint64_t harm = tally.torn ? tally.torn : tally.stale ? tally.stale : tally.mistagged;
	const char *unit = tally.torn	     ? "torn"
			   : tally.stale     ? "stale"
			   : tally.mistagged ? "mistagged"
					     : "torn";
	uint64_t controls = shown_by_controls(shown, target, regime);
	bool is_interrupt = target_is_of_interrupts(b->target);
	unsigned ways = p->harms ? 0 : shown_in_time(shown, &tally, target, regime), kinds;
	const char *follows;

	report_keep_verdicts(spec_harms, controls, shown_harms(ways));
	if (p->harms)
		shown_take(shown, &tally, target, regime);
	if (unexplained(is_interrupt, p->harms, &kinds))
		problem = unexplained(is_interrupt, p->harms, &kinds);
	else
		kinds = BROKEN(BROKEN_CACHES) | BROKEN(BROKEN_FETCH) | BROKEN(BROKEN_WALK);
	follows = bench_follows(b, trouble() ? BROKEN(BROKEN_QUEUE) : kinds, id);
	/* A device in trouble comes first: what it did then is no evidence. */
	if (trouble()) {
		report_result(id, VERDICT_ERROR,
			      follows && b->unit->queue.errors ? follows : trouble(), harm, unit);
	} else if (problem) {
		report_result(id, VERDICT_FAIL, follows ? follows : problem, harm, unit);
	} else if (p->harms && options.without) {
		report_result(id, harm ? VERDICT_FAIL : VERDICT_SKIP,
			      harm ? "a safeguard was taken out, and it shows"
				   : "unsafe by the model without it; not seen in this run",
			      harm, unit);
	} else if (p->harms) {
		if (predict_harm_seen(p, &tally))
			log_note("  Control: its harm was seen, as the model says");
		report_result(id, predict_harm_seen(p, &tally) ? VERDICT_PASS : VERDICT_SKIP,
			      is_showable ? "unsafe by the model; not seen in this run"
					  : "unsafe by the model; this unit cannot show it",
			      harm, unit);
	} else if (inconclusive(b, shown, target, regime, controls)) {
		report_result(id, VERDICT_SKIP, inconclusive(b, shown, target, regime, controls), 0,
			      "torn");
	} else {
		bool is_stale_open = regime == REGIME_FAITHFUL && !(ways >> SHOWN_STALE & 1);

		log_note(
			"  Safe: controls showed %lu harms; at their rate it would have been seen here:%s%s%s%s",
			controls, ways >> SHOWN_TORN & 1 ? " torn" : "",
			ways >> SHOWN_STALE & 1 ? " stale" : "",
			ways >> SHOWN_MISTAGGED & 1 ? " mis-tagged" : "",
			is_stale_open
				? "; of stale it says nothing: no control showed that often enough"
				: "");
		report_result(id, VERDICT_PASS, NULL, 0, "torn");
	}
}

/*
 * The prediction that counts here, and beside it the specification's where that is another. Returns the
 * harms that the specification allows.
 */
static uint8_t log_model(struct bench *b, const struct sequence *s, const struct trial *trial,
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
	return spec.harms;
}

/*
 * `full` is by this unit's model; what is known to be bad is what the specification allows to harm. Returns whether this unit
 * can show it.
 */
static bool note_known_bad(struct bench *b, enum target_id target, const struct sequence *s,
			   const struct trial *trial, const struct prediction *full,
			   struct shown *shown)
{
	struct trial faithful = *trial;
	struct prediction spec = *full, here;

	faithful.regime = REGIME_FAITHFUL;
	if (b->traits.rereads == TRAIT_YES)
		predict_by_specification(b, &faithful, s->never_blocks, &spec);
	predict_known_bad(b, trial, s->never_blocks, &here);
	shown->known_bad[target][sequence_index(s)] |= (spec.harms ? KNOWN_BAD : 0) |
						       (here.harms ? SHOWABLE : 0);
	return here.harms;
}

void verdict_run(struct bench *b, enum target_id target, const struct sequence *s,
		 enum regime regime, uint32_t dwell_ns, struct shown *shown, const char *id)
{
	struct step steps[SEQUENCE_STEPS_MAX];
	struct trial trial = { .steps = steps,
			       .count = verdict_steps(s, steps),
			       .regime = REGIME_FAITHFUL,
			       .dwell_ns = dwell_ns,
			       .ms = verdict_ms(b, target, regime),
			       .may_break = true,
			       .ats = true };
	struct prediction full, p;
	const char *problem, *follows = bench_follows(b, BROKEN(BROKEN_KINDS) - 1, id);
	bool is_showable;
	uint8_t spec_harms;

	log_note("%s: %s", id, s->title);
	if (!shown->witness_good[target]) {
		report_result(id, VERDICT_ERROR,
			      follows ? follows
				      : "not run: the witness of this target is not sound",
			      0, "torn");
		return;
	}
	if (b->ats.usable && b->ats.is_broken) {
		report_result(
			id, VERDICT_ERROR,
			"not run: what the device keeps itself cannot be relied on (device-tlb.*)",
			0, "torn");
		return;
	}
	predict(b, &trial, s->never_blocks, &full);
	trial.regime = (uint8_t)regime;
	if (regime == REGIME_HAMMER)
		predict(b, &trial, s->never_blocks, &p);
	else
		p = full;
	problem = cannot(b, target, s, regime, &full, &p);
	if (problem) {
		report_result(id, p.problem ? VERDICT_ERROR : VERDICT_SKIP, problem, 0, "torn");
		return;
	}
	is_showable = note_known_bad(b, target, s, &trial, &full, shown);
	spec_harms = log_model(b, s, &trial, &p);
	/* What comes of this unit's own reading alone it shows as well. */
	is_showable |= (p.harms & ~spec_harms) != 0;
	/* Those of the catalogue are held against the model when it is built. */
	if (sequence_index(s) >= sequence_count && s->claim == CLAIM_SAFE && full.harms)
		log_note("  Its claim is not true here: it says safe");
	trial_run(b, &trial, &tally);
	report_tally(b->target, &tally, &p, b->undisturbed_rate);
	report_keep(b->target, &tally, &p);
	problem = outside(b, s, &trial, &p, &tally);
	if (regime == REGIME_FAITHFUL && !trouble()) {
		trial_costs(b, &trial, &costs);
		costs_report(&costs);
		/* What these DMAs came to must be within the model, too. */
		problem = problem ? problem : outside(b, s, &trial, &p, &costs.tally);
	}
	judge(b, target, regime, &p, problem, spec_harms, is_showable, shown, id);
	if (predict_harm_seen(&p, &tally))
		shown->known_bad[target][sequence_index(s)] |= SEEN;
}
