/* SPDX-License-Identifier: BSD-2-Clause */
#include "vtd/model.h"
#include "vtd/entry.h"
#include "vtd/translate.h"

#define POSITIONS    (4 * SEQUENCE_STEPS_MAX) /* of the updater: there and back, twice */
#define VERSION_BITS 5
#define VIEWS_MAX    4096
#define ITEMS_MAX    64
#define DOMAINS_MAX  16
#define NO_VERSION   0 /* a part that was not fetched yet */

/* What a fetch under way may no longer fill: bits of its payload, above the parts' versions. */
#define NO_ENTRY (1ull << 40) /* its entry's own cache was invalidated since */
#define NO_PASID (1ull << 41) /* and after that the PASID cache, if that is another */

/*
 * A node of the search: where the updater is, what of its stores is visible, and one thing that the
 * unit holds: a fetch under way (each part's version), a cached entry, or a cached translation.
 */
enum node_type { NODE_FETCH, NODE_ENTRY, NODE_ITEM };

struct node {
	uint64_t key; /* type 63:62, position 61:54, visible 53:46, payload 45:0 */
	uint32_t parent;
	struct model_event event; /* how it was reached */
};

struct view {
	uint64_t value[8];
	struct model_meaning meaning;
};

/* Where a translation is kept, or what leads to it: a bit set. */
enum {
	IN_IOTLB = 1,
	IN_PASID_CACHE = 2, /* the PASID-table entry that a context entry leads to */
	IN_DEVICE = 4,
	/* The second stage's paging entries; only where a PASID-based invalidation may spare them. */
	IN_PAGING_CACHE = 8,
};

/* A translation. */
struct item {
	uint8_t outcome, stage;
	uint16_t domain;
};

struct search {
	const struct model_question *q;
	struct model_answer *answer;
	unsigned words;
	/*
	 * 2 * count, and after the last comes the first; but if the sequence does not end in the
	 * new entry, the first round differs from those after it: 4 * count, and the second round
	 * repeats.
	 */
	unsigned positions, loop_start;
	uint64_t image[POSITIONS][8]; /* what stands in memory before each step */
	uint64_t version[MODEL_PARTS][1 << VERSION_BITS][8];
	unsigned versions[MODEL_PARTS];
	uint8_t version_at[MODEL_PARTS][POSITIONS];
	struct model_meaning state[2];
	struct view views[VIEWS_MAX];
	unsigned view_count;
	struct item items[ITEMS_MAX];
	unsigned item_count;
	/* Domain-ids of second-stage entries, and which of them a walk may have at each position. */
	uint16_t domains[DOMAINS_MAX], walked[POSITIONS];
	unsigned domain_count;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint32_t *table; /* hash of keys: index + 1 */
	uint32_t table_size;
};

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

/* At the beginning of each half nothing is going on: the state that should be in force, else -1. */
static int at_rest(const struct search *s, unsigned position)
{
	return position % s->q->count ? -1 : (int)(position / s->q->count % 2);
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
		    s->items[i].stage == m->stage)
			return i;
	if (s->item_count == ITEMS_MAX) {
		s->answer->overflow = true;
		return 0;
	}
	s->items[s->item_count] = (struct item){ m->outcome, m->stage, m->domain };
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

static bool is_paging_entry(const struct search *s)
{
	return s->q->kind == KIND_TABLE || s->q->kind == KIND_LEAF;
}

/* A context entry leads to PASID-table entries, which have a cache of their own. */
static bool leads_to_pasid_entries(const struct search *s)
{
	return s->q->kind == KIND_SM_CONTEXT || s->q->kind == KIND_SM_ROOT;
}

/*
 * The caches that an item begins in. Elsewhere paging entries are invalidated with the translations, and are
 * found in fewer cases (by domain-id: table 17), so they add nothing.
 */
