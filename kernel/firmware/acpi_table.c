/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI tables: the root pointer, the lists of tables, header and checksum of one. */
#include "kernel/firmware/acpi_table.h"
#include "kernel/firmware/acpi_bytes.h"
#include "kernel/lib/string.h"

enum {
	HEADER_LENGTH = 4,
	HEADER_CHECKSUM = 9,

	RSDP_OLD_BYTES = 20, /* of ACPI 1.0; later ones have a second part */
	RSDP_CHECKSUM = 8,
	RSDP_REVISION = 15,
	RSDP_RSDT = 16,
	RSDP_LENGTH = 20,
	RSDP_XSDT = 24,
	RSDP_EXTENDED_CHECKSUM = 32,
};

static uint8_t sum(const uint8_t *bytes, size_t count)
{
	uint8_t total = 0;

	while (count--)
		total += *bytes++;
	return total;
}

uint32_t acpi_length(const uint8_t *header)
{
	uint32_t length = acpi_get32(header + HEADER_LENGTH);

	return length < ACPI_HEADER_BYTES || length > ACPI_TABLE_MOST ? 0 : length;
}

struct table_problem acpi_table_open(struct acpi_table *table, const char signature[4],
				     uint32_t fixed, const void *bytes, size_t available)
{
	const uint8_t *t = bytes;
	uint32_t length;

	*table = (struct acpi_table){ 0 };
	if (!t)
		return table_problem("there is no such table", 0);
	if (available < ACPI_HEADER_BYTES)
		return table_problem("the memory it lies in ends before its header does", 0);
	if (memcmp(t, signature, 4))
		return table_problem("its signature is another one", 0);
	length = acpi_length(t);
	if (!length)
		return table_problem("its length is under 36 bytes or over 16 MiB", HEADER_LENGTH);
	if (length > available)
		return table_problem("its length is over the memory it lies in", HEADER_LENGTH);
	if (length < fixed)
		return table_problem("it is shorter than its fixed part", HEADER_LENGTH);
	*table = (struct acpi_table){ t, length };
	if (sum(t, length))
		return table_problem("its checksum is wrong; used all the same", HEADER_CHECKSUM);
	return NO_PROBLEM;
}

static void doubt(struct acpi_rsdp *rsdp, const char *text, uint32_t offset)
{
	rsdp->problems[rsdp->problem_count++] = table_problem(text, offset);
}

struct table_problem acpi_read_rsdp(struct acpi_rsdp *rsdp, const void *bytes, size_t available)
{
	const uint8_t *r = bytes;
	uint32_t length;

	*rsdp = (struct acpi_rsdp){ 0 };
	if (!r || available < RSDP_OLD_BYTES)
		return table_problem("firmware gave none", 0);
	if (memcmp(r, "RSD PTR ", 8))
		return table_problem("its signature is not \"RSD PTR \"", 0);
	rsdp->revision = r[RSDP_REVISION];
	rsdp->rsdt = acpi_get32(r + RSDP_RSDT);
	if (sum(r, RSDP_OLD_BYTES))
		doubt(rsdp, "the checksum of its first 20 bytes is wrong; used all the same",
		      RSDP_CHECKSUM);
	if (rsdp->revision >= 2 && available < ACPI_RSDP_BYTES) {
		doubt(rsdp, "the memory it lies in ends before it does; its RSDT is used",
		      RSDP_LENGTH);
	} else if (rsdp->revision >= 2) {
		rsdp->xsdt = acpi_get64(r + RSDP_XSDT);
		length = acpi_get32(r + RSDP_LENGTH);
		/* The second checksum is over `length` bytes; of a longer one nothing is known. */
		if (length != ACPI_RSDP_BYTES)
			doubt(rsdp, "its length is not 36; used all the same", RSDP_LENGTH);
		if (sum(r, ACPI_RSDP_BYTES))
			doubt(rsdp, "its extended checksum is wrong; used all the same",
			      RSDP_EXTENDED_CHECKSUM);
	}
	if (!rsdp->xsdt && !rsdp->rsdt)
		return table_problem("it leads to no XSDT or RSDT", RSDP_RSDT);
	return NO_PROBLEM;
}

void acpi_first(struct acpi_root_walk *walk, const struct acpi_table *root)
{
	walk->root = root;
	walk->offset = ACPI_HEADER_BYTES;
}

bool acpi_next(struct acpi_root_walk *walk, struct acpi_root_entry *out)
{
	const struct acpi_table *root = walk->root;
	uint32_t offset = walk->offset, bytes;

	*out = (struct acpi_root_entry){ .offset = offset };
	if (offset >= root->length)
		return false;
	bytes = root->bytes[0] == 'X' ? 8 : 4;
	if ((offset - ACPI_HEADER_BYTES) / bytes == ACPI_ROOT_MOST) {
		walk->offset = root->length;
		out->problem = table_problem("it has over 1024 entries: the rest is not read",
					     offset);
		return true;
	}
	if (root->length - offset < bytes) {
		walk->offset = root->length;
		out->problem = table_problem("its last entry is cut", offset);
		return true;
	}
	walk->offset += bytes;
	out->address = bytes == 8 ? acpi_get64(root->bytes + offset)
				  : acpi_get32(root->bytes + offset);
	if (!out->address)
		out->problem = table_problem("an entry is 0", offset);
	return true;
}
