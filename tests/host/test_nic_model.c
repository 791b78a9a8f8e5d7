/* SPDX-License-Identifier: BSD-2-Clause */
/* The model of an Intel port: it objects to every step that is left out or wrong. */
#include "tests/host/nic_bench.h"

/*
 * The model is proven, and the driver with it: each write from the first reset to the end of the
 * stop is lost once, and either the model objects, or the driver does, or no frame comes back, or
 * something is not as it was found.
 */
static bool notices(uint16_t id, int drop, int *first, int *end)
{
	struct dma_device d = new_device(id);
	const char *problem;
	bool restored;

	fake_nic.keeps_phy = fake_nic.kind->loopback_control; /* the others have more to lose */
	problem = d.generator->open(&d);
	*first = (int)fake_nic.writes;
	fake_nic.drop = drop < 0 ? -1 : *first + drop;
	fake_nic.private = d.private;
	fake_nic.private_at = PRIVATE_AT;
	fake_nic.buffer = page;
	pci_bus_master(d.function, true);
	if (!problem)
		problem = d.generator->reset(&d, PRIVATE_AT);
	if (!problem && one_dma(&d) != DMA_DONE)
		problem = "no frame";
	d.generator->stop(&d);
	*end = (int)fake_nic.writes;
	restored = fake_nic.phy[0][PHY_BMCR] == BMCR_DEFAULT &&
		   !fake_nic.phy[0][PHY_LOOPBACK_CONTROL] && fake_nic.masked &&
		   !fake_nic_get(NIC_CTRL) && !fake_nic_get(NIC_SW_FW_SYNC) &&
		   !(fake_nic_get(NIC_EXTCNF_CTRL) & EXTCNF_SW_OWNER);
	return problem || fake_nic.complaint || !restored;
}

TEST(nic_model_notices_every_lost_write)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		int first, end, lost, harmless = 0;

		CHECK(!notices(ids[i], -1, &first, &end));
		lost = end - first;
		for (int drop = 0; drop < lost; drop++) {
			bool noticed = notices(ids[i], drop, &first, &end);

			CHECK(noticed || fake_nic.harmless);
			harmless += !noticed;
		}
		CHECK(lost - harmless > 20);
	}
}

static void raw(uint32_t at, uint32_t value)
{
	struct dma_device d = { .registers = fake_nic.registers };

	nic_write(&d, at, value);
}

TEST(nic_model_objects)
{
	static const struct {
		uint32_t at, value;
		bool was_reset;
		const char *what;
	} wrong[] = {
		{ 0xc000, 0x1000, false, "before the reset" },
		{ 0xc000, 0x1008, true, "multiple of 128" },
		{ 0xc008, 100, true, "legal length" },
		{ 0xc008, 0, true, "legal length" },
		{ 0xe018, 1, true, "queue that is off" },
		{ 0xc028, DCTL_ENABLE, true, "without a ring" },
		{ NIC_MDIC, MDIC_WRITE | 1 << 21 | BMCR_LOOPBACK_1000, true, "without the sem" },
		{ NIC_CTRL, CTRL_RST, true, "receives or sends" },
		{ NIC_SW_FW_SYNC, 4, true, "without its semaphore" },
		{ NIC_SWSM, SWSM_SWESMBI, true, "without SMBI" },
		{ NIC_RCTL, RCTL_EN, true, "not masked" },
	};
	struct dma_device d;

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fake_nic_new(0x10c9);
		fake_nic_set(0xc008, 0);
		fake_nic.was_reset = wrong[i].was_reset;
		raw(wrong[i].at, wrong[i].value);
		CHECK(fake_nic.complaint && strstr(fake_nic.complaint, wrong[i].what));
	}
	/* The PHY leaves loopback behind the driver's back; a descriptor after the stop. */
	d = new_device(0x10c9);
	CHECK_EQ(bring_up(&d), 0);
	fake_nic.phy[0][PHY_BMCR] = BMCR_DEFAULT;
	one_dma(&d);
	CHECK_EQ(fake_nic.sent_out, 1);
	CHECK(fake_nic.complaint && strstr(fake_nic.complaint, "PHY not in loopback"));
	d = new_device(0x10c9);
	CHECK_EQ(bring_up(&d), 0);
	d.generator->stop(&d);
	raw(0xe018, 1);
	CHECK(fake_nic.complaint && strstr(fake_nic.complaint, "after the stop"));
}
