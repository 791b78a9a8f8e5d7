/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests with PASID: a model of a DSA, driven by the kernel's generator, behind the reference walk
 * of a target's tables. Each mixture of the entry's words must take the DMA where the target says.
 */
#include "tests/host/bench.h"
#include "tests/sim/devices/dsa.h"
#include "tests/host/test.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/regs.h"

#include <string.h>

static struct target target;
static struct vtd_unit unit;
static struct dma_device device;
static uint8_t last_reason;
static uint16_t last_domain;

static void *walk(uint64_t at, bool write, bool has_pasid, uint32_t pasid)
{
	struct vtd_translation result;
	struct vtd_unit view = unit;

	(void)write;
	view.root_table = target_root(&target, target.entry);
	view.scalable = target.scalable;
	vtd_translate(&view,
		      &(struct vtd_request){ .source_id = target.source_id,
					     .has_pasid = has_pasid,
					     .pasid = pasid,
					     .at = at },
		      NULL, &result);
	if (result.reason)
		last_reason = result.reason;
	else
		last_domain = result.domain;
	return result.reason ? NULL : (void *)result.address;
}

/* The target, and the device reset as the engine's settle() does it. NULL, or why not. */
static const char *settled(const struct dma_generator *generator, enum target_id id,
			   bool unit_takes)
{
	const char *problem;

	sim_dsa_plug();
	CHECK(!bus_open(&device, generator));
	bench_target(&target, &unit, id);
	unit.ecap |= unit_takes ? field_bits(ECAP_PASID, 1) : 0;
	problem = target_build(&target, id, &unit, &device, 0x10, false, NULL);
	if (problem)
		return problem;
	bus.translate = walk;
	device.has_pasid = target.tagged;
	device.pasid = target.pasid[0];
	return device.generator->reset(&device, target.private_at);
}

static enum dma_state one_dma(void)
{
	enum dma_state state;

	target_arm(&target, 1234567);
	last_reason = 0;
	device.generator->start(&device, target.address);
	for (unsigned i = 0; i < 5000 && (state = device.generator->poll(&device)) == DMA_BUSY; i++)
		;
	return state;
}

static void every_mixture(void)
{
	for (unsigned choice = 0; choice < 1u << (target.words < 3 ? target.words : 3); choice++) {
		struct model_meaning meaning;
		uint64_t entry[ENTRY_WORDS_MAX];
		enum dma_state state;

		target_mixture(&target, 0, choice, entry);
		meaning = target_meaning(&target, entry);
		for (unsigned i = 0; i < target.words; i++)
			*target_word(&target, i) = entry[i];
		CHECK(!device.generator->reset(&device, target.private_at));
		state = one_dma();
		CHECK_EQ(state, meaning.translated ? DMA_DONE : DMA_FAILED);
		CHECK_EQ(target_written(&target, 1234567), 1u << meaning.outcome);
		CHECK_EQ(last_domain, meaning.domain);
		CHECK_EQ(sim_dsa.last_has_pasid, target.tagged);
	}
	CHECK(bus_is_content());
}

TEST(tagged_requests_come_to_the_entry_of_their_pasid)
{
	static const uint8_t ids[] = { TARGET_PASID_SS, TARGET_PASID_FS, TARGET_PASID_FS_PT,
				       TARGET_PASID_NESTED };

	for (unsigned i = 0; i < sizeof(ids); i++)
		for (unsigned shared = 0; shared < 2; shared++) {
			CHECK_EQ(settled(shared ? &dma_dsa_shared : &dma_dsa, ids[i], true), 0);
			CHECK(target.tagged);
			every_mixture();
		}
}

TEST(tagged_requests_and_the_other_scalable_targets)
{
	static const uint8_t ids[] = { TARGET_SM_ROOT, TARGET_SM_ROOT_TABLE, TARGET_PASID_DIR,
				       TARGET_PASID_DIR_TABLE, TARGET_FS_LEAF };

	for (unsigned i = 0; i < sizeof(ids); i++) {
		CHECK_EQ(settled(&dma_dsa_shared, ids[i], true), 0);
		CHECK(target.tagged);
		every_mixture();
		CHECK_EQ(settled(&dma_dsa, ids[i], true), 0);
		CHECK(!target.tagged);
		every_mixture();
	}
}

/* The legacy targets, by requests without PASID: what a dedicated queue sends where none is told. */
TEST(untagged_requests_of_a_tagging_device)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		if (target_kind(id) == KIND_PASID || kind_is_of_interrupts(target_kind(id)))
			continue;
		CHECK_EQ(settled(&dma_dsa, id, true), 0);
		CHECK(!target.tagged);
		every_mixture();
	}
	/* Nor where the unit takes no PASIDs. */
	CHECK_EQ(settled(&dma_dsa, TARGET_PASID_SS, false), 0);
	CHECK(!target.tagged);
	every_mixture();
}

/* A device that does not tag what it should meets RID_PASID's entry, which is absent. */
TEST(tagged_target_refuses_requests_without_pasid)
{
	CHECK_EQ(settled(&dma_dsa, TARGET_PASID_SS, true), 0);
	device.has_pasid = false;
	CHECK(!device.generator->reset(&device, target.private_at));
	CHECK(one_dma() != DMA_DONE);
	CHECK_EQ(last_reason, FAULT_PASID_NOT_PRESENT);
	device.has_pasid = true;
	device.pasid = target.pasid[0] + 1;
	CHECK(!device.generator->reset(&device, target.private_at));
	CHECK(one_dma() != DMA_DONE);
	CHECK_EQ(last_reason, FAULT_PASID_NOT_PRESENT);
	device.pasid = 1 << 13;
	CHECK(!device.generator->reset(&device, target.private_at));
	CHECK(one_dma() != DMA_DONE);
	CHECK_EQ(last_reason, FAULT_PASID_BEYOND_DIR);
	CHECK(bus_is_content());
}

TEST(tagged_requests_where_they_are_refused)
{
	CHECK(strstr(settled(&dma_dsa_shared, TARGET_CONTEXT, true), "legacy mode"));
	CHECK(strstr(settled(&dma_dsa_shared, TARGET_PASID_SS, false), "ECAP.PASID"));
	CHECK(strstr(settled(&dma_dsa_shared, TARGET_SM_CONTEXT, true), "RID_PASID"));
	/* Tagged all the same, in legacy mode and where the context entry does not allow it. */
	CHECK_EQ(settled(&dma_dsa, TARGET_CONTEXT, true), 0);
	device.has_pasid = true;
	device.pasid = 5;
	CHECK(!device.generator->reset(&device, target.private_at));
	CHECK(one_dma() != DMA_DONE);
	CHECK_EQ(last_reason, FAULT_PASID_IN_LEGACY_MODE);
	CHECK_EQ(settled(&dma_dsa, TARGET_SM_CONTEXT, true), 0);
	device.has_pasid = true;
	device.pasid = 1;
	CHECK(!device.generator->reset(&device, target.private_at));
	CHECK(one_dma() != DMA_DONE);
	CHECK_EQ(last_reason, FAULT_PASID_DISABLED);
	CHECK(bus_is_content());
}
