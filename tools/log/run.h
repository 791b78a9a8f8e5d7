/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run as it can be read back from a serial log: what its intact machine records say
 * (docs/log-format.md), and what of it is missing. Nothing here is guessed: a value that did not arrive
 * in a block with the right CRC-32 is not there.
 */
#ifndef TOOLS_LOG_RUN_H
#define TOOLS_LOG_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/litmus/words.h"

#define OUTCOMES_MAX 12
#define FAULTS_MAX   8
#define UNITS_MAX    64
#define DEVICES_MAX  32
#define GIVEN_MAX    64
#define WALKS_MAX    REGIME_COUNT

#define INVALIDATIONS_MAX 24 /* kinds of invalidations in one sequence */

/* What is known of a run. The first three are the kernel's own words. */
enum judgement {
	JUDGED_PASS,
	JUDGED_FAIL, /* also where an intact record has a failure and others are lost */
	JUDGED_SKIP, /* nothing is wrong, nothing was learned */
	JUDGED_INCOMPLETE, /* its end did not arrive, or not every verdict did, or they contradict each other */
	JUDGED_COUNT,
};

struct outcome_count {
	char name[8];
	bool torn, unpredicted;
	uint64_t count;
};

struct fault_count {
	uint8_t reason; /* VT-d specification, chapter 7; vtd_fault_reason_name() */
	char type[16];
	uint64_t count;
	char raw[33]; /* the first record, high half first; empty if there is none */
};

/* Walks of the concurrency check that met a change under way, in one regime. */
struct walks {
	char regime[12];
	uint64_t met, dmas, exposed, stores;
};

/* Of times in ns: half of them, 99 % of them, and all of them are no longer. */
struct times {
	uint64_t median, nearly, most;
};

/* What a sequence costs, by a pass of its own (docs/log-format.md). */
struct costs {
	uint64_t updates; /* that were timed; 0: none, and the rest says nothing */
	uint64_t blocking, dmas, refused, unended;
	struct times update, dma, blackout; /* blackout: of `blocking` updates */
	unsigned invalidation_count;
	struct invalidation_times {
		char name[16];
		uint64_t count; /* in one update */
		struct times times;
	} invalidations[INVALIDATIONS_MAX];
};

/* A bit that was changed in a live entry, or cleared while the unit set it (docs/log-format.md). */
struct bit {
	struct bit *next;
	const char *name; /* "SSADE of the PASID-table entry" */
	const char *why;  /* it was not tried; NULL: it was */
	char target[24], by[16];
	uint64_t to, absent, known, changes, failed; /* known: of QEMU; no failure */
	uint64_t controls; /* of each; 0: none were made. Of so many the old value held: */
	uint64_t none, context, pasid, iotlb;
	bool has_context, has_pasid, has_iotlb; /* without that cache's: there was such a control */
};

struct dirty {
	struct dirty *next;
	const char *stage, *how;
	uint64_t is_control, rounds, before, after, lost, later, overwritten, astray;
};

/* Bits of the model's harms, as enum model_harm of tests/litmus/model.h; HARMS_UNKNOWN: there was no model. */
#define HARMS_UNKNOWN 0x80
_Static_assert(1 << HARM_BITS <= HARMS_UNKNOWN, "a bit for each harm, and one for none known");
_Static_assert(INVALIDATIONS_MAX >= INVALIDATION_KINDS, "room for each invalidation once");
_Static_assert(OUTCOMES_MAX >= OUT_KNOWN, "room for each outcome once");

/* One test. A number that the record leaves out is 0. */
struct run_test {
	uint32_t n;	/* from 1 */
	const char *id; /* NULL: its name did not arrive */
	char verdict;	/* 'p', 'f', 's'; 0: did not arrive */
	bool check;	/* passed, as a self-check */
	bool is_error; /* failed by an error of device, machine or tool: that says nothing of what was tested */
	bool has_block;	 /* its own block arrived; else it is known from the closing blocks */
	uint64_t number; /* with the unit, as in VTDL-RESULT */
	const char *unit, *why;	   /* NULL: none */
	uint64_t at_ms;		   /* since the hand-over */
	uint8_t harms, spec_harms; /* by the model of this unit, by that of the specification */
	uint8_t shown; /* which harms this safe one would have shown at a control's rate; 0: not said */
	bool has_tally;
	bool has_exposure; /* logs of older builds do not say which DMAs met stores */
	uint64_t exposed;  /* DMAs between whose start and end the updater stored */
	uint64_t exposed_torn, stores;
	uint64_t controls, us, dmas, torn, first_torn_us, rewrites, held, stale, tags, mistagged;
	uint64_t invalidate_us, dma_us, reset_us, resets, timeouts, foreign, overflows;
	unsigned outcome_count, fault_count, walks_count;
	struct outcome_count outcomes[OUTCOMES_MAX];
	struct fault_count faults[FAULTS_MAX];
	struct walks walks[WALKS_MAX];
	struct costs costs;
	struct bit *bits, *last_bit;	  /* in the order of the log; NULL: none */
	struct dirty *dirty, *last_dirty; /* likewise */
	uint32_t line_from,
		line_to;  /* in the file: from its first line for people to its block's end */
	size_t at, bytes; /* the same, in bytes */
};

