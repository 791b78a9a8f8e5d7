/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds a target: for each kind of entry two states, and tables by which their mixtures show. */
#include "tests/litmus/building.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define LARGE_PAGE field_bits(FIELD(7, 7), 1) /* PS, in either stage (sections 9.7, 9.8) */
#define TAG	   5 /* PASID of tagged requests; RID_PASID stays 0, and its entry absent */

/* 1 and 2 are the states', 3 is the reserved regions', 4 the companion's. CAP.ND is for 16 at least. */
#define MIXTURE_DOMAIN 5

static void build_context(struct building *b)
{
	struct target *t = b->target;
	unsigned low = 0, only = 0;

	for (unsigned l = 4; l >= 3; l--)
		if (vtd_unit_has_levels(t->unit, l) && vtd_unit_has_levels(t->unit, l + 1))
			low = l;
	only = vtd_unit_any_levels(t->unit);
	t->phases = low ? 1 : 2;
	t->pages = 4;
	t->encoding = low ? "four pages, one for each mixture"
			  : "fault code: one table depth, so one mixture at a time";
	for (unsigned phase = 0; phase < t->phases; phase++)
		for (unsigned s = 0; s < 2; s++) {
			uint64_t *shallow, *deep = NULL;
			unsigned levels = low ? low + s : only;

			/* Read with the depth of A (or the good one), and one deeper. */
			if (low) {
				shallow = building_leaf_table(b, building_mixture(s, 0));
				deep = building_leaf_table(b, building_mixture(s, 1));
			} else {
				shallow = building_leaf_table(b, building_mixture(s, phase));
				/* The other state's width is one that this unit refuses. */
				levels = s == phase ? only : only == 3 ? 4 : 3;
			}
			building_set_context(b, t->state[phase][s],
					     building_chain(b, low ? low : only, shallow, deep),
					     levels, t->domain[s]);
		}
	if (b->exhausted)
		return;
	t->leaf[0] = building_paging_entry(
		(uint64_t *)(field_get(t->state[0][0], CONTEXT_SSPTPTR) << 12), low ? low : only, 1,
		t->address);
	t->leaf_value[0] = *t->leaf[0];
}

/* The deepest tables that the unit supports: what AW of a pass-through entry must say (section 9.3). */
static unsigned deepest(const struct vtd_unit *unit)
{
	unsigned levels = 5;

	while (levels > 3 && !vtd_unit_has_levels(unit, levels))
		levels--;
	return levels;
}

static void build_context_pt(struct building *b)
{
	struct target *t = b->target;
	unsigned widest = deepest(t->unit);
	/* One level less for A, so that its pointer read with the width of B shows. */
	unsigned levels = vtd_unit_has_levels(t->unit, widest - 1) ? widest - 1 : widest;
	uint64_t *own = building_leaf_table(b, OUTCOME_A),
		 *wide = building_leaf_table(b, OUTCOME_MIXTURE_1),
		 *unused = building_leaf_table(b, OUTCOME_MIXTURE_2);

	t->pages = 4;
	t->encoding =
		"four pages: A's, pass-through's, and those that mixtures lead to; a refused width by its fault";
	if (b->exhausted)
		return;
	building_set_context(b, t->state[0][0], building_chain(b, levels, own, wide), levels,
			     t->domain[0]);
	building_set_context(b, t->state[0][1], building_chain(b, levels, unused, unused), widest,
			     t->domain[1]);
	field_set(t->state[0][1], CONTEXT_TT, TT_PASS);
}

/* Two domains, one after the other, with one domain-id. */
static void build_context_did(struct building *b)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);

	t->encoding = "two pages; the domain-id of both states is one";
	for (unsigned s = 0; s < 2 && !b->exhausted; s++)
		building_set_context(b, t->state[0][s],
				     building_tables(b, false, levels, t->page[s]), levels,
				     t->domain[s]);
}

