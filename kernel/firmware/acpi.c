/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to the tables of kernel/firmware/acpi_table.h. */
#include "kernel/firmware/acpi.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "kernel/lib/string.h"

#define COMPLAINTS 8

static struct acpi_table root;
static const char *root_name;

void acpi_complain(const char *name, struct table_problem problem)
{
	static const char *last;
	static unsigned count;

	count = name == last ? count + 1 : 1;
	last = name;
	if (count <= COMPLAINTS)
		log_note("%s at offset 0x%x: %s", name, problem.offset, problem.text);
	else if (count == COMPLAINTS + 1)
		log_note("%s: there is more wrong with it", name);
}

/* Some firmware keeps tables in memory that its map calls reserved, even above 4 GiB. */
static const uint8_t *table_at(uint64_t address, const char **problem)
{
	const uint8_t *table = (const uint8_t *)address;
	uint32_t length;

	*problem = "an entry leads out of the processor's reach";
	if (!paging_map_mmio(address, ACPI_HEADER_BYTES))
		return NULL;
	*problem = "an entry leads to a length under 36 bytes or over 16 MiB";
	length = acpi_length(table);
	return length && paging_map_mmio(address, length) ? table : NULL;
}

static bool open_root(uint64_t address, const char signature[4], const char *name)
{
	const uint8_t *table;
	struct table_problem problem = NO_PROBLEM;

	root = (struct acpi_table){ 0 };
	if (!address)
		return false;
	table = table_at(address, &problem.text);
	if (table)
		problem = acpi_table_open(&root, signature, ACPI_HEADER_BYTES, table,
					  acpi_length(table));
	else
		problem.text = "the root pointer leads to no table";
	if (problem.text)
		acpi_complain(name, problem);
	root_name = name;
	return root.length;
}

static void check_root(void)
{
	struct acpi_root_walk walk;
	struct acpi_root_entry entry;

	acpi_first(&walk, &root);
	while (acpi_next(&walk, &entry)) {
		const char *problem = entry.problem.text;

		if (problem || !table_at(entry.address, &problem))
			acpi_complain(root_name, table_problem(problem, entry.offset));
	}
}

const char *acpi_init(const void *rsdp)
{
	struct acpi_rsdp r;
	struct table_problem problem;

	if (!rsdp || !paging_map_mmio((uint64_t)rsdp, ACPI_RSDP_BYTES))
		return "firmware gave no ACPI root pointer (RSDP)";
	problem = acpi_read_rsdp(&r, rsdp, ACPI_RSDP_BYTES);
	for (unsigned i = 0; i < r.problem_count; i++)
		acpi_complain("RSDP", r.problems[i]);
	if (problem.text)
		acpi_complain("RSDP", problem);
	if (problem.text ||
	    (!open_root(r.xsdt, "XSDT", "XSDT") && !open_root(r.rsdt, "RSDT", "RSDT")))
		return "the ACPI root pointer leads to no XSDT or RSDT";
	check_root();
	return NULL;
}

const struct acpi_header *acpi_find(const char signature[4], unsigned instance)
{
	struct acpi_root_walk walk;
	struct acpi_root_entry entry;
	const char *problem;

	acpi_first(&walk, &root);
	while (acpi_next(&walk, &entry)) {
		const uint8_t *table = entry.problem.text ? NULL
							  : table_at(entry.address, &problem);

		if (table && !memcmp(table, signature, 4) && !instance--)
			return (const struct acpi_header *)table;
	}
	return NULL;
}

bool acpi_open(struct acpi_table *table, const char signature[4], const char *name, uint32_t fixed)
{
	const struct acpi_header *header = acpi_find(signature, 0);
	struct table_problem problem;

	problem = acpi_table_open(table, signature, fixed, header, header ? header->length : 0);
	if (header && problem.text)
		acpi_complain(name, problem);
	return table->length;
}
