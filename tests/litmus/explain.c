/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a unit still uses an old entry: larger invalidations are tried until one ends it. */
#include "tests/litmus/explain.h"
#include "kernel/lib/format.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define OTHER_DOMAIN 7 /* that no other use has */
#define LATE_US	     1000

static const struct {
	const char *name, *section;
} names[PIECES] = {
	[CONTEXT_DEVICE] = { "device-selective context-cache", "6.5.2.1" },
	[CONTEXT_FUNCTIONS] = { "device-selective context-cache (function mask 3)", "6.5.2.1" },
	[CONTEXT_DOMAIN] = { "domain-selective context-cache", "6.5.2.1" },
	[CONTEXT_ALL] = { "global context-cache", "6.5.2.1" },
	[PASID_ONE] = { "PASID-selective PASID-cache", "6.5.2.2" },
	[PASID_DOMAIN] = { "domain-selective PASID-cache", "6.5.2.2" },
	[PASID_ALL] = { "global PASID-cache", "6.5.2.2" },
	[IOTLB_PAGE] = { "page-selective IOTLB (AM 0, IH 1)", "6.5.2.3" },
	[IOTLB_PAGES] = { "page-selective IOTLB (AM 9 or more, IH 0)", "6.5.2.3" },
	[IOTLB_AROUND] = { "page-selective IOTLB (AM 9 or more, ADDR the last page of its range)",
			   "6.5.2.3" },
	[IOTLB_DOMAIN] = { "domain-selective IOTLB", "6.5.2.3" },
	[IOTLB_ALL] = { "global IOTLB", "6.5.2.3" },
	[PIOTLB_PAGE] = { "page-selective PASID-based IOTLB (AM 0, IH 1)", "6.5.2.4" },
	[PIOTLB_PAGES] = { "page-selective PASID-based IOTLB (AM 9 or more, IH 0)", "6.5.2.4" },
	[PIOTLB_AROUND] = { "page-selective PASID-based IOTLB (AM 9 or more, ADDR the last page of its range)",
			    "6.5.2.4" },
	[PIOTLB_PASID] = { "PASID-selective PASID-based IOTLB", "6.5.2.4" },
};

/* So many pages, as a power of two, that the one under test is not the first of them; 0: AM has no such value. */
static unsigned pages_order(const struct bench *b)
{
	uint64_t page = b->target->address >> 12;
	unsigned order = 9; /* a leaf table's, at least */

	while (order <= field_of(b->unit->cap, CAP_MAMV) && !(page & ((1ull << order) - 1)))
		order++;
	return order <= field_of(b->unit->cap, CAP_MAMV) ? order : 0;
}

bool pieces_are_had(const struct bench *b, unsigned pieces)
{
	const struct vtd_unit *u = b->unit;
	unsigned around = DO(IOTLB_AROUND) | DO(PIOTLB_AROUND);
	unsigned queued = DO(CONTEXT_FUNCTIONS) | DO(PASID_ONE) | DO(PASID_DOMAIN) | DO(PASID_ALL) |
			  DO(PIOTLB_PAGE) | DO(PIOTLB_PAGES) | DO(PIOTLB_PASID) | around;

	if (pieces & queued && !u->queue.descriptors)
		return false;
	if (pieces & (DO(IOTLB_PAGE) | DO(IOTLB_PAGES) | DO(IOTLB_AROUND)) &&
	    !field_of(u->cap, CAP_PSI))
		return false;
	return !(pieces & (DO(IOTLB_PAGES) | DO(PIOTLB_PAGES) | around)) || pages_order(b);
}

bool pieces_choose(struct bench *b, enum target_id id, unsigned pieces, struct tally *t,
		   const char **problem)
{
	if (b->lacks[id] || b->targets[id].phases > 1 || !pieces_are_had(b, pieces))
		return false;
	*problem = ownership_settle(b, &b->targets[id], t);
	return !*problem;
}

/* With ADDR the last page of the range, which is after the one under test. */
static enum vtd_status give_around(struct bench *b, bool by_pasid, unsigned state)
{
	unsigned order = pages_order(b);
	uint64_t last = b->target->address | ((1ull << order) - 1) << 12;

	return vtd_invalidate_pages_around(b->unit, by_pasid, b->target->domain[state],
					   b->target->pasid[state], last, order);
}

static enum vtd_status give(struct bench *b, enum piece piece, unsigned state)
{
	struct vtd_unit *u = b->unit;
	uint16_t domain = b->target->domain[state];
	uint32_t pasid = b->target->pasid[state];
	uint64_t at = b->target->address;

