/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses to a device's registers, each of exactly the width its name says. On the build machine
 * (a hosted compiler) they are calls, so that a model of a device sees every one of them:
 * tests/sim/devices/register_bus.h.
 */
#ifndef KERNEL_DMA_REGISTERS_H
#define KERNEL_DMA_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/cpu.h"

#if __STDC_HOSTED__

uint8_t dma_read8(const volatile void *address);
uint16_t dma_read16(const volatile void *address);
uint32_t dma_read32(const volatile void *address);
void dma_write8(volatile void *address, uint8_t value);
void dma_write16(volatile void *address, uint16_t value);
void dma_write32(volatile void *address, uint32_t value);
void dma_movdir64b(volatile void *portal, const void *descriptor);
bool dma_enqcmds(volatile void *portal, const void *descriptor);
uint32_t dma_cpu_features(void);

#else

#define DMA_ACCESS(bits)                                                                 \
	static inline uint##bits##_t dma_read##bits(const volatile void *address)        \
	{                                                                                \
		return *(const volatile uint##bits##_t *)address;                        \
	}                                                                                \
	static inline void dma_write##bits(volatile void *address, uint##bits##_t value) \
	{                                                                                \
		*(volatile uint##bits##_t *)address = value;                             \
	}
DMA_ACCESS(8)
DMA_ACCESS(16)
DMA_ACCESS(32)

/*
 * MOVDIR64B and ENQCMDS (Intel SDM, volume 2) as bytes, which older assemblers need: destination in
 * RAX, the 64 bytes at RDX. Neither is ordered behind earlier stores, which the device is to see.
 */
static inline void dma_movdir64b(volatile void *portal, const void *descriptor)
{
	__asm__ volatile("mfence\n\t.byte 0x66, 0x0f, 0x38, 0xf8, 0x02"
			 :
			 : "a"(portal), "d"(descriptor)
			 : "memory");
}

/* False: the queue did not take it (ZF), try again. */
static inline bool dma_enqcmds(volatile void *portal, const void *descriptor)
{
	bool retry;

	__asm__ volatile("mfence\n\t.byte 0xf3, 0x0f, 0x38, 0xf8, 0x02"
			 : "=@ccz"(retry)
			 : "a"(portal), "d"(descriptor)
			 : "memory");
	return !retry;
}

/* CPUID.(EAX=7,ECX=0):ECX, where MOVDIR64B and ENQCMD are told of. */
static inline uint32_t dma_cpu_features(void)
{
	return cpuid(0, 0).eax < 7 ? 0 : cpuid(7, 0).ecx;
}

#endif

/* 64-bit registers by halves, the low one first: devices must take either, some take only this. */
static inline uint64_t dma_read64(const volatile void *address)
{
	return dma_read32(address) | (uint64_t)dma_read32((const volatile uint8_t *)address + 4)
					     << 32;
}

static inline void dma_write64(volatile void *address, uint64_t value)
{
	dma_write32(address, (uint32_t)value);
	dma_write32((volatile uint8_t *)address + 4, (uint32_t)(value >> 32));
}

#endif
