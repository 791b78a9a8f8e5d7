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

/*
 * The words of options that take one, W(enumerator, word, what the help adds to it): the first is the default.
 * Enumerators, parser and help are made of these lists, and a host test holds docs/options.md against them.
 */
// clang-format off
#define RUN_WORDS(W)                                                                                 \
	W(RUN_TESTS, "tests", "")                                                                    \
	W(RUN_LIST, "list", "")                                                                      \
	W(RUN_MUTANTS, "mutants", "")                                                                \
	W(RUN_INVENTORY, "inventory", "")
#define ON_DONE_WORDS(W)                                                                             \
	W(ON_DONE_HALT, "halt", "")                                                                  \
	W(ON_DONE_REBOOT, "reboot", "")                                                              \
	W(ON_DONE_OFF, "off", "")                                                                    \
	W(ON_DONE_EXIT, "exit", " (QEMU's isa-debug-exit)")
#define INVALIDATION_WORDS(W)                                                                        \
	W(INVALIDATION_AUTO, "auto", "")                                                             \
	W(INVALIDATION_QUEUED, "queued", "")                                                         \
	W(INVALIDATION_REGISTER, "register", "")
/* A step taken out of the safe sequences. */
#define WITHOUT_WORDS(W)                                                                             \
	W(WITHOUT_NOTHING, "nothing", "")                                                            \
	W(WITHOUT_BARRIER, "barrier", "")                                                            \
	W(WITHOUT_PRESENT, "present", "")                                                            \
	W(WITHOUT_INVALIDATE, "invalidate", " (spoils the safe sequences)")
/* How the unit is said to fetch. */
#define MODEL_WORDS(W)                                                                               \
	W(MODEL_AUTO, "auto", "")                                                                    \
	W(MODEL_SPEC, "spec", "")                                                                    \
	W(MODEL_QEMU, "qemu", " (how the unit fetches entries)")
/* Results kept in UEFI variables. */
#define SAVE_WORDS(W)                                                                                \
	W(SAVE_AUTO, "auto", " (where nobody seems to read a serial console)")                       \
	W(SAVE_ALWAYS, "always", "")                                                                 \
	W(SAVE_NEVER, "never", "")
#define WATCHDOG_WORDS(W)                                                                            \
	W(WATCHDOG_AUTO, "auto", " (NMI, and the chipset's TCO where it is known)")                  \
	W(WATCHDOG_NMI, "nmi", "")                                                                   \
	W(WATCHDOG_NONE, "none", "")
/* What is spoiled, to see it noticed. */
#define BREAK_WORDS(W)                                                                               \
	W(BREAK_NOTHING, "nothing", "")                                                              \
	W(BREAK_WITNESS, "witness", " (spoils the witness pages)")                                   \
	W(BREAK_LOST_DMA, "lost-dma", " (one in 512 is not started)")                                \
	W(BREAK_DEAD_DEVICE, "dead-device", " (none is, after 512)")                                 \
	W(BREAK_TRAP, "trap", " (a null pointer is read)")                                           \
	W(BREAK_DEAD_AP, "dead-ap", " (no processor starts)")                                        \
	W(BREAK_SPIN, "spin", " (the driver never ends a test)")                                     \
	W(BREAK_SPIN_UPDATER, "spin-updater", " (nor does the updater)")                             \
	W(BREAK_HANG, "hang", " (both, for the TCO watchdog)")                                       \
	W(BREAK_UNPLUG, "unplug", " (the device's slot loses its power at DMA 512)")                 \
	W(BREAK_QUEUE, "queue", " (the invalidation queue gets a bad descriptor)")                   \
	W(BREAK_COMPANION, "companion", " (its entry leads elsewhere)")                              \
	W(BREAK_PROOF, "proof", " (no device's DMA is seen to pass the unit before it is used)")     \
	W(BREAK_SETUP, "setup", " (a device's set-up never ends)")
// clang-format on

#define OPTION_ENUMERATOR(enumerator, word, more) enumerator,
enum run_mode { RUN_WORDS(OPTION_ENUMERATOR) };
enum on_done { ON_DONE_WORDS(OPTION_ENUMERATOR) };
enum invalidation_mode { INVALIDATION_WORDS(OPTION_ENUMERATOR) };
enum without { WITHOUT_WORDS(OPTION_ENUMERATOR) WITHOUT_COUNT };
enum model_choice { MODEL_WORDS(OPTION_ENUMERATOR) };
enum save_mode { SAVE_WORDS(OPTION_ENUMERATOR) };
enum watchdog_mode { WATCHDOG_WORDS(OPTION_ENUMERATOR) };
enum breakage { BREAK_WORDS(OPTION_ENUMERATOR) };

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
	uint8_t without;       /* enum without */
	uint8_t model;	       /* enum model_choice */
	uint8_t breakage;      /* enum breakage */
	uint8_t save;	       /* enum save_mode */
	uint8_t watchdog;      /* enum watchdog_mode */
	bool refused;	       /* something that no default is safe for */
	bool until_fail;       /* pass after pass, until a test fails */
	bool screen;	       /* use the framebuffer */
	bool companion;	       /* another device does DMA beside the one under test */
	bool graphics;	       /* take units over that only graphics is behind */
	bool fault_interrupt;  /* fault records read in the fault-event interrupt */
	bool x2apic;	       /* ask for x2APIC mode */
	bool ats;	       /* tests of sequences with the device's own TLB, where it has one */
	bool nvme_read;	       /* NVMe controllers read a page of namespace 1, not Identify data */
	bool nvme_cmb;	       /* and have their commands in their own memory, if they have some */
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
	char dma[OPTION_TEXT];		 /* kernel/dma/choice.h */
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

/* The words that it takes, each NUL-terminated, an empty one ends; NULL: it takes none, or more than words. */
const char *option_words(size_t index);

/* The word of without=. */
static inline const char *without_word(enum without without)
{
#define WORD(enumerator, word, more) word,
	static const char *const words[] = { WITHOUT_WORDS(WORD) };
#undef WORD

	return words[without];
}

/* Whether `name` matches one of the globs of `list` (commas between); an empty list matches all. */
bool option_list_matches(const char *list, const char *name);

#endif