	switch (piece) {
	case CONTEXT_DEVICE:
		return vtd_invalidate_context_cache(u, domain, b->source_id);
	case CONTEXT_FUNCTIONS: /* of another function: the mask has it not compared */
		return vtd_invalidate_context_functions(u, domain, b->source_id ^ 7);
	case CONTEXT_DOMAIN:
		return vtd_invalidate_context_domain(u, domain);
	case CONTEXT_ALL:
		return vtd_invalidate_context_all(u);
	case PASID_ONE:
		return vtd_invalidate_pasid_cache(u, domain, pasid);
	case PASID_DOMAIN:
		return vtd_invalidate_pasid_cache_domain(u, domain);
	case PASID_ALL:
		return vtd_invalidate_pasid_cache_all(u);
	case IOTLB_PAGE:
		return vtd_invalidate_iotlb_pages(u, domain, at, 0, true);
	case IOTLB_PAGES:
		return vtd_invalidate_iotlb_pages(u, domain, at, pages_order(b), false);
	case IOTLB_AROUND:
		return give_around(b, false, state);
	case IOTLB_DOMAIN:
		return vtd_invalidate_iotlb_domain(u, domain);
	case PIOTLB_PAGE:
		return vtd_invalidate_piotlb_pages(u, domain, pasid, at, 0, true);
	case PIOTLB_PAGES:
		return vtd_invalidate_piotlb_pages(u, domain, pasid, at, pages_order(b), false);
	case PIOTLB_AROUND:
		return give_around(b, true, state);
	case PIOTLB_PASID:
		return vtd_invalidate_piotlb(u, domain, pasid);
	default:
		return vtd_invalidate_iotlb_all(u);
	}
}

enum vtd_status pieces_give(struct bench *b, unsigned pieces, unsigned state)
{
	enum vtd_status status = VTD_OK;

	for (unsigned p = 0; p < PIECES && status == VTD_OK; p++)
		if (pieces & DO(p))
			status = give(b, (enum piece)p, state);
	return status;
}

void pieces_text(char *text, size_t room, unsigned pieces)
{
	size_t n = 0;

	*text = 0;
	for (unsigned p = 0; p < PIECES; p++)
		if (pieces & DO(p))
			n += format_text(text + n, room - n, "%s%s (section %s)", n ? ", " : "",
					 names[p].name, names[p].section);
}

static bool is_new(struct bench *b, unsigned state, struct tally *t)
{
	return engine_once(b, t) == (enum outcome)b->target->expects[!state];
}

/* A domain-id whose invalidation ends it, though the entry has another. */
static bool find_tag(struct bench *b, unsigned state, struct tally *t, uint16_t *domain)
{
	const uint16_t others[] = { 0, b->target->domain[!state] };

	for (unsigned i = 0; i < 2; i++) {
		*domain = others[i];
		if (others[i] != b->target->domain[state] &&
		    vtd_invalidate_iotlb_domain(b->unit, others[i]) == VTD_OK &&
		    is_new(b, state, t))
			return true;
	}
	return false;
}

enum cause explain_old(struct bench *b, unsigned pieces, unsigned state, struct tally *t,
		       uint16_t *domain)
{
	time_delay_us(LATE_US);
	if (is_new(b, state, t))
		return CAUSE_LATE;
	if (pieces_give(b, pieces, state) == VTD_OK && is_new(b, state, t))
		return CAUSE_ONCE_MORE;
	if (!(pieces & DO(IOTLB_ALL)) && find_tag(b, state, t, domain))
		return CAUSE_TAG;
	if (vtd_invalidate_iotlb_all(b->unit) == VTD_OK && is_new(b, state, t))
		return CAUSE_IOTLB;
	if (b->target->scalable && vtd_invalidate_pasid_cache_all(b->unit) == VTD_OK &&
	    vtd_invalidate_iotlb_all(b->unit) == VTD_OK && is_new(b, state, t))
		return CAUSE_PASID;
	if (vtd_invalidate_context_all(b->unit) == VTD_OK &&
	    (!b->target->scalable || vtd_invalidate_pasid_cache_all(b->unit) == VTD_OK) &&
	    vtd_invalidate_iotlb_all(b->unit) == VTD_OK && is_new(b, state, t))
		return CAUSE_CONTEXT;
	if (vtd_invalidate_all(b->unit) == VTD_OK && is_new(b, state, t))
		return CAUSE_ALL;
	if (pieces_give(b,
			DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN) |
				(b->target->scalable ? DO(PASID_DOMAIN) : 0),
			state) == VTD_OK &&
	    is_new(b, state, t))
		return CAUSE_SMALLER;
	return CAUSE_NONE;
}

/* Of `pieces`, those of one cache, and what larger one was tried instead. */
static void lost(char *text, size_t room, unsigned pieces, unsigned cache, const char *global)
{
	char given[160];

	pieces_text(given, sizeof(given), pieces & cache);
	format_text(
		text, room,
		"%s ended it: the %s one is not done, is done for another tag, or spares some of what it names",
		global, pieces & cache ? given : "smaller");
}

