/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a task changes in neighbours, one after the other, is a group: an unmapping. An invalidation that the same task
 * does next, and that reaches them, is theirs. One that another task does, or this one after it has gone on to other
 * addresses, came later: Linux has a queue of unmappings, which some task empties.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/paging_entry.h"
#include "tools/capture/paging_transitions.h"

#define PAGE	4096u
#define ENDS_MS 1000 /* so soon before its end a record need not have the invalidation */

enum reach { MISSES, IN_PART, REACHES };

void paging_start(struct paging_finder *f, struct shadow *shadow, struct transitions *out,
		  size_t *room)
{
	memset(f, 0, sizeof(*f));
	f->shadow = shadow;
	f->out = out;
	f->room = room;
}

/* What is known of an entry: 1 + the number of its last transition; 0: none. */
static uint32_t *note_of(struct paging_finder *f, uint64_t entry)
{
	struct shadow_page *table = shadow_find(f->shadow, entry);

	if (!table || !paging_is(table->kind))
		return NULL;
	if (!table->notes && !(table->notes = calloc(PAGE / 8, sizeof(*table->notes))))
		abort();
	return &table->notes[entry % PAGE / 8];
}

static struct transition *last_of(struct paging_finder *f, uint64_t entry)
{
	uint32_t *note = note_of(f, entry);

	return note && *note ? &f->out->list[*note - 1] : NULL;
}

static bool is_last(struct paging_finder *f, const struct transition *t)
{
	return last_of(f, t->entry) == t;
}

static struct paging_group *group_of(struct paging_finder *f, const struct transition *t)
{
	for (unsigned i = f->group_count; i--;)
		if (f->groups[i].number == t->paging.group)
			return &f->groups[i];
	return NULL;
}

static void close_group(struct paging_finder *f, unsigned at)
{
	free(f->groups[at].list);
	f->group_count--;
	memmove(f->groups + at, f->groups + at + 1, (f->group_count - at) * sizeof(*f->groups));
}

/* The group that a store goes on with, or a new one. */
static struct paging_group *group_for(struct paging_finder *f, const struct record *r,
				      uint64_t root, uint64_t low, uint64_t high, bool sets_up)
{
	struct paging_group *g;

	for (unsigned i = f->group_count; i--;) {
		struct paging_group found = f->groups[i];

		if (found.sets_up != sets_up || !records_same_task(found.last, r))
			continue;
		if (found.root != root || found.invalidated || low > found.high ||
		    high < found.low) {
			close_group(f, i);
			break;
		}
		memmove(f->groups + i, f->groups + i + 1,
			(f->group_count - 1 - i) * sizeof(*f->groups));
		g = &f->groups[f->group_count - 1];
		*g = found;
		g->low = low < g->low ? low : g->low;
		g->high = high > g->high ? high : g->high;
		return g;
	}
	if (f->group_count == PAGING_GROUPS)
		close_group(f, 0);
	g = &f->groups[f->group_count++];
	*g = (struct paging_group){
		.number = ++f->numbers, .root = root, .low = low, .high = high, .sets_up = sets_up
	};
	return g;
}

static void push(size_t **list, size_t *count, size_t *room, size_t value)
{
	if (*count == *room) {
		*room = *room ? 2 * *room : 64;
		*list = realloc(*list, *room * sizeof(**list));
		if (!*list)
			abort();
	}
	(*list)[(*count)++] = value;
}

static struct transition *begin(struct paging_finder *f, const struct record *r, uint64_t entry,
				uint64_t before)
{
	uint64_t root, address = paging_address(f->shadow, entry, &root);
	bool sets_up = !(before & table_present(r->kind));
	const struct paging_root *reached = paging_domains(&f->domains, f->shadow, root);
	struct paging_group *g = group_for(f, r, root, address, address + paging_span(r->kind),
					   sets_up);
	struct transition *t = transitions_add(f->out, f->room);

	t->kind = r->kind;
	t->entry = entry;
	t->source = t->pasid = -1;
	t->old[0] = t->new[0] = before;
	t->paging.address = address;
	t->paging.group = g->number;
	t->paging.domains = reached->domains;
	memcpy(t->paging.domain, reached->domain, sizeof(reached->domain));
	push(&g->list, &g->count, &g->room, f->out->count - 1);
	if (!sets_up && reached->domains)
		push(&f->pending, &f->pending_count, &f->pending_room, f->out->count - 1);
	*note_of(f, entry) = (uint32_t)f->out->count;
	return t;
}

/*
 * Whether a store goes on with the entry's last transition: it stores another part of it, or sets up anew what was taken away
 * and is to be invalidated after both.
 */
