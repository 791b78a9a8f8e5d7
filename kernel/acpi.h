/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_ACPI_H
#define KERNEL_ACPI_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/acpi_bytes.h"

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

/* Take the root pointer; NULL, or why no table can be found. */
const char *acpi_init(const void *rsdp);

/*
 * The `instance`-th table (from 0) with this signature, its length at least a header's; NULL if
 * there is none. The checksum is the caller's affair.
 */
const struct acpi_header *acpi_find(const char signature[4], unsigned instance);

#endif
