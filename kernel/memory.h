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

/*
 * The same, and as many free zeroed pages above 4 GiB at addresses whose low 32 bits are those of the first; *high: the latter.
 * NULL: there is no such memory.
 */
void *memory_alloc_twins(size_t pages, void **high);

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
