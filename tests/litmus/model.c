/* SPDX-License-Identifier: BSD-2-Clause */
/* The model: explores every schedule of a sequence and a translation, and collects outcomes and harms. */
#include "tests/litmus/model_search.h"
#include "vtd/translate.h"

static uint64_t key_of(enum node_type type, unsigned place, unsigned visible, uint64_t payload)
{
	return (uint64_t)type << 62 | (uint64_t)place << (PAYLOAD_BITS + PLACE_BITS) |
	       (uint64_t)visible << PAYLOAD_BITS | payload;
}

static bool same_words(const uint64_t *a, const uint64_t *b, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Where a key stands in the table, or may be put. */
static uint32_t table_at(const struct search *s, uint64_t key)
{
	uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15) >> 32) & (s->table_size - 1);

	while (s->table[at] && s->nodes[s->table[at] - 1].key != key)
		at = (at + 1) & (s->table_size - 1);
	return at;
}

/* Most questions have few nodes: to clear a table for the most there can be would take longer than the search. */
static void set_table_size(struct search *s, uint32_t size)
{
	s->table_size = size;
	for (uint32_t i = 0; i < size; i++)
		s->table[i] = 0;
	for (uint32_t i = 0; i < s->node_count; i++)
		s->table[table_at(s, s->nodes[i].key)] = i + 1;
}

static void reach(struct search *s, uint32_t parent, uint64_t key, struct model_event event)
{
	uint32_t at = table_at(s, key);

	if (s->table[at])
		return;
	if (s->node_count == s->node_room) {
		s->answer->overflow = true;
		return;
	}
	s->nodes[s->node_count] = (struct node){ key, parent, event };
	s->table[at] = ++s->node_count;
	/* It is kept at most half full. */
	if (2 * s->node_count > s->table_size)
		set_table_size(s, 2 * s->table_size);
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
		    s->items[i].stage == m->stage && s->items[i].translated == m->translated &&
		    s->items[i].is_large == m->is_large)
			return i;
	if (s->item_count == ITEMS_MAX) {
		s->answer->overflow = true;
		return 0;
	}
	s->items[s->item_count] = (struct item){ m->outcome, m->stage, m->translated, m->is_large,
						 m->domain };
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
	/* What only a device keeps has no domain-id. Under the spare one nobody else finds it. */
	for (unsigned i = 0; i < 2 && m->translated && !(flags & NO_IOTLB); i++)
		if (m->outcome == s->state[i].outcome && m->domain != s->state[i].domain &&
		    m->domain != SPARE_DOMAIN && s->state[0].outcome != s->state[1].outcome)
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

static struct model_event move_event(const struct search *s, unsigned place, const struct move *m)
{
	return (struct model_event){ .type = EVENT_STEP,
				     .step = m->step,
				     .part = m->part,
				     .to = (uint8_t)direction(s, s->places[place].position) };
}

/* The position of the step that a move is of. */
static unsigned move_position(const struct search *s, unsigned place, const struct move *m)
{
	unsigned position = s->places[place].position;

	return position - position % (unsigned)s->q->count + m->step;
}

/* The entry as it was fetched: what was not is 0. */
static void fetched(const struct search *s, uint64_t payload, unsigned first, unsigned parts,
		    uint64_t value[8])
{
	for (unsigned i = 0; i < 8; i++)
		value[i] = 0;
	for (unsigned p = first; p < first + parts; p++)
		for (unsigned i = 0; i < s->words && version_in(s, payload, p); i++)
			value[i] |= version_words(s, p, version_in(s, payload, p))[i] &
				    s->q->fetch->mask[p][i];
}

/* The processor's cache writes a line back by itself. */
static void evict(struct search *s, uint32_t index, unsigned place, unsigned visible,
		  uint64_t payload)
{
	for (unsigned line = 0; line < (is_apart(s) ? LINES : 1u); line++) {
		unsigned now = is_apart(s) ? with_line(visible, line, s->line_at[line][place])
					   : place;

		if (now != visible)
			reach(s, index, key_of(NODE_FETCH, place, now, payload),
			      (struct model_event){ .type = EVENT_EVICT, .part = (uint8_t)line });
	}
}

