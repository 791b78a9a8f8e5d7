/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware's memory map says of a reserved memory region. */
#include "tests/inventory/inventory.h"

#define PAGE_BYTES 4096

static uint64_t last_of(const struct memory_region *r)
{
	return r->base + (r->pages * PAGE_BYTES - 1);
}

/* Whether some of base to limit is of that kind. */
static bool touches(const struct handoff *map, uint64_t base, uint64_t limit, enum memory_kind kind)
{
	for (size_t i = 0; i < map->region_count; i++) {
		const struct memory_region *r = &map->regions[i];

		if (r->kind == kind && r->pages && r->base <= limit && base <= last_of(r))
			return true;
	}
	return false;
}

/* Whether all of base to limit is in some region. The map need not be sorted. */
static bool is_listed(const struct handoff *map, uint64_t base, uint64_t limit)
{
	for (size_t i = 0; i < map->region_count; i++) {
		const struct memory_region *r = &map->regions[i];

		if (!r->pages || r->base > base || last_of(r) < base)
			continue;
		if (last_of(r) >= limit)
			return true;
		base = last_of(r) + 1;
		i = (size_t)-1;
	}
	return false;
}

enum oddity_memory inventory_memory(const struct handoff *map, uint64_t base, uint64_t limit)
{
	if (touches(map, base, limit, MEMORY_FREE))
		return ODDITY_MEMORY_FREE;
	if (!is_listed(map, base, limit))
		return ODDITY_MEMORY_UNLISTED;
	return touches(map, base, limit, MEMORY_OCCUPIED) || touches(map, base, limit, MEMORY_MMIO)
		       ? ODDITY_MEMORY_OCCUPIED
		       : ODDITY_MEMORY_RESERVED;
}

const char *inventory_memory_text(enum oddity_memory memory)
{
	static const char *const words[] = {
		[ODDITY_MEMORY_FREE] = "free in part or all: it may be given away (firmware bug)",
		[ODDITY_MEMORY_UNLISTED] = "not all in the memory map",
		[ODDITY_MEMORY_OCCUPIED] =
			"used by firmware, ACPI, this kernel or as I/O, not reserved",
		[ODDITY_MEMORY_RESERVED] = "reserved",
	};

	return words[memory];
}
