/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of remapping units, as a guest stores to them: where its tables and its invalidation queue are. */
#ifndef TOOLS_CAPTURE_UNITS_H
#define TOOLS_CAPTURE_UNITS_H

#include "tools/capture/tables.h"

#define UNITS_MAX      4
#define UNIT_REGISTERS 0x1000

struct watched_unit {
	uint64_t base;
	uint8_t registers[UNIT_REGISTERS]; /* as stored */
	uint64_t tail; /* bytes into the queue: descriptors before it have been recorded */
};

struct units {
	struct tables *tables;
	struct watched_unit unit[UNITS_MAX];
	unsigned count;
};

/* Watch a unit; `source` says how it was found, for the record. */
void units_add(struct units *u, uint64_t base, const char *source);

/* The units of the first DMAR table in `bytes` of memory that is right. How many were new. */
unsigned units_from_dmar(struct units *u, const uint8_t *memory, uint64_t bytes);

struct watched_unit *units_at(struct units *u, uint64_t physical);

/* A store to a register; `stack` as of tables_store(). */
void units_store(struct units *u, struct watched_unit *unit, const struct table_store *store,
		 void (*stack)(void *context), void *context);

#endif