static void build_sm_context(struct building *b)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);
	bool first = !field_of(t->unit->ecap, ECAP_SSTS);

	t->pages = 4;
	t->encoding = "four pages: each directory is filled at both RID_PASIDs";
	t->pasid[0] = 1;
	t->pasid[1] = 2;
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *directory;
		uint64_t *table = building_own_pasid(b, t->state[0][s], t->pasid[s], &directory);

		if (!table)
			return;
		table -= PASID_WORDS * t->pasid[s];
		for (unsigned r = 0; r < 2; r++) {
			unsigned m = building_mixture(s, r);
			uint64_t *root = building_tables(b, first, first ? 4 : levels,
							 building_page(b, m));
			/*
			 * Other page tables, another domain-id (section 6.2.3.1): else a torn entry could be
			 * walked through paging entries that were kept of a state, and land in its page.
			 */
			uint16_t domain = r == s ? t->domain[s] : (uint16_t)(MIXTURE_DOMAIN + s);

			building_set_pasid(b, table + PASID_WORDS * t->pasid[r], root, first,
					   levels, domain);
			/* PASID 0 is what a cleared word 1 names: a mixture too. */
			if (r != s)
				building_set_pasid(b, table, root, first, levels, domain);
		}
	}
}

/* Identity for every page that a first-stage walk of `at` meets, and for where it ends. */
static void keep_walk(struct building *b, struct vtd_table *second, uint64_t *root, uint64_t at)
{
	uint64_t *page = root;

	for (unsigned level = 4;; level--) {
		b->exhausted |= !vtd_table_map(second, (uint64_t)page, (uint64_t)page, 1);
		if (!level || b->exhausted)
			return;
		page = (uint64_t *)(page[vtd_table_index(at, level)] & field_mask(FS_ADDR));
	}
}

/*
 * Put a second stage under both states' first: one and the same. It leaves addresses as they are, but for those of the
 * pages under test: a unit that takes what the first stage comes to for a host address writes to none of them.
 */
static void nest(struct building *b)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);
	struct vtd_table second;

	b->exhausted |= !vtd_table_new(&second, t->unit, levels);
	for (unsigned s = 0; s < 2 && !b->exhausted; s++) {
		uint64_t *p = t->state[0][s];
		uint64_t *root = (uint64_t *)(field_get(p, PASID_FSPTPTR) << 12);
		uint64_t sentinel = (uint64_t)t->sentinel[s],
			 guest = (uint64_t)building_pages(b, 1);

		if (b->exhausted)
			return;
		*t->leaf[s] = (*t->leaf[s] & ~field_mask(SS_ADDR)) | guest;
		t->leaf_value[s] = *t->leaf[s];
		keep_walk(b, &second, root, t->address);
		for (size_t i = 0; i < b->device->private_pages; i++)
			keep_walk(b, &second, root, t->private_at + i * PAGE_SIZE);
		b->exhausted |= !vtd_table_map(&second, guest, (uint64_t)t->page[s], 1) ||
				!vtd_table_map(&second, sentinel, sentinel, 1);
		field_set(p, PASID_SSPTPTR, (uint64_t)second.root >> 12);
		field_set(p, PASID_AW, aw_of_levels(levels));
		field_set(p, PASID_PGTT, PGTT_NESTED);
	}
}

static void build_pasid(struct building *b)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);
	bool first = t->id != TARGET_PASID_SS && t->id != TARGET_PASID_DID;

	t->checks_tags = !target_reuses_domain((enum target_id)t->id);
	t->encoding = target_reuses_domain((enum target_id)t->id)
			      ? "two pages; the domain-id of both states is one"
			      : "two pages; a mixture of domain-ids by the tag of its translation";
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *root = building_tables(b, first, first ? 4 : levels, t->page[s]);

		if (b->exhausted)
			return;
		building_set_pasid(b, t->state[0][s], root, first, levels, t->domain[s]);
		t->leaf[s] = building_paging_entry(root, first ? 4 : levels, 1, t->address);
		t->leaf_value[s] = *t->leaf[s];
		t->sentinel[s] = building_pages(b, 1);
	}
	if (t->id == TARGET_PASID_NESTED)
		nest(b);
	if (t->id != TARGET_PASID_FS_PT)
		return;
	/* B passes through; its unused first-stage pointer leads to a decoy. */
	t->checks_tags = false;
	t->pages = 3;
	t->encoding = "three pages: A's, pass-through's, and a decoy behind B's unused pointer";
	memset(t->state[0][1], 0, sizeof(t->state[0][1]));
	building_set_pasid(b, t->state[0][1],
			   building_tables(b, true, 4, building_page(b, OUTCOME_MIXTURE_1)), true,
			   4, t->domain[1]);
	field_set(t->state[0][1], PASID_PGTT, PGTT_PASS);
}