struct unit {
	uint64_t n, base, version, cap, ecap, gsts, pmen;
};

/* A sequence from outside, as the log has it. */
struct given {
	const char *name; /* as in the ids of its tests */
	const char *text; /* in the notation (docs/notation.md) */
};

struct device {
	const char *name, *at, *id, *why; /* why: it cannot be used; NULL: it can */
	unsigned unit;
};

/* What a unit was seen to do by a device's DMA. */
struct traits {
	uint64_t unit;
	const char *device;	 /* the generator's name */
	uint8_t answers[TRAITS]; /* enum trait, by enum trait_number */
	uint8_t absent_pasid;	 /* fault reason for an absent PASID-table entry; 0: not seen */
	uint64_t mixtures,
		of; /* DMAs that met a mixture within one chunk, of all that were tried */
};

struct run {
	const char *path;
	unsigned number; /* in its file, from 1 */
	uint32_t line_from, line_to;
	size_t at, bytes;
	bool has_start, has_end_line; /* VTDL-START, VTDL-END were read */
	bool has_tag;
	uint16_t tag;

	/* Block 0. Empty strings where they did not arrive. */
	const char *build, *date, *options, *config, *system, *board, *bios, *processor;
	const char *vendor, *microcode, *hypervisor, *brand;
	uint64_t log_version, seed, family, model, stepping, processors, memory_mib, tsc_hz, x2apic;
	uint64_t simulated;	  /* not 0: by vtd-sim: no machine, and no silicon */
	const char *unit_options; /* of vtd-sim: what the unit was told to be */

	unsigned given_count;
	struct given given[GIVEN_MAX];

	uint8_t *dmar;
	size_t dmar_bytes;
	unsigned unit_count, device_count, traits_count;
	struct unit units[UNITS_MAX];
	struct device devices[DEVICES_MAX];
	struct traits traits[DEVICES_MAX];

	const char
		*fetches; /* what the model took the unit for: "qemu" or "spec"; empty: not known */
	bool has_plan, plan_open;
	uint64_t planned;
	struct run_test *tests; /* in order of n */
	size_t test_count;

	/* The closing block. */
	bool has_end, ends_differ;
	char end_verdict; /* 'p', 'f', 's' */
	uint64_t end_tests, end_planned, end_checks, ms, printed, printing_ms, blocks;

	enum judgement judgement;
	unsigned passed, checks, failed, skipped; /* of the tests whose verdicts arrived */
	unsigned errors; /* of the failed ones: of device, machine or tool */
	unsigned lost_verdicts;
	unsigned blocks_good, blocks_bad, blocks_missing;
	char **problems; /* what is missing or contradicts itself, a line each */
	size_t problem_count;
};

/*
 * Read every run of a file ("-": standard input) and hand each to `each`, which may look at it until it
 * returns; `text` is the whole file. Returns the number of runs, or -1 with errno set if the file cannot
 * be read. A file without a run is no error.
 */
typedef void (*run_fn)(const struct run *run, const char *text, void *context);
int log_read(const char *path, run_fn each, void *context);

/* The same of bytes in memory. `path` is for messages. */
int log_parse(const char *path, const char *text, size_t bytes, run_fn each, void *context);

/* Take the escape sequences of terminals out of a text, in place; returns what is left of it, in bytes. */
size_t log_without_escapes(char *text, size_t bytes);

/* Whether all that was planned ran, and every verdict of it arrived: so may one be that failed. */
bool run_is_whole(const struct run *run);

/* "pass", "fail", "skip", "incomplete". */
const char *judgement_word(enum judgement judgement);
/* "pass", "fail", "skip", or "lost". */
const char *verdict_word(char verdict);

/* Of a test that failed: "failure" or "error"; "failure or error" where its block is lost. */
const char *class_word(const struct run_test *t);

/* The key of trait i, and what it says of the unit: "keeps absent entries". */
const char *trait_key(unsigned i);
const char *trait_text(unsigned i);

/* "safe", ...: of an enum claim of tests/litmus/sequence.h. */
const char *claim_word(unsigned claim);

/* The parts of a test's id: target.operation.sequence.device.regime; false for checks, which have none. */
struct test_name {
	char target[24], operation[24], sequence[96], device[24], regime[48];
};
bool test_name(const char *id, struct test_name *name);

/* Of "hammer", or "hammer.pass-2". */
enum regime regime_of(const char *name);

#endif
