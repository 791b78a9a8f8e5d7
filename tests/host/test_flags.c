/* SPDX-License-Identifier: BSD-2-Clause */
/* Accessed and Dirty of paging entries in the simulated unit, and what its IOTLB knows of them (sections 3.6.2 and 3.7.2). */
#include "tests/host/bench.h"
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "tests/litmus/building.h"
#include "vtd/entry.h"

static struct target t;
static struct vtd_unit unit;
static uint64_t *path[5]; /* the leaf first */
static unsigned levels;

/* State A of this target in its place, some bits of it changed; the flags of its walk cleared. */
static void put(enum target_id id, struct vtd_field set)
{
	bool first = id == TARGET_PASID_FS;
	uint64_t *root;

	bench_more_ecap = field_bits(ECAP_SMPWC, 1) | field_bits(ECAP_DT, 1);
	bench_ats = true;
	CHECK(!bench_target(&t, &unit, id));
	bench_ats = false;
	bench_more_ecap = 0;
	sim.iotlb = sim.pasid_cache = sim.context_cache = sim.paging_cache = 100;
	if (set.high)
		field_set(t.entry, set, 1);
	levels = first ? 4 : (unsigned)field_get(t.entry, PASID_AW) + 2;
	root = (uint64_t *)(field_get(t.entry, first ? PASID_FSPTPTR : PASID_SSPTPTR) << 12);
	for (unsigned level = 1; level <= levels; level++) {
		path[level - 1] = building_paging_entry(root, levels, level, t.address);
		*path[level - 1] &= ~(first ? field_mask(FS_A) | field_mask(FS_D)
					    : field_mask(SS_A) | field_mask(SS_D));
	}
	sim_unit.unit.root = (uint64_t)t.root | field_bits(RTADDR_TTM, 1);
	sim_unit_set32(VTD_GSTS, GCMD_TE);
	drop_everything(&sim_unit.unit);
}

static uint8_t ask(enum unit_access access)
{
	struct request r = { .source_id = t.source_id, .at = t.address, .access = access };
	uint64_t to;
	uint8_t reason;

	unit_take(&sim_unit.unit, &r);
	reason = unit_translate(&sim_unit.unit, &r, &to);
	unit_leave(&sim_unit.unit, &r);
	return reason;
}

static bool all_have(struct vtd_field flag)
{
	for (unsigned i = 0; i < levels; i++)
		if (!field_of(*path[i], flag))
			return false;
	return true;
}

TEST(second_stage_flags_are_set_with_ssade_alone)
{
	static const struct vtd_field none;

	put(TARGET_PASID_SS, none);
	CHECK_EQ(ask(ACCESS_WRITE), 0);
	for (unsigned i = 0; i < levels; i++)
		CHECK(!field_of(*path[i], SS_A) && !field_of(*path[i], SS_D));
	put(TARGET_PASID_SS, PASID_SSADE);
	CHECK_EQ(ask(ACCESS_WRITE), 0);
	CHECK(all_have(SS_A) && field_of(*path[0], SS_D) && !field_of(*path[1], SS_D));
}

/* A read fills the IOTLB; the write that finds it must set Dirty all the same. */
TEST(dirty_is_set_by_the_first_write_to_what_a_read_has_filled)
{
	static const struct {
		uint8_t target;
		struct vtd_field set, dirty;
	} stages[] = { { TARGET_PASID_SS, { 9, 9 }, { 9, 9 } },
		       { TARGET_PASID_FS, { 0, 0 }, { 6, 6 } } };

	for (unsigned i = 0; i < 2; i++) {
		put((enum target_id)stages[i].target, stages[i].set);
		CHECK_EQ(ask(ACCESS_READ), 0);
		CHECK(!field_of(*path[0], stages[i].dirty));
		CHECK_EQ(ask(ACCESS_WRITE), 0);
		CHECK(field_of(*path[0], stages[i].dirty));
		/* Cleared with nothing invalidated: it is known as set. */
		*path[0] &= ~field_mask(stages[i].dirty);
		CHECK_EQ(ask(ACCESS_WRITE), 0);
		CHECK(!field_of(*path[0], stages[i].dirty));
		iotlb_drop(&sim_unit.unit, GRANULARITY_DOMAIN, t.domain[0], 0, 0, false, false);
		CHECK_EQ(ask(ACCESS_WRITE), 0);
		CHECK(field_of(*path[0], stages[i].dirty));
	}
}

/* A device-TLB may write from its answer on (section 4.2.3.1). */
TEST(dirty_is_set_by_a_translation_request)
{
	put(TARGET_PASID_SS, PASID_SSADE);
	CHECK_EQ(ask(ACCESS_TRANSLATION), 0);
	CHECK(field_of(*path[0], SS_D));
}

TEST(flags_are_not_set_by_walks_that_do_not_snoop)
{
	put(TARGET_PASID_SS, PASID_SSADE);
	field_set(t.entry, PASID_PWSNP, 0);
	CHECK_EQ(ask(ACCESS_WRITE), 0x7c);
	CHECK(!field_of(*path[0], SS_D));
}

TEST(extended_accessed_is_set_with_eafe_alone)
{
	static const struct vtd_field none;

	put(TARGET_PASID_FS, none);
	CHECK_EQ(ask(ACCESS_WRITE), 0);
	CHECK(all_have(FS_A) && !field_of(*path[0], FS_EA));
	put(TARGET_PASID_FS, PASID_EAFE);
	CHECK_EQ(ask(ACCESS_WRITE), 0);
	CHECK(all_have(FS_EA));
}

TEST(bits_of_what_the_unit_lacks_are_reserved)
{
	static const struct {
		uint8_t target;
		struct vtd_field set, lacks;
	} bits[] = { { TARGET_PASID_SS, { 9, 9 }, { 45, 45 } },
		     { TARGET_PASID_SS, { 88, 88 }, { 7, 7 } },
		     { TARGET_PASID_FS, { 135, 135 }, { 34, 34 } } };

	for (unsigned i = 0; i < 3; i++) {
		put((enum target_id)bits[i].target, bits[i].set);
		CHECK_EQ(ask(ACCESS_WRITE), 0);
		sim_unit_set64(VTD_ECAP,
			       unit_get64(&sim_unit.unit, VTD_ECAP) & ~field_mask(bits[i].lacks));
		drop_everything(&sim_unit.unit);
		CHECK_EQ(ask(ACCESS_WRITE), 0x5a);
	}
}
