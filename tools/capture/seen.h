/* SPDX-License-Identifier: BSD-2-Clause */
/* Transitions of a capture as sequences of the notation: what vtd-model judges, and vtd-sim and the image run. */
#ifndef TOOLS_CAPTURE_SEEN_H
#define TOOLS_CAPTURE_SEEN_H

#include "tools/capture/shape.h"

/*
 * Each replacement, and each teardown with each set-up of the same type, for the target that has such entries. What the
 * notation has no word for is told in a comment. `title`: of the capture; `only`: of this kind of table, or TABLE_NONE
 * for all. Returns how many sequences were printed.
 */
unsigned seen_print(FILE *out, const struct shapes *shapes, const char *title,
		    enum table_kind only);

#endif
