/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/dma/msi.c on a function whose MSI and MSI-X object to what is not allowed. */
#include "kernel/dma/msi.h"
#include "tests/host/test.h"
#include "tests/sim/devices/register_bus.h"

#include <string.h>

#define ADDRESS 0xfee0f00cull
#define DATA	0x4321

static struct msi msi;

static uint64_t no_read(unsigned bar, uint64_t offset, unsigned bytes)
{
	(void)bar, (void)offset, (void)bytes;
	bus_object("a register is read");
	return 0;
}

static void no_write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value)
{
	(void)bar, (void)offset, (void)bytes, (void)value;
	bus_object("a register is written");
}

static const struct sim_device_model model = {
	.vendor = 1, .device = 2, .read = no_read, .write = no_write
};

static uint8_t before[4096];

/* What a test put on it is not there before. */
static void plug(void)
{
	bus_plug(&model);
	memset(&msi, 0, sizeof(msi));
}

static const char *open(uint64_t address, uint32_t data, bool prefer_msix)
{
	pci_bus_master(&bus.function, true);
	memcpy(before, bus.config, sizeof(before));
	return msi_open(&msi, &bus.function, address, data, prefer_msix);
}

static bool is_as_before(void)
{
	return !memcmp(before, bus.config, sizeof(before));
}

static bool sends(uint64_t address, uint32_t data)
{
	unsigned count = bus.messages.count;

	return bus_send_message() && bus.messages.count == count + 1 &&
	       bus.messages.address == address && bus.messages.data == data;
}

TEST(msi_of_every_shape_sends_the_message_and_is_put_back)
{
	static const uint16_t shapes[] = { 0, SIM_MSI_64_BIT, SIM_MSI_MASKS,
					   SIM_MSI_64_BIT | SIM_MSI_MASKS };

	for (unsigned i = 0; i < 4; i++) {
		plug();
		bus_has_msi(shapes[i]);
		CHECK(!open(ADDRESS, DATA, true)); /* it has no MSI-X to prefer */
		CHECK(sends(ADDRESS, DATA));
		CHECK(sends(ADDRESS, DATA));
		msi_close(&msi);
		CHECK(!bus_send_message());
		CHECK(is_as_before());
		msi_close(&msi); /* of nothing: nothing */
		CHECK(!open(ADDRESS + 4, DATA - 1, false));
		CHECK(sends(ADDRESS + 4, DATA - 1));
		CHECK(bus_is_content());
	}
}

TEST(msi_takes_64_bits_of_an_address_where_it_has_them)
{
	plug();
	bus_has_msi(SIM_MSI_64_BIT);
	CHECK(!open(0x12300000000 | ADDRESS, DATA, false));
	CHECK(sends(0x12300000000 | ADDRESS, DATA));
	plug();
	bus_has_msi(SIM_MSI_MASKS);
	CHECK(strstr(open(0x12300000000 | ADDRESS, DATA, false), "64-bit"));
	CHECK(is_as_before());
	CHECK(!msi.function);
	CHECK(strstr(open(ADDRESS, 0x10000, false), "16 bits"));
	CHECK(is_as_before());
	CHECK(bus_is_content());
}

TEST(msix_sends_vector_0_alone_and_is_put_back)
{
	static const unsigned counts[] = { 1, 2, 7, 8, 9, SIM_MSIX_VECTORS_MAX };

	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		plug();
		bus_has_msix(2, 0x1000, counts[i]);
		CHECK(!open(0x12300000000 | ADDRESS, 0x12345678, false)); /* nor MSI */
		CHECK(sends(0x12300000000 | ADDRESS, 0x12345678));
		msi_close(&msi);
		CHECK(!bus_send_message());
		CHECK(is_as_before());
		CHECK(bus_is_content());
		/* Firmware's, once more: its address, and the vectors that it had not masked. */
		pci_write16(&bus.function, bus_msi_capability(PCI_CAP_MSIX) + 2, 1 << 15);
		for (unsigned v = 0; v < counts[i]; v++) {
			CHECK_EQ(bus_msi_read(0x1000 + 16 * v, 4), SIM_MSI_FIRMWARE_ADDRESS);
			CHECK_EQ(bus_msi_read(0x1000 + 16 * v + 8, 4), SIM_MSI_FIRMWARE_DATA + v);
			CHECK_EQ(bus_msi_read(0x1000 + 16 * v + 12, 4), v % 3 ? 1 : 0);
		}
	}
}

TEST(msi_of_two_kinds_is_the_one_that_is_preferred)
{
	for (unsigned msix = 0; msix < 2; msix++) {
		plug();
		bus_has_msi(SIM_MSI_64_BIT);
		bus_has_msix(0, 0, 4);
		/* Firmware left the other one on. */
		bus.config[bus_msi_capability(msix ? PCI_CAP_MSI : PCI_CAP_MSIX) +
			   (msix ? 2 : 3)] |= msix ? 1 : 0x80;
		CHECK(!open(ADDRESS, DATA, msix));
		CHECK_EQ(msi.is_msix, msix);
		CHECK(sends(ADDRESS, DATA));
		msi_close(&msi);
		CHECK(!bus_send_message());
		CHECK(bus_is_content());
	}
}

/* A function may say anything of itself; nothing beyond its memory is written to. */
TEST(msix_tables_that_cannot_be_are_refused)
{
	static const struct {
		unsigned bar;
		uint32_t offset;
		unsigned vectors;
	} cases[] = {
		{ 6, 0, 4 },
		{ 7, 0, 4 },
		{ 0, BUS_BAR_BYTES - 48, 4 },
		{ 0, BUS_BAR_BYTES, 1 },
		{ 0, 0xfffffff8, 2 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plug();
		bus_has_msix(cases[i].bar, cases[i].offset, cases[i].vectors);
		CHECK(strstr(open(ADDRESS, DATA, true), "MSI-X table"));
		CHECK(is_as_before());
		CHECK(bus_is_content());
	}
	plug();
	bus_has_msix(0, BUS_BAR_BYTES - 64, 4);
	CHECK(!open(ADDRESS, DATA, true));
	plug();
	CHECK(strstr(open(ADDRESS, DATA, true), "neither"));
	CHECK(bus_is_content());
}

/* The model is awake: what it must object to, it does. */
TEST(msi_model_objects_to_a_careless_driver)
{
	plug();
	bus_has_msi(SIM_MSI_64_BIT);
	CHECK(!open(ADDRESS, DATA, false));
	pci_write32(&bus.function, bus_msi_capability(PCI_CAP_MSI) + 4, 0xfee00000);
	CHECK(bus.objection && strstr(bus.objection, "while it is on"));
	plug();
	bus_has_msix(0, 0, 4);
	CHECK(!open(ADDRESS, DATA, false));
	bus_msi_write(8, 4, 1);
	CHECK(bus.objection && strstr(bus.objection, "not masked"));
	plug();
	bus_has_msix(0, 0, 4);
	bus_msi_write(8, 4, 1);
	CHECK(bus.objection && strstr(bus.objection, "off"));
	plug();
	bus_has_msix(0, 0, 4);
	pci_bus_master(&bus.function, true);
	pci_write16(&bus.function, bus_msi_capability(PCI_CAP_MSIX) + 2, 1 << 15);
	bus_send_message();
	CHECK(bus.objection && strstr(bus.objection, "firmware's"));
	plug();
	bus_has_msi(0);
	CHECK(!open(ADDRESS, DATA, false));
	pci_bus_master(&bus.function, false);
	CHECK(!bus_send_message());
	CHECK(bus.objection && strstr(bus.objection, "bus mastering off"));
}
