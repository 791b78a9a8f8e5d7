/* SPDX-License-Identifier: BSD-2-Clause */
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

static void put(struct builder *b, uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, value >>= 8)
		b->bytes[b->length++] = (uint8_t)value;
}

static void patch(struct builder *b, size_t at, uint64_t value, unsigned bytes)
{
	size_t length = b->length;

	b->length = at;
	put(b, value, bytes);
	b->length = length;
}

static void fix_checksum(struct builder *b)
{
	uint8_t total = 0;

	b->bytes[9] = 0;
	for (size_t i = 0; i < b->length; i++)
		total += b->bytes[i];
	b->bytes[9] = (uint8_t)-total;
}

static void fix_header(struct builder *b)
{
	patch(b, 4, b->length, 4);
	fix_checksum(b);
}

static void begin(struct builder *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->bytes, "DMAR", 4);
	b->bytes[36] = 45;
	b->bytes[37] = 5;
	b->length = 48;
}

static void add(struct builder *b, uint16_t type)
{
	b->structure = b->length;
	put(b, type, 2);
	put(b, 0, 2);
}

/* The structure's length, from what has been put since add(). */
static void end(struct builder *b)
{
	patch(b, b->structure + 2, b->length - b->structure, 2);
}

static void drhd(struct builder *b, uint8_t flags, uint16_t segment, uint64_t base)
{
	add(b, DMAR_DRHD);
	put(b, flags, 1);
	put(b, 0, 1);
	put(b, segment, 2);
	put(b, base, 8);
	end(b);
}

/* Of the structure added last. */
static void scope_flags(struct builder *b, uint8_t type, uint8_t flags, uint8_t id, uint8_t bus,
			const uint8_t *path, unsigned hops)
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

static struct dmar open_table(struct builder *b)
{
	struct dmar dmar;

	fix_header(b);
	CHECK_EQ(dmar_open(&dmar, exact(b->bytes, b->length), b->length), DMAR_OK);
	return dmar;
}

/* The only structure of a table. */
static struct dmar_structure only(struct builder *b)
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

static volatile unsigned char sink;

static enum dmar_error read_scopes(struct dmar_scopes scopes)
{
	struct dmar_scope scope;
	enum dmar_error error;

	while ((error = dmar_next_scope(&scopes, &scope)) == DMAR_OK)
		for (unsigned i = 0; i < 2u * scope.hops; i++)
			sink = scope.path[i];
	return error;
}

static enum dmar_error read_all(const struct dmar *dmar)
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

/*
 * A machine:
 *   segment 0  00:01.0 -> 01-04   01:00.0 -> 02-03   02:03.1 -> 03   01:01.0 -> 04
 *              00:05.0 -> 05-05   00:1c.0 -> not configured   06:00.0 -> 00-ff, a cycle
 *              00:06.0 -> 06-06   00:1d.0 -> 09-08, upside down
 *   segment 1  00:01.0 -> 40-4f
 */
static const struct {
	uint16_t segment;
	uint8_t bus, devfn, secondary, subordinate;
} bridges[] = {
	{ 0, 0x00, DEVFN(0x01, 0), 0x01, 0x04 }, { 0, 0x01, DEVFN(0x00, 0), 0x02, 0x03 },
	{ 0, 0x02, DEVFN(0x03, 1), 0x03, 0x03 }, { 0, 0x01, DEVFN(0x01, 0), 0x04, 0x04 },
	{ 0, 0x00, DEVFN(0x05, 0), 0x05, 0x05 }, { 0, 0x00, DEVFN(0x1c, 0), 0x00, 0x00 },
	{ 0, 0x06, DEVFN(0x00, 0), 0x00, 0xff }, { 0, 0x00, DEVFN(0x06, 0), 0x06, 0x06 },
	{ 0, 0x00, DEVFN(0x1d, 0), 0x09, 0x08 }, { 1, 0x00, DEVFN(0x01, 0), 0x40, 0x4f },
};

static unsigned bridge_calls;

static bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn, uint8_t *secondary,
		   uint8_t *subordinate)
{
	CHECK(context == &bridge_calls);
	bridge_calls++;
	for (size_t i = 0; i < LENGTH(bridges); i++)
		if (bridges[i].segment == segment && bridges[i].bus == bus &&
		    bridges[i].devfn == devfn) {
			*secondary = bridges[i].secondary;
			*subordinate = bridges[i].subordinate;
			return true;
		}
	return false;
}

static const struct dmar_pci pci = { bridge, &bridge_calls };

static bool covers(uint8_t type, uint16_t segment, uint8_t start, const uint8_t *path,
		   unsigned hops, uint8_t bus, uint8_t devfn)
{
	struct dmar_scope scope = { .type = type, .start_bus = start, .hops = (uint8_t)hops };

	scope.path = exact(path, 2 * hops);
	return dmar_scope_covers(&scope, segment, bus, devfn, &pci);
}

