/* SPDX-License-Identifier: BSD-2-Clause */
/* Intel ports: brought up in loopback, DMA, refusals, resets, virtual functions. */
#include "tests/host/nic_bench.h"

TEST(nic_goes_by_the_programming_sequence)
{
	for (size_t i = 0; i < 2 * ID_COUNT; i++) {
		struct dma_device d = new_device(ids[i / 2]);

		sim_nic.keeps_phy = i & 1;
		CHECK_EQ(bring_up(&d), 0);
		CHECK(d.confirmed);
		for (unsigned n = 0; n < 200; n++) {
			CHECK_EQ(one_dma(&d), DMA_DONE);
			CHECK_EQ(page[0], 2);
			CHECK_EQ(page[d.bytes - 1], 0x5a);
			CHECK_EQ(page[d.bytes], 0);
		}
		CHECK_EQ(sim_nic.received, 201);
		d.generator->stop(&d);
		CHECK(!d.confirmed); /* it shall be seen again by whoever uses it again */
		CHECK_EQ(sim_nic.sent_out, 0);
		CHECK(!sim_nic.mastered);
		CHECK_EQ(sim_nic.phy[0][PHY_BMCR], BMCR_DEFAULT);
		CHECK(!(sim_nic_get(NIC_RCTL) & RCTL_EN) && !(sim_nic_get(NIC_TCTL) & TCTL_EN));
		CHECK_EQ(sim_nic.complaint, 0);
	}
}

/* I226 ports stop receiving after it; nobody else's link is touched, nor are the other substates. */
TEST(nic_keeps_its_link_out_of_l1_2)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		struct dma_device d = new_device(ids[i]);
		uint16_t want = ids[i] == 0x15f2 ? 0xa : 0xf;

		CHECK_EQ(d.generator->refuses(&d), 0);
		CHECK_EQ(pci_read16(&sim_nic.function, FAKE_NIC_L1 + 8), 0xf); /* only read */
		CHECK_EQ(bring_up(&d), 0);
		CHECK_EQ(pci_read16(&sim_nic.function, FAKE_NIC_L1 + 8), want);
		CHECK_EQ(pci_read16(&sim_nic.bridge, FAKE_NIC_L1 + 8), want);
		CHECK_EQ(sim_nic.complaint, 0);
	}
}

TEST(nic_model_objects_to_l1_2)
{
	struct dma_device d = new_device(0x15f2);

	sim_nic.keeps_l1 = true;
	bring_up(&d);
	CHECK(sim_nic.complaint && strstr(sim_nic.complaint, "L1.2"));
	d = new_device(0x15f2);
	CHECK_EQ(bring_up(&d), 0);
	pci_write16(&sim_nic.bridge, FAKE_NIC_L1 + 8, 0xe);
	one_dma(&d);
	CHECK(sim_nic.complaint && strstr(sim_nic.complaint, "may go into L1.2"));
	new_device(0x15f2);
	pci_write16(&sim_nic.bridge, FAKE_NIC_L1 + 8, 0xa);
	CHECK(sim_nic.complaint && strstr(sim_nic.complaint, "above the port first"));
}

/* Marks of the pages under test are small numbers or their complements. */
TEST(nic_frame_is_no_mark)
{
	struct dma_device d = new_device(0x10d3);
	uint64_t at[2];

	CHECK_EQ(bring_up(&d), 0);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	memcpy(&at[0], page, 8);
	memcpy(&at[1], page + 512, 8);
	for (unsigned i = 0; i < 2; i++)
		CHECK(at[i] > 1ull << 48 && ~at[i] > 1ull << 48);
}

TEST(nic_tells_what_was_refused)
{
	static const uint8_t want[] = {
		[REFUSE_NOTHING] = DMA_DONE, [REFUSE_TRANSMIT] = DMA_BUSY,
		[REFUSE_FRAME] = DMA_DEAD,   [REFUSE_DATA] = DMA_DONE,
		[REFUSE_LENGTH] = DMA_DEAD,  [REFUSE_EOP] = DMA_DEAD,
		[REFUSE_ANSWER] = DMA_DEAD,  [RECEIVE_ERROR] = DMA_FAILED,
	};

	for (size_t i = 0; i < ID_COUNT; i++) {
		struct dma_device d = new_device(ids[i]);

		CHECK_EQ(bring_up(&d), 0);
		for (unsigned r = 0; r < sizeof(want); r++) {
			sim_nic.refuse = (enum sim_refusal)r;
			CHECK_EQ(one_dma(&d), want[r]);
			sim_nic.refuse = REFUSE_NOTHING;
			if (want[r] == DMA_BUSY || want[r] == DMA_DEAD)
				CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
			CHECK_EQ(one_dma(&d), DMA_DONE);
		}
		CHECK_EQ(sim_nic.complaint, 0);
	}
}

