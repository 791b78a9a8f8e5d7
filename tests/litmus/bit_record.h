/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of bits that were changed in live entries, in the log and in its records (docs/log-format.md). */
#ifndef TESTS_BIT_RECORD_H
#define TESTS_BIT_RECORD_H

#include <stdbool.h>

#include "tests/litmus/words.h"

/* Controls leave out the invalidation of one of these. */
enum bit_cache { BIT_CONTEXT_CACHE, BIT_PASID_CACHE, BIT_IOTLB, BIT_CACHES };

/* Changes of one bit to one value, and after how many the old one still held. */
struct bit_change {
	const char *name; /* "SSADE of the PASID-table entry" */
	enum target_id target;
	enum bit_by by;
	bool to;
	bool absent; /* with P of its entry clear; nothing was changed under a DMA */
	bool known;  /* that this QEMU does so: no failure */
	unsigned changes, failed;
	unsigned controls, none; /* so many of each; with nothing invalidated: of so many it held */
	bool has[BIT_CACHES];	 /* without that cache's: a control there was */
	unsigned without[BIT_CACHES]; /* of so many it held */
};
void bit_change_tell(const struct bit_change *change);

/* It was not tried, and why. */
void bit_untried_tell(const char *name, enum target_id target, enum bit_by by, const char *why);

#endif
