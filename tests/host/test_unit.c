/* SPDX-License-Identifier: BSD-2-Clause */
/* A unit: probed, taken over, turned on and off. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/entry.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

static enum vtd_status probe(void)
{
	struct vtd_unit unit;

	return vtd_unit_probe(&unit, sim_unit.unit.registers, SIM_UNIT_BASE, SIM_UNIT_BYTES);
}

TEST(unit_probe_decodes)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK(!unit.coherent);
	CHECK(vtd_unit_has_levels(&unit, 3) && vtd_unit_has_levels(&unit, 4));
	CHECK(!vtd_unit_has_levels(&unit, 5) && !vtd_unit_has_levels(&unit, 2));
	CHECK_EQ(vtd_unit_domain_ids(&unit), 65536);
	CHECK_EQ(sim_unit.write_count, 0);
}

TEST(unit_probe_refuses_what_is_no_unit)
{
	struct vtd_unit unit;

	sim_unit_reset();
	CHECK_EQ(vtd_unit_probe(&unit, sim_unit.unit.registers, 0, SIM_UNIT_BYTES), VTD_NO_ADDRESS);
	CHECK_EQ(vtd_unit_probe(&unit, 0, SIM_UNIT_BASE, SIM_UNIT_BYTES), VTD_NO_ADDRESS);
	sim_unit_set64(VTD_CAP, ~0ull);
	CHECK_EQ(probe(), VTD_ALL_ONES);
	sim_unit_reset();
	sim_unit_set64(VTD_ECAP, ~0ull);
	CHECK_EQ(probe(), VTD_ALL_ONES);
	sim_unit_reset();
	sim_unit_set64(VTD_CAP, 0);
	CHECK_EQ(probe(), VTD_NO_REGISTERS);
	sim_unit_reset();
	sim_unit_set32(VTD_VER, 0);
	CHECK_EQ(probe(), VTD_NO_REGISTERS);
}

TEST(unit_probe_refuses_registers_outside_the_set)
{
	sim_unit_reset();
	sim_unit_set64(VTD_CAP, field_bits(CAP_SAGAW, 4) | field_bits(CAP_FRO, 0xff) |
					field_bits(CAP_NFR, 1));
	CHECK_EQ(probe(), VTD_BAD_OFFSETS);
	sim_unit_reset();
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_IRO, 0x100));
	CHECK_EQ(probe(), VTD_BAD_OFFSETS);
}

TEST(unit_take_over_goes_in_order)
{
	struct vtd_unit unit;
	int te, ire, qie;

	sim_unit_reset();
	sim_unit_set32(VTD_GSTS, GCMD_TE | GCMD_IRE | GCMD_QIE);
	sim_unit_fault(0x10, 5, 0x1000);
	unit = sim_unit_probe();
	CHECK_EQ(unit.found_gsts, GCMD_TE | GCMD_IRE | GCMD_QIE);
	CHECK_EQ(vtd_unit_take_over(&unit), VTD_OK);
	te = sim_unit_command(GCMD_TE, false);
	ire = sim_unit_command(GCMD_IRE, false);
	qie = sim_unit_command(GCMD_QIE, false);
	CHECK(te >= 0 && te < ire && ire < qie);
	CHECK(!sim_unit.bits_at_once);
	CHECK_EQ(sim_unit_get32(VTD_GSTS), 0);
	CHECK_EQ(sim_unit_get32(VTD_FSTS), 0);
	CHECK_EQ(sim_unit_get32(VTD_FECTL), FECTL_IM);
}

TEST(unit_take_over_leaves_what_is_off)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_take_over(&unit), VTD_OK);
	CHECK_EQ(sim_unit_write_to(VTD_GCMD, 0), -1);
}

TEST(unit_take_over_of_a_deaf_unit_ends)
{
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set32(VTD_GSTS, GCMD_TE);
	sim_unit.unit.deaf = GCMD_TE;
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_take_over(&unit), VTD_TIMEOUT);
}

/* It can be turned off all the same: section 6.5.2 asks for an empty one, hardware does not check. */
TEST(unit_take_over_of_a_queue_that_does_not_drain)
{
	for (unsigned has_error = 0; has_error < 2; has_error++) {
		struct vtd_unit unit;

		sim_unit_reset();
		sim_unit_set32(VTD_GSTS, GCMD_QIE);
		sim_unit_set64(VTD_IQT, 32);
		sim_unit_set32(VTD_FSTS, has_error ? FSTS_IQE : 0);
		sim_unit.unit.stuck = !has_error;
		unit = sim_unit_probe();
		CHECK_EQ(vtd_unit_take_over(&unit), VTD_OK);
		CHECK(!(sim_unit_get32(VTD_GSTS) & GCMD_QIE));
	}
}

