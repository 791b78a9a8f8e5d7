/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel's gigabit controllers as DMA generators: the port is put into loopback, so that nothing
 * leaves it; then a frame that lies in the device's private pages is sent, again and again, and
 * what comes back is received into the address under test. Nothing is ever sent before the PHY says
 * that it is in loopback, and the first frame, which is received into a private page, must come
 * back unchanged.
 */
#include "kernel/dma/intel_nic.h"
#include "kernel/cpu.h"
#include "kernel/memory.h"
#include "kernel/dma/aspm.h"
#include "kernel/dma/flr.h"
#include "kernel/dma/registers.h"
#include "kernel/time.h"

enum {
	SETTLE_US = 500000, /* of a PHY put into loopback, as Linux's self-tests wait */
	MASTER_US = 80000,
	RESET_US = 500000,
	LOAD_US = 20000,
	LOST_MOST =
		16, /* frames in a row, until the MAC is reset: an entry may be absent most of the time */
	RESTART_US = 100000, /* for the queues alone, before the whole device is reset */
	RXPBSIZE_DEFAULT = 0xa2,
	TXPBSIZE_DEFAULT = 0x04000014,
	PCI_RING_STATUS = 0xe4,
	RING_STATUS_FLUSH = 1 << 8,
};

uint32_t nic_read(const struct dma_device *d, uint32_t offset)
{
	return dma_read32(d->registers + offset);
}

void nic_write(const struct dma_device *d, uint32_t offset, uint32_t value)
{
	dma_write32(d->registers + offset, value);
}

bool nic_wait(const struct dma_device *d, uint32_t offset, uint32_t mask, uint32_t value,
	      uint64_t limit_us)
{
	uint64_t end = time_us() + limit_us;

	while ((nic_read(d, offset) & mask) != value) {
		if (time_us() > end)
			return false;
		cpu_pause();
	}
	return true;
}

bool nic_would_hang(const struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;

	return kind->hangs && pci_read16(d->function, PCI_RING_STATUS) & RING_STATUS_FLUSH &&
	       nic_read(d, kind->transmit + QUEUE_LEN);
}

/* No DMA any more: "Master Disable" in the datasheets. */
static void quiesce(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;

	d->in_loopback = false;
	nic_mask_interrupts(d);
	nic_write(d, NIC_RCTL, 0);
	nic_write(d, NIC_TCTL, TCTL_PSP);
	if (kind->advanced) {
		nic_write(d, kind->receive + QUEUE_DCTL, 0);
		nic_write(d, kind->transmit + QUEUE_DCTL, 0);
	}
	/* Before descriptors that are left in it are looked for (Linux: e1000_flush_desc_rings). */
	if (kind->hangs)
		nic_write(d, NIC_FEXTNVM11,
			  nic_read(d, NIC_FEXTNVM11) | FEXTNVM11_DISABLE_MULR_FIX);
	nic_write(d, NIC_CTRL, nic_read(d, NIC_CTRL) | CTRL_GIO_MASTER_DISABLE);
	/* A device that hangs in a request never says so: the reset that follows ends it. */
	nic_wait(d, NIC_STATUS, STATUS_GIO_MASTER_ENABLE, 0, MASTER_US);
}

static const char *reset_mac(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	/* The MAC of these shares MDIO with firmware: not in the middle of something. */
	const char *problem = kind->lock == NIC_LOCK_EXTCNF ? nic_lock(d) : NULL;

	if (problem)
		return problem;
	if (nic_would_hang(d) && !dma_flr(d->function))
		problem =
			"it holds descriptors, and a reset with them would hang it: it has no FLR";
	if (!problem) {
		if (kind->buffer_sizes) {
			nic_write(d, NIC_RXPBSIZE, RXPBSIZE_DEFAULT);
			nic_write(d, NIC_TXPBSIZE, TXPBSIZE_DEFAULT);
		}
		nic_write(d, NIC_CTRL, nic_read(d, NIC_CTRL) | CTRL_RST);
		time_delay_us(kind->reset_us);
		if (!nic_wait(d, NIC_CTRL, CTRL_RST, 0, RESET_US))
			problem = "it does not come back from its reset (CTRL.RST)";
	}
	/* A port without NVM (QEMU's igb, for one) never has it loaded; QEMU's 82574 always has. */
	if (!kind->is_pch && !(nic_read(d, NIC_EEC) & EEC_AUTO_RD) &&
	    nic_wait(d, NIC_EEC, EEC_AUTO_RD, EEC_AUTO_RD, LOAD_US))
		time_delay_us(kind->configure_us);
	if (kind->lock == NIC_LOCK_EXTCNF)
		nic_unlock(d);
	nic_mask_interrupts(d);
	return problem;
}

