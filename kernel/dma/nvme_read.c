/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nvme-read=1: the controller reads the first page of namespace 1 into the address under test, by a
 * pair of I/O queues. Reads only: nvme_read_command() is all that is ever put into the I/O queue.
 *
 * No feature is set, not even Number of Queues: every controller has one pair at least, as that
 * feature counts from 0 (section 5.21.1.7). MDTS need not be read: it counts in pages of CAP.MPSMIN,
 * 4 KiB here, and one is always allowed (section 5.15.2.2).
 */
#include "kernel/dma/nvme.h"
#include "kernel/cpu.h"
#include "kernel/memory.h"
#include "kernel/time.h"

/* Identify Namespace data structure (section 5.15.2.1). */
enum {
	NAMESPACE_NSZE = 0,
	NAMESPACE_FLBAS = 26,
	FLBAS_FORMAT = 15,
	NAMESPACE_LBAF = 128, /* 4 bytes each: metadata size 15:0, LBADS 23:16 */

	LBADS_MIN = 9,	/* of blocks, as a power of two */
	LBADS_MAX = 12, /* a page */

	CAP_CSS_NVM_BIT = 37, /* the NVM command set */
	QUEUE_CONTIGUOUS = 1 << 0,

	COMMAND_US = 500000,
};

static const char *const refused = "a command of the preparation was not completed";

const char *nvme_read_refuses(uint64_t cap)
{
	return cap >> CAP_CSS_NVM_BIT & 1 ? NULL : "it has no NVM command set to read by (CAP.CSS)";
}

/* One admin command, waited for. NULL, or `problem`, or what happened to it before its answer. */
static const char *admin(struct dma_device *d, struct nvme_command command, const char *problem,
			 bool *refused_dma)
{
	uint64_t deadline = time_us() + COMMAND_US;
	enum dma_state state;

	nvme_submit(d, &command);
	while ((state = nvme_poll(d)) == DMA_BUSY && time_us() < deadline)
		cpu_pause();
	*refused_dma = state == DMA_BUSY || state == DMA_DEAD ||
		       (state == DMA_FAILED && d->status == NVME_DATA_TRANSFER_ERROR);
	return *refused_dma ? refused : state == DMA_FAILED ? problem : NULL;
}

/* The block size and what else stands in the way, from the namespace's Identify data. */
static const char *judge_namespace(struct dma_device *d, const volatile uint8_t *data)
{
	const volatile uint8_t *format = data + NAMESPACE_LBAF +
					 4 * (data[NAMESPACE_FLBAS] & FLBAS_FORMAT);
	uint64_t size = *(const volatile uint64_t *)(data + NAMESPACE_NSZE);

	if (!size)
		return "namespace 1 is not there";
	if (format[0] | format[1])
		return "namespace 1 is formatted with metadata";
	if (format[2] < LBADS_MIN || format[2] > LBADS_MAX)
		return "namespace 1 has blocks that are larger than a page, or of no valid size";
	d->blocks = (uint32_t)PAGE_SIZE >> format[2];
	return size < d->blocks ? "namespace 1 is smaller than a page" : NULL;
}

static const char *examine(struct dma_device *d, uint64_t private_at, bool *refused_dma)
{
	const char *problem = admin(d,
				    (struct nvme_command){
					    .opcode = NVME_IDENTIFY,
					    .namespace = 1,
					    .prp1 = private_at + NVME_DATA_PAGE * PAGE_SIZE,
					    .dword10 = NVME_CNS_NAMESPACE,
				    },
				    "namespace 1 is not there", refused_dma);

	return problem ? problem : judge_namespace(d, d->private + NVME_DATA_PAGE * PAGE_SIZE);
}

const char *nvme_read_begin(struct dma_device *d, uint64_t private_at, bool *refused_dma)
{
	const uint32_t size_and_id = (NVME_QUEUE_ENTRIES - 1) << 16 | NVME_IO;
	const char *problem;

	*refused_dma = false;
	/* Once in a run: the formats of namespaces do not change meanwhile. */
	problem = d->blocks ? NULL : examine(d, private_at, refused_dma);
	if (!problem)
		problem = admin(d,
				(struct nvme_command){
					.opcode = NVME_CREATE_IO_COMPLETION_QUEUE,
					.prp1 = private_at + (2 * NVME_IO + 1) * PAGE_SIZE,
					.dword10 = size_and_id,
					.dword11 = QUEUE_CONTIGUOUS, /* no interrupt */
				},
				"it does not make an I/O completion queue", refused_dma);
	if (!problem)
		problem = admin(
			d,
			(struct nvme_command){
				.opcode = NVME_CREATE_IO_SUBMISSION_QUEUE,
				.prp1 = nvme_submissions_at(d, NVME_IO),
				.dword10 = size_and_id,
				.dword11 = NVME_IO << 16 /* completions */ | QUEUE_CONTIGUOUS,
			},
			"it does not make an I/O submission queue", refused_dma);
	if (problem)
		return problem;
	d->queue = NVME_IO;
	d->slot = 0;
	d->phase = 1;
	return NULL;
}

struct nvme_command nvme_read_command(const struct dma_device *d, uint64_t bus_address)
{
	return (struct nvme_command){
		.opcode = NVME_READ,
		.namespace = 1,
		.prp1 = bus_address,
		.dword12 = d->blocks - 1, /* counted from 0; from block 0 on: dwords 10 and 11 */
	};
}
