/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's educational device (docs/specs/edu in QEMU's sources): a 4 KiB buffer that it copies to or
 * from memory, each copy 100 ms after it was asked for.
 */
#include "kernel/dma/dma.h"
#include "kernel/cpu.h"
#include "kernel/time.h"

// clang-format off
enum {
	EDU_ID = 0x00,
	EDU_DMA_SOURCE = 0x80,
	EDU_DMA_DESTINATION = 0x88,
	EDU_DMA_COUNT = 0x90,
	EDU_DMA_COMMAND = 0x98,
	    EDU_DMA_START = 1 << 0,
	    EDU_DMA_TO_MEMORY = 1 << 1,
	EDU_BUFFER = 0x40000, /* the buffer, as the DMA engine addresses it */
	EDU_BYTES = 2048,     /* of its 4096: QEMU 7.2 stops at a transfer that ends with the buffer */
};
// clang-format on

static bool edu_matches(const struct pci_function *f)
{
	return f->vendor == 0x1234 && f->device == 0x11e8;
}

static const char *edu_open(struct dma_device *d)
{
	d->registers = pci_map_bar(d->function, 0, 0x1000);
	if (!d->registers)
		return "it has no BAR 0";
	if ((*(volatile uint32_t *)(d->registers + EDU_ID) & 0xff) != 0xed)
		return "its identification register is not edu's";
	d->address_mask = (1ull << 28) - 1; /* QEMU's default dma_mask; it drops higher bits */
	d->bytes = EDU_BYTES;
	d->typical_us = 100000;
	d->timeout_us = 6000000; /* as nvme */
	return NULL;
}

static enum dma_state edu_poll(struct dma_device *d)
{
	bool running = *(volatile uint64_t *)(d->registers + EDU_DMA_COMMAND) & EDU_DMA_START;

	return running ? DMA_BUSY : DMA_DONE;
}

static const char *edu_reset(struct dma_device *d, uint64_t private_at)
{
	uint64_t deadline = time_us() + d->timeout_us;

	(void)private_at;
	/* There is no reset: a transfer under way can only be waited for. */
	while (edu_poll(d) == DMA_BUSY) {
		if (time_us() > deadline)
			return "its transfer does not end, and it has no reset";
		cpu_pause();
	}
	return NULL;
}

static void edu_start(struct dma_device *d, uint64_t bus_address)
{
	*(volatile uint64_t *)(d->registers + EDU_DMA_SOURCE) = EDU_BUFFER;
	*(volatile uint64_t *)(d->registers + EDU_DMA_DESTINATION) = bus_address;
	*(volatile uint64_t *)(d->registers + EDU_DMA_COUNT) = EDU_BYTES;
	*(volatile uint64_t *)(d->registers + EDU_DMA_COMMAND) = EDU_DMA_START | EDU_DMA_TO_MEMORY;
}

static void edu_stop(struct dma_device *d)
{
	pci_bus_master(d->function, false);
}

const struct dma_generator dma_edu = {
	.name = "edu",
	.matches = edu_matches,
	.open = edu_open,
	.reset = edu_reset,
	.start = edu_start,
	.poll = edu_poll,
	.stop = edu_stop,
};
