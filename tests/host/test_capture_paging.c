/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin with paging entries: which pages are tables, what the unit sets itself, and whether a store was missed. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "vtd/regs.h"

#define TOP    GUEST_TOP
#define MIDDLE GUEST_MIDDLE
#define LEAVES GUEST_LEAVES
#define OTHER  GUEST_OTHER
#define RW     GUEST_RW

#define OF_DOMAIN(did) (0x22ull | (uint64_t)(did) << 16)

static bool is_table(struct guest *g, uint64_t page, enum table_kind kind)
{
	return tables_kind(&g->tables, page) == kind;
}

/* Why the records are incomplete, or NULL; to be freed. */
static char *incomplete(struct guest *g)
{
	char *why;

	guest_end(g);
	records_free(&g->records);
	g->records = guest_read(g->text, &why);
	return why;
}

TEST(capture_paging_tables_are_found_down_all_levels)
{
	struct guest g;
	char *why;

	guest_start_paging(&g);
	CHECK(is_table(&g, TOP, TABLE_SS_3));
	CHECK(is_table(&g, MIDDLE, TABLE_SS_2));
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	/* One more is put in; a page of 2 MiB ends the walk, and so does a page of 4 KiB. */
	guest_store(&g, MIDDLE + 8, OTHER | RW);
	CHECK(is_table(&g, OTHER, TABLE_SS_1));
	guest_store(&g, MIDDLE + 16, 0xc000 | RW | 1 << 7);
	guest_store(&g, LEAVES, 0xd000 | RW);
	CHECK(is_table(&g, 0xc000, TABLE_NONE));
	CHECK(is_table(&g, 0xd000, TABLE_NONE));
	/* Write-only is present, too; neither R nor W is not. */
	guest_store(&g, MIDDLE + 24, 0xe000 | 2);
	CHECK(is_table(&g, 0xe000, TABLE_SS_1));
	guest_store(&g, MIDDLE + 32, 0xf000 | 4);
	CHECK(is_table(&g, 0xf000, TABLE_NONE));
	why = incomplete(&g);
	CHECK(!why);
	free(why);
	guest_free(&g);
}

/* In between the pointer of one goes with the width of the other: what is there is no table. */
TEST(capture_paging_an_entry_changed_in_place)
{
	struct guest g;
	char *why;

	guest_start_paging(&g);
	guest_store_unseen(&g, LEAVES, 0x1c000 | RW);
	guest_store_unseen(&g, OTHER, 0x1d000 | RW);
	guest_store_unseen(&g, 0x1d000, 0x1e000 | RW);
	guest_store(&g, GUEST_CONTEXT + 0x28, 0x202);
	guest_store(&g, GUEST_CONTEXT + 0x20, OTHER | 1);
	CHECK(is_table(&g, 0x1c000, TABLE_NONE));
	CHECK(is_table(&g, OTHER, TABLE_NONE));
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	CHECK(is_table(&g, OTHER, TABLE_SS_4));
	CHECK(is_table(&g, 0x1e000, TABLE_SS_2));
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store(&g, TOP, 7);
	CHECK(is_table(&g, TOP, TABLE_NONE));
	/* Only the last is known to be meant; an invalidation says so, too. */
	guest_store16(&g, GUEST_CONTEXT + 0x20, 0x1d001, 0x201);
	guest_invalidate(&g, OF_DOMAIN(2), 0);
	CHECK(is_table(&g, 0x1d000, TABLE_SS_3));
	CHECK_EQ(g.tables.at[OTHER / 4096]->references, 0);
	why = incomplete(&g);
	CHECK(!why);
	free(why);
	guest_free(&g);
}

TEST(capture_paging_not_asked_for)
{
	struct guest g;

	guest_start(&g);
	guest_set_up(&g, 0x20, TOP | 1, 0x101);
	CHECK(is_table(&g, TOP, TABLE_NONE));
	guest_free(&g);
}

TEST(capture_paging_tables_with_many_parents)
{
	struct guest g;
	char *why;

	guest_start_paging(&g);
	guest_set_up(&g, 0x30, TOP | 1, 0x101); /* a second device of the domain */
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_map(&g, 1, 0x10000);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	/* The last goes. Until something is invalidated the unit may be there. */
	guest_store(&g, GUEST_CONTEXT + 0x30, 0);
	guest_map(&g, 2, 0x11000);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store(&g, LEAVES + 24, 7);
	CHECK(is_table(&g, LEAVES, TABLE_NONE));
	guest_store(&g, TOP + 24, 7);
	CHECK(is_table(&g, TOP, TABLE_NONE));
	CHECK(is_table(&g, MIDDLE, TABLE_SS_2)); /* nobody used it yet */
	why = incomplete(&g);
	CHECK(!why);
	free(why);
	guest_free(&g);
}