/* From whatever state: MAC reset, PHY in loopback, MAC forced to the PHY's speed. */
static const char *enter_loopback(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	const char *problem;
	uint32_t ctrl;
	bool fresh;

	quiesce(d);
	problem = reset_mac(d);
	if (!problem)
		problem = nic_lock(d);
	if (problem)
		return problem;
	problem = nic_phy_loopback(d, &fresh);
	nic_unlock(d);
	if (problem)
		return problem;
	ctrl = nic_read(d, NIC_CTRL);
	ctrl &= ~(uint32_t)(CTRL_SPEED | CTRL_ASDE | CTRL_ILOS | CTRL_RFCE | CTRL_TFCE);
	ctrl |= CTRL_FD | CTRL_SLU | CTRL_FRCSPD | CTRL_FRCDPLX | CTRL_SPEED_1000;
	nic_write(d, NIC_CTRL, ctrl);
	for (unsigned i = 0; i < kind->mac_step_count; i++) {
		const struct nic_mac_step *s = &kind->mac_steps[i];

		nic_write(d, s->offset, (nic_read(d, s->offset) & ~s->clear) | s->set);
	}
	if (d->function->physical) { /* VF 0, whose queue it is */
		nic_write(d, NIC_VFRE, 1);
		nic_write(d, NIC_VFTE, 1);
		nic_write(d, NIC_CTRL_EXT, nic_read(d, NIC_CTRL_EXT) | CTRL_EXT_PFRSTD);
	}
	/* Once confirmed, a PHY that CTRL.RST takes out of loopback (QEMU's) gets only this wait. */
	if (fresh && !d->confirmed)
		time_delay_us(SETTLE_US);
	if (!nic_wait(d, NIC_STATUS, STATUS_LU, STATUS_LU, SETTLE_US))
		return "no link in loopback (STATUS.LU): nothing was sent";
	d->in_loopback = true;
	return NULL;
}

/* Where queues can be turned off by themselves. */
static bool stop_queues(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	const char *problem;
	bool fresh;

	if (!kind->advanced || !d->in_loopback || !d->confirmed)
		return false;
	nic_write(d, NIC_RCTL, 0);
	nic_write(d, NIC_TCTL, TCTL_PSP);
	nic_write(d, kind->receive + QUEUE_DCTL, 0);
	nic_write(d, kind->transmit + QUEUE_DCTL, 0);
	if (!nic_wait(d, kind->receive + QUEUE_DCTL, DCTL_ENABLE, 0, NIC_ENABLE_US) ||
	    !nic_wait(d, kind->transmit + QUEUE_DCTL, DCTL_ENABLE, 0, NIC_ENABLE_US) || nic_lock(d))
		return false;
	problem = nic_phy_loopback(d, &fresh);
	nic_unlock(d);
	return !problem && !fresh && nic_read(d, NIC_STATUS) & STATUS_LU;
}

const char *nic_open(struct dma_device *d)
{
	const char *problem = nic_refuses(d);

	if (problem)
		return problem;
	d->private_pages = NIC_PRIVATE_PAGES;
	d->private = memory_alloc_window(d->private_pages);
	if (!d->private)
		return "no memory for its queues";
	/* Rings are written back, and the first frame comes to its own page. */
	d->reads = d->writes = 3;
	d->address_mask = ~0ull;
	/* Where a frame is sent to see it come back (restart()), it may be refused, too. */
	d->reset_is_quiet = !((const struct nic_kind *)d->kind)->advanced;
	d->hides_refusals = true;
	d->bytes = NIC_FRAME_BYTES;
	d->typical_us = 20;
	d->timeout_us = 6000000; /* as nvme */
	if (((const struct nic_kind *)d->kind)->no_l1_2)
		dma_l1_2_off(d->function);
	problem = enter_loopback(d);
	nic_stop(d);
	return problem;
}

/*
 * After a refused access it is enough to restart the queues, where that can be done, and to see a
 * frame come back; that frame is also for QEMU's igb, which swallows the one that follows a
 * descriptor it could not read. (A whole reset would cost half a second each: it negotiates again.)
 */
static bool restart(struct dma_device *d, uint64_t private_at)
{
	uint64_t end = time_us() + RESTART_US;

	while (time_us() < end && stop_queues(d)) {
		enum dma_state state;

		nic_fill_rings(d, private_at);
		if (nic_set_up_queues(d, private_at))
			return false;
		if (d->unproven) {
			d->may_lose_next = true;
			return true;
		}
		state = nic_probe(d, private_at);
		if (state == DMA_DONE || state == DMA_BUSY)
			return state == DMA_DONE;
	}
	return false;
}

/*
 * Where they cannot be turned off by themselves, the rings go on as they are: a refused access loses a frame, and another one is
 * sent. A port that cannot go on does not take it, or loses it too, as QEMU 10's does: then it must start anew.
 */
static bool go_on(struct dma_device *d, uint64_t private_at)
{
	const struct nic_kind *kind = d->kind;

	return !kind->advanced && !d->starts_anew && d->in_loopback && d->confirmed &&
	       !d->unproven && d->private_at == private_at && ++d->lost < LOST_MOST &&
	       nic_read(d, NIC_STATUS) & STATUS_LU && nic_go_on(d);
}

const char *nic_start_anew(struct dma_device *d, uint64_t private_at)
{
	const char *problem = enter_loopback(d);

	if (problem)
		return problem;
	nic_fill_rings(d, private_at);
	return nic_set_up_queues(d, private_at);
}

const char *nic_reset(struct dma_device *d, uint64_t private_at)
{
	static const char no_return[] =
		"a frame sent in loopback did not come back: nothing more is sent";
	const char *problem;

	if (d->given_up)
		return no_return;
	d->may_lose_next = go_on(d, private_at);
	if (d->may_lose_next || restart(d, private_at))
		return NULL;
	problem = nic_start_anew(d, private_at);
	if (problem && !d->in_loopback)
		return problem;
	if (!problem && !d->confirmed && !d->unproven) {
		d->confirmed = nic_probe(d, private_at) == DMA_DONE;
		d->given_up = !d->confirmed;
		if (d->given_up)
			problem = no_return;
		else
			d->evidence = "in loopback, its first frame came back";
	}
	if (problem)
		quiesce(d);
	return problem;
}

void nic_stop(struct dma_device *d)
{
	quiesce(d);
	msi_close(&d->message);
	reset_mac(d);
	pci_bus_master(d->function, false);
	nic_phy_restore(d);
	/* It may have found a partner since: whoever uses it again sees its first frame come back. */
	d->confirmed = false;
}