static unsigned item_home(const struct search *s, const struct model_meaning *m, uint64_t flags)
{
	unsigned home = IN_IOTLB;

	if (s->q->device_tlb)
		home |= IN_DEVICE;
	if (s->q->qemu_caches)
		return home;
	if (leads_to_pasid_entries(s) && !(flags & NO_PASID))
		home |= IN_PASID_CACHE;
	if (s->q->kind == KIND_PASID && m->stage == STAGE_SECOND)
		home |= IN_PAGING_CACHE;
	return home;
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

/*
 * A request is translated by an entry with this meaning. The translation may be kept if it is one; with CAP.CM = 1
 * a fault of the second stage, too, of the first never (section 6.2.4.1).
 */
static void fill(struct search *s, uint32_t node, const struct model_meaning *m, unsigned position,
		 uint64_t flags)
{
	struct model_event event = { .type = EVENT_FILL,
				     .outcome = m->outcome,
				     .domain = m->domain };

	if (m->good && m->stage == STAGE_SECOND)
		s->walked[position] |= domain_bit(s, m->domain);
	if (!m->translated &&
	    !(m->good && m->stage == STAGE_SECOND && s->q->caching_mode && !is_paging_entry(s)))
		return;
	for (unsigned i = 0; i < 2 && m->translated; i++)
		if (m->outcome == s->state[i].outcome && m->domain != s->state[i].domain &&
		    s->state[0].outcome != s->state[1].outcome)
			tell(s, node, event, HARM_MISTAGGED);
	if (!s->q->caches || (s->q->qemu_caches && s->q->kind == KIND_SM_CONTEXT))
		return;
	reach(s, node,
	      key_of(NODE_ITEM, position, 0, (uint64_t)item_of(s, m) << 4 | item_home(s, m, flags)),
	      event);
}

static bool keeps_entries(const struct search *s)
{
	/* QEMU has no paging-structure caches either: what it keeps are translations. */
	return !s->q->qemu_caches || s->q->kind < KIND_PASID_DIR;
}

/*
 * Whether an entry with this meaning may be cached. One that is at fault itself may with CAP.CM = 1 (sections
 * 6.2.2, 6.2.3, 6.2.5.5), but for those of the first stage (section 6.2.4.1).
 */
static bool may_keep(const struct search *s, const struct model_meaning *m)
{
	bool good = is_paging_entry(s) ? m->translated : m->good;

	return s->q->caches && keeps_entries(s) &&
	       (good || (s->q->caching_mode && !(is_paging_entry(s) && m->stage != STAGE_SECOND)));
}

/* The DID that it is cached under: 0 for one that is at fault itself (sections 6.2.2, 6.2.3). */
static uint16_t tag_of(const struct search *s, const struct model_meaning *m)
{
	return m->good || is_paging_entry(s) ? m->domain : 0;
}

/* An entry was read whole: it is acted on, and may be kept. */
static void complete(struct search *s, uint32_t node, unsigned position, const uint64_t *value,
		     int rest, uint64_t flags)
{
	for (unsigned lenient = 0; lenient <= s->q->fetch->ignores_present; lenient++) {
		unsigned v = view_of(s, value, lenient);
		const struct model_meaning *m = &s->views[v].meaning;

		use(s, node, m, rest);
		if (may_keep(s, m) && !(flags & NO_ENTRY))
			reach(s, node, key_of(NODE_ENTRY, position, 0, v),
			      (struct model_event){ .type = EVENT_CACHE });
		fill(s, node, m, position, flags);
		for (unsigned i = 0; i < s->versions[0] && s->q->fetch->domain_apart; i++) {
			unsigned other = view_of(s, s->version[0][i], false);
			struct model_meaning mixed = s->views[v].meaning;

			mixed.domain = s->views[other].meaning.domain;
			if (s->views[other].meaning.translated)
				fill(s, node, &mixed, position, flags);
		}
	}
}

static const struct step *step_at(const struct search *s, unsigned position)
{
	return &s->q->steps[position % s->q->count];
}

static unsigned after(const struct search *s, unsigned position)
{
	return position + 1 == s->positions ? s->loop_start : position + 1;
}

/* The state that the half `position` lies in leads to. */
static unsigned direction(const struct search *s, unsigned position)
{
	return position / s->q->count % 2 == 0;
}

/* The state that `value` means in the direction of the step at `position`. */
static unsigned state_of(const struct search *s, unsigned position, const struct step *step)
{
	unsigned to = direction(s, position);

	return step->value == VALUE_OLD || step->value == VALUE_OLD_NOT_PRESENT ? !to : to;
}

/* Caches that a step empties. */
enum { DROP_CONTEXT = 1, DROP_PASID = 2, DROP_IOTLB = 4, DROP_PIOTLB = 8, DROP_DEVICE = 16 };

/* Of what is tagged `domain`, or 0 as well, or of all. */
struct dropped {
	unsigned caches;
	uint16_t domain;
	bool zero, all;
};

static struct dropped drops(const struct search *s, unsigned position)
{
	const struct step *step = step_at(s, position);
	const struct model_meaning *m = &s->state[state_of(s, position, step)];
	struct dropped d = { .domain = m->domain };

	switch (step->op) {
	case STEP_INVALIDATE_CONTEXT:
		d.caches = DROP_CONTEXT;
		break;
	case STEP_INVALIDATE_PASID: /* only where one PASID is used: its DID is all that matters */
	case STEP_INVALIDATE_PASID_DOMAIN:
		d.caches = DROP_PASID;
		break;
	case STEP_INVALIDATE_IOTLB:
		d.caches = DROP_IOTLB;
		break;
	case STEP_INVALIDATE_PIOTLB:
		d.caches = DROP_PIOTLB;
		break;
	case STEP_INVALIDATE_TLB:
		d.caches = vtd_stage_is_by_domain(m->stage) ? DROP_IOTLB : DROP_PIOTLB;
		break;
	case STEP_INVALIDATE_DEVTLB:
		d.caches = DROP_DEVICE;
		break;
	case STEP_SETTLE_NEW:
		d.zero = true;
		if (s->q->caching_mode)
			d.caches = DROP_CONTEXT | DROP_PASID | DROP_IOTLB;
		break;
	case STEP_INVALIDATE_GLOBAL:
		d.all = true;
		d.caches = DROP_CONTEXT | DROP_PASID | DROP_IOTLB;
		break;
	}
	return d;
}

/* Whether it drops from one of `caches` what is tagged so. */
static bool reaches(const struct search *s, const struct dropped *d, unsigned caches, uint16_t tag)
{
	/* The context cache has no such tag in scalable mode (table 17). */
	bool untagged = caches == DROP_CONTEXT && s->q->kind >= KIND_SM_ROOT;

	return d->caches & caches && (d->all || untagged || tag == d->domain || (d->zero && !tag));
}

/* What empties the cache that an entry of the kind asked about is in. */
static unsigned entry_cache(const struct search *s)
{
	switch (s->q->kind) {
	case KIND_PASID_DIR:
	case KIND_PASID:
		return DROP_PASID;
	case KIND_TABLE:
		/* A paging-structure cache; those of the second stage only the first reaches (table 24). */
		return s->state[0].stage == STAGE_SECOND ? DROP_IOTLB : DROP_IOTLB | DROP_PIOTLB;
	case KIND_LEAF:
		return DROP_IOTLB | DROP_PIOTLB;
	default:
		return DROP_CONTEXT;
	}
}

/* What empties the IOTLB of a translation of this stage: tables 23 and 24. */
static unsigned translation_cache(const struct search *s, uint8_t stage)
{
	bool spared = stage == STAGE_SECOND && s->q->fetch->piotlb_spares_second;

	return DROP_IOTLB | (spared ? 0u : DROP_PIOTLB);
}

/* What is left of where an item is kept; each cache is filled again from the one before it. */
static unsigned item_left(const struct search *s, unsigned position, const struct item *item,
			  unsigned held)
{
	struct dropped d = drops(s, position);

	/* A device keeps no domain-ids. */
	if (d.caches & DROP_DEVICE)
		held &= ~(unsigned)IN_DEVICE;
	if (reaches(s, &d, DROP_PASID, item->domain))
		held &= ~(unsigned)IN_PASID_CACHE;
	if (reaches(s, &d, translation_cache(s, item->stage), item->domain))
		held &= ~(unsigned)IN_IOTLB;
	/* A PASID-based invalidation need not reach the second stage's paging entries (section 6.5.2.4). */
	if (reaches(s, &d, DROP_IOTLB, item->domain))
		held &= ~(unsigned)IN_PAGING_CACHE;
	if (held & IN_PASID_CACHE)
		held |= IN_IOTLB;
	if (held & IN_IOTLB && s->q->device_tlb)
		held |= IN_DEVICE;
	return held;
}

/*
 * What becomes of a fetch under way when the step at `position` is done: its payload; 0: it is over. "Hardware
 * may utilize information from the context-caches to tag new entries inserted to the PASID-cache and IOTLB for
 * processing in-flight requests" (section 6.2.2.1; of the PASID cache 6.2.3.1 says the same), until those are
 * invalidated in turn. Nothing else says that an invalidation ends the fetches under way.
 */
static uint64_t fetch_after(const struct search *s, unsigned position, uint64_t payload)
{
	unsigned dropped = drops(s, position).caches;

	/* QEMU translates and invalidates under one lock: none falls into the middle of the other. */
	if (s->q->qemu_caches)
		return dropped ? 0 : payload;
	if (payload && dropped & entry_cache(s))
		payload |= NO_ENTRY;
	if (payload & NO_ENTRY && (!leads_to_pasid_entries(s) || dropped & DROP_PASID))
		payload |= NO_PASID;
	return payload & NO_PASID && dropped & (DROP_IOTLB | DROP_PIOTLB) ? 0 : payload;
}

/* Up to where stores are visible, at least, when the step at `position` is done. */
static unsigned visible_after(const struct search *s, unsigned position, unsigned visible)
{
	const struct step *step = step_at(s, position);
	unsigned next = after(s, position);

	if (!s->q->write_buffer)
		return s->q->coherent || step->op == STEP_FLUSH ? next : visible;
	/* Section 6.8: an invalidation empties the write buffer. Into that goes what is flushed, or all. */
	if (!step_invalidates(step) && step->op != STEP_SETTLE_NEW)
		return visible;
	if (s->q->coherent)
		return next;
	while (position != visible) {
		if (step_at(s, position)->op == STEP_FLUSH)
			return after(s, position);
		position = !position || (position == s->loop_start && visible > position)
				   ? s->positions - 1
				   : position - 1;
	}
	return visible;
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
	uint64_t left = fetch_after(s, position, payload);
	struct model_event done = { .type = EVENT_STEP,
				    .step = (uint8_t)(position % s->q->count),
				    .to = (uint8_t)direction(s, position) };
	bool all = true;

	/* Nothing fetched: the updater goes on; and with the entry at rest a request may be made.
	 */
	if (!payload && at_rest(s, position) >= 0)
		complete(s, index, position, s->image[visible], at_rest(s, position), 0);
	if (!payload || left)
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

		for (unsigned p = 0; p < parts; p++)
			for (unsigned i = 0; i < s->words && version_in(payload, p); i++)
				value[i] |= s->version[p][version_in(payload, p) - 1][i];
		complete(s, index, position, value, -1, payload);
	}
}

