/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which flush and which invalidation belongs to which store is told by the calls: what the function that stored does
 * later, or a function that it calls, or one that called it calls, has its return address on the stack. Time tells
 * nothing: interrupts and unmappings come between.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/paging_entry.h"
#include "tools/capture/paging_transitions.h"
#include "tools/capture/place.h"
#include "tools/capture/transitions.h"
#include "vtd/regs.h"

#define OPEN_MAX 256

struct finder {
	struct shadow shadow;
	struct transitions *out;
	size_t open[OPEN_MAX]; /* of out->list; the one stored to last comes last */
	unsigned open_count;
	size_t room;
	uint64_t irta, irt; /* the register as stored; address of entry 0 of the table in use */
	struct paging_finder paging;
};

const struct record *transition_last_store(const struct transition *t)
{
	for (unsigned i = t->count; i--;)
		if (t->events[i].is == EVENT_STORE)
			return t->events[i].record;
	return NULL;
}

struct transition *transitions_add(struct transitions *t, size_t *room)
{
	if (t->count == *room) {
		*room = *room ? 2 * *room : 256;
		t->list = realloc(t->list, *room * sizeof(*t->list));
		if (!t->list)
			abort();
	}
	memset(&t->list[t->count], 0, sizeof(*t->list));
	return &t->list[t->count++];
}

struct event *transition_event(struct transition *t, enum event_is is, const struct record *r)
{
	struct event *e;

	if (t->count == EVENTS_MAX) {
		t->cut = true;
		t->count--;
	}
	t->events = realloc(t->events, (t->count + 1) * sizeof(*t->events));
	if (!t->events)
		abort();
	e = &t->events[t->count++];
	memset(e, 0, sizeof(*e));
	e->is = is;
	e->record = r;
	return e;
}

static unsigned count_below(struct finder *f, const struct transition *t)
{
	unsigned present = 0;

	if (t->kind != TABLE_SM_CONTEXT || !(t->old[0] & 1))
		return 0;
	for (size_t i = 0; i < f->shadow.count; i++) {
		const struct shadow_page *page = f->shadow.pages[i], *directory;
		uint64_t word;

		if (page->kind != TABLE_PASID ||
		    !(directory = shadow_find(&f->shadow, page->parent)) ||
		    directory->parent != t->entry)
			continue;
		shadow_read(&f->shadow, page->parent, 1, &word);
		if (!(word & 1) || (word & ~0xfffull) != page->address)
			continue;
		for (unsigned at = 0; at < 4096; at += 64)
			present += page->bytes[at] & 1;
	}
	return present;
}

static struct transition *start(struct finder *f, const struct record *r)
{
	struct transition *t = transitions_add(f->out, &f->room);

	t->kind = r->kind;
	t->entry = r->value[5];
	t->cpu = r->cpu;
	shadow_read(&f->shadow, t->entry, table_kinds[t->kind].words, t->old);
	memcpy(t->new, t->old, sizeof(t->new));
	place_of(&f->shadow, t->kind, t->entry, &t->source, &t->pasid);
	t->present_below = count_below(f, t);
	return t;
}

static void close_at(struct finder *f, unsigned i)
{
	memmove(f->open + i, f->open + i + 1, (f->open_count - i - 1) * sizeof(*f->open));
	f->open_count--;
}

static bool is_zero(const uint64_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (words[i])
			return false;
	return true;
}

/* Whether a store begins another transition of an entry. */
static bool begins(const struct transition *t, const struct record *r, const uint64_t *before,
		   const uint64_t *after)
{
	unsigned words = table_kinds[t->kind].words;

	if (!t->settled)
		return !records_same_call(transition_last_store(t), r);
	if (before[0] & 1)
		return true; /* a change of what is in use */
	if (!t->torn)
		return true;
	/* It was taken away and invalidated. What clears the rest of it is part of that, what sets anything is not. */
	if (is_zero(before, words))
		return true;
	for (unsigned i = 0; i < words; i++)
		if (after[i] & ~before[i])
			return true;
	return false;
}

