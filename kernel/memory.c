/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory: a bump allocator over the largest free region below 4 GiB. */
#include "kernel/memory.h"
#include "kernel/string.h"

#define FOUR_GIB (1ull << 32)
#define ONE_MIB	 (1ull << 20)

static const struct handoff *map;
static uint64_t next, end;

bool memory_init(const struct handoff *handoff)
{
	map = handoff;
	next = end = 0;
	for (size_t i = 0; i < map->region_count; i++) {
		const struct memory_region *r = &map->regions[i];
		uint64_t from = r->base < ONE_MIB ? ONE_MIB : r->base;
		uint64_t to = r->base + r->pages * PAGE_SIZE;

		if (to > FOUR_GIB)
			to = FOUR_GIB;
		if (r->kind == MEMORY_FREE && to > from && to - from > end - next) {
			next = from;
			end = to;
		}
	}
	return end - next >= 16 * ONE_MIB;
}

void *memory_alloc(size_t pages)
{
	void *page = (void *)next;

	if (pages > (end - next) / PAGE_SIZE)
		return NULL;
	next += pages * PAGE_SIZE;
	return memset(page, 0, pages * PAGE_SIZE);
}

uint64_t memory_low_page(void)
{
	for (size_t i = 0; i < map->region_count; i++) {
		const struct memory_region *r = &map->regions[i];
		uint64_t from = r->base ? r->base : PAGE_SIZE;

		if (r->kind == MEMORY_FREE && from < 0xa0000 &&
		    r->base + r->pages * PAGE_SIZE > from)
			return from;
	}
	return 0;
}

uint64_t memory_total(void)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < map->region_count; i++)
		if (map->regions[i].kind <= MEMORY_OCCUPIED)
			pages += map->regions[i].pages;
	return pages * PAGE_SIZE;
}

uint64_t memory_left(void)
{
	return end - next;
}

bool memory_is(uint64_t base, uint64_t bytes, enum memory_kind kind)
{
	uint64_t at = base;

	/* The map need not be sorted: extend what is covered until nothing more helps. */
	for (size_t i = 0; i < map->region_count && at < base + bytes; i++) {
		const struct memory_region *r = &map->regions[i];

		if (r->kind == kind && r->base <= at && at - r->base < r->pages * PAGE_SIZE) {
			at = r->base + r->pages * PAGE_SIZE;
			i = (size_t)-1;
		}
	}
	return at >= base + bytes;
}
