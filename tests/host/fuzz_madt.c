/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: kernel/firmware/acpi_table.c kernel/firmware/madt.c */
/* libFuzzer: whatever the MADT, each entry is walked over once, each processor listed once. */
#include "kernel/firmware/madt.h"
#include "tests/host/fuzz.h"

enum { ROOM = 6 };

static unsigned complaints;
static size_t table_bytes;

static void complain(struct table_problem problem)
{
	require(problem.text);
	check_problem(problem, table_bytes);
	complaints++;
}

static unsigned walk_entries(const struct acpi_table *madt)
{
	uint32_t at = MADT_FIXED_BYTES;
	struct madt_walk walk;
	struct madt_entry e;
	unsigned problems = 0;

	madt_first(&walk, madt);
	while (madt_next(&walk, &e)) {
		check_problem(e.problem, madt->length);
		require(e.offset == at && walk.offset > at && walk.offset <= madt->length);
		require(e.problem.text || (e.length >= 2 && walk.offset == at + e.length));
		/* What is wrong is in this entry. */
		require(!e.problem.text || (e.problem.offset >= at && e.problem.offset <= at + 4));
		at = walk.offset;
		problems += e.problem.text != NULL;
	}
	require(at >= madt->length && !madt_next(&walk, &e));
	return problems;
}

static void list(const struct acpi_table *madt, uint32_t boot_id)
{
	uint32_t *ids = malloc(ROOM * sizeof(*ids)); /* exactly */
	struct madt_processors found;

	complaints = 0;
	found = madt_list(madt, boot_id, ids, ROOM, complain);
	require(complaints == walk_entries(madt));
	require(found.count >= 1 && found.count <= ROOM && ids[0] == boot_id);
	require(!found.left_out || found.count == ROOM);
	for (unsigned i = 0; i < found.count; i++) {
		require(!i || ids[i] != 0xffffffff);
		require(!i || ids[i] < 255 || found.beyond_xapic);
		for (unsigned j = 0; j < i; j++)
			require(ids[i] != ids[j]);
	}
	free(ids);
}

static void read_table(const uint8_t *bytes, size_t size)
{
	struct acpi_table madt = open_table(bytes, size, "APIC", MADT_FIXED_BYTES);

	table_bytes = madt.length;
	list(&madt, 0);
	list(&madt, 300);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);

	read_table(bytes, size);
	if (size >= MADT_FIXED_BYTES) {
		put_header(bytes, size, "APIC");
		read_table(bytes, size);
	}
	free(bytes);
	return 0;
}
