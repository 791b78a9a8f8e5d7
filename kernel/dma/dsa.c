/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel Data Streaming Accelerator: one engine copies a private page to the address under test, a
 * descriptor at a time, by work queue 0. Generator `dsa` has a dedicated queue, whose requests carry
 * a PASID if told so; `dsa-shared` a shared one, whose requests always do, the descriptor's. Names
 * are those of the Intel DSA Architecture Specification, revision 1.1 (341204), chapters 3 and 9,
 * checked against what Linux's idxd driver does. Not yet seen on a machine: no QEMU has this device.
 */
#include "kernel/dma/dma.h"
#include "kernel/cpu.h"
#include "kernel/dma/flr.h"
#include "kernel/dma/registers.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"

// clang-format off
enum {
	DSA_GENCAP = 0x10,
	    GENCAP_MAX_TRANSFER_SHIFT = 16, /* 20:16, as a power of two */
	    GENCAP_CONFIGURATION_BIT = 31,  /* queues are software's to set up */
	DSA_WQCAP = 0x20,
	    WQCAP_ENTRIES = 0xffff, /* of all queues */
	    WQCAP_QUEUES = 0xff << 16,
	    WQCAP_SHARED_BIT = 48,
	    WQCAP_DEDICATED_BIT = 49,
	    WQCAP_OPERATIONS_BIT = 54,      /* WQCFG says which operations a queue takes */
	DSA_GRPCAP = 0x30,      /* read buffers 15:8 */
	    GRPCAP_READ_BUFFERS_SHIFT = 8,
	    GRPCAP_READ_BUFFER_CONTROLS_BIT = 16,
	    GRPCAP_GROUPS = 0xff,
	DSA_ENGCAP = 0x38,
	    ENGCAP_ENGINES = 0xff,
	DSA_OPCAP = 0x40,       /* a bit for each operation */
	DSA_OFFSETS = 0x60,
	    OFFSETS_GRPCFG = 0xffff,
	    OFFSETS_WQCFG_SHIFT = 16,
	    OFFSETS_UNIT = 0x100,
	DSA_GENCTRL = 0x88,     /* interrupts */
	DSA_GENSTS = 0x90,
	    GENSTS_STATE = 3,
	    GENSTS_RESET_TYPE = 3 << 2, /* which reset a halted device needs */
	    GENSTS_ENABLED = 1,
	    GENSTS_HALT = 3,
	DSA_CMD = 0xa0,         /* command 24:20, operand 19:0 */
	    CMD_SHIFT = 20,
	    CMD_ENABLE_DEVICE = 1,
	    CMD_RESET_DEVICE = 5,
	    CMD_ENABLE_WQ = 6,
	DSA_CMDSTS = 0xa8,
	    CMDSTS_ERROR = 0xff,
	    CMDSTS_ACTIVE_BIT = 31,
	DSA_SWERR = 0xc0,
	    SWERR_VALID = 1 << 0,   /* written ones clear */
	    SWERR_OVERFLOW = 1 << 1,
	DSA_BYTES = 0x100,

	/* WQCFG, doublewords: */
	WQCFG_SIZE = 0,         /* entries, 15:0 */
	WQCFG_THRESHOLD = 4,    /* of a shared queue's limited portal */
	WQCFG_MODE = 8,
	    WQCFG_DEDICATED = 1 << 0,
	    WQCFG_PRIORITY_1 = 1 << 4, /* 7:4; not 0 */
	    WQCFG_PASID_SHIFT = 8,     /* 27:8 */
	    WQCFG_PASID_ENABLE = 1 << 28,
	WQCFG_LIMITS = 12,      /* largest transfer 4:0, batch 8:5, as powers of two */
	    WQCFG_PAGE = 12,
	WQCFG_OPERATIONS = 32,

	/* GRPCFG: queues, a bit each, 256 bits; then */
	GRPCFG_ENGINES = 32,
	GRPCFG_FLAGS = 40,      /* traffic classes 5:0; read buffers allowed 27:20 */
	    GRPCFG_READ_BUFFERS_SHIFT = 20,
	GRPCFG_BYTES = 48,

	/* Descriptor, doubleword 1: flags 23:0, operation 31:24 */
	FLAG_COMPLETION_ADDRESS = 1 << 2,
	FLAG_REQUEST_COMPLETION = 1 << 3,
	OPERATION_MEMMOVE = 3,

	/* Completion record: status in byte 0; bit 7: of a write. */
	STATUS_SUCCESS = 1,

	PASID_CAPABILITY = 4,   /* width of the largest PASID, 12:8 */
	PASID_CONTROL = 6,
	PASID_ENABLE = 1 << 0,  /* PASID Control (PCI Express base specification, 7.8.8.3) */
	PASID_WIDTH = 3,        /* bits of the PASIDs that are used here */

