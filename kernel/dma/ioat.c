/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel QuickData Technology (I/OAT, CBDMA): a channel copies a private page to the address under
 * test. Registers are those of the Intel Xeon processor E7 v2 datasheet, volume 2, section 14.5
 * (CB_BAR); descriptors, which it has not, as Linux's and SPDK's ioat drivers write them. Channel 0
 * alone, without interrupts. Not yet seen on a machine: no QEMU has this device.
 */
#include "kernel/dma/dma.h"
#include "kernel/cpu.h"
#include "kernel/dma/registers.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"

// clang-format off
enum {
	IOAT_CHANCNT = 0x00,
	    CHANCNT_CHANNELS = 31,
	IOAT_XFERCAP = 0x01,
	    XFERCAP_SIZE = 31,  /* bytes of a copy as a power of two; 0: all sizes */
	    XFERCAP_PAGE = 12,
	IOAT_CBVER = 0x08,      /* major 7:4, minor 3:0 */
	    CBVER_3_0 = 0x30,
	    CBVER_3_3 = 0x33,
	/* Channel 0. */
	IOAT_CHANCTRL = 0x80,   /* 16 bits */
	    CHANCTRL_ERROR_COMPLETION = 1 << 2, /* an error, too, writes a completion */
	    CHANCTRL_ABORT_ON_ERROR = 1 << 3,
	IOAT_CHANCMD = 0x84,    /* 8 bits */
	    CHANCMD_SUSPEND = 1 << 2,
	    CHANCMD_RESET = 1 << 5, /* reads as 1 until it is done */
	IOAT_DMACOUNT = 0x86,   /* 16 bits: descriptors ever given to the channel */
	IOAT_CHANSTS = 0x88,    /* status 2:0, address of the last completed descriptor 63:6 */
	    CHANSTS_STATUS = 7,
	    CHANSTS_ACTIVE = 0,
	    CHANSTS_IDLE = 1,
	    CHANSTS_HALTED = 3,
	    CHANSTS_ARMED = 4,
	    CHANSTS_ADDRESS = ~0x3f,
	IOAT_CHAINADDR = 0x90,
	IOAT_CHANCMP = 0x98,    /* where the channel writes CHANSTS to at a completion */
	IOAT_CHANERR = 0xa8,    /* written ones clear */
	IOAT_BYTES = 0x100,
	PCI_CHANERR_INT = 0x180, /* configuration space: the same errors again, before version 3.3 */

	RING = 64,              /* descriptors, a page */
	DESCRIPTOR_BYTES = 64,
	CONTROL_COMPLETION = 1 << 3, /* operation 31:24 is 0: copy */

	/* Private pages. */
	AT_RING = 0,
	AT_COMPLETION = 0x1000,
	AT_READ = 0x1800, /* what a read brings: in a page that the device writes to */
	AT_SOURCE = 0x2000,
	PRIVATE_PAGES = 3,

	SUSPEND_US = 100000,
	RESET_US = 200000,
	POLLS_PER_STATUS = 1024, /* reading a register is slow */
};
// clang-format on

struct descriptor {
	uint32_t bytes, control;
	uint64_t source, destination, next;
	uint64_t unused[4];
};
_Static_assert(sizeof(struct descriptor) == DESCRIPTOR_BYTES &&
		       offsetof(struct descriptor, source) == 8 &&
		       offsetof(struct descriptor, destination) == 16 &&
		       offsetof(struct descriptor, next) == 24,
	       "a descriptor of a copy");
_Static_assert(RING *DESCRIPTOR_BYTES <= AT_COMPLETION - AT_RING, "the ring has its page");

