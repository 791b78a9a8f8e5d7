/* SPDX-License-Identifier: BSD-2-Clause */
/* The model: explores every schedule of a sequence and a translation, and collects outcomes and harms. */
#include "tests/litmus/model_search.h"
#include "vtd/translate.h"

static uint64_t key_of(enum node_type type, unsigned position, unsigned visible, uint64_t payload)
{
	return (uint64_t)type << 62 | (uint64_t)position << 54 | (uint64_t)visible << 46 | payload;
}

static unsigned key_position(uint64_t key)
{
	return key >> 54 & 255;
}

static unsigned key_visible(uint64_t key)
{
	return key >> 46 & 255;
}

static bool same_words(const uint64_t *a, const uint64_t *b, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void reach(struct search *s, uint32_t parent, uint64_t key, struct model_event event)
{
	uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15) >> 32) & (s->table_size - 1);

	for (; s->table[at]; at = (at + 1) & (s->table_size - 1))
		if (s->nodes[s->table[at] - 1].key == key)
			return;
	if (s->node_count == s->node_room) {
		s->answer->overflow = true;
		return;
	}
	s->nodes[s->node_count] = (struct node){ key, parent, event };
	s->table[at] = ++s->node_count;
}

static void tell(struct search *s, uint32_t node, struct model_event last, enum model_harm harm)
{
	struct model_answer *a = s->answer;
	unsigned n = 1;

	a->harms |= harm;
	if (a->event_count)
		return; /* breadth first: the first one found is a shortest */
	for (uint32_t at = node; s->nodes[at].parent != at; at = s->nodes[at].parent)
		n++;
	if (n > MODEL_EVENTS)
		return;
	a->event_count = n;
	a->witness_harm = harm;
	a->events[--n] = last;
	for (uint32_t at = node; s->nodes[at].parent != at; at = s->nodes[at].parent)
		a->events[--n] = s->nodes[at].event;
}

static unsigned view_of(struct search *s, const uint64_t *value, bool present)
{
	struct view v = { .value = { 0 } };

	for (unsigned i = 0; i < s->words; i++)
		v.value[i] = value[i];
	if (present)
		v.value[0] |= kind_present(s->q->kind);
	for (unsigned i = 0; i < s->view_count; i++)
		if (same_words(s->views[i].value, v.value, s->words))
			return i;
	if (s->view_count == VIEWS_MAX) {
		s->answer->overflow = true;
		return 0;
	}
	s->q->meaning(s->q->context, v.value, &v.meaning);
	s->views[s->view_count] = v;
	return s->view_count++;
}

static unsigned item_of(struct search *s, const struct model_meaning *m)
{
	for (unsigned i = 0; i < s->item_count; i++)
		if (s->items[i].outcome == m->outcome && s->items[i].domain == m->domain &&
		    s->items[i].stage == m->stage && s->items[i].translated == m->translated)
			return i;
	if (s->item_count == ITEMS_MAX) {
		s->answer->overflow = true;
		return 0;
	}
	s->items[s->item_count] = (struct item){ m->outcome, m->stage, m->translated, m->domain };
	return s->item_count++;
}

/* A request comes to `outcome`; `rest`: it was made with the entry at rest in that state, else -1.
 */
static void use(struct search *s, uint32_t node, const struct model_meaning *m, int rest)
{
	struct model_event event = { .type = rest >= 0 ? EVENT_REQUEST : EVENT_USE,
				     .outcome = m->outcome,
				     .to = (uint8_t)(rest > 0),
				     .domain = m->domain };
	bool is_state = m->outcome == s->state[0].outcome || m->outcome == s->state[1].outcome;
	bool is_blocked = m->outcome == s->q->blocked;

	s->answer->outcomes |= (uint16_t)(1 << m->outcome);
	if (!is_state && !is_blocked) {
		s->answer->harmful |= (uint16_t)(1 << m->outcome);
		tell(s, node, event, HARM_MIXTURE);
	}
	if (is_blocked && !is_state && s->q->never_blocks) {
		s->answer->harmful |= (uint16_t)(1 << m->outcome);
		tell(s, node, event, HARM_BLOCKED);
	}
	if (rest >= 0 && m->outcome != s->state[rest].outcome)
		tell(s, node, event, HARM_STALE);
}

