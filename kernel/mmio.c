/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/mmio.h"

uint32_t mmio_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

void mmio_write32(volatile void *address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}
