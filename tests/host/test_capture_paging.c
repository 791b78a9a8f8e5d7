/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture with paging entries: which pages are tables, what the unit sets itself, and which invalidation is whose. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "tests/litmus/notation.h"
#include "tools/capture/capture.h"
#include "tools/capture/seen.h"
#include "tools/capture/verdict.h"
#include "vtd/regs.h"

#define TOP    0x8000u /* level 3 */
#define MIDDLE 0x9000u
#define LEAVES 0xa000u
#define OTHER  0xb000u
#define RW     3u

#define OF_DOMAIN(did)	     (0x22ull | (uint64_t)(did) << 16)
#define OF_PAGES(did)	     (0x32ull | (uint64_t)(did) << 16)
#define IH		     0x40ull

static const struct symbols no_symbols;

/* Device 2 has three levels of tables, with nothing in the last: domain-id 1. */
static void start(struct guest *g)
{
	guest_start(g);
	g->tables.paging = true;
	guest_store_unseen(g, TOP, MIDDLE | RW);
	guest_store_unseen(g, MIDDLE, LEAVES | RW);
	guest_set_up(g, 0x20, TOP | 1, 0x101);
}

static void map(struct guest *g, unsigned page, uint64_t to)
{
	guest_store(g, LEAVES + 8 * page, to | RW);
	guest_flush(g, LEAVES + 8 * page);
}

static void unmap(struct guest *g, unsigned page, uint64_t descriptor, uint64_t address)
{
	guest_store(g, LEAVES + 8 * page, 0);
	guest_flush(g, LEAVES + 8 * page);
	if (descriptor)
		guest_invalidate(g, descriptor, address);
}

static bool is_table(struct guest *g, uint64_t page, enum table_kind kind)
{
	return tables_kind(&g->tables, page) == kind;
}

static struct shapes shapes_of(struct guest *g, struct transitions *t)
{
	struct shapes shapes;
	struct records records = guest_end(g);

	transitions_find(&records, t);
	shapes_find(t, &no_symbols, false, &shapes);
	return shapes;
}

static const struct shape *shape_of(const struct shapes *s, enum table_kind kind,
				    enum transition_is is)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].kind == kind && s->list[i].is == is)
			return &s->list[i];
	CHECK(false);
	return &s->list[0];
}

static enum verdict_is judge(const struct shape *s, unsigned *harms)
{
	struct verdict v;

	verdict_find(s, 1, false, &v);
	*harms = v.harms;
	free(v.why);
	return v.is;
}

static void end(struct guest *g, struct shapes *shapes, struct transitions *t)
{
	shapes_free(shapes);
	transitions_free(t);
	guest_free(g);
}

/* "" or why the records are incomplete. */
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

	start(&g);
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

	start(&g);
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

	start(&g);
	guest_set_up(&g, 0x30, TOP | 1, 0x101); /* a second device of the domain */
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	map(&g, 1, 0x10000);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	/* The last goes. Until something is invalidated the unit may be there. */
	guest_store(&g, GUEST_CONTEXT + 0x30, 0);
	map(&g, 2, 0x11000);
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

	start(&g);
	guest_store(&g, MIDDLE + 8, LEAVES | RW);
	guest_store(&g, MIDDLE, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	map(&g, 1, 0x10000);
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

	start(&g);
	map(&g, 1, 0x10000);
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store(&g, GUEST_CONTEXT + 0x20, TOP | 1);
	map(&g, 2, 0x11000);
	CHECK(is_table(&g, LEAVES, TABLE_SS_1));
	/* So also when what is in them was changed meanwhile, and nobody saw it. */
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	guest_store_unseen(&g, LEAVES + 24, 0x12000 | RW);
	guest_store(&g, GUEST_CONTEXT + 0x20, TOP | 1);
	map(&g, 4, 0x13000);
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

		start(&g);
		map(&g, 1, 0x10000);
		guest_store_unseen(&g, places[i], 0x11000 | RW);
		why = incomplete(&g);
		CHECK(why && strstr(why, "1 stores to tables were missed"));
		free(why);
		guest_free(&g);
	}
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
		{ false, 0x1f003, 0x1f903 }, { false, 0x1f303, 0x1f203 }, { false, 0x1f000, 0x1f100 },
		{ true, 0x1f003, 0x1f103 },  { true, 0x1f063, 0x1f043 },  { true, 0x1f002, 0x1f022 },
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

	start(&g);
	map(&g, 1, 0x10000);
	guest_store_unseen(&g, LEAVES + 8, 0x10103);
	guest_end(&g);
	CHECK_EQ(g.tables.missed, 1);
	guest_free(&g);
}

