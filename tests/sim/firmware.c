/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware has on a simulated machine: PCI configuration space, and ACPI tables that lead to it. */
#include "kernel/firmware/acpi.h"
#include "kernel/memory.h"
#include "kernel/pci.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"

#include <string.h>

#define BRIDGE_DEVFN (0x1c << 3)
#define ATS_AT	     0x100
#define PRI_AT	     0x110

/* A table under construction. */
static uint8_t *begin(const char signature[4], uint8_t revision)
{
	struct acpi_header *header = memory_alloc(1);

	memcpy(header->signature, signature, 4);
	memcpy(header->oem, "VTDSIM", 6);
	memcpy(header->oem_table, "SIMULATE", 8);
	header->revision = revision;
	header->length = sizeof(*header);
	return (uint8_t *)header;
}

static void add(uint8_t *table, const void *bytes, uint32_t count)
{
	struct acpi_header *header = (struct acpi_header *)table;

	memcpy(table + header->length, bytes, count);
	header->length += count;
}

static uint8_t sum(const uint8_t *bytes, size_t count)
{
	uint8_t total = 0;

	while (count--)
		total = (uint8_t)(total + *bytes++);
	return total;
}

static const uint8_t *finish(uint8_t *table)
{
	struct acpi_header *header = (struct acpi_header *)table;

	header->checksum = (uint8_t)-sum(table, header->length);
	return table;
}

/* Section 8.3: a DRHD with a scope of endpoints on bus 0, or INCLUDE_PCI_ALL. */
static void add_drhd(uint8_t *dmar, unsigned unit)
{
	struct {
		uint16_t type, length;
		uint8_t flags, size;
		uint16_t segment;
		uint64_t base;
		struct {
			uint8_t type, length, reserved[2], enumeration, bus, device, function;
		} scope[SIM_DEVICES_MAX];
	} drhd = { .flags = unit == 0, .base = SIM_REGISTERS + 0x10000 * unit };
	uint32_t pages = 1, count = 0;

	while (4096 * pages < 16 * (sim.fro + sim.nfr) || 4096 * pages < 16 * (sim.iro + 1))
		pages *= 2, drhd.size++;
	for (unsigned i = 0; i < sim_device_count() && unit; i++)
		if (i % sim.units == unit) {
			drhd.scope[count].type = 1;
			drhd.scope[count].length = sizeof(drhd.scope[0]);
			drhd.scope[count++].device = device_devfn(i) >> 3;
		}
	drhd.length = (uint16_t)(sizeof(drhd) - sizeof(drhd.scope) + count * sizeof(drhd.scope[0]));
	add(dmar, &drhd, drhd.length);
}

/* INCLUDE_PCI_ALL comes last (section 8.3). */
static const uint8_t *dmar_table(void)
{
	uint8_t *dmar = begin("DMAR", 1), fixed[12] = { 47 };

	add(dmar, fixed, sizeof(fixed));
	for (unsigned unit = sim.units; unit--;)
		add_drhd(dmar, unit);
	return finish(dmar);
}

static const uint8_t *mcfg_table(void)
{
	struct {
		uint64_t reserved, base;
		uint16_t segment;
		uint8_t first, last, reserved_2[4];
	} entry = { .base = SIM_ECAM, .last = 1 };
	uint8_t *mcfg = begin("MCFG", 1);

	add(mcfg, &entry, sizeof(entry));
	return finish(mcfg);
}

static volatile uint8_t *config(uint8_t bus, uint8_t devfn)
{
	return (volatile uint8_t *)(SIM_ECAM + ((uint64_t)bus << 20) + ((uint64_t)devfn << 12));
}

static void set16(volatile uint8_t *at, unsigned offset, uint16_t value)
{
	*(volatile uint16_t *)(at + offset) = value;
}

static void add_function(uint8_t bus, uint8_t devfn, uint16_t device, uint32_t class)
{
	volatile uint8_t *c = config(bus, devfn);

	set16(c, PCI_VENDOR_ID, SIM_VENDOR);
	set16(c, PCI_DEVICE_ID, device);
	*(volatile uint32_t *)(c + PCI_CLASS) = class << 8;
}

static void fill_config(void)
{
	uint8_t bus = sim.alias ? 1 : 0;

	add_function(0, 0, 0x4d80, 0x060000);
	if (sim.alias) {
		volatile uint8_t *bridge = config(0, BRIDGE_DEVFN);

		add_function(0, BRIDGE_DEVFN, 0x4d81, 0x060400);
		bridge[PCI_HEADER_TYPE] = 1;
		bridge[PCI_SECONDARY_BUS] = bridge[PCI_SUBORDINATE_BUS] = 1;
	}
	for (unsigned i = 0; i < sim_device_count() && !sim.model; i++) {
		volatile uint8_t *c = config(bus, device_devfn(i));

		add_function(bus, device_devfn(i), (uint16_t)(SIM_DEVICE_ID + i), 0x088000);
		if (sim.ats) {
			*(volatile uint32_t *)(c + ATS_AT) = PRI_AT << 20 | 1 << 16 | PCI_EXT_ATS;
			*(volatile uint32_t *)(c + PRI_AT) = 1 << 16 | PCI_EXT_PRI;
			*(volatile uint32_t *)(c + PRI_AT + PCI_PRI_CAPACITY) = 512;
			set16(c, ATS_AT + 6, 1 << 15);
		}
	}
}

const void *firmware_init(void)
{
	struct {
		char signature[8];
		uint8_t checksum;
		char oem[6];
		uint8_t revision;
		uint32_t rsdt, length;
		uint64_t xsdt;
		uint8_t checksum_2, reserved[3];
	} __attribute__((packed)) *rsdp = memory_alloc(1);
	uint64_t tables[2];
	uint8_t *xsdt = begin("XSDT", 1);

	fill_config();
	tables[0] = (uint64_t)mcfg_table();
	tables[1] = (uint64_t)dmar_table();
	add(xsdt, tables, sizeof(tables));
	memcpy(rsdp->signature, "RSD PTR ", 8);
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = (uint64_t)finish(xsdt);
	rsdp->checksum = (uint8_t)-sum((const uint8_t *)rsdp, 20);
	rsdp->checksum_2 = (uint8_t)-sum((const uint8_t *)rsdp, sizeof(*rsdp));
	return rsdp;
}