#define COVERS(type, segment, start, bus, devfn, ...)                  \
	covers(type, segment, start, (const uint8_t[]){ __VA_ARGS__ }, \
	       sizeof((const uint8_t[]){ __VA_ARGS__ }) / 2, bus, devfn)

enum { E = DMAR_SCOPE_ENDPOINT, B = DMAR_SCOPE_BRIDGE };

/* register_base of the unit found, or minus the error. */
static uint64_t unit_of(const struct dmar *dmar, uint16_t segment, uint8_t bus, uint8_t devfn)
{
	struct dmar_structure s;
	enum dmar_error error = dmar_find_unit(dmar, segment, bus, devfn, &pci, &s);

	if (error != DMAR_OK)
		return -(uint64_t)error;
	CHECK_EQ(s.type, DMAR_DRHD);
	CHECK_EQ(s.segment, segment);
	return s.register_base;
}

#define NO_UNIT (-(uint64_t)DMAR_END)

/* The header. */

TEST(dmar_header)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	dmar = open_table(&b);
	CHECK_EQ(dmar.length, 48);
	CHECK_EQ(dmar.host_address_width, 46);
	CHECK_EQ(dmar.flags, 5);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_host_address_width_extremes)
{
	struct builder b;

	begin(&b);
	b.bytes[36] = 0;
	CHECK_EQ(open_table(&b).host_address_width, 1);
	b.bytes[36] = 254;
	CHECK_EQ(open_table(&b).host_address_width, 255);
	b.bytes[36] = 255;
	CHECK_EQ(open_table(&b).host_address_width, 255);
}

TEST(dmar_no_table)
{
	struct dmar dmar;

	CHECK_EQ(dmar_open(&dmar, NULL, 0), DMAR_NO_TABLE);
	CHECK_EQ(dmar_open(&dmar, NULL, 4096), DMAR_NO_TABLE);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_bad_signature)
{
	struct builder b;
	struct dmar dmar;

	for (unsigned i = 0; i < 4; i++) {
		begin(&b);
		b.bytes[i] ^= 0x20;
		fix_header(&b);
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, 48), 48), DMAR_BAD_SIGNATURE);
		CHECK_EQ(read_all(&dmar), DMAR_END);
	}
}

TEST(dmar_bad_length)
{
	static const uint32_t lengths[] = { 0, 1, 36, 47, 65, 0x10000, 0x7fffffff, 0xffffffff };
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		patch(&b, 4, lengths[i], 4);
		fix_checksum(&b);
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, 64), 64), DMAR_BAD_LENGTH);
		CHECK_EQ(read_all(&dmar), DMAR_END);
	}
}

TEST(dmar_memory_behind_the_table_is_not_its)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	fix_header(&b);
	drhd(&b, 0, 0, 0xfed90000); /* not in the header's length, nor in the checksum */
	CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_OK);
	CHECK_EQ(dmar.length, 48);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_bad_checksum_can_be_read_on)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0xfed90000);
	fix_header(&b);
	for (size_t i = 8; i < b.length; i++) {
		b.bytes[i]++;
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_BAD_CHECKSUM);
		CHECK_EQ(dmar.length, b.length);
		CHECK_EQ(dmar.host_address_width, b.bytes[36] + 1);
		CHECK_EQ(dmar.flags, b.bytes[37]);
		b.bytes[i]--;
	}
	b.bytes[9]++;
	CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_BAD_CHECKSUM);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), 0xfed90000);
}

/* The structure types. */

TEST(dmar_drhd)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0xabcd, 0x123456789abcd000);
	s = only(&b);
	CHECK_EQ(s.type, DMAR_DRHD);
	CHECK_EQ(s.flags, INCLUDE_PCI_ALL);
	CHECK_EQ(s.segment, 0xabcd);
	CHECK_EQ(s.register_base, 0x123456789abcd000);
	CHECK_EQ(s.register_bytes, 4096);
	CHECK_EQ(s.scopes.offset, 64);
	CHECK_EQ(read_scopes(s.scopes), DMAR_END);
}

TEST(dmar_drhd_register_set_sizes)
{
	struct builder b;

	begin(&b);
	drhd(&b, 0, 0, 0);
	for (unsigned n = 0; n < 256; n++) {
		b.bytes[48 + 5] = (uint8_t)n;
		CHECK_EQ(only(&b).register_bytes, 4096ull << (n & 15));
	}
}