	CPU_MOVDIR64B = 1 << 28,
	CPU_ENQCMD = 1 << 29,

	QUEUE_ENTRIES = 16,
	PORTAL_BYTES = 0x1000,  /* the unlimited one, first of the queue's four in BAR 2 */

	/* Private pages. */
	AT_COMPLETION = 0,      /* at a multiple of 32 */
	AT_DESCRIPTOR = 64,     /* which the processor stores; the device never reads it */
	AT_READ = 0x800,        /* what a read brings */
	AT_SOURCE = 0x1000,
	PRIVATE_PAGES = 2,

	COMMAND_US = 1000000,
	ENQCMD_TRIES = 1000,
	POLLS_PER_STATUS = 1024,
};
// clang-format on

struct descriptor {
	uint32_t pasid, operation;
	uint64_t completion, source, destination;
	uint32_t bytes;
	uint8_t unused[28];
};
_Static_assert(sizeof(struct descriptor) == 64 && offsetof(struct descriptor, completion) == 8 &&
		       offsetof(struct descriptor, source) == 16 &&
		       offsetof(struct descriptor, destination) == 24 &&
		       offsetof(struct descriptor, bytes) == 32,
	       "a descriptor of a copy");
_Static_assert(AT_COMPLETION % 32 == 0 && AT_DESCRIPTOR % 64 == 0,
	       "as the device and MOVDIR64B ask");

static bool dsa_matches(const struct pci_function *f)
{
	return f->vendor == PCI_VENDOR_INTEL &&
	       (f->device == 0x0b25 /* 4th and 5th generation Xeon */ ||
		f->device == 0x11fb /* Granite Rapids-D */ ||
		f->device == 0x1212 /* Diamond Rapids */);
}

static uint32_t read32(const struct dma_device *d, unsigned offset)
{
	return dma_read32(d->registers + offset);
}

static void write32(const struct dma_device *d, unsigned offset, uint32_t value)
{
	dma_write32(d->registers + offset, value);
}

static uint64_t read64(const struct dma_device *d, unsigned offset)
{
	return dma_read64(d->registers + offset);
}

static bool is_shared(const struct dma_device *d)
{
	return d->generator == &dma_dsa_shared;
}

/* The PASID capability. It must not be turned on while ATS is; setup.c turns that off. */
static unsigned pasid_capability(const struct dma_device *d)
{
	unsigned at = pci_extended_capability(d->function, PCI_EXT_PASID);

	return at && (pci_read16(d->function, at + PASID_CAPABILITY) >> 8 & 31) >= PASID_WIDTH ? at
											       : 0;
}

static const char *judge_capabilities(struct dma_device *d)
{
	uint64_t general = read64(d, DSA_GENCAP), queues = read64(d, DSA_WQCAP);

	if (general == ~0ull)
		return "its registers read as all ones";
	if (!(general >> GENCAP_CONFIGURATION_BIT & 1))
		return "its queues cannot be set up by software (GENCAP)";
	if ((general >> GENCAP_MAX_TRANSFER_SHIFT & 31) < WQCFG_PAGE)
		return "it does not copy pages (GENCAP)";
	if ((queues & WQCAP_ENTRIES) < QUEUE_ENTRIES || !(queues & WQCAP_QUEUES))
		return "it has no queue of 16 entries (WQCAP)";
	if (!(queues >> (is_shared(d) ? WQCAP_SHARED_BIT : WQCAP_DEDICATED_BIT) & 1))
		return is_shared(d) ? "it has no shared queues (WQCAP)"
				    : "it has no dedicated queues (WQCAP)";
	if (!(read64(d, DSA_GRPCAP) & GRPCAP_GROUPS) || !(read64(d, DSA_ENGCAP) & ENGCAP_ENGINES))
		return "it has no group or no engine (GRPCAP, ENGCAP)";
	if (!(read64(d, DSA_OPCAP) >> OPERATION_MEMMOVE & 1))
		return "it does not copy (OPCAP)";
	return NULL;
}

static unsigned grpcfg(const struct dma_device *d)
{
	return (read32(d, DSA_OFFSETS) & OFFSETS_GRPCFG) * OFFSETS_UNIT;
}

static unsigned wqcfg(const struct dma_device *d)
{
	return (read32(d, DSA_OFFSETS) >> OFFSETS_WQCFG_SHIFT) * OFFSETS_UNIT;
}

