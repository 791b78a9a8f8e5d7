/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's educational device (docs/specs/edu in QEMU's sources): a 4 KiB buffer that it copies to or
 * from memory, each copy 100 ms after it was asked for.
 */
#include "kernel/dma/dma.h"
#include "kernel/cpu.h"
#include "kernel/dma/registers.h"
#include "kernel/time.h"

// clang-format off
enum {
	EDU_VENDOR = 0x1234,
	EDU_DEVICE = 0x11e8,
	EDU_REGISTERS = 0x1000, /* bytes of BAR 0 that are used */

	EDU_ID = 0x00,
	    ID_TAG = 0xff,
	    ID_TAG_EDU = 0xed,
	EDU_INTERRUPT_STATUS = 0x24,
	EDU_INTERRUPT_RAISE = 0x60, /* ones are set in the status, and an interrupt is sent */
	EDU_INTERRUPT_ACKNOWLEDGE = 0x64,
	    INTERRUPT_OURS = 1 << 0,
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
	return f->vendor == EDU_VENDOR && f->device == EDU_DEVICE;
}

static const char *edu_open(struct dma_device *d)
{
	d->registers = pci_map_bar(d->function, 0, EDU_REGISTERS);
	if (!d->registers)
		return "it has no BAR 0";
	if ((dma_read32(d->registers + EDU_ID) & ID_TAG) != ID_TAG_EDU)
		return "its identification register is not edu's";
	d->address_mask = (1ull << 28) - 1; /* QEMU's default dma_mask; it drops higher bits */
	d->bytes = EDU_BYTES;
	d->reset_is_quiet = true;
	d->typical_us = 100000;
	d->timeout_us = 6000000; /* as nvme */
	return NULL;
}

static enum dma_state edu_poll(struct dma_device *d)
{
	bool running = dma_read32(d->registers + EDU_DMA_COMMAND) & EDU_DMA_START;

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
	dma_write32(d->registers + EDU_DMA_SOURCE, EDU_BUFFER);
	dma_write32(d->registers + EDU_DMA_DESTINATION, (uint32_t)bus_address);
	dma_write32(d->registers + EDU_DMA_COUNT, EDU_BYTES);
	dma_write32(d->registers + EDU_DMA_COMMAND, EDU_DMA_START | EDU_DMA_TO_MEMORY);
}

static const char *edu_interrupt_open(struct dma_device *d, uint64_t address, uint32_t data)
{
	return msi_open(&d->message, d->function, address, data, false);
}

static bool edu_interrupt_raise(struct dma_device *d)
{
	uint32_t status;

	dma_write32(d->registers + EDU_INTERRUPT_RAISE, INTERRUPT_OURS);
	status = dma_read32(d->registers + EDU_INTERRUPT_STATUS);
	dma_write32(d->registers + EDU_INTERRUPT_ACKNOWLEDGE, INTERRUPT_OURS);
	return status != ~0u && status & INTERRUPT_OURS;
}

static void edu_interrupt_close(struct dma_device *d)
{
	msi_close(&d->message);
}

static void edu_stop(struct dma_device *d)
{
	msi_close(&d->message);
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
	.interrupt_open = edu_interrupt_open,
	.interrupt_raise = edu_interrupt_raise,
	.interrupt_close = edu_interrupt_close,
};
