/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables of either stage, built for one unit. */
#include "vtd/pagetable.h"
#include "vtd/entry.h"
#include "vtd/platform.h"

#include <stddef.h>

uint64_t vtd_table_entry(uint64_t physical)
{
	return (physical & field_mask(SS_ADDR)) | field_bits(SS_R, 1) | field_bits(SS_W, 1);
}

/* Accessed and Dirty are set from the start: the unit need not write here. */
static uint64_t table_entry(const struct vtd_table *table, uint64_t physical)
{
	return vtd_table_entry(physical) |
	       (table->first_stage
			? field_bits(FS_US, 1) | field_bits(FS_A, 1) | field_bits(FS_D, 1)
			: 0);
}

static bool leads_on(uint64_t entry)
{
	return entry & (field_mask(SS_R) | field_mask(SS_W));
}

static uint64_t *new_page(const struct vtd_unit *unit)
{
	uint64_t *page = platform_alloc_page();

	if (page)
		vtd_flush_paging(unit, page, 4096);
	return page;
}

bool vtd_table_new(struct vtd_table *table, const struct vtd_unit *unit, unsigned levels)
{
	*table = (struct vtd_table){ unit, levels, new_page(unit), false };
	return table->root;
}

static bool map_page(struct vtd_table *table, uint64_t at, uint64_t to)
{
	uint64_t *entry, *page = table->root;

	for (unsigned level = table->levels;; level--) {
		entry = &page[vtd_table_index(at, level)];
		if (level == 1)
			break;
		if (!leads_on(*entry)) {
			page = new_page(table->unit);
			if (!page)
				return false;
			*entry = table_entry(table, (uint64_t)page);
			vtd_flush_paging(table->unit, entry, sizeof(*entry));
		}
		page = (uint64_t *)(*entry & field_mask(SS_ADDR));
	}
	*entry = table_entry(table, to);
	vtd_flush_paging(table->unit, entry, sizeof(*entry));
	return true;
}

bool vtd_table_map(struct vtd_table *table, uint64_t at, uint64_t to, uint64_t pages)
{
	uint64_t width = 12 + 9 * table->levels;

	if (pages > 1ull << (width - 12) || at >> 12 > (1ull << (width - 12)) - pages)
		return false;
	for (uint64_t i = 0; i < pages; i++)
		if (!map_page(table, at + i * 4096, to + i * 4096))
			return false;
	return true;
}

uint64_t vtd_table_walk(const uint64_t *root, unsigned levels, uint64_t at)
{
	const uint64_t *page = root;

	for (unsigned level = levels;; level--) {
		uint64_t entry = page[vtd_table_index(at, level)];

		if (!leads_on(entry))
			return 0;
		if (level == 1)
			return (entry & field_mask(SS_ADDR)) | (at & 4095);
		page = (const uint64_t *)(entry & field_mask(SS_ADDR));
	}
}