/* Entries of one word: two whole hierarchies that part at the entry under test. */
static void build_word(struct building *b, uint64_t *context)
{
	struct target *t = b->target;
	unsigned levels = vtd_unit_any_levels(t->unit);
	bool first = t->id == TARGET_FS_LEAF || t->id == TARGET_FS_LARGE ||
		     (t->scalable && !field_of(t->unit->ecap, ECAP_SSTS));
	unsigned depth = first ? 4 : levels;

	t->encoding =
		t->pages == 2
			? "two pages; one word, which cannot tear"
			: "four pages: of both states, and of halves of their addresses; one word, which cannot tear";
	if (target_is_pointer(t))
		building_pointer(b, context);
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *root = building_tables(b, first, depth, t->page[s]);
		uint64_t sm[SM_CONTEXT_WORDS] = { 0 }, legacy[CONTEXT_WORDS] = { 0 };
		uint64_t *p = NULL, *directory = NULL, *other;
		unsigned devfn = t->source_id & 0xff;
		size_t bytes = t->scalable ? sizeof(sm) : sizeof(legacy);
		const void *own = t->scalable ? (const void *)sm : legacy;

		if (b->exhausted)
			return;
		if (t->scalable) {
			p = building_own_pasid(b, sm, t->pasid[s], &directory);
			if (!p)
				return;
			building_set_pasid(b, p, root, first, levels, t->domain[s]);
		} else {
			building_set_context(b, legacy, root, levels, t->domain[s]);
		}
		if (s == 0)
			memcpy(context, own, bytes);
		switch (t->kind) {
		case KIND_ROOT:
		case KIND_SM_ROOT:
			other = building_pages(b, 1);
			if (!other)
				return;
			memcpy(other, (void *)((uint64_t)context & ~(PAGE_SIZE - 1)), PAGE_SIZE);
			if (t->scalable)
				memcpy(other + SM_CONTEXT_WORDS * (devfn & 0x7f), sm, sizeof(sm));
			else
				memcpy(other + CONTEXT_WORDS * devfn, legacy, sizeof(legacy));
			t->state[0][s][0] = (uint64_t)other | field_bits(ROOT_P, 1);
			break;
		case KIND_ROOT_TABLE:
		case KIND_SM_ROOT_TABLE:
			building_pointer_state(b, s, context, own, bytes);
			break;
		case KIND_PASID_DIR:
			t->state[0][s][0] = *directory;
			if (s == 0)
				t->entry = directory;
			break;
		default:
			other = building_paging_entry(root, depth, t->kind == KIND_LEAF ? 1 : 2,
						      t->address);
			t->state[0][s][0] = *other;
			if (s == 0)
				t->entry = other;
			else if (t->kind == KIND_LARGE)
				t->state[0][1][0] = (t->state[0][0][0] & (PAGE_SIZE - 1)) |
						    memory_window() | LARGE_PAGE;
		}
	}
}

