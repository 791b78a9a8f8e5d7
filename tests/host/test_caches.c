/* SPDX-License-Identifier: BSD-2-Clause */
/* What invalidations of the simulated unit reach, and what they spare: tables 17, 23 and 24. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/entry.h"

/* A unit that keeps all that it may. */
static struct unit *keeper(bool scalable)
{
	sim_unit_reset();
	sim.context_cache = sim.pasid_cache = sim.iotlb = sim.paging_cache = 100;
	sim_unit.unit.root = field_bits(RTADDR_TTM, scalable);
	return &sim_unit.unit;
}

static struct request request_of(uint16_t source_id, uint16_t domain, uint32_t pasid, uint8_t stage)
{
	return (struct request){ .source_id = source_id,
				 .domain = domain,
				 .uses_pasid = pasid,
				 .stage = stage,
				 .at = 0x1000,
				 .knows_domain = true };
}

static bool holds(struct unit *u, const struct request *r)
{
	return tlb_find(u, r);
}

TEST(iotlb_is_looked_up_by_source_and_dropped_by_domain)
{
	struct unit *u = keeper(false);
	struct request a = request_of(8, 1, 0, UNIT_LEGACY), b = request_of(16, 2, 0, UNIT_LEGACY);
	struct request of_c = request_of(24, 1, 0, UNIT_LEGACY);

	tlb_keep(u, &a, 0xa000, true, true, 0);
	tlb_keep(u, &b, 0xb000, true, true, 0);
	CHECK(holds(u, &a) && holds(u, &b) && !holds(u, &of_c));
	iotlb_drop(u, GRANULARITY_DOMAIN, 1, 0, 0, false, false);
	CHECK(!holds(u, &a) && holds(u, &b));
	iotlb_drop(u, GRANULARITY_GLOBAL, 0, 0, 0, false, false);
	CHECK(!holds(u, &b));
}

TEST(domain_selective_iotlb_reaches_every_stage)
{
	for (uint8_t stage = UNIT_LEGACY; stage <= UNIT_PASS; stage++) {
		struct unit *u = keeper(true);
		struct request r = request_of(8, 1, 5, stage);

		tlb_keep(u, &r, 0xa000, true, true, 0);
		iotlb_drop(u, GRANULARITY_DOMAIN, 2, 0, 0, false, false);
		CHECK(holds(u, &r));
		iotlb_drop(u, GRANULARITY_DOMAIN, 1, 0, 0, false, false);
		CHECK(!holds(u, &r));
	}
}

/* Page-selective: second stage and pass-through by address, the others all of the domain. */
TEST(page_selective_iotlb)
{
	struct unit *u = keeper(true);
	struct request second = request_of(8, 1, 0, UNIT_SECOND),
		       first = request_of(16, 1, 0, UNIT_FIRST);

	tlb_keep(u, &second, 0xa000, true, true, 0);
	tlb_keep(u, &first, 0xb000, true, true, 0);
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x8000, 0, false, false);
	CHECK(holds(u, &second) && !holds(u, &first));
	iotlb_drop(u, GRANULARITY_FINE, 1, 0x0000, 1, false, false); /* two pages */
	CHECK(!holds(u, &second));
}

TEST(pasid_based_iotlb_reaches_every_stage_but_not_second_stage_tables)
{
	for (uint8_t stage = UNIT_FIRST; stage <= UNIT_PASS; stage++) {
		struct unit *u = keeper(true);
		struct request r = request_of(8, 1, 5, stage);
		uint64_t table;
		bool may_read, may_write;

		tlb_keep(u, &r, 0xa000, true, true, 0);
		paging_keep(u, &r, false, 1, r.at, 0x5000, true, true);
		paging_keep(u, &r, true, 1, r.at, 0x6000, true, true);
		piotlb_drop(u, 1, 6, false, 0, 0, false);
		piotlb_drop(u, 2, 5, false, 0, 0, false);
		CHECK(holds(u, &r));
		piotlb_drop(u, 1, 5, false, 0, 0, false);
		CHECK(!holds(u, &r));
		CHECK_EQ(paging_find(u, &r, false, 4, r.at, &table, &may_read, &may_write), 1);
		CHECK_EQ(paging_find(u, &r, true, 4, r.at, &table, &may_read, &may_write), 0);
	}
}

