/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Oddities of the DMAR table: one thing of a clean machine is spoiled in each test; then that oddity, and no
 * other, must be found.
 */
#include "tests/host/odd_machine.h"

TEST(oddities_none_on_a_clean_machine)
{
	clean();
	CHECK_EQ(table_bytes, CLEAN_BYTES);
	find_in_table();
	CHECK_EQ(total, 0);
	/* Nor where the machine cannot be asked. */
	machine.function = NULL;
	machine.kind = NULL;
	machine.memory = NULL;
	machine.physical_bits = 0;
	find();
	CHECK_EQ(total, 0);
}

TEST(oddities_have_words)
{
	unsigned of[3] = { 0 };

	for (int code = 0; code < ODD_COUNT; code++) {
		CHECK(oddity_text((enum oddity_code)code) &&
		      oddity_text((enum oddity_code)code)[0]);
		of[oddity_severity((enum oddity_code)code)]++;
	}
	CHECK(of[ODDITY_HIGH] && of[ODDITY_MEDIUM] && of[ODDITY_LOW]);
	CHECK(!strcmp(oddity_severity_name(ODDITY_HIGH), "HIGH"));
}

TEST(oddities_no_table)
{
	clean();
	machine.opened = dmar_open(&machine.dmar, NULL, 0);
	find();
	ONLY(ODD_NO_TABLE);
	table[0] = 'X';
	find_in_table();
	ONLY_AT(ODD_TABLE_UNREADABLE, 0);
}

TEST(oddities_checksum)
{
	clean();
	find_in_table();
	table[9]++;
	machine.opened = dmar_open(&machine.dmar, table, sizeof(table));
	find();
	ONLY_AT(ODD_CHECKSUM, 9);
	CHECK_EQ(last.value, 1);
}

TEST(oddities_malformed)
{
	/* A broken table may own every function: nothing is said of those. */
	spoil(SIDP + 2, 200, 2, ODD_MALFORMED, SIDP);
	spoil(SIDP + 2, 0, 2, ODD_MALFORMED, SIDP);
	spoil(ATSR_SCOPE + 1, 9, 1, ODD_MALFORMED_SCOPE, ATSR_SCOPE);
	spoil(ATSR_SCOPE + 1, 5, 1, ODD_MALFORMED_SCOPE, ATSR_SCOPE);
}

TEST(oddities_no_unit)
{
	clean();
	table_bytes = 48;
	machine.unit_count = 0;
	find_in_table();
	ONLY(ODD_NO_DRHD);
}

TEST(oddities_of_include_pci_all)
{
	clean();
	patch(DRHD_A + 4, 1, 1);
	find_in_table();
	CHECK_EQ(counts[ODD_REST_TWICE], 1);
	CHECK_EQ(total, 1);
	/* The other way round, and with another segment in between, which is nothing odd. */
	clean();
	patch(DRHD_A + 4, 1, 1);
	patch(DRHD_B + 4, 0, 1);
	find_in_table();
	ONLY_AT(ODD_REST_NOT_LAST, DRHD_B);
	patch(DRHD_B + 4, 1, 1);
	patch(DRHD_B + 6, 1, 2);
	find_in_table();
	CHECK_EQ(total, 0);
}

/* Nobody says what functions there are. */
TEST(oddities_segment_without_include_pci_all)
{
	clean();
	machine.function = NULL;
	machine.kind = NULL;
	patch(DRHD_A + 6, 1, 2);
	find_in_table();
	ONLY_AT(ODD_NO_REST, DRHD_A);
	CHECK_EQ(last.value, 1);
	/* Said once of each such segment. */
	patch(DRHD_B + 4, 0, 1);
	patch(DRHD_B + 6, 1, 2);
	find_in_table();
	ONLY_AT(ODD_NO_REST, DRHD_A);
	/* What cannot be read may be the unit. */
	patch(SIDP + 2, 200, 2);
	find_in_table();
	ONLY_AT(ODD_MALFORMED, SIDP);
}

TEST(oddities_unit_with_nothing_behind_it)
{
	clean();
	table_bytes = DRHD_A_SCOPE;
	put_drhd(UNIT_B, 1, 24);
	put_scope(DMAR_SCOPE_IOAPIC, 2, 31);
	patch(DRHD_A + 2, 16, 2);
	find_in_table();
	ONLY_AT(ODD_DRHD_OWNS_NOTHING, DRHD_A);
	/* The one for the rest needs no scope. */
	machine.ioapic_count = 0;
	table_bytes = DRHD_A_SCOPE;
	patch(DRHD_A + 4, 1, 1);
	find_in_table();
	CHECK_EQ(total, 0);
}

TEST(oddities_function_that_no_unit_owns)
{
	clean();
	more_functions = true;
	find_in_table();
	ONLY(ODD_FUNCTION_UNOWNED);
	CHECK(last.at_function && last.segment == 1 && last.source_id == 0);
}

TEST(oddities_of_reserved_regions)
{
	spoil(RMRR_1 + 16, 0x7dffffff, 8, ODD_RMRR_LIMIT, RMRR_1);
	spoil(RMRR_1 + 8, 0x7e000010, 8, ODD_RMRR_UNALIGNED, RMRR_1);
	spoil(RMRR_1 + 16, 0x7e000ffe, 8, ODD_RMRR_UNALIGNED, RMRR_1);
	spoil(RMRR_1 + 8, 0x7d000000, 8, ODD_RMRR_FREE, RMRR_1);
	spoil(RMRR_1 + 8, 0x7c000000, 8, ODD_RMRR_OCCUPIED, RMRR_1);
	spoil(RMRR_2 + 16, 0x80000fff, 8, ODD_RMRR_UNLISTED, RMRR_2);
	CHECK_EQ(last.value, 0x7f000000);
	spoil(RMRR_2 + 8, 0x7e000000, 8, ODD_RMRR_OVERLAP, RMRR_2);
	CHECK_EQ(last.value, RMRR_1);
	clean();
	patch(RMRR_2 + 8, 0, 8);
	patch(RMRR_2 + 16, 0xfff, 8);
	find_in_table();
	ONLY_AT(ODD_RMRR_ZERO, RMRR_2);
}

