/* SPDX-License-Identifier: BSD-2-Clause */
/* What vtd/ needs of the machine: registers, time, memory, cache lines. */
#include "vtd/platform.h"
#include "kernel/cpu.h"
#include "kernel/memory.h"
#include "kernel/time.h"

uint32_t platform_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

uint64_t platform_read64(const volatile void *address)
{
	return *(const volatile uint64_t *)address;
}

void platform_write32(volatile void *address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

void platform_write64(volatile void *address, uint64_t value)
{
	*(volatile uint64_t *)address = value;
}

void platform_flush_line(const volatile void *address)
{
	cpu_flush_line(address);
}

void *platform_alloc_page(void)
{
	return memory_alloc(1);
}

uint64_t platform_time_us(void)
{
	return time_us();
}

void platform_relax(void)
{
	cpu_pause();
}
