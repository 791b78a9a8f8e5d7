/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of records of bits of live entries. */
#include "tests/host/log_sample.h"

#include "kernel/lib/crc32.h"
#include "tools/log/bits.h"

/* One test, whose block has these lines, each ending in a newline. */
static void read_block(const char *lines, run_fn each, void *context)
{
	char *text = malloc(8192);
	size_t n = 0;
	uint32_t crc = 0;
	unsigned count = 0;

	for (const char *at = lines; *at; at += strcspn(at, "\n") + 1, count++) {
		char *line = text + n;

		n += (size_t)sprintf(line, "#~1234 0 %.*s\n", (int)strcspn(at, "\n"), at);
		crc = crc32_add(crc, line, (size_t)(text + n - line));
	}
	n += (size_t)sprintf(text + n, "#~1234 0 . %u %08x\n", count, crc);
	CHECK_EQ(log_parse("log", text, n, each, context), 1);
	free(text);
}

static void see_bits(const struct run *r, const char *text, void *context)
{
	const struct run_test *t = &r->tests[0];
	const struct bit *b = t->bits;
	char words[BIT_TEXT];
	struct bit_count c;

	(void)text;
	*(unsigned *)context += 1;
	if (!CHECK(r->test_count == 1 && b && b->next && b->next->next && !b->next->next->next))
		return;
	CHECK(!strcmp(b->name, "SSADE of the PASID-table entry") && !strcmp(b->target, "pasid-ss"));
	CHECK(b->to == 1 && !b->absent && b->changes == 32 && !b->failed && !b->why);
	CHECK(b->controls == 8 && b->none == 7 && b->pasid == 6 && !b->iotlb);
	CHECK(!b->has_context && b->has_pasid && b->has_iotlb);
	CHECK(!strcmp(bit_what(b, words), "SSADE of the PASID-table entry (pasid-ss), 0 to 1"));
	CHECK(!strcmp(
		bit_result(b, words),
		"the old value held in 0 of 32, by flags; controls: 7 of 8 with nothing invalidated, 6 without the PASID cache, 0 without the IOTLB"));
	b = b->next;
	CHECK(b->absent && b->failed == 4);
	CHECK(!strcmp(bit_what(b, words), "FPD of the context entry (context), set, and P clear"));
	CHECK(!strcmp(bit_result(b, words),
		      "it did not count in 4 of 4, by records; known of QEMU"));
	b = b->next;
	CHECK(b->why && !strcmp(bit_result(b, words), "not tried: ECAP says that it has none"));
	c = bits_count(t);
	CHECK(c.tried == 1 && !c.failed && c.untried == 1 && c.uncounted == 1);
}

TEST(log_bits_of_live_entries)
{
	unsigned runs = 0;

	read_block(
		"test n=1 v=pass check=1 id=flips.nvme num=14 unit=flips\n"
		"bit name=SSADE+of+the+PASID-table+entry target=pasid-ss by=flags to=1 changes=32 "
		"failed=0 controls=8 none=7 pasid=6 iotlb=0 of_tomorrow=3\n"
		"bit name=FPD+of+the+context+entry target=context by=records to=1 absent=1 "
		"known=1 changes=4 failed=4\n"
		"bit name=EAFE target=pasid-fs by=flags why=ECAP+says+that+it+has+none\n",
		see_bits, &runs);
	CHECK_EQ(runs, 1);
}

static void see_dirty(const struct run *r, const char *text, void *context)
{
	const struct dirty *d = r->tests[0].dirty;
	char words[BIT_TEXT];

	(void)text;
	*(unsigned *)context += 1;
	if (!CHECK(d && d->next && !d->next->next))
		return;
	CHECK(d->rounds == 512 && d->before == 300 && d->after == 200 && !d->is_control);
	CHECK(d->next->is_control && d->next->lost == 9 && d->next->later == 2);
	CHECK(!strcmp(
		dirty_text(d->next, words),
		"control: Dirty of the first-stage leaf, a load: lost in 9 of 512 rounds, by the next write in 2; written over in 0, astray in 0"));
}

TEST(log_dirty_that_software_clears)
{
	unsigned runs = 0;

	/* Not of a test: nothing is open. */
	read_block("dirty stage=none\ntest n=1 v=pass id=flips.nvme\n"
		   "dirty stage=first-stage how=LOCK+AND rounds=512 before=300 after=200\n"
		   "dirty stage=first-stage how=a+load control=1 rounds=512 lost=9 later=2\n",
		   see_dirty, &runs);
	CHECK_EQ(runs, 1);
}
