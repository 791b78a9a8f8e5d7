/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/dma/nvme_cmb.c on a model of a controller with memory of its own. */
#include "kernel/kernel.h"
#include "kernel/dma/nvme.h"
#include "tests/sim/devices/nvme.h"
#include "tests/host/test.h"

#include <string.h>

static struct dma_device device;
static enum dma_state state;

static void plug(void)
{
	sim_nvme_plug();
	sim_nvme.cmb = true;
	options.nvme_cmb = true;
	options.nvme_read = false;
}

/* Opened, reset, and 200 DMAs: whether the commands were fetched without one. */
static bool is_used(void)
{
	uint64_t before = sim_nvme.fetched_within;

	CHECK(!bus_open(&device, &dma_nvme));
	CHECK(!bus_settle(&device));
	CHECK_EQ(device.reads, device.portal ? 0 : 5);
	for (unsigned i = 0; i < 200; i++) {
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(state, DMA_DONE);
	}
	return sim_nvme.fetched_within - before == 200;
}

TEST(nvme_commands_are_in_its_own_memory)
{
	plug();
	CHECK(is_used());
	/* Refused data fails its command; the next one needs no reset. */
	for (unsigned i = 0; i < 100; i++) {
		bus.refuse_target = i % 2;
		CHECK_EQ(bus_landed(&device, &state), i % 2 ? 0 : 4096);
		CHECK_EQ(state, i % 2 ? DMA_FAILED : DMA_DONE);
	}
	bus.refuse_target = false;
	/* A refused completion stops it, as ever. */
	bus.refuse_private = true;
	CHECK_EQ(bus_run(&device), DMA_DEAD);
	bus.refuse_private = false;
	CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
	CHECK_EQ(bus_landed(&device, &state), 4096);
	dma_nvme.leave(&device);
	dma_nvme.stop(&device);
	CHECK(!device.portal);
	CHECK(!sim_nvme_cmb_at((uint64_t)device.function, 64));
	CHECK(bus_is_content());
}

TEST(nvme_queue_to_read_by_is_there_too)
{
	plug();
	options.nvme_read = true;
	CHECK(!bus_open(&device, &dma_nvme));
	CHECK(!bus_settle(&device));
	for (unsigned i = 0; i < 200; i++) {
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK(!memcmp(bus.target, sim_nvme.disk, 4096));
	}
	/* The queue of before is where other commands were. */
	for (unsigned i = 0; i < 20; i++) {
		device.unproven = i % 2;
		CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
		for (unsigned j = 0; j < i; j++) {
			CHECK_EQ(bus_landed(&device, &state), 4096);
			CHECK_EQ(state, DMA_DONE);
		}
	}
	CHECK(sim_nvme.sent[1][2] >= 200 && sim_nvme.fetched_within >= 200);
	options.nvme_read = false;
	CHECK(bus_is_content());
}

/* Interrupts under test use the same queue, with another command between. */
TEST(nvme_commands_of_two_kinds_share_that_memory)
{
	plug();
	CHECK(is_used());
	CHECK(!dma_nvme.interrupt_open(&device, 0xfee0500c, 0x50));
	for (unsigned i = 1; i <= 200; i++) {
		CHECK(dma_nvme.interrupt_raise(&device));
		if (i % 3)
			continue;
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(state, DMA_DONE);
	}
	dma_nvme.interrupt_close(&device);
	CHECK(bus_is_content());
}

TEST(nvme_memory_that_is_off_after_a_reset_is_turned_on_again)
{
	plug();
	sim_nvme.cmb_forgets = true;
	CHECK(is_used());
	CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
	CHECK_EQ(bus_landed(&device, &state), 4096);
	CHECK_EQ(sim_nvme.fetched_within, 201);
	CHECK(bus_is_content());
}

/* Whatever is wrong with it, the queues are in memory, and the controller works. */
TEST(nvme_memory_that_cannot_be_used_is_left_alone)
{
	plug();
	options.nvme_cmb = false;
	CHECK(!is_used());
	plug();
	sim_nvme.cmb = false;
	CHECK(!is_used());
	plug();
	sim_nvme.cmb_invalid = true;
	CHECK(!is_used());
	plug();
	sim_nvme.cmb_is_none = true;
	CHECK(!is_used());
	plug();
	sim_nvme.cmbsz &= ~1u; /* not for submission queues */
	CHECK(!is_used());
	plug();
	sim_nvme.cmbsz = 1; /* of no size */
	CHECK(!is_used());
	plug();
	sim_nvme.cmbsz |= 7 << 8; /* reserved units */
	CHECK(!is_used());
	plug();
	sim_nvme.cmbloc |= 7; /* no such BAR */
	CHECK(!is_used());
	plug();
	sim_nvme.cmbloc = 0x20 << 12 | 2; /* beyond its BAR */
	CHECK(!is_used());
	CHECK(bus_is_content());
	options.nvme_cmb = false;
}

/* The model is awake. */
TEST(nvme_model_objects_to_its_memory_being_moved_at_work)
{
	plug();
	CHECK(is_used());
	nvme_cmb_end(&device);
	CHECK(bus.objection && strstr(bus.objection, "while it is enabled"));
	options.nvme_cmb = false;
}
