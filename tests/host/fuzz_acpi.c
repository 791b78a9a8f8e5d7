/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: kernel/firmware/acpi_table.c kernel/firmware/acpi_timers.c */
/* libFuzzer: root pointer, XSDT, RSDT, HPET and FADT of any bytes. */
#include "kernel/firmware/acpi_timers.h"
#include "tests/host/fuzz.h"

static void read_rsdp(const uint8_t *bytes, size_t size)
{
	struct acpi_rsdp rsdp;
	struct table_problem problem = acpi_read_rsdp(&rsdp, bytes, size);

	check_problem(problem, ACPI_RSDP_BYTES);
	require(rsdp.problem_count <= 3);
	for (unsigned i = 0; i < rsdp.problem_count; i++) {
		require(rsdp.problems[i].text);
		check_problem(rsdp.problems[i], ACPI_RSDP_BYTES);
	}
	require(problem.text ? !rsdp.rsdt && !rsdp.xsdt : rsdp.rsdt || rsdp.xsdt);
}

static void walk_root(const uint8_t *bytes, size_t size, const char *signature, unsigned width)
{
	struct acpi_table table = open_table(bytes, size, signature, ACPI_HEADER_BYTES);
	struct acpi_root_walk walk;
	struct acpi_root_entry entry;
	uint32_t at = ACPI_HEADER_BYTES, entries = 0;

	acpi_first(&walk, &table);
	while (acpi_next(&walk, &entry)) {
		check_problem(entry.problem, table.length);
		require(entry.offset == at && walk.offset > at && walk.offset <= table.length);
		require(entry.problem.text || (entry.address && walk.offset == at + width));
		at = walk.offset;
		entries++;
	}
	require(at >= table.length && entries <= ACPI_ROOT_MOST + 1);
	require(!acpi_next(&walk, &entry));
}

/* Opened as short as a table can be: the readers look for themselves. */
static void read_timers(uint8_t *bytes, size_t size)
{
	struct table_problem problem;
	struct acpi_table table;
	uint64_t base;
	uint16_t port;

	put_header(bytes, size, "HPET");
	table = open_table(bytes, size, "HPET", ACPI_HEADER_BYTES);
	problem = hpet_read(&table, &base);
	check_problem(problem, table.length);
	require(!base == !!problem.text && base <= UINT64_MAX - HPET_BYTES);
	put_header(bytes, size, "FACP");
	table = open_table(bytes, size, "FACP", ACPI_HEADER_BYTES);
	problem = fadt_read_pm_timer(&table, &port);
	check_problem(problem, table.length);
	require(!port == !!problem.text && port <= 0xfffc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);

	read_rsdp(bytes, size);
	walk_root(bytes, size, "XSDT", 8);
	if (size >= ACPI_HEADER_BYTES) {
		read_timers(bytes, size);
		put_header(bytes, size, "XSDT");
		walk_root(bytes, size, "XSDT", 8);
		put_header(bytes, size, "RSDT");
		walk_root(bytes, size, "RSDT", 4);
	}
	if (size >= 8) {
		memcpy(bytes, "RSD PTR ", 8);
		read_rsdp(bytes, size);
	}
	free(bytes);
	return 0;
}
