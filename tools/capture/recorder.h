/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes records (tools/capture/kinds.h): for the plugin. One writer at a time: the caller holds a lock. */
#ifndef TOOLS_CAPTURE_RECORDER_H
#define TOOLS_CAPTURE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define RECORDER_CPUS 64

struct barriers {
	uint32_t sfence, mfence, lfence, locked;
};

struct recorder {
	FILE *out;
	uint64_t records;
	uint64_t start;			      /* ms */
	struct barriers since[RECORDER_CPUS]; /* its last record */
};

uint64_t recorder_ms(const struct recorder *r);

/* The head of a record, after one of the barriers since this processor's last. The caller writes the rest, and "\n". */
void record_begin(struct recorder *r, unsigned cpu, uint64_t pc, char type);

/* The same, without barriers before it: what the plugin says of itself. */
void record_note(struct recorder *r, char type);

#endif
