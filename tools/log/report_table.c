/* SPDX-License-Identifier: BSD-2-Clause */
/* Hash tables of texts. A value of NULL is that of a new key. */
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"

static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h ^ h >> 29;
}

static struct entry *place(const struct table *t, const char *key)
{
	size_t i = hash(key) & (t->room - 1);

	while (t->entries[i].key && strcmp(t->entries[i].key, key))
		i = (i + 1) & (t->room - 1);
	return &t->entries[i];
}

struct entry *table_at(struct table *t, const char *key)
{
	struct entry *e;

	if (2 * (t->count + 1) > t->room) {
		struct table larger = { .room = t->room ? 2 * t->room : 64, .count = t->count };

		larger.entries = must_realloc(NULL, larger.room * sizeof(*larger.entries));
		memset(larger.entries, 0, larger.room * sizeof(*larger.entries));
		for (size_t i = 0; i < t->room; i++)
			if (t->entries[i].key)
				*place(&larger, t->entries[i].key) = t->entries[i];
		free(t->entries);
		*t = larger;
	}
	e = place(t, key);
	if (!e->key) {
		e->key = key;
		t->count++;
	}
	return e;
}

/* The same text is kept once. */
const char *report_intern(struct report *r, const char *text)
{
	struct entry *e = table_at(&r->texts, text);

	if (!e->value)
		e->value = (void *)(e->key = arena_text(&r->arena, text, strlen(text)));
	return e->key;
}

/* As table_at(), of a key that will not stay where it is. */
struct entry *table_of(struct report *r, struct table *t, const char *key)
{
	struct entry *e = table_at(t, key);

	if (e->key == key)
		e->key = report_intern(r, key);
	return e;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* The entries of a table by key; to be freed. */
struct entry *table_sorted(const struct table *t)
{
	struct entry *out = must_realloc(NULL, (t->count + 1) * sizeof(*out));
	size_t n = 0;

	for (size_t i = 0; i < t->room; i++)
		if (t->entries[i].key)
			out[n++] = t->entries[i];
	if (n > 1)
		qsort(out, n, sizeof(*out), by_key);
	return out;
}