/* Of a frame: transmit descriptor, frame, receive descriptor, data, answer. */
static unsigned accesses, refuse_from;
static uint8_t last_devfn;

static void *remap(uint8_t devfn, uint64_t at, bool write)
{
	uint64_t offset = at - PRIVATE_AT;

	last_devfn = devfn;
	CHECK_EQ(write, accesses >= 3);
	if (accesses++ >= refuse_from)
		return NULL;
	return offset < 8192 ? sim_nic.private + offset : page;
}

TEST(nic_dma_is_translated_access_by_access)
{
	static const uint8_t want[] = {
		DMA_BUSY, DMA_DEAD, DMA_DEAD, DMA_DEAD, DMA_DEAD, DMA_DONE
	};

	for (size_t i = 0; i < ID_COUNT; i++)
		for (unsigned k = 0; k < 6; k++) {
			struct dma_device d = new_device(ids[i]);

			CHECK_EQ(bring_up(&d), 0);
			sim_nic.translate = remap;
			accesses = 0;
			refuse_from = k;
			CHECK_EQ(one_dma(&d), want[k]);
			CHECK_EQ(last_devfn, sim_nic.function.devfn);
			CHECK_EQ(accesses, k < 3 ? k + 1 : 5);
			CHECK_EQ(page[0], k > 3 ? 2 : 0); /* the frame's first byte */
			sim_nic.translate = NULL;
			CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
			CHECK_EQ(one_dma(&d), DMA_DONE);
			CHECK_EQ(sim_nic.complaint, 0);
		}
}

TEST(nic_restarts_queues_and_resets_where_that_does_not_help)
{
	struct dma_device d = new_device(0x10c9);
	unsigned resets;

	CHECK_EQ(bring_up(&d), 0);
	resets = sim_nic.resets;
	sim_nic.refuse = REFUSE_TRANSMIT;
	CHECK_EQ(one_dma(&d), DMA_BUSY);
	sim_nic.refuse = REFUSE_NOTHING;
	CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	CHECK_EQ(sim_nic.resets, resets);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	sim_nic.refuse = REFUSE_FRAME;
	CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	CHECK_EQ(sim_nic.resets, resets + 1);
	sim_nic.refuse = REFUSE_NOTHING;
	CHECK_EQ(one_dma(&d), DMA_DONE);
	/* A PHY that left its loopback is not left so. */
	sim_nic.phy[0][PHY_BMCR] = BMCR_DEFAULT;
	CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	CHECK_EQ(sim_nic.resets, resets + 2);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	CHECK_EQ(sim_nic.complaint, 0);
}

/* Legacy rings go on after a lost frame, whether its receive descriptor was used up or not: 200 of them, twice around. */
TEST(nic_goes_on_after_a_lost_frame_with_no_reset)
{
	static const enum sim_refusal lost[] = { REFUSE_FRAME, REFUSE_ANSWER, REFUSE_LENGTH,
						 REFUSE_EOP };
	struct dma_device d = new_device(0x10d3);
	unsigned resets;

	CHECK_EQ(bring_up(&d), 0);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	resets = sim_nic.resets;
	for (unsigned i = 0; i < 200; i++) {
		sim_nic.refuse = lost[i % 4];
		CHECK_EQ(one_dma(&d), DMA_DEAD);
		CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
		if (i % 5)
			continue;
		sim_nic.refuse = REFUSE_NOTHING;
		CHECK_EQ(one_dma(&d), DMA_DONE);
		CHECK_EQ(page[0], 2);
	}
	CHECK_EQ(sim_nic.resets, resets);
	CHECK_EQ(sim_nic.complaint, 0);
}

TEST(nic_does_not_go_on_where_that_does_not_help)
{
	struct dma_device d = new_device(0x10d3);
	static uint8_t other[4096] __attribute__((aligned(4096)));
	unsigned resets;

	CHECK_EQ(bring_up(&d), 0);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	resets = sim_nic.resets;
	/* None comes back. */
	sim_nic.refuse = REFUSE_FRAME;
	for (unsigned i = 0; i < 100 && sim_nic.resets == resets; i++) {
		CHECK_EQ(one_dma(&d), DMA_DEAD);
		CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	}
	CHECK_EQ(sim_nic.resets, resets + 1);
	/* The port may have read a descriptor with the address of before. */
	CHECK_EQ(one_dma(&d), DMA_DEAD);
	CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	CHECK_EQ(sim_nic.resets, resets + 1);
	sim_nic.refuse = REFUSE_NOTHING;
	sim_nic.buffer = other;
	d.generator->start(&d, (uint64_t)other);
	CHECK_EQ(sim_nic.resets, resets + 2);
	for (unsigned i = 0; i < 100000 && d.generator->poll(&d) == DMA_BUSY; i++)
		;
	CHECK_EQ(other[0], 2);
	/* The queue stopped at a descriptor that was refused. */
	sim_nic.buffer = page;
	sim_nic.refuse = REFUSE_TRANSMIT;
	CHECK_EQ(one_dma(&d), DMA_BUSY);
	sim_nic.refuse = REFUSE_NOTHING;
	CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	CHECK_EQ(sim_nic.resets, resets + 3);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	CHECK_EQ(sim_nic.complaint, 0);
}

