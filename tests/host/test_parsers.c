/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's root pointer and lists, MADT, MCFG, timers, and SMBIOS: what is wrong is said, and where. */
#include "kernel/firmware/acpi_timers.h"
#include "kernel/firmware/madt.h"
#include "kernel/firmware/mcfg.h"
#include "kernel/firmware/smbios.h"
#include "kernel/firmware/spcr.h"
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

/* Building a table; opened, it lies in memory of exactly its size. */

static uint8_t bytes[1024];
static size_t length;

static void put(uint64_t value, unsigned count)
{
	for (; count; count--, value >>= 8)
		bytes[length++] = (uint8_t)value;
}

static void put_at(size_t at, uint64_t value, unsigned count)
{
	size_t end = length;

	length = at;
	put(value, count);
	length = end;
}

static void fix_sum(size_t at, size_t count)
{
	uint8_t total = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < count; i++)
		total += bytes[i];
	bytes[at] = (uint8_t)-total;
}

static void begin(const char *signature, size_t fixed)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, signature, 4);
	length = fixed;
}

static const uint8_t *exact(void)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(length + 1);
	memcpy(copy + 1, bytes, length);
	return copy + 1;
}

static struct acpi_table open_table(void)
{
	struct acpi_table table;

	put_at(4, length, 4);
	fix_sum(9, length);
	CHECK(!acpi_table_open(&table, (const char *)bytes, 36, exact(), length).text);
	CHECK_EQ(table.length, length);
	return table;
}

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

/* SMBIOS. */

static struct smbios_entry entry;

static struct table_problem read_entry(size_t available)
{
	return smbios_read_entry(&entry, exact(), available);
}

TEST(smbios_entry_points)
{
	memset(bytes, 0, sizeof(bytes));
	length = 31;
	memcpy(bytes, "_SM3_", 5);
	put_at(6, 24, 1);
	put_at(7, 0x0703, 2);
	put_at(12, 0x1000, 4);
	put_at(16, 0x17f000000, 8);
	fix_sum(5, 24);
	CHECK(!read_entry(31).text && !entry.doubt.text && !read_entry(24).text);
	CHECK(entry.address == 0x17f000000 && entry.bytes == 0x1000 && entry.major == 3);
	CHECK(read_entry(23).text && !entry.address);
	bytes[9]++;
	CHECK(!read_entry(31).text && entry.doubt.offset == 5 && entry.address == 0x17f000000);
	bytes[6] = 255;
	CHECK(!read_entry(31).text && entry.doubt.offset == 6);
	put_at(12, (16 << 20) + 1, 4);
	CHECK(read_entry(31).offset == 12 && !entry.address);
	put_at(16, 0, 8);
	CHECK(read_entry(31).offset == 16);
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "_SM_", 4);
	put_at(5, 30, 1); /* 2.1 says so */
	put_at(22, 0x234, 2);
	put_at(24, 0xf1000, 4);
	fix_sum(4, 31);
	CHECK(!read_entry(31).text && !entry.doubt.text && read_entry(30).text);
	CHECK(!read_entry(31).text && entry.address == 0xf1000 && entry.bytes == 0x234);
	bytes[0] = ' ';
	CHECK(read_entry(31).text && !read_entry(31).offset);
}

static void structure(uint8_t type, uint8_t size, const char *strings, size_t string_bytes)
{
	put(type | size << 8, 4);
	for (unsigned i = 4; i < size; i++)
		put(i - 3, 1);
	memcpy(bytes + length, strings, string_bytes);
	length += string_bytes;
}

static struct smbios_walk walk_smbios(void)
{
	struct smbios_walk walk;

	smbios_first(&walk, exact(), (uint32_t)length);
	return walk;
}

static const char *string(const struct smbios_structure *s, uint8_t field, size_t room)
{
	static char text[64];

	uint32_t n = smbios_string(s, field, text, room);

	CHECK_EQ(n, strlen(text));
	return text;
}

TEST(smbios_strings)
{
	static const char strings[] = "one\0  two \0# \x1b[2J;\"\xff\0";
	struct smbios_structure s;
	struct smbios_walk walk;

	length = 0;
	structure(1, 9, strings, sizeof(strings));
	structure(2, 4, "\0", 2);
	structure(4, 4, "\1\0", 3);
	structure(127, 4, "\0", 2);
	structure(3, 4, "\0", 2);
	walk = walk_smbios();
	CHECK(smbios_next(&walk, &s) && !s.problem.text && s.type == 1 && s.length == 9);
	CHECK(!strcmp(string(&s, 4, 64), "one") && !strcmp(string(&s, 5, 64), "two"));
	CHECK(!strcmp(string(&s, 6, 64), "? ?[2J???"));
	CHECK(!string(&s, 7, 64)[0] && !string(&s, 8, 64)[0]); /* there are but three */
	CHECK(!string(&s, 9, 64)[0]);			       /* no field of this structure */
	CHECK(!strcmp(string(&s, 4, 3), "on") && !string(&s, 4, 1)[0]);
	CHECK(smbios_next(&walk, &s) && s.type == 2 && s.offset == 9 + sizeof(strings));
	CHECK(smbios_next(&walk, &s) && s.type == 4 && !string(&s, 4, 64)[0]);
	CHECK(smbios_next(&walk, &s) && s.type == SMBIOS_END && !smbios_next(&walk, &s));
}

static struct table_problem last_problem(void)
{
	struct smbios_walk walk = walk_smbios();
	struct smbios_structure s;
	struct table_problem problem = NO_PROBLEM;

	while (smbios_next(&walk, &s))
		problem = s.problem;
	CHECK(problem.text != NULL);
	return problem;
}

TEST(smbios_structures_that_cannot_be)
{
	length = 0;
	structure(2, 4, "\0", 2);
	structure(1, 8, "one\0two", 8); /* no second NUL */
	CHECK_EQ(last_problem().offset, 6 + 8);
	length = 6 + 7;
	CHECK_EQ(last_problem().offset, 6 + 1);
	length = 6 + 3;
	CHECK_EQ(last_problem().offset, 6);
	length = 6 + 8;
	bytes[7] = 3;
	CHECK_EQ(last_problem().offset, 7);
	bytes[7] = 0;
	CHECK_EQ(last_problem().offset, 7);
}
