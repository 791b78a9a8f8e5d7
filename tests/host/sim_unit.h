/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unit of tests/sim/ for the unit tests of vtd/: what is asked of it is kept, and everything is done at
 * once. It implements vtd/platform.h; there is one unit at a time.
 */
#ifndef TESTS_HOST_FAKE_UNIT_H
#define TESTS_HOST_FAKE_UNIT_H

#include "tests/sim/unit.h"
#include "vtd/unit.h"

#define FAKE_BASE    0xfed90000ull
#define FAKE_BYTES   4096
#define FAKE_RECORDS 3 /* fault recording registers */

struct fake_unit {
	struct unit unit;  /* and what is wrong with it */
	bool bits_at_once; /* seen: a GCMD write that changed two switches */

	/* What was asked of it. */
	struct {
		uint32_t offset;
		uint64_t value;
	} writes[1024];
	unsigned write_count;
	uint64_t descriptors[1024][2]; /* taken from the queue */
	unsigned descriptor_count;
	unsigned lines_flushed;
	unsigned pages_left;   /* that platform_alloc_page() still gives */
	unsigned interrupts;   /* fault events */
	bool device_is_silent; /* it answers no invalidation of its TLB */
};

extern struct fake_unit fake;

/* A unit with CAP, ECAP and VER as QEMU's, but FAKE_RECORDS fault registers; all switches off. */
void fake_reset(void);
void fake_set64(uint32_t offset, uint64_t value);
void fake_set32(uint32_t offset, uint32_t value);
uint32_t fake_get32(uint32_t offset);

/* Probe it, and with `enable` turn it on by the queue. */
struct vtd_unit fake_probe(void);
struct vtd_unit fake_enabled(void);

/* The device `source_id` is refused: the unit records it, or what it does instead. */
void fake_fault(uint16_t source_id, uint8_t reason, uint64_t address);

/* Index of the first write to `offset` from write `from` on; -1 if there is none. */
int fake_write_to(uint32_t offset, unsigned from);
/* Of the first GCMD write that has `bit` on (or off). */
int fake_command(uint32_t bit, bool on);

#endif