TEST(nic_says_which_it_is_and_that_it_loops)
{
	struct dma_device d = new_device(0x10c9);
	char text[48];

	d.generator->describe(&d, text, sizeof(text));
	CHECK(!text[0]); /* nothing was read yet */
	CHECK_EQ(bring_up(&d), 0);
	d.generator->describe(&d, text, sizeof(text));
	CHECK(!strcmp(text, ", 82576, 52:54:00:12:34:56"));
	CHECK(d.evidence && strstr(d.evidence, "first frame came back"));
	d.generator->stop(&d);

	d = new_device(0x10c9);
	sim_nic.refuse = REFUSE_FRAME;
	CHECK(bring_up(&d) && !d.evidence);
	d.generator->stop(&d);
	CHECK_EQ(sim_nic.phy[0][PHY_BMCR], BMCR_DEFAULT);
}

static bool refused(uint16_t id, uint32_t at, uint32_t value, const char *why)
{
	struct dma_device d = new_device(id);
	const char *problem;

	if (at)
		sim_nic_set(at, value);
	problem = d.generator->refuses(&d);
	return problem && strstr(problem, why) && d.generator->open(&d) && !sim_nic.writes;
}

TEST(nic_refuses_by_reading_alone)
{
	static struct handoff came_by = { .boot_mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
					  .has_boot_mac = true };
	struct dma_device d;

	CHECK(refused(0x10d3, NIC_STATUS, ~0u, "all ones"));
	CHECK(refused(0x10d3, NIC_MANC, MANC_RCV_TCO_EN, "management"));
	CHECK(refused(0x10c9, NIC_MANC, MANC_BLK_PHY_RST_ON_IDE, "IDE"));
	CHECK(refused(0x156f, NIC_FWSM, FWSM_RSPCIPHY | FWSM_FW_VALID | 2 << 1, "AMT"));
	CHECK(refused(0x15bb, NIC_FWSM, FWSM_RSPCIPHY | FWSM_FW_VALID | 6 << 1, "AMT"));
	CHECK(refused(0x156f, NIC_FWSM, FWSM_FW_VALID, "RSPCIPHY"));
	CHECK(refused(0x10fb, 0, 0, "unknown device"));
	came_by.boot_mac[5] ^= 1;
	handoff = &came_by;
	d = new_device(0x10d3);
	CHECK_EQ(d.generator->refuses(&d), 0);
	came_by.boot_mac[5] ^= 1;
	CHECK(refused(0x10d3, 0, 0, "booted from it"));
	came_by.has_boot_mac = false;
	d = new_device(0x10d3);
	CHECK_EQ(d.generator->refuses(&d), 0);
}

/* What firmware left in an I219 is only ever taken out by a reset of the function. */
TEST(nic_that_a_reset_would_hang)
{
	struct dma_device d = new_device(0x15bb);
	const char *problem;

	sim_nic.ring_left = true;
	sim_nic_set(0x3808, 1024);
	pci_write16(&sim_nic.function, 0xe4, 1 << 8);
	problem = d.generator->refuses(&d);
	CHECK(problem && strstr(problem, "would hang it"));
	CHECK(d.generator->open(&d) && !sim_nic.writes);
	sim_nic.has_flr = true;
	CHECK_EQ(bring_up(&d), 0);
	CHECK_EQ(sim_nic.flrs, 1);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	/* In the middle of a test: what it may have read is of another address. */
	sim_nic.refuse = REFUSE_FRAME;
	CHECK_EQ(one_dma(&d), DMA_DEAD);
	sim_nic.refuse = REFUSE_NOTHING;
	d.private_at = 0;
	sim_nic.ring_left = true;
	pci_write16(&sim_nic.function, 0xe4, 1 << 8);
	CHECK_EQ(d.generator->reset(&d, PRIVATE_AT), 0);
	CHECK_EQ(sim_nic.flrs, 2);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	sim_nic.has_flr = false;
	d.private_at = 0;
	sim_nic.ring_left = true;
	pci_write16(&sim_nic.function, 0xe4, 1 << 8);
	problem = d.generator->reset(&d, PRIVATE_AT);
	CHECK(problem && strstr(problem, "would hang it"));
	d.generator->stop(&d);
	CHECK(!sim_nic.mastered);
	CHECK_EQ(sim_nic.complaint, 0);
}

