/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables as the records make them, page by page. */
#ifndef TOOLS_CAPTURE_SHADOW_H
#define TOOLS_CAPTURE_SHADOW_H

#include <stddef.h>
#include <stdint.h>

#include "tools/capture/kinds.h"

struct shadow_page {
	uint64_t address, parent; /* the entry that leads to it; 0: a register does */
	enum table_kind kind;
	uint32_t *
		notes; /* of a paging table: what its reader knows of each entry; NULL: nothing yet */
	uint8_t bytes[4096];
};

struct shadow {
	struct shadow_page **pages; /* sorted by address */
	size_t count, room;
};

struct shadow_page *shadow_add(struct shadow *s, uint64_t address, enum table_kind kind,
			       uint64_t parent);
struct shadow_page *shadow_find(const struct shadow *s,
				uint64_t address); /* of the page that holds it, or NULL */
void shadow_remove(struct shadow *s, uint64_t address);
void shadow_free(struct shadow *s);

/* `words` words from `address` on; zeros if it is of no table. */
void shadow_read(const struct shadow *s, uint64_t address, unsigned words, uint64_t *to);
void shadow_write(struct shadow *s, uint64_t address, const void *from, unsigned bytes);

#endif