/* `base` is as for target_build(). */
static void build(struct building *b, const uint64_t *base)
{
	struct target *t = b->target;
	uint64_t *context, *directory;

	/* The device gets at its own pages through another target's tables. */
	context = target_is_of_interrupts(t) ? NULL
					     : building_own_context(b, t->scalable ? NULL : base);
	if (!context && !target_is_of_interrupts(t))
		return;
	t->entry = context;
	switch (t->kind) {
	case KIND_CONTEXT:
		if (t->id == TARGET_CONTEXT_PT)
			build_context_pt(b);
		else if (t->id == TARGET_CONTEXT_DID)
			build_context_did(b);
		else
			build_context(b);
		break;
	case KIND_SM_CONTEXT:
		build_sm_context(b);
		break;
	case KIND_INTERRUPT_TABLE:
	case KIND_IRTE:
		building_interrupt(b);
		break;
	case KIND_PASID_DIR_TABLE:
		building_dir_table(b, context);
		break;
	case KIND_FREED_TABLE:
		building_freed_table(b, context);
		break;
	case KIND_PASID:
		t->entry = building_own_pasid(b, context, t->pasid[0], &directory);
		build_pasid(b);
		break;
	default:
		build_word(b, context);
		if (t->kind == KIND_ROOT || t->kind == KIND_SM_ROOT)
			t->entry = building_root_entry(t, t->root);
	}
}

const char *target_build(struct target *t, enum target_id id, const struct vtd_unit *unit,
			 const struct dma_device *device, uint16_t source_id, bool ats,
			 const uint64_t *base)
{
	const char *problem;
	struct building b = { .target = t, .device = device, .with_ats = ats };

	*t = (struct target){ .id = (uint8_t)id,
			      .kind = (uint8_t)target_kind(id),
			      .scalable = target_is_scalable(id),
			      .words = kind_words(target_kind(id)),
			      .phases = 1,
			      .domain = { 1, 2 },
			      .address = target_address(),
			      .private_at = (uint64_t)device->private,
			      .pages = 2,
			      .unit = unit,
			      .source_id = source_id };
	problem = target_lacks(t, device);
	if (problem)
		return problem;
	if (ats && id == TARGET_CONTEXT_PT)
		return "a device-TLB's requests are refused by a pass-through entry (LCT.5)";
	b.walks_snooped = field_of(unit->ecap, ECAP_SMPWC);
	t->coherent = t->scalable && kind_is_of_paging((enum entry_kind)t->kind)
			      ? b.walks_snooped
			      : unit->coherent || target_is_pointer(t);
	t->tagged = device->tagging == DMA_TAGS_ALWAYS ||
		    (device->tagging == DMA_TAGS_AS_TOLD && t->kind == KIND_PASID &&
		     field_of(unit->ecap, ECAP_PASID));
	if (t->tagged)
		t->pasid[0] = t->pasid[1] = TAG;
	for (unsigned p = 0; p < OUTCOME_PAGES && !target_is_of_interrupts(t); p++)
		t->page[p] = building_landing_page(&b);
	if (t->kind == KIND_LEAF)
		building_twins(&b);
	if (target_passes_through(id) || target_has_large_page(id)) {
		/* Bus addresses are physical. In the window, where the tables of legacy targets look them up. */
		t->page[OUTCOME_B] = memory_alloc_window(1);
		b.exhausted |= !t->page[OUTCOME_B];
		t->address = (uint64_t)t->page[OUTCOME_B];
	}
	/* Not the first page that its paging entries are for: an invalidation of it must reach them all the same. */
	if (id == TARGET_FREED_TABLE) {
		t->address = (uint64_t)memory_alloc_window(1);
		b.exhausted |= !t->address;
	}
	if ((t->address | t->private_at) & ~device->address_mask)
		return "the device cannot address the pages that its DMA is sent to";
	if (kind_is_of_paging((enum entry_kind)t->kind) || target_reuses_domain(id))
		t->domain[1] = t->domain[0];
	build(&b, base);
	if (b.exhausted)
		return "no memory for its tables";
	for (unsigned i = 0; i < t->words; i++)
		*target_word(t, i) = t->state[0][0][i];
	for (unsigned i = 0; i < b.made_count; i++)
		vtd_flush_paging(unit, b.made[i].at, b.made[i].bytes);
	target_choose_phase(t, 0);
	return NULL;
}
