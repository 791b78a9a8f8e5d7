/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the unit may hold when a sequence is over: values instead of positions, so that two sequences that leave the same
 * have the same. The harm that more steps can do depends on nothing else: what memory has, what of it is visible, fetches
 * under way, entries and translations kept.
 */
#include <stdlib.h>

#include "tests/litmus/model_search.h"
#include "tools/model/find.h"

static uint64_t mixed(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	return hash ^ hash >> 29;
}

static struct find_left add(struct find_left h, uint64_t word)
{
	h.hash[0] = mixed(h.hash[0], word);
	h.hash[1] = mixed(h.hash[1] + 0x632be59bd9b4e019, word);
	return h;
}

static struct find_left add_words(struct find_left h, const uint64_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		h = add(h, words[i]);
	return h;
}

static struct find_left of_fetch(const struct search *s, uint64_t key)
{
	uint64_t payload = key_payload(key);
	struct find_left h = { .hash = { NODE_FETCH, 0 } };

	for (unsigned i = 0; i < s->words; i++)
		h = add(h, s->places[place_seen(s, key_visible(key), i)].image[i]);
	h = add(h, payload & (NO_ENTRY | NO_PASID | NO_IOTLB));
	for (unsigned p = 0; p < s->q->fetch->parts; p++) {
		unsigned v = version_in(s, payload, p);

		h = add(h, v != NO_VERSION);
		for (unsigned i = 0; i < s->words && v != NO_VERSION; i++)
			h = add(h, version_words(s, p, v)[i] & s->q->fetch->mask[p][i]);
	}
	return h;
}

static struct find_left of_node(const struct search *s, uint64_t key)
{
	struct find_left h = { .hash = { key >> 62, 0 } };
	const struct item *item;

	switch (key >> 62) {
	case NODE_FETCH:
		return of_fetch(s, key);
	case NODE_ENTRY:
		return add_words(h, s->views[key & 0xffff].value, s->words);
	default:
		item = &s->items[(key & 0xffff) >> 4];
		h = add(h, key & 15);
		h = add(h, (uint64_t)item->outcome | (uint64_t)item->stage << 8 |
				   (uint64_t)item->translated << 16 | (uint64_t)item->domain << 32);
		return h;
	}
}

static int compare(const void *a, const void *b)
{
	const struct find_left *x = a, *y = b;

	if (x->hash[0] != y->hash[0])
		return x->hash[0] < y->hash[0] ? -1 : 1;
	return x->hash[1] < y->hash[1] ? -1 : x->hash[1] > y->hash[1];
}

/* At least so many invalidations must follow: what is kept, and is not new, goes by no other steps. */
static unsigned invalidations(const struct search *s)
{
	bool entry = false, pasid = false, tlb = false, device = false;
	unsigned n;

	for (uint32_t i = 0; i < s->node_count; i++) {
		uint64_t key = s->nodes[i].key;
		const struct item *item = &s->items[(key & 0xffff) >> 4 & (ITEMS_MAX - 1)];

		if (key_place(key) != s->q->count)
			continue;
		if (key >> 62 == NODE_ENTRY)
			entry |= s->views[key & 0xffff].meaning.outcome != s->state[1].outcome;
		if (key >> 62 != NODE_ITEM || item->outcome == s->state[1].outcome)
			continue;
		pasid |= (key & IN_PASID_CACHE) != 0;
		tlb |= (key & IN_IOTLB) != 0;
		device |= (key & IN_DEVICE) != 0;
	}
	/* Paging entries are in no cache that is invalidated alone; with caching mode one step may do all. */
	n = s->q->kind == KIND_TABLE || s->q->kind == KIND_LEAF ? entry | tlb : entry + pasid + tlb;
	return (s->q->caching_mode ? n > 0 : n) + device;
}

struct find_left find_left_of(const void *workspace)
{
	static struct find_left *held;
	static size_t room;
	const struct search *s = workspace;
	struct find_left h = { .hash = { 0 } };
	size_t n = 0;

	for (uint32_t i = 0; i < s->node_count; i++) {
		if (key_place(s->nodes[i].key) != s->q->count)
			continue;
		if (n == room && !(held = realloc(held, (room = 2 * room + 256) * sizeof(*held))))
			abort();
		held[n++] = of_node(s, s->nodes[i].key);
	}
	qsort(held, n, sizeof(*held), compare);
	h = add_words(h, s->places[s->q->count].image, s->words);
	for (size_t i = 0; i < n; i++)
		if (!i || compare(&held[i - 1], &held[i]))
			h = add_words(h, held[i].hash, 2);
	h.invalidations = invalidations(s);
	return h;
}