static const char *dsa_refuses(struct dma_device *d)
{
	unsigned end;
	const char *problem;

	if (!(dma_cpu_features() & CPU_MOVDIR64B) && !is_shared(d))
		return "the processor has no MOVDIR64B to submit to it by";
	if (!(dma_cpu_features() & CPU_ENQCMD) && is_shared(d))
		return "the processor has no ENQCMDS to submit to it by";
	if (!pasid_capability(d) && is_shared(d))
		return "a shared queue needs PASIDs, which it has not";
	d->registers = pci_map_bar(d->function, 0, DSA_BYTES);
	d->portal = pci_map_bar(d->function, 2, PORTAL_BYTES);
	if (!d->registers || !d->portal)
		return "it has no BAR 0 or no BAR 2";
	problem = judge_capabilities(d);
	if (problem)
		return problem;
	end = wqcfg(d) > grpcfg(d) ? wqcfg(d) : grpcfg(d);
	if (grpcfg(d) < DSA_BYTES || wqcfg(d) < DSA_BYTES ||
	    !pci_map_bar(d->function, 0, end + 0x1000))
		return "its tables are nowhere (OFFSETS)";
	return NULL;
}

static const char *dsa_open(struct dma_device *d)
{
	const char *problem = dsa_refuses(d);

	if (problem)
		return problem;
	d->private_pages = PRIVATE_PAGES;
	d->private = memory_alloc_window(d->private_pages);
	if (!d->private)
		return "no memory for its descriptors";
	d->reads = 1 << AT_SOURCE / PAGE_SIZE;
	d->writes = 1 << AT_COMPLETION / PAGE_SIZE;
	d->tagging = is_shared(d)	   ? DMA_TAGS_ALWAYS
		     : pasid_capability(d) ? DMA_TAGS_AS_TOLD
					   : DMA_TAGS_NEVER;
	d->address_mask = ~0ull;
	d->bytes = PAGE_SIZE;
	d->typical_us = 10;
	d->timeout_us = 2000000;
	return NULL;
}

static bool wait_command(struct dma_device *d)
{
	uint64_t deadline = time_us() + COMMAND_US;

	while (read32(d, DSA_CMDSTS) >> CMDSTS_ACTIVE_BIT) {
		if (time_us() > deadline)
			return false;
		cpu_pause();
	}
	return true;
}

/* Whether a command, on the device or on queue 0, came to a good end. */
static bool command(struct dma_device *d, uint32_t number)
{
	if (!wait_command(d))
		return false;
	write32(d, DSA_CMD, number << CMD_SHIFT); /* operand: queue 0 */
	return wait_command(d) && !(read32(d, DSA_CMDSTS) & CMDSTS_ERROR);
}

/* The error byte is the specification's (Linux: IDXD_CMDSTS_ERR_*); 0 if it never answered. */
static const char *failed(struct dma_device *d, const char *what)
{
	static char text[80];

	format_text(text, sizeof(text), "the %s (CMDSTS 0x%02x)", what,
		    (unsigned)(read32(d, DSA_CMDSTS) & CMDSTS_ERROR));
	return text;
}

/* The device disabled and its configuration gone. NULL, or what went wrong. */
static const char *reset_device(struct dma_device *d)
{
	uint32_t state = read32(d, DSA_GENSTS);

	if (state == ~0u)
		return "its registers read as all ones";
	if ((state & GENSTS_STATE) == GENSTS_HALT && state & GENSTS_RESET_TYPE)
		return dma_flr(d->function) ? NULL
					    : "it halted, and no function-level reset revives it";
	return command(d, CMD_RESET_DEVICE) || dma_flr(d->function)
		       ? NULL
		       : failed(d, "device does not reset");
}

/* One group of queue 0 and engine 0, traffic class 0: there is no other that must be enabled. */
static void configure(struct dma_device *d)
{
	uint64_t buffers = read64(d, DSA_GRPCAP);
	uint32_t mode = WQCFG_PRIORITY_1;
	unsigned wq = wqcfg(d), group = grpcfg(d);

	/* A shared queue's PASIDs are those of its descriptors. */
	if (!is_shared(d))
		mode |= WQCFG_DEDICATED | (d->has_pasid ? d->pasid << WQCFG_PASID_SHIFT : 0);
	if (is_shared(d) || d->has_pasid)
		mode |= WQCFG_PASID_ENABLE;
	write32(d, wq + WQCFG_SIZE, QUEUE_ENTRIES);
	write32(d, wq + WQCFG_THRESHOLD, is_shared(d) ? QUEUE_ENTRIES : 0);
	write32(d, wq + WQCFG_MODE, mode);
	write32(d, wq + WQCFG_LIMITS, WQCFG_PAGE);
	if (read64(d, DSA_WQCAP) >> WQCAP_OPERATIONS_BIT & 1)
		dma_write64(d->registers + wq + WQCFG_OPERATIONS, 1ull << OPERATION_MEMMOVE);
	for (unsigned i = 0; i < GRPCFG_ENGINES; i += 8)
		dma_write64(d->registers + group + i, i == 0);
	dma_write64(d->registers + group + GRPCFG_ENGINES, 1);
	dma_write64(d->registers + group + GRPCFG_FLAGS,
		    buffers >> GRPCAP_READ_BUFFER_CONTROLS_BIT & 1
			    ? (buffers >> GRPCAP_READ_BUFFERS_SHIFT & 0xff)
				      << GRPCFG_READ_BUFFERS_SHIFT
			    : 0);
}