/* The bit of a domain-id in `walked`. */
static uint16_t domain_bit(struct search *s, uint16_t domain)
{
	unsigned i = 0;

	while (i < s->domain_count && s->domains[i] != domain)
		i++;
	if (i == DOMAINS_MAX) {
		s->answer->overflow = true;
		return 0;
	}
	s->domains[i] = domain;
	s->domain_count += i == s->domain_count;
	return (uint16_t)(1 << i);
}

/* A request is translated by an entry of this meaning; `flags` of the fetch, if it is by one. */
static void fill(struct search *s, uint32_t node, const struct model_meaning *m, unsigned position,
		 uint64_t flags)
{
	struct model_event event = { .type = EVENT_FILL,
				     .outcome = m->outcome,
				     .domain = m->domain };

	if (m->good && m->stage == STAGE_SECOND)
		(flags & NO_IOTLB ? s->asked : s->walked)[position] |= domain_bit(s, m->domain);
	/* What only a device keeps has no domain-id. */
	for (unsigned i = 0; i < 2 && m->translated && !(flags & NO_IOTLB); i++)
		if (m->outcome == s->state[i].outcome && m->domain != s->state[i].domain &&
		    s->state[0].outcome != s->state[1].outcome)
			tell(s, node, event, HARM_MISTAGGED);
	if (translation_may_be_kept(s, m) && item_home(s, m, flags))
		reach(s, node,
		      key_of(NODE_ITEM, position, 0,
			     (uint64_t)item_of(s, m) << 4 | item_home(s, m, flags)),
		      event);
}

/* An entry was read whole: it is acted on, and may be kept. */
static void complete(struct search *s, uint32_t node, unsigned position, const uint64_t *value,
		     int rest, uint64_t flags)
{
	for (unsigned lenient = 0; lenient <= s->q->fetch->ignores_present; lenient++) {
		unsigned v = view_of(s, value, lenient);
		const struct model_meaning *m = &s->views[v].meaning;

		use(s, node, m, rest);
		if (entry_may_be_kept(s, m) && !(flags & NO_ENTRY))
			reach(s, node, key_of(NODE_ENTRY, position, 0, v),
			      (struct model_event){ .type = EVENT_CACHE });
		fill(s, node, m, position, flags);
	}
}

/* The page is that of one reading of the entry, the domain-id that of another. */
static void fill_apart(struct search *s, uint32_t node, unsigned position, const uint64_t *value,
		       const uint64_t *other, uint64_t flags)
{
	struct model_meaning mixed = s->views[view_of(s, value, false)].meaning;
	const struct model_meaning *m = &s->views[view_of(s, other, false)].meaning;

	mixed.domain = m->domain;
	if (m->translated)
		fill(s, node, &mixed, position, flags);
}

static unsigned version_in(uint64_t payload, unsigned part)
{
	return payload >> (VERSION_BITS * part) & ((1 << VERSION_BITS) - 1);
}

