/* SPDX-License-Identifier: BSD-2-Clause */
/* DMAR tables with lengths that cannot be, cut off at every byte, and with every byte damaged. */
#include "tests/host/dmar_machine.h"

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
