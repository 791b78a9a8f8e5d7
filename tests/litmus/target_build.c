/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/target.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define TAG 5 /* PASID of tagged requests; RID_PASID stays 0, and its entry absent */

/* 1 and 2 are the states', 3 is the reserved regions', 4 the companion's. CAP.ND is for 16 at least. */
#define MIXTURE_DOMAIN 5

#define MADE_MAX 128

/* What the target under construction is made of: flushed when it is whole. */
static struct {
	void *at;
	size_t bytes;
} made[MADE_MAX];
static unsigned made_count;
static bool exhausted;
static bool with_ats;	   /* context entries take what a device-TLB sends */
static bool walks_snooped; /* by this unit, where a PASID-table entry asks for it (ECAP.SMPWC) */

static void *pages(size_t count)
{
	void *p = memory_alloc(count);

	if (!p || made_count == MADE_MAX) {
		exhausted = true;
		return NULL;
	}
	made[made_count].at = p;
	made[made_count++].bytes = count * PAGE_SIZE;
	return p;
}

/* The first of two pages, the second nobody's: a DMA that misses by one bit of the page number harms nothing. */
static uint64_t *landing_page(void)
{
	uint64_t *p = pages(3);

	return p && (uint64_t)p & PAGE_SIZE ? p + PAGE_SIZE / sizeof(*p) : p;
}

/* Page tables of one state, `levels` deep: the page under test and the device's own pages. */
static uint64_t *tables(struct target *t, const struct dma_device *device, bool first_stage,
			unsigned levels, const volatile uint64_t *page)
{
	struct vtd_table table;

	exhausted |= !vtd_table_new(&table, t->unit, levels);
	table.first_stage = first_stage;
	if (exhausted || !vtd_table_map(&table, t->address, (uint64_t)page, 1) ||
	    !vtd_table_map(&table, t->private_at, (uint64_t)device->private, device->private_pages))
		exhausted = true;
	return table.root;
}

/* The paging entry of level `level` (1: leaf) that `at` is looked up in. */
static uint64_t *paging_entry(uint64_t *root, unsigned levels, unsigned level, uint64_t at)
{
	uint64_t *table = root;

	for (unsigned l = levels; l > level; l--)
		table = (uint64_t *)(table[vtd_table_index(at, l)] & field_mask(SS_ADDR));
	return &table[vtd_table_index(at, level)];
}

static void set_context(uint64_t *c, const uint64_t *root, unsigned levels, uint16_t domain)
{
	field_set(c, CONTEXT_TT, with_ats ? TT_DEVICE_TLB : TT_UNTRANSLATED);
	field_set(c, CONTEXT_SSPTPTR, (uint64_t)root >> 12);
	field_set(c, CONTEXT_AW, aw_of_levels(levels));
	field_set(c, CONTEXT_DID, domain);
	field_set(c, CONTEXT_P, 1);
}

static void set_sm_context(uint64_t *c, const uint64_t *directory, unsigned rid_pasid)
{
	field_set(c, SM_CONTEXT_PASIDDIRPTR, (uint64_t)directory >> 12);
	field_set(c, SM_CONTEXT_RID_PASID, rid_pasid);
	field_set(c, SM_CONTEXT_DTE, with_ats);
	field_set(c, SM_CONTEXT_P, 1);
}

static void set_pasid_second(uint64_t *p, const uint64_t *root, unsigned levels, uint16_t domain)
{
	field_set(p, PASID_SSPTPTR, (uint64_t)root >> 12);
	field_set(p, PASID_AW, aw_of_levels(levels));
	field_set(p, PASID_PGTT, PGTT_SECOND);
	field_set(p, PASID_PWSNP, walks_snooped);
	field_set(p, PASID_DID, domain);
	field_set(p, PASID_P, 1);
}