void explain_text(char *text, size_t room, enum cause cause, unsigned pieces, uint16_t domain)
{
	unsigned contexts = DO(CONTEXT_ALL + 1) - 1, pasids = DO(PASID_ALL + 1) - 1 - contexts;

	switch (cause) {
	case CAUSE_LATE:
		format_text(
			text, room,
			"%u us later the new one was used, with nothing more invalidated: the wait is completed before what is ahead of it is done (section 6.5.2.9)",
			LATE_US);
		break;
	case CAUSE_ONCE_MORE:
		format_text(
			text, room,
			"the same, given once more, ended it: some of them are lost, or a walk that began before them fills a cache after them (section 6.2.2.1)");
		break;
	case CAUSE_TAG:
		format_text(
			text, room,
			"an IOTLB invalidation of domain-id %u ended it, which the entry does not have: translations are tagged, or looked for, by a wrong domain-id (table 17)",
			domain);
		break;
	case CAUSE_IOTLB:
		lost(text, room, pieces, ~(contexts | pasids), "a global IOTLB invalidation");
		break;
	case CAUSE_PASID:
		lost(text, room, pieces, pasids, "a global PASID-cache invalidation");
		break;
	case CAUSE_CONTEXT:
		lost(text, room, pieces, contexts, "a global context-cache invalidation");
		break;
	case CAUSE_ALL:
		format_text(
			text, room,
			"all caches invalidated globally, twice, ended it: global ones are lost in part");
		break;
	case CAUSE_SMALLER:
		format_text(
			text, room,
			"global ones once more did not, but device-selective and domain-selective ones ended it: a global one is not done");
		break;
	default:
		format_text(
			text, room,
			"global ones of every cache did not end it: a cache that no invalidation reaches (section 6.5.2), an entry or a root pointer kept beside them (section 6.6), or a queue that does nothing");
	}
}

/* Translations are found by source-id and address, paging-structure entries by domain-id (table 17). */
static bool is_refused_elsewhere(struct bench *b)
{
	uint64_t *entry;
	struct attempt a;

	if (b->target->scalable || b->target->kind == KIND_CONTEXT ||
	    b->target->kind == KIND_ROOT || target_is_pointer(b->target))
		return false;
	entry = vtd_context_entry(b->unit, (uint8_t)(b->source_id >> 8), (uint8_t)b->source_id);
	if (!entry)
		return false;
	field_set(entry, CONTEXT_DID, OTHER_DOMAIN);
	vtd_flush(b->unit, entry, CONTEXT_WORDS * sizeof(*entry));
	if (vtd_invalidate_all(b->unit) != VTD_OK)
		return false;
	bench_attempt(b, &a);
	field_set(entry, CONTEXT_DID, b->target->domain[0]);
	vtd_flush(b->unit, entry, CONTEXT_WORDS * sizeof(*entry));
	return vtd_invalidate_all(b->unit) == VTD_OK && a.recorded;
}

const char *explain_not_refused(struct bench *b)
{
	struct attempt a;

	time_delay_us(LATE_US);
	bench_attempt(b, &a);
	if (a.recorded)
		return "1 ms later it was refused: the wait is completed before what is ahead of it is done (section 6.5.2.9)";
	if (vtd_invalidate_context_all(b->unit) != VTD_OK ||
	    (b->target->scalable && vtd_invalidate_pasid_cache_all(b->unit) != VTD_OK) ||
	    vtd_invalidate_iotlb_all(b->unit) != VTD_OK)
		return "the queue stopped";
	bench_attempt(b, &a);
	if (a.recorded && target_is_pointer(b->target))
		return "RTADDR led to a table without it, and 1 ms later, with everything invalidated once more, that was used: GSTS.RTPS is set before the new root table is used (sections 6.6, 11.4.4.2), or an invalidation was lost";
	if (a.recorded)
		return "global invalidations, each waited for, ended it: where several descriptors are ready at once, some are not done (section 6.5.2), or some are lost";
	for (unsigned domain = 0; domain < 3; domain++)
		if (vtd_invalidate_iotlb_domain(b->unit, (uint16_t)domain) != VTD_OK)
			return "the queue stopped";
	bench_attempt(b, &a);
	if (a.recorded)
		return "a domain-selective IOTLB invalidation ended it: the global one is not done, or in part (section 6.5.2.3)";
	for (unsigned domain = 0; domain < 3; domain++)
		if ((b->target->scalable &&
		     vtd_invalidate_pasid_cache_domain(b->unit, (uint16_t)domain) != VTD_OK) ||
		    vtd_invalidate_iotlb_all(b->unit) != VTD_OK)
			return "the queue stopped";
	bench_attempt(b, &a);
	if (b->target->scalable && a.recorded)
		return "a domain-selective PASID-cache invalidation ended it: the global one is not done (section 6.5.2.2)";
	for (unsigned domain = 0; domain < 3; domain++)
		if (vtd_invalidate_context_cache(b->unit, (uint16_t)domain, b->source_id) !=
			    VTD_OK ||
		    vtd_invalidate_iotlb_all(b->unit) != VTD_OK)
			return "the queue stopped";
	bench_attempt(b, &a);
	if (a.recorded)
		return "a device-selective context-cache invalidation ended it: the global one is not done (section 6.5.2.1)";
	if (is_refused_elsewhere(b))
		return "with another domain-id in its context entry it was refused: paging-structure entries of the old one stay, whatever is invalidated (tables 23, 24)";
	return "smaller invalidations did not end it: an old root pointer (section 6.6), or a cache that no invalidation reaches (section 6.5.2)";
}