static void expand_fetch(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key, payload = key_payload(key);
	unsigned place = key_place(key), visible = key_visible(key);
	unsigned parts = s->q->fetch->parts;
	bool all = true;
	uint64_t value[8];

	/* Nothing fetched: the updater goes on; and with the entry at rest a request may be made.
	 */
	for (unsigned w = 0; w < 8; w++)
		value[w] = s->places[place_seen(s, visible, w)].image[w];
	if (!payload && at_rest(s, place) >= 0)
		complete(s, index, place, value, at_rest(s, place), 0);
	for (unsigned i = 0; i < s->places[place].count && !is_over(s, place); i++) {
		const struct move *m = &s->moves[s->places[place].moves + i];
		unsigned at = move_position(s, place, m);
		uint64_t left = fetch_after(s, at, payload);

		if (!payload || left)
			reach(s, index,
			      key_of(NODE_FETCH, m->to, visible_after(s, at, m->to, visible), left),
			      move_event(s, place, m));
	}
	evict(s, index, place, visible, payload);
	for (unsigned p = 0; p < parts; p++) {
		unsigned v = s->version_at[p][place_seen(s, visible, p)];

		if (version_in(s, payload, p) != NO_VERSION)
			continue;
		all = false;
		if (s->q->fetch->present_first && p && version_in(s, payload, 0) == NO_VERSION)
			continue;
		/* Without P nothing more is read. */
		if (s->q->fetch->present_first && p && !is_present(s, payload))
			continue;
		reach(s, index,
		      key_of(NODE_FETCH, place, visible,
			     payload | (uint64_t)(v + 1) << s->version_shift[p]),
		      (struct model_event){ .type = EVENT_FETCH, .part = (uint8_t)p });
	}
	if (!all && s->q->fetch->present_first && version_in(s, payload, 0) != NO_VERSION)
		all = !is_present(s, payload);
	if (all) {
		uint64_t other[8];
		bool apart = s->q->fetch->domain_apart;

		fetched(s, payload, 0, apart ? 1 : parts, value);
		complete(s, index, place, value,
			 keeps_first_word(s, payload) ? at_rest(s, place) : -1, payload);
		if (apart) {
			fetched(s, payload, 1, 1, other);
			fill_apart(s, index, place, value, other, payload);
		}
	}
}

static void expand_entry(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key;
	unsigned place = key_place(key);
	const struct model_meaning m = s->views[key & 0xffff].meaning;

	use(s, index, &m, at_rest(s, place));
	fill(s, index, &m, place, 0);
	for (unsigned i = 0; i < s->places[place].count && !is_over(s, place); i++) {
		const struct move *move = &s->moves[s->places[place].moves + i];

		if (entry_survives(s, move_position(s, place, move), &m))
			reach(s, index, key_of(NODE_ENTRY, move->to, 0, key & 0xffff),
			      move_event(s, place, move));
	}
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
	unsigned place = key_place(key);
	const struct item *item = &s->items[(key & 0xffff) >> 4];
	struct model_meaning m = { .outcome = item->outcome, .domain = item->domain };

	/* What is in the paging-structure cache alone answers no request: see walk_from_kept(). */
	if ((key & 15) != IN_PAGING_CACHE && !refuses_translated(s, at_rest(s, place)))
		use(s, index, &m, at_rest(s, place));
	for (unsigned i = 0; i < s->places[place].count && !is_over(s, place); i++) {
		const struct move *move = &s->moves[s->places[place].moves + i];
		unsigned held = item_left(s, move_position(s, place, move), item, key & 15);

		if (held)
			reach(s, index, key_of(NODE_ITEM, move->to, 0, (key & 0xfff0) | held),
			      move_event(s, place, move));
	}
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

		if (key_type(key) != NODE_ITEM || (key & 15) != IN_PAGING_CACHE)
			continue;
		item = &s->items[(key & 0xffff) >> 4];
		event = (struct model_event){ .type = EVENT_WALK,
					      .outcome = item->outcome,
					      .domain = item->domain };
		if (s->walked[key_place(key)] & domain_bit(s, item->domain))
			reach(s, i, key | IN_IOTLB, event);
		if (s->asked[key_place(key)] & domain_bit(s, item->domain))
			reach(s, i, key | IN_DEVICE, event);
	}
}

void model_run(const struct model_question *q, void *workspace, size_t bytes,
	       struct model_answer *answer)
{
	struct search *s = workspace;
	uint8_t *rest = (uint8_t *)workspace + sizeof(*s);
	size_t left = bytes - sizeof(*s);
	uint32_t most = TABLE_LEAST;

	*answer = (struct model_answer){ 0 };
	if (bytes < sizeof(*s) + (1 << 16) || !q->count || q->count > SEQUENCE_STEPS_MAX) {
		answer->overflow = true;
		return;
	}
	for (size_t i = 0; i < offsetof(struct search, places) / 8; i++)
		((uint64_t *)workspace)[i] = 0;
	s->q = q;
	s->answer = answer;
	s->words = kind_words(q->kind);
	while (most * 2 * (sizeof(uint32_t) + sizeof(struct node) / 2) <= left)
		most *= 2;
	s->table = (uint32_t *)rest;
	s->nodes = (struct node *)(rest + most * sizeof(uint32_t));
	s->node_room = most / 2;
	set_table_size(s, TABLE_LEAST);
	if (!search_make_places(s)) {
		answer->overflow = true;
		return;
	}
	q->meaning(q->context, q->state[0], &s->state[0]);
	q->meaning(q->context, q->state[1], &s->state[1]);
	reach(s, 0, key_of(NODE_FETCH, 0, visible_at(s, 0), 0), (struct model_event){ 0 });
	for (uint32_t i = 0; i < s->node_count; i++) {
		switch (key_type(s->nodes[i].key)) {
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
