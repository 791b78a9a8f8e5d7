/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of a run are found by a hash of what tells runs apart. */
#include "tools/log/distinct.h"

#include <stdlib.h>
#include <string.h>

#include "tools/log/arena.h"

struct distinct_run {
	uint64_t key; /* 0: free */
	const char *path;
	unsigned number, blocks;
};

/* FNV-1a, 64 bits. */
static uint64_t mix(uint64_t hash, const void *data, size_t bytes)
{
	for (const unsigned char *at = data; bytes--; at++)
		hash = (hash ^ *at) * 0x100000001b3;
	return hash;
}

static uint64_t key_of(const struct run *r)
{
	const char *const texts[] = { r->build, r->date,    r->system,
				      r->brand, r->options, r->unit_options };
	uint64_t hash = 0xcbf29ce484222325;

	if (!r->has_tag || !r->build[0])
		return 0;
	hash = mix(hash, &r->tag, sizeof(r->tag));
	hash = mix(hash, &r->seed, sizeof(r->seed));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		hash = mix(hash, texts[i], strlen(texts[i]) + 1);
	return hash ? hash : 1;
}

/* Where the key stands, or would. */
static struct distinct_run *place(const struct distinct *d, uint64_t key)
{
	size_t at = key & (d->room - 1);

	while (d->runs[at].key && d->runs[at].key != key)
		at = (at + 1) & (d->room - 1);
	return &d->runs[at];
}

static void grow(struct distinct *d)
{
	struct distinct larger = { .room = d->room ? 2 * d->room : 256 };

	larger.runs = must_realloc(NULL, larger.room * sizeof(*larger.runs));
	memset(larger.runs, 0, larger.room * sizeof(*larger.runs));
	for (size_t i = 0; i < d->room; i++)
		if (d->runs[i].key)
			*place(&larger, d->runs[i].key) = d->runs[i];
	larger.count = d->count;
	free(d->runs);
	*d = larger;
}

/* The same whatever the order in which files are read. */
static bool is_better(const struct run *r, const struct distinct_run *than)
{
	int order = strcmp(r->path, than->path);

	if (r->blocks_good != than->blocks)
		return r->blocks_good > than->blocks;
	return order ? order < 0 : r->number < than->number;
}

void distinct_note(struct distinct *d, const struct run *r)
{
	uint64_t key = key_of(r);
	struct distinct_run *at;

	if (!key)
		return;
	if (2 * d->count >= d->room)
		grow(d);
	at = place(d, key);
	if (at->key && !is_better(r, at))
		return;
	d->count += !at->key;
	*at = (struct distinct_run){ key, r->path, r->number, r->blocks_good };
}

bool distinct_counts(const struct distinct *d, const struct run *r)
{
	uint64_t key = key_of(r);
	const struct distinct_run *at;

	if (!key || !d->room)
		return true;
	at = place(d, key);
	return !at->key || (at->number == r->number && !strcmp(at->path, r->path));
}

const char *distinct_path(const struct distinct *d, const struct run *r)
{
	return distinct_counts(d, r) ? r->path : place(d, key_of(r))->path;
}

void distinct_free(struct distinct *d)
{
	free(d->runs);
	*d = (struct distinct){ 0 };
}