TEST(dmar_rmrr)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	add(&b, DMAR_RMRR);
	put(&b, 0xffff, 2);
	put(&b, 2, 2);
	put(&b, 0x00000001fedcb000, 8);
	put(&b, 0x80000001fedcbfff, 8);
	SCOPE(&b, E, 0, 0x14, 0);
	s = only(&b);
	CHECK_EQ(s.type, DMAR_RMRR);
	CHECK_EQ(s.segment, 2);
	CHECK_EQ(s.base, 0x00000001fedcb000);
	CHECK_EQ(s.limit, 0x80000001fedcbfff);
	CHECK_EQ(s.scopes.offset, 72);
	CHECK_EQ(s.scopes.end - s.scopes.at, 8);
}

static void check_flags_and_segment(uint16_t type, uint8_t expected_flags)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	add(&b, type);
	put(&b, 0x81, 1);
	put(&b, 0xff, 1);
	put(&b, 0x1234, 2);
	SCOPE(&b, B, 0, 0x1c, 1);
	s = only(&b);
	CHECK_EQ(s.type, type);
	CHECK_EQ(s.flags, expected_flags);
	CHECK_EQ(s.segment, 0x1234);
	CHECK_EQ(s.scopes.offset, 56);
	CHECK_EQ(s.scopes.end - s.scopes.at, 8);
}

TEST(dmar_atsr)
{
	check_flags_and_segment(DMAR_ATSR, 0x81);
}

TEST(dmar_satc)
{
	check_flags_and_segment(DMAR_SATC, 0x81);
}

TEST(dmar_sidp)
{
	check_flags_and_segment(DMAR_SIDP, 0);
}

TEST(dmar_sidp_scope_flags)
{
	struct builder b;
	struct dmar_scopes scopes;
	struct dmar_scope scope;

	begin(&b);
	add(&b, DMAR_SIDP);
	put(&b, 0, 4);
	scope_flags(&b, E, 0x03, 0, 0, (const uint8_t[]){ 2, 0 }, 1);
	scope_flags(&b, E, 0xff, 0, 0, (const uint8_t[]){ 3, 0 }, 1);
	scopes = only(&b).scopes;
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
	CHECK_EQ(scope.flags, 0x03);
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
	CHECK_EQ(scope.flags, 0xff);
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_END);
}

TEST(dmar_rhsa)
{
	struct builder b;
	struct dmar_structure s;

	begin(&b);
	add(&b, DMAR_RHSA);
	put(&b, 0xffffffff, 4);
	put(&b, 0xfed9100000000000, 8);
	put(&b, 0x87654321, 4);
	end(&b);
	s = only(&b);
	CHECK_EQ(s.type, DMAR_RHSA);
	CHECK_EQ(s.length, 20);
	CHECK_EQ(s.register_base, 0xfed9100000000000);
	CHECK_EQ(s.proximity_domain, 0x87654321);
	CHECK_EQ(s.segment, 0);
	CHECK_EQ(read_scopes(s.scopes), DMAR_END);
}

static struct dmar_structure andd(struct builder *b, const char *name, unsigned bytes)
{
	begin(b);
	add(b, DMAR_ANDD);
	put(b, 0xffffff, 3);
	put(b, 0x42, 1);
	for (unsigned i = 0; i < bytes; i++)
		put(b, (uint8_t)name[i], 1);
	end(b);
	return only(b);
}

TEST(dmar_andd)
{
	struct builder b;
	struct dmar_structure s = andd(&b, "\\_SB.PCI0.I2C0", 15);

	CHECK_EQ(s.type, DMAR_ANDD);
	CHECK_EQ(s.acpi_device_number, 0x42);
	CHECK_EQ(s.segment, 0);
	CHECK_EQ(read_scopes(s.scopes), DMAR_END);
	if (CHECK(s.acpi_name != NULL))
		CHECK(!strcmp(s.acpi_name, "\\_SB.PCI0.I2C0"));
}

TEST(dmar_andd_name_with_bytes_behind)
{
	struct builder b;
	struct dmar_structure s = andd(&b, "\\_SB\0pad", 8);

	if (CHECK(s.acpi_name != NULL))
		CHECK(!strcmp(s.acpi_name, "\\_SB"));
}

TEST(dmar_andd_empty_name)
{
	struct builder b;
	struct dmar_structure s = andd(&b, "", 1);

	if (CHECK(s.acpi_name != NULL))
		CHECK(!*s.acpi_name);
}

TEST(dmar_andd_name_without_nul)
{
	struct builder b;

	CHECK(andd(&b, "\\_SB.PCI0", 9).acpi_name == NULL);
	CHECK(andd(&b, "", 0).acpi_name == NULL);
}

TEST(dmar_andd_nul_of_the_next_structure_does_not_count)
{
	struct builder b;
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	andd(&b, "\\_SB.PCI0", 9);
	drhd(&b, 0, 0, 0);
	dmar = open_table(&b);
	dmar_first(&walk, &dmar);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK(s.acpi_name == NULL);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(s.type, DMAR_DRHD);
}