TEST(capture_paging_table_led_to_by_two_entries)
{
	struct guest g;

	guest_start_paging(&g);
	guest_store(&g, MIDDLE + 8, LEAVES | RW);
	guest_store(&g, MIDDLE, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_map(&g, 1, 0x10000);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	guest_store(&g, MIDDLE + 8, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store(&g, LEAVES, 7);
	CHECK(is_table(&g, LEAVES, TABLE_NONE));
	/* Put in again, it is found as it is. */
	guest_store(&g, MIDDLE, LEAVES | RW);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	CHECK_EQ(g.tables.missed, 0);
	guest_free(&g);
}

/* A domain's device goes and comes back: its tables are the same, and no store to them was missed. */
TEST(capture_paging_tables_come_back)
{
	struct guest g;
	char *why;

	guest_start_paging(&g);
	guest_map(&g, 1, 0x10000);
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store(&g, GUEST_CONTEXT + 0x20, TOP | 1);
	guest_map(&g, 2, 0x11000);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	/* So also when what is in them was changed meanwhile, and nobody saw it. */
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store_unseen(&g, LEAVES + 24, 0x12000 | RW);
	guest_store(&g, GUEST_CONTEXT + 0x20, TOP | 1);
	guest_map(&g, 4, 0x13000);
	why = incomplete(&g);
	CHECK(!why);
	free(why);
	guest_free(&g);
}

TEST(capture_paging_a_store_that_was_missed)
{
	static const uint64_t places[] = { TOP + 0x100, MIDDLE + 8, LEAVES + 0x28 };

	for (unsigned i = 0; i < 3; i++) {
		struct guest g;
		char *why;

		guest_start_paging(&g);
		guest_map(&g, 1, 0x10000);
		guest_store_unseen(&g, places[i], 0x11000 | RW);
		why = incomplete(&g);
		CHECK(why && strstr(why, "1 stores to tables were missed"));
		free(why);
		guest_free(&g);
	}
}

TEST(capture_paging_a_record_that_was_changed)
{
	struct guest g;
	struct records r;
	char *why, *at;

	guest_start_paging(&g);
	guest_map(&g, 1, 0x10000);
	why = incomplete(&g);
	CHECK(!why);
	at = strstr(g.text, " 8 10003 ");
	if (CHECK(at))
		at[3] = '2';
	r = guest_read(g.text, &why);
	CHECK(why && strstr(why, "do not lead to what was in the ss-1 table"));
	free(why);
	records_free(&r);
	guest_free(&g);
}

/* Scalable mode, a first-stage or second-stage address space of PASID 0 of device 0. */
static void start_scalable(struct guest *g, bool first_stage)
{
	guest_start(g);
	g->tables.paging = true;
	guest_store_unseen(g, 0x10000, 0x11001); /* root, context, directory, PASID table */
	guest_store_unseen(g, 0x11000, 0x12001);
	guest_store_unseen(g, 0x12000, 0x13001);
	guest_store_unseen(g, 0x13008, 5); /* DID */
	guest_store_unseen(g, 0x13010, first_stage ? TOP : 0);
	guest_store_unseen(g, 0x13000, first_stage ? 1 | 1 << 6 : TOP | 1 | 1 << 2 | 2 << 6);
	guest_store_unseen(g, TOP, MIDDLE | RW);
	if (first_stage)
		guest_store_unseen(g, MIDDLE, OTHER | RW);
	guest_store_unseen(g, first_stage ? OTHER : MIDDLE, LEAVES | RW);
	guest_store(g, GUEST_UNIT + VTD_RTADDR, 0x10000 | 1 << 10);
	guest_store(g, GUEST_UNIT + VTD_GCMD, GCMD_SRTP);
}

TEST(capture_paging_accessed_and_dirty_are_the_units)
{
	for (unsigned first = 0; first < 2; first++) {
		uint64_t set = first ? 3 << 5 : 3 << 8, page = 0x1f000 | RW;
		enum table_kind kind = first ? TABLE_FS_1 : TABLE_SS_1;
		struct guest g;
		char *why;

		start_scalable(&g, first);
		CHECK(is_table(&g, LEAVES, kind));
		CHECK(is_table(&g, TOP, first ? TABLE_FS_4 : TABLE_SS_3));
		guest_store(&g, LEAVES, page);
		guest_store_unseen(&g, LEAVES, page | set);
		guest_store(&g, LEAVES + 8, page);
		guest_store_unseen(&g, LEAVES + 8, page | set);
		guest_store(&g, LEAVES, 0); /* of this one nobody asks any more */
		why = incomplete(&g);
		CHECK(!why);
		CHECK_EQ(g.tables.missed, 0);
		CHECK(strstr(g.text, first ? " A a008 fs-1 1f063\n" : " A a008 ss-1 1f303\n"));
		CHECK(!strstr(g.text, " A a000 "));
		free(why);
		guest_free(&g);
	}
}

TEST(capture_paging_what_the_unit_does_not_set)
{
	/* Stage, what was in the entry, what is in it: another bit beside A; A cleared; in an absent entry. */
	static const struct {
		bool first;
		uint64_t was, is;
	} cases[] = {
		{ false, 0x1f003, 0x1f903 }, { false, 0x1f303, 0x1f203 },
		{ false, 0x1f000, 0x1f100 }, { true, 0x1f003, 0x1f103 },
		{ true, 0x1f063, 0x1f043 },  { true, 0x1f002, 0x1f022 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guest g;

		start_scalable(&g, cases[i].first);
		guest_store(&g, LEAVES, cases[i].was);
		guest_store_unseen(&g, LEAVES, cases[i].is);
		guest_end(&g);
		CHECK_EQ(g.tables.missed, 1);
		guest_free(&g);
	}
	/* Legacy mode has no SSADE: it sets none there. */
	struct guest g;

	guest_start_paging(&g);
	guest_map(&g, 1, 0x10000);
	guest_store_unseen(&g, LEAVES + 8, 0x10103);
	guest_end(&g);
	CHECK_EQ(g.tables.missed, 1);
	guest_free(&g);
}
