/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NVMe: the controller writes its 4 KiB Identify data to the address under test, again and again.
 * Admin queue only: no I/O queue is made, no block is read or written, no feature is set. With
 * nvme-read=1 it reads a page of its namespace instead (nvme_read.c); it never writes one. Section
 * numbers are those of the NVM Express base specification 1.4.
 */
#include "kernel/dma/nvme.h"
#include "kernel/cpu.h"
#include "kernel/dma/registers.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"

// clang-format off
enum {
	CAP_MQES = 0xffff, /* entries of a queue, less one */
	CAP_TO_SHIFT = 24,      /* 31:24 */
	CAP_DSTRD_SHIFT = 32,   /* 35:32 */
	CAP_MPSMIN_SHIFT = 48,  /* 51:48 */
	CAP_TO_US = 500000,     /* unit of CAP.TO */
	/* NVME_CC */
	    CC_EN = NVME_CC_EN,
	    CC_SHN_NORMAL = 1 << 14,
	    CC_QUEUE_SIZES = 4 << 20 | 6 << 16, /* 16-byte completions, 64-byte commands */
	NVME_CSTS = 0x1c,
	    CSTS_RDY = 1 << 0,
	    CSTS_CFS = 1 << 1,
	    CSTS_SHST = 3 << 2,
	    CSTS_SHST_COMPLETE = 2 << 2,
	NVME_AQA = 0x24,
	NVME_ASQ = 0x28,
	NVME_ACQ = 0x30,
	NVME_DOORBELLS = 0x1000, /* of queue n: submission 2n, completion 2n + 1, a stride apart */
	NVME_BYTES = 0x4000,

	STATUS_CODE = 0x7ff, /* type 10:8, code 7:0, once the phase tag is shifted out */
	NOT_WRITTEN = -1, /* in words that the controller sets to 0, or to the queue's head */
	POLLS_PER_STATUS = 512, /* CSTS is looked at this seldom: reading a register is slow */
	BEGIN_TRIES = 8,
	SHUTDOWN_US = 5000000, /* flash that is not told of its end counts an unsafe shutdown */
};
// clang-format on

/* Completion queue entry, 16 bytes (section 4.6). */
struct completion {
	uint32_t result, reserved;
	uint16_t head, queue, id, status; /* status bit 0: the phase tag */
};
_Static_assert(sizeof(struct completion) == 16 && offsetof(struct completion, head) == 8 &&
		       offsetof(struct completion, status) == 14,
	       "a completion queue entry, section 4.6");
_Static_assert(NVME_QUEUE_ENTRIES * sizeof(struct nvme_command) <= PAGE_SIZE,
	       "a queue is a page, at most");

/* In memory, or a copy of what is in the controller. */
static volatile struct nvme_command *submission_queue(const struct dma_device *d)
{
	return (volatile struct nvme_command *)(d->private + 2 * d->queue * PAGE_SIZE);
}

uint64_t nvme_submissions_at(const struct dma_device *d, unsigned queue)
{
	return d->portal ? d->portal_at + queue * PAGE_SIZE : d->private_at + 2 * queue * PAGE_SIZE;
}

static volatile struct completion *completion_queue(const struct dma_device *d)
{
	return (volatile struct completion *)(d->private + (2 * d->queue + 1) * PAGE_SIZE);
}

uint32_t nvme_read32(const struct dma_device *d, unsigned offset)
{
	return dma_read32(d->registers + offset);
}

void nvme_write32(const struct dma_device *d, unsigned offset, uint32_t value)
{
	dma_write32(d->registers + offset, value);
}

static bool nvme_matches(const struct pci_function *f)
{
	return f->class == PCI_CLASS_NVME;
}

/* CSTS must not be read for 2.3 s after these were disabled (Linux: NVME_QUIRK_DELAY_BEFORE_CHK_RDY). */
static bool is_slow_to_stop(const struct pci_function *f)
{
	static const uint16_t ids[][2] = { { 0x1c58, 0x0003 }, { 0x1c58, 0x0023 },
					   { 0x1c5f, 0x0540 }, { 0x144d, 0xa821 },
					   { 0x144d, 0xa822 }, { 0x1bb1, 0x0100 } };

	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (f->vendor == ids[i][0] && f->device == ids[i][1])
			return true;
	return false;
}

