/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run options: words `key=value`, from vtd-litmus.cfg (a line each, '#' begins a comment) and from
 * the load options, which win. README.md lists them for people; option_help() for `run=list`.
 */
#ifndef KERNEL_OPTIONS_H
#define KERNEL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum on_done { ON_DONE_HALT, ON_DONE_REBOOT, ON_DONE_OFF, ON_DONE_EXIT };
enum invalidation_mode { INVALIDATION_AUTO, INVALIDATION_QUEUED, INVALIDATION_REGISTER };
enum without { WITHOUT_NOTHING, WITHOUT_BARRIER, WITHOUT_PRESENT, WITHOUT_INVALIDATE };
enum breakage { BREAK_NOTHING, BREAK_WITNESS, BREAK_LOST_DMA, BREAK_DEAD_DEVICE, BREAK_TRAP };
enum model_choice { MODEL_AUTO, MODEL_SPEC, MODEL_QEMU };
enum run_mode { RUN_TESTS, RUN_LIST, RUN_MUTANTS, RUN_INVENTORY };

#define OPTION_TEXT  512
#define DWELL_VALUES 8

struct options {
	uint8_t run;			 /* enum run_mode */
	uint8_t on_done;		 /* enum on_done */
	uint8_t invalidation;		 /* enum invalidation_mode */
	uint8_t without;		 /* enum without: a step taken out of the safe sequences */
	uint8_t model;			 /* enum model_choice: how the unit is said to fetch */
	uint8_t breakage;		 /* enum breakage: what is spoiled, to see it noticed */
	bool refused;			 /* a tests= or dma= that was not understood */
	bool fault_interrupt;		 /* fault records read in the fault-event interrupt */
	bool x2apic;			 /* ask for x2APIC mode */
	uint16_t console;		 /* I/O port of the UART; 0: none */
	int32_t driver_cpu, updater_cpu; /* indexes in MADT order; -1: chosen by the kernel */
	uint64_t seed;			 /* the TSC at hand-over, if not given */
	uint32_t test_ms;		 /* measured time of a test; 0: each test's own */
	uint32_t dwell_count;		 /* at least 1 */
	uint32_t dwell_ns[DWELL_VALUES]; /* time between the stores of a sequence, 0 to 10^9 */
	char tests[OPTION_TEXT];	 /* globs with commas between; empty: all */
	char dma[OPTION_TEXT];		 /* generators by name, likewise */
};

extern const struct options option_defaults;

/*
 * Read a text of options into *options. A word that is no option, or whose value is none of the
 * accepted, leaves the option as it was and is reported through complain(word, what is accepted),
 * with NULL where there is no such option.
 */
void options_parse(struct options *options, const char *text,
		   void (*complain)(const char *word, const char *accepted));

/* The `index`-th option's name and accepted values; false past the last. */
bool option_help(size_t index, const char **name, const char **accepted);

/* Whether `name` matches one of the globs of `list` (commas between); an empty list matches all. */
bool option_list_matches(const char *list, const char *name);

#endif
