/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is rewritten: one table entry of a device, and two states A and B of it, built so that what
 * the unit made of it can be told from where a DMA landed.
 *
 *   target        A and B differ in                      its mixtures show by
 *   context       pointer (word 0); width, DID (word 1)  four pages: AA, BB, AB, BA (letter 1 owns
 *                                                        the pointer, 2 the width); with one table
 *                                                        depth, the fault of a refused width
 *   context-pt    TT and pointer (0); width, DID (1)     four pages: A's, the page whose address is
 *                                                        the DMA's (pass-through), AB as above, and BA
 *                                                        that B's unused pointer leads to; an AW of 0
 *                                                        by its fault
 *   sm-context    directory (word 0); RID_PASID (1)      four pages: each directory is filled at both
 *   pasid-ss      pointer (word 0); DID (1)              two pages; a DID mixture by its tag, below
 *   pasid-fs      DID (1); first-stage pointer (2)       two pages; a DID mixture by its tag
 *   pasid-nested  the same, over one second stage        two pages; a DID mixture by its tag
 *   pasid-fs-pt   PGTT (0); DID (1); pointer (2)         three pages: A's, the page whose address is
 *                                                        the DMA's (pass-through), and a decoy that
 *                                                        B's unused first-stage pointer leads to
 *   root, table, leaf, sm-root, pasid-dir, fs-leaf       two pages; one word, which cannot tear
 *   large, fs-large  a table, and a 2-MiB page           two pages: likewise; B's is the page whose address is the
 *                                                        DMA's, as the large page is the window
 *   context-did, pasid-did  pointer (word 0)             two pages; the domain-id is one, used again
 *   freed-table    table (word 0); entries in both (1, 2)  four pages: AB and BA are of who got A's table when it was
 *                                                        freed, and B's
 *   pasid-dir-table  table (word 0); entries in both (1, 2)  four pages: AB and BA are of what another owner
 *                                                        left in A's table, and in B's
 *   root-table, sm-root-table                            two pages: the register is set by a command
 *   interrupt-table                                      two vectors: likewise
 *   irte           vector (word 0); source-id (1)        three pairs of states; a vector that neither lets
 *                                                        the device have
 *   irte-posted    descriptor (0); source-id (1)         the same, by the descriptor that is written to
 *
 * The states of sm-context have PASIDs of their own, so the PASID-table entry that is kept of one is not found by the
 * other's (table 17). What invalidating the PASID cache is for shows in sm-root and pasid-dir, whose states share one.
 *
 * Tag of a translation: after a DMA into a state's page, its leaf is changed to a sentinel page and
 * the IOTLB invalidated by that state's DID; a second DMA into the same page then met a translation
 * that is kept under another DID.
 *
 * A device that can tag its requests with a PASID drives the PASID-table targets with a PASID of
 * their own, while RID_PASID leads to an absent entry; others by RID_PASID.
 *
 * The four pages of a legacy context entry: each root begins a chain of tables, entry 0 leading to
 * the next; the table in which an n-level walk looks up the 2 MiB region holds that region's leaf
 * table in entry R, its number in the gigabyte, and so does the next one down the chain for an
 * n + 1-level walk. R is not 0, so the two never meet. The device's own pages are mapped to themselves
 * everywhere.
 *
 * Of an interrupt-remapping entry word 0 says where to, word 1 who may. So a mixture shows as an interrupt that comes
 * although the state whose vector it has refuses the device; and one that is refused looks like a state that refuses.
 * Hence three phases: A lets the device, and B another; the other way round; A is absent, and B lets another, so that
 * whatever comes at all was let in by a torn entry. "DMA" is then the device's message.
 */
#ifndef TESTS_TARGET_H
#define TESTS_TARGET_H

#include "kernel/dma/dma.h"
#include "kernel/memory.h"
#include "tests/litmus/model.h"
#include "tests/litmus/words.h"
#include "vtd/translate.h"
#include "vtd/unit.h"

/* What became of a DMA. */
enum outcome {
	OUTCOME_A, /* landed in the page of state A, of state B, or of a mixture */
	OUTCOME_B,
	OUTCOME_MIXTURE_1, /* the target's own: AB, or the decoy */
	OUTCOME_MIXTURE_2, /* BA */
	OUTCOME_PAGES,
	OUTCOME_NOT_PRESENT = OUTCOME_PAGES, /* refused: an entry on the way is not present */
	OUTCOME_FAULT,			     /* refused for another reason */
	OUTCOME_PREDICTED, /* those above can be predicted; below is what only a device can do */
	OUTCOME_BOTH = OUTCOME_PREDICTED, /* landed in A's and B's page: changed under way */
	OUTCOME_LOST,	/* the device says done; no page changed and no fault was recorded */
	OUTCOME_SILENT, /* the device stopped or said failed; no fault was recorded */
	OUTCOME_COUNT,
};

