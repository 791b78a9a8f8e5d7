/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/dma/dsa.c on a model of a Data Streaming Accelerator. */
#include "tests/sim/devices/dsa.h"
#include "tests/host/test.h"

#include <string.h>

static const struct dma_generator *const both[] = { &dma_dsa, &dma_dsa_shared };
static struct dma_device device;
static enum dma_state state;

/* Opened and reset, of the kind, its requests with PASID `pasid` unless that is 0. */
static void ready(const struct dma_generator *generator, uint32_t pasid)
{
	sim_dsa_plug();
	CHECK(!bus_open(&device, generator));
	device.has_pasid = pasid;
	device.pasid = pasid;
	CHECK(!bus_settle(&device));
}

static void goes_on_copying(unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		CHECK_EQ(bus_landed(&device, &state), 4096);
		CHECK_EQ(state, DMA_DONE);
	}
	CHECK(bus_is_content());
}

TEST(dsa_copies_a_page_by_a_dedicated_queue)
{
	ready(&dma_dsa, 0);
	CHECK_EQ(device.tagging, DMA_TAGS_AS_TOLD);
	goes_on_copying(200);
	CHECK(!sim_dsa.last_has_pasid);
	dma_dsa.stop(&device);
	CHECK_EQ(sim_dsa.state, DSA_DISABLED);
	CHECK(!(pci_read16(&bus.function, PCI_COMMAND) & PCI_COMMAND_MASTER));
	CHECK(bus_is_content());
}

TEST(dsa_tags_its_requests_when_told)
{
	ready(&dma_dsa, 0x54321);
	goes_on_copying(3);
	CHECK(sim_dsa.last_has_pasid && sim_dsa.last_pasid == 0x54321);
	device.has_pasid = false;
	CHECK(!bus_settle(&device));
	goes_on_copying(3);
	CHECK(!sim_dsa.last_has_pasid);
}

TEST(dsa_copies_by_a_shared_queue)
{
	ready(&dma_dsa_shared, 5);
	CHECK_EQ(device.tagging, DMA_TAGS_ALWAYS);
	for (unsigned i = 0; i < 50; i++) {
		sim_dsa.full = i * 10; /* it is asked again */
		goes_on_copying(1);
		CHECK(sim_dsa.last_has_pasid && sim_dsa.last_pasid == 5);
	}
	CHECK_EQ(sim_dsa.retries, 10 * 49 * 50 / 2);
	sim_dsa.full = 1000000; /* but not for ever */
	CHECK_EQ(bus_run(&device), DMA_DEAD);
	sim_dsa.full = 0;
	CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
	goes_on_copying(5);
}

TEST(dsa_shared_queue_tags_whatever_it_is_told)
{
	ready(&dma_dsa_shared, 0);
	goes_on_copying(2);
	CHECK(sim_dsa.last_has_pasid);
}

TEST(dsa_without_what_is_optional)
{
	sim_dsa_plug();
	sim_dsa.wqcap &= ~(1ull << 54);
	sim_dsa.grpcap &= ~(1ull << 16);
	sim_dsa_no_pasid();
	CHECK(!bus_open(&device, &dma_dsa));
	CHECK_EQ(device.tagging, DMA_TAGS_NEVER);
	CHECK(!bus_settle(&device));
	goes_on_copying(3);
}

TEST(dsa_refused_copy_fails_and_the_next_goes_through)
{
	for (unsigned g = 0; g < 2; g++) {
		ready(both[g], g * 7);
		for (unsigned i = 0; i < 20; i++) {
			bus.refuse_target = i % 2;
			CHECK_EQ(bus_landed(&device, &state), i % 2 ? 0 : 4096);
			CHECK_EQ(state, i % 2 ? DMA_FAILED : DMA_DONE);
		}
		CHECK_EQ(sim_dsa.resets, 1);
		/* Neither source nor completion record: SWERR alone tells of it. */
		bus.refuse_target = false;
		bus.refuse_private = true;
		CHECK_EQ(bus_run(&device), DMA_DEAD);
		bus.refuse_private = false;
		CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
		goes_on_copying(5);
	}
}

