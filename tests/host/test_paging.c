/* SPDX-License-Identifier: BSD-2-Clause */
/* Large pages, freed tables and domain-ids that are used again: as targets, in the model, and in the unit. */
#include "tests/host/bench.h"
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/entry.h"

#include <string.h>

static struct vtd_unit unit;
static struct target target;

static const struct bench_question spec = { .bits = 128 };

TEST(paging_large_page_is_the_window_at_its_own_addresses)
{
	static const uint8_t ids[] = { TARGET_LARGE, TARGET_FS_LARGE };

	for (unsigned i = 0; i < sizeof(ids); i++) {
		struct model_meaning a, b;

		CHECK_EQ(bench_target(&target, &unit, ids[i]), 0);
		a = target_meaning(&target, target.state[0][0]);
		b = target_meaning(&target, target.state[0][1]);
		CHECK(a.outcome == OUTCOME_A && !a.is_large);
		CHECK(b.outcome == OUTCOME_B && b.is_large);
		CHECK_EQ((uint64_t)target.page[OUTCOME_B], target.address);
		CHECK_EQ(target.address >> 21, target_other_page(&target) >> 21);
		CHECK(target.address >> 12 != target_other_page(&target) >> 12);
	}
}

/* CAP.SSLPS has pages of 2 MiB alone. */
TEST(paging_page_size_that_the_unit_lacks_is_refused)
{
	uint64_t entry[ENTRY_WORDS_MAX] = { 0 };

	CHECK_EQ(bench_target(&target, &unit, TARGET_LARGE), 0);
	entry[0] = target.state[0][1][0];
	CHECK_EQ(target_reason_of(&target, entry), 0);
	unit.cap &= ~field_mask(CAP_SSLPS);
	CHECK_EQ(target_reason_of(&target, entry), 0x0c);
	CHECK(strstr(target_lacks(&target, &(struct dma_device){ 0 }), "CAP.SSLPS"));
}

