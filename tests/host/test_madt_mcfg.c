/* SPDX-License-Identifier: BSD-2-Clause */
/* MADT and MCFG: processors, interrupt controllers and configuration space; what is wrong is said, and where. */
#include "kernel/firmware/madt.h"
#include "kernel/firmware/mcfg.h"
#include "tests/host/table_builder.h"

/* MADT. */

static struct table_problem first_problem;
static unsigned problems;

static void complain(struct table_problem problem)
{
	if (!problems++)
		first_problem = problem;
}

static uint32_t ids[8];

static struct madt_processors list(unsigned room)
{
	struct acpi_table madt = open_table();

	problems = 0;
	return madt_list(&madt, 4, ids, room, complain);
}

static void cpu(unsigned id, unsigned flags)
{
	put(0x0800, 2);
	put(id << 8 | 0x77, 2);
	put(flags, 4);
}

static void x2apic(uint32_t id, unsigned flags)
{
	put(0x1009, 4);
	put(id, 4);
	put(flags, 4);
	put(0x99, 4);
}

TEST(madt_processors)
{
	struct madt_processors found;

	begin("APIC", 44);
	cpu(0, 1);
	cpu(4, 1); /* the boot processor: first all the same */
	cpu(9, 0);
	cpu(10, 2); /* online capable: to come */
	cpu(0, 1);  /* twice */
	put(0x0604, 6);
	x2apic(4, 1); /* as both types */
	x2apic(254, 1);
	found = list(8);
	CHECK(found.count == 3 && ids[0] == 4 && ids[1] == 0 && ids[2] == 254);
	CHECK(found.online_capable == 1 && !found.left_out && !found.beyond_xapic && !problems);
	x2apic(255, 1);
	CHECK(list(8).beyond_xapic);
	x2apic(0x10000, 3);
	found = list(8);
	CHECK(found.count == 5 && ids[3] == 255 && ids[4] == 0x10000 && found.beyond_xapic);
	found = list(3);
	CHECK(found.count == 3 && found.left_out == 2);
	CHECK_EQ(list(1).count, 1);
}

TEST(madt_without_processors)
{
	struct acpi_table none = { 0 };

	begin("APIC", 44);
	CHECK(list(8).count == 1 && ids[0] == 4);
	CHECK(madt_list(&none, 7, ids, 8, complain).count == 1 && ids[0] == 7);
}

TEST(madt_ids_of_all_are_nobodys)
{
	begin("APIC", 44);
	cpu(255, 0); /* what firmware fills the unused ones with */
	x2apic(0xffffffff, 0);
	CHECK(list(8).count == 1 && !problems);
	cpu(255, 1);
	CHECK(list(8).count == 1 && problems == 1 && first_problem.offset == 44 + 24 + 3);
	begin("APIC", 44);
	x2apic(0xffffffff, 1);
	CHECK(list(8).count == 1 && problems == 1 && first_problem.offset == 48);
	CHECK(!list(8).beyond_xapic);
}

TEST(madt_entries_that_cannot_be)
{
	begin("APIC", 44);
	put(0x0600, 6); /* shorter than its fixed part: skipped */
	cpu(1, 1);
	CHECK(list(8).count == 2 && problems == 1 && first_problem.offset == 45);
	begin("APIC", 44);
	cpu(1, 1);
	put(0x0000, 2); /* length 0: an endless loop for a careless reader */
	cpu(2, 1);
	CHECK(list(8).count == 2 && problems == 1 && first_problem.offset == 53);
	bytes[53] = 1;
	CHECK(list(8).count == 2 && problems == 1 && first_problem.offset == 53);
	begin("APIC", 44);
	cpu(1, 1);
	cpu(2, 1);
	length--;
	CHECK(list(8).count == 2 && problems == 1 && first_problem.offset == 53);
	length = 53; /* one byte of an entry */
	CHECK(list(8).count == 2 && problems == 1 && first_problem.offset == 52);
}

TEST(madt_io_apics)
{
	struct acpi_table madt;
	struct madt_walk walk;
	struct madt_entry e;

	begin("APIC", 44);
	put(0x050c01, 4);
	put_at(46, 0x5, 1);
	put(0xfec00000, 4);
	put(24, 4);
	madt = open_table();
	madt_first(&walk, &madt);
	CHECK(madt_next(&walk, &e) && !e.problem.text && e.type == MADT_IO_APIC);
	CHECK(e.io_apic_id == 5 && e.io_apic_address == 0xfec00000 && e.interrupt_base == 24);
	CHECK(!madt_next(&walk, &e));
}

/* MCFG. */

static struct mcfg_entry entries[8];

static void ecam(uint64_t base, unsigned segment, unsigned first, unsigned last)
{
	put(base, 8);
	put(segment, 2);
	put(first, 1);
	put(last, 1);
	put(0, 4);
}