static const char *nvme_refuses(struct dma_device *d)
{
	uint64_t cap;

	if (is_slow_to_stop(d->function))
		return "a reset of it takes seconds, and each refused DMA needs one";
	d->registers = pci_map_bar(d->function, 0, NVME_BYTES);
	if (!d->registers)
		return "it has no BAR 0";
	cap = dma_read64(d->registers + NVME_CAP);
	if (cap == ~0ull)
		return "its registers read as all ones";
	if ((cap >> CAP_MPSMIN_SHIFT & 15) > 0)
		return "it does not work with 4 KiB pages (CAP.MPSMIN)";
	if ((cap & CAP_MQES) + 1 < NVME_QUEUE_ENTRIES)
		return "its queues are too short (CAP.MQES)";
	d->doorbell_stride = 4u << (cap >> CAP_DSTRD_SHIFT & 15);
	if (NVME_DOORBELLS + (2 * NVME_IO + 2) * d->doorbell_stride > NVME_BYTES)
		return "its doorbells are too far apart (CAP.DSTRD)";
	if (options.nvme_read && nvme_read_refuses(cap))
		return nvme_read_refuses(cap);
	return NULL;
}

static const char *nvme_open(struct dma_device *d)
{
	const char *problem = nvme_refuses(d);

	if (problem)
		return problem;
	d->private_pages = options.nvme_read ? NVME_PAGES_TO_READ : NVME_PAGES;
	d->private = memory_alloc_window(d->private_pages);
	if (!d->private)
		return "no memory for its queues";
	/* Submission queues at even pages (d->reads: nvme_cmb_begin()), completion queues at odd ones, Identify data. */
	d->writes = 1 << 1 | 1 << 3 | 1 << NVME_DATA_PAGE;
	d->reset_does_dma = options.nvme_read;
	d->reset_is_quiet = !options.nvme_read;
	d->address_mask = ~0ull;
	d->bytes = 4096;
	d->typical_us = 100;
	d->timeout_us = 8000000; /* a busy host let a virtual one wait for more than 3 s */
	return NULL;
}

/* CSTS.RDY within the time that CAP.TO allows. */
static bool wait_ready(struct dma_device *d, bool ready)
{
	uint64_t deadline = 0;

	while ((nvme_read32(d, NVME_CSTS) & CSTS_RDY) != (ready ? CSTS_RDY : 0)) {
		/* Not asked for where the controller is ready at once: reading a register is slow. */
		if (!deadline) {
			uint64_t cap = dma_read64(d->registers + NVME_CAP);

			deadline = time_us() + ((cap >> CAP_TO_SHIFT & 0xff) + 1) * CAP_TO_US;
		}
		if (time_us() > deadline || nvme_read32(d, NVME_CSTS) == ~0u)
			return false;
		cpu_pause();
	}
	return true;
}

/* Disabled and enabled anew, which forgets all queues but the admin queue (section 7.3.2). */
static const char *restart(struct dma_device *d, uint64_t private_at)
{
	nvme_write32(d, NVME_CC, nvme_read32(d, NVME_CC) & ~(uint32_t)CC_EN);
	if (!wait_ready(d, false))
		return "the controller does not stop (CSTS.RDY stays 1)";
	memset(d->private, 0, d->private_pages * PAGE_SIZE);
	d->queue = NVME_ADMIN;
	d->slot = 0;
	d->phase = 1;
	nvme_cmb_begin(d);
	nvme_write32(d, NVME_AQA, (NVME_QUEUE_ENTRIES - 1) << 16 | (NVME_QUEUE_ENTRIES - 1));
	dma_write64(d->registers + NVME_ASQ, nvme_submissions_at(d, NVME_ADMIN));
	dma_write64(d->registers + NVME_ACQ, private_at + PAGE_SIZE);
	nvme_write32(d, NVME_CC, CC_QUEUE_SIZES | CC_EN);
	if (!wait_ready(d, true))
		return "the controller does not become ready (CSTS.RDY stays 0)";
	return NULL;
}

static const char *nvme_reset(struct dma_device *d, uint64_t private_at)
{
	const char *problem;
	bool refused_dma = true;

	d->private_at = private_at;
	problem = restart(d, private_at);
	if (problem || !options.nvme_read || d->unproven || d->message.function)
		return problem;
	/* A unit may still use an entry that is no longer the current one: commands are refused then. */
	for (unsigned i = 0; i < BEGIN_TRIES && refused_dma; i++) {
		problem = i ? restart(d, private_at) : NULL;
		if (problem)
			return problem;
		problem = nvme_read_begin(d, private_at, &refused_dma);
	}
	return problem;
}

void nvme_submit(struct dma_device *d, const struct nvme_command *command)
{
	volatile struct nvme_command *c = &submission_queue(d)[d->slot];
	volatile struct completion *answer = &completion_queue(d)[d->slot];
	struct nvme_command numbered = *command;

	answer->result = (uint32_t)NOT_WRITTEN;
	answer->reserved = (uint32_t)NOT_WRITTEN;
	answer->head = (uint16_t)NOT_WRITTEN;
	numbered.id = (uint16_t)d->slot;
	if (d->portal)
		nvme_cmb_put(d, (struct nvme_command *)c, &numbered);
	else
		*c = numbered;
	d->polls = 0;
	nvme_write32(d, NVME_DOORBELLS + 2 * d->queue * d->doorbell_stride,
		     (d->slot + 1) % NVME_QUEUE_ENTRIES);
}

