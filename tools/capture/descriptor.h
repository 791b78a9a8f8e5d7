/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors of the invalidation queue, and what is stored to the registers in their place (section 6.5). */
#ifndef TOOLS_CAPTURE_DESCRIPTOR_H
#define TOOLS_CAPTURE_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

enum descriptor_type {
	INVALIDATES_CONTEXT = 1,
	INVALIDATES_IOTLB = 2,
	INVALIDATES_DEVTLB = 3,
	INVALIDATES_IEC = 4,
	WAITS = 5,
	INVALIDATES_PIOTLB = 6,
	INVALIDATES_PASID = 7,
	INVALIDATES_PDEVTLB = 8, /* of one PASID */
};

enum descriptor_scope {
	SCOPE_GLOBAL,
	SCOPE_DOMAIN,
	SCOPE_ONE,  /* device, PASID, index: what the entry is of */
	SCOPE_PAGE, /* of an unmapping, not of an entry */
};

struct descriptor {
	enum descriptor_type type;
	enum descriptor_scope scope;
	uint16_t domain;
	uint16_t source; /* INVALIDATES_CONTEXT of one device, device-TLBs */
	uint8_t mask;	 /* of the function number: SCOPE_ONE of INVALIDATES_CONTEXT */
	uint32_t pasid;
	uint32_t index; /* INVALIDATES_IEC */
	uint8_t index_bits;
	/* SCOPE_PAGE: addresses from `address` on, and whether entries that lead to tables stay (IH). */
	uint64_t address, bytes;
	bool leaves_alone;
};

/* False: of a type that no entry is invalidated by. */
bool descriptor_read(const uint64_t *words, struct descriptor *out);

/* A store to CCMD (section 11.4.5): the like of a descriptor, if it starts an invalidation. */
bool descriptor_of_ccmd(uint64_t value, struct descriptor *out);

/* Whether a context-cache invalidation is about this source-id. */
bool descriptor_names(const struct descriptor *d, unsigned source);

#endif
