/* SPDX-License-Identifier: BSD-2-Clause */
/* SMBIOS: entry points, structures and their strings; what is wrong is said, and where. */
#include "kernel/firmware/smbios.h"
#include "tests/host/table_builder.h"

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

TEST(smbios_machine_types_of_qemu)
{
	CHECK_EQ(smbios_qemu_version("QEMU Standard PC (Q35 + ICH9, 2009) pc-q35-7.2"), 702);
	CHECK_EQ(smbios_qemu_version("QEMU Standard PC (i440FX + PIIX, 1996) pc-i440fx-11.1"),
		 1101);
	CHECK_EQ(smbios_qemu_version("pc-q35-10.0+more"), 1000);
	CHECK_EQ(smbios_qemu_version("pc-q35-rhel9.4.0"), 0);
	CHECK_EQ(smbios_qemu_version("pc-q35-"), 0);
	CHECK_EQ(smbios_qemu_version("pc-q35-7"), 0);
	CHECK_EQ(smbios_qemu_version("pc-q35-7."), 0);
	CHECK_EQ(smbios_qemu_version("LENOVO 21AH00B7US ThinkPad"), 0);
	CHECK_EQ(smbios_qemu_version(""), 0);
}