static bool goes_on(const struct transition *t, const struct record *r, uint64_t after)
{
	const struct record *last = transition_last_store(t);
	uint64_t present = table_present(t->kind);

	if (!records_same_task(last, r) || t->paging.invalidated)
		return false;
	if (t->old[0] & present && !(t->new[0] & present) && after & present)
		return true;
	return t->events[t->count - 1].is == EVENT_STORE && last->value[1] < 8 && r->value[1] < 8;
}

static void stored_one(struct paging_finder *f, const struct record *r, uint64_t entry,
		       uint64_t before, uint64_t after)
{
	struct transition *t = last_of(f, entry);
	struct paging_group *g = t ? group_of(f, t) : NULL;
	struct paging_lead lead = paging_lead(r->kind, &after);
	struct shadow_page *below;
	struct event *e;

	if (!t || !g || !goes_on(t, r, after)) {
		t = begin(f, r, entry, before);
		g = group_of(f, t);
	}
	g->last = r;
	g->cpu = r->cpu;
	t->cpu = r->cpu;
	e = transition_event(t, EVENT_STORE, r);
	e->before[0] = before;
	e->after[0] = after;
	t->new[0] = after;
	below = lead.kind == TABLE_NONE ? NULL : shadow_find(f->shadow, lead.page * PAGE);
	if (below && below->kind == lead.kind)
		below->parent = entry;
}

void paging_stored(struct paging_finder *f, const struct record *r)
{
	uint64_t before[3], after[3], first = r->value[5], bytes = r->value[1];
	unsigned words = (unsigned)((r->value[0] + bytes - first + 7) / 8);

	if (!shadow_find(f->shadow, first) || words > 3)
		return;
	shadow_read(f->shadow, first, words, before);
	memcpy(after, before, sizeof(after));
	memcpy((uint8_t *)after + (r->value[0] - first), r->value + 2, bytes);
	for (unsigned i = 0; i < words; i++)
		stored_one(f, r, first + 8 * i, before[i], after[i]);
}

void paging_flushed(struct paging_finder *f, const struct record *r)
{
	uint64_t line = r->value[0] & ~63ull;

	for (unsigned i = 0; i < 8; i++) {
		struct transition *t = last_of(f, line + 8 * i);

		/* One that a neighbour's change needs says nothing more of those that were flushed. */
		if (!t || t->paging.invalidated || t->events[t->count - 1].is == EVENT_FLUSH ||
		    !records_same_task(transition_last_store(t), r))
			continue;
		t->cpu = r->cpu;
		transition_event(t, EVENT_FLUSH, r);
	}
}

static bool has_domain(const struct transition *t, uint16_t domain)
{
	for (unsigned i = 0; i < t->paging.domains; i++)
		if (t->paging.domain[i] == domain)
			return true;
	return false;
}

/*
 * The addresses of a change, as far as they were not invalidated before. Which they are is looked up now: the table that the
 * new entry leads to may have been unknown when it was stored.
 */
static enum reach reaches_pages(struct paging_finder *f, struct transition *t,
				const struct descriptor *d)
{
	struct of_paging *p = &t->paging;
	uint64_t end = d->address + d->bytes;

	if (!p->known)
		paging_difference(f->shadow, t->kind, t->old[0], t->new[0], p->address, &p->low,
				  &p->high);
	p->known = true;
	/* By table 23 the address counts for second-stage translations alone in the IOTLB. */
	if (d->type == INVALIDATES_IOTLB && paging_is_first_stage(t->kind))
		return REACHES;
	if (end <= p->address || d->address >= p->address + paging_span(t->kind))
		return MISSES;
	if (d->address <= p->low && end > p->low)
		p->low = end < p->high ? end : p->high;
	return p->low == p->high ? REACHES : IN_PART;
}

static enum reach reaches(struct paging_finder *f, struct transition *t, const struct descriptor *d)
{
	/* A bit that the unit ignores needs none. */
	if (t->old[0] != t->new[0] && !((t->old[0] ^ t->new[0]) & paging_used(t->kind)))
		return MISSES;
	switch (d->type) {
	case INVALIDATES_CONTEXT:
	case INVALIDATES_PASID:
		return d->scope == SCOPE_GLOBAL || has_domain(t, d->domain) ? REACHES : MISSES;
	case INVALIDATES_IOTLB:
	case INVALIDATES_PIOTLB:
		if (d->scope == SCOPE_GLOBAL)
			return REACHES;
		if (!has_domain(t, d->domain))
			return MISSES;
		return d->scope == SCOPE_PAGE ? reaches_pages(f, t, d) : REACHES;
	case INVALIDATES_DEVTLB:
	case INVALIDATES_PDEVTLB:
		return d->scope == SCOPE_ONE ? REACHES
		       : d->address < t->paging.address + paging_span(t->kind) &&
				       d->address + d->bytes > t->paging.address
			       ? REACHES
			       : MISSES;
	default:
		return MISSES;
	}
}

