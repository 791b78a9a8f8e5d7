/* SPDX-License-Identifier: BSD-2-Clause */
/* What targets are built of: pages, page tables, and the entries that lead to them. */
#include "tests/litmus/building.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

void *building_pages(struct building *b, size_t count)
{
	void *p = memory_alloc(count);

	if (!p || b->made_count == BUILDING_MADE_MAX) {
		b->exhausted = true;
		return NULL;
	}
	b->made[b->made_count].at = p;
	b->made[b->made_count++].bytes = count * PAGE_SIZE;
	return p;
}

uint64_t *building_landing_page(struct building *b)
{
	uint64_t *p = building_pages(b, 3);

	return p && (uint64_t)p & PAGE_SIZE ? p + PAGE_SIZE / sizeof(*p) : p;
}

void building_twins(struct building *b)
{
	struct target *t = b->target;
	volatile uint64_t *first = t->page[OUTCOME_A], *second = t->page[OUTCOME_B];
	const unsigned bit = 32;
	void *above[2];

	/* A device that translates for itself must reach them. */
	if (!first || !second || (b->with_ats && b->device->address_mask >> bit == 0))
		return;
	above[0] = memory_alloc_alias((const void *)first, bit);
	above[1] = memory_alloc_alias((const void *)second, bit);
	if (!above[0] || !above[1])
		return;
	t->pages = 4;
	t->page[OUTCOME_B] = above[1];
	t->page[OUTCOME_MIXTURE_1] = above[0];
	t->page[OUTCOME_MIXTURE_2] = second;
}

uint64_t *building_tables(struct building *b, bool first_stage, unsigned levels,
			  const volatile uint64_t *page)
{
	const struct target *t = b->target;
	const struct dma_device *device = b->device;
	struct vtd_table table;

	b->exhausted |= !vtd_table_new(&table, t->unit, levels);
	table.first_stage = first_stage;
	if (b->exhausted || !vtd_table_map(&table, t->address, (uint64_t)page, 1) ||
	    !vtd_table_map(&table, t->private_at, (uint64_t)device->private, device->private_pages))
		b->exhausted = true;
	return table.root;
}

uint64_t *building_paging_entry(uint64_t *root, unsigned levels, unsigned level, uint64_t at)
{
	uint64_t *table = root;

	for (unsigned l = levels; l > level; l--)
		table = (uint64_t *)(table[vtd_table_index(at, l)] & field_mask(SS_ADDR));
	return &table[vtd_table_index(at, level)];
}

void building_set_context(const struct building *b, uint64_t *c, const uint64_t *root,
			  unsigned levels, uint16_t domain)
{
	field_set(c, CONTEXT_TT, b->with_ats ? TT_DEVICE_TLB : TT_UNTRANSLATED);
	field_set(c, CONTEXT_SSPTPTR, (uint64_t)root >> 12);
	field_set(c, CONTEXT_AW, aw_of_levels(levels));
	field_set(c, CONTEXT_DID, domain);
	field_set(c, CONTEXT_P, 1);
}

static void set_sm_context(const struct building *b, uint64_t *c, const uint64_t *directory,
			   unsigned rid_pasid)
{
	field_set(c, SM_CONTEXT_PASIDDIRPTR, (uint64_t)directory >> 12);
	field_set(c, SM_CONTEXT_RID_PASID, rid_pasid);
	field_set(c, SM_CONTEXT_DTE, b->with_ats);
	field_set(c, SM_CONTEXT_P, 1);
}

static void set_pasid_second(const struct building *b, uint64_t *p, const uint64_t *root,
			     unsigned levels, uint16_t domain)
{
	field_set(p, PASID_SSPTPTR, (uint64_t)root >> 12);
	field_set(p, PASID_AW, aw_of_levels(levels));
	field_set(p, PASID_PGTT, PGTT_SECOND);
	field_set(p, PASID_PWSNP, b->walks_snooped);
	field_set(p, PASID_DID, domain);
	field_set(p, PASID_P, 1);
}

