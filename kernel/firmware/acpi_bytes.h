/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI tables are packed and need not be aligned: fields are read byte by byte, low byte first. */
#ifndef KERNEL_ACPI_BYTES_H
#define KERNEL_ACPI_BYTES_H

#include <stdint.h>

static inline uint16_t acpi_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t acpi_get32(const uint8_t *at)
{
	return acpi_get16(at) | (uint32_t)acpi_get16(at + 2) << 16;
}

static inline uint64_t acpi_get64(const uint8_t *at)
{
	return acpi_get32(at) | (uint64_t)acpi_get32(at + 4) << 32;
}

#endif
