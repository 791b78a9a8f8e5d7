/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether each bit of an address counts. A table or page is copied to where its address has one bit more, and what was left
 * behind is emptied: a unit that drops the bit comes there. DMAs go to addresses that differ in one bit, and of these only to
 * such as are free memory: what no unit translates harms nothing there either.
 */
#include "tests/litmus/addresses.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/queue.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define OUTSIDE	    "outside the specification: "
#define ADDRESS	    0x000ffffffffff000ull /* of every entry and register here */
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

static uint64_t *page_of(uint64_t word)
{
	return (uint64_t *)(word & ADDRESS);
}

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
		table = page_of(*entry);
	}
	return n;
}

/* What the walk of the current target goes by, from the root on. Of a nested one the first stage's are not host addresses. */
static unsigned collect(const struct target *t, struct pointer list[POINTERS])
{
	uint64_t *root = building_root_entry(t, t->root), *context = page_of(*root), *entry;
	unsigned n = 0, devfn = t->source_id & 0xff, pgtt;

	list[n++] = (struct pointer){ NULL, "root table pointer, in RTADDR", "11.4.5", false };
	list[n++] = (struct pointer){ root, "context-table pointer of the root entry", "9.1",
				      false };
	if (!t->scalable) {
		context += CONTEXT_WORDS * devfn;
		list[n++] = (struct pointer){ context, "second-stage pointer of the context entry",
					      "9.3", false };
		return add_paging(list, n, page_of(context[0]),
				  (unsigned)field_get(context, CONTEXT_AW) + 2, t->address, false);
	}
	context += SM_CONTEXT_WORDS * (devfn & 0x7f);
	entry = page_of(context[0]) + t->pasid[0] / 64;
	list[n++] = (struct pointer){ context, "PASID-directory pointer of the context entry",
				      "9.4", false };
	list[n++] = (struct pointer){ entry, "PASID-table pointer of the directory entry", "9.5",
				      false };
	entry = page_of(*entry) + PASID_WORDS * (t->pasid[0] % 64);
	pgtt = (unsigned)field_get(entry, PASID_PGTT);
	if (pgtt == PGTT_NESTED) {
		uint64_t guest = vtd_table_walk((uint64_t *)(field_get(entry, PASID_FSPTPTR) << 12),
						4, t->address);

		list[n++] = (struct pointer){
			entry, "second-stage pointer of the nested PASID-table entry", "9.6", false
		};
		return add_paging(list, n, page_of(entry[0]),
				  (unsigned)field_get(entry, PASID_AW) + 2, guest, false);
	}
	list[n++] = (struct pointer){ entry + (pgtt == PGTT_FIRST ? 2 : 0),
				      pgtt == PGTT_FIRST
					      ? "first-stage pointer of the PASID-table entry"
					      : "second-stage pointer of the PASID-table entry",
				      "9.6", false };
	return add_paging(list, n, page_of(entry[pgtt == PGTT_FIRST ? 2 : 0]),
			  pgtt == PGTT_FIRST ? 4 : (unsigned)field_get(entry, PASID_AW) + 2,
			  t->address, pgtt == PGTT_FIRST);
}

static enum vtd_status point(struct bench *b, const struct pointer *p, uint64_t to)
{
	enum vtd_status status = VTD_OK;

	if (p->word)
		bench_store(b, p->word, (*p->word & ~ADDRESS) | to);
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
	uint64_t *low = p->word ? page_of(*p->word) : b->target->root;

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

/* --- addresses of DMAs --- */

/* One DMA to another address than the target's. */
static enum outcome go_to(struct bench *b, uint64_t at, struct tally *t)
{
	struct measurement there = { .address = at };
	enum outcome outcome;

	bench_set_requester(b, at);
	outcome = engine_dma(b, &there, t, false);
	/* A device may try again what was refused: no record of it comes later. */
	if (outcome >= OUTCOME_PAGES) {
		time_delay_us(bench_record_wait_us(b));
		bench_drain_faults(b, t, time_us());
	}
	bench_set_requester(b, b->target->address);
	return outcome;
}

static const char *tell_bit(const struct bench *b, unsigned bit, uint64_t there,
			    enum outcome outcome, const char *wanted, const char *why)
{
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: a DMA to 0x%lx, which differs in bit %u from the address of the DMA before, came to \"%s\" (%s), and not to %s: %s",
		target_name((enum target_id)b->target->id), there, bit,
		target_outcome_name(b->target, outcome), target_outcome_meaning(b->target, outcome),
		wanted, why);
	return text;
}

static enum vtd_status drop_page(struct bench *b, uint64_t at)
{
	const struct target *target = b->target;

	if (target->id == TARGET_PASID_FS)
		return vtd_invalidate_piotlb_pages(b->unit, target->domain[0], target->pasid[0], at,
						   0, true);
	return vtd_invalidate_iotlb_pages(b->unit, target->domain[0], at, 0, false);
}

