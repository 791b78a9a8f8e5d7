/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI's root pointer, its list of tables and what all tables begin with (ACPI specification 6.5,
 * section 5.2). Pure: bytes in, values out; nothing outside the bytes given is read, and what is
 * wrong is said with the offset at which it is, so that a BIOS engineer can find the byte.
 */
#ifndef KERNEL_ACPI_TABLE_H
#define KERNEL_ACPI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong, and where from the start of the table; text is NULL where nothing is. */
struct table_problem {
	const char *text;
	uint32_t offset;
};

#define NO_PROBLEM ((struct table_problem){ 0 })

static inline struct table_problem table_problem(const char *text, uint32_t offset)
{
	return (struct table_problem){ text, offset };
}

enum {
	ACPI_HEADER_BYTES = 36,
	ACPI_RSDP_BYTES = 36,
	ACPI_TABLE_MOST = 16 << 20, /* a length above that is not believed */
	ACPI_ROOT_MOST = 1024,	    /* nor more tables than that */
};

struct acpi_table {
	const uint8_t *bytes; /* header included */
	uint32_t length;      /* of them that may be read; 0: there is no such table */
};

/* The length that a table's header has at `header` (8 bytes are read); 0: none that can be. */
uint32_t acpi_length(const uint8_t *header);

/*
 * Check the header of the table at `bytes`, of which `available` may be read, and that it has its
 * first `fixed` bytes, 36 at least. A wrong checksum is told and the table taken all the same; after
 * any other problem it has length 0.
 */
struct table_problem acpi_table_open(struct acpi_table *table, const char signature[4],
				     uint32_t fixed, const void *bytes, size_t available);

/* Root pointer, section 5.2.5.3 */
struct acpi_rsdp {
	uint8_t revision;
	uint32_t rsdt; /* addresses; 0: none */
	uint64_t xsdt;
	struct table_problem problems[3]; /* with which it is used all the same */
	unsigned problem_count;
};

/* After a problem returned here there are no addresses. */
struct table_problem acpi_read_rsdp(struct acpi_rsdp *rsdp, const void *bytes, size_t available);

/* The addresses that an XSDT or an RSDT lists, sections 5.2.7 and 5.2.8. */
struct acpi_root_walk {
	const struct acpi_table *root;
	uint32_t offset;
};

struct acpi_root_entry {
	uint32_t offset;
	uint64_t address;
	struct table_problem problem; /* with one, the address is none */
};

void acpi_first(struct acpi_root_walk *walk, const struct acpi_table *root);

/* The next entry, good or not; false past the last. */
bool acpi_next(struct acpi_root_walk *walk, struct acpi_root_entry *out);

#endif
