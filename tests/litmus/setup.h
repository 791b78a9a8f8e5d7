/* SPDX-License-Identifier: BSD-2-Clause */
/* From the DMAR table to benches: which units there are, which devices can be put to work. */
#ifndef TESTS_SETUP_H
#define TESTS_SETUP_H

#include "kernel/firmware/acpi.h"
#include "tests/litmus/bench.h"
#include "vtd/dmar.h"

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

/* How device scopes find their way behind bridges: the functions that pci_init() saw. */
extern const struct dmar_pci setup_pci_view;

/* Whether tests= can name a test of this kind of device. Those of which it names none are left alone. */
typedef bool (*setup_wanted)(const char *kind);

/*
 * Read the DMAR table, probe and take over every unit, start the updater processor, open every
 * generator that is asked for, and turn translation on for the units behind them. Logs what it
 * finds.
 */
void setup_machine(struct setup *setup, setup_wanted wanted);

/*
 * Machine records: the whole DMAR table, bytes in hexadecimal, so that one log is enough to see what
 * firmware said; a unit's registers as they were found.
 */
void setup_record_dmar(const struct acpi_header *table);
void setup_record_unit(const struct vtd_unit *unit, unsigned index);

/* Log every device that a generator knows, and whether it would be used, as far as reading tells. */
void setup_list_devices(setup_wanted wanted);

/* Turn translation off. The devices must be stopped. */
void setup_undo(void);

#endif
