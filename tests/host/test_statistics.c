/* SPDX-License-Identifier: BSD-2-Clause */
/* Known values: R's fisher.test() and prop.test(correct = FALSE) give them. */
#include "tests/host/test.h"
#include "tools/log/statistics.h"

static bool near(double a, double b, double within)
{
	return a > b - within && a < b + within;
}

TEST(share_intervals)
{
	struct interval i = share_interval(10, 100);

	CHECK(near(i.low, 0.0552, 0.0001) && near(i.high, 0.1744, 0.0001));
	i = share_interval(0, 3000);
	CHECK(i.low == 0 && near(i.high, 0.001, 1e-9));
	i = share_interval(0, 1);
	CHECK(i.low == 0 && i.high == 1);
	i = share_interval(0, 0);
	CHECK(i.low == 0 && i.high == 1);
	i = share_interval(7, 7);
	CHECK(near(i.low, 0.6457, 0.0001) && near(i.high, 1, 1e-9));
	i = share_interval(3000000000, 40000000000);
	CHECK(i.low < 0.075 && i.high > 0.075 && i.high - i.low < 1e-4);
}

TEST(share_differences)
{
	CHECK(near(share_difference(3, 4, 1, 4), 0.4857, 0.0001));
	CHECK(near(share_difference(8, 10, 1, 6), 0.0350, 0.0001));
	CHECK(near(share_difference(0, 1000, 0, 5), 1, 1e-6));
	CHECK(near(share_difference(5, 10, 5, 10), 1, 1e-6));
	CHECK(share_difference(1000, 10000, 0, 10000) < 1e-200);
	CHECK(near(share_difference(1, 10, 0, 0), 1, 1e-9));
	/* More seen than tried is no share. */
	CHECK(near(share_difference(2, 1, 0, 5), 1, 1e-9));
	/* By the normal distribution: z = 2.83. */
	CHECK(near(share_difference(2002000, 40000000, 2000000 - 2000, 40000000), 0.0411, 0.01));
}