static void set_pasid_first(uint64_t *p, const uint64_t *root, uint16_t domain)
{
	field_set(p, PASID_FSPTPTR, (uint64_t)root >> 12);
	field_set(p, PASID_AW, aw_of_levels(4)); /* QEMU derives the canonical width from it */
	field_set(p, PASID_PGTT, PGTT_FIRST);
	field_set(p, PASID_PWSNP, walks_snooped);
	field_set(p, PASID_DID, domain);
	field_set(p, PASID_P, 1);
}

static void set_pasid(uint64_t *p, const uint64_t *root, bool first_stage, unsigned levels,
		      uint16_t domain)
{
	if (first_stage)
		set_pasid_first(p, root, domain);
	else
		set_pasid_second(p, root, levels, domain);
}

/* A root table and a context table of its own, with what `base` keeps mapped. */
static uint64_t *own_context(struct target *t, const uint64_t *base)
{
	unsigned bus = t->source_id >> 8, devfn = t->source_id & 0xff;
	unsigned half = t->scalable ? devfn >> 7 : 0;
	uint64_t *context = pages(1), *slot;
	const uint64_t *kept = NULL;

	t->root = pages(1);
	if (exhausted)
		return NULL;
	if (base) {
		memcpy(t->root, base, PAGE_SIZE);
		if (base[2 * bus + half] & 1)
			kept = (const uint64_t *)(base[2 * bus + half] & field_mask(ROOT_CTP));
	}
	if (kept)
		memcpy(context, kept, PAGE_SIZE);
	slot = &t->root[2 * bus + half];
	*slot = (uint64_t)context | field_bits(ROOT_P, 1);
	return context + (t->scalable ? SM_CONTEXT_WORDS * (devfn & 0x7f) : CONTEXT_WORDS * devfn);
}

/* Scalable mode down to the PASID-table entry of PASID `pasid`; *directory: its directory entry. */
static uint64_t *own_pasid(const struct target *t, uint64_t *context, unsigned pasid,
			   uint64_t **directory)
{
	uint64_t *dir = pages(1), *table = pages(1);

	if (exhausted)
		return NULL;
	*directory = dir + pasid / 64;
	**directory = (uint64_t)table | field_bits(PASID_DIR_P, 1);
	set_sm_context(context, dir, t->tagged ? 0 : pasid);
	field_set(context, SM_CONTEXT_PASIDE, t->tagged);
	return table + PASID_WORDS * (pasid % 64);
}

/*
 * A chain of tables whose walk with `levels` ends in leaf table `shallow`, and with one level more
 * in `deep`. Either may be NULL: then such a walk meets an absent entry.
 */
static uint64_t *chain(unsigned levels, const uint64_t *shallow, const uint64_t *deep)
{
	unsigned region = vtd_table_index(memory_window(), 2);
	uint64_t *root = pages(levels);

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

/* The leaf table of one of the four pages. */
static uint64_t *leaf_table(struct target *t, const struct dma_device *device, unsigned page)
{
	/* Asked to break the witness: mixtures lead where the pure states lead. */
	unsigned to = options.breakage == BREAK_WITNESS ? page & 1 : page;
	uint64_t *table = pages(1);

	if (!table)
		return NULL;
	table[vtd_table_index(t->address, 1)] = vtd_table_entry((uint64_t)t->page[to]);
	for (size_t i = 0; i < device->private_pages; i++) {
		uint64_t at = t->private_at + i * PAGE_SIZE;

		table[vtd_table_index(at, 1)] = vtd_table_entry(at);
	}
	return table;
}

/* Outcome of pointer of state p read with the rest of state r. */
static unsigned mixture_page(unsigned p, unsigned r)
{
	return p == r ? p : p ? OUTCOME_MIXTURE_2 : OUTCOME_MIXTURE_1;
}

static void build_context(struct target *t, const struct dma_device *device)
{
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
				shallow = leaf_table(t, device, mixture_page(s, 0));
				deep = leaf_table(t, device, mixture_page(s, 1));
			} else {
				shallow = leaf_table(t, device, mixture_page(s, phase));
				/* The other state's width is one that this unit refuses. */
				levels = s == phase ? only : only == 3 ? 4 : 3;
			}
			set_context(t->state[phase][s], chain(low ? low : only, shallow, deep),
				    levels, t->domain[s]);
		}
	if (exhausted)
		return;
	t->leaf[0] = paging_entry((uint64_t *)(field_get(t->state[0][0], CONTEXT_SSPTPTR) << 12),
				  low ? low : only, 1, t->address);
	t->leaf_value[0] = *t->leaf[0];
}

