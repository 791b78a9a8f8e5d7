/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every remapping register that a unit has, with its fields by name: VT-d specification, chapter
 * 11. Only reads, and reads of these registers have no side effects. What the tables in
 * decode_table.c do not know is not guessed at: vtd_unknown_bits() tells of it.
 */
#ifndef VTD_DECODE_H
#define VTD_DECODE_H

#include <stddef.h>

#include "vtd/field.h"
#include "vtd/unit.h"

struct vtd_register {
	const char *name;
	int index;	 /* where there are several of the name; -1: only one */
	uint32_t offset; /* in the register set */
	uint8_t bytes;	 /* 4 or 8; a fault recording register is two of 8 */
	uint8_t fields;	 /* which of the field lists in decode_table.c */
	uint64_t value;	 /* as read */
};

struct vtd_register_walk {
	const struct vtd_unit *unit; /* vtd_unit_probe() said VTD_OK of it */
	unsigned row, index;
};

void vtd_register_first(struct vtd_register_walk *walk, const struct vtd_unit *unit);

/*
 * Read the next register that the unit's CAP and ECAP say it has; false past the last. GCMD is left
 * out (write-only), as are registers that would lie outside the register set.
 */
bool vtd_register_next(struct vtd_register_walk *walk, struct vtd_register *out);

struct vtd_register_field {
	const char *name;
	struct vtd_field bits; /* within the register, or its half of 64 bits */
	const char *meaning;   /* what the field is for */
	uint64_t value;
	uint8_t how; /* of vtd_field_words() */
};

/* The fields of a register from the highest down; *at begins as 0. False past the last. */
bool vtd_field_next(const struct vtd_register *reg, unsigned *at, struct vtd_register_field *out);

/* What the field's value stands for, e.g. "39, 48" for SAGAW; "" where the number says it all. */
char *vtd_field_words(const struct vtd_register_field *field, char *text, size_t room);

/*
 * Bits that are set and that no field covers: reserved, or newer than the tables. 0 for a register
 * without field list.
 */
uint64_t vtd_unknown_bits(const struct vtd_register *reg);

#endif
