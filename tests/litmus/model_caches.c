/* SPDX-License-Identifier: BSD-2-Clause */
/* What the caches of a unit keep, and what each invalidation leaves: chapter 6 of the specification. */
#include "tests/litmus/model_search.h"
#include "vtd/translate.h"

static bool is_paging_entry(const struct search *s)
{
	return kind_is_of_paging(s->q->kind);
}

/* A context entry leads to PASID-table entries, which have a cache of their own. */
static bool leads_to_pasid_entries(const struct search *s)
{
	return s->q->kind == KIND_SM_CONTEXT || s->q->kind == KIND_SM_ROOT ||
	       s->q->kind == KIND_SM_ROOT_TABLE;
}

/* A context entry whose states have one domain-id: each finds the other's paging entries. */
static bool reuses_domain(const struct search *s)
{
	return s->q->kind == KIND_CONTEXT && s->state[0].domain == s->state[1].domain &&
	       s->state[0].stage == STAGE_SECOND && s->state[1].stage == STAGE_SECOND;
}

/*
 * The caches that an item begins in. Elsewhere paging entries are invalidated with the translations, and are
 * found in fewer cases (by domain-id: table 17), so they add nothing.
 */
unsigned item_home(const struct search *s, const struct model_meaning *m, uint64_t flags)
{
	unsigned home = flags & NO_IOTLB ? 0 : IN_IOTLB;

	/* Of an interrupt its entry is kept, and nothing that came of it. */
	if (kind_is_of_interrupts(s->q->kind))
		return 0;

	/* A completion without permission is not kept: no invalidation follows a change from absent (6.5.3.5). */
	if (s->q->device_tlb && m->translated)
		home |= IN_DEVICE;
	if (s->q->qemu_caches || flags & NO_IOTLB)
		return home;
	if (leads_to_pasid_entries(s) && !(flags & NO_PASID))
		home |= IN_PASID_CACHE;
	/* Of a directory's tables too: what another owner left there has the domain-id of what is there now. */
	if ((s->q->kind == KIND_PASID || s->q->kind == KIND_PASID_DIR_TABLE || reuses_domain(s)) &&
	    m->stage == STAGE_SECOND)
		home |= IN_PAGING_CACHE;
	return home;
}

static bool keeps_entries(const struct search *s)
{
	/* QEMU has no paging-structure caches either: what it keeps are translations. */
	return !s->q->qemu_caches || s->q->kind < KIND_PASID_DIR;
}

/*
 * One that is at fault itself is cached only with CAP.CM = 1 (sections 6.2.2, 6.2.3, 6.2.5.5), and never in the first
 * stage (section 6.2.4.1). Faults of the walk after an entry are none of its own.
 */
bool entry_may_be_kept(const struct search *s, const struct model_meaning *m)
{
	bool good = is_paging_entry(s) ? m->translated : m->good;

	/* A large page is kept in the IOTLB alone (section 6.2.5.4); what is kept of a table's entry: see fetch_after(). */
	if (m->is_large || (s->q->kind == KIND_FREED_TABLE && good))
		return false;

	return s->q->caches && keeps_entries(s) &&
	       (good || (s->q->caching_mode && !(is_paging_entry(s) && m->stage != STAGE_SECOND)));
}

/* A fault of the second stage may be, with CAP.CM = 1; of the first never (section 6.2.4.1). */
bool translation_may_be_kept(const struct search *s, const struct model_meaning *m)
{
	bool keeps_faults = s->q->caching_mode && m->good && m->stage == STAGE_SECOND &&
			    !is_paging_entry(s);

	/* QEMU reads the context entry, then looks up by the PASID that it names: nothing stale is found. */
	return s->q->caches && (m->translated || keeps_faults) &&
	       !(s->q->qemu_caches && s->q->kind == KIND_SM_CONTEXT);
}

/* The DID that an entry is cached under: 0 for one that is at fault itself (sections 6.2.2, 6.2.3). */
static uint16_t tag_of(const struct search *s, const struct model_meaning *m)
{
	return m->good || is_paging_entry(s) ? m->domain : 0;
}