static void nvme_start(struct dma_device *d, uint64_t bus_address)
{
	struct nvme_command command = {
		.opcode = NVME_IDENTIFY,
		.prp1 = bus_address,
		.dword10 = NVME_CNS_CONTROLLER,
	};

	if (d->queue == NVME_IO)
		command = nvme_read_command(d, bus_address);
	nvme_submit(d, &command);
}

static bool is_answered(const struct dma_device *d)
{
	return (completion_queue(d)[d->slot].status & 1) == d->phase;
}

enum dma_state nvme_poll(struct dma_device *d)
{
	volatile struct completion *c = &completion_queue(d)[d->slot];
	uint16_t status = c->status;

	if ((status & 1) != d->phase) {
		if (++d->polls % POLLS_PER_STATUS == 0 && nvme_read32(d, NVME_CSTS) & CSTS_CFS)
			return DMA_DEAD; /* all ones, of a device that is gone, too */
		return DMA_BUSY;
	}
	/*
	 * An IOMMU may refuse a part of the completion only: QEMU tries a refused access again in
	 * pieces of four bytes, and the entry may be present again for the last of them. The
	 * controller then stops with a fatal status, though its answer is here.
	 */
	if (c->result == (uint32_t)NOT_WRITTEN || c->reserved == (uint32_t)NOT_WRITTEN ||
	    c->head != (d->slot + 1) % NVME_QUEUE_ENTRIES)
		return DMA_DEAD;
	d->slot = (d->slot + 1) % NVME_QUEUE_ENTRIES;
	if (!d->slot)
		d->phase ^= 1;
	nvme_write32(d, NVME_DOORBELLS + (2 * d->queue + 1) * d->doorbell_stride, d->slot);
	d->status = status >> 1 & STATUS_CODE;
	return status >> 1 ? DMA_FAILED : DMA_DONE;
}

/* Section 7.6.2, "Normal Shutdown"; a controller that stopped with an error is left at that. */
static void shut_down(struct dma_device *d)
{
	uint64_t deadline = time_us() + SHUTDOWN_US;

	if (!(nvme_read32(d, NVME_CC) & CC_EN) ||
	    (nvme_read32(d, NVME_CSTS) & (CSTS_RDY | CSTS_CFS)) != CSTS_RDY)
		return;
	nvme_write32(d, NVME_CC, nvme_read32(d, NVME_CC) | CC_SHN_NORMAL);
	while (time_us() < deadline) {
		uint32_t csts = nvme_read32(d, NVME_CSTS);

		if ((csts & CSTS_SHST) == CSTS_SHST_COMPLETE || csts & CSTS_CFS)
			return;
		cpu_pause();
	}
}

/* QEMU takes the admin queue's vector when the queue is made: made anew with the message on. */
static const char *nvme_interrupt_open(struct dma_device *d, uint64_t address, uint32_t data)
{
	const char *problem = msi_open(&d->message, d->function, address, data, true);

	if (!problem)
		problem = restart(d, d->private_at);
	if (problem)
		msi_close(&d->message);
	return problem;
}

/*
 * A command of the admin queue that moves no data and sets nothing; its completion is what is told of. That
 * is consumed once the message is on its way: a controller need not send one for a queue that is empty again.
 */
static bool nvme_interrupt_raise(struct dma_device *d)
{
	const struct nvme_command command = { .opcode = NVME_GET_FEATURES,
					      .dword10 = NVME_FEATURE_ARBITRATION };
	uint64_t end = time_us() + d->timeout_us;

	nvme_submit(d, &command);
	while (!is_answered(d)) {
		if (++d->polls % POLLS_PER_STATUS)
			continue;
		if (nvme_read32(d, NVME_CSTS) & CSTS_CFS || time_us() > end)
			return false;
	}
	/* What was posted before the answer to this read is there by then. */
	return !(nvme_read32(d, NVME_CSTS) & CSTS_CFS) && nvme_poll(d) == DMA_DONE;
}

static void nvme_interrupt_close(struct dma_device *d)
{
	msi_close(&d->message);
}

static void nvme_stop(struct dma_device *d)
{
	msi_close(&d->message);
	nvme_write32(d, NVME_CC, nvme_read32(d, NVME_CC) & ~(uint32_t)CC_EN);
	if (wait_ready(d, false))
		nvme_cmb_end(d);
	pci_bus_master(d->function, false);
}

const struct dma_generator dma_nvme = {
	.name = "nvme",
	.matches = nvme_matches,
	.refuses = nvme_refuses,
	.open = nvme_open,
	.reset = nvme_reset,
	.start = nvme_start,
	.poll = nvme_poll,
	.leave = shut_down,
	.stop = nvme_stop,
	.interrupt_open = nvme_interrupt_open,
	.interrupt_raise = nvme_interrupt_raise,
	.interrupt_close = nvme_interrupt_close,
};
