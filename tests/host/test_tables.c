/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables, and the witness that is built from them. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "tests/host/bench.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#include <string.h>

TEST(table_maps_at_every_depth)
{
	for (unsigned levels = 3; levels <= 5; levels++) {
		struct vtd_unit unit;
		struct vtd_table table;
		uint64_t top = (1ull << (12 + 9 * levels)) - 4096;

		sim_unit_reset();
		unit = sim_unit_probe();
		CHECK(vtd_table_new(&table, &unit, levels));
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x5000), 0);
		CHECK(vtd_table_map(&table, 0x1ff000, 0x7000000, 3)); /* over a table's edge */
		CHECK(vtd_table_map(&table, top, 0x8000000, 1));
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x1ff123), 0x7000123);
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x201fff), 0x7002fff);
		CHECK_EQ(vtd_table_walk(table.root, levels, 0x202000), 0);
		CHECK_EQ(vtd_table_walk(table.root, levels, top), 0x8000000);
		CHECK(sim_unit.lines_flushed > 64 * levels);
	}
}

TEST(table_refuses_what_it_cannot_reach)
{
	struct vtd_unit unit;
	struct vtd_table table;

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK(vtd_table_new(&table, &unit, 3));
	CHECK(!vtd_table_map(&table, 1ull << 39, 0, 1));
	CHECK(!vtd_table_map(&table, (1ull << 39) - 4096, 0, 2));
	CHECK(!vtd_table_map(&table, 0, 0, ~0ull));
	sim_unit.pages_left = 1;
	CHECK(!vtd_table_map(&table, 0, 0, 1));
	sim_unit.pages_left = 0;
	CHECK(!vtd_table_new(&table, &unit, 4));
}

TEST(table_entry_bits)
{
	CHECK_EQ(vtd_table_entry(0x12345fff), 0x12345003);
	CHECK_EQ(vtd_table_index(0x202000, 1), 2);
	CHECK_EQ(vtd_table_index(0x202000, 2), 1);
	CHECK_EQ(vtd_table_index(0xffffffffffff, 4), 511);
}

static uint64_t leads_to(struct target *t, const uint64_t *entry, uint64_t at)
{
	struct vtd_view view = { .words = t->words };
	struct vtd_translation result;
	struct vtd_unit unit = *t->unit;

	unit.root_table = target_root(t, entry);
	unit.scalable = t->scalable;
	for (unsigned i = 0; i < t->words; i++) {
		view.at[i] = target_word(t, i);
		view.value[i] = entry[i];
	}
	vtd_translate(&unit, &(struct vtd_request){ .source_id = t->source_id, .at = at }, &view,
		      &result);
	return result.reason ? 0 : result.address;
}

TEST(targets_lead_every_state_to_its_own_page)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		struct vtd_unit unit;
		struct target t;

		if (kind_is_of_interrupts(target_kind((enum target_id)id)))
			continue;
		CHECK_EQ(bench_target(&t, &unit, (enum target_id)id), 0);
		for (unsigned s = 0; s < 2; s++) {
			CHECK_EQ(t.expects[s], s ? OUTCOME_B : OUTCOME_A);
			CHECK_EQ(leads_to(&t, t.state[0][s], t.address), (uint64_t)t.page[s]);
			/* The device's own pages are there whatever stands in the entry. */
			CHECK(leads_to(&t, t.state[0][s], t.private_at) != 0);
			CHECK_EQ(leads_to(&t, t.state[0][s], t.private_at),
				 leads_to(&t, t.state[0][!s], t.private_at));
			if (!target_passes_through((enum target_id)id) &&
			    !(s && target_has_large_page((enum target_id)id)))
				CHECK_EQ(leads_to(&t, t.state[0][s], target_nowhere()), 0);
		}
		for (unsigned s = 0; s < 2; s++) {
			struct target_reading reading = { .target = &t };
			struct model_meaning m;

			target_read(&reading, t.state[0][s], &m);
			CHECK(!reading.walks_page_zero);
		}
		for (unsigned i = 0; i < t.words; i++)
			CHECK_EQ(*target_word(&t, i), t.state[0][0][i]);
	}
}