/* The state that `value` means in the direction of the step at `position`. */
static unsigned state_of(const struct search *s, unsigned position, const struct step *step)
{
	unsigned to = direction(s, position);

	return step->value == VALUE_OLD || step->value == VALUE_OLD_NOT_PRESENT ||
			       step->value == VALUE_OLD_SPARE
		       ? !to
		       : to;
}

/* Caches that a step empties. */
enum {
	DROP_CONTEXT = 1,
	DROP_PASID = 2,
	DROP_IOTLB = 4,
	DROP_PIOTLB = 8,
	DROP_LEAF =
		16, /* IOTLB with IH = 1: it spares paging entries of the second stage, as the one before */
	DROP_TLB = DROP_IOTLB | DROP_PIOTLB | DROP_LEAF,
	DROP_DEVICE = 32,
	DROP_INTERRUPT = 64,
};

/* Of what is tagged `domain`, or 0 as well, or of all. */
struct dropped {
	unsigned caches;
	uint16_t domain;
	bool zero, all;
	/* Second-stage translations of one page alone, and not of the large page that it is in; or of another page. */
	bool one_page, elsewhere;
};

static struct dropped drops(const struct search *s, unsigned position)
{
	const struct step *step = step_at(s, position);
	const struct model_meaning *m = &s->state[state_of(s, position, step)];
	struct dropped d = { .domain = step->value == VALUE_ZERO ? 0
				       : step_is_spare(step)	 ? SPARE_DOMAIN
								 : m->domain };
	unsigned op = step->op;

	if (op > STEP_SETTLE_NEW && step_settles(step)) {
		if (!s->q->caching_mode)
			return d;
		op = step_settles_by(step);
	}
	switch (op) {
	case STEP_INVALIDATE_CONTEXT:
	case STEP_INVALIDATE_CONTEXT_DOMAIN:
		d.caches = DROP_CONTEXT;
		break;
	case STEP_INVALIDATE_PASID: /* only where one PASID is used: its DID is all that matters */
	case STEP_INVALIDATE_PASID_DOMAIN:
		d.caches = DROP_PASID;
		break;
	case STEP_INVALIDATE_IOTLB:
		d.caches = DROP_IOTLB;
		break;
	case STEP_INVALIDATE_IOTLB_OTHER:
		d.elsewhere = true;
		d.caches = DROP_IOTLB;
		break;
	case STEP_INVALIDATE_IOTLB_PAGE: /* one page is translated: it is as good */
		d.one_page = true;
		d.caches = DROP_IOTLB;
		break;
	case STEP_INVALIDATE_IOTLB_LARGE:
		d.caches = DROP_IOTLB;
		break;
	case STEP_INVALIDATE_IOTLB_LEAF:
		d.one_page = true;
		d.caches = DROP_LEAF;
		break;
	case STEP_INVALIDATE_IOTLB_LARGE_LEAF:
		d.caches = DROP_LEAF;
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
			d.caches = DROP_CONTEXT | DROP_PASID | DROP_IOTLB | DROP_INTERRUPT;
		break;
	case STEP_INVALIDATE_CONTEXT_GLOBAL:
		d.all = true;
		d.caches = DROP_CONTEXT;
		break;
	case STEP_INVALIDATE_PASID_GLOBAL:
		d.all = true;
		d.caches = DROP_PASID;
		break;
	case STEP_INVALIDATE_IOTLB_GLOBAL:
		d.all = true;
		d.caches = DROP_IOTLB;
		break;
	case STEP_INVALIDATE_IEC: /* of this entry: there is no other */
	case STEP_INVALIDATE_IEC_GLOBAL:
		d.all = true;
		d.caches = DROP_INTERRUPT;
		break;
	case STEP_INVALIDATE_GLOBAL:
		d.all = true;
		d.caches = DROP_CONTEXT | DROP_PASID | DROP_IOTLB | DROP_INTERRUPT;
		break;
	case STEP_SET_POINTER: /* QEMU empties its caches whatever it says */
		d.all = true;
		if (s->q->set_drops || s->q->qemu_caches)
			d.caches = DROP_CONTEXT | DROP_PASID | DROP_IOTLB | DROP_INTERRUPT;
		break;
	}
	if (s->q->legacy)
		d.caches &= ~(unsigned)(DROP_PASID | DROP_PIOTLB);
	return d;
}

