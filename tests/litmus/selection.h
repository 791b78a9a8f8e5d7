/* SPDX-License-Identifier: BSD-2-Clause */
/* Which tests are run: by tests= and run=, by what the unit lacks, and in which order. */
#ifndef TESTS_SELECTION_H
#define TESTS_SELECTION_H

#include "tests/litmus/bench.h"
#include "tests/litmus/sequence.h"

enum test_kind {
	TEST_OWNERSHIP, /* seen at set-up */
	TEST_TRAITS,	/* likewise */
	TEST_RATES,
	TEST_CONCURRENCY,
	TEST_INVALIDATION,
	TEST_WALKS,
	TEST_DEVICE_TLB,    /* with ats=1 */
	TEST_PAGE_REQUESTS, /* likewise, of a device that can send any */
	TEST_FLIPS,
	TEST_FAULTS,
	TEST_INTERRUPTS,
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
	enum regime regime;
	uint32_t dwell_ns;
	uint64_t ms; /* that it is expected to take */
	const char *id;
};

typedef void selection_visit(void *context, const struct test *test);

/* Every test of a device, in the order in which they are run. A test and its id are valid during the call only. */
void selection_visit_device(struct bench *bench, selection_visit *visit, void *context);

/*
 * Whether tests= can name a test of a device of this kind, whatever its unit can do. A device of which
 * none is run need not be taken from its owner.
 */
bool selection_names_device(const char *kind);

#endif
