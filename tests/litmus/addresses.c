/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether each bit of an address counts. A table or page is copied to where its address has one bit more, and what was left
 * behind is emptied: a unit that drops the bit comes there.
 */
#include "tests/litmus/addresses.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/building.h"
#include "tests/litmus/dma_addresses.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/queue.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define FIRST_HIGH  32
#define LAST_HIGH   51
#define POINTERS    16
#define TABLE_WORDS (PAGE_SIZE / sizeof(uint64_t))
#define MARK	    0x5ca1ab1e0ddba11ull

static const uint8_t targets[] = { TARGET_LEAF, TARGET_PASID_SS, TARGET_PASID_FS,
				   TARGET_PASID_NESTED };

static char text[520];
static unsigned high_tried;

/* A word that leads to the next page of a walk. */
struct pointer {
	uint64_t *word; /* NULL: the root table pointer, in its register */
	const char *what, *section;
	bool leads_to_page; /* under test; else to a table */
};

/* From a table of `level` down to the page under test. */
static unsigned add_paging(struct pointer *list, unsigned n, uint64_t *table, unsigned levels,
			   uint64_t at, bool first)
{
	for (unsigned level = levels; level; level--) {
		uint64_t *entry = &table[vtd_table_index(at, level)];

		list[n++] = (struct pointer){
			entry,
			level == 1 ? first ? "frame of the first-stage leaf entry"
					   : "frame of the second-stage leaf entry"
			: first	   ? "address in a first-stage entry above the leaf"
				   : "address in a second-stage entry above the leaf",
			first ? "9.7" : "9.8", level == 1
		};
		table = vtd_table_of(*entry);
	}
	return n;
}

/* What the walk of the current target goes by, from the root on. Of a nested one the first stage's are not host addresses. */
static unsigned collect(const struct target *t, struct pointer list[POINTERS])
{
	uint64_t *root = building_root_entry(t, t->root), *context = vtd_table_of(*root), *entry;
	unsigned n = 0, devfn = t->source_id & 0xff, pgtt;

	list[n++] = (struct pointer){ NULL, "root table pointer, in RTADDR", "11.4.5", false };
	list[n++] = (struct pointer){ root, "context-table pointer of the root entry", "9.1",
				      false };
	if (!t->scalable) {
		context += CONTEXT_WORDS * devfn;
		list[n++] = (struct pointer){ context, "second-stage pointer of the context entry",
					      "9.3", false };
		return add_paging(list, n, vtd_table_of(context[0]),
				  (unsigned)field_get(context, CONTEXT_AW) + 2, t->address, false);
	}
	context += SM_CONTEXT_WORDS * (devfn & 0x7f);
	entry = vtd_table_of(context[0]) + t->pasid[0] / 64;
	list[n++] = (struct pointer){ context, "PASID-directory pointer of the context entry",
				      "9.4", false };
	list[n++] = (struct pointer){ entry, "PASID-table pointer of the directory entry", "9.5",
				      false };
	entry = vtd_table_of(*entry) + PASID_WORDS * (t->pasid[0] % 64);
	pgtt = (unsigned)field_get(entry, PASID_PGTT);
	if (pgtt == PGTT_NESTED) {
		uint64_t guest = vtd_table_walk((uint64_t *)(field_get(entry, PASID_FSPTPTR) << 12),
						4, t->address);

		list[n++] = (struct pointer){
			entry, "second-stage pointer of the nested PASID-table entry", "9.6", false
		};
		return add_paging(list, n, vtd_table_of(entry[0]),
				  (unsigned)field_get(entry, PASID_AW) + 2, guest, false);
	}
	list[n++] = (struct pointer){ entry + (pgtt == PGTT_FIRST ? 2 : 0),
				      pgtt == PGTT_FIRST
					      ? "first-stage pointer of the PASID-table entry"
					      : "second-stage pointer of the PASID-table entry",
				      "9.6", false };
	return add_paging(list, n, vtd_table_of(entry[pgtt == PGTT_FIRST ? 2 : 0]),
			  pgtt == PGTT_FIRST ? 4 : (unsigned)field_get(entry, PASID_AW) + 2,
			  t->address, pgtt == PGTT_FIRST);
}

