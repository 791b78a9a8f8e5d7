/* SPDX-License-Identifier: BSD-2-Clause */
/* The way from the root pointer to a table, and what is logged on it. */
#include "kernel/firmware/acpi.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "tests/host/test.h"

#include <string.h>

static char logged[4096];

void log_note(const char *format, ...)
{
	size_t n = strlen(logged);
	va_list arguments;

	va_start(arguments, format);
	format_v(logged + n, sizeof(logged) - n, format, arguments);
	va_end(arguments);
	n = strlen(logged);
	format_text(logged + n, sizeof(logged) - n, "\n");
}

static uint8_t rsdp[36], xsdt[68], madt[44], absurd[36];

static void fix_sum(uint8_t *table, uint32_t length, size_t checksum)
{
	uint8_t total = 0;

	table[checksum] = 0;
	for (uint32_t i = 0; i < length; i++)
		total += table[i];
	table[checksum] = (uint8_t)-total;
}

static void finish(uint8_t *table, const char *signature, uint32_t length)
{
	memcpy(table, signature, 4);
	memcpy(table + 4, &length, 4);
	fix_sum(table, length, 9);
}

static void put_pointer(uint8_t *at, const void *to)
{
	uint64_t address = (uint64_t)to;

	memcpy(at, &address, 8);
}

/* A root pointer to an XSDT whose entries are 0, out of reach, absurdly long, and a MADT. */
static const char *start(void)
{
	uint64_t beyond = 1ull << 60;

	logged[0] = 0;
	memset(rsdp, 0, sizeof(rsdp));
	memset(xsdt, 0, sizeof(xsdt));
	finish(madt, "APIC", sizeof(madt));
	memcpy(absurd, "SPCR\xff\xff\xff\x7f", 8);
	memcpy(xsdt + 44, &beyond, 8);
	put_pointer(xsdt + 52, absurd);
	put_pointer(xsdt + 60, madt);
	finish(xsdt, "XSDT", sizeof(xsdt));
	put_pointer(rsdp + 24, xsdt);
	rsdp[15] = 2;
	rsdp[20] = 36;
	memcpy(rsdp, "RSD PTR ", 8);
	fix_sum(rsdp, 20, 8);
	fix_sum(rsdp, 36, 32);
	return acpi_init(rsdp);
}

static bool was_logged(const char *text)
{
	return strstr(logged, text) != NULL;
}

TEST(acpi_entries_that_lead_nowhere_are_passed_over)
{
	struct acpi_table table;

	CHECK(!start());
	CHECK(was_logged("XSDT at offset 0x24: an entry is 0\n"));
	CHECK(was_logged("XSDT at offset 0x2c: an entry leads out of the processor's reach\n"));
	CHECK(was_logged("XSDT at offset 0x34: an entry leads to a length under 36 bytes or "
			 "over 16 MiB\n"));
	CHECK(!was_logged("0x3c") && !was_logged("RSDP"));
	CHECK(!acpi_find("SPCR", 0) && !acpi_find("APIC", 1));
	CHECK(acpi_open(&table, "APIC", "MADT", 44) && table.bytes == madt);
	CHECK(!was_logged("MADT"));
	CHECK(!acpi_open(&table, "APIC", "MADT", 45) && !table.length);
	CHECK(was_logged("MADT at offset 0x4: it is shorter than its fixed part\n"));
	madt[40]++;
	CHECK(acpi_open(&table, "APIC", "MADT", 44) && table.length == 44);
	CHECK(was_logged("MADT at offset 0x9: its checksum is wrong; used all the same\n"));
	madt[40]--;
	CHECK(!acpi_open(&table, "HPET", "HPET", 56) && !was_logged("HPET"));
}

TEST(acpi_without_a_root)
{
	struct acpi_table table;

	CHECK(acpi_init(NULL) != NULL);
	start();
	memset(xsdt, 0, 8);
	CHECK(acpi_init(rsdp) && !acpi_open(&table, "APIC", "MADT", 44));
	CHECK(was_logged("XSDT at offset 0x0: the root pointer leads to no table\n"));
	rsdp[0] = 0;
	CHECK(acpi_init(rsdp) && was_logged("RSDP at offset 0x0: its signature"));
	start();
}

TEST(acpi_complaints_of_one_table_have_an_end)
{
	unsigned lines = 0;

	logged[0] = 0;
	for (unsigned i = 0; i < 1000; i++)
		acpi_complain("MCFG", table_problem("it is odd", i));
	for (const char *c = logged; *c; c++)
		lines += *c == '\n';
	CHECK_EQ(lines, 9);
	CHECK(was_logged("MCFG: there is more wrong with it\n"));
	acpi_complain("MADT", table_problem("it is odd, too", 0));
	CHECK(was_logged("MADT at offset 0x0: it is odd, too\n"));
}
