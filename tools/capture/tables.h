/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pages of the guest's memory are tables of the unit, what is stored to them, and whether a store was missed: each
 * has a shadow, to which the stores seen are applied, and which memory must be equal to.
 */
#ifndef TOOLS_CAPTURE_TABLES_H
#define TOOLS_CAPTURE_TABLES_H

#include "tools/capture/kinds.h"
#include "tools/capture/recorder.h"
#include "tools/capture/walk.h"

struct tracked {
	uint64_t page;	 /* its number */
	uint64_t parent; /* address of the entry that leads to it; 0: a register does */
	uint64_t
		base; /* page number that is in that entry: of a directory of several pages the first */
	uint8_t *shadow;
	uint64_t
		lost; /* 1 + invalidations queued when nothing led to it any more; 0: something does */
	uint64_t
		references; /* of a paging table: entries that lead to it, in tables that something leads to */
	size_t place; /* in the list */
};

struct tables {
	struct recorder *recorder;
	struct guest_ram ram;
	bool paging;		/* paging tables are followed, too */
	volatile uint8_t *kind; /* enum table_kind of each page of ram: looked at without a lock */
	struct tracked **at;	/* by number of page */
	struct tracked **list;
	size_t count, room;
	uint64_t root, irt, irt_pages; /* page numbers that the registers lead to; 0: none */
	uint64_t queued;	       /* times that the tail of an invalidation queue was moved */
	uint64_t recorded, missed;
	/* A context or PASID-table entry that is being changed in place, and the words that it had before; 0: none is. */
	uint64_t unsettled, was[TABLE_WORDS_MAX];
};

struct table_store {
	unsigned cpu;
	uint64_t pc, physical, low, high;
	unsigned bytes;
	bool locked; /* the value stored is not known: memory has it */
};

bool tables_init(struct tables *t, struct recorder *recorder, struct guest_ram ram);
void tables_free(struct tables *t);

/* A register leads to this table from now on, and to no other of its kind. */
void tables_root(struct tables *t, uint64_t physical, bool scalable);
void tables_irt(struct tables *t, uint64_t physical, uint64_t bytes);

/* Whether what is done to this address is recorded. */
static inline enum table_kind tables_kind(const struct tables *t, uint64_t physical)
{
	return physical < t->ram.bytes ? (enum table_kind)t->kind[physical >> 12] : TABLE_NONE;
}

/*
 * A store that memory has by now. `stack` writes the return addresses at the end of its record, if there are any.
 * False: the page is a table no more, and nothing is recorded.
 */
bool tables_store(struct tables *t, const struct table_store *store, void (*stack)(void *context),
		  void *context);

/* Something else is done than to store to one entry: what it leads to is known now. Before an invalidation, too. */
void tables_settle(struct tables *t);

/* At the end: every table against its shadow, and its CRC-32 into the record. */
void tables_finish(struct tables *t);

#endif
