/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NVMe: the controller writes its 4 KiB Identify data to the address under test, again and again.
 * Admin queue only: no I/O queue is made, no block is read or written, no feature is set. Section
 * numbers are those of the NVM Express base specification 1.4.
 */
#include "kernel/dma/dma.h"
#include "kernel/cpu.h"
#include "kernel/memory.h"
#include "kernel/string.h"
#include "kernel/time.h"

extern const struct dma_generator dma_nvme;

// clang-format off
enum {
	NVME_CAP = 0x00,  /* 64 bits: MQES 15:0, TO 31:24 in 500 ms, DSTRD 35:32, MPSMIN 51:48 */
	NVME_CC = 0x14,
	    CC_EN = 1 << 0,
	    CC_QUEUE_SIZES = 4 << 20 | 6 << 16, /* 16-byte completions, 64-byte commands */
	NVME_CSTS = 0x1c,
	    CSTS_RDY = 1 << 0,
	    CSTS_CFS = 1 << 1,
	NVME_AQA = 0x24,
	NVME_ASQ = 0x28,
	NVME_ACQ = 0x30,
	NVME_DOORBELLS = 0x1000,

	QUEUE_ENTRIES = 64, /* a page of commands; completions take a quarter */
	OPCODE_IDENTIFY = 0x06,
	CNS_CONTROLLER = 1,
	NOT_WRITTEN = -1, /* in words that the controller sets to 0, or to the queue's head */
	POLLS_PER_STATUS = 1024, /* CSTS is looked at this seldom: reading a register is slow */
};
// clang-format on

/* Submission queue entry, 64 bytes (section 4.2). */
struct command {
	uint8_t opcode, flags;
	uint16_t id;
	uint32_t namespace;
	uint64_t reserved, metadata, prp1, prp2;
	uint32_t dword10, dword11, dword12, dword13, dword14, dword15;
};

/* Completion queue entry, 16 bytes (section 4.6). */
struct completion {
	uint32_t result, reserved;
	uint16_t head, queue, id, status; /* status bit 0: the phase tag */
};

static volatile struct command *submission_queue(const struct dma_device *d)
{
	return (volatile struct command *)d->private;
}

static volatile struct completion *completion_queue(const struct dma_device *d)
{
	return (volatile struct completion *)(d->private + PAGE_SIZE);
}

static uint32_t read32(const struct dma_device *d, unsigned offset)
{
	return *(volatile uint32_t *)(d->registers + offset);
}

static void write32(const struct dma_device *d, unsigned offset, uint32_t value)
{
	*(volatile uint32_t *)(d->registers + offset) = value;
}

/* 64-bit registers by halves: controllers must take either, and some take only this. */
static uint64_t read64(const struct dma_device *d, unsigned offset)
{
	return read32(d, offset) | (uint64_t)read32(d, offset + 4) << 32;
}

static void write64(const struct dma_device *d, unsigned offset, uint64_t value)
{
	write32(d, offset, (uint32_t)value);
	write32(d, offset + 4, (uint32_t)(value >> 32));
}

static bool nvme_matches(const struct pci_function *f)
{
	return f->class == 0x010802;
}

static const char *nvme_open(struct dma_device *d)
{
	uint64_t cap;

	d->registers = pci_map_bar(d->function, 0, 0x4000);
	if (!d->registers)
		return "it has no BAR 0";
	cap = read64(d, NVME_CAP);
	if (cap == ~0ull)
		return "its registers read as all ones";
	if ((cap >> 48 & 15) > 0)
		return "it does not work with 4 KiB pages (CAP.MPSMIN)";
	if ((cap & 0xffff) + 1 < QUEUE_ENTRIES)
		return "its queues are too short (CAP.MQES)";
	d->doorbell_stride = 4u << (cap >> 32 & 15);
	d->private_pages = 2;
	d->private = memory_alloc(d->private_pages);
	if (!d->private)
		return "no memory for its queues";
	d->address_mask = ~0ull;
	d->bytes = 4096;
	d->typical_us = 100;
	d->timeout_us = 500000;
	return NULL;
}

