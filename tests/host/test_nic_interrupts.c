/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of the Intel ports, on the model of one of each kind. */
#include "tests/host/nic_bench.h"

#define MESSAGE 0xfee0500cull

TEST(nic_sends_a_message_for_each_raise)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		struct dma_device d = new_device(ids[i]);

		CHECK(!bring_up(&d));
		sim_nic.message.apart_us = ids[i] == 0x10d3 ? 128 : 0; /* QEMU's */
		CHECK(!d.generator->interrupt_open(&d, MESSAGE, 0x50));
		for (unsigned k = 1; k <= 20; k++) {
			CHECK(d.generator->interrupt_raise(&d));
			CHECK_EQ(sim_nic.message.sent, k);
			CHECK_EQ(sim_nic.message.address, MESSAGE);
			CHECK_EQ(sim_nic.message.data, 0x50);
			if (k % 5)
				continue;
			/* Frames and resets between send nothing. */
			CHECK_EQ(one_dma(&d), DMA_DONE);
			CHECK(!d.generator->reset(&d, PRIVATE_AT));
			CHECK_EQ(sim_nic.message.sent, k);
		}
		d.generator->interrupt_close(&d);
		CHECK(!sim_nic.message.on);
		CHECK_EQ(one_dma(&d), DMA_DONE);
		d.generator->stop(&d);
		CHECK(!sim_nic.complaint);
	}
}

TEST(nic_stop_takes_the_message_off)
{
	struct dma_device d = new_device(0x10d3);

	CHECK(!bring_up(&d));
	CHECK(!d.generator->interrupt_open(&d, MESSAGE, 0x50));
	d.generator->stop(&d);
	CHECK(!sim_nic.message.on);
	CHECK(!d.message.function);
	CHECK(!sim_nic.complaint);
}

TEST(nic_without_msi_is_refused)
{
	struct dma_device d = new_device(0x1521);

	CHECK(!bring_up(&d));
	sim_nic.no_msi = true;
	CHECK(strstr(d.generator->interrupt_open(&d, MESSAGE, 0x50), "no MSI"));
	CHECK(!sim_nic.message.on);
	CHECK(!sim_nic.complaint);
}

/* The model is awake. */
TEST(nic_model_objects_to_raises_that_send_nothing)
{
	static const struct {
		uint32_t lost; /* the write of a raise that does not come */
		const char *says;
	} cases[] = { { NIC_ICR, NULL }, { NIC_IMS, "not enabled" }, { NIC_ICS, NULL } };

	for (unsigned i = 0; i < 3; i++) {
		struct dma_device d = new_device(0x10d3);

		CHECK(!bring_up(&d));
		CHECK(!d.generator->interrupt_open(&d, MESSAGE, 0x50));
		CHECK(d.generator->interrupt_raise(&d));
		/* A raise writes ICR, IMS and ICS, in this order. */
		sim_nic.drop = (int)(sim_nic.writes + i);
		d.generator->interrupt_raise(&d);
		CHECK_EQ(sim_nic.message.sent, 1); /* none, and the model or the count tells */
		CHECK(!cases[i].says || strstr(sim_nic.complaint, cases[i].says));
	}
	struct dma_device d = new_device(0x10d3);

	CHECK(!bring_up(&d));
	sim_nic.message.apart_us = 1000;
	CHECK(!d.generator->interrupt_open(&d, MESSAGE, 0x50));
	d.generator->interrupt_raise(&d);
	d.generator->interrupt_raise(&d);
	CHECK(strstr(sim_nic.complaint, "before the device sends another"));
}
