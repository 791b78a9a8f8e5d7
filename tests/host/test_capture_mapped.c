/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture with paging entries: what was mapped and unmapped, which invalidation is whose, and the verdicts. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "tests/litmus/notation.h"
#include "tools/capture/seen.h"
#include "tools/capture/verdict.h"

#define MIDDLE GUEST_MIDDLE
#define LEAVES GUEST_LEAVES
#define OTHER  GUEST_OTHER
#define RW     GUEST_RW

#define OF_DOMAIN(did) (0x22ull | (uint64_t)(did) << 16)
#define OF_PAGES(did)  (0x32ull | (uint64_t)(did) << 16)
#define IH	       0x40ull

static const struct symbols no_symbols;

static void unmap(struct guest *g, unsigned page, uint64_t descriptor, uint64_t address)
{
	guest_store(g, LEAVES + 8 * page, 0);
	guest_flush(g, LEAVES + 8 * page);
	if (descriptor)
		guest_invalidate(g, descriptor, address);
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

TEST(capture_paging_mapped_and_unmapped)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	unsigned harms;

	guest_start_paging(&g);
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
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_SS_1, IS_SETUP);
	CHECK_EQ(s->times, 6);
	CHECK_EQ(s->count, 2);
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	s = guest_shape(&shapes, TABLE_SS_1, IS_TEARDOWN);
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

		guest_start_paging(&g);
		guest_map(&g, 1, 0x10000);
		unmap(&g, 1, descriptors[i][0], descriptors[i][1]);
		shapes = guest_shapes(&g, &t);
		/* Soon before the end it need not have come. */
		CHECK_EQ(judge(guest_shape(&shapes, TABLE_SS_1, IS_TEARDOWN), &harms),
			 VERDICT_APART);
		t.list[t.count - 1].paging.ended = false;
		shapes_free(&shapes);
		shapes_find(&t, &no_symbols, false, &shapes);
		CHECK_EQ(judge(guest_shape(&shapes, TABLE_SS_1, IS_TEARDOWN), &harms),
			 VERDICT_UNSAFE);
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

	guest_start_paging(&g);
	for (unsigned page = 1; page < 9; page += 2) {
		guest_map(&g, page, 0x10000);
		unmap(&g, page, 0, 0);
	}
	g.stack += 0x8000;
	guest_invalidate(&g, OF_DOMAIN(1), 0);
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_SS_1, IS_TEARDOWN);
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

	guest_start_paging(&g);
	guest_store(&g, MIDDLE + 8, OTHER | RW);
	guest_map(&g, 511, 0x10000);
	guest_store(&g, OTHER, 0x11000 | RW);
	guest_flush(&g, OTHER);
	guest_map(&g, 3, 0x12000);
	unmap(&g, 511, 0, 0);
	g.stack += 0x8000;
	g.cpu = 1;
	unmap(&g, 3, OF_PAGES(1), 0x3000 | IH);
	g.stack -= 0x8000;
	g.cpu = 0;
	guest_store(&g, OTHER, 0);
	guest_flush(&g, OTHER);
	guest_invalidate(&g, OF_PAGES(1), 0x1ff000 | 10); /* 4 MiB from 0 on */
	shapes = guest_shapes(&g, &t);
	CHECK_EQ(t.foreign, 0);
	s = guest_shape(&shapes, TABLE_SS_1, IS_TEARDOWN);
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
	guest_start_paging(g);
	guest_store(g, MIDDLE, 0);
	guest_flush(g, MIDDLE);
	guest_invalidate(g, OF_DOMAIN(1), 0);
	guest_store(g, MIDDLE, LEAVES | RW);
	guest_flush(g, MIDDLE);
	guest_map(g, 1, 0x10000);
	guest_store(g, MIDDLE, 0);
	guest_flush(g, MIDDLE);
	guest_invalidate(g, low, high);
	guest_store(g, LEAVES, 7);
	*shapes = guest_shapes(g, t);
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

	guest_start_paging(&g);
	guest_map(&g, 1, 0x201000);
	guest_map(&g, 2, 0x1f000);
	guest_store(&g, MIDDLE, 0x200000 | RW | 1 << 7);
	guest_flush(&g, MIDDLE);
	guest_invalidate(&g, OF_PAGES(1), 9);
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_SS_2, IS_REPLACEMENT);
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

	guest_start_paging(&g);
	guest_store(&g, MIDDLE, 0);
	guest_flush(&g, MIDDLE);
	guest_store(&g, MIDDLE, 0x200000 | RW | 1 << 7);
	guest_flush(&g, MIDDLE);
	guest_invalidate(&g, OF_PAGES(1), 9);
	/* And a bit that the unit ignores. */
	guest_store(&g, MIDDLE, 0x200000 | RW | 1 << 7 | 1 << 10);
	guest_flush(&g, MIDDLE);
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_SS_2, IS_THROUGH_ABSENT);
	CHECK(!strcmp(s->type, "table to 2-MiB page"));
	CHECK_EQ(s->count, 5);
	CHECK_EQ(judge(s, &harms), VERDICT_SAFE);
	s = guest_shape(&shapes, TABLE_SS_2, IS_REWRITE);
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

		guest_start_paging(&g);
		guest_store(&g, MIDDLE + 8, 0x200000 | RW | 1 << 7);
		guest_flush(&g, MIDDLE + 8);
		guest_store(&g, MIDDLE + 8, 0);
		guest_flush(&g, MIDDLE + 8);
		guest_invalidate(&g, OF_PAGES(1), 0x200000 | cases[i].pages);
		shapes = guest_shapes(&g, &t);
		s = guest_shape(&shapes, TABLE_SS_2, IS_TEARDOWN);
		CHECK(!strcmp(s->type, "2-MiB page"));
		CHECK_EQ(judge(s, &harms), cases[i].is);
		CHECK_EQ(judge(guest_shape(&shapes, TABLE_SS_2, IS_SETUP), &harms), VERDICT_SAFE);
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
	guest_start_paging(&g);
	guest_map(&g, 1, 0x10000);
	unmap(&g, 1, OF_PAGES(1), 0x1000 | IH);
	shapes = guest_shapes(&g, &t);
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
