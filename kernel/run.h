/* SPDX-License-Identifier: BSD-2-Clause */
/* How every run's log begins and ends, wherever it runs: options, START, the first block, END. */
#ifndef KERNEL_RUN_H
#define KERNEL_RUN_H

#include "kernel/kernel.h"

#define RUN_END_BYTES 32

/* Take the hand-off record, read the options in silence, and print the START line. */
void run_start(struct handoff *from_boot);

/* The options once more, aloud: what was given, and what of it was not understood. */
void run_print_options(void);

/* The active options of vtd-litmus.cfg; empty before run_print_options(). */
const char *run_config_words(void);

/* Open the first block: what was run, with what. What it was run on is added by those who find it out. */
void run_record(void);

/* The last line of the first block, and the block's end. */
void run_record_platform(bool x2apic, unsigned paging_levels, uint64_t memory_bytes,
			 unsigned functions);

/* Print the closing blocks and the END line; `end` gets that line, without its newline. */
void run_close(enum run_result result, char end[RUN_END_BYTES]);

#endif