static bool is_known(uint16_t device)
{
	/* Eight functions, a channel each. */
	static const uint16_t eight[] = {
		0x3c20, /* Xeon E5 */
		0x0e20, /* v2 */
		0x2f20, /* v3 */
		0x6f20, /* v4 */
	};
	/* Four: Atom C2000, Xeon D-1500. */
	static const uint16_t four[] = { 0x0c50, 0x6f50 };

	for (unsigned i = 0; i < sizeof(eight) / sizeof(eight[0]); i++)
		if ((device & ~7) == eight[i])
			return true;
	for (unsigned i = 0; i < sizeof(four) / sizeof(four[0]); i++)
		if ((device & ~3) == four[i])
			return true;
	return device == 0x2021 /* Xeon Scalable, 1st and 2nd generation */ ||
	       device == 0x0b00 /* 3rd */;
}

static bool ioat_matches(const struct pci_function *f)
{
	return f->vendor == PCI_VENDOR_INTEL && is_known(f->device);
}

static volatile uint64_t *completion(const struct dma_device *d)
{
	return (volatile uint64_t *)(d->private + AT_COMPLETION);
}

static const char *ioat_refuses(struct dma_device *d)
{
	uint8_t version, capacity;

	d->registers = pci_map_bar(d->function, 0, IOAT_BYTES);
	if (!d->registers)
		return "it has no BAR 0";
	version = dma_read8(d->registers + IOAT_CBVER);
	if (version == 0xff)
		return "its registers read as all ones";
	if (version < CBVER_3_0)
		return "it is older than version 3.0 (CBVER)";
	if (!(dma_read8(d->registers + IOAT_CHANCNT) & CHANCNT_CHANNELS))
		return "it has no channel (CHANCNT)";
	capacity = dma_read8(d->registers + IOAT_XFERCAP) & XFERCAP_SIZE;
	if (capacity && capacity < XFERCAP_PAGE)
		return "it does not copy pages (XFERCAP)";
	return NULL;
}

static const char *ioat_open(struct dma_device *d)
{
	const char *problem = ioat_refuses(d);

	if (problem)
		return problem;
	d->private_pages = PRIVATE_PAGES;
	d->private = memory_alloc_window(d->private_pages);
	if (!d->private)
		return "no memory for its descriptors";
	d->reads = 1 << AT_RING / PAGE_SIZE | 1 << AT_SOURCE / PAGE_SIZE;
	d->writes = 1 << AT_COMPLETION / PAGE_SIZE;
	d->address_mask = ~0ull;
	d->bytes = PAGE_SIZE;
	d->typical_us = 10;
	d->timeout_us = 2000000;
	return NULL;
}

static uint32_t status(const struct dma_device *d)
{
	return dma_read32(d->registers + IOAT_CHANSTS);
}

/* A channel at work, or ready for it, is to be suspended before it is reset. */
static void suspend(struct dma_device *d)
{
	uint64_t deadline = time_us() + SUSPEND_US;
	uint32_t state = status(d) & CHANSTS_STATUS;

	if (state != CHANSTS_ACTIVE && state != CHANSTS_IDLE && state != CHANSTS_ARMED)
		return;
	dma_write8(d->registers + IOAT_CHANCMD, CHANCMD_SUSPEND);
	while (state == CHANSTS_ACTIVE || state == CHANSTS_IDLE || state == CHANSTS_ARMED) {
		if (time_us() > deadline)
			return; /* a reset ends it, too */
		cpu_pause();
		state = status(d) & CHANSTS_STATUS;
	}
}

/* False if the channel does not come out of its reset. */
static bool reset_channel(struct dma_device *d)
{
	uint64_t deadline;

	suspend(d);
	dma_write32(d->registers + IOAT_CHANERR, dma_read32(d->registers + IOAT_CHANERR));
	if (dma_read8(d->registers + IOAT_CBVER) < CBVER_3_3)
		pci_write32(d->function, PCI_CHANERR_INT, pci_read32(d->function, PCI_CHANERR_INT));
	dma_write8(d->registers + IOAT_CHANCMD, CHANCMD_RESET);
	deadline = time_us() + RESET_US;
	while (dma_read8(d->registers + IOAT_CHANCMD) & CHANCMD_RESET) {
		if (time_us() > deadline)
			return false;
		cpu_pause();
	}
	return true;
}