TEST(capture_paging_mapped_and_unmapped)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	unsigned harms;

	start(&g);
	for (unsigned turn = 0; turn < 3; turn++) {
		/* Two pages in one call: one flush, one invalidation. */
		guest_store(&g, LEAVES + 8, 0x10000 | RW);
		guest_store(&g, LEAVES + 16, 0x11000 | RW);
		guest_flush(&g, LEAVES + 8);
		guest_store(&g, LEAVES + 8, 0);
		guest_store(&g, LEAVES + 16, 0);
		guest_flush(&g, LEAVES + 8);
		guest_invalidate(&g, OF_PAGES(1), 0 | IH | 2);
	}
	shapes = shapes_of(&g, &t);
	s = shape_of(&shapes, TABLE_SS_1, IS_SETUP);
	CHECK_EQ(s->times, 6);
	CHECK_EQ(s->count, 2);
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	s = shape_of(&shapes, TABLE_SS_1, IS_TEARDOWN);
	CHECK_EQ(s->times, 6);
	CHECK_EQ(s->count, 3);
	CHECK(!strcmp(s->steps[0].text, "store word 0 := 0"));
	CHECK(!strcmp(s->steps[1].text, "flush the line if ECAP.C = 0"));
	CHECK(!strcmp(s->steps[2].text, "invalidate the IOTLB (page, IH = 1), DID of old"));
	CHECK(!s->unwaited && !s->apart);
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	CHECK_EQ(s->example->paging.address, 0x1000);
	end(&g, &shapes, &t);
}

TEST(capture_paging_invalidations_of_others)
{
	/* Another page, another domain, of a device-TLB alone: the page stays. */
	static const uint64_t descriptors[][2] = { { OF_PAGES(1), 0x2000 | IH },
						   { OF_PAGES(2), 0x1000 | IH },
						   { 0x3, 0x1000 } };

	for (unsigned i = 0; i < 3; i++) {
		struct guest g;
		struct transitions t;
		struct shapes shapes;
		unsigned harms;

		start(&g);
		map(&g, 1, 0x10000);
		unmap(&g, 1, descriptors[i][0], descriptors[i][1]);
		shapes = shapes_of(&g, &t);
		/* Soon before the end it need not have come. */
		CHECK_EQ(judge(shape_of(&shapes, TABLE_SS_1, IS_TEARDOWN), &harms), VERDICT_APART);
		t.list[t.count - 1].paging.ended = false;
		shapes_free(&shapes);
		shapes_find(&t, &no_symbols, false, &shapes);
		CHECK_EQ(judge(shape_of(&shapes, TABLE_SS_1, IS_TEARDOWN), &harms), VERDICT_UNSAFE);
		CHECK_EQ(harms, HARM_STALE);
		end(&g, &shapes, &t);
	}
}

/* A flush queue: another task invalidates the domain later, for many at once. */
TEST(capture_paging_invalidated_later)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	struct verdict v;

	start(&g);
	for (unsigned page = 1; page < 9; page += 2) {
		map(&g, page, 0x10000);
		unmap(&g, page, 0, 0);
	}
	g.stack += 0x8000;
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	shapes = shapes_of(&g, &t);
	s = shape_of(&shapes, TABLE_SS_1, IS_TEARDOWN);
	CHECK_EQ(s->times, 4);
	CHECK_EQ(s->count, 2);
	CHECK(s->apart && !strcmp(s->apart, "invalidated later, by another task"));
	verdict_find(s, 1, false, &v);
	CHECK_EQ(v.is, VERDICT_APART);
	CHECK(v.why && strstr(v.why, "not judged: invalidated later, by another task"));
	free(v.why);
	end(&g, &shapes, &t);
}

