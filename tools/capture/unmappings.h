/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unmappings that leave a device out: pages of a domain are invalidated in the IOTLB, but not in the device-TLB of one
 * device whose entry leads there. A driver that keeps a list of the devices to be told, and takes a device off it before
 * its entry is gone, does so if another processor unmaps in between.
 */
#ifndef TOOLS_CAPTURE_UNMAPPINGS_H
#define TOOLS_CAPTURE_UNMAPPINGS_H

#include "tools/capture/records.h"

struct left_out {
	int source; /* of the device */
	uint16_t domain;
	uint64_t entry;		    /* that leads there */
	const struct record *queue; /* the invalidation without it: the record Q */
	const struct record *named; /* the last before that had it */
	const struct record
		*present; /* the store that made the entry present; NULL: before the record began */
	const struct record *gone; /* that took it away; NULL: it stayed to the end */
	/* Whether a later one has it, of the same presence: then its device-TLB was on, whatever was meant. */
	bool named_again;
	/* The store that turned its ATS on; it was not turned off until then. NULL: not seen, by other means perhaps. */
	const struct record *ats_on;
};

struct unmappings {
	unsigned invalidations; /* of pages in the IOTLB, by the queue */
	unsigned with_devices;	/* of these, in which some device-TLB was named */
	struct left_out *list;
	size_t count;
	bool unknown; /* in caching mode: what was left out cannot be said */
};

/*
 * With CAP.CM = 1 pages are invalidated when they are mapped, too (section 6.1), for which no device-TLB need be told;
 * without the paging entries nothing tells which is which: then none is looked for.
 */
void unmappings_find(const struct records *records, bool caching_mode, struct unmappings *out);
void unmappings_free(struct unmappings *u);

#endif