/* Sections 6.6 and 11.4.4: root pointer, invalidation of everything, and only then translation. */
TEST(unit_enable_goes_in_order)
{
	struct vtd_unit unit;
	int root, set, invalidate, te;

	sim_unit_reset();
	unit = sim_unit_enabled();
	root = sim_unit_write_to(VTD_RTADDR, 0);
	set = sim_unit_command(GCMD_SRTP, true);
	invalidate = sim_unit_write_to(VTD_IQT, (unsigned)set);
	te = sim_unit_command(GCMD_TE, true);
	CHECK(root >= 0 && root < set && set < invalidate && invalidate < te);
	CHECK(!sim_unit.bits_at_once);
	CHECK_EQ(sim_unit.writes[root].value, (uint64_t)unit.root_table);
	CHECK_EQ(sim_unit.descriptor_count, 3); /* context cache, IOTLB, wait */
	CHECK(unit.translating);
	CHECK_EQ(vtd_unit_disable(&unit), VTD_OK);
	CHECK(!(sim_unit_get32(VTD_GSTS) & (GCMD_TE | GCMD_QIE)));
}

TEST(unit_enable_flushes_write_buffers_first)
{
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set64(VTD_CAP,
		       1ull << CAP_RWBF.low | field_bits(CAP_SAGAW, 4) | field_bits(CAP_FRO, 0x22));
	unit = sim_unit_enabled();
	CHECK(unit.translating);
	CHECK(sim_unit_command(GCMD_WBF, true) >= 0);
	CHECK(sim_unit_command(GCMD_WBF, true) < sim_unit_command(GCMD_SRTP, true));
}

TEST(unit_enable_leaves_protected_regions_last)
{
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set64(VTD_CAP,
		       1ull << CAP_PLMR.low | field_bits(CAP_SAGAW, 4) | field_bits(CAP_FRO, 0x22));
	sim_unit_set32(VTD_PMEN, PMEN_EPM | PMEN_PRS);
	unit = sim_unit_enabled();
	CHECK(sim_unit_write_to(VTD_PMEN, 0) > sim_unit_command(GCMD_TE, true));
	CHECK_EQ(sim_unit_get32(VTD_PMEN), 0);
	CHECK_EQ(unit.found_pmen, PMEN_EPM | PMEN_PRS);
}

TEST(unit_enable_says_why_not)
{
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set64(VTD_CAP, field_bits(CAP_FRO, 0x22));
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_NO_LEGACY);
	sim_unit_reset();
	sim_unit.pages_left = 0;
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_NO_MEMORY);
	sim_unit_reset();
	sim_unit.unit.deaf = GCMD_SRTP;
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_TIMEOUT);
	CHECK(!unit.translating);
	sim_unit_reset();
	sim_unit.unit.deaf = GCMD_TE;
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_TIMEOUT);
	CHECK(!unit.translating);
}