static enum vtd_status point(struct bench *b, const struct pointer *p, uint64_t to)
{
	enum vtd_status status = VTD_OK;

	if (p->word)
		bench_store(b, p->word, (*p->word & ~TABLE_ADDRESS) | to);
	else
		status = vtd_unit_set_root_register(b->unit,
						    to | field_bits(RTADDR_TTM, b->unit->scalable));
	return status == VTD_OK ? vtd_invalidate_all(b->unit) : status;
}

static void fill(struct bench *b, uint64_t *page, const uint64_t *from)
{
	for (unsigned i = 0; i < TABLE_WORDS; i++)
		page[i] = from ? from[i] : 0;
	vtd_flush_paging(b->unit, page, PAGE_SIZE);
}

/* One DMA with what this pointer leads to at `high`, and nothing at its old place. */
static enum outcome go_by(struct bench *b, const struct pointer *p, uint64_t *low, uint64_t *high,
			  struct tally *t, bool *came_low)
{
	static uint64_t kept[TABLE_WORDS];
	volatile uint64_t **page = &b->target->page[OUTCOME_A];
	unsigned pages = b->target->pages;
	enum vtd_status status;
	enum outcome outcome;

	memcpy(kept, low, PAGE_SIZE);
	if (p->leads_to_page) {
		*low = MARK;
		*page = high;
		/* One of those that mixtures lead to may be the same. */
		b->target->pages = 2;
	} else {
		fill(b, high, kept);
		fill(b, low, NULL);
	}
	target_arm_physical();
	t->untranslated = 0;
	status = point(b, p, (uint64_t)high);
	outcome = status == VTD_OK ? engine_once(b, t) : OUTCOME_SILENT;
	*came_low = p->leads_to_page && *(volatile uint64_t *)low != MARK;
	b->target->pages = pages;
	if (p->leads_to_page)
		*page = low;
	else
		fill(b, low, kept);
	if (status == VTD_OK)
		status = point(b, p, (uint64_t)low);
	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	return outcome;
}

static const char *try_pointer(struct bench *b, const struct pointer *p, struct tally *t)
{
	uint64_t *low = p->word ? vtd_table_of(*p->word) : b->target->root;

	for (unsigned bit = FIRST_HIGH; bit <= LAST_HIGH && !t->stopped; bit++) {
		uint64_t *high = memory_alloc_alias(low, bit);
		enum outcome outcome;
		bool came_low;

		if (!high)
			continue;
		high_tried++;
		outcome = go_by(b, p, low, high, t, &came_low);
		if (outcome == OUTCOME_A)
			continue;
		/* A device that did not survive that was refused by the unit. */
		if (bench_said_anything(b))
			t->stopped = NULL;
		if (t->stopped)
			return t->stopped;
		if (t->untranslated && !p->word)
			return OUTSIDE
				"the root table pointer was set while it is in use, and the next DMA landed at the physical address of its bus address: the unit passes requests by untranslated while it takes the pointer over (section 11.4.4.1)";
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, %s 0x%lx: a DMA came to \"%s\" (%s), and not to AA%s: bit %u of that address is not used (section %s)",
			target_name((enum target_id)b->target->id), p->what, (uint64_t)high,
			target_outcome_name(b->target, outcome),
			target_outcome_meaning(b->target, outcome),
			came_low ? "; it wrote to the page whose address has that bit clear" : "",
			bit, p->section);
		return text;
	}
	return t->stopped;
}

/* --- the invalidation queue --- */

