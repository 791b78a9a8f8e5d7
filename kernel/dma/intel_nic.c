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
#include "kernel/lib/string.h"
#include "kernel/time.h"

enum {
	DESCRIPTORS = 64, /* of 16 bytes */
	FRAME_BYTES = 1024,
	RECEIVE_RING = 0, /* in the private pages */
	TRANSMIT_RING = 2048,
	FRAME = 4096,
	PROBE = FRAME + 2048, /* where the first frame is received */
	PRIVATE_PAGES = 2,

	SETTLE_US = 500000, /* of a PHY put into loopback, as Linux's self-tests wait */
	PROBE_US = 20000,
	MASTER_US = 80000,
	RESET_US = 500000,
	LOAD_US = 20000,
	ENABLE_US = 10000,
	RESTART_US = 100000, /* for the queues alone, before the whole device is reset */
	POLLS_PER_LOOK = 64, /* the queue's head is looked at this seldom */
	/* A frame that was taken is waited for so long, and four times what the first one took. */
	RETURN_US = 100,
	RXPBSIZE_DEFAULT = 0xa2,
	TXPBSIZE_DEFAULT = 0x04000014,
	PCI_RING_STATUS = 0xe4,
	RING_STATUS_FLUSH = 1 << 8,
};

/* Legacy and advanced descriptors alike: the read format, and where the written one differs. */
struct descriptor {
	uint64_t address;
	uint32_t low, high;
};
_Static_assert(sizeof(struct descriptor) == 16 && offsetof(struct descriptor, low) == 8,
	       "a descriptor");

// clang-format off
enum {
	/* low, of transmit descriptors */
	TX_EOP = 1 << 24,
	TX_IFCS = 1 << 25,
	TX_DATA = 3 << 20,       /* advanced: DTYP */
	TX_DEXT = 1 << 29,
	TX_PAYLEN_SHIFT = 14,    /* advanced: in high */
	/* status of receive descriptors: in low if advanced, else in high */
	RX_DD = 1 << 0,
	RX_EOP = 1 << 1,
};
// clang-format on

static volatile struct descriptor *ring(const struct dma_device *d, unsigned offset)
{
	return (volatile struct descriptor *)(d->private + offset);
}

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
	nic_write(d, kind->advanced ? NIC_IMC_QUEUED : NIC_IMC, ~0u);
	if (kind->advanced)
		nic_write(d, NIC_EIMC, ~0u);
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
	nic_write(d, kind->advanced ? NIC_IMC_QUEUED : NIC_IMC, ~0u);
	if (kind->advanced)
		nic_write(d, NIC_EIMC, ~0u);
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

static void set_up_queue(struct dma_device *d, uint32_t queue, uint64_t base)
{
	nic_write(d, queue + QUEUE_BAL, (uint32_t)base);
	nic_write(d, queue + QUEUE_BAH, (uint32_t)(base >> 32));
	nic_write(d, queue + QUEUE_LEN, DESCRIPTORS * sizeof(struct descriptor));
	nic_write(d, queue + QUEUE_HEAD, 0);
	nic_write(d, queue + QUEUE_TAIL, 0);
}