TEST(dsa_comes_back_from_a_halt)
{
	for (unsigned type = 0; type < 2; type++) {
		ready(&dma_dsa, 9);
		sim_dsa.halts = true;
		bus.refuse_private = true;
		CHECK_EQ(bus_run(&device), DMA_DEAD);
		sim_dsa.reset_type = type;
		bus.refuse_private = false;
		CHECK(!device.generator->reset(&device, BUS_PRIVATE_AT));
		goes_on_copying(5);
		CHECK(sim_dsa.last_has_pasid && sim_dsa.last_pasid == 9);
		CHECK_EQ(sim_dsa.flrs, type);
	}
	/* Halted already when it is found, and no reset that revives it. */
	sim_dsa_plug();
	CHECK(!bus_open(&device, &dma_dsa));
	sim_dsa.state = DSA_HALT;
	sim_dsa.reset_type = 2;
	bus_config_set32(0x44, 0);
	CHECK(strstr(bus_settle(&device), "halted"));
	CHECK(bus_is_content());
}

TEST(dsa_left_enabled_by_firmware)
{
	sim_dsa_plug();
	CHECK(!bus_open(&device, &dma_dsa));
	sim_dsa.state = DSA_ENABLED;
	CHECK(!bus_settle(&device));
	goes_on_copying(5);
}

TEST(dsa_commands_that_fail)
{
	sim_dsa_plug();
	CHECK(!bus_open(&device, &dma_dsa));
	sim_dsa.error = 3;
	CHECK(strstr(bus_settle(&device), "not enabled (CMDSTS 0x03)"));
	sim_dsa_plug();
	CHECK(!bus_open(&device, &dma_dsa));
	sim_dsa.deaf = true;
	CHECK(strstr(bus_settle(&device), "not enabled"));
	bus_config_set32(pci_capability(&bus.function, PCI_CAP_EXPRESS) + PCI_EXPRESS_DEVCAP, 0);
	CHECK(strstr(bus_settle(&device), "does not reset"));
	CHECK(bus_is_content());
}

static const char *refusal(const struct dma_generator *generator, uint64_t *field, uint64_t value)
{
	*field = value;
	return bus_open(&device, generator);
}

TEST(dsa_that_cannot_be_used)
{
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.gencap, ~0ull), "all ones"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.gencap, 31 << 16), "set up by software"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.gencap, 1ull << 31 | 11 << 16), "copy pages"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.wqcap, 15 | 1 << 16 | 3ull << 48), "16 entries"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.wqcap, 128 | 8 << 16 | 1ull << 48), "dedicated"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa_shared, &sim_dsa.wqcap, 128 | 8 << 16 | 1ull << 49),
		     "shared"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.engcap, 0), "no engine"));
	sim_dsa_plug();
	CHECK(strstr(refusal(&dma_dsa, &sim_dsa.opcap, 1), "OPCAP"));
	sim_dsa_plug();
	sim_dsa.offsets = 0x50000;
	CHECK(strstr(bus_open(&device, &dma_dsa), "OFFSETS"));
	sim_dsa_plug();
	sim_dsa_no_pasid();
	CHECK(strstr(bus_open(&device, &dma_dsa_shared), "PASID"));
	sim_dsa_plug();
	bus.cpu_features = 1u << 29;
	CHECK(strstr(bus_open(&device, &dma_dsa), "MOVDIR64B"));
	CHECK(!bus_open(&device, &dma_dsa_shared));
	bus.cpu_features = 1u << 28;
	CHECK(strstr(bus_open(&device, &dma_dsa_shared), "ENQCMDS"));
	CHECK(!bus_open(&device, &dma_dsa));
	CHECK(bus_is_content());
}

TEST(dsa_ids)
{
	static const uint16_t ids[] = { 0x0b25, 0x11fb, 0x1212 };
	struct pci_function f = { .vendor = 0x8086 };

	for (unsigned g = 0; g < 2; g++) {
		for (unsigned i = 0; i < 3; i++) {
			f.device = ids[i];
			CHECK(both[g]->matches(&f));
		}
		f.device = 0x0cfe; /* IAA: another kind of accelerator */
		CHECK(!both[g]->matches(&f));
	}
}

/* The model is awake: what it must object to, it does. */
TEST(dsa_model_objects_to_a_start_after_the_stop)
{
	ready(&dma_dsa, 0);
	dma_dsa.stop(&device);
	bus_run(&device);
	CHECK(bus.objection && strstr(bus.objection, "not enabled"));
	ready(&dma_dsa, 0);
	pci_bus_master(device.function, false);
	bus_run(&device);
	CHECK(bus.objection && strstr(bus.objection, "after it was stopped"));
}