/* One call unmaps in two tables and invalidates once; another processor's unmapping comes between. */
TEST(capture_paging_two_tasks_unmap)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	unsigned harms;

	start(&g);
	guest_store(&g, MIDDLE + 8, OTHER | RW);
	map(&g, 511, 0x10000);
	guest_store(&g, OTHER, 0x11000 | RW);
	guest_flush(&g, OTHER);
	map(&g, 3, 0x12000);
	unmap(&g, 511, 0, 0);
	g.stack += 0x8000;
	g.cpu = 1;
	unmap(&g, 3, OF_PAGES(1), 0x3000 | IH);
	g.stack -= 0x8000;
	g.cpu = 0;
	guest_store(&g, OTHER, 0);
	guest_flush(&g, OTHER);
	guest_invalidate(&g, OF_PAGES(1), 0x1ff000 | 10); /* 4 MiB from 0 on */
	shapes = shapes_of(&g, &t);
	CHECK_EQ(t.foreign, 0);
	s = shape_of(&shapes, TABLE_SS_1, IS_TEARDOWN);
	CHECK_EQ(s->times + s[1].times, 3);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(s[i].is, IS_TEARDOWN);
		CHECK_EQ(s[i].count, 3);
		CHECK_EQ(judge(&s[i], &harms), VERDICT_SAFE);
	}
	end(&g, &shapes, &t);
}

/* A table is taken out, invalidated, and used by others. */
static const struct shape *take_out(struct guest *g, struct shapes *shapes, struct transitions *t,
				    uint64_t low, uint64_t high)
{
	start(g);
	guest_store(g, MIDDLE, 0);
	guest_flush(g, MIDDLE);
	guest_invalidate(g, OF_DOMAIN(1), 0);
	guest_store(g, MIDDLE, LEAVES | RW);
	guest_flush(g, MIDDLE);
	map(g, 1, 0x10000);
	guest_store(g, MIDDLE, 0);
	guest_flush(g, MIDDLE);
	guest_invalidate(g, low, high);
	guest_store(g, LEAVES, 7);
	*shapes = shapes_of(g, t);
	for (size_t i = 0; i < shapes->count; i++)
		if (shapes->list[i].kind == TABLE_SS_2 && shapes->list[i].given_up)
			return &shapes->list[i];
	CHECK(false);
	return &shapes->list[0];
}

TEST(capture_paging_a_table_taken_out)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s = take_out(&g, &shapes, &t, OF_PAGES(1), 9);
	unsigned harms;

	CHECK_EQ(s->is, IS_TEARDOWN);
	CHECK(!strcmp(s->type, "table"));
	CHECK(!strcmp(s->steps[2].text, "invalidate the IOTLB (2 MiB), DID of old"));
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	CHECK_EQ(t.list[t.count - 1].paging.low, 0x2000); /* up to its end it was invalidated */
	end(&g, &shapes, &t);
	/* With IH = 1 the unit may go on by the table. */
	s = take_out(&g, &shapes, &t, OF_PAGES(1), IH | 9);
	CHECK_EQ(judge(s, &harms), VERDICT_UNSAFE);
	CHECK_EQ(harms, HARM_STALE);
	end(&g, &shapes, &t);
	/* Page 1 is present in it, and page 5 was invalidated. */
	s = take_out(&g, &shapes, &t, OF_PAGES(1), 0x5000);
	CHECK(!strcmp(s->steps[2].text, "invalidate the IOTLB (another page), DID of old"));
	CHECK_EQ(judge(s, &harms), VERDICT_UNSAFE);
	end(&g, &shapes, &t);
}

/* A page of 2 MiB takes the place of a table whose pages lead there already, but for one. */
TEST(capture_paging_a_large_page_in_place_of_a_table)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	unsigned harms;

	start(&g);
	map(&g, 1, 0x201000);
	map(&g, 2, 0x1f000);
	guest_store(&g, MIDDLE, 0x200000 | RW | 1 << 7);
	guest_flush(&g, MIDDLE);
	guest_invalidate(&g, OF_PAGES(1), 9);
	shapes = shapes_of(&g, &t);
	s = shape_of(&shapes, TABLE_SS_2, IS_REPLACEMENT);
	CHECK(!strcmp(s->type, "table to 2-MiB page"));
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	CHECK_EQ(s->example->paging.high, 0x3000);
	CHECK_EQ(s->example->paging.address, 0);
	end(&g, &shapes, &t);
}