static const char *dsa_reset(struct dma_device *d, uint64_t private_at)
{
	unsigned pasid = pasid_capability(d);
	const char *problem = reset_device(d);

	if (problem)
		return problem;
	/* While the device is disabled: what an enabled queue sends depends on it. */
	if (pasid)
		pci_write16(d->function, pasid + PASID_CONTROL, d->tagging ? PASID_ENABLE : 0);
	memset(d->private, 0, d->private_pages * PAGE_SIZE);
	memset(d->private + AT_SOURCE, 0x5a, PAGE_SIZE);
	d->private_at = private_at;
	d->slot = 0;
	write32(d, DSA_GENCTRL, 0);
	write32(d, DSA_SWERR, SWERR_VALID | SWERR_OVERFLOW);
	configure(d);
	if (!command(d, CMD_ENABLE_DEVICE))
		return failed(d, "device is not enabled");
	return command(d, CMD_ENABLE_WQ) ? NULL : failed(d, "queue is not enabled");
}

static volatile uint8_t *completion(const struct dma_device *d)
{
	return d->private + AT_COMPLETION;
}

static void copy(struct dma_device *d, uint64_t source, uint64_t destination, uint64_t bytes)
{
	struct descriptor *c = (struct descriptor *)(d->private + AT_DESCRIPTOR);
	volatile uint8_t *portal = d->portal + d->slot * sizeof(*c);
	unsigned tries = 0;

	/* Another place in the portal each time: stores to one may wait for each other. */
	d->slot = (d->slot + 1) % (PORTAL_BYTES / sizeof(*c));
	*c = (struct descriptor){
		.pasid = is_shared(d) ? d->pasid : 0, /* user privilege (bit 31 clear) */
		.operation = OPERATION_MEMMOVE << 24 | FLAG_COMPLETION_ADDRESS |
			     FLAG_REQUEST_COMPLETION,
		.completion = d->private_at + AT_COMPLETION,
		.source = source,
		.destination = destination,
		.bytes = (uint32_t)bytes,
	};
	*completion(d) = 0;
	d->polls = 0;
	if (!is_shared(d)) {
		dma_movdir64b(portal, c);
		return;
	}
	while (!dma_enqcmds(portal, c) && tries++ < ENQCMD_TRIES)
		cpu_pause();
	d->status = tries > ENQCMD_TRIES;
}

static void dsa_start(struct dma_device *d, uint64_t bus_address)
{
	copy(d, d->private_at + AT_SOURCE, bus_address, d->bytes);
}

static void dsa_start_read(struct dma_device *d, uint64_t bus_address)
{
	copy(d, bus_address, d->private_at + AT_READ, DMA_READ_BYTES);
}

static volatile uint64_t *dsa_was_read(const struct dma_device *d)
{
	return (volatile uint64_t *)(d->private + AT_READ);
}

static enum dma_state dsa_poll(struct dma_device *d)
{
	uint8_t status = *completion(d);

	if (status)
		return status == STATUS_SUCCESS ? DMA_DONE : DMA_FAILED;
	if (is_shared(d) && d->status)
		return DMA_DEAD; /* its queue takes nothing any more */
	/* A completion record that could not be written is told of in SWERR, and nowhere else. */
	if (++d->polls % POLLS_PER_STATUS == 0 &&
	    ((read32(d, DSA_GENSTS) & 3) != GENSTS_ENABLED || read32(d, DSA_SWERR) & SWERR_VALID))
		return DMA_DEAD;
	return DMA_BUSY;
}

static void dsa_stop(struct dma_device *d)
{
	reset_device(d);
	pci_bus_master(d->function, false);
}

#define DSA_GENERATOR                                                                         \
	.matches = dsa_matches, .refuses = dsa_refuses, .open = dsa_open, .reset = dsa_reset, \
	.start = dsa_start, .start_read = dsa_start_read, .was_read = dsa_was_read,           \
	.poll = dsa_poll, .stop = dsa_stop

const struct dma_generator dma_dsa = { .name = "dsa", DSA_GENERATOR };
const struct dma_generator dma_dsa_shared = { .name = "dsa-shared", DSA_GENERATOR };
