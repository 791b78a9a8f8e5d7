/* SPDX-License-Identifier: BSD-2-Clause */
/* Oddities of units: what their registers say beside each other, the table and the processor. */
#include "tests/host/odd_machine.h"

TEST(oddities_of_register_bases)
{
	clean();
	patch(DRHD_B + 8, 0, 8);
	units[1].unit.base = 0;
	units[1].status = VTD_NO_ADDRESS;
	find_in_table();
	ONLY_AT(ODD_DRHD_ZERO, DRHD_B);
	spoil(DRHD_B + 8, UNIT_B + 0x800, 8, ODD_DRHD_UNALIGNED, DRHD_B);
	spoil(DRHD_B + 8, UNIT_A, 8, ODD_DRHD_SHARED, DRHD_B);
}

TEST(oddities_of_units_that_do_not_answer)
{
	static const struct {
		enum vtd_status status;
		enum oddity_code code;
	} cases[] = { { VTD_ALL_ONES, ODD_UNIT_ONES },
		      { VTD_NO_REGISTERS, ODD_UNIT_VERSION },
		      { VTD_BAD_OFFSETS, ODD_UNIT_OFFSETS },
		      { VTD_NO_ADDRESS, ODD_UNIT_ADDRESS } };

	for (unsigned i = 0; i < 4; i++) {
		clean();
		units[1].status = cases[i].status;
		find_in_table();
		ONLY_AT(cases[i].code, DRHD_B);
		CHECK(last.at_unit && last.unit == 1);
	}
	clean();
	units[0].status = VTD_NO_REGISTERS;
	units[0].unit.cap = 0;
	find_in_table();
	ONLY_AT(ODD_UNIT_ZEROS, DRHD_A);
}

TEST(oddities_of_interrupt_remapping)
{
	clean();
	units[1].unit.ecap = field_bits(ECAP_C, 1);
	find_in_table();
	ONLY_AT(ODD_NO_INTERRUPT_REMAPPING, DRHD_B);
	table[37] = 0; /* the table promises none */
	find_in_table();
	CHECK_EQ(total, 0);
	clean();
	patch(DRHD_B_IOAPIC + 4, 3, 1);
	find_in_table();
	ONLY(ODD_IOAPIC_UNSCOPED);
	CHECK_EQ(last.value, 2);
	table[37] = 0;
	find_in_table();
	CHECK_EQ(total, 0);
}

TEST(oddities_of_widths)
{
	clean();
	units[0].unit.cap -= field_bits(CAP_MGAW, 1);
	find_in_table();
	ONLY_AT(ODD_WIDTH_UNIT, DRHD_A);
	CHECK_EQ(last.value, 38);
	CHECK_EQ(oddity_severity(last.code), ODDITY_MEDIUM);
	/* All of them: once, and no fault of any one; nor is one that does not answer counted. */
	units[1].unit.cap -= field_bits(CAP_MGAW, 2);
	find_in_table();
	ONLY(ODD_WIDTH_UNITS);
	CHECK_EQ(last.value, 38);
	CHECK_EQ(oddity_severity(last.code), ODDITY_LOW);
	units[0].status = VTD_ALL_ONES;
	find_in_table();
	CHECK_EQ(total, 2);
	CHECK_EQ(counts[ODD_WIDTH_UNITS], 1);
	CHECK_EQ(counts[ODD_WIDTH_UNIT], 0);
	clean();
	machine.physical_bits = 36;
	find_in_table();
	ONLY_AT(ODD_WIDTH_PROCESSOR, 36);
}

TEST(oddities_of_levels)
{
	static const uint8_t unusable[] = { 0, 1, 0x10, 0x11 };

	for (unsigned i = 0; i < sizeof(unusable); i++) {
		clean();
		units[1].unit.cap = field_bits(CAP_MGAW, 38) | field_bits(CAP_SAGAW, unusable[i]);
		find_in_table();
		ONLY_AT(ODD_NO_LEVELS, DRHD_B);
		CHECK_EQ(last.value, unusable[i]);
		CHECK(last.at_unit && last.unit == 1);
	}
	for (unsigned bit = 1; bit <= 3; bit++) {
		clean();
		units[1].unit.cap = field_bits(CAP_MGAW, 38) |
				    field_bits(CAP_SAGAW, 1u << bit | 0x11);
		find_in_table();
		CHECK_EQ(total, 0);
	}
}

TEST(oddities_of_what_firmware_left_on)
{
	static const struct {
		uint32_t gsts, pmen, fsts;
		enum oddity_code code;
	} cases[] = {
		{ GCMD_TE, 0, 0, ODD_TRANSLATION_ON },
		{ GCMD_IRE, 0, 0, ODD_INTERRUPTS_ON },
		{ GCMD_QIE, 0, 0, ODD_QUEUE_ON },
		{ 0, PMEN_EPM | PMEN_PRS, 0, ODD_PROTECTION_ON },
		{ 0, 0, FSTS_PPF, ODD_FAULTS_PENDING },
		{ 0, 0, FSTS_PFO, ODD_FAULTS_PENDING },
		{ 0, 0, FSTS_ITE, ODD_FAULTS_PENDING },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clean();
		units[1].unit.found_gsts = cases[i].gsts;
		units[1].unit.found_pmen = cases[i].pmen;
		units[1].unit.found_fsts = cases[i].fsts;
		find_in_table();
		ONLY_AT(cases[i].code, DRHD_B);
		CHECK(last.at_unit && last.unit == 1);
	}
}

TEST(oddities_affinity_of_no_unit)
{
	spoil(RHSA + 8, 0xfed92000, 8, ODD_RHSA_NO_UNIT, RHSA);
}

TEST(oddities_units_that_differ)
{
	static const struct vtd_field decisive[] = { ECAP_C, ECAP_SC, ECAP_PASID, ECAP_SMTS };

	for (unsigned i = 0; i < 4; i++) {
		clean();
		units[1].unit.ecap ^= field_mask(decisive[i]);
		find_in_table();
		ONLY_AT(ODD_UNITS_DIFFER, DRHD_B);
		CHECK_EQ(last.value, field_mask(decisive[i]));
		/* A unit that does not answer is no measure. */
		units[0].status = VTD_ALL_ONES;
		find_in_table();
		CHECK_EQ(counts[ODD_UNITS_DIFFER], 0);
	}
}

TEST(oddities_what_firmware_asks_for)
{
	spoil(37, 3, 1, ODD_X2APIC_OPT_OUT, 37);
	spoil(37, 5, 1, ODD_PLATFORM_OPT_IN, 37);
	spoil(37, 2, 1, ODD_OPT_OUT_VOID, 37);
}
