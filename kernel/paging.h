/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own page tables. */
#ifndef KERNEL_PAGING_H
#define KERNEL_PAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/handoff.h"

/*
 * Own page tables: virtual is physical. RAM write-back, all else below 4 GiB uncached, page 0
 * absent so that a null pointer traps. Four levels, or five if firmware left LA57 on (it cannot be
 * turned off in long mode). False if memory ran out.
 */
bool paging_init(const struct handoff *handoff);
unsigned paging_levels(void);	/* 4 or 5 */
unsigned paging_physical(void); /* bits of a physical address, by the processor: none is larger */

/*
 * Physical page 0 was free and holds zeros: a walk of page tables through a pointer of 0 ends there
 * without effect.
 */
extern bool page_zero_is_empty;

/*
 * Map a device's registers uncached, where not yet mapped, and return them; NULL if the address is
 * beyond what the processor can address. Call it before the APs start: there is no shootdown.
 */
volatile void *paging_map_mmio(uint64_t physical, uint64_t bytes);

/* The same for a framebuffer: write-combining, whatever it was mapped as before. */
volatile void *paging_map_combining(uint64_t physical, uint64_t bytes);

/* Each processor once, before it uses the page tables: memory types must be the same on all. */
void paging_init_cpu(void);

#endif
