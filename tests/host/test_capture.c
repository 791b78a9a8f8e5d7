/* SPDX-License-Identifier: BSD-2-Clause */
/* What vtd-capture makes of records: whether they are complete, which transitions are in them, and their verdicts. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "tools/capture/capture.h"
#include "tools/capture/shape.h"
#include "tools/capture/verdict.h"

#define CONTEXT_INVALIDATION(source, did) \
	(0x31ull | (uint64_t)(source) << 32 | (uint64_t)(did) << 16)
#define IOTLB_INVALIDATION(did) (0x22ull | (uint64_t)(did) << 16)
#define IEC_INVALIDATION(index) (0x14ull | (uint64_t)(index) << 32)

/* As Linux does since 7.0: P, flush, invalidate, the rest. */
static void tear_down(struct guest *g, unsigned device, unsigned named, uint16_t did)
{
	uint64_t entry = GUEST_CONTEXT + device * 16, old;

	memcpy(&old, g->ram + entry, 8);
	guest_store(g, entry, old & ~1ull);
	guest_flush(g, entry);
	guest_invalidate(g, CONTEXT_INVALIDATION(named, did), 0);
	guest_invalidate(g, IOTLB_INVALIDATION(did), 0);
	guest_store(g, entry, 0);
	guest_store(g, entry + 8, 0);
	guest_flush(g, entry);
}

static struct verdict judge(const struct shape *s)
{
	struct verdict v;

	verdict_find(s, 1, false, &v);
	return v;
}

TEST(capture_what_is_whole_is_called_so)
{
	struct guest g;
	char *why;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	tear_down(&g, 2, 2, 1);
	guest_end(&g);
	records_free(&g.records);
	g.records = guest_read(g.text, &why);
	CHECK(!why);
	CHECK_EQ(g.records.recorded, 6);
	CHECK(g.records.ended);
	guest_free(&g);
}

TEST(capture_a_store_that_was_missed)
{
	struct guest g;
	char *why;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	guest_store_unseen(&g, GUEST_CONTEXT + 0x28, 0x202);
	guest_end(&g);
	CHECK_EQ(g.tables.missed, 1);
	records_free(&g.records);
	g.records = guest_read(g.text, &why);
	CHECK(why && strstr(why, "1 stores to tables were missed"));
	free(why);
	guest_free(&g);
}

TEST(capture_a_missed_store_is_seen_at_the_next_one)
{
	struct guest g;

	guest_start(&g);
	guest_store_unseen(&g, GUEST_CONTEXT + 0x28, 0x202);
	guest_store(&g, GUEST_CONTEXT + 0x20, 0x5001);
	CHECK_EQ(g.tables.missed, 1);
	guest_free(&g);
}

