/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI specification 6.5, section 5.2: root pointer, XSDT and RSDT. */
#include "kernel/acpi.h"
#include "kernel/paging.h"
#include "kernel/string.h"

static const struct acpi_header *root;
static unsigned pointer_bytes; /* 8 in an XSDT, 4 in an RSDT */

static const struct acpi_header *table_at(uint64_t address)
{
	const struct acpi_header *table = (const void *)address;

	/* Some firmware keeps tables in memory that its map calls reserved, even above 4 GiB. */
	if (!paging_map_mmio(address, sizeof(*table)) || table->length < sizeof(*table) ||
	    !paging_map_mmio(address, table->length))
		return NULL;
	return table;
}

const char *acpi_init(const void *rsdp)
{
	const uint8_t *r = rsdp;

	if (!r || !paging_map_mmio((uint64_t)r, 36))
		return "firmware gave no ACPI root pointer (RSDP)";
	if (memcmp(r, "RSD PTR ", 8))
		return "the ACPI root pointer has a wrong signature";
	if (r[15] >= 2 && (root = table_at(acpi_get64(r + 24))))
		pointer_bytes = 8;
	else if ((root = table_at(acpi_get32(r + 16))))
		pointer_bytes = 4;
	else
		return "the ACPI root pointer leads to no XSDT or RSDT";
	return NULL;
}

const struct acpi_header *acpi_find(const char signature[4], unsigned instance)
{
	if (!root)
		return NULL;
	for (uint32_t at = sizeof(*root); at + pointer_bytes <= root->length; at += pointer_bytes) {
		const uint8_t *entry = (const uint8_t *)root + at;
		const struct acpi_header *table = table_at(pointer_bytes == 8 ? acpi_get64(entry)
									      : acpi_get32(entry));

		if (table && !memcmp(table->signature, signature, 4) && !instance--)
			return table;
	}
	return NULL;
}