static void build_sm_context(struct target *t, const struct dma_device *device)
{
	unsigned levels = vtd_unit_any_levels(t->unit);
	bool first = !field_of(t->unit->ecap, ECAP_SSTS);

	t->pages = 4;
	t->encoding = "four pages: each directory is filled at both RID_PASIDs";
	t->pasid[0] = 1;
	t->pasid[1] = 2;
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *directory;
		uint64_t *table = own_pasid(t, t->state[0][s], t->pasid[s], &directory);

		if (!table)
			return;
		table -= PASID_WORDS * t->pasid[s];
		for (unsigned r = 0; r < 2; r++) {
			unsigned m = mixture_page(s, r);
			unsigned to = options.breakage == BREAK_WITNESS ? m & 1 : m;
			uint64_t *root = tables(t, device, first, first ? 4 : levels, t->page[to]);
			/*
			 * Other page tables, another domain-id (section 6.2.3.1): else a torn entry could be
			 * walked through paging entries that were kept of a state, and land in its page.
			 */
			uint16_t domain = r == s ? t->domain[s] : (uint16_t)(MIXTURE_DOMAIN + s);

			set_pasid(table + PASID_WORDS * t->pasid[r], root, first, levels, domain);
			/* PASID 0 is what a cleared word 1 names: a mixture too. */
			if (r != s)
				set_pasid(table, root, first, levels, domain);
		}
	}
}

/* Identity for every page that a first-stage walk of `at` meets, and for where it ends. */
static void keep_walk(struct vtd_table *second, uint64_t *root, uint64_t at)
{
	uint64_t *page = root;

	for (unsigned level = 4;; level--) {
		exhausted |= !vtd_table_map(second, (uint64_t)page, (uint64_t)page, 1);
		if (!level || exhausted)
			return;
		page = (uint64_t *)(page[vtd_table_index(at, level)] & field_mask(FS_ADDR));
	}
}

/*
 * Put a second stage under both states' first: one and the same. It leaves addresses as they are, but for those of the
 * pages under test: a unit that takes what the first stage comes to for a host address writes to none of them.
 */
static void nest(struct target *t, const struct dma_device *device)
{
	unsigned levels = vtd_unit_any_levels(t->unit);
	struct vtd_table second;

	exhausted |= !vtd_table_new(&second, t->unit, levels);
	for (unsigned s = 0; s < 2 && !exhausted; s++) {
		uint64_t *p = t->state[0][s];
		uint64_t *root = (uint64_t *)(field_get(p, PASID_FSPTPTR) << 12);
		uint64_t sentinel = (uint64_t)t->sentinel[s], guest = (uint64_t)pages(1);

		if (exhausted)
			return;
		*t->leaf[s] = (*t->leaf[s] & ~field_mask(SS_ADDR)) | guest;
		t->leaf_value[s] = *t->leaf[s];
		keep_walk(&second, root, t->address);
		for (size_t i = 0; i < device->private_pages; i++)
			keep_walk(&second, root, t->private_at + i * PAGE_SIZE);
		exhausted |= !vtd_table_map(&second, guest, (uint64_t)t->page[s], 1) ||
			     !vtd_table_map(&second, sentinel, sentinel, 1);
		field_set(p, PASID_SSPTPTR, (uint64_t)second.root >> 12);
		field_set(p, PASID_AW, aw_of_levels(levels));
		field_set(p, PASID_PGTT, PGTT_NESTED);
	}
}

