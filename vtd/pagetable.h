/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables, second-stage (VT-d specification, section 3.7) and first-stage (3.6). 4 KiB pages
 * only. */
#ifndef VTD_PAGETABLE_H
#define VTD_PAGETABLE_H

#include "vtd/unit.h"

/* The address in an entry of any table, and in RTADDR: of the next table, or of the page. */
#define TABLE_ADDRESS 0x000ffffffffff000ull

struct vtd_table {
	const struct vtd_unit *unit; /* for whom lines are flushed */
	unsigned levels;	     /* 3 to 5 */
	uint64_t *root;
	bool first_stage; /* entries in first-stage format; set it before the first mapping */
};

/* An empty table of `levels`; false if memory ran out. */
bool vtd_table_new(struct vtd_table *table, const struct vtd_unit *unit, unsigned levels);

/*
 * Map `pages` of 4 KiB from bus address `at` to physical `to`, readable and writable, over what was
 * there. False if memory ran out or the address is beyond the table's width.
 */
bool vtd_table_map(struct vtd_table *table, uint64_t at, uint64_t to, uint64_t pages);

/* Where `at` leads, as the unit would walk the tree from `root` with `levels`; 0 if it does not. */
uint64_t vtd_table_walk(const uint64_t *root, unsigned levels, uint64_t at);

/* The table that an entry leads to. */
static inline uint64_t *vtd_table_of(uint64_t entry)
{
	return (uint64_t *)(entry & TABLE_ADDRESS);
}

/* Index into a table of level `level` (1: leaf) for bus address `at`. */
static inline unsigned vtd_table_index(uint64_t at, unsigned level)
{
	return (unsigned)(at >> (12 + 9 * (level - 1)) & 511);
}

/* An entry that leads to `physical`, readable and writable. */
uint64_t vtd_table_entry(uint64_t physical);

#endif
