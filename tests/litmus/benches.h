/* SPDX-License-Identifier: BSD-2-Clause */
/* Benches: each device that may be used, behind its unit, proven, and with the tables of every target. */
#ifndef TESTS_BENCHES_H
#define TESTS_BENCHES_H

#include "tests/litmus/bench.h"

#define BENCH_MAX 8

/* A device whose DMA does not pass the unit that the DMAR table names, or whose unit records it wrongly. */
struct misowned {
	char name[16];
	char why[480];
};

struct setup {
	struct bench benches[BENCH_MAX];
	unsigned bench_count;
	struct misowned misowned[BENCH_MAX]; /* each is a failed test */
	unsigned misowned_count;
	unsigned driver_cpu;		      /* index in smp_processors; it runs the tests */
	unsigned excluded, unwanted, refused; /* devices: by dma=, by tests=, by what they are */
	const char *problem;		      /* why nothing can be measured; NULL: it can */
	bool is_wrong; /* the problem is a fault of the machine, not a lack of something */
};

/* Whether tests= can name a test of this kind of device. Those of which it names none are left alone. */
typedef bool (*setup_wanted)(const char *kind);

/*
 * Open the first device of this kind that options allow and nothing refuses; it is logged, and so is each that is
 * refused. Adds to setup's benches, counts and misowned devices.
 */
void benches_open(struct setup *setup, const struct dma_generator *generator, setup_wanted wanted,
		  unsigned updater_cpu);

/* Log every device that a generator knows, and whether it would be used, as far as reading tells. */
void benches_list(setup_wanted wanted);

#endif