TEST(dmar_unknown_types_are_skipped)
{
	static const uint16_t types[] = { 7, 0xff, 0x100, 0xffff };
	struct builder b;
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	begin(&b);
	for (size_t i = 0; i < LENGTH(types); i++) {
		add(&b, types[i]);
		put(&b, 0x0101010101010101, (unsigned)i * 2); /* the first: a bare header */
		end(&b);
	}
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	dmar = open_table(&b);
	dmar_first(&walk, &dmar);
	for (size_t i = 0; i < LENGTH(types); i++) {
		CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
		CHECK_EQ(s.type, types[i]);
		CHECK_EQ(s.length, 4 + 2 * i);
		CHECK_EQ(s.segment, 0);
		CHECK_EQ(read_scopes(s.scopes), DMAR_END);
	}
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(s.type, DMAR_DRHD);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_END);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), 0x1000);
}

static const uint8_t fixed_bytes[] = { 16, 24, 8, 20, 8, 8, 8, 4 /* unknown */ };

TEST(dmar_structures_under_their_fixed_size)
{
	struct builder b;

	for (uint16_t type = 0; type < LENGTH(fixed_bytes); type++) {
		for (unsigned length = 0; length <= fixed_bytes[type]; length++) {
			struct dmar dmar;

			begin(&b);
			add(&b, type);
			put(&b, 0, 8);
			put(&b, 0, 8);
			put(&b, 0, 8);
			b.length = 48 + fixed_bytes[type];
			patch(&b, 48 + 2, length, 2);
			dmar = open_table(&b);
			CHECK_EQ(read_all(&dmar),
				 length < fixed_bytes[type] ? DMAR_TOO_SHORT : DMAR_END);
		}
	}
}

TEST(dmar_broken_structure_stops_the_walk_at_its_offset)
{
	struct builder b;
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	begin(&b);
	drhd(&b, 0, 0, 0);
	add(&b, DMAR_ATSR); /* length 0 */
	put(&b, 0, 4);
	drhd(&b, 0, 0, 0);
	dmar = open_table(&b);
	dmar_first(&walk, &dmar);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQ(dmar_next(&walk, &s), DMAR_TOO_SHORT);
		CHECK_EQ(walk.offset, 64);
		CHECK_EQ(s.offset, 64);
		CHECK_EQ(s.type, DMAR_ATSR);
		CHECK_EQ(s.length, 0);
		CHECK_EQ(read_scopes(s.scopes), DMAR_END);
	}
}

TEST(dmar_structure_over_the_end_of_the_table)
{
	struct builder b;
	struct dmar dmar;

	for (unsigned type = 0; type < LENGTH(fixed_bytes); type++) {
		begin(&b);
		add(&b, (uint16_t)type);
		put(&b, 0, 4);
		patch(&b, 50, fixed_bytes[type] + 60u, 2);
		dmar = open_table(&b);
		CHECK_EQ(read_all(&dmar), DMAR_TRUNCATED);
		patch(&b, 50, 0xffff, 2);
		dmar = open_table(&b);
		CHECK_EQ(read_all(&dmar), DMAR_TRUNCATED);
	}
}

/* Device scopes. */

TEST(dmar_scopes)
{
	static const uint8_t path[] = { 0x1f, 7, 0, 0, 3, 1 };
	struct builder b;
	struct dmar_scopes scopes;
	struct dmar_scope scope;

	begin(&b);
	drhd(&b, 0, 0, 0);
	for (unsigned i = 0; i < 7; i++) /* types 3 to 5 and, as unknown ones, 0 and 6 among them */
		scope_flags(&b, (uint8_t)i, 0, (uint8_t)(0x80 + i), (uint8_t)(0xf0 + i), path,
			    i % 4);
	scopes = only(&b).scopes;
	for (unsigned i = 0; i < 7; i++) {
		uint32_t offset = scopes.offset;

		CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
		CHECK_EQ(scope.type, i);
		CHECK_EQ(scope.flags, 0);
		CHECK_EQ(scope.enumeration_id, 0x80 + i);
		CHECK_EQ(scope.start_bus, 0xf0 + i);
		CHECK_EQ(scope.hops, i % 4);
		CHECK(!memcmp(scope.path, path, 2 * scope.hops));
		CHECK_EQ(scopes.offset, offset + 6 + 2 * (i % 4));
	}
	CHECK_EQ(scopes.offset, b.length);
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_END);
	CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_END);
}

TEST(dmar_scope_of_any_length)
{
	for (unsigned length = 0; length < 256; length++) {
		struct builder b;
		struct dmar_scopes scopes;
		struct dmar_scope scope;

		begin(&b);
		drhd(&b, 0, 0, 0);
		put(&b, E | length << 8, 2);
		for (unsigned i = 2; i < length; i++)
			put(&b, 0, 1);
		end(&b);
		scopes = only(&b).scopes;
		if (length < 6) {
			CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_TOO_SHORT);
			CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_TOO_SHORT);
			CHECK_EQ(scopes.offset, 64);
			continue;
		}
		CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
		CHECK_EQ(scope.hops, (length - 6) / 2);
		CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_END);
	}
}

