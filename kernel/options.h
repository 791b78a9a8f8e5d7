/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run options: words `key=value`, from vtd-litmus.cfg (a line each, '#' begins a comment) and from
 * the load options, which win. docs/options.md lists them for people; option_help() for `run=list`.
 */
#ifndef KERNEL_OPTIONS_H
#define KERNEL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum on_done { ON_DONE_HALT, ON_DONE_REBOOT, ON_DONE_OFF, ON_DONE_EXIT };
enum invalidation_mode { INVALIDATION_AUTO, INVALIDATION_QUEUED, INVALIDATION_REGISTER };
enum without { WITHOUT_NOTHING, WITHOUT_BARRIER, WITHOUT_PRESENT, WITHOUT_INVALIDATE };
enum breakage {
	BREAK_NOTHING,
	BREAK_WITNESS,
	BREAK_LOST_DMA,
	BREAK_DEAD_DEVICE,
	BREAK_TRAP,
	BREAK_DEAD_AP,
	BREAK_SPIN,
	BREAK_SPIN_UPDATER,
	BREAK_HANG,
	BREAK_UNPLUG,
	BREAK_QUEUE,
	BREAK_COMPANION,
	BREAK_PROOF,
	BREAK_SETUP,
};
enum watchdog_mode { WATCHDOG_AUTO, WATCHDOG_NMI, WATCHDOG_NONE };
enum save_mode { SAVE_AUTO, SAVE_ALWAYS, SAVE_NEVER };
enum model_choice { MODEL_AUTO, MODEL_SPEC, MODEL_QEMU };
enum run_mode { RUN_TESTS, RUN_LIST, RUN_MUTANTS, RUN_INVENTORY };

#define OPTION_TEXT  1024
#define DWELL_VALUES 8
#define CONSOLES_MAX 4

#define BAUD_AUTO UINT32_MAX

/* Where a serial console is: named by a table, found on a bus, or given by address. */
enum console_source {
	CONSOLE_AUTO, /* SPCR, else DBG2, else every PCI UART and port 0x3f8 */
	CONSOLE_SPCR,
	CONSOLE_DBG2,
	CONSOLE_PCI,
	CONSOLE_PORT,
	CONSOLE_MMIO,	/* registers of 8 bits side by side */
	CONSOLE_MMIO32, /* registers of 32 bits, 4 bytes apart */
};

struct console_choice {
	uint8_t source; /* enum console_source */
	uint64_t base;	/* of a port or MMIO UART */
};

struct options {
	uint8_t run;	       /* enum run_mode */
	uint8_t on_done;       /* enum on_done */
	uint8_t invalidation;  /* enum invalidation_mode */
	uint8_t without;       /* enum without: a step taken out of the safe sequences */
	uint8_t model;	       /* enum model_choice: how the unit is said to fetch */
	uint8_t breakage;      /* enum breakage: what is spoiled, to see it noticed */
	uint8_t save;	       /* enum save_mode: results kept in UEFI variables */
	uint8_t watchdog;      /* enum watchdog_mode: TCO and NMI, NMI alone, none */
	bool refused;	       /* something that no default is safe for */
	bool until_fail;       /* pass after pass, until a test fails */
	bool screen;	       /* use the framebuffer */
	bool companion;	       /* another device does DMA beside the one under test */
	bool graphics;	       /* take units over that only graphics is behind */
	bool fault_interrupt;  /* fault records read in the fault-event interrupt */
	bool x2apic;	       /* ask for x2APIC mode */
	bool ats;	       /* tests of sequences with the device's own TLB, where it has one */
	bool nvme_read;	       /* NVMe controllers read a page of namespace 1, not Identify data */
	uint8_t console_count; /* of consoles; 0: none wanted */
	struct console_choice consoles[CONSOLES_MAX];
	uint32_t baud;			 /* 0: leave it; BAUD_AUTO: what is known of the UART */
	uint32_t passes;		 /* over all tests, 1 to 1,000,000 */
	uint32_t deadline_ms;		 /* patience with a test beyond five times its time */
	int32_t driver_cpu, updater_cpu; /* indexes in MADT order; -1: chosen by the kernel */
	uint64_t seed;			 /* the TSC at hand-over, if not given */
	uint32_t test_ms;		 /* measured time of a test; 0: each test's own */
	uint32_t dwell_count;		 /* at least 1 */
	uint32_t dwell_ns[DWELL_VALUES]; /* time between the stores of a sequence, 0 to 10^9 */
	char tests[OPTION_TEXT];	 /* globs with commas between; empty: all */
	char dma[OPTION_TEXT];		 /* generators by name, likewise, or devices: igb@03:00.1 */
};

extern const struct options option_defaults;

/*
 * Read a text of options into *options. A word that is no option, or whose value is none of the
 * accepted, leaves the option as it was and is reported through complain(word, what is accepted),
 * with NULL where there is no such option. Where to go on with the default could run something else
 * than was asked for (all but options of consoles, of the end and of patience, and a name=value that may
 * be one of the others misspelt), `refused` is set.
 */
void options_parse(struct options *options, const char *text,
		   void (*complain)(const char *word, const char *accepted));

/* The words of a text of options, comments taken out, one blank between; cut to what fits. */
void options_words(const char *text, char *out, size_t room);

/* The `index`-th option's name and accepted values; false past the last. */
bool option_help(size_t index, const char **name, const char **accepted);

/* Whether dma= has this kind of device by its own name, and not only by a glob that matches it. */
bool option_dma_names(const char *list, const char *kind);

/*
 * Whether dma= allows a device to be used as this kind. *named: it has the device's own address; then no
 * other of the kind is allowed that is not named so, too.
 */
struct pci_function;
bool option_dma_allows(const char *list, const char *kind, const struct pci_function *function,
		       bool *named);

/* Whether `name` matches one of the globs of `list` (commas between); an empty list matches all. */
bool option_list_matches(const char *list, const char *name);

#endif
