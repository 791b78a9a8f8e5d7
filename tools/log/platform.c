/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd/ on the host: a unit is an image of its registers in memory, read only. */
#include <stdlib.h>

#include "vtd/platform.h"

uint32_t platform_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

uint64_t platform_read64(const volatile void *address)
{
	return *(const volatile uint64_t *)address;
}

/* Nothing here asks anything of a unit. */
void platform_write32(volatile void *address, uint32_t value)
{
	(void)address;
	(void)value;
	abort();
}

void platform_write64(volatile void *address, uint64_t value)
{
	(void)address;
	(void)value;
	abort();
}

void platform_flush_line(const volatile void *address)
{
	(void)address;
}

void *platform_alloc_page(void)
{
	return NULL;
}

uint64_t platform_time_us(void)
{
	return 0;
}

void platform_relax(void)
{
}