TEST(unit_context_entry_is_where_the_unit_looks)
{
	struct vtd_unit unit;
	uint64_t *entry, *table;

	sim_unit_reset();
	unit = sim_unit_enabled();
	entry = vtd_context_entry(&unit, 0x81, 0x1f);
	CHECK_EQ(unit.root_table[2 * 0x81] & 1, 1);
	table = (uint64_t *)(unit.root_table[2 * 0x81] & ~0xfffull);
	CHECK_EQ(entry, table + 2 * 0x1f);
	CHECK_EQ(entry[0], 0);
	CHECK_EQ(vtd_context_entry(&unit, 0x81, 0x20), table + 2 * 0x20);
	sim_unit.pages_left = 0;
	CHECK_EQ(vtd_context_entry(&unit, 0x82, 0), 0);
}

TEST(unit_flushes_every_line_unless_coherent)
{
	struct vtd_unit unit;
	uint8_t bytes[256] __attribute__((aligned(64)));

	sim_unit_reset();
	unit = sim_unit_probe();
	vtd_flush(&unit, bytes + 60, 8);
	CHECK_EQ(sim_unit.lines_flushed, 2);
	vtd_flush(&unit, bytes, 256);
	CHECK_EQ(sim_unit.lines_flushed, 6);
	unit.coherent = true;
	vtd_flush(&unit, bytes, 256);
	vtd_flush_paging(&unit, bytes, 256);
	CHECK_EQ(sim_unit.lines_flushed, 6);
	/* Of walks in scalable mode ECAP.C says nothing. */
	unit.ecap |= field_bits(ECAP_SMTS, 1);
	vtd_flush(&unit, bytes, 256);
	CHECK_EQ(sim_unit.lines_flushed, 6);
	vtd_flush_paging(&unit, bytes, 256);
	CHECK_EQ(sim_unit.lines_flushed, 10);
}

TEST(unit_status_has_words)
{
	for (int s = VTD_OK; s <= VTD_QUEUE_ERROR; s++)
		CHECK(vtd_status_text((enum vtd_status)s)[1] != 0);
}

TEST(entry_layouts)
{
	uint64_t entry[CONTEXT_WORDS] = { 0, 0 };

	field_set(entry, CONTEXT_P, 1);
	field_set(entry, CONTEXT_TT, 2);
	field_set(entry, CONTEXT_SSPTPTR, 0x12345);
	field_set(entry, CONTEXT_AW, 2);
	field_set(entry, CONTEXT_DID, 0xbeef);
	CHECK_EQ(entry[0], 0x12345009);
	CHECK_EQ(entry[1], 0xbeef02);
	field_set(entry, CONTEXT_SSPTPTR, ~0ull);
	CHECK_EQ(entry[0], 0xfffffffffffff009);
	CHECK_EQ(field_get(entry, CONTEXT_DID), 0xbeef);
	CHECK_EQ(aw_of_levels(3), 1);
	CHECK_EQ(field_mask(FIELD(63, 0)), ~0ull);
	CHECK_EQ(field_mask(FIELD(127, 127)), 1ull << 63);
}

/* Of every value of CAP.SAGAW the search for a table depth ends, and without one nothing is turned on. */
TEST(unit_with_every_table_depth_and_none)
{
	for (unsigned sagaw = 0; sagaw < 32; sagaw++) {
		struct vtd_unit unit;
		bool has_any = sagaw & 0xe;

		sim_unit_reset();
		sim_unit_set64(VTD_CAP, field_bits(CAP_SAGAW, sagaw) | field_bits(CAP_MGAW, 47) |
						field_bits(CAP_FRO, 0x22));
		unit = sim_unit_probe();
		CHECK_EQ(vtd_unit_any_levels(&unit) != 0, has_any);
		CHECK(!has_any || vtd_unit_has_levels(&unit, vtd_unit_any_levels(&unit)));
		CHECK(vtd_unit_width(&unit) <= 48);
		CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER) == VTD_NO_LEGACY, !has_any);
		CHECK(has_any || !unit.translating);
	}
}