TEST(dmar_scope_over_the_end_of_its_structure)
{
	for (unsigned left = 1; left < 10; left++) {
		struct builder b;
		struct dmar_scopes scopes;
		struct dmar_scope scope;

		begin(&b);
		drhd(&b, 0, 0, 0);
		SCOPE(&b, E, 0, 2, 0);
		SCOPE(&b, E, 0, 1, 0, 0, 0);
		b.length -= 10 - left;
		end(&b);
		scopes = only(&b).scopes;
		CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_OK);
		CHECK_EQ(dmar_next_scope(&scopes, &scope), DMAR_TRUNCATED);
		CHECK_EQ(scopes.offset, 72);
	}
}

TEST(dmar_scope_does_not_reach_into_the_next_structure)
{
	struct builder b;
	struct dmar dmar;
	struct dmar_walk walk;
	struct dmar_structure s;

	begin(&b);
	drhd(&b, 0, 0, 0);
	SCOPE(&b, E, 0, 2, 0);
	b.bytes[64 + 1] = 24;
	drhd(&b, 0, 0, 0);
	dmar = open_table(&b);
	dmar_first(&walk, &dmar);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(read_scopes(s.scopes), DMAR_TRUNCATED);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_OK);
	CHECK_EQ(dmar_next(&walk, &s), DMAR_END);
}

/* What a scope covers. */

TEST(dmar_endpoint_on_the_start_bus)
{
	CHECK(COVERS(E, 0, 0x00, 0x00, DEVFN(2, 0), 2, 0));
	CHECK(COVERS(E, 0, 0x7f, 0x7f, DEVFN(31, 7), 31, 7));
	CHECK(!COVERS(E, 0, 0x00, 0x00, DEVFN(2, 1), 2, 0));
	CHECK(!COVERS(E, 0, 0x00, 0x00, DEVFN(3, 0), 2, 0));
	CHECK(!COVERS(E, 0, 0x00, 0x01, DEVFN(2, 0), 2, 0));
	CHECK(!COVERS(E, 0, 0x01, 0x00, DEVFN(2, 0), 2, 0));
}

TEST(dmar_endpoint_behind_one_bridge)
{
	CHECK(COVERS(E, 0, 0, 0x01, DEVFN(2, 3), 1, 0, 2, 3));
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(2, 3), 1, 0, 2, 3));
	CHECK(!COVERS(E, 0, 0, 0x02, DEVFN(2, 3), 1, 0, 2, 3));
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(1, 0), 1, 0, 2, 3)); /* the bridge itself */
}

TEST(dmar_endpoint_behind_two_and_three_bridges)
{
	CHECK(COVERS(E, 0, 0, 0x02, DEVFN(5, 0), 1, 0, 0, 0, 5, 0));
	CHECK(COVERS(E, 0, 0, 0x04, DEVFN(5, 0), 1, 0, 1, 0, 5, 0));
	CHECK(!COVERS(E, 0, 0, 0x03, DEVFN(5, 0), 1, 0, 0, 0, 5, 0));
	CHECK(COVERS(E, 0, 0, 0x03, DEVFN(5, 0), 1, 0, 0, 0, 3, 1, 5, 0));
	CHECK(COVERS(E, 0, 1, 0x03, DEVFN(5, 0), 0, 0, 3, 1, 5, 0)); /* starting further down */
}

TEST(dmar_endpoint_that_is_a_bridge_covers_only_itself)
{
	CHECK(COVERS(E, 0, 0, 0x00, DEVFN(1, 0), 1, 0));
	CHECK(!COVERS(E, 0, 0, 0x01, DEVFN(0, 0), 1, 0));
}

TEST(dmar_bridge_covers_itself_and_its_buses)
{
	CHECK(COVERS(B, 0, 0, 0x00, DEVFN(1, 0), 1, 0));
	for (unsigned bus = 0; bus < 256; bus++)
		for (unsigned devfn = 0; devfn < 256; devfn += 5) {
			bool itself = !bus && devfn == DEVFN(1, 0);

			CHECK_EQ(COVERS(B, 0, 0, (uint8_t)bus, (uint8_t)devfn, 1, 0),
				 itself || (bus >= 1 && bus <= 4));
		}
}