/* The `which`th line that has `what` is taken out; the numbers of the records after it are made whole again. */
static char *without_line(const char *text, const char *what, unsigned which)
{
	char *copy = strdup(text), *out = malloc(strlen(text) + 100), *to = out;
	unsigned number = 0;

	for (char *rest, *line = strtok_r(copy, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *after = strchr(line, ' ');

		if (strstr(line, what) && !which--)
			continue;
		if (line[0] >= '0' && line[0] <= '9')
			to += sprintf(to, "%u%s\n", number++, after);
		else if (!strncmp(line, "end ", 4))
			to += sprintf(to, "end %u %s\n", number, strchr(line + 4, ' ') + 1);
		else
			to += sprintf(to, "%s\n", line);
	}
	free(copy);
	return out;
}

TEST(capture_a_record_that_was_taken_out)
{
	struct guest g;
	char *why, *text;
	unsigned stores = 0;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	tear_down(&g, 2, 2, 1);
	guest_set_up(&g, 0x30, 0x6001, 0x202);
	guest_end(&g);
	for (const char *at = g.text; (at = strstr(at, " S ")); at++)
		stores++;
	CHECK_EQ(stores, 8);
	for (unsigned i = 0; i < stores; i++) {
		struct records r;

		text = without_line(g.text, " S ", i);
		r = guest_read(text, &why);
		CHECK(why);
		free(why);
		records_free(&r);
		free(text);
	}
	guest_free(&g);
}

TEST(capture_a_record_that_was_changed_or_cut)
{
	struct guest g;
	char *why, *text, *at;
	struct records r;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	guest_end(&g);
	text = strdup(g.text);
	at = strstr(text, " 8 102 ");
	CHECK(at);
	at[5] = '3';
	r = guest_read(text, &why);
	CHECK(why && strstr(why, "do not lead to what was in the context table"));
	free(why);
	records_free(&r);
	for (size_t n = strlen(g.text) - 1; n; n -= n > 7 ? 7 : n) {
		memcpy(text, g.text, n);
		text[n] = 0;
		r = guest_read(text, &why);
		CHECK(why);
		free(why);
		records_free(&r);
	}
	r = guest_read("something else\n", &why);
	CHECK(why && strstr(why, "no record of this version"));
	free(why);
	records_free(&r);
	free(text);
	guest_free(&g);
}

TEST(capture_teardown_and_set_up)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;

	guest_start(&g);
	for (unsigned i = 0; i < 3; i++) {
		guest_set_up(&g, 0x20, 0x5001, 0x102);
		tear_down(&g, 2, 2, 1);
	}
	shapes = guest_shapes(&g, &t);
	CHECK_EQ(shapes.count, 3); /* with that of the root entry */
	s = guest_shape(&shapes, TABLE_CONTEXT, IS_TEARDOWN);
	CHECK_EQ(s->times, 3);
	CHECK_EQ(s->count, 7);
	CHECK(!strcmp(s->steps[0].text, "store word 0 := old with P clear"));
	CHECK(!strcmp(s->steps[1].text, "flush the line if ECAP.C = 0"));
	CHECK(!strcmp(s->steps[2].text, "invalidate the context cache (device), DID of old"));
	CHECK(!strcmp(s->steps[3].text, "invalidate the IOTLB (domain), DID of old"));
	CHECK(!strcmp(s->steps[4].text, "store word 0 := 0"));
	CHECK(s->expressible);
	CHECK_EQ(judge(s).is, VERDICT_SAFE);
	s = guest_shape(&shapes, TABLE_CONTEXT, IS_SETUP);
	CHECK_EQ(s->count, 3);
	CHECK_EQ(judge(s).is, VERDICT_SAFE);
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}

TEST(capture_low_half_first_is_a_mixture)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	struct verdict v;

	guest_start(&g);
	guest_store(&g, GUEST_CONTEXT + 0x20, 0x5001);
	guest_store(&g, GUEST_CONTEXT + 0x28, 0x102);
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	shapes = guest_shapes(&g, &t);
	v = judge(guest_shape(&shapes, TABLE_CONTEXT, IS_SETUP));
	CHECK_EQ(v.is, VERDICT_UNSAFE);
	CHECK(v.harms & HARM_MIXTURE);
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}

TEST(capture_invalidation_by_another_source_id)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	struct verdict v;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	tear_down(&g, 2, 9, 1); /* as Linux 6.12.43 for an alias */
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_CONTEXT, IS_TEARDOWN);
	CHECK(s->other_source);
	v = judge(s);
	CHECK_EQ(v.is, VERDICT_UNSAFE);
	CHECK(v.harms & HARM_STALE);
	free(v.why);
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}

TEST(capture_whose_invalidation_it_is_is_told_by_the_stack)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	g.call += 0x1000; /* an unmapping */
	guest_invalidate(&g, IOTLB_INVALIDATION(1), 0);
	g.call -= 0x1000;
	g.cpu = 1; /* another processor */
	g.stack += 0x8000;
	guest_invalidate(&g, IOTLB_INVALIDATION(1), 0);
	g.stack -= 0x8000;
	g.cpu = 0;
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_store(&g, GUEST_CONTEXT + 0x28, 0);
	guest_invalidate(&g, CONTEXT_INVALIDATION(2, 1), 0);
	guest_invalidate(&g, IOTLB_INVALIDATION(7), 0); /* of another domain */
	shapes = guest_shapes(&g, &t);
	CHECK_EQ(guest_shape(&shapes, TABLE_CONTEXT, IS_SETUP)->count, 3);
	s = guest_shape(&shapes, TABLE_CONTEXT, IS_TEARDOWN);
	CHECK_EQ(s->count, 3);
	CHECK_EQ(t.foreign, 3);
	CHECK_EQ(judge(s).harms, HARM_STALE); /* no flush, no IOTLB invalidation */
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}