static void build_pasid(struct target *t, const struct dma_device *device)
{
	unsigned levels = vtd_unit_any_levels(t->unit);
	bool first = t->id != TARGET_PASID_SS;

	t->checks_tags = true;
	t->encoding = "two pages; a mixture of domain-ids by the tag of its translation";
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *root = tables(t, device, first, first ? 4 : levels, t->page[s]);

		if (exhausted)
			return;
		set_pasid(t->state[0][s], root, first, levels, t->domain[s]);
		t->leaf[s] = paging_entry(root, first ? 4 : levels, 1, t->address);
		t->leaf_value[s] = *t->leaf[s];
		t->sentinel[s] = pages(1);
	}
	if (t->id == TARGET_PASID_NESTED)
		nest(t, device);
	if (t->id != TARGET_PASID_FS_PT)
		return;
	/* B passes through; its unused first-stage pointer leads to a decoy. */
	t->checks_tags = false;
	t->pages = 3;
	t->encoding = "three pages: A's, pass-through's, and a decoy behind B's unused pointer";
	memset(t->state[0][1], 0, sizeof(t->state[0][1]));
	set_pasid_first(
		t->state[0][1],
		tables(t, device, true, 4,
		       t->page[options.breakage == BREAK_WITNESS ? OUTCOME_A : OUTCOME_MIXTURE_1]),
		t->domain[1]);
	field_set(t->state[0][1], PASID_PGTT, PGTT_PASS);
}

/* Entries of one word: two whole hierarchies that part at the entry under test. */
static void build_word(struct target *t, const struct dma_device *device, uint64_t *context)
{
	unsigned levels = vtd_unit_any_levels(t->unit);
	bool first = t->id == TARGET_FS_LEAF ||
		     (t->scalable && !field_of(t->unit->ecap, ECAP_SSTS));
	unsigned depth = first ? 4 : levels;

	t->encoding = "two pages; one word, which cannot tear";
	for (unsigned s = 0; s < 2; s++) {
		uint64_t *root = tables(t, device, first, depth, t->page[s]);
		uint64_t sm[SM_CONTEXT_WORDS] = { 0 }, legacy[CONTEXT_WORDS] = { 0 };
		uint64_t *p = NULL, *directory = NULL, *other;
		unsigned devfn = t->source_id & 0xff;

		if (exhausted)
			return;
		if (t->scalable) {
			p = own_pasid(t, sm, t->pasid[s], &directory);
			if (!p)
				return;
			set_pasid(p, root, first, levels, t->domain[s]);
		} else {
			set_context(legacy, root, levels, t->domain[s]);
		}
		if (s == 0)
			memcpy(context, t->scalable ? sm : legacy,
			       t->scalable ? sizeof(sm) : sizeof(legacy));
		switch (t->kind) {
		case KIND_ROOT:
		case KIND_SM_ROOT:
			other = pages(1);
			if (!other)
				return;
			memcpy(other, (void *)((uint64_t)context & ~(PAGE_SIZE - 1)), PAGE_SIZE);
			if (t->scalable)
				memcpy(other + SM_CONTEXT_WORDS * (devfn & 0x7f), sm, sizeof(sm));
			else
				memcpy(other + CONTEXT_WORDS * devfn, legacy, sizeof(legacy));
			t->state[0][s][0] = (uint64_t)other | field_bits(ROOT_P, 1);
			break;
		case KIND_PASID_DIR:
			t->state[0][s][0] = *directory;
			if (s == 0)
				t->entry = directory;
			break;
		default:
			other = paging_entry(root, depth, t->kind == KIND_LEAF ? 1 : 2, t->address);
			t->state[0][s][0] = *other;
			if (s == 0)
				t->entry = other;
		}
	}
}

/* Why a device whose requests always carry a PASID is of no use here; NULL: it is. */
static const char *lacks_untagged(const struct target *t)
{
	if (!t->scalable)
		return "the device's requests always carry a PASID, which legacy mode refuses";
	if (!field_of(t->unit->ecap, ECAP_PASID))
		return "the unit takes no requests with PASID (ECAP.PASID = 0)";
	if (t->kind == KIND_SM_CONTEXT)
		return "its states differ in RID_PASID, which the device's requests do not use";
	return NULL;
}