TEST(dmar_bridge_behind_bridges)
{
	CHECK(COVERS(B, 0, 0, 0x01, DEVFN(0, 0), 1, 0, 0, 0));
	CHECK(!COVERS(B, 0, 0, 0x01, DEVFN(0, 1), 1, 0, 0, 0));
	CHECK(COVERS(B, 0, 0, 0x02, 0xff, 1, 0, 0, 0));
	CHECK(COVERS(B, 0, 0, 0x03, 0, 1, 0, 0, 0));
	CHECK(!COVERS(B, 0, 0, 0x04, 0, 1, 0, 0, 0));
	CHECK(!COVERS(B, 0, 0, 0x00, DEVFN(1, 0), 1, 0, 0, 0));
	CHECK(COVERS(B, 0, 0, 0x03, 0, 1, 0, 0, 0, 3, 1));
	CHECK(!COVERS(B, 0, 0, 0x02, 0, 1, 0, 0, 0, 3, 1));
}

TEST(dmar_bridge_scope_of_an_endpoint_covers_only_it)
{
	CHECK(COVERS(B, 0, 0, 0x00, DEVFN(2, 0), 2, 0));
	CHECK(!COVERS(B, 0, 0, 0x00, DEVFN(2, 1), 2, 0));
	CHECK(!COVERS(B, 0, 0, 0x01, DEVFN(2, 0), 2, 0));
}

TEST(dmar_path_through_a_missing_bridge)
{
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(5, 0), 9, 0, 5, 0));
	for (unsigned bus = 0; bus < 256; bus++) {
		CHECK(!COVERS(E, 0, 0, (uint8_t)bus, DEVFN(5, 0), 9, 0, 5, 0));
		CHECK(!COVERS(B, 0, 0, (uint8_t)bus, DEVFN(5, 0), 1, 0, 9, 0, 5, 0));
	}
}

TEST(dmar_bridge_not_configured)
{
	CHECK(COVERS(B, 0, 0, 0x00, DEVFN(0x1c, 0), 0x1c, 0)); /* itself */
	CHECK(!COVERS(B, 0, 0, 0x00, DEVFN(2, 0), 0x1c, 0));
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(2, 0), 0x1c, 0, 2, 0));
	CHECK(!COVERS(B, 0, 0, 0x08, DEVFN(2, 0), 0x1d, 0));
	CHECK(!COVERS(B, 0, 0, 0x09, DEVFN(2, 0), 0x1d, 0));
	CHECK(!COVERS(E, 0, 0, 0x09, DEVFN(2, 0), 0x1d, 0, 2, 0));
}

TEST(dmar_bridge_cycle)
{
	uint8_t path[2 * 124] = { 0 };

	CHECK(!COVERS(B, 0, 0, 0x00, DEVFN(2, 0), 6, 0, 0, 0)); /* 06:00.0 claims all buses */
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(2, 0), 6, 0, 0, 0, 2, 0));
	bridge_calls = 0;
	for (unsigned i = 0; i < 124; i += 2)
		path[2 * i] = 6;
	CHECK(!covers(E, 0, 0, path, 124, 0x00, DEVFN(0, 0)));
	CHECK(bridge_calls <= 124);
}

TEST(dmar_paths_that_name_nothing)
{
	for (unsigned devfn = 0; devfn < 256; devfn++) {
		CHECK(!covers(E, 0, 0, (const uint8_t *)"", 0, 0, (uint8_t)devfn));
		CHECK(!covers(B, 0, 0, (const uint8_t *)"", 0, 0, (uint8_t)devfn));
	}
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(0, 0), 32, 0)); /* no device 32: not 00:00.0 either */
	CHECK(!COVERS(E, 0, 0, 0x00, DEVFN(1, 0), 0, 8));
	CHECK(!COVERS(E, 0, 0, 0x00, 0xff, 0xff, 0xff));
	CHECK(!COVERS(E, 0, 0, 0x01, DEVFN(2, 0), 33, 0, 2, 0));
}

TEST(dmar_scopes_that_are_no_pci_function)
{
	static const uint8_t types[] = {
		0, DMAR_SCOPE_IOAPIC, DMAR_SCOPE_HPET, DMAR_SCOPE_ACPI, 6, 0xff
	};

	for (size_t i = 0; i < sizeof(types); i++)
		CHECK(!COVERS(types[i], 0, 0, 0x00, DEVFN(2, 0), 2, 0));
}

TEST(dmar_scope_in_another_segment)
{
	CHECK(COVERS(B, 1, 0, 0x40, 0, 1, 0));
	CHECK(COVERS(B, 1, 0, 0x4f, 0, 1, 0));
	CHECK(!COVERS(B, 1, 0, 0x50, 0, 1, 0));
	CHECK(!COVERS(B, 1, 0, 0x01, 0, 1, 0));
	CHECK(!COVERS(B, 0, 0, 0x40, 0, 1, 0));
	CHECK(COVERS(E, 1, 0, 0x40, 0, 1, 0, 0, 0));
}

/* Which unit owns a function. */

