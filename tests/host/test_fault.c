/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault records: decoded, read, cleared; reasons in words. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/fault.h"
#include "vtd/regs.h"

#include <string.h>

TEST(fault_decode)
{
	/* F, T1 = 1, PASID 0x54321, reason 0x5b, PP, T2 = 1, source-id 12:1f.6 */
	struct vtd_fault f = vtd_fault_decode(
		0x123456789abcdfff, 0xc0000000900012fe | 0x5bull << 32 | 0x54321ull << 40);

	CHECK_EQ(f.address, 0x123456789abcd000);
	CHECK_EQ(f.source_id, 0x12fe);
	CHECK_EQ(f.reason, 0x5b);
	CHECK_EQ(f.type, 3);
	CHECK(f.has_pasid);
	CHECK_EQ(f.pasid, 0x54321);
	CHECK(!strcmp(vtd_fault_type_name(0), "write"));
	CHECK(!strcmp(vtd_fault_type_name(2), "read"));
}

TEST(faults_are_read_in_order_and_freed)
{
	struct vtd_unit unit;
	struct vtd_fault faults[8];
	bool overflow;

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK_EQ(vtd_fault_read(&unit, faults, 8, &overflow), 0);
	for (unsigned round = 0; round < 5; round++) {
		sim_unit_fault(0x10, 2, 0x1000);
		sim_unit_fault(0x11, 3, 0x2000);
		CHECK_EQ(vtd_fault_read(&unit, faults, 8, &overflow), 2);
		CHECK_EQ(faults[0].source_id, 0x10);
		CHECK_EQ(faults[0].reason, 2);
		CHECK_EQ(faults[1].source_id, 0x11);
		CHECK_EQ(faults[1].address, 0x2000);
		CHECK(!overflow);
		CHECK_EQ(sim_unit_get32(VTD_FSTS) & FSTS_PPF, 0);
	}
}

TEST(faults_in_small_helpings)
{
	struct vtd_unit unit;
	struct vtd_fault faults[2];
	bool overflow;

	sim_unit_reset();
	unit = sim_unit_probe();
	for (unsigned i = 0; i < SIM_UNIT_RECORDS; i++)
		sim_unit_fault((uint16_t)i, 2, 0);
	CHECK_EQ(vtd_fault_read(&unit, faults, 2, &overflow), 2);
	CHECK_EQ(vtd_fault_read(&unit, faults, 2, &overflow), 1);
	CHECK_EQ(faults[0].source_id, 2);
	CHECK_EQ(vtd_fault_read(&unit, faults, 2, &overflow), 0);
}

TEST(fault_overflow_is_reported_once)
{
	struct vtd_unit unit;
	struct vtd_fault faults[8];
	bool overflow;

	sim_unit_reset();
	unit = sim_unit_probe();
	for (unsigned i = 0; i < 10; i++)
		sim_unit_fault((uint16_t)i, 2, 0);
	CHECK_EQ(vtd_fault_read(&unit, faults, 8, &overflow), SIM_UNIT_RECORDS);
	CHECK(overflow);
	CHECK_EQ(vtd_fault_read(&unit, faults, 8, &overflow), 0);
	CHECK(!overflow);
	sim_unit_fault(0x77, 2, 0);
	CHECK_EQ(vtd_fault_read(&unit, faults, 8, &overflow), 1);
	CHECK_EQ(faults[0].source_id, 0x77);
}

TEST(fault_clear_frees_everything)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_probe();
	for (unsigned i = 0; i < 10; i++)
		sim_unit_fault((uint16_t)i, 2, 0);
	vtd_fault_clear(&unit);
	CHECK_EQ(sim_unit_get32(VTD_FSTS), 0);
}

TEST(fault_interrupt_message)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_probe();
	vtd_fault_interrupt(&unit, true, 5, 0x40);
	CHECK_EQ(sim_unit_get32(VTD_FEADDR), 0xfee05000);
	CHECK_EQ(sim_unit_get32(VTD_FEDATA), 0x40);
	CHECK_EQ(sim_unit_get32(VTD_FECTL), 0);
	CHECK_EQ(sim_unit_write_to(VTD_FECTL, 0), 0); /* masked while it is changed */
	vtd_fault_interrupt(&unit, false, 0, 0);
	CHECK_EQ(sim_unit_get32(VTD_FECTL), FECTL_IM);
}

TEST(fault_reasons_have_names)
{
	CHECK(strstr(vtd_fault_reason_name(FAULT_CONTEXT_NOT_PRESENT),
		     "context entry not present"));
	CHECK(strstr(vtd_fault_reason_name(0xff), "not known"));
}