/* Whether it drops from one of `caches` what is tagged so. */
static bool reaches(const struct search *s, const struct dropped *d, unsigned caches, uint16_t tag)
{
	/* The context cache has no such tag in scalable mode (table 17). */
	bool untagged = (caches == DROP_CONTEXT && s->q->kind >= KIND_SM_ROOT_TABLE) ||
			caches == DROP_INTERRUPT;

	return d->caches & caches && (d->all || untagged || tag == d->domain || (d->zero && !tag));
}

/* By table 23 the address counts for second-stage translations alone, and for those that pass through. */
static bool misses(const struct dropped *d, unsigned stage, bool is_large)
{
	return (d->elsewhere || (d->one_page && is_large)) && stage != STAGE_FIRST &&
	       stage != STAGE_NESTED;
}

/* What empties the cache that an entry of the kind asked about is in. */
static unsigned entry_cache(const struct search *s)
{
	switch (s->q->kind) {
	case KIND_PASID_DIR:
	case KIND_PASID_DIR_TABLE:
	case KIND_PASID:
		return DROP_PASID;
	case KIND_TABLE:
	case KIND_LARGE:
	case KIND_FREED_TABLE:
		/* A paging-structure cache; those of the second stage only the first reaches (table 24). */
		return s->state[0].stage == STAGE_SECOND ? DROP_IOTLB : DROP_TLB;
	case KIND_LEAF:
		return DROP_TLB;
	case KIND_INTERRUPT_TABLE:
	case KIND_IRTE:
		return DROP_INTERRUPT;
	default:
		return DROP_CONTEXT;
	}
}

bool entry_survives(const struct search *s, unsigned position, const struct model_meaning *m)
{
	struct dropped d = drops(s, position);

	if (s->q->kind == KIND_LEAF && misses(&d, m->stage, false))
		return true;
	return !reaches(s, &d, entry_cache(s), tag_of(s, m));
}

/* Each cache is filled again from the one before it. */
unsigned item_left(const struct search *s, unsigned position, const struct item *item,
		   unsigned held)
{
	struct dropped d = drops(s, position);

	/* A device keeps no domain-ids. */
	if (d.caches & DROP_DEVICE)
		held &= ~(unsigned)IN_DEVICE;
	if (reaches(s, &d, DROP_PASID, item->domain))
		held &= ~(unsigned)IN_PASID_CACHE;
	/* Tables 23 and 24: both reach translations of every stage, but paging entries of the second only one. */
	if (reaches(s, &d, DROP_TLB, item->domain) && !misses(&d, item->stage, item->is_large))
		held &= ~(unsigned)IN_IOTLB;
	if (reaches(s, &d, DROP_IOTLB, item->domain))
		held &= ~(unsigned)IN_PAGING_CACHE;
	if (held & IN_PASID_CACHE)
		held |= IN_IOTLB;
	if (held & IN_IOTLB && s->q->device_tlb && item->translated)
		held |= IN_DEVICE;
	return held;
}

/* Of a walk under way that is ended, what the paging-structure cache keeps: the entry in word 0, if it leads to a table. */
static uint64_t first_word_kept(const struct search *s, uint64_t payload)
{
	unsigned version = version_in(s, payload, 0);

	if (version == NO_VERSION || !(version_words(s, 0, version)[0] & kind_present(s->q->kind)))
		return 0;
	return payload & (((1ull << s->version_bits[0]) - 1) << s->version_shift[0]);
}

/*
 * For requests in flight a unit may use what it read before an invalidation to tag new entries of the caches
 * after that one, until those are invalidated in turn (sections 6.2.2.1 and 6.2.3.1). Nothing else is said to end
 * a fetch: draining is of the IOTLB's invalidations (section 6.5.4).
 */
