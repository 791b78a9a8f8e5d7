/* SPDX-License-Identifier: BSD-2-Clause */
/* Device scopes of the DMAR table: read, and which functions they cover. */
#include "tests/host/dmar_machine.h"

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
