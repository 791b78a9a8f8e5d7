/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/capture/place.h"

static int source_of_context(const struct shadow *shadow, uint64_t entry)
{
	const struct shadow_page *table = shadow_find(shadow, entry);
	unsigned bus, half;

	if (!table || !table->parent)
		return -1;
	bus = (unsigned)(table->parent & 0xfff) / 16;
	half = table->kind == TABLE_SM_CONTEXT && table->parent & 8 ? 0x80 : 0;
	return (int)(bus << 8 | half |
		     (unsigned)(entry & 0xfff) / (8 * table_kinds[table->kind].words));
}

void place_of(const struct shadow *shadow, enum table_kind kind, uint64_t entry, int *source,
	      int64_t *pasid)
{
	const struct shadow_page *table = shadow_find(shadow, entry), *directory;
	uint64_t first;

	*source = -1;
	*pasid = -1;
	if (kind == TABLE_CONTEXT || kind == TABLE_SM_CONTEXT)
		*source = source_of_context(shadow, entry);
	if (kind != TABLE_PASID || !table || !(directory = shadow_find(shadow, table->parent)))
		return;
	*source = source_of_context(shadow, directory->parent);
	shadow_read(shadow, directory->parent, 1, &first);
	first &= ~0xfffull;
	*pasid = (int64_t)((table->parent - first) / 8 * 64 + (entry & 0xfff) / 64);
}
