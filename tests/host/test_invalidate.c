/* SPDX-License-Identifier: BSD-2-Clause */
/* Expected words are written out from the descriptor formats of section 6.5.2. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#include <string.h>

TEST(queue_descriptors)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_enabled();
	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_invalidate_context_cache(&unit, 0x1234, 0xabcd), VTD_OK);
	CHECK_EQ(vtd_invalidate_iotlb_domain(&unit, 0x1234), VTD_OK);
	CHECK_EQ(sim_unit.descriptor_count, 4);
	/* context cache, device-selective (3): SID 47:32, DID 31:16 */
	CHECK_EQ(sim_unit.descriptors[0][0], 0x0000abcd12340031);
	CHECK_EQ(sim_unit.descriptors[0][1], 0);
	/* wait with status write and fence */
	CHECK_EQ(sim_unit.descriptors[1][0] & 0xffffffff, 0x65);
	CHECK_EQ(sim_unit.descriptors[1][1], (uint64_t)unit.queue.status);
	/* IOTLB, domain-selective (2), both drains: DID 31:16 */
	CHECK_EQ(sim_unit.descriptors[2][0], 0x00000000123400e2);
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[4][0], 0x11);
	CHECK_EQ(sim_unit.descriptors[5][0], 0xd2);
}

TEST(queue_descriptors_of_scalable_mode)
{
	struct vtd_unit unit;
	static uint64_t root[512] __attribute__((aligned(4096)));

	sim_unit_reset();
	unit = sim_unit_enabled();
	CHECK_EQ(vtd_unit_set_root(&unit, root, true), VTD_OK);
	CHECK(unit.queue.wide && unit.translating);
	CHECK_EQ(sim_unit_get32(VTD_RTADDR), (uint32_t)(uint64_t)root | 1 << 10);
	sim_unit.descriptor_count = 0;
	/* PASID cache, PASID-selective (1), and PASID-based IOTLB (2): PASID 51:32, DID 31:16 */
	CHECK_EQ(vtd_invalidate_pasid_cache(&unit, 0x1234, 0xabcde), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[0][0], 0x000abcde12340017);
	CHECK_EQ(vtd_invalidate_piotlb(&unit, 0x1234, 0xabcde), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[2][0], 0x000abcde12340026);
	/* PASID cache, domain-selective (0): the PASID is ignored */
	CHECK_EQ(vtd_invalidate_pasid_cache_domain(&unit, 0x1234), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[4][0], 0x0000000012340007);
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[7][0], 0x37);
	for (unsigned i = 0; i < 200; i++) {
		sim_unit.write_count = 0;
		CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
	}
	CHECK_EQ(unit.queue.tail, (sim_unit.descriptor_count + 4) % 128);
	/* PASID-based IOTLB, page-selective (3): address, IH at bit 70, AM 0 */
	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_invalidate_piotlb_pages(&unit, 0x1234, 0xabcde, 0x7654321, 0, true), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[0][0], 0x000abcde12340036);
	CHECK_EQ(sim_unit.descriptors[0][1], 0x7654040);
}

/* What self-checks give, beyond what sequences need. */
TEST(narrow_invalidations_name_what_they_are_for)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_enabled();
	sim_unit.descriptor_count = 0;
	/* context cache, device-selective (3), function mask 3 at bit 48: SID 47:32, DID 31:16 */
	CHECK_EQ(vtd_invalidate_context_functions(&unit, 0x1234, 0xabcd), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[0][0], 0x0003abcd12340031);
	CHECK_EQ(vtd_invalidate_context_domain(&unit, 0x1234), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[2][0], 0x12340021);
	CHECK_EQ(vtd_invalidate_context_all(&unit), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[4][0], 0x11);
	/* IOTLB, page-selective (3): the address without its low AM bits */
	unit.cap |= field_bits(CAP_PSI, 1) | field_bits(CAP_MAMV, 9);
	sim_unit_set64(VTD_CAP, unit.cap);
	CHECK_EQ(vtd_invalidate_iotlb_pages(&unit, 0x1234, 0x7654321, 9, false), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[6][0] & 0xffff0f3f, 0x12340032);
	CHECK_EQ(sim_unit.descriptors[6][1], 0x7600009);
	CHECK_EQ(vtd_invalidate_iotlb_pages(&unit, 0x1234, 0x7654321, 10, false),
		 VTD_NO_INVALIDATION);
	/* and with them */
	CHECK_EQ(vtd_invalidate_pages_around(&unit, false, 0x1234, 0, 0x7654321, 9), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[8][0] & 0xffff0f3f, 0x12340032);
	CHECK_EQ(sim_unit.descriptors[8][1], 0x7654009);
	unit.cap &= ~field_mask(CAP_PSI);
	CHECK_EQ(vtd_invalidate_iotlb_pages(&unit, 0x1234, 0x7654321, 0, true),
		 VTD_NO_INVALIDATION);
	CHECK_EQ(vtd_invalidate_pages_around(&unit, false, 0x1234, 0, 0x7654321, 9),
		 VTD_NO_INVALIDATION);
}