/* Second-stage tables are looked up by domain alone: another device with that domain-id meets them. */
TEST(paging_structures_are_looked_up_by_domain)
{
	struct unit *u = keeper(false);
	struct request a = request_of(8, 1, 0, UNIT_LEGACY), b = request_of(16, 1, 0, UNIT_LEGACY);
	struct request c = request_of(8, 2, 0, UNIT_LEGACY);
	uint64_t table = 0;
	bool may_read, may_write;

	paging_keep(u, &a, false, 1, 0x1000, 0x5000, true, true);
	CHECK_EQ(paging_find(u, &b, false, 4, 0x2000, &table, &may_read, &may_write), 1);
	CHECK_EQ(table, 0x5000);
	CHECK_EQ(paging_find(u, &c, false, 4, 0x1000, &table, &may_read, &may_write), 0);
	CHECK_EQ(paging_find(u, &a, false, 4, 0x200000, &table, &may_read, &may_write), 0);
	iotlb_drop(u, GRANULARITY_DOMAIN, 1, 0, 0, false, false);
	CHECK_EQ(paging_find(u, &a, false, 4, 0x1000, &table, &may_read, &may_write), 0);
}

TEST(context_cache_has_domains_in_legacy_mode_only)
{
	const uint64_t entry[4] = { 1, field_bits(CONTEXT_DID, 7) };

	for (unsigned scalable = 0; scalable < 2; scalable++) {
		struct unit *u = keeper(scalable);
		struct request r = request_of(0x10, 0, 0, UNIT_LEGACY);
		uint64_t words[4];

		context_keep(u, &r, entry, false);
		context_drop(u, GRANULARITY_FINE, 7, 0x18, 0);
		CHECK(context_find(u, &r, words)); /* another device */
		context_drop(u, GRANULARITY_FINE, 8, 0x10, 0);
		CHECK_EQ(context_find(u, &r, words), !scalable);
		context_drop(u, GRANULARITY_FINE, 7, 0x11, 1); /* functions by mask: table 21 */
		CHECK_EQ(context_find(u, &r, words), !scalable);
		context_drop(u, GRANULARITY_FINE, 7, 0x14, 1);
		CHECK(!context_find(u, &r, words));
	}
}

TEST(pasid_cache_is_dropped_by_pasid_and_domain)
{
	const uint64_t entry[8] = { 1, field_bits(PASID_DID, 7) };
	struct unit *u = keeper(true);
	struct request r = request_of(8, 0, 5, UNIT_FIRST);
	uint64_t words[8];

	pasid_keep(u, &r, entry, false);
	pasid_drop(u, GRANULARITY_FINE, 7, 6);
	pasid_drop(u, GRANULARITY_FINE, 8, 5);
	CHECK(pasid_find(u, &r, words));
	pasid_drop(u, GRANULARITY_FINE, 7, 5);
	CHECK(!pasid_find(u, &r, words));
	pasid_keep(u, &r, entry, false);
	pasid_drop(u, GRANULARITY_DOMAIN, 7, 0);
	CHECK(!pasid_find(u, &r, words));
}