TEST(targets_tell_mixtures_apart)
{
	static const struct {
		enum target_id id;
		unsigned choice;
		enum outcome outcome;
	} cases[] = {
		/* choice: bit i says whose word i is */
		{ TARGET_CONTEXT, 2, OUTCOME_MIXTURE_1 },
		{ TARGET_CONTEXT, 1, OUTCOME_MIXTURE_2 },
		{ TARGET_CONTEXT_PT, 2, OUTCOME_MIXTURE_1 },
		{ TARGET_CONTEXT_PT, 1, OUTCOME_B }, /* its AW is a supported one */
		{ TARGET_SM_CONTEXT, 2, OUTCOME_MIXTURE_1 },
		{ TARGET_SM_CONTEXT, 1, OUTCOME_MIXTURE_2 },
		{ TARGET_PASID_FS_PT, 4, OUTCOME_MIXTURE_1 },
		{ TARGET_PASID_SS, 2, OUTCOME_A },
		{ TARGET_PASID_FS, 4, OUTCOME_B },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vtd_unit unit;
		struct target t;
		struct model_meaning m;
		uint64_t entry[ENTRY_WORDS_MAX];

		CHECK_EQ(bench_target(&t, &unit, cases[i].id), 0);
		target_mixture(&t, 0, cases[i].choice, entry);
		m = target_meaning(&t, entry);
		CHECK_EQ(m.outcome, cases[i].outcome);
	}
}

/* Sections 6.2.2.1 and 6.2.3.1: entries with one domain-id have one pointer and one width. */
TEST(targets_share_no_domain_id_between_page_tables)
{
	struct vtd_unit unit;
	struct target t;
	const uint64_t *entry[6];

	CHECK_EQ(bench_target(&t, &unit, TARGET_SM_CONTEXT), 0);
	for (unsigned s = 0; s < 2; s++) {
		const uint64_t *directory =
			(const uint64_t *)(field_get(t.state[0][s], SM_CONTEXT_PASIDDIRPTR) << 12);

		for (unsigned pasid = 0; pasid < 3; pasid++)
			entry[3 * s + pasid] = (const uint64_t *)(directory[0] &
								  field_mask(PASID_DIR_SMPTBLPTR)) +
					       PASID_WORDS * pasid;
	}
	for (unsigned i = 0; i < 6; i++)
		for (unsigned k = 0; k < i; k++)
			CHECK_EQ(field_get(entry[i], PASID_DID) == field_get(entry[k], PASID_DID),
				 field_get(entry[i], PASID_SSPTPTR) ==
					 field_get(entry[k], PASID_SSPTPTR));
}

static void build_context(struct target *t, struct vtd_unit *unit, unsigned sagaw)
{
	static struct dma_device device;

	sim_unit_reset();
	sim_unit_set64(VTD_CAP, field_bits(CAP_SAGAW, sagaw) | field_bits(CAP_FRO, 0x22));
	*unit = sim_unit_probe();
	device = (struct dma_device){ .private = memory_alloc_window(2),
				      .private_pages = 2,
				      .address_mask = ~0ull };
	CHECK_EQ(target_build(t, TARGET_CONTEXT, unit, &device, 0x10, false, NULL), 0);
}

TEST(targets_of_units_with_one_table_depth_use_fault_codes)
{
	struct vtd_unit unit;
	struct target t;
	uint64_t entry[ENTRY_WORDS_MAX];
	struct model_meaning m;

	build_context(&t, &unit, 2);
	CHECK_EQ(t.phases, 2);
	CHECK_EQ(t.expects[0], OUTCOME_A);
	CHECK_EQ(t.expects[1], OUTCOME_FAULT);
	target_choose_phase(&t, 1);
	CHECK_EQ(t.expects[0], OUTCOME_FAULT);
	CHECK_EQ(t.expects[1], OUTCOME_B);
	/* Each of the torn mixtures is seen by its page in one phase. */
	target_mixture(&t, 0, 1, entry);
	m = target_meaning(&t, entry);
	CHECK_EQ(m.outcome, OUTCOME_MIXTURE_2);
	target_mixture(&t, 1, 2, entry);
	m = target_meaning(&t, entry);
	CHECK_EQ(m.outcome, OUTCOME_MIXTURE_1);
}

