/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a fault record is: each of its fields spoiled in turn is found, and no other is blamed. */
#include "tests/litmus/fault_log.h"
#include "tests/host/test.h"
#include "vtd/regs.h"

#define PRIVATE_AT 0x00417000ull /* no single bit away from ADDRESS */
#define ADDRESS	   0x00400000ull

static const struct dma_device device = { .private_pages = 2, .reads = 1, .writes = 2 };

static struct requester requester(bool is_scalable, bool has_pasid)
{
	return (struct requester){ .device = &device,
				   .source_id = 0x0010,
				   .private_at = PRIVATE_AT,
				   .address = ADDRESS,
				   .is_scalable = is_scalable,
				   .has_pasid = has_pasid,
				   .pasids = { 5, 5, 5 } };
}

static struct vtd_fault fault(uint64_t address, uint8_t type)
{
	return (struct vtd_fault){
		.address = address, .source_id = 0x0010, .reason = FAULT_WRITE_DENIED, .type = type
	};
}

TEST(fault_records_fit_what_the_device_does)
{
	struct requester r = requester(false, false);
	struct vtd_fault write = fault(ADDRESS, 0), command = fault(PRIVATE_AT, 2),
			 answer = fault(PRIVATE_AT + 4096, 0);

	CHECK_EQ(fault_fit(&r, &write), FAULT_FITS);
	CHECK_EQ(fault_fit(&r, &command), FAULT_FITS);
	CHECK_EQ(fault_fit(&r, &answer), FAULT_FITS);
}

TEST(fault_records_with_each_field_spoiled_are_found)
{
	struct requester r = requester(false, false);
	struct vtd_fault f;

	/* Every bit of the source-id, and of the address. */
	for (unsigned bit = 0; bit < 16; bit++) {
		f = fault(ADDRESS, 0);
		f.source_id ^= (uint16_t)(1u << bit);
		CHECK_EQ(fault_fit(&r, &f), FAULT_OF_OTHERS);
	}
	for (unsigned bit = 12; bit < 64; bit++) {
		f = fault(ADDRESS ^ 1ull << bit, 0);
		CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_ADDRESS);
	}
	/* Read and write swapped, page requests, atomic operations. */
	for (uint8_t type = 1; type < 4; type++) {
		f = fault(ADDRESS, type);
		CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_TYPE);
		f = fault(PRIVATE_AT, type == 2 ? 0 : type);
		CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_TYPE);
		f = fault(PRIVATE_AT + 4096, type);
		CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_TYPE);
	}
	/* Of a request that is translated, to execute, privileged. */
	for (unsigned bit = 0; bit < 4; bit++) {
		f = fault(ADDRESS, 0);
		f.address_type = (uint8_t)(bit < 2 ? 1u << bit : 0);
		f.execute = bit == 2;
		f.privileged = bit == 3;
		CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_FLAGS);
	}
	/* Just outside the private pages. */
	f = fault(PRIVATE_AT + 2 * 4096, 0);
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_ADDRESS);
}

TEST(fault_records_need_the_pasid_of_the_request)
{
	struct requester tagged = requester(true, true), untagged = requester(true, false),
			 legacy = requester(false, false);
	struct vtd_fault f = fault(ADDRESS, 0);

	CHECK_EQ(fault_fit(&tagged, &f), FAULT_BAD_PASID);
	CHECK_EQ(fault_fit(&untagged, &f), FAULT_FITS);
	f.has_pasid = true;
	f.pasid = 5;
	CHECK_EQ(fault_fit(&tagged, &f), FAULT_FITS);
	CHECK_EQ(fault_fit(&untagged, &f), FAULT_BAD_PASID);
	/* QEMU records the RID_PASID. */
	untagged.shows_rid_pasid = true;
	CHECK_EQ(fault_fit(&untagged, &f), FAULT_FITS);
	for (unsigned bit = 0; bit < 20; bit++) {
		f.pasid = 5 ^ 1u << bit;
		CHECK_EQ(fault_fit(&tagged, &f), FAULT_BAD_PASID);
		CHECK_EQ(fault_fit(&untagged, &f), FAULT_BAD_PASID);
		/* Of a device that tags none. */
		CHECK_EQ(fault_fit(&legacy, &f), FAULT_BAD_PASID);
	}
}

TEST(fault_log_counts_nobody_elses_records_as_ours)
{
	struct requester r = requester(false, false);
	struct fault_log log = { 0 };
	struct vtd_fault ours = fault(ADDRESS, 0), other = ours, odd = fault(ADDRESS + 0x10000, 0);

	other.source_id = 0x0018;
	CHECK(fault_log_add(&log, &r, &ours));
	CHECK(!fault_log_add(&log, &r, &other));
	CHECK(!fault_log_add(&log, &r, &odd));
	CHECK(fault_log_add(&log, &r, &ours));
	CHECK_EQ(log.recorded, 4);
	CHECK_EQ(log.ours, 2);
	CHECK_EQ(log.foreign, 1);
	CHECK_EQ(log.odd, 1);
	CHECK_EQ(log.odd_fit, FAULT_BAD_ADDRESS);
	CHECK_EQ(log.first_odd.address, odd.address);
	CHECK_EQ(log.kind_count, 1);
	CHECK_EQ(log.kinds[0].count, 2);
}

/* A translation request is a read of the bus address; a translated request goes to the page, without PASID. */
TEST(fault_records_of_a_device_that_translates)
{
	struct requester r = requester(true, true);
	struct vtd_fault f = fault(ADDRESS, 2);

	f.reason = FAULT_SM_CONTEXT_NOT_PRESENT;
	f.has_pasid = true;
	f.pasid = 5;
	f.address_type = 1;
	CHECK(fault_fit(&r, &f) != FAULT_FITS);
	r.translates = true;
	r.pages[1] = 0x700000;
	CHECK_EQ(fault_fit(&r, &f), FAULT_FITS);
	f.type = 3; /* read and write in one: section 4.2.3.1 */
	CHECK_EQ(fault_fit(&r, &f), FAULT_FITS);
	f.type = 0;
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_TYPE);
	f.type = 2;
	f.address = PRIVATE_AT + 4096; /* which it only writes, but asks for first */
	CHECK_EQ(fault_fit(&r, &f), FAULT_FITS);
	f.address = 0x700000;
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_ADDRESS);
	f.address = ADDRESS;
	f.reason = FAULT_PASID_NOT_PRESENT;
	CHECK_EQ(fault_fit(&r, &f), FAULT_FOR_DEVICE);
	f = fault(0x700000, 0);
	f.address_type = 2;
	CHECK_EQ(fault_fit(&r, &f), FAULT_FITS);
	f.type = 2;
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_TYPE);
	f = fault(0x701000, 0);
	f.address_type = 2;
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_ADDRESS);
	f = fault(0x700000, 0);
	f.address_type = 2;
	f.has_pasid = true;
	f.pasid = 5;
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_PASID);
	f = fault(ADDRESS, 0);
	f.has_pasid = true;
	f.pasid = 5;
	CHECK_EQ(fault_fit(&r, &f), FAULT_FITS);
	f.address_type = 3;
	CHECK_EQ(fault_fit(&r, &f), FAULT_BAD_FLAGS);
}
