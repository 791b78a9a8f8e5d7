/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/witness.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "vtd/pagetable.h"

#define SAMPLES	     8 /* places looked at in each page: a DMA may land in pieces */
#define SAMPLE_WORDS (PAGE_SIZE / SAMPLES / sizeof(uint64_t))

/* The pointer's owner is the first letter, the width's the second. */
static const uint8_t pointer_of[MIXTURE_COUNT] = { 0, 1, 0, 1 };
static const uint8_t width_of[MIXTURE_COUNT] = { 0, 1, 1, 0 };

static uint64_t *leaf_table(const struct vtd_unit *unit, const struct dma_device *device,
			    const volatile uint64_t *page)
{
	uint64_t *table = memory_alloc(1);

	if (!table)
		return NULL;
	table[vtd_table_index(WITNESS_ADDRESS, 1)] = vtd_table_entry((uint64_t)page);
	for (size_t i = 0; i < device->private_pages; i++)
		table[vtd_table_index(WITNESS_PRIVATE, 1) + i] = vtd_table_entry(
			(uint64_t)device->private + i * PAGE_SIZE);
	vtd_flush(unit, table, PAGE_SIZE);
	return table;
}

/*
 * A chain of tables whose walk with `levels` ends in leaf table `shallow`, and with one level more
 * in `deep`. Either may be NULL: then such a walk meets an absent entry.
 */
static uint64_t *chain(const struct vtd_unit *unit, unsigned levels, const uint64_t *shallow,
		       const uint64_t *deep)
{
	unsigned region = vtd_table_index(WITNESS_REGION, 2);
	uint64_t *root = memory_alloc(levels);

	if (!root)
		return NULL;
	for (unsigned i = 0; i < levels; i++) {
		uint64_t *table = root + i * 512;

		if (i + 1 < levels)
			table[0] = vtd_table_entry((uint64_t)(table + 512));
		if (i == levels - 2 && shallow)
			table[region] = vtd_table_entry((uint64_t)shallow);
		if (i == levels - 1 && deep)
			table[region] = vtd_table_entry((uint64_t)deep);
	}
	vtd_flush(unit, root, levels * PAGE_SIZE);
	return root;
}

static void set_entry(uint64_t *entry, const uint64_t *root, unsigned aw, uint16_t domain)
{
	entry[0] = entry[1] = 0;
	field_set(entry, CONTEXT_P, 1);
	field_set(entry, CONTEXT_SSPTPTR, (uint64_t)root >> 12);
	field_set(entry, CONTEXT_AW, aw);
	field_set(entry, CONTEXT_DID, domain);
}

/* Two depths next to each other, or one alone. */
static bool choose_levels(struct witness *w, const struct vtd_unit *unit)
{
	for (unsigned low = 3; low <= 4; low++)
		if (vtd_unit_has_levels(unit, low) && vtd_unit_has_levels(unit, low + 1)) {
			*w = (struct witness){ .encoding = WITNESS_FOUR_PAGES,
					       .levels = { low, low + 1 },
					       .phases = 1 };
			return true;
		}
	for (unsigned only = 3; only <= 5; only++)
		if (vtd_unit_has_levels(unit, only)) {
			*w = (struct witness){ .encoding = WITNESS_FAULT_CODE,
					       .levels = { only, only },
					       .phases = 2 };
			return true;
		}
	return false;
}

const char *witness_build(struct witness *w, const struct vtd_unit *unit,
			  const struct dma_device *device)
{
	uint64_t *leaf[MIXTURE_COUNT], *root[2];

	if (!choose_levels(w, unit))
		return "the unit has no table depth that this kernel knows";
	w->domain[0] = 1;
	w->domain[1] = 2;
	for (unsigned m = 0; m < MIXTURE_COUNT; m++) {
		w->page[m] = memory_alloc(1);
		/* Asked to break the witness: mixtures lead where the pure states lead. */
		leaf[m] = leaf_table(unit, device,
				     options.breakage == BREAK_WITNESS && w->page[m]
					     ? w->page[pointer_of[m]]
					     : w->page[m]);
		if (!w->page[m] || !leaf[m])
			return "no memory for the witness pages";
	}
	if (w->encoding == WITNESS_FOUR_PAGES) {
		root[0] = chain(unit, w->levels[0], leaf[MIXTURE_AA], leaf[MIXTURE_AB]);
		root[1] = chain(unit, w->levels[0], leaf[MIXTURE_BA], leaf[MIXTURE_BB]);
		if (!root[0] || !root[1])
			return "no memory for the witness tables";
		for (unsigned s = 0; s < 2; s++)
			set_entry(w->state[0][s], root[s], aw_of_levels(w->levels[s]),
				  w->domain[s]);
		return NULL;
	}
	/* Phase 0: B has the refused width, so BA lands; phase 1: A has it, so AB lands. */
	for (unsigned phase = 0; phase < 2; phase++) {
		unsigned good = aw_of_levels(w->levels[0]);
		unsigned refused = good == 1 ? 2 : 1;

		root[0] = chain(unit, w->levels[0], leaf[phase ? MIXTURE_AB : MIXTURE_AA], NULL);
		root[1] = chain(unit, w->levels[0], leaf[phase ? MIXTURE_BB : MIXTURE_BA], NULL);
		if (!root[0] || !root[1])
			return "no memory for the witness tables";
		set_entry(w->state[phase][0], root[0], phase ? refused : good, w->domain[0]);
		set_entry(w->state[phase][1], root[1], phase ? good : refused, w->domain[1]);
	}
	return NULL;
}

void witness_entry(const struct witness *w, unsigned phase, enum mixture mixture,
		   uint64_t entry[CONTEXT_WORDS])
{
	entry[0] = w->state[phase][pointer_of[mixture]][0];
	entry[1] = w->state[phase][width_of[mixture]][1];
}

bool witness_refused(const struct witness *w, unsigned phase, enum mixture mixture)
{
	return w->encoding == WITNESS_FAULT_CODE && width_of[mixture] != phase;
}

void witness_arm(const struct witness *w, uint64_t number)
{
	for (unsigned m = 0; m < MIXTURE_COUNT; m++)
		for (unsigned i = 0; i < SAMPLES; i++)
			w->page[m][i * SAMPLE_WORDS] = ~number;
}

unsigned witness_written(const struct witness *w, uint64_t number)
{
	unsigned written = 0;

	for (unsigned m = 0; m < MIXTURE_COUNT; m++)
		for (unsigned i = 0; i < SAMPLES; i++)
			written |= (w->page[m][i * SAMPLE_WORDS] != ~number) << m;
	return written;
}

const char *mixture_name(enum mixture mixture)
{
	static const char *const names[] = { "AA", "BB", "AB", "BA" };

	return names[mixture];
}

const char *mixture_meaning(enum mixture mixture)
{
	static const char *const meanings[] = { "state A", "state B",
						"pointer of A read with the width of B",
						"pointer of B read with the width of A" };

	return meanings[mixture];
}