TEST(model_knows_what_is_kept_of_a_large_page)
{
	static const struct {
		const char *name;
		unsigned harms;
	} cases[] = { { "no-invalidation", HARM_STALE },
		      { "another-page", HARM_STALE },
		      { "page", HARM_STALE },
		      { "hint", HARM_STALE },
		      { "mask", 0 },
		      { "domain", 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_EQ(bench_harms_of(TARGET_LARGE, OPERATION_REPLACE, cases[i].name, spec),
			 cases[i].harms);
	CHECK_EQ(bench_harms_of(TARGET_LARGE, OPERATION_TEARDOWN_SETUP, "page", spec), HARM_STALE);
	CHECK_EQ(bench_harms_of(TARGET_LARGE, OPERATION_TEARDOWN_SETUP, "clear-first", spec), 0);
	CHECK_EQ(bench_harms_of(TARGET_FS_LARGE, OPERATION_REPLACE, "domain", spec), 0);
}

TEST(paging_tables_that_are_freed_are_in_lines_of_their_own)
{
	CHECK_EQ(bench_target(&target, &unit, TARGET_FREED_TABLE), 0);
	for (unsigned choice = 0; choice < 8; choice++) {
		uint64_t entry[ENTRY_WORDS_MAX];
		unsigned to = choice & 1, own = choice >> (1 + to) & 1;

		target_mixture(&target, 0, choice, entry);
		CHECK_EQ(target_meaning(&target, entry).outcome,
			 own == to ? (to ? OUTCOME_B : OUTCOME_A)
			 : to	   ? OUTCOME_MIXTURE_2
				   : OUTCOME_MIXTURE_1);
	}
	for (unsigned i = 1; i < 3; i++)
		CHECK((uint64_t)target_word(&target, i) / 64 !=
		      (uint64_t)target_word(&target, i - 1) / 64);
}

TEST(model_knows_that_a_walk_goes_by_a_freed_table)
{
	struct bench_question coherent = { .bits = 128, .coherent = true };

	CHECK_EQ(bench_harms_of(TARGET_FREED_TABLE, OPERATION_TEARDOWN_SETUP, "freed-early", spec),
		 HARM_MIXTURE);
	CHECK_EQ(bench_harms_of(TARGET_FREED_TABLE, OPERATION_TEARDOWN_SETUP, "hint", spec),
		 HARM_MIXTURE | HARM_STALE);
	CHECK_EQ(bench_harms_of(TARGET_FREED_TABLE, OPERATION_TEARDOWN_SETUP, "page", spec), 0);
	CHECK_EQ(bench_harms_of(TARGET_FREED_TABLE, OPERATION_TEARDOWN_SETUP, "domain", spec), 0);
	CHECK(bench_harms_of(TARGET_FREED_TABLE, OPERATION_TEARDOWN_SETUP, "not-flushed", spec) &
	      HARM_MIXTURE);
	CHECK_EQ(bench_harms_of(TARGET_FREED_TABLE, OPERATION_TEARDOWN_SETUP, "not-flushed",
				coherent),
		 0);
}

/* The same steps with a domain-id for each state do no harm: what is spared of the old one nobody finds. */
TEST(model_knows_that_a_domain_id_used_again_finds_the_old_paging_entries)
{
	static const struct {
		enum target_id reused, own;
		const char *name;
	} cases[] = { { TARGET_PASID_DID, TARGET_PASID_SS, "piotlb" },
		      { TARGET_PASID_DID, TARGET_PASID_SS, "hint" },
		      { TARGET_CONTEXT_DID, TARGET_CONTEXT, "hint" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sequence *s = bench_sequence(cases[i].reused, OPERATION_TEARDOWN_SETUP,
							  cases[i].name);

		CHECK_EQ(bench_harms_of(cases[i].reused, OPERATION_TEARDOWN_SETUP, cases[i].name,
					spec),
			 HARM_STALE);
		CHECK_EQ(bench_target(&target, &unit, cases[i].own), 0);
		CHECK_EQ(bench_ask(&target, s->steps, s->count, false, spec).harms, 0);
	}
	CHECK_EQ(bench_harms_of(TARGET_PASID_DID, OPERATION_TEARDOWN_SETUP, "domain", spec), 0);
	CHECK_EQ(bench_harms_of(TARGET_CONTEXT_DID, OPERATION_TEARDOWN_SETUP, "domain", spec), 0);
}

static struct unit *keeper(uint32_t whole, uint32_t partial)
{
	sim_unit_reset();
	sim.iotlb = sim.paging_cache = 100;
	sim.whole = whole;
	sim.partial = partial;
	sim.forget = sim.coarse = 0;
	return &sim_unit.unit;
}

static struct request in_large_page(uint64_t at)
{
	return (struct request){
		.source_id = 8, .domain = 1, .stage = UNIT_LEGACY, .at = at, .order = 9
	};
}

TEST(iotlb_keeps_large_pages_whole_or_in_pieces)
{
	struct request r = in_large_page(0x205000), beside = in_large_page(0x3ff008);
	const struct unit_translation *kept;
	struct unit *u = keeper(100, 0);

	tlb_keep(u, &r, 0x405000, true, true, 0);
	kept = tlb_find(u, &beside);
	CHECK(kept && tlb_address(kept, &beside) == 0x5ff008);
	/* A part of it need not reach it; all of it must. */
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x205000, 0, true, false);
	CHECK(tlb_find(u, &r));
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x3ff000, 9, true, false);
	CHECK(!tlb_find(u, &r));

	u = keeper(100, 100);
	tlb_keep(u, &r, 0x405000, true, true, 0);
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x3ff000, 0, true, false);
	CHECK(!tlb_find(u, &r));

	u = keeper(0, 0);
	tlb_keep(u, &r, 0x405000, true, true, 0);
	CHECK(tlb_find(u, &r) && !tlb_find(u, &beside));
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x3ff000, 0, true, false);
	CHECK(tlb_find(u, &r));
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x205000, 0, true, false);
	CHECK(!tlb_find(u, &r));
}

/* Table 23: by the range that they are for, and with IH = 0 alone. */
TEST(paging_structures_are_dropped_by_their_range)
{
	struct unit *u = keeper(0, 0);
	struct request r = in_large_page(0x205000);
	bool may_read, may_write;
	uint64_t table;

	paging_keep(u, &r, false, 1, r.at, 0x8000, true, true);
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x400000, 0, false, false);
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x2ff000, 0, true, false);
	CHECK_EQ(paging_find(u, &r, false, 4, r.at, &table, &may_read, &may_write), 1);
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x2ff000, 0, false, false);
	CHECK_EQ(paging_find(u, &r, false, 4, r.at, &table, &may_read, &may_write), 0);
	paging_keep(u, &r, false, 1, r.at, 0x8000, true, true);
	iotlb_drop(u, GRANULARITY_FINE, 1, 0, 18, false, false);
	CHECK_EQ(paging_find(u, &r, false, 4, r.at, &table, &may_read, &may_write), 0);
}
