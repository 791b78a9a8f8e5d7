/* SPDX-License-Identifier: BSD-2-Clause */
/* The DMAR table: its header and each kind of structure. */
#include "tests/host/dmar_machine.h"

/* The header. */

TEST(dmar_header)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	dmar = open_table(&b);
	CHECK_EQ(dmar.length, 48);
	CHECK_EQ(dmar.host_address_width, 46);
	CHECK_EQ(dmar.flags, 5);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_host_address_width_extremes)
{
	struct builder b;

	begin(&b);
	b.bytes[36] = 0;
	CHECK_EQ(open_table(&b).host_address_width, 1);
	b.bytes[36] = 254;
	CHECK_EQ(open_table(&b).host_address_width, 255);
	b.bytes[36] = 255;
	CHECK_EQ(open_table(&b).host_address_width, 255);
}

TEST(dmar_no_table)
{
	struct dmar dmar;

	CHECK_EQ(dmar_open(&dmar, NULL, 0), DMAR_NO_TABLE);
	CHECK_EQ(dmar_open(&dmar, NULL, 4096), DMAR_NO_TABLE);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_bad_signature)
{
	struct builder b;
	struct dmar dmar;

	for (unsigned i = 0; i < 4; i++) {
		begin(&b);
		b.bytes[i] ^= 0x20;
		fix_header(&b);
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, 48), 48), DMAR_BAD_SIGNATURE);
		CHECK_EQ(read_all(&dmar), DMAR_END);
	}
}

TEST(dmar_bad_length)
{
	static const uint32_t lengths[] = { 0, 1, 36, 47, 65, 0x10000, 0x7fffffff, 0xffffffff };
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		patch(&b, 4, lengths[i], 4);
		fix_checksum(&b);
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, 64), 64), DMAR_BAD_LENGTH);
		CHECK_EQ(read_all(&dmar), DMAR_END);
	}
}

TEST(dmar_memory_behind_the_table_is_not_its)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	fix_header(&b);
	drhd(&b, 0, 0, 0xfed90000); /* not in the header's length, nor in the checksum */
	CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_OK);
	CHECK_EQ(dmar.length, 48);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_bad_checksum_can_be_read_on)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0xfed90000);
	fix_header(&b);
	for (size_t i = 8; i < b.length; i++) {
		b.bytes[i]++;
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_BAD_CHECKSUM);
		CHECK_EQ(dmar.length, b.length);
		CHECK_EQ(dmar.host_address_width, b.bytes[36] + 1);
		CHECK_EQ(dmar.flags, b.bytes[37]);
		b.bytes[i]--;
	}
	b.bytes[9]++;
	CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_BAD_CHECKSUM);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), 0xfed90000);
}

/* The structure types. */

TEST(dmar_drhd)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0xabcd, 0x123456789abcd000);
	s = only(&b);
	CHECK_EQ(s.type, DMAR_DRHD);
	CHECK_EQ(s.flags, INCLUDE_PCI_ALL);
	CHECK_EQ(s.segment, 0xabcd);
	CHECK_EQ(s.register_base, 0x123456789abcd000);
	CHECK_EQ(s.register_bytes, 4096);
	CHECK_EQ(s.scopes.offset, 64);
	CHECK_EQ(read_scopes(s.scopes), DMAR_END);
}

TEST(dmar_drhd_register_set_sizes)
{
	struct builder b;

	begin(&b);
	drhd(&b, 0, 0, 0);
	for (unsigned n = 0; n < 256; n++) {
		b.bytes[48 + 5] = (uint8_t)n;
		CHECK_EQ(only(&b).register_bytes, 4096ull << (n & 15));
	}
}

TEST(dmar_rmrr)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	add(&b, DMAR_RMRR);
	put(&b, 0xffff, 2);
	put(&b, 2, 2);
	put(&b, 0x00000001fedcb000, 8);
	put(&b, 0x80000001fedcbfff, 8);
	SCOPE(&b, E, 0, 0x14, 0);
	s = only(&b);
	CHECK_EQ(s.type, DMAR_RMRR);
	CHECK_EQ(s.segment, 2);
	CHECK_EQ(s.base, 0x00000001fedcb000);
	CHECK_EQ(s.limit, 0x80000001fedcbfff);
	CHECK_EQ(s.scopes.offset, 72);
	CHECK_EQ(s.scopes.end - s.scopes.at, 8);
}

static void check_flags_and_segment(uint16_t type, uint8_t expected_flags)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	add(&b, type);
	put(&b, 0x81, 1);
	put(&b, 0xff, 1);
	put(&b, 0x1234, 2);
	SCOPE(&b, B, 0, 0x1c, 1);
	s = only(&b);
	CHECK_EQ(s.type, type);
	CHECK_EQ(s.flags, expected_flags);
	CHECK_EQ(s.segment, 0x1234);
	CHECK_EQ(s.scopes.offset, 56);
	CHECK_EQ(s.scopes.end - s.scopes.at, 8);
}

TEST(dmar_atsr)
{
	check_flags_and_segment(DMAR_ATSR, 0x81);
}

TEST(dmar_satc)
{
	check_flags_and_segment(DMAR_SATC, 0x81);
}

