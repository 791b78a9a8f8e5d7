/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: kernel/firmware/acpi_table.c kernel/firmware/spcr.c */
/* libFuzzer: whatever the SPCR or DBG2, a place that is named can be a UART's. */
#include "kernel/firmware/spcr.h"
#include "tests/host/fuzz.h"

static void check(struct table_problem problem, const struct console_place *place, uint32_t length)
{
	check_problem(problem, length);
	if (problem.text)
		return;
	require(place->base && (place->is_mmio || place->base <= 0xfff8));
	require(place->stride == place->width);
	require(place->width == 1 || (place->is_mmio && (place->width == 2 || place->width == 4)));
}

/* Opened as short as a table can be: the readers look for themselves. */
static void read_tables(const uint8_t *bytes, size_t size)
{
	struct acpi_table spcr = open_table(bytes, size, "SPCR", ACPI_HEADER_BYTES);
	struct acpi_table dbg2 = open_table(bytes, size, "DBG2", ACPI_HEADER_BYTES);
	struct console_place place;
	struct table_problem problem;

	problem = spcr_read(&spcr, &place);
	check(problem, &place, spcr.length < 4 ? 4 : spcr.length);
	require(spcr.length || problem.text);
	problem = dbg2_read(&dbg2, &place);
	check(problem, &place, dbg2.length < 4 ? 4 : dbg2.length);
	require(!place.baud && (dbg2.length || problem.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);

	read_tables(bytes, size);
	if (size >= ACPI_HEADER_BYTES) {
		put_header(bytes, size, "SPCR");
		read_tables(bytes, size);
		put_header(bytes, size, "DBG2");
		read_tables(bytes, size);
	}
	free(bytes);
	return 0;
}