static void store(struct finder *f, const struct record *r)
{
	unsigned words = table_kinds[r->kind].words, at = 0;
	uint64_t before[TABLE_WORDS_MAX] = { 0 }, after[TABLE_WORDS_MAX] = { 0 };
	struct transition *t = NULL;
	struct event *e;
	size_t which;

	shadow_read(&f->shadow, r->value[5], words, before);
	memcpy(after, before, sizeof(after));
	memcpy((uint8_t *)after + (r->value[0] - r->value[5]), r->value + 2, r->value[1]);
	while (at < f->open_count && f->out->list[f->open[at]].entry != r->value[5])
		at++;
	if (at < f->open_count) {
		t = &f->out->list[f->open[at]];
		if (begins(t, r, before, after))
			t = NULL;
		which = f->open[at];
		close_at(f, at);
	}
	/*
	 * What this call does from now on is about this entry, not about others that are done. But other tasks, which it
	 * may have interrupted, are in the middle of theirs; and entries of interrupts are changed by interrupts, in the
	 * middle of anything.
	 */
	for (unsigned i = f->open_count; i--;) {
		const struct transition *other = &f->out->list[f->open[i]];

		if (other->settled && (other->kind == TABLE_IRTE) == (r->kind == TABLE_IRTE) &&
		    records_same_call(transition_last_store(other), r))
			close_at(f, i);
	}
	if (!t) {
		t = start(f, r);
		which = f->out->count - 1;
	}
	if (f->open_count == OPEN_MAX)
		close_at(f, 0);
	f->open[f->open_count++] = which;
	t->cpu = r->cpu;
	t->settled = false;
	if (before[0] & 1 && !(after[0] & 1))
		t->torn = true;
	if (after[0] & 1)
		t->torn = false;
	e = transition_event(t, EVENT_STORE, r);
	memcpy(e->before, before, sizeof(before));
	memcpy(e->after, after, sizeof(after));
	memcpy(t->new, after, sizeof(after));
}

static void flush(struct finder *f, const struct record *r)
{
	uint64_t line = r->value[0] & ~63ull;

	for (unsigned i = f->open_count; i--;) {
		struct transition *t = &f->out->list[f->open[i]];
		uint64_t end = t->entry + 8 * table_kinds[t->kind].words;

		if (t->entry >= line + 64 || end <= line ||
		    !records_same_call(transition_last_store(t), r))
			continue;
		t->cpu = r->cpu;
		transition_event(t, EVENT_FLUSH, r);
		t->settled = true;
		if (t->kind == TABLE_IRTE)
			return; /* neighbours share the line: it is for the one that was stored to last */
	}
}

static uint16_t domain_of(const struct transition *t, const uint64_t *words)
{
	return t->kind == TABLE_CONTEXT ? (uint16_t)(words[1] >> 8) : (uint16_t)words[1];
}

/* A domain-id that neither the old nor the new entry has is that of an unmapping elsewhere. */
static bool domain_fits(const struct transition *t, uint16_t domain)
{
	if (t->kind != TABLE_CONTEXT && t->kind != TABLE_PASID)
		return true;
	return !domain || domain == domain_of(t, t->old) || domain == domain_of(t, t->new);
}

/* Whether an invalidation is about this entry; *other_source: but for another device. */
static bool is_about(const struct finder *f, const struct transition *t, const struct descriptor *d,
		     bool *other_source)
{
	*other_source = false;
	if ((t->kind == TABLE_IRTE) != (d->type == INVALIDATES_IEC))
		return false;
	switch (d->type) {
	case INVALIDATES_IEC:
		return d->scope == SCOPE_GLOBAL ||
		       (((t->entry - f->irt) / 16 ^ d->index) >> d->index_bits) == 0;
	case INVALIDATES_CONTEXT:
		*other_source = d->scope == SCOPE_ONE && t->source >= 0 &&
				!descriptor_names(d, (unsigned)t->source);
		return d->scope != SCOPE_DOMAIN || domain_fits(t, d->domain);
	case INVALIDATES_IOTLB:
	case INVALIDATES_PIOTLB:
	case INVALIDATES_PASID:
		return d->scope == SCOPE_GLOBAL ||
		       (d->scope != SCOPE_PAGE && domain_fits(t, d->domain));
	case INVALIDATES_DEVTLB:
	case INVALIDATES_PDEVTLB:
		return d->scope == SCOPE_ONE && (t->source < 0 || t->source == d->source);
	default:
		return false;
	}
}