/* Linux since 6.19: the table is taken out, the page put in, and then invalidated. */
TEST(capture_paging_a_large_page_after_the_table)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	unsigned harms;

	start(&g);
	guest_store(&g, MIDDLE, 0);
	guest_flush(&g, MIDDLE);
	guest_store(&g, MIDDLE, 0x200000 | RW | 1 << 7);
	guest_flush(&g, MIDDLE);
	guest_invalidate(&g, OF_PAGES(1), 9);
	/* And a bit that the unit ignores. */
	guest_store(&g, MIDDLE, 0x200000 | RW | 1 << 7 | 1 << 10);
	guest_flush(&g, MIDDLE);
	shapes = shapes_of(&g, &t);
	s = shape_of(&shapes, TABLE_SS_2, IS_THROUGH_ABSENT);
	CHECK(!strcmp(s->type, "table to 2-MiB page"));
	CHECK_EQ(s->count, 5);
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	s = shape_of(&shapes, TABLE_SS_2, IS_REWRITE);
	CHECK_EQ(judge(s, &harms), VERDICT_NONE);
	end(&g, &shapes, &t);
}

/* No table is about: IH = 1 does. But one page of 4 KiB is not all of it, and a unit may keep it whole. */
TEST(capture_paging_a_large_page_goes)
{
	static const struct {
		uint64_t pages;
		enum verdict_is is;
	} cases[] = { { IH | 9, VERDICT_SAFE }, { 9, VERDICT_SAFE }, { IH | 8, VERDICT_UNSAFE } };

	for (unsigned i = 0; i < 3; i++) {
		struct guest g;
		struct transitions t;
		struct shapes shapes;
		const struct shape *s;
		unsigned harms;

		start(&g);
		guest_store(&g, MIDDLE + 8, 0x200000 | RW | 1 << 7);
		guest_flush(&g, MIDDLE + 8);
		guest_store(&g, MIDDLE + 8, 0);
		guest_flush(&g, MIDDLE + 8);
		guest_invalidate(&g, OF_PAGES(1), 0x200000 | cases[i].pages);
		shapes = shapes_of(&g, &t);
		s = shape_of(&shapes, TABLE_SS_2, IS_TEARDOWN);
		CHECK(!strcmp(s->type, "2-MiB page"));
		CHECK_EQ(judge(s, &harms), cases[i].is);
		CHECK_EQ(judge(shape_of(&shapes, TABLE_SS_2, IS_SETUP), &harms), VERDICT_SAFE);
		end(&g, &shapes, &t);
	}
}

TEST(capture_paging_as_sequences)
{
	static struct notation notation;
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	struct notation_reader reader;
	struct notation_error error;
	unsigned number, leaf = 0, table = 0, freed = 0;
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	take_out(&g, &shapes, &t, OF_PAGES(1), 9);
	number = seen_print(out, &shapes, "a guest", TABLE_NONE);
	fclose(out);
	CHECK_EQ(number, 3); /* two ways to take a table out, with the one to put it in */
	notation_open(&reader, text, strlen(text));
	while (number--) {
		if (!CHECK_EQ(notation_next(&reader, &notation, &error), NOTATION_SEQUENCE))
			break;
		leaf += sequence_is_for(&notation.sequence, TARGET_LEAF);
		table += sequence_is_for(&notation.sequence, TARGET_TABLE);
		freed += sequence_is_for(&notation.sequence, TARGET_FREED_TABLE);
	}
	CHECK_EQ(leaf, 0);
	CHECK_EQ(table, 2);
	CHECK_EQ(freed, 1);
	free(text);
	end(&g, &shapes, &t);
	start(&g);
	map(&g, 1, 0x10000);
	unmap(&g, 1, OF_PAGES(1), 0x1000 | IH);
	shapes = shapes_of(&g, &t);
	out = open_memstream(&text, &length);
	CHECK_EQ(seen_print(out, &shapes, "a guest", TABLE_SS_1), 1);
	fclose(out);
	notation_open(&reader, text, strlen(text));
	CHECK_EQ(notation_next(&reader, &notation, &error), NOTATION_SEQUENCE);
	CHECK(sequence_is_for(&notation.sequence, TARGET_LEAF));
	CHECK(!strcmp(notation.sequence.name, "seen-1"));
	free(text);
	end(&g, &shapes, &t);
}
