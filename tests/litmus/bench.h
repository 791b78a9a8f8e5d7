/* SPDX-License-Identifier: BSD-2-Clause */
/* A device under test with its unit: what is known of them, and single DMAs, resets and fault records. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "kernel/dma/dma.h"
#include "kernel/interrupts.h"
#include "tests/litmus/fault_log.h"
#include "tests/litmus/status.h"
#include "tests/litmus/target.h"
#include "tests/litmus/words.h"
#include "vtd/invalidate.h"

#define TEST_ID_BYTES 160 /* the longest are of sequences from outside */

struct tally {
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t dmas;
	uint64_t torn_outcomes[OUTCOME_COUNT]; /* of the torn ones, below: what they came to */
	uint64_t torn;	       /* of them, those that came to what neither state comes to */
	uint64_t blocked;      /* refused as absent, where neither state is */
	uint64_t exposed;      /* of them, those between whose start and end the updater stored */
	uint64_t exposed_torn; /* both */
	uint64_t stores;       /* that fell into DMAs */
	uint64_t rewrites;
	uint64_t held;	/* DMAs made while the updater held still */
	uint64_t stale; /* of them, those that met another entry than the current one */
	uint64_t stale_outcomes[OUTCOME_COUNT]; /* what those came to */
	uint64_t blocked_once; /* held DMAs that were blocked, and not when tried again */
	uint64_t tag_checks,
		mistagged; /* translations looked for under the wrong domain-id; found */
	uint64_t resets, timeouts, timeouts_in_a_row;
	uint64_t unrecorded;   /* DMAs lost or silent, with no overflow told meanwhile */
	uint64_t untranslated; /* DMAs that landed at the physical address of their bus address */
	uint64_t ticks;	       /* measured time; below, the driver's share for each work */
	uint64_t ticks_invalidate, ticks_dma, ticks_reset;
	uint64_t started, ended;   /* the last DMA, in ticks */
	uint64_t first_torn_ticks; /* from the start; meaningful if anything tore */
	uint64_t doubled;	   /* interrupts that came more than once, or when none was sent */
	uint64_t astray;	   /* that came at another processor or as another vector */
	uint64_t companion_dmas, companion_blocked, companion_astray;
	uint64_t companion_refused; /* blocked, while the entries that lead it stayed as they are */
	const struct dma_device *companion; /* whose those are */
	struct fault_log faults;
	const char *stopped; /* why the test ended before its time; NULL: it did not */
};

/* What self-checks showed of a unit that breaks the specification: what rests on it fails, too. */
enum broken {
	BROKEN_CACHES,	/* old translations, or those of others, are used */
	BROKEN_FETCH,	/* entries are read in parts */
	BROKEN_WALK,	/* entries lead elsewhere */
	BROKEN_RECORDS, /* of faults */
	BROKEN_QUEUE,
	BROKEN_KINDS,
};
#define BROKEN(kind) (1u << (kind))

/* What its unit was seen to do (tests/litmus/traits.h); each is an enum trait, where no other is said. */
struct traits {
	uint8_t rid_pasid;	     /* uses the RID_PASID of a context entry */
	uint8_t absence;	     /* keeps absent entries */
	uint8_t snoops;		     /* sees stores that were not flushed, though ECAP.C = 0 */
	uint8_t pasid_cache;	     /* keeps PASID-table entries */
	uint8_t pass_through;	     /* goes on passing through after an entry says otherwise */
	uint8_t interrupt_cache;     /* keeps interrupt-remapping entries */
	uint8_t interrupt_records;   /* records refused interrupts */
	uint8_t rereads;	     /* acts on less than 128 bits of a PASID-table entry */
	bool is_qemu;		     /* by the hypervisor's signature, or model= */
	uint8_t absent_pasid_reason; /* fault reason of an absent PASID-table entry; 0: not seen */
	uint64_t mixtures, mixtures_of; /* seen of rereading, in so many DMAs */
	uint64_t mistagged,
		mistagged_of; /* translations under a wrong domain-id, nobody rewriting */
	uint8_t breach_kind;  /* enum broken */
	const char *
		breach; /* what of it the specification forbids; NULL: nothing, or it is known of QEMU */
};

/* One device with all that the engine needs to work on it. */
struct bench {
	struct vtd_unit *unit;
	unsigned unit_index; /* in the order of the DMAR table */
	struct traits traits;
	struct dma_device *device;
	struct target targets[TARGET_COUNT];
	const char *lacks[TARGET_COUNT]; /* why a target cannot be had; NULL: it can */
	struct target *target;		 /* the current one */
	uint16_t source_id;		 /* as the unit sees it, by its fault records */
	struct requester requester;
	/* What the records of one DMA said. Written where faults are read, cleared before a DMA. */
	struct {
		volatile bool outcome[OUTCOME_PREDICTED], overflow;
	} said;
	uint64_t
		record_us; /* from a refused DMA's start to its record: the median; 0: not measured */
	uint64_t later_us; /* from its first record to its last, at most; 0: none had two */
	uint32_t
		proven; /* unit->enables at which it was last proven (tests/litmus/ownership.h); 0: never */
	char ownership[480];  /* what ownership_find() saw, for the log */
	const char *disproof; /* why its DMA must not be trusted to pass the unit; NULL: it may */
	char disproved[640];
	uint64_t attempts; /* refused DMAs that were looked for (tests/litmus/ownership.h) */
	struct {
		bool usable; /* in its tests of sequences, as ats= asks (tests/litmus/ats.h) */
		const char
			*lacks; /* why not, though it was asked for; NULL: it was not, or it is */
		bool on;
		bool is_broken; /* the self-check failed: no test of a sequence is run with it */
		struct vtd_device_tlb tlb; /* whose PASID is the current target's */
	} ats;
	struct {
		bool is_open; /* the device sends messages */
		struct interrupts_taken seen;
	} interrupt;
	unsigned updater_cpu;
	uint32_t driver_apic;
	struct bench *companion; /* does DMA beside this one, through the same tables; NULL: none */
	uint64_t seed;
	/* By regime: walks that met a change under way, of so many DMAs (check_concurrency). */
	uint64_t met[REGIME_COUNT], met_of[REGIME_COUNT];
	uint64_t undisturbed_rate; /* DMAs/s with nobody rewriting; 0: not measured */
	bool has_interrupt;	   /* faults are read in the fault-event interrupt */
	char disproved_by
		[TEST_ID_BYTES]; /* the test that found `disproof`; empty: set-up, or none */
	char broken[BROKEN_KINDS]
		   [TEST_ID_BYTES]; /* the self-check that showed it first; empty: none did */
};

