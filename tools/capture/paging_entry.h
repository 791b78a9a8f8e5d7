/* SPDX-License-Identifier: BSD-2-Clause */
/* What an entry that leads to paging tables, or one in them, means: chapter 9 of the specification. */
#ifndef TOOLS_CAPTURE_PAGING_ENTRY_H
#define TOOLS_CAPTURE_PAGING_ENTRY_H

#include <stdbool.h>

#include "tools/capture/kinds.h"
#include "vtd/entry.h"

#define PAGING_LEVELS	  5
#define PAGING_PAGE_SIZE  (1u << 7) /* PS: of level 2 and 3, the entry is a page */
#define PAGING_ENTRY_BITS 9	    /* of an address, by each level */

_Static_assert(TABLE_SS_5 - TABLE_SS_1 == PAGING_LEVELS - 1 &&
		       TABLE_FS_5 - TABLE_FS_1 == PAGING_LEVELS - 1,
	       "a kind for each level");

static inline bool paging_is(enum table_kind kind)
{
	return kind >= TABLE_SS_1 && kind <= TABLE_FS_5;
}

static inline bool paging_is_first_stage(enum table_kind kind)
{
	return kind >= TABLE_FS_1;
}

/* 1 to 5. */
static inline unsigned paging_level(enum table_kind kind)
{
	return (unsigned)(kind - (paging_is_first_stage(kind) ? TABLE_FS_1 : TABLE_SS_1)) + 1;
}

static inline enum table_kind paging_kind(bool first_stage, unsigned level)
{
	return (enum table_kind)((first_stage ? TABLE_FS_1 : TABLE_SS_1) + level - 1);
}

/* Bits of word 0 of which one makes it present: of the second stage R and W (section 9.8). */
static inline uint64_t table_present(enum table_kind kind)
{
	return paging_is(kind) && !paging_is_first_stage(kind) ? 3 : 1;
}

/* It is a page of 2 MiB or 1 GiB. */
static inline bool paging_is_large(enum table_kind kind, uint64_t entry)
{
	return entry & table_present(kind) && entry & PAGING_PAGE_SIZE &&
	       (paging_level(kind) == 2 || paging_level(kind) == 3);
}

/* Bits that a unit sets by itself (sections 9.7, 9.8): Accessed, Dirty, of the first stage Extended Accessed. */
static inline uint64_t paging_set_by_unit(enum table_kind kind)
{
	return paging_is_first_stage(kind) ? field_mask(FS_A) | field_mask(FS_D) | field_mask(FS_EA)
					   : field_mask(SS_A) | field_mask(SS_D);
}

/* Bits that a unit does not ignore, whatever the entry leads to (tables 35 to 46). */
static inline uint64_t paging_used(enum table_kind kind)
{
	return paging_is_first_stage(kind)
		       ? ~(field_mask(FIELD(63, 52)) | field_mask(FIELD(11, 11)) |
			   field_mask(FIELD(9, 8)))
		       : ~(field_mask(FIELD(63, 63)) | field_mask(FIELD(60, 52)) |
			   field_mask(FIELD(10, 10)) | field_mask(FIELD(2, 2)));
}

/* The paging table that an entry of this kind leads to. */
struct paging_lead {
	uint64_t page; /* its number */
	enum table_kind kind;
};

static inline struct paging_lead paging_lead_of(uint64_t pointer, bool first_stage, unsigned level)
{
	struct paging_lead none = { 0, TABLE_NONE };

	if (level < 3 || level > PAGING_LEVELS)
		return none;
	return (struct paging_lead){ pointer, paging_kind(first_stage, level) };
}

/*
 * TABLE_NONE: to none. Of a nested PASID-table entry the second stage alone: the first stage's tables are at addresses
 * that it translates.
 */
static inline struct paging_lead paging_lead(enum table_kind kind, const uint64_t *entry)
{
	struct paging_lead none = { 0, TABLE_NONE };

	if (!(entry[0] & table_present(kind)))
		return none;
	if (kind == TABLE_CONTEXT && field_get(entry, CONTEXT_TT) < TT_PASS)
		return paging_lead_of(field_get(entry, CONTEXT_SSPTPTR), false,
				      (unsigned)field_get(entry, CONTEXT_AW) + 2);
	if (kind == TABLE_PASID)
		switch (field_get(entry, PASID_PGTT)) {
		case PGTT_SECOND:
		case PGTT_NESTED:
			return paging_lead_of(field_get(entry, PASID_SSPTPTR), false,
					      (unsigned)field_get(entry, PASID_AW) + 2);
		case PGTT_FIRST:
			return paging_lead_of(field_get(entry, PASID_FSPTPTR), true,
					      (unsigned)field_get(entry, PASID_FSPM) + 4);
		default:
			return none;
		}
	if (!paging_is(kind) || paging_level(kind) == 1 || paging_is_large(kind, entry[0]))
		return none;
	return (struct paging_lead){ field_get(entry, SS_ADDR),
				     paging_kind(paging_is_first_stage(kind),
						 paging_level(kind) - 1) };
}

/* Addresses that an entry of this kind translates. */
static inline uint64_t paging_span(enum table_kind kind)
{
	return 4096ull << PAGING_ENTRY_BITS * (paging_level(kind) - 1);
}

#endif
