/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets of whole tables: pointers to a root table; a PASID directory, and a paging entry, with the tables that they lead
 * to.
 */
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "tests/litmus/building.h"
#include "vtd/entry.h"
#include "vtd/regs.h"

static uint64_t root_address(const struct target *t, const uint64_t *root)
{
	return (uint64_t)root | field_bits(RTADDR_TTM, t->scalable);
}

/* A copy of the root table, and of the context table that the device's entry is in; *context: of that in the copy. */
static uint64_t *copy_root(struct building *b, const uint64_t *from, const uint64_t *entry,
			   uint64_t **context)
{
	const struct target *t = b->target;
	uint64_t *root = building_pages(b, 1), *table = building_pages(b, 1);
	uint64_t *old = (uint64_t *)((uint64_t)entry & ~(PAGE_SIZE - 1));

	if (b->exhausted)
		return NULL;
	memcpy(root, from, PAGE_SIZE);
	memcpy(table, old, PAGE_SIZE);
	*context = table + (entry - old);
	*building_root_entry(t, root) = (uint64_t)table | field_bits(ROOT_P, 1);
	return root;
}

void building_pointer(struct building *b, const uint64_t *context)
{
	struct target *t = b->target;
	uint64_t *copy;

	t->entry = building_pages(b, 1);
	t->empty = root_address(t, copy_root(b, t->root, context, &copy));
	if (!b->exhausted)
		memset(copy, 0, (t->scalable ? SM_CONTEXT_WORDS : CONTEXT_WORDS) * sizeof(*copy));
}

void building_pointer_state(struct building *b, unsigned s, const uint64_t *context,
			    const void *own, size_t bytes)
{
	struct target *t = b->target;
	uint64_t *copy, *root = s ? copy_root(b, t->root, context, &copy) : t->root;

	if (s && root)
		memcpy(copy, own, bytes);
	t->state[0][s][0] = root_address(t, root);
}

/*
 * Two tables for one directory entry. The one that is not led to holds what another owner left there: an entry of the same
 * domain-id that leads elsewhere. Word 0 of an entry has its pointer, so word 0 is what counts.
 */
void building_dir_table(struct building *b, uint64_t *context)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);
	uint64_t *directory, *left[2], own[2], others[2];
	uint64_t *p[2] = { building_own_pasid(b, context, t->pasid[0], &directory) };

	p[1] = building_pages(b, 1);
	if (b->exhausted)
		return;
	p[1] += PASID_WORDS * (t->pasid[0] % 64);
	t->pages = 4;
	t->encoding = "four pages: of each state, and of what another owner left in its table";
	t->apart[0] = directory;
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *root = building_tables(b, false, levels, building_page(b, s));

		left[s] = building_tables(b, false, levels,
					  building_page(b, building_mixture(s, !s)));
		if (b->exhausted)
			return;
		building_set_pasid(b, p[s], left[s], false, levels, t->domain[s]);
		others[s] = p[s][0];
		building_set_pasid(b, p[s], root, false, levels, t->domain[s]);
		own[s] = p[s][0];
		t->apart[1 + s] = p[s];
	}
	for (unsigned s = 0; s < 2; s++) {
		t->state[0][s][0] = ((uint64_t)p[s] & ~(PAGE_SIZE - 1)) |
				    field_bits(PASID_DIR_P, 1);
		t->state[0][s][1] = s ? others[0] : own[0];
		t->state[0][s][2] = s ? own[1] : others[1];
	}
	t->entry = directory;
}

/*
 * Two tables for one paging entry. The one that is not led to was freed, and who got it has an entry there that leads to a
 * page of his.
 */
void building_freed_table(struct building *b, uint64_t *context)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);
	uint64_t *root[2], *leaf, own[2], others[2];

	t->pages = 4;
	t->encoding = "four pages: of each state, and of who got its table when it was freed";
	for (unsigned s = 0; s < 2; s++) {
		root[s] = building_tables(b, false, levels, building_page(b, s));
		if (b->exhausted)
			return;
		t->apart[1 + s] = leaf = building_paging_entry(root[s], levels, 1, t->address);
		own[s] = *leaf;
		others[s] = (own[s] & ~field_mask(SS_ADDR)) |
			    (uint64_t)building_page(b, building_mixture(s, !s));
	}
	t->entry = t->apart[0] = building_paging_entry(root[0], levels, 2, t->address);
	for (unsigned s = 0; s < 2; s++) {
		t->state[0][s][0] = *building_paging_entry(root[s], levels, 2, t->address);
		t->state[0][s][1] = s ? others[0] : own[0];
		t->state[0][s][2] = s ? own[1] : others[1];
	}
	building_set_context(b, context, root[0], levels, t->domain[0]);
}
