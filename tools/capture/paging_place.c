/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/paging_entry.h"
#include "tools/capture/paging_place.h"

#define PAGE 4096u

static uint64_t within(const struct shadow_page *table, uint64_t entry)
{
	return entry % PAGE / 8 * paging_span(table->kind);
}

uint64_t paging_address(const struct shadow *shadow, uint64_t entry, uint64_t *root)
{
	const struct shadow_page *table = shadow_find(shadow, entry), *above;
	uint64_t address = 0;

	*root = 0;
	for (unsigned level = 0; table && level < PAGING_LEVELS; level++) {
		address += within(table, entry);
		*root = table->address;
		entry = table->parent;
		above = entry ? shadow_find(shadow, entry) : NULL;
		if (!above || !paging_is(above->kind) ||
		    paging_level(above->kind) != paging_level(table->kind) + 1)
			break;
		table = above;
	}
	return address;
}

static void look_into(struct paging_root *found, const struct shadow_page *table)
{
	unsigned words = table_kinds[table->kind].words;
	uint64_t entry[TABLE_WORDS_MAX];

	for (unsigned at = 0; at < PAGE; at += 8 * words) {
		uint16_t domain;
		bool known = false;

		memcpy(entry, table->bytes + at, 8 * words);
		if (paging_lead(table->kind, entry).kind == TABLE_NONE ||
		    paging_lead(table->kind, entry).page != found->page / PAGE)
			continue;
		domain = (uint16_t)(table->kind == TABLE_CONTEXT ? entry[1] >> 8 : entry[1]);
		for (unsigned i = 0; i < found->domains; i++)
			known |= found->domain[i] == domain;
		if (!known && found->domains < PAGING_DOMAINS)
			found->domain[found->domains++] = domain;
	}
}

const struct paging_root *paging_domains(struct paging_domains *d, const struct shadow *shadow,
					 uint64_t root)
{
	struct paging_root *found;

	for (size_t i = 0; i < d->count; i++)
		if (d->list[i].page == root)
			return &d->list[i];
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 64;
		d->list = realloc(d->list, d->room * sizeof(*d->list));
		if (!d->list)
			abort();
	}
	found = &d->list[d->count++];
	*found = (struct paging_root){ .page = root };
	for (size_t i = 0; i < shadow->count; i++)
		if (shadow->pages[i]->kind == TABLE_CONTEXT ||
		    shadow->pages[i]->kind == TABLE_PASID)
			look_into(found, shadow->pages[i]);
	return found;
}

/* What an entry means for part `i` of it, as an entry of the level below; 0: absent. */
static uint64_t part(const struct shadow *shadow, enum table_kind kind, uint64_t entry, unsigned i)
{
	enum table_kind below = paging_kind(paging_is_first_stage(kind), paging_level(kind) - 1);
	struct paging_lead lead = paging_lead(kind, &entry);
	uint64_t word = 0;

	if (paging_is_large(kind, entry)) {
		word = entry + i * paging_span(below);
		return paging_level(below) == 1 ? word & ~(uint64_t)PAGING_PAGE_SIZE : word;
	}
	if (lead.kind != TABLE_NONE)
		shadow_read(shadow, lead.page * PAGE + 8 * i, 1, &word);
	return word;
}

static void difference(const struct shadow *shadow, enum table_kind kind, uint64_t old,
		       uint64_t new, uint64_t address, uint64_t *low, uint64_t *high)
{
	bool was_page = paging_level(kind) == 1 || paging_is_large(kind, old),
	     is_table = paging_lead(kind, &new).kind != TABLE_NONE;

	if (!(old & table_present(kind)) ||
	    !((old ^ new) & paging_used(kind) & ~paging_set_by_unit(kind)))
		return;
	if (was_page && !is_table) {
		if (*low == *high)
			*low = address;
		*high = address + paging_span(kind);
		return;
	}
	for (unsigned i = 0; i < 512; i++) {
		enum table_kind below = paging_kind(paging_is_first_stage(kind),
						    paging_level(kind) - 1);

		difference(shadow, below, part(shadow, kind, old, i),
			   new &table_present(kind) ? part(shadow, kind, new, i) : 0,
			   address + i * paging_span(below), low, high);
	}
}

void paging_difference(const struct shadow *shadow, enum table_kind kind, uint64_t old,
		       uint64_t new, uint64_t address, uint64_t *low, uint64_t *high)
{
	*low = *high = 0;
	difference(shadow, kind, old, new, address, low, high);
}