TEST(oddities_of_paths)
{
	spoil(ATSR_SCOPE + 6, 3, 1, ODD_SCOPE_ABSENT, ATSR_SCOPE);
	CHECK(last.at_function && last.source_id == DEVFN(3, 0));
	spoil(ATSR_SCOPE + 6, 32, 1, ODD_PATH_BROKEN, ATSR_SCOPE);
	spoil(ATSR_SCOPE + 6, 2, 1, ODD_BRIDGE_IS_ENDPOINT, ATSR_SCOPE);
	spoil(RMRR_1_SCOPE + 6, 1, 1, ODD_ENDPOINT_IS_BRIDGE, RMRR_1_SCOPE);
	/* The host bridge may be named as either. */
	clean();
	patch(RMRR_1_SCOPE + 6, 0, 1);
	find_in_table();
	CHECK_EQ(total, 0);
	patch(ATSR_SCOPE + 6, 0, 1);
	find_in_table();
	CHECK_EQ(total, 0);
	/* Through an endpoint to behind it. */
	clean();
	table_bytes = ATSR;
	put_header(DMAR_ATSR, 18);
	put(0, 4);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, 2);
	put(0, 2);
	patch(ATSR_SCOPE + 1, 10, 1);
	patch(DRHD_B_ACPI, DMAR_SCOPE_HPET, 1);
	find_in_table();
	ONLY_AT(ODD_PATH_BROKEN, ATSR_SCOPE);
	patch(ATSR_SCOPE + 6, 1, 1); /* through the bridge: what is there */
	find_in_table();
	CHECK_EQ(total, 0);
	/* No path at all. */
	table_bytes = ATSR;
	put_header(DMAR_ATSR, 14);
	put(0, 4);
	put(DMAR_SCOPE_IOAPIC | 6 << 8, 6);
	find_in_table();
	ONLY_AT(ODD_PATH_BROKEN, ATSR_SCOPE);
}

TEST(oddities_of_acpi_devices)
{
	clean();
	patch(DRHD_B_ACPI + 4, 7, 1);
	find_in_table();
	CHECK_EQ(total, 2);
	CHECK_EQ(counts[ODD_ACPI_WITHOUT_ANDD], 1);
	CHECK_EQ(counts[ODD_ANDD_WITHOUT_ACPI], 1);
	spoil(DRHD_B_ACPI, DMAR_SCOPE_HPET, 1, ODD_ANDD_WITHOUT_ACPI, ANDD);
	spoil(SATC - 1, 'x', 1, ODD_ANDD_NAME, ANDD);
}

TEST(oddities_order_and_unknown_types)
{
	clean();
	put_drhd(0xfed92000, 1, 16);
	patch(table_bytes - 10, 1, 2); /* of segment 1 */
	find_in_table();
	ONLY_AT(ODD_ORDER, CLEAN_BYTES);
	clean();
	put_header(7, 4);
	find_in_table();
	ONLY_AT(ODD_UNKNOWN_TYPE, CLEAN_BYTES);
	CHECK_EQ(last.value, 7);
	spoil(DRHD_A_SCOPE, 6, 1, ODD_UNKNOWN_SCOPE, DRHD_A_SCOPE);
	spoil(DRHD_A_SCOPE, 0, 1, ODD_UNKNOWN_SCOPE, DRHD_A_SCOPE);
}

TEST(oddities_reserved_bits)
{
	spoil(37, 0x81, 1, ODD_RESERVED_BITS, 37);
	CHECK_EQ(last.value, 0x80);
	spoil(47, 1, 1, ODD_RESERVED_BITS, 47);
	spoil(DRHD_A + 4, 2, 1, ODD_RESERVED_BITS, DRHD_A + 4);
	spoil(DRHD_A + 5, 0x10, 1, ODD_RESERVED_BITS, DRHD_A + 5);
	spoil(ATSR + 4, 4, 1, ODD_RESERVED_BITS, ATSR + 4);
	spoil(SATC + 4, 3, 1, ODD_RESERVED_BITS, SATC + 4);
	spoil(RMRR_1 + 5, 1, 1, ODD_RESERVED_BITS, RMRR_1 + 5);
	spoil(ATSR + 5, 1, 1, ODD_RESERVED_BITS, ATSR + 5);
	spoil(RHSA + 7, 1, 1, ODD_RESERVED_BITS, RHSA + 7);
	spoil(ANDD + 4, 1, 1, ODD_RESERVED_BITS, ANDD + 4);
	spoil(SATC + 5, 1, 1, ODD_RESERVED_BITS, SATC + 5);
	spoil(SIDP + 4, 1, 1, ODD_RESERVED_BITS, SIDP + 4);
	spoil(ATSR_SCOPE + 2, 1, 1, ODD_RESERVED_BITS, ATSR_SCOPE + 2);
	spoil(ATSR_SCOPE + 3, 2, 1, ODD_RESERVED_BITS, ATSR_SCOPE + 3);
	CHECK_EQ(last.value, 2);
	spoil(SIDP + 11, 2, 1, ODD_RESERVED_BITS, SIDP + 11);
	/* A size of the register set is no reserved bit. */
	clean();
	patch(DRHD_A + 5, 2, 1);
	find_in_table();
	CHECK_EQ(total, 0);
}
