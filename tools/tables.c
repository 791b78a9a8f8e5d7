/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's parsers read from an ACPI table, for tests/boot/compare-tables.py and
 * compare-dmar.py, which hold it against what iasl reads. usage: tables FILE
 */
#include "kernel/firmware/acpi_table.h"
#include "kernel/firmware/acpi_timers.h"
#include "kernel/output/log.h"
#include "kernel/firmware/madt.h"
#include "kernel/firmware/mcfg.h"
#include "kernel/smp.h"
#include "kernel/firmware/spcr.h"
#include "tests/inventory/inventory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where tests/inventory/dmar.c prints to. */

static void print_v(const char *before, const char *format, va_list arguments, const char *after)
{
	fputs(before, stdout);
	vprintf(format, arguments);
	fputs(after, stdout);
}

void log_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_v("", format, arguments, "");
	va_end(arguments);
}

void log_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_v("# ", format, arguments, "\n");
	va_end(arguments);
}

static void print_problem(struct table_problem problem)
{
	if (problem.text)
		printf("problem 0x%x %s\n", problem.offset, problem.text);
}

static void print_madt(const struct acpi_table *table)
{
	struct madt_walk walk;
	struct madt_entry e;

	madt_first(&walk, table);
	while (madt_next(&walk, &e)) {
		print_problem(e.problem);
		printf("item 0x%x type=%u length=%u", e.offset, e.type, e.length);
		if (e.type == MADT_LOCAL_APIC || e.type == MADT_LOCAL_X2APIC)
			printf(" uid=%u apic-id=%u flags=%u", e.uid, e.apic_id, e.flags);
		else if (e.type == MADT_IO_APIC)
			printf(" io-apic-id=%u address=%u interrupt-base=%u", e.io_apic_id,
			       e.io_apic_address, e.interrupt_base);
		printf("\n");
	}
}

static void print_processors(const struct acpi_table *table)
{
	static uint32_t ids[SMP_MAX];
	struct madt_processors found = madt_list(table, 0, ids, SMP_MAX, print_problem);

	printf("processors");
	for (unsigned i = 0; i < found.count; i++)
		printf(" %u", ids[i]);
	printf("\n");
}

static void print_mcfg(const struct acpi_table *table)
{
	struct mcfg_walk walk;
	struct mcfg_entry e;

	mcfg_first(&walk, table);
	while (mcfg_next(&walk, &e)) {
		print_problem(e.problem);
		printf("item 0x%x base=%llu segment=%u first-bus=%u last-bus=%u\n", e.offset,
		       (unsigned long long)e.base, e.segment, e.first_bus, e.last_bus);
	}
}

static void print_place(struct table_problem problem, const struct console_place *p)
{
	if (problem.text)
		printf("refused 0x%x %s\n", problem.offset, problem.text);
	else
		printf("place %s base=%llu width=%u baud=%u\n", p->is_mmio ? "memory" : "port",
		       (unsigned long long)p->base, p->width, p->baud);
}

static bool no_bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn,
		      uint8_t *secondary, uint8_t *subordinate)
{
	(void)context, (void)segment, (void)bus, (void)devfn, (void)secondary, (void)subordinate;
	return false;
}

static void print_dmar(const void *bytes, size_t size)
{
	static const struct dmar_pci nothing_behind = { no_bridge, NULL };
	struct dmar dmar;
	enum dmar_error error = dmar_open(&dmar, bytes, size);

	if (error != DMAR_OK)
		printf("problem 0 %s\n", dmar_error_text(error));
	if (dmar.length)
		inventory_print_dmar(&dmar, &nothing_behind);
}

static void print_table(const uint8_t *bytes, size_t size)
{
	static const struct {
		char signature[5];
		uint32_t fixed;
	} kinds[] = {
		{ "APIC", MADT_FIXED_BYTES }, { "MCFG", MCFG_FIXED_BYTES },
		{ "SPCR", SPCR_FIXED_BYTES }, { "DBG2", DBG2_FIXED_BYTES },
		{ "HPET", HPET_FIXED_BYTES }, { "FACP", FADT_FIXED_BYTES },
	};
	struct console_place place;
	struct acpi_table table;
	struct table_problem problem;
	uint64_t base;
	uint16_t port;
	unsigned kind = 0;

	while (kind < 6 && (size < 4 || memcmp(bytes, kinds[kind].signature, 4)))
		kind++;
	if (kind == 6) {
		print_dmar(bytes, size);
		return;
	}
	print_problem(
		acpi_table_open(&table, kinds[kind].signature, kinds[kind].fixed, bytes, size));
	switch (kind) {
	case 0:
		print_madt(&table);
		print_processors(&table);
		break;
	case 1:
		print_mcfg(&table);
		break;
	case 2:
		problem = spcr_read(&table, &place);
		print_place(problem, &place);
		break;
	case 3:
		problem = dbg2_read(&table, &place);
		print_place(problem, &place);
		break;
	case 4:
		problem = hpet_read(&table, &base);
		printf("timer %llu\n", (unsigned long long)base);
		break;
	case 5:
		problem = fadt_read_pm_timer(&table, &port);
		printf("timer %u\n", port);
		break;
	}
}

int main(int argc, char **argv)
{
	static uint8_t room[1 << 20];
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	uint8_t *bytes;
	size_t size;

	if (!file) {
		fprintf(stderr, "usage: tables FILE\n");
		return 2;
	}
	size = fread(room, 1, sizeof(room), file);
	fclose(file);
	bytes = malloc(size ? size : 1); /* exactly, so that the sanitizer sees the end */
	memcpy(bytes, room, size);
	print_table(bytes, size);
	free(bytes);
	return 0;
}