TEST(nic_semaphore_that_a_driver_left_taken_is_freed_once)
{
	struct dma_device d = new_device(0x1533);

	sim_nic.smbi_left = true;
	CHECK_EQ(bring_up(&d), 0);
	CHECK_EQ(one_dma(&d), DMA_DONE);
	CHECK_EQ(sim_nic.complaint, 0);
}

TEST(nic_whose_loopback_nobody_confirmed_must_be_named)
{
	static const char *const lists[] = { "",	  "*",	      "ig*", "igb",
					     "nvme,igcx", "nvme,igc", "igc", "igc@00:00.0" };
	struct dma_device d = new_device(0x15f2);

	for (unsigned i = 0; i < 8; i++) {
		strcpy(options.dma, lists[i]);
		CHECK_EQ(!d.generator->refuses(&d), i >= 5);
	}
	options.dma[0] = 0;
}

TEST(nic_that_does_not_loop_sends_nothing)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		struct dma_device d = new_device(ids[i]);
		const char *problem;

		sim_nic.deaf_phy = true;
		problem = d.generator->open(&d);
		CHECK(problem && strstr(problem, "loopback"));
		d.generator->start(&d, (uint64_t)page);
		CHECK_EQ(sim_nic.received + sim_nic.sent_out, 0);
		CHECK_EQ(sim_nic.complaint, 0);

		d = new_device(ids[i]);
		sim_nic.refuse = REFUSE_FRAME;
		problem = bring_up(&d);
		CHECK(problem && strstr(problem, "did not come back"));
		CHECK(!d.confirmed && !(sim_nic_get(NIC_TCTL) & TCTL_EN));
		sim_nic.refuse = REFUSE_NOTHING;
		CHECK(d.generator->reset(&d, PRIVATE_AT) != NULL);
		CHECK_EQ(sim_nic.received, 0);
		CHECK_EQ(sim_nic.sent_out, 0);

		d = new_device(ids[i]);
		sim_nic.held = true;
		problem = d.generator->open(&d);
		CHECK(problem && strstr(problem, "semaphore"));
		CHECK_EQ(sim_nic.complaint, 0);
	}
}

static struct dma_device new_vf(void)
{
	struct dma_device d = new_device(0x10c9);

	strcpy(options.dma, "igbvf");
	d.generator = &dma_igbvf;
	return d;
}

TEST(nic_takes_the_requester_id_of_a_virtual_function)
{
	const struct pci_function *port = &sim_nic.function;
	struct dma_device d = new_vf();

	CHECK(dma_igbvf.matches(port));
	CHECK_EQ(bring_up(&d), 0);
	CHECK_EQ(d.function->bus << 8 | d.function->devfn, 0x88);
	CHECK_EQ(sim_nic.mastered_devfn, 0x88);
	CHECK_EQ(pci_read16(port, FAKE_NIC_SRIOV + 0x08), 1);
	CHECK_EQ(pci_read16(port, FAKE_NIC_SRIOV + 0x10), 1);
	sim_nic.translate = remap;
	accesses = 0;
	refuse_from = 5;
	CHECK_EQ(one_dma(&d), DMA_DONE);
	CHECK_EQ(last_devfn, 0x88);
	d.generator->stop(&d);
	CHECK_EQ(pci_read16(port, FAKE_NIC_SRIOV + 0x08), 0);
	CHECK_EQ(pci_read16(port, FAKE_NIC_SRIOV + 0x10), 0);
	CHECK(!sim_nic.mastered && !sim_nic.complaint);
}

TEST(nic_virtual_function_is_refused)
{
	const struct pci_function *port = &sim_nic.function;
	struct dma_device d = new_vf();

	pci_write16(port, FAKE_NIC_SRIOV + 0x14, 0x180);
	CHECK(strstr(d.generator->open(&d), "on a bus of their own") != NULL);
	d = new_vf();
	pci_write16(port, FAKE_NIC_SRIOV + 0x08, 1);
	CHECK(strstr(d.generator->open(&d), "left its virtual functions on") != NULL);
	d = new_vf();
	options.dma[0] = 0;
	CHECK(strstr(d.generator->open(&d), "names igbvf") != NULL);
	new_device(0x1533);
	CHECK(!dma_igbvf.matches(port));
}