/* Note that a self-check showed it; an earlier one stays. */
void bench_note_broken(struct bench *bench, enum broken kind, const char *id);

/* "follows from invalidation.nvme, see there", if one of these kinds was shown, by another than `id`; else NULL. */
const char *bench_follows(const struct bench *bench, unsigned kinds, const char *id);

/* What the device may ask for, with the current target or, where there is none, in legacy mode. */
void bench_set_requester(struct bench *bench, uint64_t address);

/* With nobody else at work: store one word of an entry, seen by the unit before anything that is stored after it. */
void bench_store(struct bench *bench, uint64_t *word, uint64_t value);

/* Of a target that is a pointer: set the register as its entry with this value says, and invalidate nothing. */
enum vtd_status bench_set_pointer(struct bench *bench, uint64_t value);

/* Everything that the unit keeps, globally; then what the device does, where its ATS is on. */
enum vtd_status bench_invalidate_all(struct bench *bench);
/* The device's own TLB; nothing to do where its ATS is off. */
enum vtd_status bench_invalidate_device(struct bench *bench);
/* What went wrong; of a queue that stopped, at what. */
const char *bench_status_text(const struct bench *bench, enum vtd_status status);

/* Bring the device into order, its ATS off meanwhile. NULL, or why it does not work any more. */
const char *bench_reset(struct bench *bench);

/* For what must come, but on a busy host may be late: the unit of an emulator has to wait for a processor. */
#define BENCH_COMES_US 50000

/* An event that `must` come is waited for until it is counted; then `more_us`, for those on their way besides. */
void bench_await_event(const volatile unsigned *events, bool must, uint64_t more_us);

/* Forget what records said, before a DMA. */
void bench_forget_faults(struct bench *bench);
bool bench_said_anything(const struct bench *bench); /* of a refusal */

/* Take what fault records there are into the log. */
void bench_read_faults(struct bench *bench, struct fault_log *log);

/* Have them read in the fault-event interrupt of this processor, instead of by polling. */
void bench_use_interrupt(struct bench *bench, uint8_t apic_id, uint8_t vector);
/* Where the interrupt puts them; NULL: nowhere. Nothing to do where there is none. */
void bench_log_interrupts(struct bench *bench, struct fault_log *log);

/* After a device's own answer: by then a record of this unit, if there is one, has come in all likelihood. */
uint64_t bench_record_wait_us(const struct bench *bench);

/* How long such a record is waited for before it is taken to be missing. */
uint64_t bench_fault_wait_us(const struct bench *bench);

/*
 * The records of the DMA just ended, by polling or by giving the interrupt its time: a record may come
 * later than the device's own answer. may_be_none: where none has come in all likelihood, none will.
 */
void bench_collect_faults(struct bench *bench, struct tally *tally, bool may_be_none);

/* After a refused DMA that began at `started` (time_us): no record of it comes later. */
void bench_drain_faults(struct bench *bench, struct tally *tally, uint64_t started);

/* Wait for the DMA that was started. DMA_DEAD also for one that is stuck. */
enum dma_state bench_wait(struct bench *bench, struct tally *tally);

/*
 * The same, but a fault record counts as soon as it is there, from `after` ticks on: a device may say much later that
 * it was refused, or never. *known: when one of the two was first seen, in ticks.
 */
enum dma_state bench_watch(struct bench *bench, struct tally *tally, uint64_t after,
			   uint64_t *known);

/* One access of the device that a unit is to refuse. */
struct attempt {
	const char *problem;	/* the device does not come to a DMA; NULL: it does */
	bool arrived;		/* at the physical address: nothing translated it */
	bool recorded;		/* by `unit`, with an address and a type that the device has */
	struct vtd_fault fault; /* if so */
	uint64_t us;		/* from its start to that */
	unsigned others;	/* records of something else, meanwhile */
	enum fault_fit odd;	/* the first of these; meaningful if there is one */
	struct vtd_fault other; /* that one */
	bool overflow;		/* the unit said meanwhile that it lost records */
};

/*
 * Reset the device as unproven, start one DMA to target_address(), and see what becomes of it. Its entry
 * must be absent. Every address it is given is memory of ours, whether translated or not.
 */
void bench_attempt(struct bench *bench, struct attempt *attempt);

/* What else was recorded in an attempt without a record of its own: "instead: ..."; empty: nothing. */
const char *bench_attempt_text(const struct bench *bench, const struct attempt *attempt);

#endif
