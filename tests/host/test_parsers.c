/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's root pointer and lists, timers and consoles: what is wrong is said, and where. */
#include "kernel/firmware/acpi_timers.h"
#include "kernel/firmware/spcr.h"
#include "tests/host/table_builder.h"

/* The header. */

static struct table_problem open_as(const char *signature, uint32_t fixed, size_t available,
				    uint32_t *result)
{
	struct acpi_table table;
	struct table_problem problem = acpi_table_open(&table, signature, fixed, exact(),
						       available);

	*result = table.length;
	return problem;
}

TEST(acpi_table_header)
{
	static const uint32_t bad[] = { 0, 35, 45, 0x1000001, 0xffffffff };
	struct acpi_table table;
	uint32_t got;

	begin("APIC", 44);
	open_table();
	CHECK_EQ(open_as("MCFG", 36, 44, &got).offset, 0);
	CHECK(open_as("MCFG", 36, 44, &got).text && !got);
	CHECK(open_as("APIC", 36, 35, &got).text && !got);
	CHECK_EQ(open_as("APIC", 45, 44, &got).offset, 4);
	CHECK(!got);
	for (unsigned i = 0; i < 5; i++) {
		put_at(4, bad[i], 4);
		CHECK_EQ(open_as("APIC", 36, 44, &got).offset, 4);
		CHECK(!got);
	}
	CHECK(acpi_table_open(&table, "APIC", 36, NULL, 0).text && !table.length);
}

TEST(acpi_table_with_a_wrong_checksum_is_used)
{
	uint32_t got;

	begin("APIC", 44);
	open_table();
	for (size_t i = 10; i < 44; i++) {
		bytes[i]++;
		CHECK_EQ(open_as("APIC", 36, 44, &got).offset, 9);
		CHECK_EQ(got, 44);
		bytes[i]--;
	}
	CHECK(!open_as("APIC", 44, 44, &got).text);
}

TEST(acpi_lengths_that_are_believed)
{
	begin("APIC", 44);
	put_at(4, 36, 4);
	CHECK_EQ(acpi_length(bytes), 36);
	put_at(4, 35, 4);
	CHECK_EQ(acpi_length(bytes), 0);
	put_at(4, 16 << 20, 4);
	CHECK_EQ(acpi_length(bytes), 16 << 20);
	put_at(4, (16 << 20) + 1, 4);
	CHECK_EQ(acpi_length(bytes), 0);
}

/* The root. */

static struct acpi_rsdp rsdp;

static const char *read_rsdp(size_t available)
{
	return acpi_read_rsdp(&rsdp, exact(), available).text;
}

static void build_rsdp(void)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "RSD PTR ", 8);
	length = 36;
	put_at(15, 2, 1);
	put_at(16, 0x7ffe0000, 4);
	put_at(20, 36, 4);
	put_at(24, 0x17ffe1000, 8);
	fix_sum(8, 20);
	fix_sum(32, 36);
}

TEST(rsdp)
{
	build_rsdp();
	CHECK(!read_rsdp(36) && !rsdp.problem_count);
	CHECK(rsdp.rsdt == 0x7ffe0000 && rsdp.xsdt == 0x17ffe1000);
	CHECK(!read_rsdp(20) && rsdp.problem_count == 1 && rsdp.problems[0].offset == 20);
	CHECK(rsdp.rsdt == 0x7ffe0000 && !rsdp.xsdt);
	CHECK(read_rsdp(19) && !rsdp.rsdt);
	bytes[15] = 0; /* ACPI 1.0 knows no XSDT */
	fix_sum(8, 20);
	CHECK(!read_rsdp(36) && !rsdp.problem_count && !rsdp.xsdt);
	bytes[0] = 'r';
	CHECK(read_rsdp(36) && !rsdp.rsdt);
	CHECK(acpi_read_rsdp(&rsdp, NULL, 0).text != NULL);
}

TEST(rsdp_doubts)
{
	build_rsdp();
	bytes[9]++;
	fix_sum(32, 36);
	CHECK(!read_rsdp(36) && rsdp.problem_count == 1 && rsdp.problems[0].offset == 8);
	build_rsdp();
	bytes[33]++;
	CHECK(!read_rsdp(36) && rsdp.problem_count == 1 && rsdp.problems[0].offset == 32);
	build_rsdp();
	bytes[20] = 37;
	fix_sum(32, 36);
	CHECK(!read_rsdp(36) && rsdp.problem_count == 1 && rsdp.problems[0].offset == 20);
	CHECK(rsdp.xsdt == 0x17ffe1000);
	build_rsdp();
	put_at(16, 0, 4);
	put_at(24, 0, 8);
	CHECK(acpi_read_rsdp(&rsdp, exact(), 36).offset == 16);
}

