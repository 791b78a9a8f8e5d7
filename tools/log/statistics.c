/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounds for a share, and tests of shares. */
#include "tools/log/statistics.h"

#include <math.h>

#define Z95	  1.959963984540054
#define TERMS_MAX 1000000

struct interval share_interval(uint64_t seen, uint64_t trials)
{
	double n = (double)trials, p = trials ? (double)seen / n : 0, z2 = Z95 * Z95, middle, half;

	if (!trials)
		return (struct interval){ 0, 1 };
	if (!seen)
		return (struct interval){ 0, fmin(1, 3 / n) };
	middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
	return (struct interval){ fmax(0, middle - half), fmin(1, middle + half) };
}

static double log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

double share_difference(uint64_t a, uint64_t n, uint64_t b, uint64_t m)
{
	double total = (double)n + (double)m, hits = (double)a + (double)b, seen, p = 0;
	double low = fmax(0, hits - (double)m), high = fmin(hits, (double)n), all;

	if (!n || !m || a > n || b > m)
		return 1;
	all = log_choose(total, hits);
	seen = log_choose((double)n, (double)a) + log_choose((double)m, (double)b) - all;
	if (high - low > TERMS_MAX) {
		/* So many that the normal distribution serves. */
		double pooled = hits / total;
		double z = ((double)a / (double)n - (double)b / (double)m) /
			   sqrt(pooled * (1 - pooled) * (1 / (double)n + 1 / (double)m));

		return erfc(fabs(z) / sqrt(2));
	}
	/* All tables with these sums that are no more probable than the one seen. */
	for (double k = low; k <= high; k++) {
		double term = log_choose((double)n, k) + log_choose((double)m, hits - k) - all;

		if (term <= seen + 1e-7)
			p += exp(term);
	}
	return fmin(1, p);
}
