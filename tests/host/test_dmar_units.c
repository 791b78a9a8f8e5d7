/* SPDX-License-Identifier: BSD-2-Clause */
/* Which unit of the DMAR table owns a function. */
#include "tests/host/dmar_machine.h"

/* Which unit owns a function. */

TEST(dmar_find_unit)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	drhd(&b, 0, 0, 0x2000);
	SCOPE(&b, E, 0, 0x1f, 3);
	SCOPE(&b, B, 0, 1, 0, 0, 0);
	SCOPE(&b, E, 0, 1, 0, 1, 0, 6, 0);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x3000);
	SCOPE(&b, DMAR_SCOPE_IOAPIC, 0xf0, 0x1f, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(0x1f, 3)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x01, DEVFN(0, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x02, DEVFN(9, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x04, DEVFN(6, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x04, DEVFN(7, 0)), 0x3000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(1, 0)), 0x3000);
	CHECK_EQ(unit_of(&dmar, 0, 0xf0, DEVFN(0x1f, 0)), 0x3000);
	CHECK_EQ(unit_of(&dmar, 1, 0x00, DEVFN(2, 0)), NO_UNIT);
}

TEST(dmar_include_pci_all_listed_first_does_not_win)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x3000);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	drhd(&b, 0, 0, 0x2000);
	SCOPE(&b, B, 0, 1, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x03, DEVFN(2, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), 0x3000);
}

TEST(dmar_include_pci_all_with_scopes_of_its_own)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x2000);
	SCOPE(&b, E, 0, 3, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(4, 0)), 0x1000);
}

TEST(dmar_only_bit_0_is_include_pci_all)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0xfe, 0, 0x1000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), NO_UNIT);
}

TEST(dmar_units_of_segments)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 1, 0x1000);
	SCOPE(&b, B, 0, 1, 0);
	drhd(&b, INCLUDE_PCI_ALL, 1, 0x2000);
	drhd(&b, 0, 0, 0x3000);
	SCOPE(&b, B, 0, 1, 0);
	drhd(&b, INCLUDE_PCI_ALL, 0xffff, 0x4000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x01, 0), 0x3000);
	CHECK_EQ(unit_of(&dmar, 0, 0x40, 0), NO_UNIT);
	CHECK_EQ(unit_of(&dmar, 1, 0x01, 0), 0x2000);
	CHECK_EQ(unit_of(&dmar, 1, 0x40, 0), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0xffff, 0x01, 0), 0x4000);
	CHECK_EQ(unit_of(&dmar, 2, 0x01, 0), NO_UNIT);
}

TEST(dmar_first_unit_that_names_a_function_has_it)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, B, 0, 1, 0);
	drhd(&b, 0, 0, 0x2000);
	SCOPE(&b, E, 0, 1, 0, 3, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x01, DEVFN(3, 0)), 0x1000);
}

TEST(dmar_only_drhds_own_functions)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	for (unsigned type = DMAR_ATSR; type <= DMAR_SIDP; type++) {
		if (type == DMAR_RHSA || type == DMAR_ANDD)
			continue;
		add(&b, (uint16_t)type);
		put(&b, 1, 4);
		SCOPE(&b, E, 0, 2, 0);
	}
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), NO_UNIT);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
}

TEST(dmar_find_unit_in_an_empty_table)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), NO_UNIT);
	dmar_open(&dmar, NULL, 0);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), NO_UNIT);
}

TEST(dmar_find_unit_with_a_broken_structure)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	add(&b, DMAR_DRHD);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TOO_SHORT);
	patch(&b, b.structure + 2, 16, 2);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TRUNCATED);
}

TEST(dmar_find_unit_with_a_broken_scope)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	SCOPE(&b, E, 0, 3, 0);
	b.bytes[72 + 1] = 10;
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x2000);
	drhd(&b, INCLUDE_PCI_ALL, 1, 0x3000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TRUNCATED);
	CHECK_EQ(unit_of(&dmar, 1, 0x00, DEVFN(3, 0)), 0x3000);
	b.bytes[72 + 1] = 0;
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TOO_SHORT);
}