static void waited(struct finder *f, unsigned cpu)
{
	paging_waited(&f->paging, cpu);
	for (unsigned i = 0; i < f->open_count; i++) {
		struct transition *t = &f->out->list[f->open[i]];

		for (unsigned j = t->count;
		     t->cpu == cpu && j-- && t->events[j].is == EVENT_INVALIDATION;)
			t->events[j].waited = true;
	}
}

/* `call`: the record whose stack tells who does it. */
static void invalidation(struct finder *f, const struct record *r, const struct record *call,
			 const struct descriptor *d, bool wait)
{
	bool taken = false, other;

	/* First those that it names; only if there is none, one that it should have named. */
	for (unsigned pass = 0; pass < 2 && !taken; pass++)
		for (unsigned i = f->open_count; i--;) {
			struct transition *t = &f->out->list[f->open[i]];
			struct event *e;

			if (!records_same_call(transition_last_store(t), call) ||
			    !is_about(f, t, d, &other) || other != (pass == 1))
				continue;
			t->cpu = r->cpu;
			e = transition_event(t, EVENT_INVALIDATION, r);
			e->descriptor = *d;
			e->other_source = other;
			e->waited = wait;
			t->settled = true;
			taken = true;
			if (pass)
				break;
		}
	taken |= paging_invalidation(&f->paging, r, call, d, wait);
	f->out->foreign += !taken;
}

/* A crash kernel has a table of interrupt-remapping entries of its own. */
static void take_irta(struct finder *f, const struct record *r)
{
	uint64_t offset = r->value[1] - VTD_IRTA;

	if (offset < 8 && offset + r->value[2] <= 8)
		memcpy((uint8_t *)&f->irta + offset, &r->value[3], r->value[2]);
	if (r->value[1] == VTD_GCMD && r->value[3] & GCMD_SIRTP)
		f->irt = f->irta & ~0xfffull;
}

static void take(struct finder *f, const struct record *r, const struct record *queue)
{
	struct descriptor d;

	switch (r->type) {
	case 'S':
		if (paging_is(r->kind))
			paging_stored(&f->paging, r);
		else
			store(f, r);
		break;
	case 'F':
		if (paging_is(r->kind))
			paging_flushed(&f->paging, r);
		else
			flush(f, r);
		break;
	case 'U':
		paging_given_up(&f->paging, r);
		break;
	case 'I':
		if (!descriptor_read(r->value, &d))
			break;
		if (d.type == WAITS)
			waited(f, r->cpu);
		else if (queue)
			invalidation(f, r, queue, &d, false);
		break;
	case 'M':
		if (r->value[1] == VTD_CCMD && r->value[2] == 8 &&
		    descriptor_of_ccmd(r->value[3], &d))
			invalidation(f, r, r, &d, true);
		take_irta(f, r);
		break;
	}
}

void transitions_find(const struct records *records, struct transitions *out)
{
	struct finder f = { .out = out };
	const struct record *queue = NULL;

	memset(out, 0, sizeof(*out));
	paging_start(&f.paging, &f.shadow, out, &f.room);
	for (size_t i = 0; i < records->count; i++) {
		const struct record *r = &records->list[i];

		if (r->type == 'Q')
			queue = r;
		take(&f, r, queue);
		records_apply(&f.shadow, r);
		paging_after(&f.paging, r);
	}
	paging_end(&f.paging, records);
	shadow_free(&f.shadow);
}

void transitions_free(struct transitions *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].events);
	free(t->list);
	memset(t, 0, sizeof(*t));
}

enum transition_is transition_is(const struct transition *t)
{
	uint64_t present = table_present(t->kind);
	bool was = t->old[0] & present, is = t->new[0] & present, absent = false;

	for (unsigned i = 0; i < t->count; i++)
		absent |= t->events[i].is == EVENT_STORE && !(t->events[i].after[0] & present);
	if (was && !is)
		return IS_TEARDOWN;
	if (!was)
		return is ? IS_SETUP : IS_ABSENT;
	if (paging_is(t->kind) ? !((t->old[0] ^ t->new[0]) & paging_used(t->kind))
			       : !memcmp(t->old, t->new, sizeof(t->old)))
		return IS_REWRITE;
	return absent ? IS_THROUGH_ABSENT : IS_REPLACEMENT;
}

const char *transition_word(enum transition_is is)
{
	static const char *const words[IS_COUNT] = { "set-up",	    "teardown",
						     "replacement", "teardown and set-up",
						     "rewrite",	    "clearing of what is absent" };

	return words[is];
}
