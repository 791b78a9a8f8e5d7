/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: vtd/dmar.c */
/* libFuzzer: whatever the bytes, no read outside them, no endless walk, no answer out of bounds. */
#include "vtd/dmar.h"
#include "tests/host/fuzz.h"

struct input {
	const uint8_t *bytes;
	size_t size;
};

/* A bridge wherever the input says so, also with bus numbers that lead back up. */
static bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn, uint8_t *secondary,
		   uint8_t *subordinate)
{
	const struct input *input = context;
	size_t at = ((size_t)segment * 31 + bus * 7u + devfn) % (input->size + 1);
	bool past_end = at + 2 > input->size;

	*secondary = past_end ? bus + 1 : input->bytes[at];
	*subordinate = past_end ? 255 : input->bytes[at + 1];
	return (*secondary ^ devfn) & 3;
}

static void walk_scopes(const struct dmar_structure *s, const struct dmar_pci *pci)
{
	struct dmar_scopes scopes = s->scopes;
	struct dmar_scope scope;
	enum dmar_error error;
	const uint8_t *before = scopes.at;
	uint8_t bus, devfn;

	while ((error = dmar_next_scope(&scopes, &scope)) == DMAR_OK) {
		require(scopes.at >= before + 6 && scopes.at <= scopes.end);
		require(scope.path + 2 * scope.hops <= scopes.at);
		before = scopes.at;
		touch(scope.path, 2u * scope.hops);
		dmar_scope_covers(&scope, s->segment, scope.start_bus, 0, pci);
		require(!dmar_scope_end(&scope, s->segment, pci, &bus, &devfn) || scope.hops);
		if (scope.hops)
			dmar_scope_covers(&scope, s->segment, (uint8_t)(scope.start_bus + 1),
					  (uint8_t)(scope.path[0] << 3), pci);
	}
	require(error != DMAR_END || scopes.at == scopes.end);
	require(error == DMAR_END || error == DMAR_TRUNCATED || error == DMAR_TOO_SHORT);
	require(dmar_next_scope(&scopes, &scope) == error);
}

static void walk_structures(const struct dmar *dmar, const struct dmar_pci *pci)
{
	struct dmar_walk walk;
	struct dmar_structure s;
	enum dmar_error error;

	dmar_first(&walk, dmar);
	while ((error = dmar_next(&walk, &s)) == DMAR_OK) {
		require(s.length >= 4 && s.offset + s.length == walk.offset);
		require(walk.offset <= dmar->length);
		touch(dmar_type_name(s.type), 4);
		if (s.acpi_name)
			require(strlen(s.acpi_name) + 9 <= s.length);
		walk_scopes(&s, pci);
	}
	require(error != DMAR_END || walk.offset >= dmar->length);
	touch(dmar_error_text(error), 1);
}

static void find_units(const struct dmar *dmar, const struct dmar_pci *pci)
{
	const uint8_t *p = dmar->table;
	struct dmar_structure drhd;

	/* Bytes of the table are good guesses of what its scopes name. */
	for (size_t i = 48; i + 2 < dmar->length && i < 48 + 64; i += 3)
		if (dmar_find_unit(dmar, p[i] & 3, p[i + 1], p[i + 2], pci, &drhd) == DMAR_OK)
			require(drhd.type == DMAR_DRHD && drhd.segment == (p[i] & 3));
}

static void walk_table(const uint8_t *table, size_t size)
{
	struct input input = { table, size };
	struct dmar_pci pci = { bridge, &input };
	struct dmar dmar;
	enum dmar_error error = dmar_open(&dmar, table, size);

	touch(dmar_error_text(error), 1);
	walk_structures(&dmar, &pci);
	if (error == DMAR_OK || error == DMAR_BAD_CHECKSUM)
		find_units(&dmar, &pci);
	else
		require(!dmar.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *table = exact(data, size);

	walk_table(table, size);
	if (size >= 48) {
		put_header(table, size, "DMAR");
		walk_table(table, size);
	}
	free(table);
	return 0;
}
