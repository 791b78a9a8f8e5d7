/* SPDX-License-Identifier: BSD-2-Clause */
/* Page requests: the driver of their queue against the simulated unit, and the words of figures 7-1 and 7-2. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/page_request.h"
#include "vtd/queue.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#include <string.h>

#define DEVICE 0x18
#define DOMAIN 5

static uint64_t root[512] __attribute__((aligned(4096))),
	contexts[512] __attribute__((aligned(4096))), directory[512] __attribute__((aligned(4096))),
	table[512] __attribute__((aligned(4096))), slots[512] __attribute__((aligned(4096)));
static struct vtd_unit unit;
static struct vtd_page_queue queue;

/* A unit in scalable mode that takes page requests of one device, or does not. */
static uint64_t *begin(bool pre)
{
	uint64_t *context = contexts + SM_CONTEXT_WORDS * DEVICE;

	sim_unit_reset();
	sim.iotlb = 100;
	sim_unit_set64(VTD_ECAP, unit_get64(&sim_unit.unit, VTD_ECAP) | field_bits(ECAP_SMTS, 1) |
					 field_bits(ECAP_PRS, 1) | field_bits(ECAP_DT, 1) |
					 field_bits(ECAP_RPS, 1) | field_bits(ECAP_PT, 1) |
					 field_bits(ECAP_PASID, 1));
	memset(root, 0, sizeof(root));
	memset(contexts, 0, sizeof(contexts));
	root[0] = (uint64_t)contexts | 1;
	field_set(context, SM_CONTEXT_P, 1);
	field_set(context, SM_CONTEXT_DTE, 1);
	field_set(context, SM_CONTEXT_PRE, pre);
	field_set(context, SM_CONTEXT_PASIDDIRPTR, (uint64_t)directory >> 12);
	directory[0] = (uint64_t)table | 1;
	memset(table, 0, sizeof(table));
	field_set(table, PASID_P, 1);
	field_set(table, PASID_PGTT, PGTT_PASS);
	field_set(table, PASID_DID, DOMAIN);
	unit = sim_unit_enabled();
	CHECK_EQ(vtd_unit_set_root(&unit, root, true), VTD_OK);
	vtd_page_queue_open(&queue, &unit, slots);
	return context;
}

static void ask(uint64_t at, uint16_t group, bool last)
{
	struct request r = { .source_id = DEVICE,
			     .at = at,
			     .access = ACCESS_PAGE,
			     .group = group,
			     .is_last = last };

	unit_take(&sim_unit.unit, &r);
	unit_page_request(&sim_unit.unit, &r);
	unit_leave(&sim_unit.unit, &r);
}

TEST(page_requests_are_queued_as_figure_7_1_says)
{
	struct vtd_page_request r;

	begin(true);
	CHECK(!vtd_page_queue_count(&queue) && !vtd_page_pending(&unit));
	CHECK(!vtd_page_queue_take(&queue, &r));
	ask(0xfedcba9876543000, 0x155, true);
	CHECK(vtd_page_queue_count(&queue) == 1 && vtd_page_pending(&unit));
	CHECK_EQ(slots[0], 0x180001); /* type 1, RID 31:16 */
	CHECK_EQ(slots[1], 0xfedcba9876543000 | 0x155 << 3 | 1 << 2 | 1 << 1);
	CHECK(vtd_page_queue_take(&queue, &r) && !vtd_page_queue_count(&queue));
	CHECK(r.type == 1 && r.source_id == DEVICE && !r.has_pasid && r.last && r.writes);
	CHECK(!r.reads && r.group == 0x155 && r.address == 0xfedcba9876543000);
	CHECK(!sim_unit.answers);
	vtd_page_pending_clear(&unit);
	CHECK(!vtd_page_pending(&unit));
	r = vtd_page_request_decode(0x003abcde12340101, 0x7000 | 1);
	CHECK(r.has_pasid && r.pasid == 0xabcde && r.source_id == 0x1234);
	CHECK(r.execute && r.privileged && r.reads && !r.writes && !r.last);
}

/* Section 11.4.11.3: 2^PQS pages. */
TEST(page_requests_in_a_queue_of_two_pages)
{
	static uint64_t pages[1024] __attribute__((aligned(4096)));
	struct vtd_page_request r;

	begin(true);
	vtd_page_queue_open_pages(&queue, &unit, pages, 1);
	CHECK_EQ(unit_get64(&sim_unit.unit, VTD_PQA), (uint64_t)pages | 1);
	for (unsigned i = 0; i < 2 * VTD_PAGE_REQUESTS + 1; i++) {
		sim_unit.write_count = 0;
		ask(0x1000ull * i, 7, false);
		CHECK(vtd_page_queue_take(&queue, &r) && r.address == 0x1000ull * i);
	}
	CHECK_EQ(unit_get64(&sim_unit.unit, VTD_PQT), VTD_PAGE_REQUEST_BYTES);
	vtd_page_queue_open(&queue, &unit, slots);
	CHECK_EQ(unit_get64(&sim_unit.unit, VTD_PQA), (uint64_t)slots);
}

