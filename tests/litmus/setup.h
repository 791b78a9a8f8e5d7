/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run needs: units, two processors, memory, devices. */
#ifndef TESTS_SETUP_H
#define TESTS_SETUP_H

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
 * Read the DMAR table, probe and take over every unit, start the updater processor, open every
 * generator that is asked for, and turn translation on for the units behind them. Logs what it
 * finds.
 */
void setup_machine(struct setup *setup, setup_wanted wanted);

#endif