static void set_pasid_first(const struct building *b, uint64_t *p, const uint64_t *root,
			    uint16_t domain)
{
	field_set(p, PASID_FSPTPTR, (uint64_t)root >> 12);
	field_set(p, PASID_AW, aw_of_levels(4)); /* QEMU derives the canonical width from it */
	field_set(p, PASID_PGTT, PGTT_FIRST);
	field_set(p, PASID_PWSNP, b->walks_snooped);
	field_set(p, PASID_DID, domain);
	field_set(p, PASID_P, 1);
}

void building_set_pasid(const struct building *b, uint64_t *p, const uint64_t *root,
			bool first_stage, unsigned levels, uint16_t domain)
{
	if (first_stage)
		set_pasid_first(b, p, root, domain);
	else
		set_pasid_second(b, p, root, levels, domain);
}

uint64_t *building_root_entry(const struct target *t, uint64_t *root)
{
	return &root[2 * (t->source_id >> 8) + (t->scalable ? t->source_id >> 7 & 1 : 0)];
}

uint64_t *building_own_context(struct building *b, const uint64_t *base)
{
	struct target *t = b->target;
	unsigned bus = t->source_id >> 8, devfn = t->source_id & 0xff;
	unsigned half = t->scalable ? devfn >> 7 : 0;
	uint64_t *context = building_pages(b, 1);
	const uint64_t *kept = NULL;

	t->root = building_pages(b, 1);
	if (b->exhausted)
		return NULL;
	if (base) {
		memcpy(t->root, base, PAGE_SIZE);
		if (base[2 * bus + half] & 1)
			kept = (const uint64_t *)(base[2 * bus + half] & field_mask(ROOT_CTP));
	}
	if (kept)
		memcpy(context, kept, PAGE_SIZE);
	*building_root_entry(t, t->root) = (uint64_t)context | field_bits(ROOT_P, 1);
	return context + (t->scalable ? SM_CONTEXT_WORDS * (devfn & 0x7f) : CONTEXT_WORDS * devfn);
}

uint64_t *building_own_pasid(struct building *b, uint64_t *context, unsigned pasid,
			     uint64_t **directory)
{
	const struct target *t = b->target;
	uint64_t *dir = building_pages(b, 1), *table = building_pages(b, 1);

	if (b->exhausted)
		return NULL;
	*directory = dir + pasid / 64;
	**directory = (uint64_t)table | field_bits(PASID_DIR_P, 1);
	set_sm_context(b, context, dir, t->tagged ? 0 : pasid);
	field_set(context, SM_CONTEXT_PASIDE, t->tagged);
	return table + PASID_WORDS * (pasid % 64);
}

uint64_t *building_chain(struct building *b, unsigned levels, const uint64_t *shallow,
			 const uint64_t *deep)
{
	unsigned region = vtd_table_index(memory_window(), 2);
	uint64_t *root = building_pages(b, levels);

	for (unsigned i = 0; root && i < levels; i++) {
		uint64_t *table = root + i * 512;

		if (i + 1 < levels)
			table[0] = vtd_table_entry((uint64_t)(table + 512));
		if (i == levels - 2 && shallow)
			table[region] = vtd_table_entry((uint64_t)shallow);
		if (i == levels - 1 && deep)
			table[region] = vtd_table_entry((uint64_t)deep);
	}
	return root;
}

volatile uint64_t *building_page(const struct building *b, unsigned outcome)
{
	return b->target->page[options.breakage == BREAK_WITNESS ? outcome & 1 : outcome];
}

uint64_t *building_leaf_table(struct building *b, unsigned page)
{
	const struct target *t = b->target;
	const struct dma_device *device = b->device;
	uint64_t *table = building_pages(b, 1);

	if (!table)
		return NULL;
	table[vtd_table_index(t->address, 1)] = vtd_table_entry((uint64_t)building_page(b, page));
	for (size_t i = 0; i < device->private_pages; i++) {
		uint64_t at = t->private_at + i * PAGE_SIZE;

		table[vtd_table_index(at, 1)] = vtd_table_entry(at);
	}
	return table;
}