static void expand_fetch(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key, payload = key & ((1ull << 46) - 1);
	unsigned position = key_position(key), visible = key_visible(key);
	unsigned parts = s->q->fetch->parts;
	uint64_t left = is_over(s, position) ? payload : fetch_after(s, position, payload);
	struct model_event done = { .type = EVENT_STEP,
				    .step = (uint8_t)(position % s->q->count),
				    .to = (uint8_t)direction(s, position) };
	bool all = true;

	/* Nothing fetched: the updater goes on; and with the entry at rest a request may be made.
	 */
	if (!payload && at_rest(s, position) >= 0)
		complete(s, index, position, s->image[visible], at_rest(s, position), 0);
	if ((!payload || left) && !is_over(s, position))
		reach(s, index,
		      key_of(NODE_FETCH, after(s, position), visible_after(s, position, visible),
			     left),
		      done);
	if (visible != position)
		reach(s, index, key_of(NODE_FETCH, position, position, payload),
		      (struct model_event){ .type = EVENT_EVICT });
	for (unsigned p = 0; p < parts; p++) {
		unsigned v = s->version_at[p][visible];

		if (version_in(payload, p) != NO_VERSION)
			continue;
		all = false;
		if (s->q->fetch->present_first && p && version_in(payload, 0) == NO_VERSION)
			continue;
		/* Without P nothing more is read. */
		if (s->q->fetch->present_first && p &&
		    !(s->version[0][version_in(payload, 0) - 1][0] & kind_present(s->q->kind)))
			continue;
		reach(s, index,
		      key_of(NODE_FETCH, position, visible,
			     payload | (uint64_t)(v + 1) << (VERSION_BITS * p)),
		      (struct model_event){ .type = EVENT_FETCH, .part = (uint8_t)p });
	}
	if (!all && s->q->fetch->present_first && version_in(payload, 0) != NO_VERSION)
		all = !(s->version[0][version_in(payload, 0) - 1][0] & kind_present(s->q->kind));
	if (all) {
		uint64_t value[8] = { 0 };
		bool apart = s->q->fetch->domain_apart;

		for (unsigned p = 0; p < (apart ? 1 : parts); p++)
			for (unsigned i = 0; i < s->words && version_in(payload, p); i++)
				value[i] |= s->version[p][version_in(payload, p) - 1][i];
		complete(s, index, position, value, -1, payload);
		if (apart)
			fill_apart(s, index, position, value,
				   s->version[1][version_in(payload, 1) - 1], payload);
	}
}

static void expand_entry(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key;
	unsigned position = key_position(key), next = after(s, position);
	const struct model_meaning m = s->views[key & 0xffff].meaning;

	use(s, index, &m, at_rest(s, position));
	fill(s, index, &m, position, 0);
	if (!is_over(s, position) && entry_survives(s, position, &m))
		reach(s, index, key_of(NODE_ENTRY, next, 0, key & 0xffff),
		      (struct model_event){ .type = EVENT_STEP,
					    .step = (uint8_t)(position % s->q->count),
					    .to = (uint8_t)direction(s, position) });
}

/* What a device translated itself, root and context entry are looked at for (section 4.2.5). */
static bool refuses_translated(const struct search *s, int rest)
{
	return s->q->device_tlb && rest >= 0 && !s->state[rest].good &&
	       s->q->kind <= KIND_SM_CONTEXT;
}

static void expand_item(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key;
	unsigned position = key_position(key), next = after(s, position);
	const struct item *item = &s->items[(key & 0xffff) >> 4];
	struct model_meaning m = { .outcome = item->outcome, .domain = item->domain };
	unsigned held = is_over(s, position) ? 0 : item_left(s, position, item, key & 15);

	/* What is in the paging-structure cache alone answers no request: see walk_from_kept(). */
	if ((key & 15) != IN_PAGING_CACHE && !refuses_translated(s, at_rest(s, position)))
		use(s, index, &m, at_rest(s, position));
	if (held)
		reach(s, index, key_of(NODE_ITEM, next, 0, (key & 0xfff0) | held),
		      (struct model_event){ .type = EVENT_STEP,
					    .step = (uint8_t)(position % s->q->count),
					    .to = (uint8_t)direction(s, position) });
}

/*
 * Paging entries are looked up by domain-id: whatever entry has that one, its walk may go on from them, and the
 * translation is kept (sections 6.2.5 and 6.2.7). Which domain-ids are walked with is known once all else is.
 */
static void walk_from_kept(struct search *s)
{
	for (uint32_t i = 0, count = s->node_count; i < count; i++) {
		uint64_t key = s->nodes[i].key;
		struct model_event event;
		const struct item *item;

		if (key >> 62 != NODE_ITEM || (key & 15) != IN_PAGING_CACHE)
			continue;
		item = &s->items[(key & 0xffff) >> 4];
		event = (struct model_event){ .type = EVENT_WALK,
					      .outcome = item->outcome,
					      .domain = item->domain };
		if (s->walked[key_position(key)] & domain_bit(s, item->domain))
			reach(s, i, key | IN_IOTLB, event);
		if (s->asked[key_position(key)] & domain_bit(s, item->domain))
			reach(s, i, key | IN_DEVICE, event);
	}
}

