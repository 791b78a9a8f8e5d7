/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processors at work: the driver makes the device do DMA after DMA and notes where each landed;
 * the updater turns the entry from A to B and back by one sequence. Nothing else happens while it
 * is measured: no printing, no allocation, no lock.
 */
#ifndef TESTS_ENGINE_H
#define TESTS_ENGINE_H

#include "kernel/dma/dma.h"
#include "tests/target.h"
#include "vtd/fault.h"

enum drive {
	DRIVE_HAMMER,	/* the updater only stores; the driver invalidates before each DMA */
	DRIVE_FAITHFUL, /* the updater does the whole sequence; the driver only does DMA */
	DRIVE_COUNT,
};

#define FAULT_KINDS 8 /* kept apart by reason and type; more are counted together */
#define FAULT_SHOWN 2 /* of each kind, raw */

struct fault_log {
	struct {
		uint8_t reason, type;
		uint64_t count;
		struct vtd_fault first[FAULT_SHOWN];
	} kinds[FAULT_KINDS];
	unsigned kind_count;
	uint64_t recorded;  /* records read */
	uint64_t unsorted;  /* of them, of a kind that found no place above */
	uint64_t foreign;   /* of them, from another source-id than the device's */
	uint64_t overflows; /* times the unit said that it lost faults */
};

struct tally {
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t dmas;
	uint64_t torn; /* of them, those that came to what neither state comes to */
	uint64_t rewrites;
	uint64_t held;	/* DMAs made while the updater held still */
	uint64_t stale; /* of them, those that met another entry than the one in force */
	uint64_t stale_outcomes[OUTCOME_COUNT]; /* what those came to */
	uint64_t hiccups; /* held DMAs that were blocked, and not when tried again */
	uint64_t tag_checks,
		mistagged; /* translations looked for under the wrong domain-id; found */
	uint64_t resets, timeouts, timeouts_in_a_row;
	uint64_t ticks; /* measured time; below, the driver's share for each work */
	uint64_t ticks_invalidate, ticks_dma, ticks_reset;
	uint64_t first_torn_ticks; /* from the start; meaningful if anything tore */
	uint64_t companion_dmas, companion_blocked, companion_astray;
	const struct dma_device *companion; /* whose those are */
	struct fault_log faults;
	const char *stopped; /* why the test ended before its time; NULL: it did not */
};

/* One device with all that the engine needs to work on it. */
struct bench {
	struct vtd_unit *unit;
	struct dma_device *device;
	struct target targets[TARGET_COUNT];
	const char *lacks[TARGET_COUNT]; /* why a target cannot be had; NULL: it can */
	struct target *target;		 /* the one in force */
	uint16_t source_id;
	unsigned updater_cpu;
	struct bench *companion; /* does DMA beside this one, through the same tables; NULL: none */
	uint64_t seed;
	uint64_t undisturbed_rate; /* DMAs/s with nobody rewriting; 0: not measured */
	bool has_interrupt;	   /* faults are read in the fault-event interrupt */
};

struct trial {
	const struct step *steps;
	size_t count;
	uint8_t drive;	   /* enum drive */
	uint32_t dwell_ns; /* between the stores of the sequence */
	uint64_t ms;	   /* to measure for */
	bool stop_on_harm; /* end early, once anything harmful was seen */
};

/* Put a target's tables in force. NULL, or what went wrong. */
const char *engine_choose(struct bench *bench, struct target *target);

/*
 * Have the device examined with the first target that it has in force. NULL, or why it cannot be
 * used.
 */
const char *engine_examine(struct bench *bench);

/* Run one trial on the target in force; the device is reset first. */
void engine_run(struct bench *bench, const struct trial *trial, struct tally *tally);

/* The same with nobody rewriting and the same invalidations: what the device can do at best. */
void engine_run_undisturbed(struct bench *bench, uint64_t ms, struct tally *tally);

/* Translation off: DMA straight to memory, for the ratio. */
void engine_run_untranslated(struct bench *bench, uint64_t ms, struct tally *tally);

/*
 * One DMA with a fixed entry in force: its outcome. Used to see that every mixture lands where the
 * reference walk says.
 */
enum outcome engine_probe(struct bench *bench, const uint64_t *entry, struct tally *tally);

/*
 * `count` DMAs to an unmapped address, faults read after every `burst`; with `other`, one of its
 * DMAs there too before the faults are read for the last time.
 */
void engine_storm(struct bench *bench, uint64_t count, unsigned burst, struct bench *other,
		  struct tally *tally);

/* After a test that the watchdog cut off: stop the updater and the device, wherever they are. */
void engine_abandon(struct bench *bench);

/* Whether neither state of the target comes to this: a mixture. Absence is none. */
bool outcome_is_torn(const struct target *target, unsigned outcome);
const char *drive_name(enum drive drive);

/* Have faults read in the fault-event interrupt of this processor, instead of by polling. */
void engine_use_interrupt(struct bench *bench, uint8_t apic_id, uint8_t vector);

/* Take what faults there are into the log. */
void engine_read_faults(struct bench *bench, struct fault_log *log);

#endif
