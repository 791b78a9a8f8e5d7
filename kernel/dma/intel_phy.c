/* SPDX-License-Identifier: BSD-2-Clause */
/* The PHYs of Intel's gigabit controllers, and who may talk to them: firmware does, too. */
#include "kernel/dma/intel_nic.h"
#include "kernel/cpu.h"
#include "kernel/time.h"

#define LOCK_US	     1000000 /* firmware may be in the middle of something long */
#define MDIC_US	     10000
#define NEGOTIATE_US 1000000
#define PHY_RESET_US 1000
#define CONTROL_US   50000 /* from loopback control to BMCR, as igb's self-test waits */

static uint32_t port_bit(const struct dma_device *d)
{
	/* SW_FW_SYNC (82576, I350, I210): the PHYs of ports 0 to 3. */
	static const uint8_t bits[] = { 1, 2, 5, 6 };

	return 1u << bits[nic_read(d, NIC_STATUS) >> STATUS_LAN_ID_SHIFT & 3];
}

static void release_swsm(struct dma_device *d)
{
	nic_write(d, NIC_SWSM, nic_read(d, NIC_SWSM) & ~(uint32_t)(SWSM_SMBI | SWSM_SWESMBI));
}

/* SWSM (82576, I350, I210): software's own semaphore, then the one between software and firmware. */
static bool take_swsm(struct dma_device *d)
{
	if (!nic_wait(d, NIC_SWSM, SWSM_SMBI, 0, LOCK_US)) {
		/* Among software there is nobody else: a driver of firmware's left it taken. */
		release_swsm(d);
		if (!nic_wait(d, NIC_SWSM, SWSM_SMBI, 0, LOCK_US))
			return false;
	}
	for (uint64_t end = time_us() + LOCK_US; time_us() < end; cpu_pause()) {
		nic_write(d, NIC_SWSM, nic_read(d, NIC_SWSM) | SWSM_SWESMBI);
		if (nic_read(d, NIC_SWSM) & SWSM_SWESMBI)
			return true;
	}
	release_swsm(d);
	return false;
}

static bool take_sync(struct dma_device *d)
{
	uint32_t bit = port_bit(d);

	for (uint64_t end = time_us() + LOCK_US; time_us() < end; time_delay_us(1000)) {
		uint32_t sync;

		if (!take_swsm(d))
			return false;
		sync = nic_read(d, NIC_SW_FW_SYNC);
		if (!(sync & (bit | bit << 16)))
			nic_write(d, NIC_SW_FW_SYNC, sync | bit);
		release_swsm(d);
		if (!(sync & (bit | bit << 16)))
			return true;
	}
	return false;
}

static void release_extcnf(struct dma_device *d)
{
	nic_write(d, NIC_EXTCNF_CTRL, nic_read(d, NIC_EXTCNF_CTRL) & ~(uint32_t)EXTCNF_SW_OWNER);
}

/* EXTCNF_CTRL (82574; the PCHs' alike): a bit that only stays where it is granted. */
static bool take_extcnf(struct dma_device *d)
{
	if (!nic_wait(d, NIC_EXTCNF_CTRL, EXTCNF_SW_OWNER, 0, LOCK_US))
		return false;
	for (uint64_t end = time_us() + LOCK_US; time_us() < end; cpu_pause()) {
		nic_write(d, NIC_EXTCNF_CTRL, nic_read(d, NIC_EXTCNF_CTRL) | EXTCNF_SW_OWNER);
		if (nic_read(d, NIC_EXTCNF_CTRL) & EXTCNF_SW_OWNER)
			return true;
	}
	/* A request that is granted later would keep firmware out. */
	release_extcnf(d);
	return false;
}

const char *nic_lock(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;

	return (kind->lock == NIC_LOCK_SWSM ? take_sync(d) : take_extcnf(d))
		       ? NULL
		       : "the semaphore of its PHY is held by firmware and does not come free";
}

void nic_unlock(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;

	if (kind->lock == NIC_LOCK_SWSM) {
		if (!take_swsm(d))
			return;
		nic_write(d, NIC_SW_FW_SYNC, nic_read(d, NIC_SW_FW_SYNC) & ~port_bit(d));
		release_swsm(d);
	} else {
		release_extcnf(d);
	}
}

