/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who made the machine: SMBIOS (DMTF DSP0134 3.7). Pure, as kernel/firmware/acpi_table.h.
 */
#ifndef KERNEL_SMBIOS_H
#define KERNEL_SMBIOS_H

#include "kernel/firmware/acpi_table.h"

enum {
	SMBIOS_ENTRY_BYTES = 31, /* of the longer entry point */

	/* Structure types, sections 7.1 to 7.5 and 7.45. */
	SMBIOS_BIOS = 0,
	SMBIOS_SYSTEM = 1,
	SMBIOS_BASEBOARD = 2,
	SMBIOS_PROCESSOR = 4,
	SMBIOS_END = 127,
};

/* An entry point: where the table is, sections 5.2.1 ("_SM_") and 5.2.2 ("_SM3_"). */
struct smbios_entry {
	uint8_t major, minor;
	uint64_t address;
	uint32_t bytes; /* of the table; "_SM3_": at most, structure SMBIOS_END ends it */
	struct table_problem doubt; /* with which it is used all the same */
};

/* With a problem returned here there is no address. */
struct table_problem smbios_read_entry(struct smbios_entry *entry, const void *bytes,
				       size_t available);

/* The table's structures. */
struct smbios_walk {
	const uint8_t *table;
	uint32_t length, offset;
};

struct smbios_structure {
	uint8_t type, length; /* length: of its formatted part */
	uint16_t handle;
	uint32_t offset;
	const uint8_t *bytes; /* formatted part; the strings follow, with their final NULs */
	uint32_t string_bytes;
	struct table_problem problem; /* with one, it is the last, and not to be used */
};

void smbios_first(struct smbios_walk *walk, const void *table, uint32_t bytes);

/* The next structure, good or not; false past the last and behind SMBIOS_END. */
bool smbios_next(struct smbios_walk *walk, struct smbios_structure *out);

/*
 * `bytes` of text, or those before a NUL, cut to room - 1 characters and fit to stand in a line of
 * the log: blanks at its ends are left out; a '#' at its start, ';', '"' and what is no printable
 * ASCII become '?'. Returns the length.
 */
uint32_t smbios_clean(const char *text, uint32_t bytes, char *out, size_t room);

/* The string whose number is in the byte at `field`, cleaned; empty where there is none. */
uint32_t smbios_string(const struct smbios_structure *s, uint8_t field, char *out, size_t room);

/* QEMU's machine type in a text, as "pc-q35-7.2": 702, the version that it is as; 0: there is none. */
unsigned smbios_qemu_version(const char *text);

#endif