TEST(dmar_sidp)
{
	check_flags_and_segment(DMAR_SIDP, 0);
}

TEST(dmar_sidp_scope_flags)
{
	struct builder b;
	struct dmar_scopes scopes;
	struct dmar_scope scope;

	begin(&b);
	add(&b, DMAR_SIDP);
	put(&b, 0, 4);
	scope_flags(&b, E, 0x03, 0, 0, (const uint8_t[]){ 2, 0 }, 1);
	scope_flags(&b, E, 0xff, 0, 0, (const uint8_t[]){ 3, 0 }, 1);
	scopes = only(&b).scopes;
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
	CHECK_EQ(scope.flags, 0x03);
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
	CHECK_EQ(scope.flags, 0xff);
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_END);
}

TEST(dmar_rhsa)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	add(&b, DMAR_RHSA);
	put(&b, 0xffffffff, 4);
	put(&b, 0xfed9100000000000, 8);
	put(&b, 0x87654321, 4);
	end(&b);
	s = only(&b);
	CHECK_EQ(s.type, DMAR_RHSA);
	CHECK_EQ(s.length, 20);
	CHECK_EQ(s.register_base, 0xfed9100000000000);
	CHECK_EQ(s.proximity_domain, 0x87654321);
	CHECK_EQ(s.segment, 0);
	CHECK_EQ(read_scopes(s.scopes), DMAR_END);
}

static struct dmar_structure andd(struct builder *b, const char *name, unsigned bytes)
{
	begin(b);
	add(b, DMAR_ANDD);
	put(b, 0xffffff, 3);
	put(b, 0x42, 1);
	for (unsigned i = 0; i < bytes; i++)
		put(b, (uint8_t)name[i], 1);
	end(b);
	return only(b);
}

TEST(dmar_andd)
{
	struct builder b;
	struct dmar_structure s = andd(&b, "\\_SB.PCI0.I2C0", 15);

	CHECK_EQ(s.type, DMAR_ANDD);
	CHECK_EQ(s.acpi_device_number, 0x42);
	CHECK_EQ(s.segment, 0);
	CHECK_EQ(read_scopes(s.scopes), DMAR_END);
	if (CHECK(s.acpi_name != NULL))
		CHECK(!strcmp(s.acpi_name, "\\_SB.PCI0.I2C0"));
}

TEST(dmar_andd_name_with_bytes_behind)
{
	struct builder b;
	struct dmar_structure s = andd(&b, "\\_SB\0pad", 8);

	if (CHECK(s.acpi_name != NULL))
		CHECK(!strcmp(s.acpi_name, "\\_SB"));
}

TEST(dmar_andd_empty_name)
{
	struct builder b;
	struct dmar_structure s = andd(&b, "", 1);

	if (CHECK(s.acpi_name != NULL))
		CHECK(!*s.acpi_name);
}

TEST(dmar_andd_name_without_nul)
{
	struct builder b;

	CHECK(andd(&b, "\\_SB.PCI0", 9).acpi_name == NULL);
	CHECK(andd(&b, "", 0).acpi_name == NULL);
}

TEST(dmar_andd_nul_of_the_next_structure_does_not_count)
{
	struct builder b;
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	andd(&b, "\\_SB.PCI0", 9);
	drhd(&b, 0, 0, 0);
	dmar = open_table(&b);
	dmar_first(&walk, &dmar);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK(s.acpi_name == NULL);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(s.type, DMAR_DRHD);
}

TEST(dmar_unknown_types_are_skipped)
{
	static const uint16_t types[] = { 7, 0xff, 0x100, 0xffff };
	struct builder b;
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	begin(&b);
	for (size_t i = 0; i < LENGTH(types); i++) {
		add(&b, types[i]);
		put(&b, 0x0101010101010101, (unsigned)i * 2); /* the first: a bare header */
		end(&b);
	}
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	dmar = open_table(&b);
	dmar_first(&walk, &dmar);
	for (size_t i = 0; i < LENGTH(types); i++) {
		CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
		CHECK_EQ(s.type, types[i]);
		CHECK_EQ(s.length, 4 + 2 * i);
		CHECK_EQ(s.segment, 0);
		CHECK_EQ(read_scopes(s.scopes), DMAR_END);
	}
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(s.type, DMAR_DRHD);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_END);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), 0x1000);
}

TEST(dmar_error_texts)
{
	for (int i = DMAR_OK; i <= DMAR_TOO_SHORT; i++) {
		CHECK(strlen(dmar_error_text(i)) > 5);
		CHECK(strcmp(dmar_error_text(i), "unknown error"));
		for (int j = DMAR_OK; j < i; j++)
			CHECK(strcmp(dmar_error_text(i), dmar_error_text(j)));
	}
	CHECK(!strcmp(dmar_error_text(99), "unknown error"));
}

TEST(dmar_type_names)
{
	static const char *const names[] = { "DRHD", "RMRR", "ATSR", "RHSA",
					     "ANDD", "SATC", "SIDP", "unknown" };

	for (uint16_t type = 0; type < LENGTH(names); type++)
		CHECK(!strcmp(dmar_type_name(type), names[type]));
	CHECK(!strcmp(dmar_type_name(0xffff), "unknown"));
}