TEST(targets_at_every_depth)
{
	static const unsigned depths[] = { 6, 12, 14 }; /* 3 and 4 levels, 4 and 5, all */

	for (unsigned d = 0; d < 3; d++) {
		struct vtd_unit unit;
		struct target t;

		build_context(&t, &unit, depths[d]);
		CHECK_EQ(t.phases, 1);
		CHECK_EQ(t.expects[0], OUTCOME_A);
		CHECK_EQ(t.expects[1], OUTCOME_B);
	}
}

TEST(targets_are_flushed_for_units_that_do_not_snoop)
{
	struct vtd_unit unit;
	struct target t;

	CHECK_EQ(bench_target(&t, &unit, TARGET_PASID_SS), 0);
	/* Six landing pages and sentinels, root, context, directory, table, two tables of four
	 * levels. */
	CHECK(sim_unit.lines_flushed >= 64 * 18);
}

/* Whether a unit snoops its walks in scalable mode, ECAP.SMPWC says, and each PASID-table entry. */
TEST(targets_in_scalable_mode_ask_for_walks_that_snoop)
{
	for (unsigned how = 0; how < 4; how++) {
		bool snoops = how & 1, coherent = how & 2;

		bench_more_ecap = field_bits(ECAP_SMPWC, snoops) | field_bits(ECAP_C, coherent);
		for (unsigned id = 0; id < TARGET_COUNT; id++) {
			struct vtd_unit unit;
			struct target t;

			if (kind_is_of_interrupts(target_kind((enum target_id)id)))
				continue;
			CHECK_EQ(bench_target(&t, &unit, (enum target_id)id), 0);
			/* However that is: a torn entry may lack it. */
			CHECK(sim_unit.lines_flushed >= 64 * 8);
			CHECK_EQ(t.coherent,
				 target_is_pointer(&t) ? true
				 : t.scalable && kind_is_of_paging((enum entry_kind)t.kind)
					 ? snoops
					 : coherent);
			for (unsigned s = 0; s < 2 && t.kind == KIND_PASID; s++)
				CHECK_EQ(field_get(t.state[0][s], PASID_PWSNP), snoops);
		}
	}
	bench_more_ecap = 0;
}

TEST(targets_broken_on_purpose)
{
	struct vtd_unit unit;
	struct target t;
	uint64_t entry[ENTRY_WORDS_MAX];
	struct model_meaning m;

	options.breakage = BREAK_WITNESS;
	CHECK_EQ(bench_target(&t, &unit, TARGET_CONTEXT), 0);
	options.breakage = BREAK_NOTHING;
	target_mixture(&t, 0, 2, entry);
	m = target_meaning(&t, entry);
	CHECK_EQ(m.outcome, OUTCOME_A);
}

TEST(targets_that_a_unit_cannot_have_say_why)
{
	struct vtd_unit unit;
	struct target t;
	struct dma_device device = { 0 };

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK(strstr(target_build(&t, TARGET_SM_CONTEXT, &unit, &device, 0, false, NULL),
		     "ECAP.SMTS"));
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_SMTS, 1) | field_bits(ECAP_SSTS, 1));
	unit = sim_unit_probe();
	CHECK(strstr(target_build(&t, TARGET_PASID_FS, &unit, &device, 0, false, NULL),
		     "ECAP.FSTS"));
	CHECK(strstr(target_build(&t, TARGET_PASID_NESTED, &unit, &device, 0, false, NULL),
		     "ECAP.NEST"));
}

TEST(witness_sees_a_write_anywhere_in_a_page)
{
	struct vtd_unit unit;
	struct target t;

	CHECK_EQ(bench_target(&t, &unit, TARGET_CONTEXT), 0);
	target_arm(&t, 1);
	CHECK_EQ(target_written(&t, 1), 0);
	CHECK_EQ(target_written(&t, 2), 15);		   /* another DMA's mark */
	memset((void *)(t.page[OUTCOME_B] + 448), 0, 512); /* the last eighth */
	CHECK_EQ(target_written(&t, 1), 1 << OUTCOME_B);
	target_arm(&t, 3);
	CHECK_EQ(target_written(&t, 3), 0);
}