TEST(root_tables)
{
	struct acpi_root_walk walk;
	struct acpi_root_entry e;
	struct acpi_table table;

	begin("XSDT", 36);
	put(0x123456789abc, 8);
	put(0, 8);
	put(0x1000, 8);
	put(1, 7);
	table = open_table();
	acpi_first(&walk, &table);
	CHECK(acpi_next(&walk, &e) && !e.problem.text && e.address == 0x123456789abc);
	CHECK(acpi_next(&walk, &e) && e.problem.text && e.problem.offset == 44);
	CHECK(acpi_next(&walk, &e) && e.address == 0x1000 && e.offset == 52);
	CHECK(acpi_next(&walk, &e) && e.problem.text && e.problem.offset == 60);
	CHECK(!acpi_next(&walk, &e));
	memcpy(bytes, "RSDT", 4);
	table = open_table();
	acpi_first(&walk, &table);
	CHECK(acpi_next(&walk, &e) && e.address == 0x56789abc);
	CHECK(acpi_next(&walk, &e) && e.address == 0x1234 && e.offset == 40);
}

TEST(root_table_without_end)
{
	struct acpi_table table = { calloc(1, 36 + 8 * 2000), 36 + 8 * 2000 };
	struct acpi_root_walk walk;
	struct acpi_root_entry e;
	unsigned entries = 0;

	((uint8_t *)table.bytes)[0] = 'X';
	acpi_first(&walk, &table);
	while (acpi_next(&walk, &e))
		entries++;
	CHECK_EQ(entries, ACPI_ROOT_MOST + 1);
	CHECK_EQ(e.offset, table.length);
	free((void *)table.bytes);
}

/* Timers; the offsets of the other single answers. */

TEST(timers)
{
	struct acpi_table none = { 0 }, t;
	uint64_t base;
	uint16_t port;

	begin("HPET", 56);
	put_at(44, 0xfed00000, 8);
	t = open_table();
	CHECK(!hpet_read(&t, &base).text && base == 0xfed00000);
	bytes[40] = 1;
	t = open_table();
	CHECK(hpet_read(&t, &base).offset == 40 && !base);
	bytes[40] = 0;
	put_at(44, 0, 8);
	t = open_table();
	CHECK(hpet_read(&t, &base).offset == 44 && !base);
	CHECK(hpet_read(&none, &base).text && !base);
	begin("FACP", 116);
	put_at(76, 0x608, 4);
	put_at(91, 4, 1);
	t = open_table();
	CHECK(!fadt_read_pm_timer(&t, &port).text && port == 0x608);
	put_at(76, 0xfffd, 4);
	t = open_table();
	CHECK(fadt_read_pm_timer(&t, &port).offset == 76 && !port);
	put_at(76, 0x608, 4);
	put_at(91, 0, 1);
	t = open_table();
	CHECK(fadt_read_pm_timer(&t, &port).offset == 91 && !port);
	CHECK(fadt_read_pm_timer(&none, &port).text && !port);
	begin("FACP", 90);
	put_at(76, 0x608, 4);
	t = open_table();
	CHECK(fadt_read_pm_timer(&t, &port).text && !port);
	begin("HPET", 51);
	t = open_table();
	CHECK(hpet_read(&t, &base).text && !base);
}

TEST(spcr_says_where_it_is_wrong)
{
	struct console_place place;
	struct acpi_table t;

	begin("SPCR", 80);
	put_at(36, 3, 1);
	t = open_table();
	CHECK_EQ(spcr_read(&t, &place).offset, 36);
	put_at(36, 0, 1);
	t = open_table();
	CHECK_EQ(spcr_read(&t, &place).offset, 44); /* its address is 0 */
	put_at(40, 9, 1);
	t = open_table();
	CHECK_EQ(spcr_read(&t, &place).offset, 40);
	length = 79;
	t = open_table();
	CHECK_EQ(spcr_read(&t, &place).offset, 4);
	begin("DBG2", 44);
	put_at(36, 44, 4);
	put_at(40, 1, 4);
	put(0, 22);
	put_at(45, 23, 2);
	t = open_table();
	CHECK_EQ(dbg2_read(&t, &place).offset, 45);
	put_at(45, 21, 2);
	t = open_table();
	CHECK_EQ(dbg2_read(&t, &place).offset, 45);
	put_at(45, 0, 2); /* without end, for a careless reader */
	put_at(40, 0xffffffff, 4);
	t = open_table();
	CHECK_EQ(dbg2_read(&t, &place).offset, 45);
	put_at(40, 1, 4);
	put_at(45, 22, 2);
	put_at(56, 0x8000, 2);
	put_at(62, 11, 2);
	t = open_table();
	CHECK_EQ(dbg2_read(&t, &place).offset, 62);
	put_at(40, 0, 4);
	t = open_table();
	CHECK_EQ(dbg2_read(&t, &place).offset, 40);
}
