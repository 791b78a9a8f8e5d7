/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What nvme.c (the controller and its admin queue), nvme_read.c (an I/O queue to read by) and nvme_cmb.c
 * (submission queues in the controller's own memory) share.
 * Section numbers are those of the NVM Express base specification 1.4.
 */
#ifndef KERNEL_DMA_NVME_H
#define KERNEL_DMA_NVME_H

#include "kernel/dma/dma.h"

// clang-format off
enum {
	PCI_CLASS_NVME = 0x010802,

	NVME_CAP = 0x00,  /* 64 bits: MQES 15:0, TO 31:24 in 500 ms, DSTRD 35:32, CSS 44:37, MPSMIN 51:48 */

	    NVME_CAP_CMBS_BIT = 57,
	NVME_CC = 0x14,
	    NVME_CC_EN = 1 << 0,

	NVME_QUEUE_ENTRIES = 64, /* a page of commands; completions take a quarter */

	/* Every opcode that is ever sent. Admin (section 5): */
	NVME_CREATE_IO_SUBMISSION_QUEUE = 0x01,
	NVME_CREATE_IO_COMPLETION_QUEUE = 0x05,
	NVME_IDENTIFY = 0x06,
	    NVME_CNS_NAMESPACE = 0,
	    NVME_CNS_CONTROLLER = 1,
	NVME_GET_FEATURES = 0x0a, /* one whose value is in the completion */
	    NVME_FEATURE_ARBITRATION = 1,
	/* and NVM, on the I/O queue (section 6): */
	NVME_READ = 0x02,

	/* Status of a completion: type 10:8, code 7:0 (section 4.6.1) */
	NVME_DATA_TRANSFER_ERROR = 0x004,

	/* Private pages: commands and completions of the admin queue, of the I/O queue; Identify data */
	NVME_ADMIN = 0,
	NVME_IO = 1,
	NVME_DATA_PAGE = 4,
	NVME_PAGES = 2,
	NVME_PAGES_TO_READ = 5,
};
// clang-format on

/* Submission queue entry, 64 bytes (section 4.2). */
struct nvme_command {
	uint8_t opcode, flags;
	uint16_t id;
	uint32_t namespace;
	uint64_t reserved, metadata, prp1, prp2;
	uint32_t dword10, dword11, dword12, dword13, dword14, dword15;
};
_Static_assert(sizeof(struct nvme_command) == 64 && offsetof(struct nvme_command, prp1) == 24 &&
		       offsetof(struct nvme_command, dword10) == 40,
	       "a submission queue entry, section 4.2");

/* Put a command into the queue in use, device->slot of device->queue, and ring its doorbell. */
void nvme_submit(struct dma_device *device, const struct nvme_command *command);
enum dma_state nvme_poll(struct dma_device *device);

uint32_t nvme_read32(const struct dma_device *device, unsigned offset);
void nvme_write32(const struct dma_device *device, unsigned offset, uint32_t value);

/* Where the controller finds submission queue number `queue`: a bus address. */
uint64_t nvme_submissions_at(const struct dma_device *device, unsigned queue);

/*
 * Controller memory buffer, nvme_cmb.c. Of a controller that is disabled: have the submission queues in it, or in memory
 * where it has none that can be used (device->portal is NULL then). device->reads says what is fetched from memory.
 */
void nvme_cmb_begin(struct dma_device *device);
/* Write the command, which `copy` has held since this slot was last written, where the controller fetches it. */
void nvme_cmb_put(struct dma_device *device, struct nvme_command *copy,
		  const struct nvme_command *command);
/* Off again: nothing of the controller answers at the address that was given to it. */
void nvme_cmb_end(struct dma_device *device);

/* Why this controller, its registers looked at, cannot be read from; NULL: perhaps it can. */
const char *nvme_read_refuses(uint64_t cap);

/*
 * To a controller just enabled: see that namespace 1 can be read, make the I/O queues and use them.
 * NULL, or what went wrong, and in *refused_dma whether that was, or may have been, a DMA that the
 * IOMMU refused: then it is worth another try from the controller's reset on.
 */
const char *nvme_read_begin(struct dma_device *device, uint64_t private_at, bool *refused_dma);

/* The read of a page from block 0 on to `bus_address`. */
struct nvme_command nvme_read_command(const struct dma_device *device, uint64_t bus_address);

#endif