static bool mdic(struct dma_device *d, uint8_t address, uint8_t reg, uint32_t command,
		 uint16_t *value)
{
	nic_write(d, NIC_MDIC, command | (uint32_t)address << 21 | (uint32_t)reg << 16);
	if (!nic_wait(d, NIC_MDIC, MDIC_READY, MDIC_READY, MDIC_US))
		return false;
	*value = (uint16_t)nic_read(d, NIC_MDIC);
	return !(nic_read(d, NIC_MDIC) & MDIC_ERROR);
}

/* Registers 0 to 15 are the same on every page, where page_register is given. */
static bool select_page(struct dma_device *d, uint16_t page, uint8_t reg)
{
	const struct nic_kind *kind = d->kind;
	uint16_t ignored;

	return reg < 16 || !kind->page_register ||
	       mdic(d, kind->page_address, kind->page_register,
		    MDIC_WRITE | (uint16_t)(page << kind->page_shift), &ignored);
}

static bool phy_read(struct dma_device *d, uint16_t page, uint8_t reg, uint16_t *value)
{
	const struct nic_kind *kind = d->kind;

	return select_page(d, page, reg) && mdic(d, kind->phy_address, reg, MDIC_READ, value);
}

static bool phy_write(struct dma_device *d, uint16_t page, uint8_t reg, uint16_t value)
{
	const struct nic_kind *kind = d->kind;
	uint16_t ignored;

	return select_page(d, page, reg) &&
	       mdic(d, kind->phy_address, reg, MDIC_WRITE | value, &ignored);
}

static bool phy_reset(struct dma_device *d, uint16_t bmcr)
{
	uint64_t end = time_us() + 500000; /* IEEE 802.3, 22.2.4.1.1: within 0.5 s */
	uint16_t value;

	if (!phy_write(d, 0, PHY_BMCR, bmcr | BMCR_RESET))
		return false;
	/* It may answer nothing for a while (I210: 300 us). */
	time_delay_us(PHY_RESET_US);
	do {
		if (phy_read(d, 0, PHY_BMCR, &value) && !(value & BMCR_RESET))
			return true;
	} while (time_us() < end);
	return false;
}

const char *nic_phy_loopback(struct dma_device *d, bool *fresh)
{
	const struct nic_kind *kind = d->kind;
	const char *problem = NULL;
	uint16_t value;

	*fresh = false;
	if (!phy_read(d, 0, PHY_BMCR, &value))
		return "its PHY does not answer (MDIC)";
	if (value == BMCR_LOOPBACK_1000)
		return NULL;
	*fresh = true;
	/* QEMU's igb; a real port without a cable has its link in loopback all the same. */
	if (kind->link_first && phy_write(d, 0, PHY_BMCR, BMCR_DEFAULT | BMCR_RESTART))
		nic_wait(d, NIC_STATUS, STATUS_LU, STATUS_LU, NEGOTIATE_US);
	for (unsigned i = 0; i < kind->step_count; i++) {
		const struct nic_phy_step *s = &kind->steps[i];

		/* What a PHY has not (QEMU's has little) it does not need: the frame that must come
		 * back decides. */
		if (s->page == PHY_COMMIT)
			phy_reset(d, BMCR_DEFAULT);
		else if (phy_read(d, s->page, s->reg, &value))
			phy_write(d, s->page, s->reg, (uint16_t)((value & ~s->clear) | s->set));
	}
	if (kind->loopback_control &&
	    !phy_write(d, 0, PHY_LOOPBACK_CONTROL, kind->loopback_control))
		problem = "its PHY takes no loopback control (register 19)";
	if (kind->loopback_control)
		time_delay_us(CONTROL_US);
	if (!phy_write(d, 0, PHY_BMCR, BMCR_LOOPBACK_1000) || !phy_read(d, 0, PHY_BMCR, &value) ||
	    value != BMCR_LOOPBACK_1000)
		problem = "its PHY does not go into loopback (BMCR): nothing was sent";
	return problem;
}

void nic_phy_restore(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;

	if (nic_lock(d))
		return;
	if (kind->loopback_control)
		phy_write(d, 0, PHY_LOOPBACK_CONTROL, 0);
	phy_reset(d, BMCR_DEFAULT);
	nic_unlock(d);
}
