/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory: the window for devices, and a bump allocator over the largest free piece below 4 GiB. */
#include "kernel/memory.h"
#include "kernel/lib/string.h"

#define FOUR_GIB  (1ull << 32)
#define ONE_GIB	  (1ull << 30)
#define LOW_BYTES (256ull << 20) /* some devices send 28 bits of an address */
#define ONE_MIB	  (1ull << 20)

#define LEGACY_VIDEO 0xa0000 /* from here on no processor can start */

struct piece {
	uint64_t next, end;
};

static const struct handoff *map;
static struct piece heap, window;
static uint64_t heap_base;
static uint64_t window_base;

/* The next piece of [*from, to) that nothing is kept in; *from goes to its end. Empty: there is none. */
static struct piece clear_piece(uint64_t *from, uint64_t to)
{
	struct piece p = { *from, to };

	for (size_t i = 0; i < map->kept_count; i++)
		if (map->kept[i].base <= p.next && p.next < map->kept[i].end) {
			p.next = map->kept[i].end;
			i = (size_t)-1;
		}
	for (size_t i = 0; i < map->kept_count; i++)
		if (map->kept[i].base >= p.next && map->kept[i].base < p.end)
			p.end = map->kept[i].base;
	if (p.next > p.end)
		p.next = p.end;
	*from = p.end;
	return p;
}

/* Page-aligned: the map's regions are, and kept ranges are whole pages. */
static void take_largest(struct piece *best, uint64_t from, uint64_t to)
{
	while (from < to) {
		struct piece p = clear_piece(&from, to);

		if (p.end - p.next > best->end - best->next)
			*best = p;
	}
}

/* The lowest 2 MiB below `limit` that are free, not those at 0. */
static bool take_window(uint64_t limit)
{
	for (uint64_t base = WINDOW_BYTES; base + WINDOW_BYTES <= limit; base += WINDOW_BYTES)
		if (memory_is(base, WINDOW_BYTES, MEMORY_FREE) &&
		    !memory_is_kept(base, WINDOW_BYTES)) {
			window_base = base;
			window = (struct piece){ base + PAGE_SIZE,
						 base + WINDOW_BYTES - 2 * PAGE_SIZE };
			return true;
		}
	return false;
}

static bool overlaps(uint64_t from, uint64_t to, uint64_t base, uint64_t end)
{
	return from < end && base < to;
}

bool memory_is_kept(uint64_t base, uint64_t bytes)
{
	for (size_t i = 0; i < map->kept_count; i++)
		if (overlaps(base, base + bytes, map->kept[i].base, map->kept[i].end))
			return true;
	return false;
}

bool memory_init(const struct handoff *handoff)
{
	map = handoff;
	heap = window = (struct piece){ 0 };
	window_base = 0;
	if (!take_window(LOW_BYTES))
		take_window(ONE_GIB);
	for (size_t i = 0; i < map->region_count; i++) {
		const struct memory_region *r = &map->regions[i];
		uint64_t from = r->base < ONE_MIB ? ONE_MIB : r->base;
		uint64_t to = r->base + r->pages * PAGE_SIZE;
		uint64_t window_end = window_base + WINDOW_BYTES;

		if (to > FOUR_GIB)
			to = FOUR_GIB;
		if (r->kind != MEMORY_FREE || from >= to)
			continue;
		if (!window_base || !overlaps(from, to, window_base, window_end)) {
			take_largest(&heap, from, to);
			continue;
		}
		take_largest(&heap, from, window_base);
		take_largest(&heap, window_end, to);
	}
	heap_base = heap.next;
	return heap.end - heap.next >= 16 * ONE_MIB;
}

static void *take(struct piece *piece, size_t pages)
{
	void *page = (void *)piece->next;

	if (pages > (piece->end - piece->next) / PAGE_SIZE)
		return NULL;
	piece->next += pages * PAGE_SIZE;
	return memset(page, 0, pages * PAGE_SIZE);
}

void *memory_alloc(size_t pages)
{
	return take(&heap, pages);
}

uint64_t memory_window(void)
{
	return window_base;
}

void *memory_alloc_window(size_t pages)
{
	return take(&window, pages);
}

void *memory_alloc_alias(const void *page, unsigned bit)
{
	uint64_t at = (uint64_t)page | 1ull << bit;

	if (!memory_is(at, PAGE_SIZE, MEMORY_FREE) || memory_is_kept(at, PAGE_SIZE))
		return NULL;
	return memset((void *)at, 0, PAGE_SIZE);
}

bool memory_is_spare(uint64_t at)
{
	at &= ~(PAGE_SIZE - 1);
	return memory_is(at, PAGE_SIZE, MEMORY_FREE) && !memory_is_kept(at, PAGE_SIZE) &&
	       !overlaps(at, at + PAGE_SIZE, heap_base, heap.next) &&
	       !overlaps(at, at + PAGE_SIZE, window_base, window_base + WINDOW_BYTES);
}

uint64_t memory_low_page(void)
{
	for (size_t i = 0; i < map->region_count; i++) {
		const struct memory_region *r = &map->regions[i];
		uint64_t from = r->base ? r->base : PAGE_SIZE;

		for (; r->kind == MEMORY_FREE && from < LEGACY_VIDEO &&
		       from < r->base + r->pages * PAGE_SIZE;
		     from += PAGE_SIZE)
			if (!memory_is_kept(from, PAGE_SIZE))
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
	return heap.end - heap.next;
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