/* What stands in memory before each step. */
static void make_images(struct search *s)
{
	unsigned round = 2 * (unsigned)s->q->count;
	uint64_t entry[8] = { 0 };

	for (unsigned i = 0; i < s->words; i++)
		entry[i] = s->q->state[0][i];
	for (unsigned at = 0; at < 2 * round; at++) {
		unsigned to = direction(s, at);

		for (unsigned i = 0; i < s->words; i++)
			s->image[at][i] = entry[i];
		step_apply(step_at(s, at), s->q->kind, s->q->state[!to], s->q->state[to], entry);
	}
	if (s->q->one_way) {
		if (!same_words(s->image[s->q->count], s->q->state[1], s->words))
			s->answer->harms |= HARM_WRONG_END;
		s->positions = (unsigned)s->q->count + 1;
		return;
	}
	if (same_words(s->image[s->q->count], s->q->state[1], s->words) &&
	    same_words(s->image[round], s->q->state[0], s->words)) {
		s->positions = round;
		return;
	}
	s->answer->harms |= HARM_WRONG_END;
	s->positions = 2 * round;
	s->loop_start = round;
}

static void make_versions(struct search *s)
{
	for (unsigned p = 0; p < s->q->fetch->parts; p++)
		for (unsigned at = 0; at < s->positions; at++) {
			uint64_t part[8];
			unsigned v = 0;

			for (unsigned i = 0; i < s->words; i++)
				part[i] = s->image[at][i] & s->q->fetch->mask[p][i];
			while (v < s->versions[p] && !same_words(s->version[p][v], part, s->words))
				v++;
			if (v == (1 << VERSION_BITS) - 2) {
				s->answer->overflow = true;
				v = 0;
			} else if (v == s->versions[p]) {
				for (unsigned i = 0; i < s->words; i++)
					s->version[p][v][i] = part[i];
				s->versions[p]++;
			}
			s->version_at[p][at] = (uint8_t)v;
		}
}

void model_run(const struct model_question *q, void *workspace, size_t bytes,
	       struct model_answer *answer)
{
	struct search *s = workspace;
	uint8_t *rest = (uint8_t *)workspace + sizeof(*s);
	size_t left = bytes - sizeof(*s);

	*answer = (struct model_answer){ 0 };
	if (bytes < sizeof(*s) + (1 << 16) || !q->count || q->count > SEQUENCE_STEPS_MAX) {
		answer->overflow = true;
		return;
	}
	for (size_t i = 0; i < offsetof(struct search, views) / 8; i++)
		((uint64_t *)workspace)[i] = 0;
	s->q = q;
	s->answer = answer;
	s->words = kind_words(q->kind);
	/* The hash is kept at most half full. */
	s->table_size = 1024;
	while (s->table_size * 2 * (sizeof(uint32_t) + sizeof(struct node) / 2) <= left)
		s->table_size *= 2;
	s->table = (uint32_t *)rest;
	s->nodes = (struct node *)(rest + s->table_size * sizeof(uint32_t));
	s->node_room = s->table_size / 2;
	for (uint32_t i = 0; i < s->table_size; i++)
		s->table[i] = 0;
	make_images(s);
	make_versions(s);
	q->meaning(q->context, q->state[0], &s->state[0]);
	q->meaning(q->context, q->state[1], &s->state[1]);
	reach(s, 0, key_of(NODE_FETCH, 0, 0, 0), (struct model_event){ 0 });
	for (uint32_t i = 0; i < s->node_count; i++) {
		switch (s->nodes[i].key >> 62) {
		case NODE_FETCH:
			expand_fetch(s, i);
			break;
		case NODE_ENTRY:
			expand_entry(s, i);
			break;
		case NODE_ITEM:
			expand_item(s, i);
			break;
		}
		if (i + 1 == s->node_count)
			walk_from_kept(s);
	}
	answer->states = s->node_count;
}