static void expand_entry(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key;
	unsigned position = key_position(key), next = after(s, position);
	const struct model_meaning m = s->views[key & 0xffff].meaning;
	struct dropped d = drops(s, position);

	use(s, index, &m, at_rest(s, position));
	fill(s, index, &m, position, 0);
	if (!reaches(s, &d, entry_cache(s), tag_of(s, &m)))
		reach(s, index, key_of(NODE_ENTRY, next, 0, key & 0xffff),
		      (struct model_event){ .type = EVENT_STEP,
					    .step = (uint8_t)(position % s->q->count),
					    .to = (uint8_t)direction(s, position) });
}

static void expand_item(struct search *s, uint32_t index)
{
	uint64_t key = s->nodes[index].key;
	unsigned position = key_position(key), next = after(s, position);
	const struct item *item = &s->items[(key & 0xffff) >> 4];
	struct model_meaning m = { .outcome = item->outcome, .domain = item->domain };
	unsigned held = item_left(s, position, item, key & 15);

	/* What is in the paging-structure cache alone answers no request: see walk_from_kept(). */
	if ((key & 15) != IN_PAGING_CACHE)
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
		const struct item *item;

		if (key >> 62 != NODE_ITEM || (key & 15) != IN_PAGING_CACHE)
			continue;
		item = &s->items[(key & 0xffff) >> 4];
		if (s->walked[key_position(key)] & domain_bit(s, item->domain))
			reach(s, i, key | IN_IOTLB,
			      (struct model_event){ .type = EVENT_WALK,
						    .outcome = item->outcome,
						    .domain = item->domain });
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
	for (size_t i = 0; i < sizeof(*s) / 8; i++)
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

void model_fetch_chunks(struct model_fetch *fetch, enum entry_kind kind, unsigned bits,
			bool present_first)
{
	static const char *const names[] = { "64-bit fetches", "128-bit fetches", "256-bit fetches",
					     "512-bit fetches" };
	unsigned words = kind_words(kind), step = bits / 64;

	*fetch = (struct model_fetch){
		.name = names[bits == 64    ? 0
			      : bits == 128 ? 1
			      : bits == 256 ? 2
					    : 3],
		.present_first = present_first,
	};
	for (unsigned at = 0; at < words; at += step, fetch->parts++)
		for (unsigned i = at; i < at + step && i < words; i++)
			fetch->mask[fetch->parts][i] = ~0ull;
}

void model_fetch_qemu(struct model_fetch *fetch, enum entry_kind kind)
{
	if (kind != KIND_PASID) {
		model_fetch_chunks(fetch, kind, 512, true);
		fetch->domain_apart = kind == KIND_PASID_DIR;
		fetch->name = fetch->domain_apart ? "QEMU: read anew for the domain-id"
						  : "QEMU: one copy";
		return;
	}
	*fetch = (struct model_fetch){
		.name = "QEMU: field by field",
		.parts = 5,
		.ignores_present = true,
		.piotlb_spares_second = true,
	};
	fetch->mask[0][0] = 0xfff & ~field_mask(PASID_AW); /* P, PGTT */
	fetch->mask[1][0] = field_mask(PASID_AW);
	fetch->mask[2][0] = field_mask(PASID_SSPTPTR);
	fetch->mask[3][1] = ~0ull; /* DID */
	fetch->mask[4][2] = ~0ull; /* first-stage pointer and mode */
}

const char *model_harm_text(enum model_harm harm)
{
	switch (harm) {
	case HARM_MIXTURE:
		return "mixture: an outcome that neither state has";
	case HARM_STALE:
		return "stale: the old entry is used after the end";
	case HARM_MISTAGGED:
		return "mis-tagged: a translation of one state under the other's domain-id";
	case HARM_BLOCKED:
		return "blocked: refused although the entry should always be present";
	case HARM_WRONG_END:
		return "wrong end: the new entry is not what stands there";
	}
	return "?";
}