/* The queue and its status at these pages, one invalidation by it, and back. */
static enum vtd_status use_queue(struct bench *b, void *descriptors, void *status)
{
	struct vtd_queue *q = &b->unit->queue, before = *q;
	enum vtd_status closed = vtd_invalidation_close(b->unit), done = closed;

	if (closed == VTD_OK) {
		q->descriptors = descriptors;
		q->status = status;
		done = vtd_invalidation_open(b->unit, VTD_QUEUED_ONLY);
		if (done == VTD_OK)
			done = vtd_invalidate_all(b->unit);
		closed = vtd_invalidation_close(b->unit);
		q->descriptors = before.descriptors;
		q->status = before.status;
		if (closed == VTD_OK)
			closed = vtd_invalidation_open(b->unit, VTD_QUEUED_ONLY);
	}
	return closed == VTD_OK ? done : VTD_NO_MEMORY;
}

static const char *tell_queue(struct tally *t, struct bench *b, enum vtd_status status,
			      const char *what, uint64_t at, const char *why, const char *section)
{
	/* It cannot be brought back. */
	if (status == VTD_NO_MEMORY)
		return t->stopped = bench_status_text(b, VTD_TIMEOUT);
	format_text(text, sizeof(text),
		    OUTSIDE
		    "with the %s at 0x%lx an invalidation did not end (%s): %s (section %s)",
		    what, at, vtd_status_text(status), why, section);
	return text;
}

static const char *try_queue(struct bench *b, struct tally *t)
{
	struct vtd_queue *q = &b->unit->queue;
	static void *other, *other_status;
	enum vtd_status status;

	if (!q->descriptors)
		return NULL;
	if (!other) {
		other = memory_alloc(1);
		other_status = memory_alloc(1);
	}
	if (!other || !other_status)
		return NULL;
	memset(other, 0, PAGE_SIZE);
	status = use_queue(b, other, (void *)q->status);
	if (status != VTD_OK)
		return tell_queue(
			t, b, status, "invalidation queue", (uint64_t)other,
			"turned off and on at another address, it is not read there, or IQH does not begin at 0",
			"6.5.2, 11.4.9.3");
	for (unsigned bit = FIRST_HIGH; bit <= LAST_HIGH; bit++) {
		void *high = memory_alloc_alias(other, bit);
		void *high_status = memory_alloc_alias(other_status, bit);

		if (!high || !high_status)
			continue;
		memset(other, 0, PAGE_SIZE);
		vtd_flush(b->unit, other, PAGE_SIZE);
		status = use_queue(b, high, (void *)q->status);
		if (status != VTD_OK)
			return tell_queue(t, b, status, "invalidation queue", (uint64_t)high,
					  "a bit of IQA from 32 on is not used", "11.4.9.3");
		status = use_queue(b, other, high_status);
		if (status != VTD_OK)
			return tell_queue(
				t, b, status, "status of the wait", (uint64_t)high_status,
				"a bit of the wait's address from 32 on is not used, its status is written elsewhere",
				"6.5.2.9");
	}
	return NULL;
}

const char *addresses_find(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	high_tried = 0;
	for (unsigned i = 0; i < sizeof(targets) && !problem; i++) {
		struct pointer list[POINTERS];
		unsigned n;

		if (b->lacks[targets[i]])
			continue;
		problem = ownership_settle(b, &b->targets[targets[i]], t);
		if (problem)
			return t->stopped = problem;
		/* Tables go away here: what resets the device must do no DMA. */
		b->device->unproven = true;
		problem = bench_reset(b);
		n = collect(b->target, list);
		for (unsigned p = 0; p < n && !problem; p++)
			problem = try_pointer(b, &list[p], t);
		b->device->unproven = false;
		if (!problem && targets[i] != TARGET_PASID_NESTED)
			problem = dma_addresses_find(b, t);
	}
	if (!problem)
		problem = try_queue(b, t);
	log_note("  %u pointers to memory above 4 GiB%s", high_tried,
		 high_tried ? "" : ": this machine has none where its copies would be");
	return problem;
}
