/* SPDX-License-Identifier: BSD-2-Clause */
/* What two sides say of a test, and whether they differ: in verdicts, and in rates of harm, how surely. */
#include "tools/log/compare.h"

#include <math.h>
#include <stddef.h>

#include "tools/log/statistics.h"

#define QUESTIONS (SHARES - 1) /* kinds of harm that are asked for; torn ones in one of two ways */

static void add_shares(struct side *s, const struct run_test *t)
{
	struct share shares[SHARES];

	s->lacks_exposure |= t->rewrites && !t->has_exposure;
	for (unsigned k = 0; k < SHARES; k++) {
		struct share share = shares[k] = share_of(t, (enum share_kind)k);
		struct range *r = &s->ranges[k];
		double rate = share.trials ? (double)share.harm / (double)share.trials : 0;

		if (!share.trials)
			continue;
		r->low = r->rates ? fmin(r->low, rate) : rate;
		r->high = r->rates ? fmax(r->high, rate) : rate;
		r->rates++;
	}
	share_add(s->shares, shares);
}

void side_add(struct side *s, const struct run_test *t)
{
	s->runs++;
	s->passed += t->verdict == 'p';
	s->failed += t->verdict == 'f';
	s->skipped += t->verdict == 's';
	s->errors += t->verdict == 'f' && t->is_error;
	if (t->has_tally && t->dmas && !t->check)
		add_shares(s, t);
	cost_add(&s->costs, &t->costs);
}

char side_verdict(const struct side *s)
{
	return s->failed		  ? 'f'
	       : s->passed && !s->skipped ? 'p'
	       : s->skipped && !s->passed ? 's'
					  : 'm';
}

/* The kind of harm in which the sides differ most, of those that both could show. */
static void choose_kind(struct row *r)
{
	const struct side *a = &r->sides[0], *b = &r->sides[1];

	for (unsigned k = 0; k < SHARES; k++) {
		const struct share *x = &a->shares[k], *y = &b->shares[k];
		double p = share_difference(x->harm, x->trials, y->harm, y->trials);

		/* Rates among other DMAs cannot be compared: where a log does not say which met stores, of all. */
		if (k == (a->lacks_exposure || b->lacks_exposure ? SHARE_TORN : SHARE_TORN_ALL))
			continue;
		if (!x->trials || !y->trials || p >= r->p)
			continue;
		r->kind = (enum share_kind)k;
		r->p = p;
	}
}

static void judge_rates(struct row *r, const struct question *q)
{
	const struct share *x, *y;
	const struct range *a, *b;
	double p;

	choose_kind(r);
	x = &r->sides[0].shares[r->kind];
	y = &r->sides[1].shares[r->kind];
	a = &r->sides[0].ranges[r->kind];
	b = &r->sides[1].ranges[r->kind];
	if (!x->trials || !y->trials)
		return;
	/*
	 * Rates of harm vary from run to run with all that else happens on a machine, far more than chance
	 * does. So a difference is believed only between three or more runs a side, where these lie apart,
	 * and it is more than chance; as many questions are asked as there are tests and kinds of harm
	 * (Bonferroni).
	 */
	p = r->p * (double)q->tests * QUESTIONS;
	if (a->rates < MANY_RUNS || b->rates < MANY_RUNS) {
		r->few = !x->harm != !y->harm || p < q->alpha;
		return;
	}
	if (p > q->alpha || (a->high >= b->low && b->high >= a->low))
		return;
	r->rate = !x->harm	     ? "harm appears"
		  : !y->harm	     ? "harm no more"
		  : a->high < b->low ? "harm rises"
				     : "harm falls";
}

void judge_row(struct row *r, const struct question *q)
{
	const struct side *a = &r->sides[0], *b = &r->sides[1];
	struct share both[SHARES] = { 0 };

	r->p = 1;
	/* Where nothing can be compared, the harm that any side has. */
	share_add(both, a->shares);
	share_add(both, b->shares);
	r->kind = share_telling(both);
	if (!a->runs || !b->runs) {
		/* What a cut log does not have is not known, no more. */
		r->one_sided = true;
		r->fails_alone = a->failed || b->failed;
		if (r->fails_alone)
			r->verdict = a->runs ? "fails, and is in A only"
					     : "fails, and is in B only";
		else if (!q->incomplete[a->runs ? 1 : 0])
			r->verdict = a->runs ? "only in A" : "only in B";
		else
			r->verdict = a->runs ? "not known of B: a log of it is incomplete"
					     : "not known of A: a log of it is incomplete";
		return;
	}
	/*
	 * A failure is told whatever it is; that harm was seen or not, or that a control was there, is like
	 * a rate: it takes more than a run.
	 */
	if ((side_verdict(a) == 'f') != (side_verdict(b) == 'f') ||
	    (side_verdict(a) != side_verdict(b) && side_verdict(a) != 'm' &&
	     side_verdict(b) != 'm' && a->runs >= MANY_RUNS && b->runs >= MANY_RUNS))
		r->verdict = side_verdict(b) == 'f'   ? b->errors == b->failed
								? "now fails, by an error"
								: "now fails"
			     : side_verdict(a) == 'f' ? "fails no more"
						      : "verdict differs";
	judge_rates(r, q);
	r->cost = cost_difference(&a->costs, &b->costs, MANY_RUNS);
}