/* Figures 6-5 and 6-6; all addresses: section 6.5.3.3. */
TEST(queue_descriptors_of_device_tlbs)
{
	struct vtd_device_tlb tlb = { .source_id = 0xabcd,
				      .physical_source_id = 0x1234,
				      .pending = 9 };
	static uint64_t root[512] __attribute__((aligned(4096)));
	struct vtd_unit unit;

	for (unsigned dit = 0; dit < 2; dit++) {
		sim_unit_reset();
		sim_unit_set64(VTD_ECAP, unit_get64(&sim_unit.unit, VTD_ECAP) |
						 field_bits(ECAP_DT, 1) | field_bits(ECAP_SMTS, 1) |
						 field_bits(ECAP_DIT, dit));
		unit = sim_unit_enabled();
		sim_unit.descriptor_count = 0;
		tlb.has_pasid = false;
		CHECK_EQ(vtd_invalidate_device_tlb(&unit, &tlb), VTD_OK);
		/* S at bit 64; SID 47:32, MIP 20:16; PFSID 63:52 and 15:12 where ECAP.DIT is 1 */
		CHECK_EQ(sim_unit.descriptors[0][0], dit ? 0x1230abcd00094003 : 0x0000abcd00090003);
		CHECK_EQ(sim_unit.descriptors[0][1], 0x7ffffffffffff001);
		CHECK_EQ(sim_unit.descriptors[1][0] & 0xf, 5);
		/* S at bit 75; PASID 51:32, SID 31:16, MIP 8:4. Only for 256-bit descriptors. */
		CHECK_EQ(vtd_unit_set_root(&unit, root, true), VTD_OK);
		tlb.has_pasid = true;
		tlb.pasid = 0x5678a;
		sim_unit.descriptor_count = 0;
		CHECK_EQ(vtd_invalidate_device_tlb(&unit, &tlb), VTD_OK);
		CHECK_EQ(sim_unit.descriptors[0][0], dit ? 0x1235678aabcd4098 : 0x0005678aabcd0098);
		CHECK_EQ(sim_unit.descriptors[0][1], 0x7ffffffffffff800);
	}
	/* Registers cannot (section 6.5.1). */
	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_REGISTER_ONLY), VTD_OK);
	CHECK_EQ(vtd_invalidate_device_tlb(&unit, &tlb), VTD_NO_INVALIDATION);
}

/* Section 6.5.2.11: ITE stops the queue, ICE does not. */
TEST(device_tlbs_that_do_not_answer_are_told)
{
	struct vtd_device_tlb tlb = { .source_id = 0x10, .physical_source_id = 0x10 };
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set64(VTD_ECAP, unit_get64(&sim_unit.unit, VTD_ECAP) | field_bits(ECAP_DT, 1));
	unit = sim_unit_enabled();
	sim_unit.device_is_silent = true;
	CHECK_EQ(vtd_invalidate_device_tlb(&unit, &tlb), VTD_QUEUE_ERROR);
	CHECK(strstr(vtd_queue_error_text(&unit), "FSTS.ITE"));
	sim_unit.device_is_silent = false;
	CHECK_EQ(vtd_queue_restart(&unit), VTD_OK);
	CHECK_EQ(vtd_invalidate_device_tlb(&unit, &tlb), VTD_OK);
	CHECK_EQ(vtd_queue_check(&unit), VTD_OK);
	sim_unit_set32(VTD_FSTS, FSTS_ICE);
	CHECK_EQ(vtd_invalidate_device_tlb(&unit, &tlb), VTD_OK);
	CHECK_EQ(vtd_queue_check(&unit), VTD_QUEUE_ERROR);
	CHECK(strstr(vtd_queue_error_text(&unit), "FSTS.ICE"));
	CHECK_EQ(vtd_queue_check(&unit), VTD_OK);
}

TEST(queue_wraps_around)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_enabled();
	for (unsigned i = 0; i < 300; i++) {
		sim_unit.write_count = 0;
		CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
	}
	CHECK_EQ(sim_unit.descriptor_count, 903);
	CHECK_EQ(unit.queue.tail, 903 % 256);
}

