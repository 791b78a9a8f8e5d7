/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unit of tests/sim/ for the unit tests of vtd/: what is asked of it is kept, and everything is done at
 * once. It implements vtd/platform.h; there is one unit at a time.
 */
#ifndef TESTS_HOST_SIM_UNIT_H
#define TESTS_HOST_SIM_UNIT_H

#include "tests/sim/unit.h"
#include "vtd/unit.h"

#define SIM_UNIT_BASE	 0xfed90000ull
#define SIM_UNIT_BYTES	 4096
#define SIM_UNIT_RECORDS 3 /* fault recording registers */

struct sim_unit {
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
	unsigned pages_left; /* that platform_alloc_page() still gives */
	unsigned interrupts; /* fault events */
	unsigned answers;    /* page group responses; the last one: */
	struct unit_answer answer;
	bool device_is_silent; /* it answers no invalidation of its TLB */
};

extern struct sim_unit sim_unit;

/* A unit with CAP, ECAP and VER as QEMU's, but SIM_UNIT_RECORDS fault registers; all switches off. */
void sim_unit_reset(void);
void sim_unit_set64(uint32_t offset, uint64_t value);
void sim_unit_set32(uint32_t offset, uint32_t value);
uint32_t sim_unit_get32(uint32_t offset);

/* Probe it, and with `enable` turn it on by the queue. */
struct vtd_unit sim_unit_probe(void);
struct vtd_unit sim_unit_enabled(void);

/* The device `source_id` is refused: the unit records it, or what it does instead. */
void sim_unit_fault(uint16_t source_id, uint8_t reason, uint64_t address);

/* Index of the first write to `offset` from write `from` on; -1 if there is none. */
int sim_unit_write_to(uint32_t offset, unsigned from);
/* Of the first GCMD write that has `bit` on (or off). */
int sim_unit_command(uint32_t bit, bool on);

#endif