/* Linux's crash kernel: while one device's entry is set up, another task comes, does the same to another's, and goes. */
TEST(capture_two_tasks_in_the_same_functions)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;

	guest_start(&g);
	guest_store(&g, GUEST_CONTEXT + 0x28, 0x102);
	guest_store(&g, GUEST_CONTEXT + 0x20, 0x5001);
	g.stack += 0x8000;
	guest_set_up(&g, 0x30, 0x6001, 0x202);
	guest_invalidate(&g, CONTEXT_INVALIDATION(3, 2), 0);
	g.stack -= 0x8000;
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	/* A teardown goes on on another processor. */
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	g.stack += 0x8000;
	guest_store(&g, GUEST_CONTEXT + 0x30, 0x6003); /* the other task again */
	guest_flush(&g, GUEST_CONTEXT + 0x30);
	g.stack -= 0x8000;
	g.cpu = 1;
	guest_invalidate(&g, CONTEXT_INVALIDATION(2, 1), 0);
	guest_invalidate(&g, IOTLB_INVALIDATION(1), 0);
	shapes = guest_shapes(&g, &t);
	CHECK_EQ(t.count, 5);
	CHECK_EQ(t.list[1].count, 3); /* two stores, and its flush */
	CHECK_EQ(t.list[2].count, 4);
	CHECK_EQ(t.list[3].count, 4);
	CHECK_EQ(t.list[4].count, 2);
	CHECK_EQ(t.foreign, 0);
	s = guest_shape(&shapes, TABLE_CONTEXT, IS_TEARDOWN);
	CHECK(!s->unwaited);
	CHECK_EQ(judge(s).is, VERDICT_SAFE);
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}

TEST(capture_interrupt_entries)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;
	struct verdict v;

	guest_start(&g);
	guest_store(&g, GUEST_IRT + 0x10, 0x230001); /* P before SVT: as every Linux */
	guest_store(&g, GUEST_IRT + 0x18, 0x40028);
	guest_flush(&g, GUEST_IRT + 0x10);
	guest_invalidate(&g, IEC_INVALIDATION(1), 0);
	guest_store(&g, GUEST_IRT + 0x10, 0);
	guest_store(&g, GUEST_IRT + 0x18, 0);
	guest_invalidate(&g, IEC_INVALIDATION(1), 0); /* but no flush */
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_IRTE, IS_SETUP);
	CHECK_EQ(s->count, 4);
	v = judge(s);
	CHECK_EQ(v.is, VERDICT_UNSAFE);
	CHECK(v.harms & HARM_MIXTURE);
	CHECK_EQ(v.answers[1].harms & HARM_MIXTURE, HARM_MIXTURE); /* coherent as well */
	s = guest_shape(&shapes, TABLE_IRTE, IS_TEARDOWN);
	v = judge(s);
	CHECK_EQ(v.harms, HARM_STALE);
	CHECK_EQ(v.answers[1].harms, 0); /* a unit that snoops sees the zeros */
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}

TEST(capture_an_exchange_and_a_change_in_place)
{
	struct guest g;
	struct transitions t;
	struct shapes shapes;
	const struct shape *s;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	guest_store16(&g, GUEST_CONTEXT + 0x20, 0x6001, 0x201);
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	guest_invalidate(&g, CONTEXT_INVALIDATION(2, 1), 0);
	guest_invalidate(&g, IOTLB_INVALIDATION(1), 0);
	shapes = guest_shapes(&g, &t);
	s = guest_shape(&shapes, TABLE_CONTEXT, IS_REPLACEMENT);
	CHECK(!strcmp(s->steps[0].text, "exchange 128 bits from word 0 := new"));
	CHECK(!s->steps[0].note);
	CHECK_EQ(judge(s).is, VERDICT_SAFE);
	shapes_free(&shapes);
	transitions_free(&t);
	guest_free(&g);
}
