/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers that ACPI names: the HPET, and the PM timer of the FADT. */
#include "kernel/firmware/acpi_timers.h"
#include "kernel/firmware/acpi_bytes.h"

enum {
	HPET_SPACE = 40, /* Generic Address Structure: its address space */
	HPET_ADDRESS = 44,
	SPACE_MEMORY = 0,

	FADT_PM_TMR_BLK = 76,
	FADT_PM_TMR_LEN = 91,
};

struct table_problem hpet_read(const struct acpi_table *table, uint64_t *base)
{
	*base = 0;
	if (table->length < HPET_FIXED_BYTES)
		return table_problem("there is no such table", 0);
	if (table->bytes[HPET_SPACE] != SPACE_MEMORY)
		return table_problem("its registers are not in memory space", HPET_SPACE);
	*base = acpi_get64(table->bytes + HPET_ADDRESS);
	if (*base && *base <= UINT64_MAX - HPET_BYTES)
		return NO_PROBLEM;
	*base = 0;
	return table_problem("its registers' address cannot be", HPET_ADDRESS);
}

struct table_problem fadt_read_pm_timer(const struct acpi_table *table, uint16_t *port)
{
	uint32_t block;

	*port = 0;
	if (table->length < FADT_FIXED_BYTES)
		return table_problem("there is no such table", 0);
	block = acpi_get32(table->bytes + FADT_PM_TMR_BLK);
	/* "If the PM timer is not supported, this field contains zero", section 5.2.9 */
	if (!block)
		return table_problem("it names no PM timer", FADT_PM_TMR_BLK);
	if (table->bytes[FADT_PM_TMR_LEN] != 4)
		return table_problem("its PM timer's length is not 4", FADT_PM_TMR_LEN);
	if (block > 0xfffc)
		return table_problem("its PM timer is beyond port space", FADT_PM_TMR_BLK);
	*port = (uint16_t)block;
	return NO_PROBLEM;
}
