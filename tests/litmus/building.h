/* SPDX-License-Identifier: BSD-2-Clause */
/* A target under construction, and what it is built of: pages, page tables, entries. */
#ifndef TESTS_BUILDING_H
#define TESTS_BUILDING_H

#include "tests/litmus/target.h"

#define BUILDING_MADE_MAX 128

struct building {
	struct target *target;
	const struct dma_device *device;
	bool with_ats;	    /* context entries take what a device-TLB sends */
	bool walks_snooped; /* by this unit, where a PASID-table entry asks for it (ECAP.SMPWC) */
	bool exhausted;	    /* there was no memory for something: the whole is of no use */
	/* What it is made of: flushed when it is whole. */
	struct {
		void *at;
		size_t bytes;
	} made[BUILDING_MADE_MAX];
	unsigned made_count;
};

/* NULL: exhausted. The same of all that follow. */
void *building_pages(struct building *b, size_t count);

/*
 * Of a paging entry that leads to pages: where there is memory above 4 GiB, pages such that A's and B's address differ in
 * both halves, and each half of the one with the other's is a page of its own: so is seen that an entry was not read in one
 * piece.
 */
void building_twins(struct building *b);

/* The first of two pages, the second nobody's: a DMA that misses by one bit of the page number harms nothing. */
uint64_t *building_landing_page(struct building *b);

/* Outcome of the pointer of state p read with the rest of state r. */
static inline unsigned building_mixture(unsigned p, unsigned r)
{
	return p == r ? p : p ? OUTCOME_MIXTURE_2 : OUTCOME_MIXTURE_1;
}

/* The page of an outcome. With break=witness mixtures lead where the pure states lead. */
volatile uint64_t *building_page(const struct building *b, unsigned outcome);

/* Page tables of one state, `levels` deep: the page under test and the device's own pages. */
uint64_t *building_tables(struct building *b, bool first_stage, unsigned levels,
			  const volatile uint64_t *page);

/* The paging entry of level `level` (1: leaf) that `at` is looked up in. */
uint64_t *building_paging_entry(uint64_t *root, unsigned levels, unsigned level, uint64_t at);

/*
 * A chain of tables whose walk with `levels` ends in leaf table `shallow`, and with one level more
 * in `deep`. Either may be NULL: then such a walk meets an absent entry.
 */
uint64_t *building_chain(struct building *b, unsigned levels, const uint64_t *shallow,
			 const uint64_t *deep);

/* The leaf table of one of the four pages. */
uint64_t *building_leaf_table(struct building *b, unsigned page);

void building_set_context(const struct building *b, uint64_t *c, const uint64_t *root,
			  unsigned levels, uint16_t domain);
void building_set_pasid(const struct building *b, uint64_t *p, const uint64_t *root,
			bool first_stage, unsigned levels, uint16_t domain);

/* The device's entry in a root table; in scalable mode its half. */
uint64_t *building_root_entry(const struct target *target, uint64_t *root);

/* A root table and a context table of its own, with what `base` keeps mapped. */
uint64_t *building_own_context(struct building *b, const uint64_t *base);

/* Scalable mode down to the PASID-table entry of PASID `pasid`; *directory: its directory entry. */
uint64_t *building_own_pasid(struct building *b, uint64_t *context, unsigned pasid,
			     uint64_t **directory);

/*
 * Of a target that is a pointer to a root table (tests/litmus/target_tables.c): its register, and the table without the device's
 * entry; then each state, whose context entry is `own`, A's first. context: where that is in A's tables.
 */
void building_pointer(struct building *b, const uint64_t *context);
void building_pointer_state(struct building *b, unsigned state, const uint64_t *context,
			    const void *own, size_t bytes);

/* A PASID directory with its tables, for a device whose context entry this is. */
void building_dir_table(struct building *b, uint64_t *context);

/* A paging entry with the tables that it leads to, for a device whose context entry this is. */
void building_freed_table(struct building *b, uint64_t *context);

/* The table and the states of an interrupt-remapping entry (tests/litmus/target_irte.c). */
void building_interrupt(struct building *b);

#endif
