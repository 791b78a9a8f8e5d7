/* SPDX-License-Identifier: BSD-2-Clause */
/* DMAR tables for tests, built structure by structure, and read whole. */
#ifndef TESTS_HOST_DMAR_BUILDER_H
#define TESTS_HOST_DMAR_BUILDER_H

#include "tests/host/test.h"
#include "vtd/dmar.h"

#include <stdlib.h>
#include <string.h>

#define INCLUDE_PCI_ALL	    1
#define DEVFN(device, func) ((device) << 3 | (func))
#define LENGTH(array)	    (sizeof(array) / sizeof((array)[0]))

/* Building a table. */

struct builder {
	uint8_t bytes[1024];
	size_t length, structure; /* structure: where the latest one begins */
};

static inline void put(struct builder *b, uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, value >>= 8)
		b->bytes[b->length++] = (uint8_t)value;
}

static inline void patch(struct builder *b, size_t at, uint64_t value, unsigned bytes)
{
	size_t length = b->length;

	b->length = at;
	put(b, value, bytes);
	b->length = length;
}

static inline void fix_checksum(struct builder *b)
{
	uint8_t total = 0;

	b->bytes[9] = 0;
	for (size_t i = 0; i < b->length; i++)
		total += b->bytes[i];
	b->bytes[9] = (uint8_t)-total;
}

static inline void fix_header(struct builder *b)
{
	patch(b, 4, b->length, 4);
	fix_checksum(b);
}

static inline void begin(struct builder *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->bytes, "DMAR", 4);
	b->bytes[36] = 45;
	b->bytes[37] = 5;
	b->length = 48;
}

static inline void add(struct builder *b, uint16_t type)
{
	b->structure = b->length;
	put(b, type, 2);
	put(b, 0, 2);
}

/* The structure's length, from what has been put since add(). */
static inline void end(struct builder *b)
{
	patch(b, b->structure + 2, b->length - b->structure, 2);
}

static inline void drhd(struct builder *b, uint8_t flags, uint16_t segment, uint64_t base)
{
	add(b, DMAR_DRHD);
	put(b, flags, 1);
	put(b, 0, 1);
	put(b, segment, 2);
	put(b, base, 8);
	end(b);
}

/* Of the structure added last. */
static inline void scope_flags(struct builder *b, uint8_t type, uint8_t flags, uint8_t id,
			       uint8_t bus, const uint8_t *path, unsigned hops)
{
	put(b, type, 1);
	put(b, 6 + 2 * hops, 1);
	put(b, flags, 1);
	put(b, 0xee, 1);
	put(b, id, 1);
	put(b, bus, 1);
	for (unsigned i = 0; i < 2 * hops; i++)
		put(b, path[i], 1);
	end(b);
}

#define SCOPE(b, type, bus, ...)                                          \
	scope_flags(b, type, 0, 0, bus, (const uint8_t[]){ __VA_ARGS__ }, \
		    sizeof((const uint8_t[]){ __VA_ARGS__ }) / 2)

/*
 * `length` bytes in memory of exactly that size, so that the sanitizer catches a read behind them;
 * at an odd address, so that it catches an aligned one. The next call frees it.
 */
static const uint8_t *exact(const uint8_t *bytes, size_t length)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(length + 1);
	memcpy(copy + 1, bytes, length);
	return copy + 1;
}

static inline struct dmar open_table(struct builder *b)
{
	struct dmar dmar;

	fix_header(b);
	CHECK_EQ(dmar_open(&dmar, exact(b->bytes, b->length), b->length), DMAR_OK);
	return dmar;
}

/* The only structure of a table. */
static inline struct dmar_structure only(struct builder *b)
{
	static struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s, none;

	dmar = open_table(b);
	dmar_first(&walk, &dmar);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(s.offset, 48);
	CHECK_EQ(s.length, b->length - 48);
	CHECK_EQ(walk.offset, b->length);
	CHECK_EQ(dmar_next(&walk, &none), DMAR_END);
	CHECK_EQ(dmar_next(&walk, &none), DMAR_END);
	return s;
}

/* Reading everything there is; the result is that of the walk over the structures. */

static volatile unsigned char sink __attribute__((unused));

static inline enum dmar_error read_scopes(struct dmar_scopes scopes)
{
	struct dmar_scope scope;
	enum dmar_error error;

	while ((error = dmar_next_scope(&scopes, &scope)) == DMAR_OK)
		for (unsigned i = 0; i < 2u * scope.hops; i++)
			sink = scope.path[i];
	return error;
}

static inline enum dmar_error read_all(const struct dmar *dmar)
{
	struct dmar_walk walk;
	struct dmar_structure s;
	enum dmar_error error;

	dmar_first(&walk, dmar);
	while ((error = dmar_next(&walk, &s)) == DMAR_OK) {
		read_scopes(s.scopes);
		if (s.acpi_name)
			sink = (unsigned char)strlen(s.acpi_name);
	}
	return error;
}

/* Of each type, up to its scopes. */
static const uint8_t fixed_bytes[] = { 16, 24, 8, 20, 8, 8, 8, 4 /* unknown */ };

#endif