TEST(dmar_find_unit)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	drhd(&b, 0, 0, 0x2000);
	SCOPE(&b, E, 0, 0x1f, 3);
	SCOPE(&b, B, 0, 1, 0, 0, 0);
	SCOPE(&b, E, 0, 1, 0, 1, 0, 6, 0);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x3000);
	SCOPE(&b, DMAR_SCOPE_IOAPIC, 0xf0, 0x1f, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(0x1f, 3)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x01, DEVFN(0, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x02, DEVFN(9, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x04, DEVFN(6, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x04, DEVFN(7, 0)), 0x3000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(1, 0)), 0x3000);
	CHECK_EQ(unit_of(&dmar, 0, 0xf0, DEVFN(0x1f, 0)), 0x3000);
	CHECK_EQ(unit_of(&dmar, 1, 0x00, DEVFN(2, 0)), NO_UNIT);
}

TEST(dmar_include_pci_all_listed_first_does_not_win)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x3000);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	drhd(&b, 0, 0, 0x2000);
	SCOPE(&b, B, 0, 1, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x03, DEVFN(2, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), 0x3000);
}

TEST(dmar_include_pci_all_with_scopes_of_its_own)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x2000);
	SCOPE(&b, E, 0, 3, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), 0x2000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(4, 0)), 0x1000);
}

TEST(dmar_only_bit_0_is_include_pci_all)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0xfe, 0, 0x1000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), NO_UNIT);
}

TEST(dmar_units_of_segments)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 1, 0x1000);
	SCOPE(&b, B, 0, 1, 0);
	drhd(&b, INCLUDE_PCI_ALL, 1, 0x2000);
	drhd(&b, 0, 0, 0x3000);
	SCOPE(&b, B, 0, 1, 0);
	drhd(&b, INCLUDE_PCI_ALL, 0xffff, 0x4000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x01, 0), 0x3000);
	CHECK_EQ(unit_of(&dmar, 0, 0x40, 0), NO_UNIT);
	CHECK_EQ(unit_of(&dmar, 1, 0x01, 0), 0x2000);
	CHECK_EQ(unit_of(&dmar, 1, 0x40, 0), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0xffff, 0x01, 0), 0x4000);
	CHECK_EQ(unit_of(&dmar, 2, 0x01, 0), NO_UNIT);
}

TEST(dmar_first_unit_that_names_a_function_has_it)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, B, 0, 1, 0);
	drhd(&b, 0, 0, 0x2000);
	SCOPE(&b, E, 0, 1, 0, 3, 0);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x01, DEVFN(3, 0)), 0x1000);
}

TEST(dmar_only_drhds_own_functions)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	for (unsigned type = DMAR_ATSR; type <= DMAR_SIDP; type++) {
		if (type == DMAR_RHSA || type == DMAR_ANDD)
			continue;
		add(&b, (uint16_t)type);
		put(&b, 1, 4);
		SCOPE(&b, E, 0, 2, 0);
	}
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), NO_UNIT);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
}

TEST(dmar_find_unit_in_an_empty_table)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), NO_UNIT);
	dmar_open(&dmar, NULL, 0);
	CHECK_EQ(unit_of(&dmar, 0, 0, 0), NO_UNIT);
}

TEST(dmar_find_unit_with_a_broken_structure)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	add(&b, DMAR_DRHD);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TOO_SHORT);
	patch(&b, b.structure + 2, 16, 2);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TRUNCATED);
}

TEST(dmar_find_unit_with_a_broken_scope)
{
	struct builder b;
	struct dmar dmar;

	begin(&b);
	drhd(&b, 0, 0, 0x1000);
	SCOPE(&b, E, 0, 2, 0);
	SCOPE(&b, E, 0, 3, 0);
	b.bytes[72 + 1] = 10;
	drhd(&b, INCLUDE_PCI_ALL, 0, 0x2000);
	drhd(&b, INCLUDE_PCI_ALL, 1, 0x3000);
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(2, 0)), 0x1000);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TRUNCATED);
	CHECK_EQ(unit_of(&dmar, 1, 0x00, DEVFN(3, 0)), 0x3000);
	b.bytes[72 + 1] = 0;
	dmar = open_table(&b);
	CHECK_EQ(unit_of(&dmar, 0, 0x00, DEVFN(3, 0)), -(uint64_t)DMAR_TOO_SHORT);
}

/* Damage of every kind to a table that has everything. */

/* One structure of a type, with scopes or a name; 7: one not known. */
static void add_sample(struct builder *b, uint16_t type)
{
	add(b, type);
	for (unsigned i = 4; i < fixed_bytes[type]; i++)
		put(b, 0, 1);
	if (type == DMAR_ANDD) {
		put(b, 0x004243535f5c, 6);
	} else if (type != DMAR_RHSA) {
		SCOPE(b, E, 0, 1, 0, 0, 0, 3, 1);
		SCOPE(b, B, 0, 1, 0);
	}
	end(b);
}

