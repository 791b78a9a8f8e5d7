/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that the RMRRs of the DMAR table keep for devices: nothing of ours is put into it. */
#include "boot/kept.h"
#include "kernel/firmware/acpi_table.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "vtd/dmar.h"

#define RANGE_MOST (1ull << 40) /* a region longer than that is not believed */

static bool is_memory(const struct handoff *h, uint64_t base, uint64_t bytes)
{
	for (size_t i = 0; i < h->region_count; i++) {
		const struct memory_region *r = &h->regions[i];

		if (r->kind != MEMORY_MMIO && r->base <= base &&
		    base - r->base < r->pages * PAGE_SIZE &&
		    bytes <= r->pages * PAGE_SIZE - (base - r->base))
			return true;
	}
	return false;
}

static const uint8_t *table_at(const struct handoff *h, uint64_t address)
{
	const uint8_t *table = (const uint8_t *)address;
	uint32_t length;

	if (!address || !is_memory(h, address, ACPI_HEADER_BYTES))
		return NULL;
	length = acpi_length(table);
	return length && is_memory(h, address, length) ? table : NULL;
}

static const uint8_t *find_dmar(const struct handoff *h)
{
	struct acpi_rsdp rsdp;
	struct acpi_table root = { 0 };
	struct acpi_root_walk walk;
	struct acpi_root_entry entry;
	const uint8_t *table;

	if (!h->rsdp || !is_memory(h, (uint64_t)h->rsdp, ACPI_RSDP_BYTES) ||
	    acpi_read_rsdp(&rsdp, h->rsdp, ACPI_RSDP_BYTES).text)
		return NULL;
	table = table_at(h, rsdp.xsdt);
	if (table)
		acpi_table_open(&root, "XSDT", ACPI_HEADER_BYTES, table, acpi_length(table));
	table = root.length ? NULL : table_at(h, rsdp.rsdt);
	if (table)
		acpi_table_open(&root, "RSDT", ACPI_HEADER_BYTES, table, acpi_length(table));
	acpi_first(&walk, &root);
	while (acpi_next(&walk, &entry)) {
		table = entry.problem.text ? NULL : table_at(h, entry.address);
		if (table && !memcmp(table, "DMAR", 4))
			return table;
	}
	return NULL;
}

void find_kept(struct handoff *h)
{
	const uint8_t *table = find_dmar(h);
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	if (!table)
		return;
	dmar_open(&dmar, table, acpi_length(table));
	dmar_first(&walk, &dmar);
	while (dmar_next(&walk, &s) == DMAR_OK && h->kept_count < KEPT_MAX)
		if (s.type == DMAR_RMRR && s.limit > s.base && s.limit - s.base < RANGE_MOST)
			h->kept[h->kept_count++] = (struct kept_range){
				s.base & ~(PAGE_SIZE - 1), (s.limit | (PAGE_SIZE - 1)) + 1
			};
}
