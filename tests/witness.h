/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The landing page as witness. Two states A and B of a context entry are built so that the pointer
 * and the address width of either, in all four combinations, take one bus address to four different
 * pages:
 *
 *   pointer of  width of   the unit walks                            lands in
 *   A           A          A's tables, n levels                      page AA
 *   B           B          B's tables, n + 1 levels                  page BB
 *   A           B          A's tables, read one level too deep       page AB
 *   B           A          B's tables, read one level too shallow    page BA
 *
 * Each root begins a chain of tables, entry 0 leading to the next; the table in which an n-level
 * walk looks up the 2 MiB region holds that region's leaf table in entry 1, and so does the next
 * one down the chain for an n + 1-level walk. The region is the second of its gigabyte, so entry 0
 * and entry 1 never meet. The device's own pages are mapped alike in all four leaf tables.
 *
 * A unit with one table depth alone cannot do that. Then one state's width is one that the unit
 * refuses (fault 3): the mixture that has its pointer and the other's width lands in a page of its
 * own, the opposite mixture cannot be told from the refused state; two phases change the roles.
 */
#ifndef TESTS_WITNESS_H
#define TESTS_WITNESS_H

#include "kernel/dma/dma.h"
#include "vtd/entry.h"
#include "vtd/unit.h"

/* Bus addresses: the region's third page is under test, the device's own pages follow. */
#define WITNESS_REGION	0x200000ull
#define WITNESS_ADDRESS 0x202000ull
#define WITNESS_PRIVATE 0x203000ull
#define WITNESS_NOWHERE 0x300000ull /* mapped in no state: a write there faults */

/* Which pointer, which width. */
enum mixture { MIXTURE_AA, MIXTURE_BB, MIXTURE_AB, MIXTURE_BA, MIXTURE_COUNT };

enum witness_encoding { WITNESS_FOUR_PAGES, WITNESS_FAULT_CODE };

struct witness {
	uint8_t encoding;		     /* enum witness_encoding */
	unsigned levels[2];		     /* of A and B; the same in fault-code encoding */
	unsigned phases;		     /* 1, or 2 in fault-code encoding */
	uint16_t domain[2];		     /* DIDs of A and B */
	uint64_t state[2][2][CONTEXT_WORDS]; /* [phase][A or B] */
	volatile uint64_t *page[MIXTURE_COUNT];
};

/* Build tables and pages for a device behind `unit`. NULL, or what went wrong. */
const char *witness_build(struct witness *witness, const struct vtd_unit *unit,
			  const struct dma_device *device);

/* The entry that has pointer (word 0) and width (word 1) as `mixture` says. */
void witness_entry(const struct witness *witness, unsigned phase, enum mixture mixture,
		   uint64_t entry[CONTEXT_WORDS]);

/* Whether this mixture makes the unit refuse the DMA (fault-code encoding). */
bool witness_refused(const struct witness *witness, unsigned phase, enum mixture mixture);

/* Put a mark, different each time, into all pages; see which pages a DMA wrote over. */
void witness_arm(const struct witness *witness, uint64_t number);
unsigned witness_written(const struct witness *witness, uint64_t number); /* bit set of mixtures */

const char *mixture_name(enum mixture mixture);	   /* "AB" */
const char *mixture_meaning(enum mixture mixture); /* "pointer of A read with the width of B" */

#endif
