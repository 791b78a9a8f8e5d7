/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the unit may hold when a sequence is over: values instead of positions, so that two sequences that leave the same
 * have the same. The harm that more steps can do depends on nothing else: what memory has, what of it is visible, fetches
 * under way, entries and translations kept.
 */
#include <stdlib.h>

#include "tests/litmus/model_search.h"
#include "tools/model/find.h"

static uint64_t *held; /* of the one that is being put together */
static size_t held_room;

static uint64_t mixed(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	return hash ^ hash >> 29;
}

static uint64_t mixed_words(uint64_t hash, const uint64_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		hash = mixed(hash, words[i]);
	return hash;
}

static uint64_t of_fetch(const struct search *s, uint64_t key, uint64_t hash)
{
	uint64_t payload = key_payload(key);

	for (unsigned i = 0; i < s->words; i++)
		hash = mixed(hash, s->places[place_seen(s, key_visible(key), i)].image[i]);
	hash = mixed(hash, payload & (NO_ENTRY | NO_PASID | NO_IOTLB));
	for (unsigned p = 0; p < s->q->fetch->parts; p++) {
		unsigned v = version_in(s, payload, p);

		hash = mixed(hash, v != NO_VERSION);
		for (unsigned i = 0; i < s->words && v != NO_VERSION; i++)
			hash = mixed(hash, version_words(s, p, v)[i] & s->q->fetch->mask[p][i]);
	}
	return hash;
}

static uint64_t of_node(const struct search *s, uint64_t key, uint64_t question)
{
	uint64_t hash = mixed(question, key_type(key));
	const struct item *item;

	switch (key_type(key)) {
	case NODE_FETCH:
		return of_fetch(s, key, hash);
	case NODE_ENTRY:
		return mixed_words(hash, s->views[key & 0xffff].value, s->words);
	default:
		item = &s->items[(key & 0xffff) >> 4];
		hash = mixed(hash, key & 15);
		return mixed(hash, (uint64_t)item->outcome | (uint64_t)item->stage << 8 |
					   (uint64_t)item->translated << 16 |
					   (uint64_t)item->domain << 32);
	}
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
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
		if (key_type(key) == NODE_ENTRY)
			entry |= s->views[key & 0xffff].meaning.outcome != s->state[1].outcome;
		if (key_type(key) != NODE_ITEM || item->outcome == s->state[1].outcome)
			continue;
		pasid |= (key & IN_PASID_CACHE) != 0;
		tlb |= (key & IN_IOTLB) != 0;
		device |= (key & IN_DEVICE) != 0;
	}
	/* Paging entries are in no cache that is invalidated alone; with caching mode one step may do all. */
	n = kind_is_of_paging(s->q->kind) ? entry | tlb : entry + pasid + tlb;
	return (s->q->caching_mode ? n > 0 : n) + device;
}

void find_left_begin(struct find_left *left)
{
	*left = (struct find_left){ .image = 1 }; /* of no sequence it is 0 */
}

void find_left_add(struct find_left *left, const void *workspace)
{
	const struct search *s = workspace;
	unsigned n = invalidations(s);

	left->questions++;
	left->image = mixed_words(left->image, s->places[s->q->count].image, s->words);
	if (left->invalidations < n)
		left->invalidations = n;
	for (uint32_t i = 0; i < s->node_count; i++) {
		if (key_place(s->nodes[i].key) != s->q->count)
			continue;
		if (left->count == held_room &&
		    !(held = realloc(held, (held_room = 2 * held_room + 256) * sizeof(*held))))
			abort();
		held[left->count++] = of_node(s, s->nodes[i].key, left->questions);
	}
}

void find_left_end(struct find_left *left)
{
	size_t n = 0;

	qsort(held, left->count, sizeof(*held), compare);
	for (size_t i = 0; i < left->count; i++)
		if (!i || held[i] != held[n - 1])
			held[n++] = held[i];
	left->held = held;
	left->count = n;
	for (unsigned i = 0; i < 2; i++) {
		left->hash[i] = mixed(i * 0x632be59bd9b4e019, left->image);
		for (size_t at = 0; at < n; at++)
			left->hash[i] = mixed(left->hash[i], held[at]);
	}
}