/* How many there are, good or not. */
static unsigned read_mcfg(void)
{
	struct acpi_table mcfg = open_table();
	struct mcfg_walk walk;
	unsigned n = 0;

	mcfg_first(&walk, &mcfg);
	while (n < 8 && mcfg_next(&walk, &entries[n]))
		n++;
	return n;
}

TEST(mcfg_entries)
{
	begin("MCFG", 44);
	ecam(0xe0000000, 0, 0, 0x3f);
	ecam(0xe0000000, 0, 0x40, 0xff);
	ecam(0x3f00000000, 0x8000, 0, 0);
	CHECK_EQ(read_mcfg(), 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK(!entries[i].problem.text && entries[i].offset == 44 + 16 * i);
	CHECK(entries[1].first_bus == 0x40 && entries[1].last_bus == 0xff);
	CHECK(entries[2].segment == 0x8000 && entries[2].base == 0x3f00000000);
	/* The base is bus 0's, whatever the first bus. */
	CHECK_EQ(mcfg_address(&entries[1], 0x40, 0x0b), 0xe400b000);
}

static uint32_t bad_mcfg(uint64_t base, unsigned first, unsigned last)
{
	begin("MCFG", 44);
	ecam(base, 0, first, last);
	CHECK(read_mcfg() == 1 && entries[0].problem.text);
	return entries[0].problem.offset;
}

TEST(mcfg_entries_that_cannot_be)
{
	CHECK_EQ(bad_mcfg(0, 0, 255), 44);
	CHECK_EQ(bad_mcfg(0xe0001000, 0, 255), 44);
	CHECK_EQ(bad_mcfg(1ull << 52, 0, 255), 44);
	CHECK_EQ(bad_mcfg(0xfffffffffff00000, 0, 255), 44);
	CHECK_EQ(bad_mcfg(0xe0000000, 1, 0), 55);
	begin("MCFG", 44);
	ecam(0xe0000000, 0, 0, 0x3f);
	ecam(0xd0000000, 0, 0x3f, 0x3f);
	ecam(0xd0000000, 1, 0x3f, 0x3f);
	ecam(0xd0000000, 1, 0x30, 0x50);
	ecam(0xd0000000, 2, 0, 0);
	length--;
	CHECK_EQ(read_mcfg(), 5);
	CHECK(!entries[0].problem.text && !entries[2].problem.text);
	CHECK(entries[1].problem.offset == 68 && entries[3].problem.offset == 100);
	CHECK(entries[4].problem.offset == 108 && entries[4].problem.text);
	begin("MCFG", 44);
	ecam(0, 0, 0, 255); /* one that cannot be has no buses */
	ecam(0xe0000000, 0, 0, 255);
	CHECK(read_mcfg() == 2 && !entries[1].problem.text);
	begin("MCFG", 44);
	ecam(0xe0000000, 0, 0x40, 0x7f);
	ecam(0xe0000000, 0, 0, 0x40);
	CHECK(read_mcfg() == 2 && entries[1].problem.offset == 68);
	begin("MCFG", 44);
	ecam(0xe0000000, 0, 0, 0x40);
	ecam(0xe0000000, 0, 0x40, 0x7f);
	CHECK(read_mcfg() == 2 && entries[1].problem.offset == 68);
}

/* Of a second table: the same buses at the same place. */
TEST(mcfg_tables_that_differ)
{
	struct acpi_table second;

	begin("MCFG", 44);
	ecam(0xc0000000, 0, 0, 255);
	ecam(0xd0000000, 1, 0, 255);
	CHECK_EQ(read_mcfg(), 2);
	begin("MCFG", 44);
	ecam(0, 0, 0, 255); /* one that cannot be has no buses */
	ecam(0xc0000000, 0, 0, 0xe0);
	ecam(0xe0000000, 1, 0, 255);
	second = open_table();
	CHECK(mcfg_agrees(&second, &entries[0], 0) && mcfg_agrees(&second, &entries[0], 0xe0));
	CHECK(!mcfg_agrees(&second, &entries[0], 0xe1) && !mcfg_agrees(&second, &entries[0], 255));
	CHECK(!mcfg_agrees(&second, &entries[1], 0));
	entries[1].segment = 2;
	CHECK(!mcfg_agrees(&second, &entries[1], 0));
}

TEST(mcfg_without_end)
{
	struct acpi_table table = { calloc(5000, 16), 5000 * 16 };
	struct mcfg_walk walk;
	struct mcfg_entry e;
	unsigned count = 0;

	mcfg_first(&walk, &table);
	while (mcfg_next(&walk, &e))
		count++;
	CHECK_EQ(count, 4096 + 1);
	free((void *)table.bytes);
}