static const char *ioat_reset(struct dma_device *d, uint64_t private_at)
{
	volatile struct descriptor *ring = (volatile struct descriptor *)d->private;

	if (!reset_channel(d))
		return "the channel does not come out of its reset (CHANCMD)";
	if (dma_read32(d->registers + IOAT_CHANERR))
		return "the channel keeps an error after its reset (CHANERR)";
	memset(d->private, 0, d->private_pages * PAGE_SIZE);
	memset(d->private + AT_SOURCE, 0x5a, PAGE_SIZE);
	for (unsigned i = 0; i < RING; i++)
		ring[i].next = private_at + AT_RING + (i + 1) % RING * DESCRIPTOR_BYTES;
	d->private_at = private_at;
	d->slot = 0;
	d->count = 0; /* as DMACOUNT after a reset */
	dma_write16(d->registers + IOAT_CHANCTRL,
		    CHANCTRL_ERROR_COMPLETION | CHANCTRL_ABORT_ON_ERROR);
	dma_write64(d->registers + IOAT_CHANCMP, private_at + AT_COMPLETION);
	dma_write64(d->registers + IOAT_CHAINADDR, private_at + AT_RING);
	return NULL;
}

static void copy(struct dma_device *d, uint64_t source, uint64_t destination, uint64_t bytes)
{
	volatile struct descriptor *c = (volatile struct descriptor *)d->private + d->slot;

	c->bytes = (uint32_t)bytes;
	c->control = CONTROL_COMPLETION;
	c->source = source;
	c->destination = destination;
	*completion(d) = 0;
	d->polls = 0;
	dma_write16(d->registers + IOAT_DMACOUNT, ++d->count);
}

static void ioat_start(struct dma_device *d, uint64_t bus_address)
{
	copy(d, d->private_at + AT_SOURCE, bus_address, d->bytes);
}

static void ioat_start_read(struct dma_device *d, uint64_t bus_address)
{
	copy(d, bus_address, d->private_at + AT_READ, DMA_READ_BYTES);
}

static volatile uint64_t *ioat_was_read(const struct dma_device *d)
{
	return (volatile uint64_t *)(d->private + AT_READ);
}

/* What CHANSTS says, read from the register or written by the channel. */
static enum dma_state judge(struct dma_device *d, uint32_t sts)
{
	uint32_t ours = (uint32_t)d->private_at + AT_RING + d->slot * DESCRIPTOR_BYTES;

	/* Halted by an error: its part of the page may be written, but nothing more is done. */
	if ((sts & CHANSTS_STATUS) == CHANSTS_HALTED || sts == ~0u)
		return DMA_DEAD;
	if ((sts & (uint32_t)CHANSTS_ADDRESS) != ours)
		return DMA_BUSY;
	d->slot = (d->slot + 1) % RING;
	return DMA_DONE;
}

static enum dma_state ioat_poll(struct dma_device *d)
{
	uint64_t written = *completion(d);
	enum dma_state state = written ? judge(d, (uint32_t)written) : DMA_BUSY;

	/* The completion may be refused where the copy was not: the register has it, too. */
	if (state == DMA_BUSY && ++d->polls % POLLS_PER_STATUS == 0)
		state = judge(d, status(d));
	return state;
}

static void ioat_stop(struct dma_device *d)
{
	reset_channel(d);
	pci_bus_master(d->function, false);
}

const struct dma_generator dma_ioat = {
	.name = "ioat",
	.matches = ioat_matches,
	.refuses = ioat_refuses,
	.open = ioat_open,
	.reset = ioat_reset,
	.start = ioat_start,
	.start_read = ioat_start_read,
	.was_read = ioat_was_read,
	.poll = ioat_poll,
	.stop = ioat_stop,
};
