/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device's 32-bit registers, by a call each: the host tests put a model of the device behind it.
 */
#ifndef KERNEL_MMIO_H
#define KERNEL_MMIO_H

#include <stdint.h>

uint32_t mmio_read32(const volatile void *address);
void mmio_write32(volatile void *address, uint32_t value);

#endif
