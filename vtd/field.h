/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of registers and table entries by the bit numbers that the specification prints. */
#ifndef VTD_FIELD_H
#define VTD_FIELD_H

#include <stdint.h>

/* Bits high:low of an entry of one or more 64-bit words; a field never crosses a word. */
struct vtd_field {
	uint16_t high, low;
};

#define FIELD(...) ((struct vtd_field){ __VA_ARGS__ }) /* high, low */

static inline uint64_t field_mask(struct vtd_field f)
{
	return (~0ull >> (63 - (f.high - f.low))) << (f.low & 63);
}

/* The field's value from the word that holds it. */
static inline uint64_t field_of(uint64_t word, struct vtd_field f)
{
	return (word & field_mask(f)) >> (f.low & 63);
}

/* `value` at the field's place, cut to its width. */
static inline uint64_t field_bits(struct vtd_field f, uint64_t value)
{
	return value << (f.low & 63) & field_mask(f);
}

static inline uint64_t field_get(const uint64_t *entry, struct vtd_field f)
{
	return field_of(entry[f.low / 64], f);
}

static inline void field_set(uint64_t *entry, struct vtd_field f, uint64_t value)
{
	entry[f.low / 64] = (entry[f.low / 64] & ~field_mask(f)) | field_bits(f, value);
}

#endif
