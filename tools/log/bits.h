/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits that were changed in live entries, in words for people. */
#ifndef TOOLS_LOG_BITS_H
#define TOOLS_LOG_BITS_H

#include "tools/log/run.h"

#define BIT_TEXT 640

/* "SSADE of the PASID-table entry, 0 to 1", of pasid-ss. */
char *bit_what(const struct bit *bit, char text[BIT_TEXT]);
/* What came of it: "the old value held in 0 of 32; controls: 8 of 8 with nothing invalidated, ...", or why it was not tried. */
char *bit_result(const struct bit *bit, char text[BIT_TEXT]);

/* "Dirty of the first-stage leaf, LOCK AND, ...: lost in 0 of 512 rounds, ...". */
char *dirty_text(const struct dirty *dirty, char text[BIT_TEXT]);

/*
 * How many lines of changes there are, of how many the old value held at least once, how many bits were not tried, and how many
 * did not count with P clear.
 */
struct bit_count {
	unsigned tried, failed, untried, uncounted;
};
struct bit_count bits_count(const struct run_test *t);

#endif
