/* SPDX-License-Identifier: BSD-2-Clause */
/* One event of a transition as a step of the notation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/entry_fields.h"
#include "tools/capture/paging_entry.h"
#include "tools/capture/shape.h"
#include "tools/capture/shape_steps.h"

static bool same(const uint64_t *a, const uint64_t *b, unsigned count)
{
	return !memcmp(a, b, 8 * count);
}

/* One of the values that the notation has a word for, or -1. */
static int value_of(const struct transition *t, const struct event *e, unsigned word,
		    unsigned count)
{
	static const uint64_t zeros[2] = { 0 };
	uint64_t old[2], new[2];
	const uint64_t *after = e->after + word;

	memcpy(old, t->old + word, 8 * count);
	memcpy(new, t->new + word, 8 * count);
	if (same(after, zeros, count))
		return VALUE_ZERO;
	if (same(after, new, count))
		return VALUE_NEW;
	if (same(after, old, count))
		return VALUE_OLD;
	old[0] &= ~table_present(t->kind);
	new[0] &= ~table_present(t->kind);
	if (word == 0 && same(after, old, count))
		return VALUE_OLD_NOT_PRESENT;
	if (word == 0 && same(after, new, count))
		return VALUE_NEW_NOT_PRESENT;
	return -1;
}

/*
 * A 64-bit store that changes the word to what no word stands for, or that changes a part of what was built up already:
 * "the word as it is, but these bits of the new entry". False: it is not that either.
 */
static bool as_bits(const struct transition *t, const struct event *e, unsigned word,
		    struct step *out)
{
	uint64_t before = e->before[word], after = e->after[word], mask;

	if (before == after)
		return false;
	out->field = entry_range(t->kind, word, before ^ after);
	mask = field_mask(out->field);
	out->op = STEP_FIELD;
	out->word = (uint8_t)word;
	out->value = VALUE_NEW;
	return ((before & ~mask) | (t->new[word] & mask)) == after;
}

/* Whether a whole-word store is told better by the bits that it changed. */
static bool is_partial(const struct transition *t, const struct event *e, unsigned word, int value)
{
	uint64_t before = e->before[word], after = e->after[word];

	if (value < 0)
		return true;
	if (before == after || !before || value == VALUE_ZERO || value == VALUE_OLD_NOT_PRESENT)
		return false;
	/* The word was put together before: this is one more part of it. */
	return before != t->old[word];
}

/* `note` is taken. */
static void add_note(struct shape_step *s, char *note)
{
	char *before = s->note;

	s->note = before ? text_of("%s; %s", before, note) : note;
	if (before) {
		free(before);
		free(note);
	}
}

static void store_step(struct shape_step *s, const struct transition *t, const struct event *e)
{
	unsigned offset = (unsigned)(e->record->value[0] - e->record->value[5]);
	unsigned bytes = (unsigned)e->record->value[1], word = offset / 8;
	bool locked = e->record->value[4];
	char fields[120];
	int value;

	if (bytes == 16 && offset % 16 == 0 && word + 2 <= table_kinds[t->kind].words) {
		value = value_of(t, e, word, 2);
		s->step = (struct step){ .op = locked ? STEP_CAS : STEP_STORE128,
					 .word = (uint8_t)word,
					 .value = (uint8_t)value };
		s->expressible = value >= 0;
		if (!locked)
			s->note = text_of(
				"not locked: a vector store, or an exchange without LOCK");
		if (!s->expressible)
			s->text = text_of(
				"# 128 bits from word %u := %#lx, %#lx: neither old nor new", word,
				e->after[word], e->after[word + 1]);
		return;
	}
	value = value_of(t, e, word, 1);
	s->step = (struct step){ .op = STEP_STORE, .word = (uint8_t)word, .value = (uint8_t)value };
	s->expressible = value >= 0;
	if (is_partial(t, e, word, value)) {
		struct step bits = { 0 };

		if (as_bits(t, e, word, &bits)) {
			s->step = bits;
			s->expressible = true;
		}
	}
	if (!s->expressible) {
		s->text = text_of("# store word %u := %#lx: neither old nor new", word,
				  e->after[word]);
		return;
	}
	if (e->before[word] == e->after[word])
		s->note = text_of("as it was");
	else if (value != VALUE_ZERO)
		s->note = text_of("%s",
				  entry_fields(t->kind, word, e->before[word] ^ e->after[word],
					       fields, sizeof(fields)));
	if (bytes < 8)
		add_note(s, text_of("%u bytes at byte %u", bytes, offset));
	if (locked)
		add_note(s, text_of("locked"));
}

