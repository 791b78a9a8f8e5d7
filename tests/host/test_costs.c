/* SPDX-License-Identifier: BSD-2-Clause */
/* Quantiles of a histogram beside those of the sorted numbers; sums of what sequences cost, and what of them differs. */
#include "kernel/lib/random.h"
#include "tests/host/test.h"
#include "tests/litmus/quantiles.h"
#include "tools/log/costs.h"

#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Never below the true one, and at most 1/32 above it. */
static bool is_close(uint64_t said, uint64_t is)
{
	return said >= is && said - is <= is >> QUANTILES_FINE;
}

TEST(quantiles_are_within_their_bounds)
{
	static const unsigned asked[] = { 0, 1, 250, 500, 900, 990, 999, 1000 };
	static struct quantiles q;
	static uint64_t numbers[5000];
	uint64_t seed = 1;

	for (unsigned bits = 1; bits <= QUANTILES_WIDTH; bits++) {
		size_t count = 1 + random_next(&seed) % 5000;

		memset(&q, 0, sizeof(q));
		for (size_t i = 0; i < count; i++) {
			numbers[i] = random_next(&seed) >> (64 - bits) >> random_next(&seed) % bits;
			quantiles_add(&q, numbers[i]);
		}
		qsort(numbers, count, sizeof(numbers[0]), by_size);
		for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
			size_t rank = (count * asked[i] + 999) / 1000;

			CHECK(is_close(quantiles_at(&q, asked[i]), numbers[rank ? rank - 1 : 0]));
		}
		CHECK_EQ(q.count, count);
		CHECK_EQ(q.most, numbers[count - 1]);
		CHECK_EQ(quantiles_at(&q, 1000), numbers[count - 1]);
	}
}

TEST(quantiles_of_every_size)
{
	static struct quantiles q;

	CHECK_EQ(quantiles_at(&q, 500), 0);
	/* Each bucket's bounds: alone, below a greater one that keeps it from being the most. */
	for (unsigned bit = 0; bit < QUANTILES_WIDTH; bit++)
		for (int off = -1; off <= 1; off++) {
			uint64_t number = (1ull << bit) + (uint64_t)off;

			memset(&q, 0, sizeof(q));
			quantiles_add(&q, number);
			CHECK_EQ(quantiles_at(&q, 500), number);
			quantiles_add(&q, (1ull << QUANTILES_WIDTH) - 1);
			CHECK(is_close(quantiles_at(&q, 500), number));
		}
	/* What is too great for it is in its last bucket, whose end is then the greatest number. */
	quantiles_add(&q, 1ull << 60);
	CHECK_EQ(q.most, 1ull << 60);
	CHECK_EQ(quantiles_at(&q, 1000), 1ull << 60);
}

static struct costs some(uint64_t update, uint64_t blocking, uint64_t blackout)
{
	return (struct costs){ .updates = 100,
			       .blocking = blocking,
			       .dmas = 400,
			       .refused = 2 * blocking,
			       .update = { update, 2 * update, 3 * update },
			       .dma = { 900, 1000, 1100 },
			       .blackout = { blackout, 2 * blackout, 3 * blackout } };
}

TEST(costs_of_several_runs)
{
	const struct costs runs[] = { some(1200, 80, 3000), some(1000, 0, 0),
				      some(1100, 60, 2000) };
	const struct costs none = { 0 };
	struct cost_sum forth = { 0 }, back = { 0 }, part = { 0 };

	for (unsigned i = 0; i < 3; i++) {
		cost_add(&forth, &runs[i]);
		cost_add(&back, &runs[2 - i]);
	}
	cost_add(&forth, &none);
	CHECK(!memcmp(&forth, &back, sizeof(forth)));
	cost_merge(&part, &forth);
	cost_merge(&part, &(struct cost_sum){ 0 });
	CHECK(!memcmp(&forth, &part, sizeof(forth)));
	CHECK(forth.runs == 3 && forth.blocked_runs == 2);
	CHECK(forth.update_least == 1000 && forth.update_most == 1200);
	CHECK(forth.blackout_least == 2000 && forth.blackout_most == 3000);
	CHECK(forth.longest == 9000 && forth.updates == 300 && forth.refused == 280);
}

/* Three runs, whose medians are a little apart. */
static struct cost_sum three(uint64_t update, uint64_t blocking, uint64_t blackout)
{
	struct cost_sum sum = { 0 };

	for (unsigned i = 0; i < 3; i++) {
		struct costs costs = some(update + 9 * i, blocking, blackout + 9 * i);

		cost_add(&sum, &costs);
	}
	return sum;
}

/* A difference is one where all runs of one side are apart from all of the other. */
TEST(costs_that_differ)
{
	static const struct {
		uint64_t a[3], b[3]; /* update, blocking, blackout */
		const char *differs; /* NULL: nothing */
	} cases[] = {
		{ { 1000, 0, 0 }, { 1900, 0, 0 }, NULL },
		{ { 1000, 0, 0 }, { 2200, 0, 0 }, "takes longer" },
		{ { 2200, 0, 0 }, { 1000, 0, 0 }, "takes less long" },
		{ { 1000, 0, 0 }, { 1000, 5, 500 }, "refuses DMA now" },
		{ { 1000, 5, 500 }, { 1000, 0, 0 }, "refuses no DMA any more" },
		{ { 1000, 5, 500 }, { 1000, 5, 900 }, NULL },
		{ { 1000, 5, 500 }, { 1000, 5, 1200 }, "refuses DMA for longer" },
		{ { 1000, 5, 1200 }, { 1000, 5, 500 }, "refuses DMA for less long" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cost_sum a = three(cases[i].a[0], cases[i].a[1], cases[i].a[2]);
		struct cost_sum b = three(cases[i].b[0], cases[i].b[1], cases[i].b[2]);
		const char *differs = cost_difference(&a, &b, 3);

		CHECK(cases[i].differs ? differs && !strcmp(differs, cases[i].differs) : !differs);
		/* Too few runs to tell. */
		CHECK(!cost_difference(&a, &b, 4));
	}
}

/* One run of three that blocks is no side that blocks. */
TEST(costs_that_differ_now_and_then)
{
	const struct costs blocks = some(1000, 80, 3000), does_not = some(1000, 0, 0);
	struct cost_sum a = three(1000, 0, 0), b = { 0 };

	cost_add(&b, &blocks);
	cost_add(&b, &does_not);
	cost_add(&b, &does_not);
	CHECK(!cost_difference(&a, &b, 3));
}

TEST(costs_in_words)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = { { 0, "0 ns" },	     { 999, "999 ns" },	     { 1000, "1.00 us" },
		      { 12345, "12.3 us" },  { 99400, "99.4 us" },   { 99600, "100 us" },
		      { 999600, "1.00 ms" }, { 2500000, "2.50 ms" }, { 3000000000, "3.00 s" } };
	char text[96];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(!strcmp(time_text(cases[i].ns, text), cases[i].text));
	CHECK(!strcmp(times_text(&(struct times){ 1000, 2000, 3000 }, text),
		      "1.00 us (99 %: 2.00 us, at most 3.00 us)"));
}
