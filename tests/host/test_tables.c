/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables, and the witness that is built from them. */
#include "tests/host/fake_unit.h"
#include "tests/host/test.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "tests/witness.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#include <string.h>

struct options options;

TEST(table_maps_at_every_depth)
{
	for (unsigned levels = 3; levels <= 5; levels++) {
		struct vtd_unit unit;
		struct vtd_table table;
		uint64_t top = (1ull << (12 + 9 * levels)) - 4096;

		fake_reset();
		unit = fake_probe();
		CHECK(vtd_table_new(&table, &unit, levels));
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x5000), 0);
		CHECK(vtd_table_map(&table, 0x1ff000, 0x7000000, 3)); /* over a table's edge */
		CHECK(vtd_table_map(&table, top, 0x8000000, 1));
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x1ff123), 0x7000123);
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x201fff), 0x7002fff);
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x202000), 0);
		CHECK_EQ(vtd_table_walk(table.root, levels, top), 0x8000000);
		CHECK(fake.lines_flushed > 64 * levels);
	}
}

TEST(table_refuses_what_it_cannot_reach)
{
	struct vtd_unit unit;
	struct vtd_table table;

	fake_reset();
	unit = fake_probe();
	CHECK(vtd_table_new(&table, &unit, 3));
	CHECK(!vtd_table_map(&table, 1ull << 39, 0, 1));
	CHECK(!vtd_table_map(&table, (1ull << 39) - 4096, 0, 2));
	CHECK(!vtd_table_map(&table, 0, 0, ~0ull));
	fake.pages_left = 1;
	CHECK(!vtd_table_map(&table, 0, 0, 1));
	fake.pages_left = 0;
	CHECK(!vtd_table_new(&table, &unit, 4));
}

TEST(table_entry_bits)
{
	CHECK_EQ(vtd_table_entry(0x12345fff), 0x12345003);
	CHECK_EQ(vtd_table_index(0x202000, 1), 2);
	CHECK_EQ(vtd_table_index(0x202000, 2), 1);
	CHECK_EQ(vtd_table_index(0xffffffffffff, 4), 511);
}

static void build(struct witness *w, unsigned sagaw, struct dma_device *device)
{
	struct vtd_unit unit;

	fake_reset();
	fake_set64(VTD_CAP, field_bits(CAP_SAGAW, sagaw) | field_bits(CAP_FRO, 0x22));
	unit = fake_probe();
	*device = (struct dma_device){ .private = memory_alloc(2), .private_pages = 2 };
	CHECK_EQ(witness_build(w, &unit, device), 0);
}

/* Where a unit that reads this entry goes, by its own width. */
static uint64_t walk(const uint64_t *entry, uint64_t at)
{
	return vtd_table_walk((const uint64_t *)(entry[0] & ~0xfffull),
			      (unsigned)field_get(entry, CONTEXT_AW) + 2, at);
}

TEST(witness_four_pages)
{
	static const unsigned depths[] = { 6, 12, 14 }; /* 3 and 4 levels, 4 and 5, all */

	for (unsigned d = 0; d < 3; d++) {
		struct witness w;
		struct dma_device device;

		build(&w, depths[d], &device);
		CHECK_EQ(w.encoding, WITNESS_FOUR_PAGES);
		CHECK_EQ(w.phases, 1);
		for (unsigned m = 0; m < MIXTURE_COUNT; m++) {
			uint64_t entry[2];

			witness_entry(&w, 0, (enum mixture)m, entry);
			CHECK_EQ(walk(entry, WITNESS_ADDRESS), (uint64_t)w.page[m]);
			CHECK_EQ(walk(entry, WITNESS_PRIVATE), (uint64_t)device.private);
			CHECK_EQ(walk(entry, WITNESS_PRIVATE + 4096),
				 (uint64_t)device.private + 4096);
			CHECK_EQ(walk(entry, WITNESS_NOWHERE), 0);
			CHECK(!witness_refused(&w, 0, (enum mixture)m));
			for (unsigned k = 0; k < m; k++)
				CHECK(w.page[k] != w.page[m]);
		}
		CHECK(field_get(w.state[0][0], CONTEXT_DID) !=
		      field_get(w.state[0][1], CONTEXT_DID));
	}
}

TEST(witness_by_fault_code)
{
	struct witness w;
	struct dma_device device;

	build(&w, 2, &device);
	CHECK_EQ(w.encoding, WITNESS_FAULT_CODE);
	CHECK_EQ(w.phases, 2);
	for (unsigned phase = 0; phase < 2; phase++)
		for (unsigned m = 0; m < MIXTURE_COUNT; m++) {
			uint64_t entry[2];

			witness_entry(&w, phase, (enum mixture)m, entry);
			if (witness_refused(&w, phase, (enum mixture)m))
				CHECK(field_get(entry, CONTEXT_AW) != 1);
			else
				CHECK_EQ(walk(entry, WITNESS_ADDRESS), (uint64_t)w.page[m]);
		}
	/* Each of the torn mixtures is seen by its page in one phase. */
	CHECK(!witness_refused(&w, 0, MIXTURE_BA) && !witness_refused(&w, 1, MIXTURE_AB));
}

TEST(witness_broken_on_purpose)
{
	struct witness w;
	struct dma_device device;
	uint64_t entry[2];

	options.breakage = BREAK_WITNESS;
	build(&w, 6, &device);
	options.breakage = BREAK_NOTHING;
	witness_entry(&w, 0, MIXTURE_AB, entry);
	CHECK_EQ(walk(entry, WITNESS_ADDRESS), (uint64_t)w.page[MIXTURE_AA]);
}

TEST(witness_of_a_unit_without_tables)
{
	struct witness w;
	struct vtd_unit unit;
	struct dma_device device = { 0 };

	fake_reset();
	fake_set64(VTD_CAP, field_bits(CAP_FRO, 0x22));
	unit = fake_probe();
	CHECK(witness_build(&w, &unit, &device) != 0);
}

TEST(witness_sees_a_write_anywhere_in_a_page)
{
	struct witness w;
	struct dma_device device;

	build(&w, 6, &device);
	witness_arm(&w, 1);
	CHECK_EQ(witness_written(&w, 1), 0);
	CHECK_EQ(witness_written(&w, 2), 15);		    /* another DMA's mark */
	memset((void *)(w.page[MIXTURE_BA] + 448), 0, 512); /* the last eighth */
	CHECK_EQ(witness_written(&w, 1), 1 << MIXTURE_BA);
	witness_arm(&w, 3);
	CHECK_EQ(witness_written(&w, 3), 0);
}