uint64_t fetch_after(const struct search *s, unsigned position, uint64_t payload)
{
	struct dropped d = drops(s, position);
	unsigned dropped = d.caches;

	/* QEMU translates and invalidates under one lock: none falls into the middle of the other. */
	if (s->q->qemu_caches)
		return dropped ? 0 : payload;
	/* What a request has read of an entry is at its processor when the invalidation is done (section 6.5.5). */
	if (kind_is_of_interrupts(s->q->kind))
		return dropped & DROP_INTERRUPT ? 0 : payload;
	/* It drains what it names (section 6.5.4); but what is kept of an entry above goes. */
	if (d.elsewhere && s->state[0].stage == STAGE_SECOND)
		return s->q->kind == KIND_FREED_TABLE && payload ? payload | NO_ENTRY : payload;
	if (s->q->kind == KIND_FREED_TABLE && !(payload & NO_ENTRY) && dropped & DROP_TLB &&
	    !reaches(s, &d, DROP_IOTLB, s->state[0].domain))
		return first_word_kept(s, payload);
	if (payload && dropped & entry_cache(s))
		payload |= NO_ENTRY;
	if (payload & NO_ENTRY && (!leads_to_pasid_entries(s) || dropped & DROP_PASID))
		payload |= NO_PASID;
	if (!(payload & NO_PASID && dropped & DROP_TLB))
		return payload & NO_IOTLB && dropped & DROP_DEVICE ? 0 : payload;
	/*
	 * Translation requests are not drained. The device gets its answer, and keeps it; one that an
	 * invalidation of its own TLB overtakes it must not use (section 6.5.4; PCI Express, 10.3).
	 */
	return s->q->device_tlb ? payload | NO_IOTLB : 0;
}

static unsigned before(const struct search *s, unsigned position, unsigned from)
{
	return !position || (position == s->loop_start && from > position) ? s->positions - 1
									   : position - 1;
}

/* What empties the write buffer makes visible of a line: what was flushed last, or what left the cache after that. */
static unsigned drained(const struct search *s, unsigned position, unsigned visible, unsigned line)
{
	unsigned flush = line ? STEP_FLUSH_TABLES : STEP_FLUSH, at = position;

	for (unsigned n = 0; n <= s->positions; n++) {
		if (s->line_at[line][at] == line_version(visible, line))
			break;
		at = before(s, at, s->positions);
		if (step_at(s, at)->op == flush)
			return with_line(visible, line, s->line_at[line][after(s, at)]);
	}
	return visible;
}

/* Of words in two lines. */
static unsigned visible_after_apart(const struct search *s, unsigned position, unsigned to,
				    unsigned visible)
{
	const struct step *step = step_at(s, position);
	bool buffers = s->q->write_buffer && s->q->caches;

	if (buffers && !step_invalidates(step) && !step_settles(step))
		return visible;
	if (s->q->coherent)
		return visible_at(s, to);
	if (buffers) {
		visible = drained(s, position, visible, 0);
		return drained(s, position, visible, 1);
	}
	if (step->op == STEP_FLUSH)
		return with_line(visible, 0, s->line_at[0][to]);
	if (step->op == STEP_FLUSH_TABLES)
		return with_line(visible, 1, s->line_at[1][to]);
	return visible;
}

unsigned visible_after(const struct search *s, unsigned position, unsigned to, unsigned visible)
{
	const struct step *step = step_at(s, position);
	unsigned from;

	/* No memory is between: it is a register. */
	if (kind_is_pointer(s->q->kind))
		return to;
	if (is_apart(s))
		return visible_after_apart(s, position, to, visible);
	from = s->places[visible].position;
	/* In the hammer regime each request comes after an invalidation, and that empties the buffer. */
	if (!s->q->write_buffer || !s->q->caches)
		return s->q->coherent || step->op == STEP_FLUSH ? to : visible;
	/* Section 6.8: an invalidation empties the write buffer. Into that goes what is flushed, or all. */
	if (!step_invalidates(step) && !step_settles(step))
		return visible;
	if (s->q->coherent)
		return to;
	while (position != from) {
		if (step_at(s, position)->op == STEP_FLUSH)
			return after(s, position);
		position = before(s, position, from);
	}
	return visible;
}
