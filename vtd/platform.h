/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that vtd/ needs from where it runs. kernel/platform.c implements it on the machine,
 * tests/host/sim_unit.c on a model of a unit, so that everything in vtd/ also runs on the host.
 * Addresses are physical and virtual at once (identity map).
 */
#ifndef VTD_PLATFORM_H
#define VTD_PLATFORM_H

#include <stdint.h>

uint32_t platform_read32(const volatile void *address);
uint64_t platform_read64(const volatile void *address);
void platform_write32(volatile void *address, uint32_t value);
void platform_write64(volatile void *address, uint64_t value);

void platform_flush_line(const volatile void *address); /* write back to memory and drop */
void *platform_alloc_page(void); /* 4 KiB, aligned, zeroed; NULL if there is none */
uint64_t platform_time_us(void);
void platform_relax(void); /* inside a loop that waits */

#endif
