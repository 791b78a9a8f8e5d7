/* SPDX-License-Identifier: BSD-2-Clause */
/* Free memory, page by page, and the window that devices under test are sent to. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/handoff.h"

#define PAGE_SIZE    4096ull
#define WINDOW_BYTES (2ull << 20)

/*
 * Take the free regions of the memory map, less what is kept (handoff.h). False if no usable one is below
 * 4 GiB.
 */
bool memory_init(const struct handoff *handoff);

/*
 * `pages` zeroed pages, physically contiguous, below 4 GiB, at a multiple of 4 KiB;
 * identity-mapped, so the pointer is the physical address. Never freed: a run needs a few hundred.
 * NULL if used up.
 */
void *memory_alloc(size_t pages);

/* The same by size: whole pages. */
static inline void *memory_alloc_bytes(size_t bytes)
{
	return memory_alloc((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
}

/*
 * The window: 2 MiB of free memory, aligned, from 2 MiB to 1 GiB, below 256 MiB where there is such.
 * Devices under test are given bus addresses in it and no others, and their queues are in it at their
 * physical addresses. So a DMA that no unit translates meets memory of ours. 0: no such memory is free.
 * Its first and its last two pages are for the engine to send DMA to (tests/litmus/target.h); the rest is handed out
 * as memory_alloc() does.
 */
uint64_t memory_window(void);
void *memory_alloc_window(size_t pages);

/*
 * The page whose address is that of `page`, which memory_alloc() or memory_window() gave, with bit `bit` (32 or more) set:
 * zeroed, identity-mapped, and given to nobody else. NULL: there is no free memory.
 */
void *memory_alloc_alias(const void *page, unsigned bit);

/* Whether the page at `at` is free memory of which nothing was handed out: a DMA that goes astray there harms nothing. */
bool memory_is_spare(uint64_t at);

/* One free page below 1 MiB, not page 0, for AP start-up; 0 if there is none. */
uint64_t memory_low_page(void);

/* Bytes of RAM, bytes still free to memory_alloc. */
uint64_t memory_total(void);
uint64_t memory_left(void);

/* Whether any of it is kept for a device by firmware's tables, whatever the map says. */
bool memory_is_kept(uint64_t base, uint64_t bytes);

/* Whether the whole range is of kind `kind` in the firmware's map. */
bool memory_is(uint64_t base, uint64_t bytes, enum memory_kind kind);

#endif