TEST(page_responses_are_as_figure_7_2_says)
{
	struct vtd_page_request r = { .source_id = 0x1234,
				      .has_pasid = true,
				      .pasid = 0xabcde,
				      .group = 0x1ff,
				      .last = true };

	begin(true);
	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_page_respond(&unit, &r, VTD_PAGE_INVALID), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[0][0], 0x000abcde12341019);
	CHECK_EQ(sim_unit.descriptors[0][1], 0x1ff << 3);
	CHECK(sim_unit.answers == 1 && sim_unit.answer.code == 1 && sim_unit.answer.group == 0x1ff);
	CHECK(sim_unit.answer.has_pasid && sim_unit.answer.pasid == 0xabcde);
	CHECK(!strcmp(vtd_page_response_name(VTD_PAGE_FAILURE), "Response Failure"));
	CHECK(!vtd_page_response_name(2));
	/* A unit without page requests knows no such descriptor (section 7.6.1). */
	sim_unit_set64(VTD_ECAP, unit_get64(&sim_unit.unit, VTD_ECAP) & ~field_bits(ECAP_PRS, 1));
	CHECK_EQ(vtd_page_respond(&unit, &r, VTD_PAGE_SUCCESS), VTD_QUEUE_ERROR);
}

static struct vtd_fault fault(void)
{
	struct vtd_fault f = { 0 };
	bool overflow;

	fault_deliver(&sim_unit.unit);
	CHECK_EQ(vtd_fault_read(&unit, &f, 1, &overflow), 1);
	return f;
}

/* Table 31: the last of a group is answered, the others are dropped; a fault is recorded of each. */
TEST(page_requests_without_pre_are_answered_by_the_unit)
{
	struct vtd_fault f;

	begin(false);
	ask(0x5000, 7, false);
	CHECK(!sim_unit.answers && !vtd_page_queue_count(&queue));
	f = fault();
	CHECK(f.reason == FAULT_PAGE_REQUESTS_DISABLED && f.type == 1 && f.address == 0x5000);
	CHECK_EQ(f.source_id, DEVICE);
	ask(0x6000, 8, true);
	CHECK(sim_unit.answers == 1 && sim_unit.answer.code == 1 && sim_unit.answer.group == 8);
	CHECK(sim_unit.answer.source_id == DEVICE && !vtd_page_queue_count(&queue));
	CHECK_EQ(fault().reason, FAULT_PAGE_REQUESTS_DISABLED);
	/* In legacy mode there are none (RTA.3). */
	sim_unit.unit.root &= ~field_mask(RTADDR_TTM);
	ask(0x6000, 9, true);
	CHECK(sim_unit.answers == 2 && sim_unit.answer.code == 1);
	CHECK_EQ(fault().reason, FAULT_PAGE_REQUEST_IN_LEGACY_MODE);
}

TEST(page_requests_that_find_the_queue_full)
{
	struct vtd_page_request r;

	begin(true);
	for (unsigned i = 0; i < VTD_PAGE_REQUESTS - 1; i++)
		ask(0x1000 * i, (uint16_t)i, true);
	CHECK(vtd_page_queue_count(&queue) == VTD_PAGE_REQUESTS - 1 && !sim_unit.answers);
	CHECK(!vtd_page_overflowed(&unit));
	ask(0x5000, 300, false);
	CHECK(vtd_page_overflowed(&unit) && !sim_unit.answers);
	CHECK(vtd_page_queue_take(&queue, &r) && r.address == 0);
	/* PRO is set: there is room, and it is dropped all the same. */
	ask(0x5000, 301, true);
	CHECK(sim_unit.answers == 1 && !sim_unit.answer.code && sim_unit.answer.group == 301);
	vtd_page_overflow_clear(&unit);
	CHECK(!vtd_page_overflowed(&unit) && vtd_page_pending(&unit));
	ask(0x77000, 302, true);
	for (unsigned i = 1; i < VTD_PAGE_REQUESTS - 1; i++)
		CHECK(vtd_page_queue_take(&queue, &r) && r.address == 0x1000 * i);
	CHECK(vtd_page_queue_take(&queue, &r) && r.address == 0x77000);
	CHECK(!vtd_page_queue_take(&queue, &r) && sim_unit.answers == 1);
}

/* Sections 7.5 and 11.4.11.5. */
TEST(page_request_event)
{
	begin(true);
	ask(0x5000, 1, false);
	CHECK(vtd_page_event_pending(&unit) && !sim_unit.interrupts);
	vtd_page_event(&unit, true, 3, 0x40);
	CHECK(sim_unit.interrupts == 1 && !vtd_page_event_pending(&unit));
	ask(0x5000, 1, false); /* PPR is set still */
	CHECK_EQ(sim_unit.interrupts, 1);
	vtd_page_pending_clear(&unit);
	ask(0x5000, 1, false);
	CHECK_EQ(sim_unit.interrupts, 2);
	vtd_page_event(&unit, false, 0, 0);
	vtd_page_pending_clear(&unit);
	ask(0x5000, 1, false);
	CHECK(vtd_page_event_pending(&unit) && sim_unit.interrupts == 2);
	vtd_page_pending_clear(&unit);
	CHECK(!vtd_page_event_pending(&unit));
	vtd_page_queue_close(&queue);
	CHECK_EQ(unit_get64(&sim_unit.unit, VTD_PQA), 0);
}

/* Section 6.5.3.1: the translations of its page, and no others. */
TEST(page_requests_drop_translations)
{
	struct request here = { .source_id = DEVICE,
				.domain = DOMAIN,
				.stage = UNIT_PASS,
				.at = 0x5000,
				.knows_domain = true },
		       there = here;

	begin(true);
	there.at = 0x6000;
	tlb_keep(&sim_unit.unit, &here, 0x5000, true, false, 0);
	tlb_keep(&sim_unit.unit, &there, 0x6000, true, false, 0);
	ask(0x5000, 1, true);
	CHECK(!tlb_find(&sim_unit.unit, &here) && tlb_find(&sim_unit.unit, &there));
}
