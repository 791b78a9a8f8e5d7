/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: kernel/firmware/smbios.c */
/* libFuzzer: whatever the SMBIOS entry point and table, strings lie inside it and come out clean. */
#include "kernel/firmware/smbios.h"
#include "tests/host/fuzz.h"

static void read_entry(const uint8_t *bytes, size_t size)
{
	struct smbios_entry entry;
	struct table_problem problem = smbios_read_entry(&entry, bytes, size);

	check_problem(problem, SMBIOS_ENTRY_BYTES);
	check_problem(entry.doubt, SMBIOS_ENTRY_BYTES);
	require(!entry.address == !!problem.text && !entry.bytes == !!problem.text);
	require(entry.bytes <= 16 << 20 && entry.address + entry.bytes >= entry.address);
}

static void read_string(const struct smbios_structure *s, uint8_t field, size_t room)
{
	char *out = malloc(room); /* exactly */
	uint32_t n = smbios_string(s, field, out, room);

	require(n < room && strlen(out) == n);
	require(!n || (out[0] != '#' && out[0] != ' ' && out[n - 1] != ' '));
	require(field < s->length || !n);
	for (uint32_t i = 0; i < n; i++)
		require(out[i] >= ' ' && out[i] <= '~' && out[i] != ';' && out[i] != '"');
	free(out);
}

static void walk_table(const uint8_t *table, size_t size)
{
	struct smbios_walk walk;
	struct smbios_structure s;
	uint32_t at = 0;

	smbios_first(&walk, table, (uint32_t)size);
	while (smbios_next(&walk, &s)) {
		check_problem(s.problem, size);
		require(s.offset == at && walk.offset > at && walk.offset <= size);
		require(!s.problem.text || (walk.offset == size && s.problem.offset >= at));
		at = walk.offset;
		for (unsigned field = 4; field < 20; field++)
			read_string(&s, (uint8_t)field, 12);
		read_string(&s, s.length ? s.length - 1 : 0, 1);
		read_string(&s, s.length, 300);
		if (s.problem.text)
			continue;
		require(s.bytes == table + s.offset && s.length >= 4 && s.string_bytes >= 2);
		require(s.offset + s.length + s.string_bytes <= size);
		touch(s.bytes, s.length + s.string_bytes);
		require(s.type == SMBIOS_END || at == s.offset + s.length + s.string_bytes);
	}
	require(at >= size && !smbios_next(&walk, &s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);

	read_entry(bytes, size);
	walk_table(bytes, size);
	if (size >= 5) {
		memcpy(bytes, "_SM3_", 5);
		read_entry(bytes, size);
		memcpy(bytes, "_SM_", 4);
		read_entry(bytes, size);
	}
	free(bytes);
	return 0;
}
