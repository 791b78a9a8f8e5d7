/* SPDX-License-Identifier: BSD-2-Clause */
/* SMBIOS: entry points, structures, strings. */
#include "kernel/firmware/smbios.h"
#include "kernel/firmware/acpi_bytes.h"
#include "kernel/lib/string.h"

enum {
	/* "_SM_" */
	OLD_LENGTH = 5,
	OLD_BYTES = 31,
	OLD_BYTES_OF_2_1 = 30, /* what version 2.1 says of the same 31 bytes, by mistake */
	OLD_MAJOR = 6,
	OLD_MINOR = 7,
	OLD_TABLE_BYTES = 22,
	OLD_ADDRESS = 24,

	/* "_SM3_" */
	NEW_LENGTH = 6,
	NEW_BYTES = 24,
	NEW_MAJOR = 7,
	NEW_MINOR = 8,
	NEW_TABLE_BYTES = 12,
	NEW_ADDRESS = 16,

	TABLE_MOST = 16 << 20, /* a length above that is not believed */
	STRUCTURE_HEADER_BYTES = 4,
};

static uint8_t sum(const uint8_t *bytes, uint32_t count)
{
	uint8_t total = 0;

	while (count--)
		total += *bytes++;
	return total;
}

struct table_problem smbios_read_entry(struct smbios_entry *entry, const void *bytes,
				       size_t available)
{
	const uint8_t *e = bytes;
	bool is_new = available >= NEW_BYTES && !memcmp(e, "_SM3_", 5);
	uint32_t at_address = is_new ? NEW_ADDRESS : OLD_ADDRESS;
	uint32_t at_length = is_new ? NEW_LENGTH : OLD_LENGTH;
	uint32_t length, table_bytes;
	uint64_t address;

	*entry = (struct smbios_entry){ 0 };
	if (!is_new && (available < OLD_BYTES || memcmp(e, "_SM_", 4)))
		return table_problem("its anchor is neither _SM_ nor _SM3_", 0);
	length = e[at_length];
	if (!is_new && length == OLD_BYTES_OF_2_1)
		length = OLD_BYTES;
	if (length != (is_new ? NEW_BYTES : OLD_BYTES))
		entry->doubt = table_problem(
			"its length is not that of its kind; used all the same", at_length);
	else if (sum(e, length))
		entry->doubt = table_problem("its checksum is wrong; used all the same",
					     is_new ? 5 : 4);
	entry->major = e[is_new ? NEW_MAJOR : OLD_MAJOR];
	entry->minor = e[is_new ? NEW_MINOR : OLD_MINOR];
	address = is_new ? acpi_get64(e + NEW_ADDRESS) : acpi_get32(e + OLD_ADDRESS);
	table_bytes = is_new ? acpi_get32(e + NEW_TABLE_BYTES) : acpi_get16(e + OLD_TABLE_BYTES);
	if (!address || address > UINT64_MAX - TABLE_MOST)
		return table_problem("its table's address cannot be", at_address);
	if (!table_bytes || table_bytes > TABLE_MOST)
		return table_problem("its table's length is 0 or over 16 MiB",
				     is_new ? NEW_TABLE_BYTES : OLD_TABLE_BYTES);
	entry->address = address;
	entry->bytes = table_bytes;
	return NO_PROBLEM;
}

void smbios_first(struct smbios_walk *walk, const void *table, uint32_t bytes)
{
	*walk = (struct smbios_walk){ .table = table, .length = bytes };
}

/* Bytes of the strings at `p`, final NULs included; 0 if they do not end within `left`. */
static uint32_t string_bytes(const uint8_t *p, uint32_t left)
{
	/* A structure without strings has the two NULs, too (section 6.1.3). */
	for (uint32_t i = 0; i + 2 <= left; i++)
		if (!p[i] && !p[i + 1])
			return i + 2;
	return 0;
}

bool smbios_next(struct smbios_walk *walk, struct smbios_structure *out)
{
	uint32_t offset = walk->offset, left;
	const uint8_t *p;

	*out = (struct smbios_structure){ .offset = offset };
	if (offset >= walk->length)
		return false;
	left = walk->length - offset;
	p = walk->table + offset;
	walk->offset = walk->length;
	if (left < STRUCTURE_HEADER_BYTES) {
		out->problem = table_problem("the table ends within a structure's header", offset);
		return true;
	}
	out->type = p[0];
	out->length = p[1];
	out->handle = acpi_get16(p + 2);
	if (out->length < STRUCTURE_HEADER_BYTES) {
		out->problem = table_problem(
			"a structure is shorter than its header: what is behind it cannot be found",
			offset + 1);
		return true;
	}
	if (out->length > left) {
		out->problem = table_problem("a structure runs past the end of the table",
					     offset + 1);
		return true;
	}
	out->bytes = p;
	out->string_bytes = string_bytes(p + out->length, left - out->length);
	if (!out->string_bytes) {
		out->problem = table_problem("a structure's strings run past the end of the table",
					     offset + out->length);
		return true;
	}
	if (out->type != SMBIOS_END)
		walk->offset = offset + out->length + out->string_bytes;
	return true;
}

uint32_t smbios_clean(const char *text, uint32_t bytes, char *out, size_t room)
{
	uint32_t at = 0, n = 0;

	while (at < bytes && text[at] == ' ')
		at++;
	for (; at < bytes && text[at] && n + 1 < room; at++) {
		char c = text[at];

		out[n] = c < ' ' || c > '~' || c == ';' || c == '"' || (c == '#' && !n) ? '?' : c;
		n++;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
	return n;
}

uint32_t smbios_string(const struct smbios_structure *s, uint8_t field, char *out, size_t room)
{
	const char *at, *end;

	out[0] = 0;
	/* 0 stands for no string (section 6.1.3). */
	if (s->problem.text || field >= s->length || !s->bytes[field])
		return 0;
	at = (const char *)s->bytes + s->length;
	end = at + s->string_bytes - 1; /* without the final NUL, which ends no string */
	for (uint8_t number = s->bytes[field]; number > 1 && at < end; number--)
		at += strlen(at) + 1;
	return smbios_clean(at, (uint32_t)(end - at), out, room);
}

/* "7.2" and what follows: 702; 0: it is no such number. */
static unsigned read_version(const char *text)
{
	unsigned major = 0, minor = 0;

	if (*text < '1' || *text > '9')
		return 0;
	for (; *text >= '0' && *text <= '9' && major < 100; text++)
		major = 10 * major + (unsigned)(*text - '0');
	if (*text++ != '.' || *text < '0' || *text > '9')
		return 0;
	for (; *text >= '0' && *text <= '9' && minor < 10; text++)
		minor = 10 * minor + (unsigned)(*text - '0');
	return 100 * major + minor;
}

unsigned smbios_qemu_version(const char *text)
{
	static const char *const types[] = { "pc-q35-", "pc-i440fx-" };

	for (; *text; text++)
		for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			size_t length = strlen(types[i]);

			if (strlen(text) > length && !memcmp(text, types[i], length))
				return read_version(text + length);
		}
	return 0;
}
