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

	sim_nic.keeps_phy = sim_nic.kind->loopback_control; /* the others have more to lose */
	problem = d.generator->open(&d);
	*first = (int)sim_nic.writes;
	sim_nic.drop = drop < 0 ? -1 : *first + drop;
	sim_nic.private = d.private;
	sim_nic.private_at = PRIVATE_AT;
	sim_nic.buffer = page;
	pci_bus_master(d.function, true);
	if (!problem)
		problem = d.generator->reset(&d, PRIVATE_AT);
	if (!problem && one_dma(&d) != DMA_DONE)
		problem = "no frame";
	d.generator->stop(&d);
	*end = (int)sim_nic.writes;
	restored = sim_nic.phy[0][PHY_BMCR] == BMCR_DEFAULT &&
		   !sim_nic.phy[0][PHY_LOOPBACK_CONTROL] && sim_nic.masked &&
		   !sim_nic_get(NIC_CTRL) && !sim_nic_get(NIC_SW_FW_SYNC) &&
		   !(sim_nic_get(NIC_EXTCNF_CTRL) & EXTCNF_SW_OWNER);
	return problem || sim_nic.complaint || !restored;
}

TEST(nic_model_notices_every_lost_write)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		int first, end, lost, harmless = 0;

		CHECK(!notices(ids[i], -1, &first, &end));
		lost = end - first;
		for (int drop = 0; drop < lost; drop++) {
			bool noticed = notices(ids[i], drop, &first, &end);

			CHECK(noticed || sim_nic.harmless);
			harmless += !noticed;
		}
		CHECK(lost - harmless > 20);
	}
}

static void raw(uint32_t at, uint32_t value)
{
	struct dma_device d = { .registers = sim_nic.registers };

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
		sim_nic_new(0x10c9);
		sim_nic_set(0xc008, 0);
		sim_nic.was_reset = wrong[i].was_reset;
		raw(wrong[i].at, wrong[i].value);
		CHECK(sim_nic.complaint && strstr(sim_nic.complaint, wrong[i].what));
	}
	/* The PHY leaves loopback behind the driver's back; a descriptor after the stop. */
	d = new_device(0x10c9);
	CHECK_EQ(bring_up(&d), 0);
	sim_nic.phy[0][PHY_BMCR] = BMCR_DEFAULT;
	one_dma(&d);
	CHECK_EQ(sim_nic.sent_out, 1);
	CHECK(sim_nic.complaint && strstr(sim_nic.complaint, "PHY not in loopback"));
	d = new_device(0x10c9);
	CHECK_EQ(bring_up(&d), 0);
	d.generator->stop(&d);
	raw(0xe018, 1);
	CHECK(sim_nic.complaint && strstr(sim_nic.complaint, "after the stop"));
}
