/* SPDX-License-Identifier: BSD-2-Clause */
/* Left-overs of earlier calls are taken out of the stacks of records. */
#ifndef TOOLS_CAPTURE_UNWIND_H
#define TOOLS_CAPTURE_UNWIND_H

#include "tools/capture/records.h"
#include "tools/capture/symbols.h"

/*
 * A return address counts if the call before it called the function that the address before it is in, or called by a
 * pointer. A stack of which nothing is left (a function was left by a jump to another one) stays as it is.
 */
void unwind(struct records *records, const struct symbols *symbols);

#endif
