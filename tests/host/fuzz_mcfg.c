/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: kernel/firmware/acpi_table.c kernel/firmware/mcfg.c */
/* libFuzzer: whatever the MCFG, no bus is had twice, and no address is out of bounds. */
#include "kernel/firmware/mcfg.h"
#include "tests/host/fuzz.h"

enum { KEEP = 64 };

static void check_entry(const struct mcfg_entry *e, const struct mcfg_entry *others, unsigned count)
{
	require(e->base && e->first_bus <= e->last_bus);
	require(mcfg_address(e, e->last_bus, 255) >> 52 == 0);
	require(mcfg_address(e, e->first_bus, 0) == e->base + ((uint64_t)e->first_bus << 20));
	for (unsigned i = 0; i < count; i++)
		require(others[i].segment != e->segment || others[i].last_bus < e->first_bus ||
			e->last_bus < others[i].first_bus);
}

static void read_table(const uint8_t *bytes, size_t size)
{
	struct acpi_table mcfg = open_table(bytes, size, "MCFG", MCFG_FIXED_BYTES);
	struct mcfg_entry e, kept[KEEP];
	uint32_t at = MCFG_FIXED_BYTES;
	struct mcfg_walk walk;
	unsigned count = 0;

	mcfg_first(&walk, &mcfg);
	while (mcfg_next(&walk, &e)) {
		check_problem(e.problem, mcfg.length);
		require(e.offset == at && walk.offset > at && walk.offset <= mcfg.length);
		require(!e.problem.text || (e.problem.offset >= at && e.problem.offset < at + 16));
		at = walk.offset;
		if (e.problem.text)
			continue;
		check_entry(&e, kept, count);
		require(mcfg_agrees(&mcfg, &e, e.first_bus) && mcfg_agrees(&mcfg, &e, e.last_bus));
		if (count < KEEP)
			kept[count++] = e;
	}
	require(at >= mcfg.length && !mcfg_next(&walk, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);

	read_table(bytes, size);
	if (size >= MCFG_FIXED_BYTES) {
		put_header(bytes, size, "MCFG");
		read_table(bytes, size);
	}
	free(bytes);
	return 0;
}
