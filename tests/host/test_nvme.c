/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/dma/nvme.c and nvme_read.c on a model of a controller. */
#include "kernel/kernel.h"
#include "tests/sim/devices/nvme.h"
#include "tests/host/test.h"

#include <string.h>

static struct dma_device device;
static enum dma_state state;

/* A controller that reads, or identifies, with this changed of it. */
static const char *opened(bool reads)
{
	options.nvme_read = reads;
	return bus_open(&device, &dma_nvme);
}

/* Of all that was sent: only what is listed, admin then I/O, 0 ends each. */
static bool sent_only(const uint8_t *admin, const uint8_t *io)
{
	for (unsigned id = 0; id < 2; id++)
		for (unsigned opcode = 0; opcode < 256; opcode++) {
			const uint8_t *allowed = id ? io : admin;

			while (*allowed && *allowed != opcode)
				allowed++;
			if (sim_nvme.sent[id][opcode] && !*allowed)
				return false;
		}
	return true;
}

TEST(nvme_identifies_and_makes_no_queue)
{
	sim_nvme_plug();
	CHECK(!opened(false));
	CHECK(!bus_settle(&device));
	for (unsigned i = 0; i < 200; i++) {
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(state, DMA_DONE);
	}
	dma_nvme.leave(&device);
	dma_nvme.stop(&device);
	dma_nvme.leave(&device); /* of one that is off: nothing */
	CHECK_EQ(sim_nvme.shutdowns, 1);
	CHECK(sent_only((const uint8_t[]){ 0x06, 0 }, (const uint8_t[]){ 0 }));
	CHECK(bus_is_content());
}

/* Writes, formats, and every other opcode: none, whatever happens meanwhile. */
TEST(nvme_only_ever_reads)
{
	static uint8_t before[sizeof(sim_nvme.disk)];

	sim_nvme_plug();
	memcpy(before, sim_nvme.disk, sizeof(before));
	CHECK(!opened(true));
	for (unsigned round = 0; round < 50; round++) {
		bus.refuse_target = bus.refuse_private = false;
		sim_nvme.refuse_fetches = round % 5;
		CHECK(!bus_settle(&device));
		for (unsigned i = 0; i < 10 + round; i++) {
			bus.refuse_target = i % 7 == 3;
			bus.refuse_private = i == 30;
			if (bus_run(&device) != DMA_DEAD)
				continue;
			bus.refuse_private = false;
			CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
		}
		if (round % 3 == 0)
			dma_nvme.stop(&device);
	}
	CHECK(sent_only((const uint8_t[]){ 0x01, 0x05, 0x06, 0 }, (const uint8_t[]){ 0x02, 0 }));
	CHECK(sim_nvme.sent[1][0x02] > 1000);
	CHECK(!memcmp(before, sim_nvme.disk, sizeof(before)));
	CHECK(bus_is_content());
}

TEST(nvme_reads_one_page_of_every_block_size)
{
	for (uint8_t shift = 9; shift <= 12; shift++) {
		sim_nvme_plug();
		sim_nvme.block_shift = shift;
		sim_nvme.blocks = sizeof(sim_nvme.disk) >> shift;
		CHECK(!opened(true));
		CHECK(!bus_settle(&device));
		for (unsigned i = 0; i < 150; i++) {
			CHECK_EQ(bus_landed(&device, &state), 4096);
			CHECK_EQ(state, DMA_DONE);
			CHECK(!memcmp(bus.target, sim_nvme.disk, 4096));
		}
		dma_nvme.stop(&device);
		CHECK(bus_is_content());
	}
}

TEST(nvme_refused_reads_fail_and_the_next_goes_through)
{
	sim_nvme_plug();
	CHECK(!opened(true));
	CHECK(!bus_settle(&device));
	for (unsigned i = 0; i < 100; i++) {
		bus.refuse_target = i % 2;
		CHECK_EQ(bus_landed(&device, &state), i % 2 ? 0 : 4096);
		CHECK_EQ(state, i % 2 ? DMA_FAILED : DMA_DONE);
	}
	bus.refuse_private = true;
	CHECK_EQ(bus_run(&device), DMA_DEAD);
	bus.refuse_private = bus.refuse_target = false;
	CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
	CHECK_EQ(bus_landed(&device, &state), 4096);
	CHECK(bus_is_content());
}

TEST(nvme_preparation_is_tried_again_when_its_dma_is_refused)
{
	sim_nvme_plug();
	CHECK(!opened(true));
	sim_nvme.refuse_fetches = 7;
	CHECK(!bus_settle(&device));
	CHECK_EQ(bus_landed(&device, &state), 4096);
	sim_nvme.refuse_fetches = 1000000;
	CHECK(bus_settle(&device)); /* but not for ever */
	CHECK(bus_is_content());
}