_Static_assert(OUTCOME_PREDICTED <= MODEL_OUTCOMES, "what the model predicts with");

/*
 * Bus address of the page under test, unless a pass-through state dictates another; and of one that is
 * mapped in no state: a write there faults. Both are in the window (kernel/memory.h): the physical pages
 * at these addresses are ours, too, and a DMA that no unit translates lands there.
 */
static inline uint64_t target_address(void)
{
	return memory_window();
}

static inline uint64_t target_nowhere(void)
{
	return memory_window() + WINDOW_BYTES - PAGE_SIZE;
}

#define TARGET_PHASES 3

#define LARGE_BYTES (PAGE_SIZE << LARGE_ORDER)

struct target {
	uint8_t id;   /* enum target_id */
	uint8_t kind; /* enum entry_kind */
	bool scalable;
	bool checks_tags;
	bool tagged; /* to be driven by requests with PASID, pasid[0] */
	unsigned words;
	unsigned
		phases; /* 2 or 3 where one mixture can be seen at a time: the states' roles change */
	uint64_t state[TARGET_PHASES][2][ENTRY_WORDS_MAX]; /* [phase][A or B] */
	uint16_t domain[2], pasid[2];			   /* of A and B */
	uint64_t *root;					   /* root table that leads to all of it */
	uint64_t *entry;    /* the live entry; state A of phase 0 stands in it */
	uint64_t *apart[3]; /* where its words are, if not one after the other; NULL: they are */
	uint64_t address, private_at; /* bus addresses: page under test, the device's pages */
	unsigned pages;
	volatile uint64_t *page[OUTCOME_PAGES];
	uint64_t *leaf
		[2]; /* of the page under test, by A and B: checks_tags; target context: A's alone */
	uint64_t leaf_value[2];		/* and what stands in them */
	volatile uint64_t *sentinel[2]; /* and where they are turned to */
	unsigned phase;			/* the one chosen */
	uint8_t expects[2];		/* outcome of A and of B in it */
	const char *encoding;		/* by what mixtures show, for the log */

	/*
	 * Of a pointer to a table, whose entry is the register: `entry` has what was written there, and a third table,
	 * in which the device has no entry, stands for an absent one.
	 */
	uint64_t empty;

	/* of interrupts */
	uint64_t *table; /* interrupt-remapping table, one page */
	uint16_t index;	 /* of the entry in it */
	bool posted, x2apic;
	uint8_t vector[2];		  /* of A and B */
	volatile uint64_t *descriptor[2]; /* posted: of A and B */
	bool refusals_unrecorded; /* this unit does not record them, so all look alike: as absence */

	bool coherent; /* the unit sees stores to the entry without a flush */

	/* for predictions */
	const struct vtd_unit *unit;
	uint16_t source_id;
	bool any_pasid_fault_is_absence; /* QEMU reports absent PASID entries as invalid ones */
};

/* Whether a state of it passes through: a DMA lands at the physical page of its own address. */
static inline bool target_passes_through(enum target_id id)
{
	return id == TARGET_CONTEXT_PT || id == TARGET_PASID_FS_PT;
}

/* B is a 2-MiB page: all of the window, at its own addresses. */
static inline bool target_has_large_page(enum target_id id)
{
	return id == TARGET_LARGE || id == TARGET_FS_LARGE;
}

/* B has the domain-id of A: it is used again. */
static inline bool target_reuses_domain(enum target_id id)
{
	return id == TARGET_CONTEXT_DID || id == TARGET_PASID_DID;
}

/*
 * Another page of the 2 MiB that the page under test is in. Its number differs in bit 0, too: QEMU 7.2 compares eight bits of
 * it, and drops more than it is asked to.
 */
static inline uint64_t target_other_page(const struct target *t)
{
	return t->address ^ (LARGE_BYTES / 2 + PAGE_SIZE);
}

static inline bool target_is_of_interrupts(const struct target *t)
{
	return kind_is_of_interrupts((enum entry_kind)t->kind);
}

/* Where a word of the live entry is. */
static inline uint64_t *target_word(const struct target *t, unsigned word)
{
	return t->apart[0] ? t->apart[word] : t->entry + word;
}

