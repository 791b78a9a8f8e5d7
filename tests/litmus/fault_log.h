/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault records as evidence: which of them are of the DMA under test, what they say of it, and how many
 * there were. A record counts only if every field of it fits what the device was told to do.
 */
#ifndef TESTS_FAULT_LOG_H
#define TESTS_FAULT_LOG_H

#include "kernel/dma/dma.h"
#include "vtd/fault.h"

/* What the device under test may ask for: a record that names anything else is not of its DMA. */
struct requester {
	const struct dma_device
		*device; /* its private pages, and which of them it reads and writes */
	uint16_t source_id;
	uint64_t private_at; /* bus address of its private pages */
	uint64_t address;    /* of the page that its DMA is sent to: it only writes there */
	/* PASIDs that a record may bear: the one that requests carry, or what RID_PASID may be. */
	bool has_pasid;
	uint32_t pasids[3];
	bool is_scalable; /* in legacy mode a device that tags no request has none in a record */
	/* It asks for translations (its ATS is on), and then goes to the physical pages that it was told. */
	bool translates;
	uint64_t pages[6]; /* that it may be told of; 0: none */
	bool interrupts;   /* it sends messages for the entry `index` */
	uint16_t index;
	bool shows_rid_pasid; /* a record of a request without PASID may bear the RID_PASID: QEMU's do */
};

enum fault_fit {
	FAULT_FITS,
	FAULT_OF_OTHERS, /* another source-id */
	FAULT_BAD_ADDRESS,
	FAULT_BAD_TYPE, /* a read of what is only written, or the reverse */
	FAULT_BAD_PASID,
	FAULT_BAD_INDEX,  /* of an interrupt that is not one of the device */
	FAULT_FOR_DEVICE, /* of a translation request, for a reason that only the device is told */
	FAULT_BAD_FLAGS, /* of a request that is not one of the device: translated, to execute, privileged */
};

enum fault_fit fault_fit(const struct requester *requester, const struct vtd_fault *fault);

/* The same but for the source-id: whether address and type are those of a request of this device. */
bool fault_is_of_pages(const struct requester *requester, const struct vtd_fault *fault);

/* "a fault record of the device has an address that the device was not given", for instance. */
const char *fault_fit_text(enum fault_fit fit);

#define FAULT_KINDS 8 /* kept apart by reason and type; more are counted together */
#define FAULT_SHOWN 2 /* of each kind, raw */

struct fault_log {
	struct { /* of the DMA under test */
		uint8_t reason, type;
		uint64_t count;
		struct vtd_fault first[FAULT_SHOWN];
	} kinds[FAULT_KINDS];
	unsigned kind_count;
	uint64_t recorded;	    /* records read, of whomever */
	uint64_t ours;		    /* of them, those that fit the DMA under test */
	uint64_t unsorted;	    /* of these, of a kind that found no place above */
	uint64_t foreign;	    /* records of another source-id than the device's */
	uint64_t odd;		    /* records of its source-id that do not fit */
	struct vtd_fault first_odd; /* the first of either; meaningful if there is one */
	uint8_t odd_fit;	    /* enum fault_fit, of the first of its own */
	uint64_t overflows;	    /* times the unit said that it lost faults */
};

/* Add one record. Returns whether it fits the DMA under test. */
bool fault_log_add(struct fault_log *log, const struct requester *requester,
		   const struct vtd_fault *fault);

#endif
