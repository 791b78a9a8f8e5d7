/* SPDX-License-Identifier: BSD-2-Clause */
/* Two sides, each one run or many: what they say of a test, and in what they differ. */
#ifndef TOOLS_LOG_COMPARE_H
#define TOOLS_LOG_COMPARE_H

#include "tools/log/costs.h"
#include "tools/log/run.h"
#include "tools/log/share.h"

#define MANY_RUNS 3 /* from so many on each side on, the spread between runs is known */

struct side {
	unsigned runs, passed, failed, errors, skipped;
	struct share shares[SHARES];
	struct range {
		double low, high; /* the runs' own rates of harm */
		unsigned rates;
	} ranges[SHARES];
	struct cost_sum costs;
	bool lacks_exposure; /* a log of it does not say which DMAs met stores */
};

struct row {
	char *id;
	struct side sides[2];
	enum share_kind kind; /* of harm: that in which they differ most */
	double p;
	const char *verdict;  /* what changed in verdicts; NULL: nothing */
	bool one_sided;	      /* only one side has such a test */
	bool fails_alone;     /* and there it fails */
	bool few;	      /* the rates seem to differ, but there are too few runs to tell */
	const char *rate;     /* what changed in harm; NULL: nothing that is sure */
	const char *cost;     /* what changed in costs; NULL: nothing that is sure */
	struct bit_row *bits; /* of live entries; NULL: none */
};

/* A test of a run into what its side says of it. */
void side_add(struct side *side, const struct run_test *test);

/* compare_bits.c: bits of live entries of a run's test into its row; whether the sides differ in one; those that do, or all. */
void bits_add(struct row *row, unsigned side, const struct run_test *test);
bool bits_differ(const struct row *row);
void bits_print(const struct row *row, bool all);
void bits_free(struct row *row);

/* What a side says of a test, where its runs agree: 'p', 'f', 's'; else 'm', mixed. */
char side_verdict(const struct side *side);

/* By what to judge a row. */
struct question {
	size_t tests;	    /* that are asked for in all */
	double alpha;	    /* probability of calling any difference that is none */
	bool incomplete[2]; /* whether a side has a cut log */
};
void judge_row(struct row *row, const struct question *question);

#endif
