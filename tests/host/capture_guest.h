/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest of vtd-capture without QEMU: memory, a unit, and what stores to them. For unit tests. */
#ifndef TESTS_HOST_CAPTURE_GUEST_H
#define TESTS_HOST_CAPTURE_GUEST_H

#include "tools/capture/config.h"
#include "tools/capture/records.h"
#include "tools/capture/shape.h"
#include "tools/capture/transitions.h"
#include "tools/capture/units.h"

#define GUEST_BYTES   0x20000u
#define GUEST_UNIT    0xfed90000u
#define GUEST_CONFIG  0xb0000000u /* configuration space of bus 0 */
#define GUEST_ROOT    0x1000u
#define GUEST_CONTEXT 0x2000u /* of bus 0 */
#define GUEST_QUEUE   0x3000u
#define GUEST_IRT     0x4000u

/* Of a domain's paging tables, by guest_start_paging(): levels 3 to 1, and a page for one more. */
#define GUEST_TOP    0x8000u
#define GUEST_MIDDLE 0x9000u
#define GUEST_LEAVES 0xa000u
#define GUEST_OTHER  0xb000u
#define GUEST_RW     3u

struct guest {
	uint8_t ram[GUEST_BYTES];
	struct recorder recorder;
	struct tables tables;
	struct units units;
	struct config_space config;
	struct records records;
	char *text; /* of the records, after guest_end() */
	size_t length;
	uint64_t tail, call,
		stack; /* the return address that is said to be on the stack, and where */
	uint64_t pc;
	unsigned cpu;
};

/* Root, context and interrupt-remapping table and the queue are there; root entry 0 leads to GUEST_CONTEXT. */
void guest_start(struct guest *g);
void guest_free(struct guest *g);

/* Paging entries are recorded, too. Device 2 has three levels of tables, with nothing in the last: domain-id 1. */
void guest_start_paging(struct guest *g);
void guest_map(struct guest *g, unsigned page, uint64_t to); /* 4 KiB, by GUEST_LEAVES */

void guest_store(struct guest *g, uint64_t physical, uint64_t value);
void guest_store_unseen(struct guest *g, uint64_t physical, uint64_t value);
void guest_store16(struct guest *g, uint64_t physical, uint64_t low, uint64_t high); /* locked */
void guest_flush(struct guest *g, uint64_t physical);
void guest_invalidate(struct guest *g, uint64_t low, uint64_t high); /* and wait */
void guest_set_up(struct guest *g, uint64_t entry, uint64_t low,
		  uint64_t high); /* high half first */

/* A 16-bit store to the configuration space of a device. */
void guest_config(struct guest *g, unsigned source, unsigned offset, uint16_t value);

/* The end is written, and the records read. */
struct records guest_end(struct guest *g);

/* The same, with the transitions and their shapes found, without names of functions. */
struct shapes guest_shapes(struct guest *g, struct transitions *t);

/* The first shape of this kind; a failed check if there is none. */
const struct shape *guest_shape(const struct shapes *s, enum table_kind kind,
				enum transition_is is);

/* `text` read as records; *why: NULL, or why it is incomplete or none, to be freed. */
struct records guest_read(const char *text, char **why);

#endif