/* Section 6.8: what stands in the chipset's write buffer must be in memory before it is refetched. */
TEST(invalidations_flush_write_buffers_first)
{
	for (unsigned how = VTD_QUEUED_ONLY; how <= VTD_REGISTER_ONLY; how++) {
		struct vtd_unit unit;
		uint32_t doorbell = how == VTD_QUEUED_ONLY ? VTD_IQT : VTD_CCMD;
		int flush;

		sim_unit_reset();
		sim_unit_set64(VTD_CAP, 1ull << CAP_RWBF.low | field_bits(CAP_SAGAW, 4) |
						field_bits(CAP_FRO, 0x22));
		unit = sim_unit_probe();
		CHECK_EQ(vtd_unit_enable(&unit, (enum vtd_invalidation)how), VTD_OK);
		sim_unit.write_count = 0;
		CHECK_EQ(vtd_invalidate_context_cache(&unit, 1, 8), VTD_OK);
		flush = sim_unit_command(GCMD_WBF, true);
		CHECK(flush >= 0 && flush < sim_unit_write_to(doorbell, 0));
	}
}

TEST(queue_error_is_reported_and_recovered)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_enabled();
	sim_unit.unit.refuses = 2;
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_QUEUE_ERROR);
	CHECK_EQ(unit.queue.errors, FSTS_IQE);
	sim_unit.unit.refuses = 0;
	CHECK_EQ(vtd_queue_restart(&unit), VTD_OK);
	CHECK_EQ(sim_unit_get32(VTD_FSTS), 0);
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
}

/* A device-TLB that does not answer: all is fetched by then, the wait behind it is dropped. */
TEST(queue_error_after_all_was_fetched)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_enabled();
	sim_unit_set32(VTD_FSTS, FSTS_ITE);
	CHECK_EQ(vtd_queue_restart(&unit), VTD_OK);
	CHECK_EQ(sim_unit_get32(VTD_FSTS), 0);
	sim_unit_set32(VTD_FSTS, FSTS_ICE);
	CHECK_EQ(vtd_unit_set_root(&unit, unit.root_table, false), VTD_OK);
	CHECK_EQ(sim_unit_get32(VTD_FSTS), 0);
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
}

TEST(queue_that_never_answers_times_out)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_enabled();
	sim_unit.unit.stuck = true;
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_TIMEOUT);
	CHECK_EQ(vtd_queue_restart(&unit), VTD_OK);
	sim_unit.unit.stuck = false;
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
}

/* Section 11.4.9.3: 2^QS pages. */
TEST(queue_of_two_pages)
{
	static uint64_t pages[1024] __attribute__((aligned(4096)));
	struct vtd_unit unit;
	uint64_t *own;

	sim_unit_reset();
	unit = sim_unit_enabled();
	own = unit.queue.descriptors;
	CHECK_EQ(vtd_queue_move(&unit, pages, 1), VTD_OK);
	CHECK_EQ(unit_get64(&sim_unit.unit, VTD_IQA), (uint64_t)pages | 1);
	/* Each with its wait. */
	for (unsigned i = 0; i < 300; i++) {
		sim_unit.write_count = 0;
		CHECK_EQ(vtd_invalidate_iotlb_all(&unit), VTD_OK);
	}
	CHECK_EQ(vtd_queue_where(&unit).head, (600 - 512) * 16);
	CHECK(pages[2 * 511]);
	CHECK_EQ(vtd_queue_move(&unit, own, 0), VTD_OK);
	CHECK_EQ(unit_get64(&sim_unit.unit, VTD_IQA), (uint64_t)own);
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
}

TEST(register_based_invalidation)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_REGISTER_ONLY), VTD_OK);
	CHECK_EQ(sim_unit_command(GCMD_QIE, true), -1);
	sim_unit.write_count = 0;
	CHECK_EQ(vtd_invalidate_context_cache(&unit, 0x1234, 0xabcd), VTD_OK);
	CHECK_EQ(vtd_invalidate_iotlb_domain(&unit, 0x1234), VTD_OK);
	CHECK_EQ(vtd_invalidate_piotlb(&unit, 1, 1), VTD_NO_INVALIDATION);
	CHECK_EQ(sim_unit.writes[0].offset, VTD_CCMD);
	CHECK_EQ(sim_unit.writes[0].value, 0xe0000000abcd1234);
	CHECK_EQ(sim_unit.writes[1].offset, 0xf8);
	CHECK_EQ(sim_unit.writes[1].value, 0xa003123400000000);
	sim_unit.unit.stuck = true;
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_TIMEOUT);
}

TEST(invalidation_interface_is_chosen_by_what_there_is)
{
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_IRO, 0xf));
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_ONLY), VTD_NO_INVALIDATION);
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_OK);
	CHECK_EQ(unit.queue.descriptors, 0);
	/* Version 6 and later have queued invalidation only (section 6.5). */
	sim_unit_reset();
	sim_unit_set32(VTD_VER, 0x60);
	unit = sim_unit_probe();
	CHECK_EQ(vtd_unit_enable(&unit, VTD_REGISTER_ONLY), VTD_NO_INVALIDATION);
	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_OK);
}
