/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results that outlive the run where nobody reads a serial console: verdict and per-test lines in
 * UEFI variables, which the boot stage of the next start adds to a file on its volume, or any
 * operating system reads.
 *
 * Variables, because they need nothing but firmware: there is no boot-services file system any more
 * when the results are known, and an ISO or a network boot has no volume to write to at all. They
 * are small (1 KiB each, sixteen at most), written a few times a run, and never while anything is
 * measured: SetVariable may stop every processor for milliseconds (SMM).
 */
#ifndef KERNEL_SAVED_H
#define KERNEL_SAVED_H

#include <stdbool.h>

#define SAVED_VARIABLES 16
#define SAVED_BYTES	1000 /* of one variable: firmware may allow as little as 1 KiB with its name */

/* c7a1f0de-5b64-4e0b-9d5e-7664746c6974; names are VtdLitmusResult0 to VtdLitmusResultF. */
#define SAVED_GUID                                                     \
	{                                                              \
		0xc7a1f0de, 0x5b64, 0x4e0b,                            \
		{                                                      \
			0x9d, 0x5e, 0x76, 0x64, 0x74, 0x6c, 0x69, 0x74 \
		}                                                      \
	}
#define SAVED_NAME u"VtdLitmusResult"

/* One line of the result, without newline. Failures are kept before others. */
__attribute__((format(printf, 2, 3))) void saved_line(bool is_failure, const char *format, ...);

/*
 * Write `verdict` and the lines so far; a later call replaces what an earlier one wrote. NULL, or
 * why nothing or not everything is kept.
 */
const char *saved_write(const char *verdict);

/* Forget what is kept: somebody has it. */
void saved_clear(void);

#endif
