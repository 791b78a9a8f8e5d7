/* SPDX-License-Identifier: BSD-2-Clause */
/* The MCFG: where the configuration space of each PCI segment is mapped. */
#include "kernel/firmware/mcfg.h"
#include "kernel/firmware/acpi_bytes.h"

enum { ENTRY_BYTES = 16, ENTRY_SEGMENT = 8, ENTRY_FIRST_BUS = 10, ENTRY_LAST_BUS = 11 };
#define BUS_BYTES    (1ull << 20)
#define ENTRIES_MOST 4096	  /* each is compared with those before it */
#define SPACE_BYTES  (1ull << 52) /* the most that x86-64 addresses */

static void read_entry(struct mcfg_entry *e, const struct acpi_table *mcfg, uint32_t offset)
{
	const uint8_t *p = mcfg->bytes + offset;

	e->offset = offset;
	e->base = acpi_get64(p);
	e->segment = acpi_get16(p + ENTRY_SEGMENT);
	e->first_bus = p[ENTRY_FIRST_BUS];
	e->last_bus = p[ENTRY_LAST_BUS];
	e->problem = NO_PROBLEM;
	if (!e->base)
		e->problem = table_problem("an entry has no base address", offset);
	else if (e->base % BUS_BYTES)
		e->problem = table_problem("an entry's base address is no multiple of 1 MiB",
					   offset);
	else if (e->base > SPACE_BYTES - 256 * BUS_BYTES)
		e->problem = table_problem("an entry's base address is beyond 52 bits", offset);
	else if (e->last_bus < e->first_bus)
		e->problem = table_problem("an entry's last bus is below its first",
					   offset + ENTRY_LAST_BUS);
}

/* Buses of the segment that an entry before this one has already. */
static bool overlaps(const struct acpi_table *mcfg, const struct mcfg_entry *e)
{
	for (uint32_t at = MCFG_FIXED_BYTES; at < e->offset; at += ENTRY_BYTES) {
		struct mcfg_entry other;

		read_entry(&other, mcfg, at);
		if (!other.problem.text && other.segment == e->segment &&
		    other.first_bus <= e->last_bus && e->first_bus <= other.last_bus)
			return true;
	}
	return false;
}

void mcfg_first(struct mcfg_walk *walk, const struct acpi_table *mcfg)
{
	walk->mcfg = mcfg;
	walk->offset = MCFG_FIXED_BYTES;
}

bool mcfg_next(struct mcfg_walk *walk, struct mcfg_entry *out)
{
	const struct acpi_table *mcfg = walk->mcfg;
	uint32_t offset = walk->offset;

	*out = (struct mcfg_entry){ .offset = offset };
	if (offset >= mcfg->length)
		return false;
	if ((offset - MCFG_FIXED_BYTES) / ENTRY_BYTES == ENTRIES_MOST) {
		walk->offset = mcfg->length;
		out->problem = table_problem("it has over 4096 entries: the rest is not read",
					     offset);
		return true;
	}
	if (mcfg->length - offset < ENTRY_BYTES) {
		walk->offset = mcfg->length;
		out->problem = table_problem("its last entry is cut", offset);
		return true;
	}
	walk->offset += ENTRY_BYTES;
	read_entry(out, mcfg, offset);
	if (!out->problem.text && overlaps(mcfg, out))
		out->problem = table_problem("an entry has buses that one before it has: skipped",
					     offset + ENTRY_SEGMENT);
	return true;
}

bool mcfg_agrees(const struct acpi_table *mcfg, const struct mcfg_entry *entry, uint8_t bus)
{
	struct mcfg_entry other;

	for (uint32_t at = MCFG_FIXED_BYTES; at + ENTRY_BYTES <= mcfg->length; at += ENTRY_BYTES) {
		read_entry(&other, mcfg, at);
		if (!other.problem.text && other.segment == entry->segment &&
		    other.first_bus <= bus && bus <= other.last_bus)
			return other.base == entry->base;
	}
	return false;
}

uint64_t mcfg_address(const struct mcfg_entry *entry, uint8_t bus, uint8_t devfn)
{
	return entry->base + bus * BUS_BYTES + ((uint64_t)devfn << 12);
}