static const char *lacks(const struct target *t)
{
	const struct vtd_unit *u = t->unit;
	bool first = t->id == TARGET_PASID_FS || t->id == TARGET_PASID_FS_PT ||
		     t->id == TARGET_FS_LEAF;

	if (!t->scalable)
		return NULL;
	if (!field_of(u->ecap, ECAP_SMTS))
		return "the unit has no scalable mode (ECAP.SMTS = 0)";
	if (!field_of(u->ecap, ECAP_SSTS) && !field_of(u->ecap, ECAP_FSTS))
		return "the unit has no page tables in scalable mode (ECAP.SSTS = FSTS = 0)";
	if (t->id == TARGET_PASID_SS && !field_of(u->ecap, ECAP_SSTS))
		return "the unit has no second stage in scalable mode (ECAP.SSTS = 0)";
	if (first && !field_of(u->ecap, ECAP_FSTS))
		return "the unit has no first stage (ECAP.FSTS = 0)";
	if (t->id == TARGET_PASID_FS_PT && !field_of(u->ecap, ECAP_PT))
		return "the unit has no pass-through (ECAP.PT = 0)";
	if (t->id == TARGET_PASID_NESTED && !field_of(u->ecap, ECAP_NEST))
		return "the unit has no nested translation (ECAP.NEST = 0)";
	return NULL;
}

const char *target_build(struct target *t, enum target_id id, const struct vtd_unit *unit,
			 const struct dma_device *device, uint16_t source_id, bool ats,
			 const uint64_t *base)
{
	const char *problem;
	uint64_t *context, *directory;

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
	problem = lacks(t);
	if (!problem && device->tagging == DMA_TAGS_ALWAYS)
		problem = lacks_untagged(t);
	if (problem)
		return problem;
	walks_snooped = field_of(unit->ecap, ECAP_SMPWC);
	with_ats = ats;
	t->coherent = t->scalable && (t->kind == KIND_TABLE || t->kind == KIND_LEAF)
			      ? walks_snooped
			      : unit->coherent;
	t->tagged = device->tagging == DMA_TAGS_ALWAYS ||
		    (device->tagging == DMA_TAGS_AS_TOLD && t->kind == KIND_PASID &&
		     field_of(unit->ecap, ECAP_PASID));
	if (t->tagged)
		t->pasid[0] = t->pasid[1] = TAG;
	exhausted = false;
	made_count = 0;
	for (unsigned p = 0; p < OUTCOME_PAGES; p++)
		t->page[p] = landing_page();
	if (id == TARGET_PASID_FS_PT) {
		/* Pass-through: bus addresses are physical. */
		t->address = (uint64_t)t->page[OUTCOME_B];
	}
	if ((t->address | t->private_at) & ~device->address_mask)
		return "the device cannot address the pages that its DMA is sent to";
	if (t->kind == KIND_TABLE || t->kind == KIND_LEAF)
		t->domain[1] = t->domain[0];
	context = own_context(t, t->scalable ? NULL : base);
	if (!context)
		return "no memory for its tables";
	t->entry = context;
	switch (t->kind) {
	case KIND_CONTEXT:
		build_context(t, device);
		break;
	case KIND_SM_CONTEXT:
		build_sm_context(t, device);
		break;
	case KIND_PASID:
		t->entry = own_pasid(t, context, t->pasid[0], &directory);
		build_pasid(t, device);
		break;
	default:
		build_word(t, device, context);
		if (t->kind == KIND_ROOT || t->kind == KIND_SM_ROOT)
			t->entry = &t->root[2 * (source_id >> 8) +
					    (t->scalable ? source_id >> 7 & 1 : 0)];
	}
	if (exhausted)
		return "no memory for its tables";
	for (unsigned i = 0; i < t->words; i++)
		t->entry[i] = t->state[0][0][i];
	for (unsigned i = 0; i < made_count; i++)
		vtd_flush_paging(unit, made[i].at, made[i].bytes);
	target_choose_phase(t, 0);
	return NULL;
}