static inline bool target_is_pointer(const struct target *t)
{
	return kind_is_pointer((enum entry_kind)t->kind);
}

/* Of a pointer: what is in the register when its entry has this value. */
static inline uint64_t target_register(const struct target *t, uint64_t value)
{
	return value ? value : t->empty;
}

/* The root table that the device's requests begin in, with this entry in its place. */
static inline uint64_t *target_root(const struct target *t, const uint64_t *entry)
{
	return target_is_pointer(t) ? (uint64_t *)(target_register(t, entry[0]) & ~(PAGE_SIZE - 1))
				    : t->root;
}

/*
 * Build tables and pages for a device behind `unit`. `base` is a legacy-mode root table that holds
 * what else must stay mapped, or NULL; scalable-mode targets do not look at it. ats: its entries take the
 * requests of a device-TLB, too (TT = 01b, DTE = 1); that changes nothing for others. Returns NULL, or
 * why this target cannot be had on this unit.
 */
const char *target_build(struct target *target, enum target_id id, const struct vtd_unit *unit,
			 const struct dma_device *device, uint16_t source_id, bool ats,
			 const uint64_t *base);

/* Why this target cannot be had on its unit, by this device; NULL: it can. For target_build(). */
const char *target_lacks(const struct target *target, const struct dma_device *device);

/* Of how many parts mixtures are made: words, three at most; of a leaf entry with four pages the halves of its word. */
unsigned target_parts(const struct target *target);

/* The entry whose part i is of state (choice >> i & 1). */
void target_mixture(const struct target *target, unsigned phase, unsigned choice, uint64_t *entry);

/* How entries of a target are read for a prediction, and what was met in doing so. */
struct target_reading {
	const struct target *target;
	unsigned phase; /* of interrupts: which states there are */
	/*
	 * Its requests are those of a device-TLB. Some refusals of these are not recorded (section 7.1.2), so a wrong
	 * entry may look like an absent one: whether its meaning is told so, and whether one was met.
	 */
	bool by_device_tlb, tells_unrecorded_as_absent, meets_unrecorded;
	bool walks_page_zero; /* an entry led through a pointer of 0 */
};

/* Where the DMA goes if the unit reads this entry. (Callback of the model: its context is a struct target_reading.) */
void target_read(void *reading, const uint64_t *entry, struct model_meaning *out);

/* The same of one entry, for a request that the unit translates. */
struct model_meaning target_meaning(const struct target *target, const uint64_t *entry);
void target_choose_phase(struct target *target, unsigned phase);

/* Outcome of a recorded fault. */
enum outcome target_fault_outcome(const struct target *target, uint8_t reason);

/* Put a mark, different each time, into all pages; see which pages a DMA wrote over (bit set). */
void target_arm(const struct target *target, uint64_t number);
unsigned target_written(const struct target *target, uint64_t number);

/*
 * The physical page at target_address(): a DMA that nothing translates lands there. Mark it; see whether a
 * DMA wrote over the marks.
 */
void target_arm_physical(void);
bool target_landed_physically(void);

/*
 * The reason for which a write to `at` is refused by the tables as they are; 0: it is not (section 7.1.3). The same of
 * a translation request; *is_recorded: or only the device is told.
 */
uint8_t target_reason_at(const struct target *target, uint64_t at);
uint8_t target_reason_on_device(const struct target *target, uint64_t at, bool *is_recorded);

/* The same of a write to the page under test, with another entry in the place of the target's. */
uint8_t target_reason_of(const struct target *target, const uint64_t *entry);

/* An interrupt with the vector of A (0) or B came in this phase, or one was posted to that state's descriptor. */
enum outcome target_interrupt_outcome(const struct target *target, unsigned phase, unsigned whose);

/* Of interrupts: what target_read() does, and the builder's part (tests/litmus/target_irte.c). */
void target_read_interrupt(struct target_reading *reading, const uint64_t *entry,
			   struct model_meaning *out);
const char *target_interrupt_meaning(const struct target *target, unsigned outcome);

#define TARGET_POSTED_WRONG 4 /* another bit of PIR than the entry's */

/* Posted: no interrupt is in either descriptor; the descriptors that one is in: a bit each. */
void target_clear_descriptors(const struct target *target);
unsigned target_posted(const struct target *target);

/* To which processor both states send. */
void target_set_destination(struct target *target, uint32_t apic_id, bool x2apic);

const char *target_outcome_name(const struct target *target, unsigned outcome);
const char *target_outcome_meaning(const struct target *target, unsigned outcome);

#endif
