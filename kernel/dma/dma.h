/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA generators: devices that write to memory when told to. One file each; none of them knows of
 * VT-d: an address given to a device is whatever the device shall put on the bus.
 */
#ifndef KERNEL_DMA_DMA_H
#define KERNEL_DMA_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/dma/list.h"
#include "kernel/dma/msi.h"
#include "kernel/pci.h"

enum dma_state {
	DMA_BUSY,
	DMA_DONE,   /* the device says that it wrote */
	DMA_FAILED, /* the device says that the transfer failed; it goes on working */
	DMA_DEAD,   /* the device stopped: it needs a reset */
};

/* Whether a device's requests carry a PASID. */
enum dma_tagging {
	DMA_TAGS_NEVER,
	DMA_TAGS_AS_TOLD, /* from a reset on, as has_pasid says then */
	DMA_TAGS_ALWAYS,
};

#define DMA_READ_BYTES 64

struct dma_device;

/* A page group response, as the device has it. */
struct dma_page_answer {
	uint16_t group;
	uint8_t code;	  /* 0: Success, 1: Invalid Request, 15: Response Failure */
	bool is_expected; /* a group of this device waited for it, under this PASID */
};

struct dma_generator {
	const char *name;	/* part of test ids; as in kernel/dma/list.h */
	const char *only_named; /* why dma= must have its very name; NULL: it is used by default */
	bool (*matches)(const struct pci_function *function);
	/*
	 * Why a device must be left alone, as far as reading tells; NULL: nothing speaks against
	 * it. A generator without this refuses none.
	 */
	const char *(*refuses)(struct dma_device *device);
	/* Optional: what more the log shall say of which device it is, as far as `refuses` has seen. */
	void (*describe)(const struct dma_device *device, char *text, size_t room);
	/*
	 * Find the registers and allocate private pages; fills the fields below. NULL, or why the
	 * device cannot be used.
	 */
	const char *(*open)(struct dma_device *device);
	/*
	 * Bring the device from whatever state to one in which dma_start works, its private pages
	 * seen by it at bus address `private_at`. NULL, or what went wrong. With device->unproven no DMA
	 * is needed to succeed, and nothing is concluded from one that does not.
	 */
	const char *(*reset)(struct dma_device *device, uint64_t private_at);
	void (*start)(struct dma_device *device, uint64_t bus_address);
	enum dma_state (*poll)(struct dma_device *device);
	/* Optional: it is not needed any more; before the last stop, with nobody rewriting. */
	void (*leave)(struct dma_device *device);
	void (*stop)(struct dma_device *device); /* no DMA, and no message, after it returns */

	/*
	 * Optional, both or none: a DMA that reads DMA_READ_BYTES from this address on, polled as one that writes; and where in the
	 * private pages what it read comes to.
	 */
	void (*start_read)(struct dma_device *device, uint64_t bus_address);
	volatile uint64_t *(*was_read)(const struct dma_device *device);

	/*
	 * Optional, both or none: page requests, while they are on (kernel/pci.h). Send one, to write to the page of `bus_address`,
	 * of page group `group` (below 512), the last of it or not: true when it has left the device. Nothing else is asked
	 * of it meanwhile. A last one gets a response: page_answer() gives each that came, once; false: none.
	 */
	bool (*request_page)(struct dma_device *device, uint64_t bus_address, uint16_t group,
			     bool last);
	bool (*page_answer)(struct dma_device *device, struct dma_page_answer *answer);

	/*
	 * Optional, all three or none: interrupts under test. The device's MSI, or MSI-X vector 0, is programmed with this
	 * message and turned on; the device must be reset before, with bus mastering on, and may be again. NULL, or
	 * why not: then its messages are off.
	 */
	const char *(*interrupt_open)(struct dma_device *device, uint64_t address, uint32_t data);
	/*
	 * Have it send the message once; nothing else is asked of it meanwhile. True when it has been sent, and a register
	 * was read after it, which pushes it on; false: the device did not do it in time, or failed. A device with
	 * may_not_send sometimes sends none all the same: nothing is to be concluded from that.
	 */
	bool (*interrupt_raise)(struct dma_device *device);
	/* Messages off; what was there before is put back. */
	void (*interrupt_close)(struct dma_device *device);
};

struct dma_device {
	const struct dma_generator *generator;
	const struct pci_function *function;
	volatile uint8_t *registers;
	uint64_t address_mask; /* bus addresses the device can send */
	uint8_t *private;      /* memory the device itself uses (queues), identity-mapped */
	size_t private_pages;
	uint8_t reads,
		writes; /* which of these pages the device does: a bit each, page 0 at bit 0 */
	/*
	 * Nobody has seen yet that a remapping unit stands between this device and memory: it is given an
	 * absent entry, to see each of its accesses refused.
	 */
	bool unproven;
	bool in_memory; /* from the next reset on: queues that it could hold itself are to be in its private pages */
	uint64_t bytes;	     /* written by one DMA, from its bus address on; at most 4096 */
	bool only_beside;    /* used beside those under test; no test is of it */
	bool one_request;    /* a DMA is one request on the bus, however many bytes: a model's */
	uint64_t timeout_us; /* a DMA that takes longer is stuck */
	uint64_t typical_us; /* about what one takes */
	/* That it works as it should, as a reset saw, for the log; NULL: nothing to say. */
	const char *evidence;
	bool reset_does_dma; /* which fails while its entry is absent */
	bool reset_is_quiet; /* it does none: nothing is refused after it but what the DMA before had begun */
	bool may_lose_next;  /* so its last reset left it: after a refused DMA it may do nothing of the one that follows */
	bool starts_anew;    /* set from outside: it lost one, and is to be reset as a whole after each that is refused */
	bool hides_refusals; /* an access that is refused leaves it waiting: only the unit tells */
	bool may_skip_snooping; /* its reads ask not to snoop (No Snoop), while skips_snooping is set */
	bool skips_snooping;
	uint8_t tagging; /* enum dma_tagging */
	bool has_pasid;	 /* what its requests are to carry, the private pages' too */
	uint32_t pasid;

	/* the generator's own */
	volatile uint8_t *portal, *portal_unused; /* unused: while in_memory is set */
	uint64_t portal_at;			  /* its bus address */
	uint64_t portal_filled
		[2]; /* what of each queue in it holds what we wrote, a bit for each entry */
	uint64_t private_at; /* as given to reset */
	uint64_t
		given_at; /* to which address it is to write, by a descriptor that it may have read */
	uint16_t count;	  /* of descriptors given to the device */
	uint32_t sent, lost; /* transmit descriptors; DMAs in a row that did not come to an end */
	uint32_t slot, phase, polls, doorbell_stride, queue, blocks, status;
	const void *kind;
	uint64_t sent_us;   /* when its frame was first seen to have been taken; 0: not yet */
	uint64_t return_us; /* how long after that it may come back */
	bool in_loopback, confirmed, given_up;
	bool no_portal;	    /* it has none, or none that can be used */
	bool may_not_send;  /* a raise may send nothing, and says that it did */
	struct msi message; /* open from interrupt_open to interrupt_close */
};

#define DMA_DECLARATION(identifier, name) extern const struct dma_generator dma_##identifier;
DMA_GENERATORS(DMA_DECLARATION, )

extern const struct dma_generator *const dma_generators[];
extern const size_t dma_generator_count;

#endif