/* The page at `there` is B's, then A's, then absent. Its entry is `leaf`. */
static const char *try_there(struct bench *b, uint64_t there, unsigned bit, uint64_t *leaf,
			     struct tally *t)
{
	uint64_t to_b = *leaf, to_a = (*leaf & ~ADDRESS) | (uint64_t)b->target->page[OUTCOME_A];
	enum outcome here = engine_once(b, t), other = go_to(b, there, t);
	enum vtd_status status;

	if (t->stopped)
		return t->stopped;
	if (here != OUTCOME_A || other != OUTCOME_B) {
		bool is_kept = vtd_invalidate_all(b->unit) == VTD_OK &&
			       go_to(b, there, t) == OUTCOME_B;

		return tell_bit(
			b, bit, there, here == OUTCOME_A ? other : here, "where its entry leads",
			is_kept ? "with everything invalidated between them it did: that bit is not compared in the IOTLB, or in a paging-structure cache (table 17)"
				: "nor with everything invalidated between them: that bit is not used in the walk (sections 3.6, 3.7)");
	}
	bench_store(b, leaf, to_a);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK)
		status = drop_page(b, there);
	if (status != VTD_OK && status != VTD_NO_INVALIDATION)
		return t->stopped = bench_status_text(b, status);
	other = status == VTD_OK ? go_to(b, there, t) : OUTCOME_A;
	if (other != OUTCOME_A && !t->stopped)
		return tell_bit(
			b, bit, there, other, "the page that its entry was changed to",
			"a page-selective invalidation of that page does not reach it: that bit of ADDR is not compared (sections 6.5.2.3, 6.5.2.4)");
	/* Refusing is slow with some devices: only above 4 GiB, where the record's upper half tells. */
	if (bit < FIRST_HIGH || t->stopped) {
		bench_store(b, leaf, to_b);
		return t->stopped;
	}
	bench_store(b, leaf, 0);
	status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return t->stopped = bench_status_text(b, status);
	memset(&t->faults, 0, sizeof(t->faults));
	other = go_to(b, there, t);
	if (t->faults.odd && other >= OUTCOME_PREDICTED) {
		format_text(
			text, sizeof(text),
			OUTSIDE
			"a DMA to 0x%lx was refused, and its record is not of that: %s (section 11.4.7.6)",
			there, fault_fit_text((enum fault_fit)t->faults.odd_fit));
		return text;
	}
	if (other < OUTCOME_PAGES && !t->stopped)
		return tell_bit(b, bit, there, other, "a fault, as its entry is absent",
				"that bit is not used in the walk, or not compared");
	return t->stopped;
}

/* The tables of state A. */
static void tables_of(const struct target *t, struct vtd_table *table)
{
	const uint64_t *entry = t->entry, *context;

	*table = (struct vtd_table){ .unit = t->unit, .levels = 4 };
	if (t->scalable) {
		table->first_stage = field_get(entry, PASID_PGTT) == PGTT_FIRST;
		table->root = page_of(entry[table->first_stage ? 2 : 0]);
		if (!table->first_stage)
			table->levels = (unsigned)field_get(entry, PASID_AW) + 2;
		return;
	}
	context = page_of(*building_root_entry(t, t->root)) + CONTEXT_WORDS * (t->source_id & 0xff);
	table->levels = (unsigned)field_get(context, CONTEXT_AW) + 2;
	table->root = page_of(context[0]);
}

static const char *try_bits(struct bench *b, struct tally *t)
{
	const struct target *target = b->target;
	struct vtd_table table;
	unsigned width;

	tables_of(target, &table);
	width = 12 + 9 * table.levels;
	/* The upper half is for negative addresses. */
	width -= table.first_stage;
	if (!table.first_stage && width > vtd_unit_width(b->unit))
		width = vtd_unit_width(b->unit);
	for (unsigned bit = 21; bit < width && !t->stopped; bit++) {
		uint64_t there = target->address ^ 1ull << bit, *leaf;
		const char *problem;

		if (there & ~b->device->address_mask || !memory_is_spare(there))
			continue;
		if (!vtd_table_map(&table, there, (uint64_t)target->page[OUTCOME_B], 1))
			return NULL; /* no memory is left for it */
		leaf = building_paging_entry(table.root, table.levels, 1, there);
		vtd_invalidate_all(b->unit);
		problem = try_there(b, there, bit, leaf, t);
		bench_store(b, leaf, 0);
		if (problem)
			return problem;
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
			problem = try_bits(b, t);
	}
	if (!problem)
		problem = try_queue(b, t);
	log_note("  %u pointers to memory above 4 GiB%s", high_tried,
		 high_tried ? "" : ": this machine has none where its copies would be");
	return problem;
}
