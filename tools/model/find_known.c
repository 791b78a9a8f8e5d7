/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What beginnings of sequences left: sets of things that a unit may hold. Each thing goes its own way (tests/litmus/model.h),
 * so what does no harm after a set does none after a part of it, with the same in memory. A beginning that leaves
 * a set of which a shorter one left a part is therefore in no shortest safe sequence.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/model/find.h"

struct known {
	uint64_t image;
	uint64_t *held;
	size_t count, length;
	struct known *next; /* of those with the same hash of the image */
};

#define BUCKETS 4096

static struct known *buckets[BUCKETS];

static bool is_part(const struct known *k, const struct find_left *left)
{
	size_t at = 0;

	for (size_t i = 0; i < k->count; i++) {
		while (at < left->count && left->held[at] < k->held[i])
			at++;
		if (at == left->count || left->held[at] != k->held[i])
			return false;
	}
	return true;
}

bool find_known_less(const struct find_left *left, size_t length)
{
	for (struct known *k = buckets[left->image % BUCKETS]; k; k = k->next)
		if (k->length < length && k->image == left->image && k->count <= left->count &&
		    is_part(k, left))
			return true;
	return false;
}

void find_known_add(const struct find_left *left, size_t length)
{
	struct known **bucket = &buckets[left->image % BUCKETS], *k = malloc(sizeof(*k));

	if (!k)
		abort();
	*k = (struct known){ left->image, malloc(left->count * sizeof(*k->held) + 1), left->count,
			     length, *bucket };
	if (!k->held)
		abort();
	if (left->count)
		memcpy(k->held, left->held, left->count * sizeof(*k->held));
	*bucket = k;
}

void find_known_forget(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (buckets[i]) {
			struct known *k = buckets[i];

			buckets[i] = k->next;
			free(k->held);
			free(k);
		}
}