TEST(nvme_namespaces_that_cannot_be_read_are_refused)
{
	sim_nvme_plug();
	sim_nvme.blocks = 0;
	CHECK(strstr(opened(true), "not there"));
	sim_nvme_plug();
	sim_nvme.metadata = 8;
	CHECK(strstr(opened(true), "metadata"));
	sim_nvme_plug();
	sim_nvme.block_shift = 13;
	CHECK(strstr(opened(true), "larger than a page"));
	sim_nvme_plug();
	sim_nvme.block_shift = 0;
	CHECK(strstr(opened(true), "no valid size"));
	sim_nvme_plug();
	sim_nvme.blocks = 7;
	CHECK(strstr(opened(true), "smaller than a page"));
	sim_nvme_plug();
	sim_nvme.no_queues = true;
	CHECK(strstr(opened(true), "completion queue"));
	sim_nvme_plug();
	sim_nvme.cap &= ~(1ull << 37);
	CHECK(strstr(opened(true), "CAP.CSS"));
	CHECK(!opened(false)); /* which identifies all the same */
	CHECK(bus_is_content());
}

TEST(nvme_doorbells_far_apart)
{
	for (uint64_t dstrd = 0; dstrd < 16; dstrd++) {
		const char *problem;

		sim_nvme_plug();
		sim_nvme.cap |= dstrd << 32;
		problem = opened(true);
		if (problem) {
			CHECK(dstrd > 9 && strstr(problem, "CAP.DSTRD"));
			continue;
		}
		CHECK(!bus_settle(&device));
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK(bus_is_content());
	}
}

/* The model is awake: what it must object to, it does. */
TEST(nvme_model_objects_to_a_start_after_the_stop)
{
	sim_nvme_plug();
	CHECK(!opened(true));
	CHECK(!bus_settle(&device));
	dma_nvme.stop(&device);
	bus_run(&device);
	CHECK(bus.objection && strstr(bus.objection, "doorbell"));
	options.nvme_read = false;
}

#define MESSAGE 0xfee0500cull

/* One message for each raise, whether the queue was made before or after; none from DMAs once it is closed. */
TEST(nvme_sends_a_message_for_each_raise)
{
	for (unsigned reads = 0; reads < 2; reads++) {
		sim_nvme_plug();
		CHECK(!opened(reads));
		CHECK(!bus_settle(&device));
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(bus.messages.count, 0);
		CHECK(!dma_nvme.interrupt_open(&device, MESSAGE, 0x50));
		for (unsigned i = 1; i <= 200; i++) {
			if (i == 100)
				CHECK(!dma_nvme.reset(&device, BUS_PRIVATE_AT));
			CHECK(dma_nvme.interrupt_raise(&device));
			CHECK_EQ(bus.messages.count, i);
			CHECK_EQ(bus.messages.address, MESSAGE);
			CHECK_EQ(bus.messages.data, 0x50);
		}
		dma_nvme.interrupt_close(&device);
		CHECK(!bus_settle(&device));
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(state, DMA_DONE);
		CHECK_EQ(bus.messages.count, 200);
		dma_nvme.stop(&device);
		CHECK(bus_is_content());
	}
	options.nvme_read = false;
}

TEST(nvme_raise_that_is_refused_says_so)
{
	sim_nvme_plug();
	CHECK(!opened(false));
	CHECK(!bus_settle(&device));
	CHECK(!dma_nvme.interrupt_open(&device, MESSAGE, 0x50));
	bus.refuse_private = true;
	CHECK(!dma_nvme.interrupt_raise(&device));
	CHECK_EQ(bus.messages.count, 0);
	bus.refuse_private = false;
	CHECK(!dma_nvme.reset(&device, BUS_PRIVATE_AT));
	CHECK(dma_nvme.interrupt_raise(&device));
	CHECK_EQ(bus.messages.count, 1);
	/* The stop takes the message off, too: what is raised later sends nothing. */
	dma_nvme.stop(&device);
	CHECK(!device.message.function);
	CHECK(!bus_settle(&device));
	CHECK(dma_nvme.interrupt_raise(&device));
	CHECK_EQ(bus.messages.count, 1);
	CHECK(bus_is_content());
}

/* A queue that was made before its message was on sends none: what interrupt_open is careful about. */
TEST(nvme_model_takes_the_message_when_the_queue_is_made)
{
	struct msi msi = { 0 };

	sim_nvme_plug();
	CHECK(!opened(false));
	CHECK(!bus_settle(&device));
	CHECK(!msi_open(&msi, device.function, MESSAGE, 0x50, true));
	CHECK(dma_nvme.interrupt_raise(&device));
	CHECK_EQ(bus.messages.count, 0);
}
