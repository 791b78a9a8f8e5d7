/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a paging entry is: which addresses it translates, under which domain-ids, and what a change of it changes. */
#ifndef TOOLS_CAPTURE_PAGING_PLACE_H
#define TOOLS_CAPTURE_PAGING_PLACE_H

#include "tools/capture/transitions.h"

struct paging_root {
	uint64_t page; /* its address */
	uint16_t domain[PAGING_DOMAINS];
	unsigned domains;
};

/* What was found; forgotten when a context or PASID-table entry changes. */
struct paging_domains {
	struct paging_root *list;
	size_t count, room;
};

/* The first address that the entry translates; *root: the address of the table at the top. */
uint64_t paging_address(const struct shadow *shadow, uint64_t entry, uint64_t *root);

/* The domain-ids of the present context and PASID-table entries that lead to this table. */
const struct paging_root *paging_domains(struct paging_domains *d, const struct shadow *shadow,
					 uint64_t root);

/*
 * Addresses whose translation was there and is another, or none, when the entry goes from old to new: from *low to *high.
 * *low = *high: there are none.
 */
void paging_difference(const struct shadow *shadow, enum table_kind kind, uint64_t old,
		       uint64_t new, uint64_t address, uint64_t *low, uint64_t *high);

#endif