static bool is_of_translations(const struct descriptor *d)
{
	return d->type == INVALIDATES_IOTLB || d->type == INVALIDATES_PIOTLB;
}

/*
 * `call`: the record whose stack tells who does it. Once all of an entry was invalidated, what comes next must be of the very
 * call that stored, or queued with it: else it is about something else, a context entry perhaps.
 */
static bool give_to_group(struct paging_finder *f, struct paging_group *g, const struct record *r,
			  const struct record *call, const struct descriptor *d, bool wait)
{
	bool taken = false, same = call == g->queue || records_same_call(g->last, call);

	for (size_t i = 0; i < g->count; i++) {
		struct transition *t = &f->out->list[g->list[i]];
		enum reach reach = is_last(f, t) ? reaches(f, t, d) : MISSES;
		struct event *e;

		if (reach == MISSES || (t->paging.reached && !same))
			continue;
		t->cpu = r->cpu;
		e = transition_event(t, EVENT_INVALIDATION, r);
		e->descriptor = *d;
		e->waited = wait;
		e->in_part = reach == IN_PART;
		t->paging.invalidated |= is_of_translations(d);
		t->paging.reached |= is_of_translations(d) && reach == REACHES;
		taken = true;
	}
	if (taken) {
		g->cpu = r->cpu;
		g->queue = call;
	}
	g->invalidated |= taken;
	return taken;
}

/* What was changed before, and is reached by it though it is not of the same call. */
static void look_at_pending(struct paging_finder *f, const struct record *r,
			    const struct descriptor *d)
{
	size_t left = 0;

	for (size_t i = 0; i < f->pending_count; i++) {
		struct transition *t = &f->out->list[f->pending[i]];
		bool open = group_of(f, t) != NULL;

		if (t->paging.invalidated)
			continue;
		if (!t->paging.later && reaches(f, t, d) == REACHES)
			t->paging.later = r;
		if (!t->paging.later || open)
			f->pending[left++] = f->pending[i];
	}
	f->pending_count = left;
}

bool paging_invalidation(struct paging_finder *f, const struct record *r, const struct record *call,
			 const struct descriptor *d, bool wait)
{
	struct paging_group *of_task = NULL;
	bool taken = false;

	for (unsigned i = f->group_count; i--;) {
		struct paging_group *g = &f->groups[i];

		if (!records_same_task(g->last, call))
			continue;
		if (!of_task)
			of_task = g;
		if (!g->sets_up)
			taken |= give_to_group(f, g, r, call, d, wait);
	}
	/* In caching mode pages are invalidated when they are mapped, too. */
	if (!taken && of_task && of_task->sets_up && d->scope == SCOPE_PAGE)
		taken = give_to_group(f, of_task, r, call, d, wait);
	if (is_of_translations(d))
		look_at_pending(f, r, d);
	return taken;
}

void paging_waited(struct paging_finder *f, unsigned cpu)
{
	for (unsigned i = 0; i < f->group_count; i++)
		for (size_t k = 0;
		     f->groups[i].invalidated && f->groups[i].cpu == cpu && k < f->groups[i].count;
		     k++) {
			struct transition *t = &f->out->list[f->groups[i].list[k]];

			for (unsigned j = t->count; j-- && t->events[j].is == EVENT_INVALIDATION;)
				t->events[j].waited = true;
		}
}

/* The table that an entry led to is another's now. */
void paging_given_up(struct paging_finder *f, const struct record *r)
{
	const struct shadow_page *table = shadow_find(f->shadow, r->value[0]);
	struct transition *t = table && table->parent ? last_of(f, table->parent) : NULL;
	struct paging_lead lead;

	if (!t || !paging_is(r->kind))
		return;
	lead = paging_lead(t->kind, t->old);
	if (lead.kind == r->kind && lead.page == r->value[0] / PAGE)
		t->paging.given_up = r;
}

void paging_after(struct paging_finder *f, const struct record *r)
{
	if ((r->type == 'S' || r->type == 'E' || r->type == 'U' || r->type == '!') &&
	    (r->kind == TABLE_CONTEXT || r->kind == TABLE_PASID))
		f->domains.count = 0;
}

void paging_end(struct paging_finder *f, const struct records *records)
{
	uint64_t end = records->count ? records->list[records->count - 1].ms : 0;

	for (size_t i = 0; i < f->pending_count; i++) {
		struct transition *t = &f->out->list[f->pending[i]];

		t->paging.ended = !t->paging.invalidated && !t->paging.later &&
				  end - transition_last_store(t)->ms < ENDS_MS;
	}
	while (f->group_count)
		close_group(f, f->group_count - 1);
	free(f->pending);
	free(f->domains.list);
}
