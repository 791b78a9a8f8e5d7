/* SPDX-License-Identifier: BSD-2-Clause */
/* The SPCR and DBG2 tables: which serial console firmware uses. */
#include "kernel/firmware/spcr.h"
#include "kernel/firmware/acpi_bytes.h"

enum {
	LENGTH = 4, /* of the table */

	SPCR_REVISION = 8,
	SPCR_TYPE = 36,
	SPCR_ADDRESS = 40,
	SPCR_BAUD = 58,
	SPCR_PRECISE_BAUD = 80, /* from revision 4 on; 0: see SPCR_BAUD */

	DBG2_OFFSET = 36, /* of the first device information */
	DBG2_COUNT = 40,
	INFO_LENGTH = 1,
	INFO_PORT_TYPE = 12,
	INFO_PORT_SUBTYPE = 14,
	INFO_ADDRESS = 18, /* offset of the first address */
	INFO_BYTES = 22,
	PORT_SERIAL = 0x8000,

	/* Interface types, common to both. */
	TYPE_16550 = 0,
	TYPE_16550_SUBSET = 1,
	TYPE_16550_BY_ADDRESS = 0x12, /* its address structure says width and distance */
	TYPE_LPSS = 0x14,	      /* Intel's, registers of 32 bits */

	/* Generic Address Structure, ACPI specification 6.5, section 5.2.3.2 */
	GAS_SPACE = 0,
	GAS_BIT_WIDTH = 1,
	GAS_ACCESS = 3, /* 1 to 4: 8 to 64 bits; 0: not said */
	GAS_ADDRESS = 4,
	GAS_BYTES = 12,
	SPACE_MEMORY = 0,
	SPACE_IO = 1,
};

/* The address structure at offset `at` of a table; `at_type`: where its interface type is. */
static struct table_problem read_address(const uint8_t *table, uint32_t at, uint32_t at_type,
					 unsigned type, struct console_place *place)
{
	const uint8_t *gas = table + at;
	uint8_t access = gas[GAS_ACCESS], bits = gas[GAS_BIT_WIDTH];

	if (type != TYPE_16550 && type != TYPE_16550_SUBSET && type != TYPE_16550_BY_ADDRESS &&
	    type != TYPE_LPSS)
		return table_problem("the UART that it names is not of the 16550 kind", at_type);
	if (gas[GAS_SPACE] != SPACE_MEMORY && gas[GAS_SPACE] != SPACE_IO)
		return table_problem("its address is neither in memory nor in port space",
				     at + GAS_SPACE);
	place->is_mmio = gas[GAS_SPACE] == SPACE_MEMORY;
	place->base = acpi_get64(gas + GAS_ADDRESS);
	if (!place->base)
		return table_problem("its address is 0: there is no such port", at + GAS_ADDRESS);
	if (!place->is_mmio && place->base > 0xfff8)
		return table_problem("its address is beyond port space", at + GAS_ADDRESS);
	/* Where no access size is given, the registers are as wide as they are said to be. */
	if (access < 1 || access > 3)
		access = bits == 32 ? 3 : bits == 16 ? 2 : 1;
	if (type == TYPE_LPSS)
		access = 3;
	/* Ports of a PC's UART stand side by side, whatever is said of them. */
	place->width = place->is_mmio ? (uint8_t)(1 << (access - 1)) : 1;
	place->stride = place->width;
	return NO_PROBLEM;
}

struct table_problem spcr_read(const struct acpi_table *table, struct console_place *place)
{
	static const uint32_t rates[] = { [3] = 9600, [4] = 19200, [6] = 57600, [7] = 115200 };
	const uint8_t *t = table->bytes;
	struct table_problem problem;
	uint8_t rate;

	*place = (struct console_place){ 0 };
	if (table->length < SPCR_FIXED_BYTES)
		return table_problem("it is shorter than 80 bytes", LENGTH);
	problem = read_address(t, SPCR_ADDRESS, SPCR_TYPE, t[SPCR_TYPE], place);
	rate = t[SPCR_BAUD];
	if (rate < sizeof(rates) / sizeof(rates[0]))
		place->baud = rates[rate];
	if (t[SPCR_REVISION] >= 4 && table->length >= SPCR_PRECISE_BAUD + 4 &&
	    acpi_get32(t + SPCR_PRECISE_BAUD))
		place->baud = acpi_get32(t + SPCR_PRECISE_BAUD);
	return problem;
}

struct table_problem dbg2_read(const struct acpi_table *table, struct console_place *place)
{
	struct table_problem problem = table_problem("it names no serial port", DBG2_COUNT);
	const uint8_t *t = table->bytes;
	uint32_t bytes = table->length, at;

	*place = (struct console_place){ 0 };
	if (bytes < DBG2_FIXED_BYTES)
		return table_problem("it is shorter than 44 bytes", LENGTH);
	at = acpi_get32(t + DBG2_OFFSET);
	for (uint32_t n = acpi_get32(t + DBG2_COUNT); n; n--) {
		uint32_t length, address;

		if (at > bytes || bytes - at < INFO_BYTES)
			return table_problem("a device in it runs past its end",
					     at > bytes ? DBG2_OFFSET : at);
		length = acpi_get16(t + at + INFO_LENGTH);
		address = acpi_get16(t + at + INFO_ADDRESS);
		if (length < INFO_BYTES || length > bytes - at)
			return table_problem("a device in it has a length that cannot be",
					     at + INFO_LENGTH);
		if (acpi_get16(t + at + INFO_PORT_TYPE) == PORT_SERIAL) {
			if (address > length || length - address < GAS_BYTES)
				return table_problem(
					"a device in it has its address outside itself",
					at + INFO_ADDRESS);
			*place = (struct console_place){ 0 };
			problem = read_address(t, at + address, at + INFO_PORT_SUBTYPE,
					       acpi_get16(t + at + INFO_PORT_SUBTYPE), place);
			if (!problem.text)
				return problem;
		}
		at += length;
	}
	return problem;
}