static uint16_t domain_of(enum table_kind kind, const uint64_t *words)
{
	return kind == TABLE_CONTEXT ? (uint16_t)(words[1] >> 8) : (uint16_t)words[1];
}

/*
 * By whose domain-id it is done; -1: neither entry's. A scalable-mode context entry has none: what is not 0 is that of
 * what it led to.
 */
static int whose(const struct transition *t, const struct descriptor *d)
{
	if (t->kind == TABLE_CONTEXT || t->kind == TABLE_PASID) {
		if (t->old[0] & 1 && d->domain == domain_of(t->kind, t->old))
			return VALUE_OLD;
		if (t->new[0] & 1 && d->domain == domain_of(t->kind, t->new))
			return VALUE_NEW;
		return d->domain ? -1 : VALUE_ZERO;
	}
	if (!d->domain && !paging_is(t->kind))
		return VALUE_ZERO;
	return t->old[0] & table_present(t->kind) ? VALUE_OLD : VALUE_NEW;
}

/*
 * What a page-selective invalidation is to this entry. Of the PASID-based IOTLB the notation has only that of a whole PASID:
 * to an entry whose pages it reaches it is the same, unless entries that lead to tables stay. A device-TLB likewise.
 */
static bool page_step(struct shape_step *s, const struct transition *t, const struct event *e)
{
	const struct descriptor *d = &e->descriptor;
	bool is_wide = paging_level(t->kind) > 1 && d->bytes >= 512 * 4096;
	bool of_table = paging_lead(t->kind, t->old).kind != TABLE_NONE ||
			paging_lead(t->kind, t->new).kind != TABLE_NONE;

	switch (d->type) {
	case INVALIDATES_IOTLB:
		s->step.op = e->in_part	       ? STEP_INVALIDATE_IOTLB_OTHER
			     : is_wide	       ? d->leaves_alone ? STEP_INVALIDATE_IOTLB_LARGE_LEAF
								 : STEP_INVALIDATE_IOTLB_LARGE
			     : d->leaves_alone ? STEP_INVALIDATE_IOTLB_LEAF
					       : STEP_INVALIDATE_IOTLB_PAGE;
		break;
	case INVALIDATES_PIOTLB:
		s->step.op = STEP_INVALIDATE_PIOTLB;
		s->note = text_of("of these pages alone, IH = %u", d->leaves_alone);
		s->expressible = !e->in_part && !(d->leaves_alone && of_table);
		if (!s->expressible)
			s->text = text_of("# invalidate the PASID-based IOTLB%s, IH = %u",
					  e->in_part ? " of some of these pages" : "",
					  d->leaves_alone);
		break;
	case INVALIDATES_DEVTLB:
	case INVALIDATES_PDEVTLB:
		s->step.op = STEP_INVALIDATE_DEVTLB;
		break;
	default:
		return false;
	}
	s->step.value = (uint8_t)whose(t, d);
	return true;
}

