/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/dma/ioat.c on a model of a channel. */
#include "tests/sim/devices/ioat.h"
#include "tests/host/test.h"

#include <string.h>

static struct dma_device device;
static enum dma_state state;

TEST(ioat_copies_a_page)
{
	static const uint8_t versions[] = { 0x30, 0x32, 0x33, 0x34 };

	for (unsigned v = 0; v < sizeof(versions); v++) {
		sim_ioat_plug();
		sim_ioat.version = versions[v];
		CHECK(!bus_open(&device, &dma_ioat));
		CHECK(!bus_settle(&device));
		for (unsigned i = 0; i < 70000; i += v ? 100 : 1) { /* DMACOUNT turns over */
			CHECK_EQ(bus_landed(&device, &state), 4096);
			if (!CHECK_EQ(state, DMA_DONE))
				break;
		}
		dma_ioat.stop(&device);
		CHECK(bus_is_content());
	}
}

/* Whatever the channel was doing when it was left, by firmware or by an error. */
TEST(ioat_reset_comes_back_from_every_state)
{
	for (unsigned from = IOAT_ACTIVE; from <= IOAT_ARMED; from++)
		for (unsigned error = 0; error < 2; error++) {
			sim_ioat_plug();
			CHECK(!bus_open(&device, &dma_ioat));
			sim_ioat.state = from;
			sim_ioat.error = error ? 0x8100 : 0;
			bus_config_set32(0x180, sim_ioat.error);
			CHECK(!bus_settle(&device));
			CHECK_EQ(bus_landed(&device, &state), 4096);
			CHECK_EQ(state, DMA_DONE);
			CHECK(!bus_settle(&device));
			CHECK_EQ(bus_landed(&device, &state), 4096);
			CHECK_EQ(sim_ioat.resets, 2);
			CHECK(bus_is_content());
		}
	sim_ioat_plug();
	CHECK(!bus_open(&device, &dma_ioat));
	sim_ioat.deaf = true;
	sim_ioat.state = IOAT_ACTIVE;
	CHECK(!bus_settle(&device));
	CHECK(bus_is_content());
}

TEST(ioat_refused_copy)
{
	sim_ioat_plug();
	CHECK(!bus_open(&device, &dma_ioat));
	CHECK(!bus_settle(&device));
	/* A write is posted: the channel does not learn that it went nowhere. */
	bus.refuse_target = true;
	CHECK_EQ(bus_landed(&device, &state), 0);
	CHECK_EQ(state, DMA_DONE);
	bus.refuse_target = false;
	CHECK_EQ(bus_landed(&device, &state), 4096);
	/* A descriptor that it cannot read halts it. */
	bus.refuse_private = true;
	CHECK_EQ(bus_landed(&device, &state), 0);
	CHECK_EQ(state, DMA_DEAD);
	bus.refuse_private = false;
	CHECK(!dma_ioat.reset(&device, BUS_PRIVATE_AT));
	CHECK_EQ(bus_landed(&device, &state), 4096);
	CHECK_EQ(state, DMA_DONE);
	CHECK(bus_is_content());
}

/* The third access to private memory: descriptor, source, completion. */
static unsigned refused_access, accesses;

static void *all_but_one(uint64_t at, bool write, bool has_pasid, uint32_t pasid)
{
	(void)write;
	CHECK(!has_pasid && !pasid);
	if (++accesses == refused_access)
		return NULL;
	return at >= BUS_PRIVATE_AT ? bus.private + (at - BUS_PRIVATE_AT)
				    : bus.target + (at - BUS_TARGET_AT);
}

TEST(ioat_each_refused_access)
{
	static const uint8_t want[] = { DMA_DEAD, DMA_DEAD, DMA_DONE, DMA_DONE, DMA_DONE };

	for (unsigned i = 0; i < 5; i++) {
		sim_ioat_plug();
		CHECK(!bus_open(&device, &dma_ioat));
		CHECK(!bus_settle(&device));
		accesses = 0;
		refused_access = i + 1;
		bus.translate = all_but_one;
		CHECK_EQ(bus_landed(&device, &state), i < 3 ? 0 : 4096);
		CHECK_EQ(state, want[i]);
		bus.translate = NULL;
		if (state == DMA_DEAD)
			CHECK(!dma_ioat.reset(&device, BUS_PRIVATE_AT));
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(state, DMA_DONE);
		CHECK(bus_is_content());
	}
}

TEST(ioat_stops_and_says_nothing_more)
{
	sim_ioat_plug();
	CHECK(!bus_open(&device, &dma_ioat));
	CHECK(!bus_settle(&device));
	CHECK_EQ(bus_landed(&device, &state), 4096);
	sim_ioat.mute = true;
	CHECK_EQ(bus_run(&device), DMA_BUSY);
	dma_ioat.stop(&device);
	CHECK_EQ(sim_ioat.state, IOAT_HALTED);
	CHECK(!(pci_read16(&bus.function, PCI_COMMAND) & PCI_COMMAND_MASTER));
	CHECK(bus_is_content());
}

TEST(ioat_that_cannot_be_used)
{
	sim_ioat_plug();
	sim_ioat.channels = 0;
	CHECK(strstr(bus_open(&device, &dma_ioat), "CHANCNT"));
	sim_ioat_plug();
	sim_ioat.version = 0x20;
	CHECK(strstr(bus_open(&device, &dma_ioat), "CBVER"));
	sim_ioat_plug();
	sim_ioat.version = 0xff;
	CHECK(strstr(bus_open(&device, &dma_ioat), "all ones"));
	sim_ioat_plug();
	sim_ioat.capacity = 11;
	CHECK(strstr(bus_open(&device, &dma_ioat), "XFERCAP"));
	sim_ioat_plug();
	sim_ioat.capacity = 0; /* no limit */
	CHECK(!bus_open(&device, &dma_ioat));
	sim_ioat.stuck = true;
	CHECK(strstr(bus_settle(&device), "CHANCMD"));
	sim_ioat_plug();
	CHECK(!bus_open(&device, &dma_ioat));
	sim_ioat.error = 0x100;
	sim_ioat.stays_bad = true;
	CHECK(strstr(bus_settle(&device), "CHANERR"));
	CHECK(bus_is_content());
}

TEST(ioat_ids)
{
	static const uint16_t known[] = { 0x2f20, 0x2f27, 0x6f20, 0x6f27, 0x6f50, 0x6f53,
					  0x2021, 0x0b00, 0x0e20, 0x0e27, 0x3c20, 0x0c50 };
	static const uint16_t unknown[] = {
		0x2f28, 0x2f2e, 0x6f54, 0x2022, 0x2020, 0x0b25, 0x1a38
	};
	struct pci_function f = { .vendor = 0x8086 };

	for (unsigned i = 0; i < sizeof(known) / 2; i++) {
		f.device = known[i];
		CHECK(dma_ioat.matches(&f));
	}
	for (unsigned i = 0; i < sizeof(unknown) / 2; i++) {
		f.device = unknown[i];
		CHECK(!dma_ioat.matches(&f));
	}
	f = (struct pci_function){ .vendor = 0x1234, .device = 0x2021 };
	CHECK(!dma_ioat.matches(&f));
}

/* The model is awake: what it must object to, it does. */
TEST(ioat_model_objects_to_a_start_after_the_stop)
{
	sim_ioat_plug();
	CHECK(!bus_open(&device, &dma_ioat));
	CHECK(!bus_settle(&device));
	dma_ioat.stop(&device);
	bus_run(&device);
	CHECK(bus.objection && strstr(bus.objection, "started before"));
}
