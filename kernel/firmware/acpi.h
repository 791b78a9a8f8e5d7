/* SPDX-License-Identifier: BSD-2-Clause */
/* The ACPI tables of this machine: found, opened, and complained about. */
#ifndef KERNEL_ACPI_H
#define KERNEL_ACPI_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/firmware/acpi_bytes.h"
#include "kernel/firmware/acpi_table.h"

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_header) == ACPI_HEADER_BYTES, "ACPI specification 6.5, 5.2.6");

/* Take the root pointer, log what is wrong on the way; NULL, or why no table can be found. */
const char *acpi_init(const void *rsdp);

/*
 * The `instance`-th table (from 0) with this signature, its length at least a header's and at most
 * 16 MiB; NULL if there is none. The checksum is the caller's affair.
 */
const struct acpi_header *acpi_find(const char signature[4], unsigned instance);

/*
 * The first table with this signature, which has its first `fixed` bytes. What is wrong is logged, a
 * wrong checksum too, with which it is taken all the same. False, and a table of length 0, if there
 * is none to use.
 */
bool acpi_open(struct acpi_table *table, const char signature[4], const char *name, uint32_t fixed);

/* Log "NAME at offset 0x...: ..."; of many in a row about the same table the first eight. */
void acpi_complain(const char *name, struct table_problem problem);

#endif
