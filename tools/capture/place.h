/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose entry it is: source-id and PASID, by the tables that lead to it. */
#ifndef TOOLS_CAPTURE_PLACE_H
#define TOOLS_CAPTURE_PLACE_H

#include "tools/capture/shadow.h"

/* -1 where it is not known, or where the kind of entry is of no one device or PASID. */
void place_of(const struct shadow *shadow, enum table_kind kind, uint64_t entry, int *source,
	      int64_t *pasid);

#endif
