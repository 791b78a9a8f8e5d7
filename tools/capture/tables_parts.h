/* SPDX-License-Identifier: BSD-2-Clause */
/* What tables.c and tables_paging.c share. */
#ifndef TOOLS_CAPTURE_TABLES_PARTS_H
#define TOOLS_CAPTURE_TABLES_PARTS_H

#include "tools/capture/tables.h"

#define PAGE 4096u

/* A page is a table from now on; its shadow is what memory has. It is recorded. */
struct tracked *tables_add(struct tables *t, uint64_t page, enum table_kind kind, uint64_t parent);
void tables_give_up(struct tables *t, struct tracked *table);

/* The paging tables that all entries of a table lead to, by its shadow, have one reference more, or one less. */
void paging_follow(struct tables *t, const struct tracked *table);
void paging_unfollow(struct tables *t, const struct tracked *table);

/* An entry of it was changed; `before`: its words before that. The shadow has what it is now. */
void paging_changed(struct tables *t, const struct tracked *table, uint64_t entry,
		    const uint64_t *before);

/* A store to an entry of a paging table, as tables_store(). */
void paging_store(struct tables *t, struct tracked *table, const struct table_store *store,
		  void (*stack)(void *context), void *context);

/*
 * An entry of one, at this offset, against memory: what the unit set is recorded, what else differs is a missed store. False:
 * nothing leads to the table any more, and others use its page, a device perhaps: it was given up.
 */
bool paging_check(struct tables *t, struct tracked *table, unsigned offset);

/* What a store does to the shadow; of a locked one the value is put into it. */
void tables_apply(struct tables *t, struct tracked *table, struct table_store *store);

#endif