/* "Receive Initialization" and "Transmit Initialization" in the datasheets. */
static const char *set_up_queues(struct dma_device *d, uint64_t private_at)
{
	const struct nic_kind *kind = d->kind;

	set_up_queue(d, kind->receive, private_at + RECEIVE_RING);
	set_up_queue(d, kind->transmit, private_at + TRANSMIT_RING);
	if (kind->advanced) {
		nic_write(d, kind->receive + QUEUE_SRRCTL, SRRCTL_2K | SRRCTL_ONE_BUFFER);
		nic_write(d, kind->receive + QUEUE_DCTL, DCTL_WTHRESH_1 | DCTL_ENABLE);
		nic_write(d, kind->transmit + QUEUE_DCTL, DCTL_WTHRESH_1 | DCTL_ENABLE);
		if (!nic_wait(d, kind->receive + QUEUE_DCTL, DCTL_ENABLE, DCTL_ENABLE, ENABLE_US) ||
		    !nic_wait(d, kind->transmit + QUEUE_DCTL, DCTL_ENABLE, DCTL_ENABLE, ENABLE_US))
			return "its queues do not come on (RXDCTL, TXDCTL)";
	} else {
		nic_write(d, kind->transmit + QUEUE_DCTL,
			  DCTL_WTHRESH_1 | TXDCTL_COUNT_DESC | DCTL_GRAN);
	}
	nic_write(d, NIC_TCTL, TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
	nic_write(d, NIC_RCTL,
		  RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM | RCTL_SECRC |
			  (kind->mac_loopback ? RCTL_LBM_MAC : 0));
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
	if (!nic_wait(d, kind->receive + QUEUE_DCTL, DCTL_ENABLE, 0, ENABLE_US) ||
	    !nic_wait(d, kind->transmit + QUEUE_DCTL, DCTL_ENABLE, 0, ENABLE_US) || nic_lock(d))
		return false;
	problem = nic_phy_loopback(d, &fresh);
	nic_unlock(d);
	return !problem && !fresh && nic_read(d, NIC_STATUS) & STATUS_LU;
}

/* To and from locally administered addresses, with an EtherType that IEEE 802 leaves to experiments.
 */
static void write_frame(struct dma_device *d)
{
	static const uint8_t header[] = { 2,   'v', 't', 'd', 'l', 1,	 2,
					  'v', 't', 'd', 'l', 2,   0x88, 0xb5 };

	/* No mark of the pages under test is made of such bytes. */
	memset(d->private + FRAME, 0x5a, FRAME_BYTES);
	memcpy(d->private + FRAME, header, sizeof(header));
}

/* A frame of our own into a private page. DMA_BUSY: it is not even taken. */
static enum dma_state probe(struct dma_device *d, uint64_t private_at)
{
	enum dma_state state = DMA_BUSY;
	uint64_t start = time_us(), end = start + PROBE_US;

	memset(d->private + PROBE, 0, FRAME_BYTES);
	if (!d->confirmed)
		d->return_us = PROBE_US;
	nic_start(d, private_at + PROBE);
	while (state == DMA_BUSY && time_us() < end)
		state = nic_poll(d);
	if (state == DMA_DONE && memcmp(d->private + PROBE, d->private + FRAME, FRAME_BYTES))
		return DMA_FAILED;
	if (state == DMA_DONE && !d->confirmed)
		d->return_us = RETURN_US + 4 * (time_us() - start);
	return state;
}

const char *nic_open(struct dma_device *d)
{
	const char *problem = nic_refuses(d);

	if (problem)
		return problem;
	d->private_pages = PRIVATE_PAGES;
	d->private = memory_alloc_window(d->private_pages);
	if (!d->private)
		return "no memory for its queues";
	d->reads = d->writes =
		3; /* rings are written back, and the first frame comes to its own page */
	d->address_mask = ~0ull;
	d->bytes = FRAME_BYTES;
	d->typical_us = 20;
	d->timeout_us = 6000000; /* as nvme */
	if (((const struct nic_kind *)d->kind)->no_l1_2)
		dma_l1_2_off(d->function);
	problem = enter_loopback(d);
	nic_stop(d);
	return problem;
}

static void fill_rings(struct dma_device *d, uint64_t private_at)
{
	const struct nic_kind *kind = d->kind;

	memset(d->private, 0, FRAME);
	write_frame(d);
	for (unsigned i = 0; i < DESCRIPTORS; i++) {
		volatile struct descriptor *t = &ring(d, TRANSMIT_RING)[i];

		t->address = private_at + FRAME;
		t->low = FRAME_BYTES | TX_EOP | TX_IFCS | (kind->advanced ? TX_DATA | TX_DEXT : 0);
		t->high = kind->advanced ? FRAME_BYTES << TX_PAYLEN_SHIFT : 0;
	}
	d->slot = 0;
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

		fill_rings(d, private_at);
		if (set_up_queues(d, private_at))
			return false;
		if (d->unproven)
			return true;
		state = probe(d, private_at);
		if (state == DMA_DONE || state == DMA_BUSY)
			return state == DMA_DONE;
	}
	return false;
}

const char *nic_reset(struct dma_device *d, uint64_t private_at)
{
	static const char no_return[] =
		"a frame sent in loopback did not come back: nothing more is sent";
	const char *problem;

	if (d->given_up)
		return no_return;
	if (restart(d, private_at))
		return NULL;
	problem = enter_loopback(d);
	if (problem)
		return problem;
	fill_rings(d, private_at);
	problem = set_up_queues(d, private_at);
	if (!problem && !d->confirmed && !d->unproven) {
		d->confirmed = probe(d, private_at) == DMA_DONE;
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

void nic_start(struct dma_device *d, uint64_t bus_address)
{
	const struct nic_kind *kind = d->kind;
	volatile struct descriptor *r = &ring(d, RECEIVE_RING)[d->slot];
	uint32_t next = (d->slot + 1) % DESCRIPTORS;

	r->address = bus_address;
	r->low = 0;
	r->high = 0;
	d->polls = 0;
	d->sent_us = 0;
	if (!d->in_loopback)
		return;
	nic_write(d, kind->receive + QUEUE_TAIL, next);
	nic_write(d, kind->transmit + QUEUE_TAIL, next);
}

enum dma_state nic_poll(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	volatile struct descriptor *r = &ring(d, RECEIVE_RING)[d->slot];
	uint32_t next = (d->slot + 1) % DESCRIPTORS;
	uint32_t status = kind->advanced ? r->low : r->high;
	uint32_t length = kind->advanced ? r->high : r->low;
	uint32_t errors = kind->advanced ? status >> 24 : status >> 8 & 0xff;

	if (!(status & RX_DD)) {
		uint32_t head;

		if (++d->polls % POLLS_PER_LOOK || !d->in_loopback)
			return DMA_BUSY;
		/* A frame that was taken and does not come back: one of its accesses was refused. */
		head = nic_read(d, kind->transmit + QUEUE_HEAD);
		if (head == ~0u)
			return DMA_DEAD;
		if (head == next && !d->sent_us)
			d->sent_us = time_us();
		return d->sent_us && time_us() - d->sent_us > d->return_us ? DMA_DEAD : DMA_BUSY;
	}
	/*
	 * An IOMMU may refuse a part of a descriptor only: QEMU tries a refused access again in
	 * pieces of four bytes, and the entry may be present again for the last of them. Then the
	 * frame was received somewhere else, or the answer is here in parts.
	 */
	if (!(status & RX_EOP) || (length & 0xffff) != FRAME_BYTES)
		return DMA_DEAD;
	d->slot = next;
	return errors ? DMA_FAILED : DMA_DONE;
}

void nic_stop(struct dma_device *d)
{
	quiesce(d);
	reset_mac(d);
	pci_bus_master(d->function, false);
	nic_phy_restore(d);
	/* It may have found a partner since: whoever uses it again sees its first frame come back. */
	d->confirmed = false;
}