/* CSTS.RDY within the time that CAP.TO allows. */
static bool wait_ready(struct dma_device *d, bool ready)
{
	uint64_t limit_us = ((read64(d, NVME_CAP) >> 24 & 0xff) + 1) * 500000;
	uint64_t deadline = time_us() + limit_us;

	while ((read32(d, NVME_CSTS) & CSTS_RDY) != (ready ? CSTS_RDY : 0)) {
		if (time_us() > deadline || read32(d, NVME_CSTS) == ~0u)
			return false;
		cpu_pause();
	}
	return true;
}

static const char *nvme_reset(struct dma_device *d, uint64_t private_at)
{
	write32(d, NVME_CC, read32(d, NVME_CC) & ~(uint32_t)CC_EN);
	if (!wait_ready(d, false))
		return "the controller does not stop (CSTS.RDY stays 1)";
	memset(d->private, 0, d->private_pages * PAGE_SIZE);
	d->slot = 0;
	d->phase = 1;
	write32(d, NVME_AQA, (QUEUE_ENTRIES - 1) << 16 | (QUEUE_ENTRIES - 1));
	write64(d, NVME_ASQ, private_at);
	write64(d, NVME_ACQ, private_at + PAGE_SIZE);
	write32(d, NVME_CC, CC_QUEUE_SIZES | CC_EN);
	if (!wait_ready(d, true))
		return "the controller does not become ready (CSTS.RDY stays 0)";
	return NULL;
}

static void nvme_start(struct dma_device *d, uint64_t bus_address)
{
	volatile struct command *c = &submission_queue(d)[d->slot];
	volatile struct completion *answer = &completion_queue(d)[d->slot];

	answer->result = (uint32_t)NOT_WRITTEN;
	answer->reserved = (uint32_t)NOT_WRITTEN;
	answer->head = (uint16_t)NOT_WRITTEN;
	c->opcode = OPCODE_IDENTIFY;
	c->id = (uint16_t)d->slot;
	c->prp1 = bus_address;
	c->dword10 = CNS_CONTROLLER;
	d->polls = 0;
	write32(d, NVME_DOORBELLS, (d->slot + 1) % QUEUE_ENTRIES);
}

static enum dma_state nvme_poll(struct dma_device *d)
{
	volatile struct completion *c = &completion_queue(d)[d->slot];
	uint16_t status = c->status;

	if ((status & 1) != d->phase) {
		if (++d->polls % POLLS_PER_STATUS == 0 && read32(d, NVME_CSTS) & CSTS_CFS)
			return DMA_DEAD; /* all ones, of a device that is gone, too */
		return DMA_BUSY;
	}
	/*
	 * An IOMMU may refuse a part of the completion only: QEMU tries a refused access again in
	 * pieces of four bytes, and the entry may be present again for the last of them. The
	 * controller then stops with a fatal status, though its answer is here.
	 */
	if (c->result == (uint32_t)NOT_WRITTEN || c->reserved == (uint32_t)NOT_WRITTEN ||
	    c->head != (d->slot + 1) % QUEUE_ENTRIES)
		return DMA_DEAD;
	d->slot = (d->slot + 1) % QUEUE_ENTRIES;
	if (!d->slot)
		d->phase ^= 1;
	write32(d, NVME_DOORBELLS + d->doorbell_stride, d->slot);
	return status >> 1 ? DMA_FAILED : DMA_DONE;
}

static void nvme_stop(struct dma_device *d)
{
	write32(d, NVME_CC, read32(d, NVME_CC) & ~(uint32_t)CC_EN);
	wait_ready(d, false);
	pci_bus_master(d->function, false);
}

const struct dma_generator dma_nvme = {
	.name = "nvme",
	.matches = nvme_matches,
	.open = nvme_open,
	.reset = nvme_reset,
	.start = nvme_start,
	.poll = nvme_poll,
	.stop = nvme_stop,
};
