/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/several.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/invalidation.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"

#define PAGES	  8 /* the target's own among them */
#define ROUNDS	  8 /* of each way; of a slow device two at least */
#define ROUNDS_US 100000

struct several {
	unsigned count;
	uint64_t at[PAGES], *entry[PAGES];
};

/* PAGES - 1 of the window that nobody else has: what no unit translates harms nothing there. Taken once, for memory is not freed. */
static uint8_t *window_pages(void)
{
	static uint8_t *pages;

	if (!pages)
		pages = memory_alloc_window(PAGES - 1);
	return pages;
}

/* Those of them that are of the leaf table of the target's address. */
static void choose_pages(const struct bench *b, struct several *s)
{
	uint8_t *pages = window_pages();
	const struct target *t = b->target;
	uint64_t *table = (uint64_t *)((uint64_t)t->entry & ~(PAGE_SIZE - 1));

	*s = (struct several){ .count = 1, .at = { t->address }, .entry = { t->entry } };
	for (unsigned i = 0; i < PAGES - 1 && pages; i++) {
		uint64_t at = (uint64_t)pages + i * PAGE_SIZE + t->address % PAGE_SIZE;
		uint64_t *entry = &table[vtd_table_index(at, 1)];

		if ((at ^ t->address) & ~(LARGE_BYTES - 1) || *entry ||
		    at & ~b->device->address_mask)
			continue;
		s->at[s->count] = at;
		s->entry[s->count++] = entry;
	}
}

static void set_all(struct bench *b, const struct several *s, uint64_t value)
{
	for (unsigned i = 0; i < s->count; i++)
		bench_store(b, s->entry[i], value);
}

static const char *tell(const struct bench *b, const struct several *s, unsigned pieces, unsigned i,
			enum outcome outcome, bool is_old)
{
	static char text[520];
	char given[200];

	pieces_text(given, sizeof(given), pieces);
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, %u pages of one domain-id, each used, then changed, then invalidated: %s. The next DMA to page %u of these came to \"%s\" (%s), and not to its new page: %s",
		target_name((enum target_id)b->target->id), s->count, given, i + 1,
		target_outcome_name(b->target, outcome), target_outcome_meaning(b->target, outcome),
		is_old ? "not every translation of the domain is dropped (tables 23 and 24)"
		       : "a translation is kept for another page, or the walk goes astray");
	return text;
}

static const char *try_way(struct bench *b, const struct several *s, unsigned pieces,
			   struct tally *t)
{
	uint64_t started = time_us();
	enum vtd_status status = VTD_OK;

	for (unsigned round = 0; round < ROUNDS && status == VTD_OK; round++) {
		unsigned state = round & 1;

		if (round >= 2 && time_us() - started > ROUNDS_US)
			break;
		for (unsigned i = 0; i < s->count && !t->stopped; i++)
			engine_to(b, s->at[i], t);
		set_all(b, s, b->target->state[0][!state][0]);
		status = vtd_flush_write_buffer(b->unit);
		if (status == VTD_OK)
			status = pieces_give(b, pieces, state);
		/* Each is first in its turn. */
		for (unsigned k = 0; k < s->count && status == VTD_OK && !t->stopped; k++) {
			unsigned i = (k + round) % s->count;
			enum outcome outcome = engine_to(b, s->at[i], t);

			if (!t->stopped && outcome != (enum outcome)b->target->expects[!state])
				return tell(b, s, pieces, i, outcome,
					    outcome == (enum outcome)b->target->expects[state]);
		}
		if (t->stopped)
			return t->stopped;
	}
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	return t->stopped;
}

const char *check_several(struct bench *b, struct tally *t)
{
	static const unsigned ways[] = { DO(IOTLB_ALL), DO(IOTLB_DOMAIN), DO(PIOTLB_PASID) };
	const char *problem = NULL;
	struct several s;

	choose_pages(b, &s);
	if (s.count == 1)
		return NULL;
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]) && !problem; i++) {
		if (!pieces_are_had(b, ways[i]) ||
		    (ways[i] == DO(PIOTLB_PASID) && b->target->id != TARGET_FS_LEAF))
			continue;
		set_all(b, &s, b->target->state[0][0][0]);
		if (vtd_invalidate_all(b->unit) == VTD_OK)
			problem = try_way(b, &s, ways[i], t);
	}
	/* As they were: only the target's own leads anywhere. */
	for (unsigned i = 1; i < s.count; i++)
		bench_store(b, s.entry[i], 0);
	bench_store(b, s.entry[0], b->target->state[0][0][0]);
	if (vtd_invalidate_all(b->unit) != VTD_OK && !problem)
		problem = t->stopped = "the queue stopped";
	return problem;
}

#define THERE OUTCOME_MIXTURE_1 /* no outcome of these targets: the other page's place */

static const char *tell_within(struct bench *b, uint64_t at, unsigned before, enum outcome outcome,
			       enum outcome want, struct tally *t)
{
	static char text[600];
	bool is_kept = vtd_invalidate_all(b->unit) == VTD_OK && engine_to(b, at, t) == want;

	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s, a page of 2 MiB that leaves addresses as they are, %u DMAs into it and nothing invalidated: the next one, to 0x%lx, came to \"%s\" (%s), and not to that address; once everything was invalidated %s",
		target_name((enum target_id)b->target->id), before, at,
		target_outcome_name(b->target, outcome), target_outcome_meaning(b->target, outcome),
		is_kept ? "it did: what is kept of a large page is not used with all of an address, or is kept for more than it is of (section 6.2.4.1), or some bits of the address are not compared in the IOTLB (table 17)"
			: "it did not, either: the walk does not use bits 20:12 of the address where an entry maps 2 MiB (sections 3.6, 3.7)");
	return text;
}

/* By turns to the target's own page and to another of its 2 MiB, either first. */
static const char *try_within(struct bench *b, uint64_t other, struct tally *t)
{
	for (unsigned first = 0; first < 2 && !t->stopped; first++) {
		if (vtd_invalidate_all(b->unit) != VTD_OK)
			return t->stopped = "the queue stopped";
		for (unsigned i = 0; i < 4 && !t->stopped; i++) {
			bool is_other = (i + first) & 1;
			uint64_t at = is_other ? other : b->target->address;
			enum outcome want = is_other ? THERE : (enum outcome)b->target->expects[1];
			enum outcome outcome = engine_to(b, at, t);

			if (outcome != want && !t->stopped)
				return tell_within(b, at, i, outcome, want, t);
		}
	}
	return t->stopped;
}

const char *check_within_large(struct bench *b, struct tally *t)
{
	uint8_t *pages = window_pages();
	struct target *target = b->target;
	volatile uint64_t *unused = target->page[THERE];
	unsigned count = target->pages;
	const char *problem = NULL;

	if (!pages || !engine_put(b, target->state[0][1], t))
		return t->stopped;
	target->pages = THERE + 1;
	for (unsigned i = 0; i < PAGES - 1 && !problem; i++) {
		uint64_t other = (uint64_t)pages + i * PAGE_SIZE;

		target->page[THERE] = (volatile uint64_t *)other;
		if (!((other ^ target->address) & ~(LARGE_BYTES - 1)) &&
		    !(other & ~b->device->address_mask))
			problem = try_within(b, other, t);
	}
	target->pages = count;
	target->page[THERE] = unused;
	engine_put(b, target->state[0][0], t);
	return problem;
}