/* Section 6.2.2.1: who read an entry before its invalidation fills no cache with it afterwards. */
TEST(requests_under_way_fill_no_more)
{
	const uint64_t entry[8] = { 1, field_bits(PASID_DID, 7) };
	struct unit *u = keeper(true);
	struct request r = request_of(8, 7, 5, UNIT_FIRST);
	uint64_t words[8];

	unit_take(u, &r);
	r.uses_pasid = 5;
	pasid_drop(u, GRANULARITY_FINE, 7, 5);
	pasid_keep(u, &r, entry, false);
	CHECK(!pasid_find(u, &r, words));
	tlb_keep(u, &r, 0xa000, true, true, 0); /* the IOTLB still may */
	CHECK(holds(u, &r));
	piotlb_drop(u, 8, 5, false, 0, 0, false);
	tlb_keep(u, &r, 0xa000, true, true, 0);
	CHECK(holds(u, &r));
	unit_leave(u, &r);
}

/* The queue stops at what table 26 does not know in this mode, and at reserved fields. */
TEST(queue_refuses_what_the_mode_does_not_have)
{
	static const struct {
		uint64_t low, high;
		bool scalable, good;
	} cases[] = {
		{ 0x11, 0, false, true },  /* context cache, global */
		{ 0x01, 0, false, false }, /* granularity 0 */
		{ 0x17, 0, false, false }, /* PASID cache in legacy mode */
		{ 0x17, 0, true, true },
		{ 0x27, 0, true, false },		/* its reserved granularity */
		{ 0x16, 0, true, false },		/* PASID-based IOTLB, likewise */
		{ 0x11 | 1ull << 52, 0, false, false }, /* a reserved bit */
		{ 0x11, 1, false, false },
		{ 0x0f, 0, false, false },
		{ 0x203, 0, true, false }, /* type 6:4 */
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static uint64_t queue[512] __attribute__((aligned(4096)));
		struct unit *u = keeper(cases[i].scalable);

		queue[0] = cases[i].low;
		queue[1] = cases[i].high;
		unit_write(u, VTD_IQA, 8, (uint64_t)queue | (cases[i].scalable ? 1 << 11 : 0));
		unit_write(u, VTD_GCMD, 4, GCMD_QIE);
		unit_write(u, VTD_IQT, 8, cases[i].scalable ? 32 : 16);
		CHECK_EQ(!(unit_get32(u, VTD_FSTS) & FSTS_IQE), cases[i].good);
		CHECK_EQ(unit_get64(u, VTD_IQH) != 0, cases[i].good);
	}
}

/* Sections 6.2.2.1 and 6.2.3.1: the caches one after the other, or a walk under way fills what comes after. */
TEST(invalidations_of_the_iotlb_end_walks_whose_entry_was_invalidated_before)
{
	for (unsigned before = 0; before < 2; before++) {
		struct unit *u = keeper(false);
		struct request r = request_of(8, 0, 0, UNIT_LEGACY);

		r.knows_domain = false;
		sim.lasting = 100;
		unit_take(u, &r);
		if (before)
			context_drop(u, GRANULARITY_FINE, 1, 8, 0);
		CHECK_EQ(r.no_context, before);
		iotlb_drop(u, GRANULARITY_DOMAIN, 1, 0, 0, false, false);
		CHECK_EQ(r.no_translation, before);
		/* A global one, too: what is drained is translated, and this is not yet (section 6.5.4). */
		iotlb_drop(u, GRANULARITY_GLOBAL, 0, 0, 0, false, false);
		CHECK_EQ(r.no_translation, before);
		unit_leave(u, &r);
	}
}

TEST(walks_that_read_a_pasid_entry_end_after_the_pasid_cache_is_invalidated)
{
	for (unsigned before = 0; before < 2; before++) {
		struct unit *u = keeper(true);
		struct request r = request_of(8, 0, 5, UNIT_FIRST);

		r.knows_domain = false;
		r.knows_context = true;
		sim.lasting = 100;
		unit_take(u, &r);
		r.number++; /* as if it came after: it is not waited for */
		if (before)
			pasid_drop(u, GRANULARITY_FINE, 1, 5);
		CHECK_EQ(r.no_pasid, before);
		piotlb_drop(u, 1, 5, false, 0, 0, false);
		CHECK_EQ(r.no_translation, before);
		unit_leave(u, &r);
	}
}