static void add_everything(struct builder *b, bool boundary[])
{
	begin(b);
	boundary[b->length] = true;
	for (uint16_t type = 0; type < LENGTH(fixed_bytes); type++) {
		add_sample(b, type);
		boundary[b->length] = true;
	}
	fix_header(b);
}

static void find_some_units(const struct dmar *dmar)
{
	struct dmar_structure s;

	dmar_find_unit(dmar, 0, 2, DEVFN(3, 1), &pci, &s);
	dmar_find_unit(dmar, 0, 9, 0, &pci, &s);
}

TEST(dmar_every_prefix_with_the_header_as_it_was)
{
	bool boundary[1024] = { false };
	struct builder b;
	struct dmar dmar;

	add_everything(&b, boundary);
	for (size_t n = 0; n < b.length; n++) {
		CHECK_EQ(dmar_open(&dmar, exact(b.bytes, n), n), DMAR_BAD_LENGTH);
		CHECK_EQ(read_all(&dmar), DMAR_END);
		find_some_units(&dmar);
	}
	CHECK_EQ(dmar_open(&dmar, exact(b.bytes, b.length), b.length), DMAR_OK);
	CHECK_EQ(read_all(&dmar), DMAR_END);
}

TEST(dmar_every_prefix_with_the_header_patched)
{
	bool boundary[1024] = { false };
	struct builder b, cut;
	struct dmar dmar;

	add_everything(&b, boundary);
	for (size_t n = 0; n <= b.length; n++) {
		cut = b;
		cut.length = n;
		if (n >= 10)
			fix_header(&cut);
		CHECK_EQ(dmar_open(&dmar, exact(cut.bytes, n), n),
			 n < 48 ? DMAR_BAD_LENGTH : DMAR_OK);
		CHECK_EQ(read_all(&dmar), n < 48 || boundary[n] ? DMAR_END : DMAR_TRUNCATED);
		find_some_units(&dmar);
	}
}

/* Cut inside a structure whose length admits it: now its scopes end early. */
TEST(dmar_every_prefix_of_every_structure)
{
	struct builder b;
	struct dmar dmar;

	for (uint16_t type = 0; type < LENGTH(fixed_bytes); type++) {
		begin(&b);
		add_sample(&b, type);
		for (size_t whole = b.length - 48, n = whole; n > 0; n--) {
			enum dmar_error expected = n < 4		   ? DMAR_TRUNCATED
						   : n < fixed_bytes[type] ? DMAR_TOO_SHORT
									   : DMAR_END;

			b.length = 48 + n;
			patch(&b, 50, n, 2);
			dmar = open_table(&b);
			CHECK_EQ(read_all(&dmar), expected);
			find_some_units(&dmar);
		}
	}
}

TEST(dmar_scopes_of_every_prefix)
{
	struct builder b;

	begin(&b);
	add_sample(&b, DMAR_DRHD); /* scopes of 12 and 8 bytes */
	for (size_t n = 36; n >= 16; n--) {
		b.length = 48 + n;
		end(&b);
		CHECK_EQ(read_scopes(only(&b).scopes),
			 n == 16 || n == 28 || n == 36 ? DMAR_END : DMAR_TRUNCATED);
	}
}

TEST(dmar_every_byte_damaged)
{
	bool boundary[1024] = { false };
	struct builder b, bad;
	struct dmar dmar;

	add_everything(&b, boundary);
	for (size_t i = 0; i < b.length; i++)
		for (unsigned value = 0; value < 256; value++) {
			bad = b;
			bad.bytes[i] = (uint8_t)value;
			dmar_open(&dmar, exact(bad.bytes, bad.length), bad.length);
			read_all(&dmar);
			find_some_units(&dmar);
		}
}

/* Words. */

TEST(dmar_error_texts)
{
	for (int i = DMAR_OK; i <= DMAR_TOO_SHORT; i++) {
		CHECK(strlen(dmar_error_text(i)) > 5);
		CHECK(strcmp(dmar_error_text(i), "unknown error"));
		for (int j = DMAR_OK; j < i; j++)
			CHECK(strcmp(dmar_error_text(i), dmar_error_text(j)));
	}
	CHECK(!strcmp(dmar_error_text(99), "unknown error"));
}

TEST(dmar_type_names)
{
	static const char *const names[] = { "DRHD", "RMRR", "ATSR", "RHSA",
					     "ANDD", "SATC", "SIDP", "unknown" };

	for (uint16_t type = 0; type < LENGTH(names); type++)
		CHECK(!strcmp(dmar_type_name(type), names[type]));
	CHECK(!strcmp(dmar_type_name(0xffff), "unknown"));
}