static const struct {
	enum descriptor_type type;
	enum descriptor_scope scope;
	enum step_op op,
		settle; /* settle: as caching mode asks for it; STEP_OP_COUNT: there is no such step */
} invalidations[] = {
	{ INVALIDATES_CONTEXT, SCOPE_ONE, STEP_INVALIDATE_CONTEXT, STEP_SETTLE_CONTEXT },
	{ INVALIDATES_CONTEXT, SCOPE_DOMAIN, STEP_INVALIDATE_CONTEXT_DOMAIN, STEP_OP_COUNT },
	{ INVALIDATES_CONTEXT, SCOPE_GLOBAL, STEP_INVALIDATE_CONTEXT_GLOBAL, STEP_OP_COUNT },
	{ INVALIDATES_PASID, SCOPE_ONE, STEP_INVALIDATE_PASID, STEP_SETTLE_PASID },
	{ INVALIDATES_PASID, SCOPE_DOMAIN, STEP_INVALIDATE_PASID_DOMAIN, STEP_OP_COUNT },
	{ INVALIDATES_PASID, SCOPE_GLOBAL, STEP_INVALIDATE_PASID_GLOBAL, STEP_OP_COUNT },
	{ INVALIDATES_IOTLB, SCOPE_DOMAIN, STEP_INVALIDATE_IOTLB, STEP_SETTLE_IOTLB },
	{ INVALIDATES_IOTLB, SCOPE_GLOBAL, STEP_INVALIDATE_IOTLB_GLOBAL, STEP_OP_COUNT },
	{ INVALIDATES_PIOTLB, SCOPE_ONE, STEP_INVALIDATE_PIOTLB, STEP_SETTLE_PIOTLB },
	{ INVALIDATES_DEVTLB, SCOPE_ONE, STEP_INVALIDATE_DEVTLB, STEP_OP_COUNT },
	{ INVALIDATES_PDEVTLB, SCOPE_ONE, STEP_INVALIDATE_DEVTLB, STEP_OP_COUNT },
	{ INVALIDATES_IEC, SCOPE_ONE, STEP_INVALIDATE_IEC, STEP_OP_COUNT },
	{ INVALIDATES_IEC, SCOPE_GLOBAL, STEP_INVALIDATE_IEC_GLOBAL, STEP_OP_COUNT },
};

static void invalidation_step(struct shape_step *s, const struct transition *t,
			      const struct event *e, bool settle)
{
	const struct descriptor *d = &e->descriptor;

	s->expressible = paging_is(t->kind) && d->scope == SCOPE_PAGE;
	if (s->expressible && page_step(s, t, e)) {
		if (!e->waited)
			add_note(s, text_of("not waited for"));
		return;
	}
	for (size_t i = 0; i < sizeof(invalidations) / sizeof(invalidations[0]); i++)
		if (invalidations[i].type == d->type && invalidations[i].scope == d->scope) {
			bool settles = settle && invalidations[i].settle != STEP_OP_COUNT &&
				       transition_is(t) == IS_SETUP;
			bool has_domain = d->scope != SCOPE_GLOBAL &&
					  d->type != INVALIDATES_DEVTLB &&
					  d->type != INVALIDATES_PDEVTLB &&
					  d->type != INVALIDATES_IEC;
			int value = has_domain ? whose(t, d) : VALUE_OLD;

			s->step.op = e->other_source ? STEP_INVALIDATE_CONTEXT_OTHER
				     : settles	     ? invalidations[i].settle
						     : invalidations[i].op;
			s->step.value = (uint8_t)value;
			s->expressible = value >= 0;
		}
	if (!s->expressible && !s->text)
		s->text = text_of(
			"# invalidation of type %d by domain-id %u, which is neither the old nor the new entry's",
			d->type, d->domain);
	if (!e->waited)
		s->note = text_of("not waited for");
}

void shape_step(struct shape_step *out, const struct transition *t, const struct event *e,
		const struct symbols *symbols, bool settle)
{
	char text[120];

	memset(out, 0, sizeof(*out));
	switch (e->is) {
	case EVENT_STORE:
		store_step(out, t, e);
		break;
	case EVENT_FLUSH:
		out->step.op = STEP_FLUSH;
		out->expressible = true;
		out->note = text_of("%s", e->record->word);
		break;
	case EVENT_INVALIDATION:
		invalidation_step(out, t, e, settle);
		break;
	}
	if (!out->text)
		out->text = text_of("%s", step_text(&out->step, text, sizeof(text)));
	out->function = symbols_name(symbols, e->record->pc);
}
