/* SPDX-License-Identifier: BSD-2-Clause */
/* What the memory map says of a region: by its whole, its parts and its edges. */
#include "tests/host/test.h"
#include "tests/inventory/inventory.h"

#include <string.h>

/* In no order, as firmware may give them; nothing from 0x9000 to 0x9fff, nor from 0xd000 on. */
static struct memory_region regions[] = {
	{ .base = 0xa000, .pages = 2, .kind = MEMORY_RESERVED },
	{ .base = 0x1000, .pages = 4, .kind = MEMORY_FREE },
	{ .base = 0xc000, .pages = 1, .kind = MEMORY_RESERVED },
	{ .base = 0x5000, .pages = 2, .kind = MEMORY_OCCUPIED },
	{ .base = 0x9000, .pages = 0, .kind = MEMORY_FREE },
	{ .base = 0x7000, .pages = 1, .kind = MEMORY_MMIO },
	{ .base = 0x8000, .pages = 1, .kind = MEMORY_RESERVED },
};

static enum oddity_memory at(uint64_t base, uint64_t limit)
{
	static const struct handoff map = { .regions = regions,
					    .region_count = sizeof(regions) / sizeof(regions[0]) };

	return inventory_memory(&map, base, limit);
}

TEST(inventory_memory_of_one_kind)
{
	CHECK_EQ(at(0xa000, 0xafff), ODDITY_MEMORY_RESERVED);
	CHECK_EQ(at(0xa000, 0xcfff), ODDITY_MEMORY_RESERVED);
	CHECK_EQ(at(0x1000, 0x4fff), ODDITY_MEMORY_FREE);
	CHECK_EQ(at(0x5000, 0x6fff), ODDITY_MEMORY_OCCUPIED);
	CHECK_EQ(at(0x7000, 0x7fff), ODDITY_MEMORY_OCCUPIED);
	CHECK_EQ(at(0x9000, 0x9fff), ODDITY_MEMORY_UNLISTED);
	CHECK_EQ(at(0, 0xfff), ODDITY_MEMORY_UNLISTED);
}

/* That it may be given away counts for more than that it is nobody's, and that for more than use. */
TEST(inventory_memory_of_several_kinds)
{
	CHECK_EQ(at(0x4000, 0x5fff), ODDITY_MEMORY_FREE);
	CHECK_EQ(at(0x4fff, 0x5fff), ODDITY_MEMORY_FREE);
	CHECK_EQ(at(0, 0x1000), ODDITY_MEMORY_FREE);
	CHECK_EQ(at(0x6000, 0x8fff), ODDITY_MEMORY_OCCUPIED);
	CHECK_EQ(at(0x8000, 0x8fff), ODDITY_MEMORY_RESERVED);
	CHECK_EQ(at(0x8000, 0x9000), ODDITY_MEMORY_UNLISTED);
	CHECK_EQ(at(0xb000, 0xd000), ODDITY_MEMORY_UNLISTED);
	CHECK_EQ(at(0xc000, UINT64_MAX), ODDITY_MEMORY_UNLISTED);
	CHECK_EQ(at(0, UINT64_MAX), ODDITY_MEMORY_FREE);
}

TEST(inventory_memory_only_free_is_said_to_be_given_away)
{
	for (int memory = ODDITY_MEMORY_FREE; memory <= ODDITY_MEMORY_RESERVED; memory++)
		CHECK_EQ(strstr(inventory_memory_text((enum oddity_memory)memory), "given away") !=
				 NULL,
			 memory == ODDITY_MEMORY_FREE);
}
