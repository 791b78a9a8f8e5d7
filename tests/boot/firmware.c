/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware that leaves VT-d on, for the scenarios: an EFI application that starts the vtd-litmus image
 * it carries, and when that ends boot services turns on, in the first unit of the DMAR table, what
 * leave= names: translation (by a root table full of rubbish), queue (queued invalidation, used once),
 * remapping (of interrupts, by an empty table), la57 (5-level paging); and asleep puts NVMe controllers
 * into D3 with MSI-X on, pins has the PIT send an interrupt a thousand times a second, and no-reset makes ResetSystem return. The words behind leave= become the
 * image's options. An ACPI table with signature VTDL becomes the DMAR table in place of the
 * machine's, so that a real unit can have an odd table. VT-d specification, chapters 8 and 11.
 */
#include <efi.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/string.h"
#include "vtd/dmar.h"
#include "vtd/regs.h"

extern const uint8_t vtd_litmus_image[], vtd_litmus_image_end[];

static EFI_SYSTEM_TABLE *st;
static volatile uint8_t *unit;
static uint8_t *tables; /* below 4 GiB: rubbish, the queue, interrupt remapping table, PML5, code */
static struct {
	bool translation, queue, remapping, la57, asleep, pins, no_reset;
} leave;

static uint32_t read32(uint32_t offset)
{
	return *(volatile uint32_t *)(unit + offset);
}

static void command(uint32_t bit)
{
	*(volatile uint32_t *)(unit + VTD_GCMD) = (read32(VTD_GSTS) & GCMD_PERSISTENT) | bit;
	while (!(read32(VTD_GSTS) & bit))
		;
}

static void write64(uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)(unit + offset) = value;
}

void enter_la57(uint64_t pml5, void *code);
extern const uint8_t la57_code[], la57_code_end[];

static void turn_la57_on(void)
{
	uint64_t *pml5 = (uint64_t *)(tables + 3 * 4096), cr3;
	uint8_t *code = tables + 4 * 4096;

	__asm__ volatile("cli; mov %%cr3, %0" : "=r"(cr3));
	pml5[0] = (cr3 & ~0xfffull) | 3;
	memcpy(code, la57_code, (size_t)(la57_code_end - la57_code));
	enter_la57((uint64_t)pml5, code);
}

/* PCI Local Bus specification 3.0, section 3.2.2.3.2: bus 0, by ports. */
static uint32_t config(unsigned device, unsigned at, const uint32_t *value)
{
	uint32_t out;

	__asm__ volatile("outl %0, %w1" : : "a"(1u << 31 | device << 11 | at), "d"(0xcf8));
	if (value)
		__asm__ volatile("outl %0, %w1" : : "a"(*value), "d"(0xcfc));
	__asm__ volatile("inl %w1, %0" : "=a"(out) : "d"(0xcfc));
	return out;
}

static void put_to_sleep(unsigned device)
{
	static const struct {
		uint8_t id, offset;
		uint32_t bits;
	} what[] = { { 0x11, 0, 1u << 31 }, { 0x01, 4, 3 } }; /* MSI-X on; D3hot */

	for (unsigned i = 0; i < 2; i++)
		for (unsigned at = config(device, 0x34, NULL) & 0xfc; at;) {
			uint32_t head = config(device, at, NULL);
			uint32_t value = config(device, at + what[i].offset, NULL) | what[i].bits;

			if ((head & 0xff) == what[i].id)
				config(device, at + what[i].offset, &value);
			at = head >> 8 & 0xfc;
		}
}

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "d"(port));
}

/* The PIT's channel 0, at pin 2 of the I/O APIC: vector 0x31 at APIC id 0. */
static void leave_pin_on(void)
{
	volatile uint32_t *ioapic = (volatile uint32_t *)0xfec00000;
	static const uint32_t words[][2] = { { 0x15, 0 }, { 0x14, 0x31 } };

	for (unsigned i = 0; i < 2; i++) {
		ioapic[0] = words[i][0];
		ioapic[4] = words[i][1];
	}
	out8(0x43, 0x34);
	out8(0x40, 0xa9); /* 1193 */
	out8(0x40, 0x04);
}

static EFI_EXIT_BOOT_SERVICES exit_boot_services; /* firmware's */

static EFI_STATUS EFIAPI no_reset(EFI_RESET_TYPE type, EFI_STATUS status, UINTN bytes, CHAR16 *data)
{
	(void)type;
	(void)bytes;
	(void)data;
	return status;
}

/* Behind everything that firmware does at the end of boot services. */
static EFI_STATUS EFIAPI leave_things_on(EFI_HANDLE image, UINTN key)
{
	EFI_STATUS status = exit_boot_services(image, key);

	if (EFI_ERROR(status))
		return status;
	if (leave.la57)
		turn_la57_on();
	for (unsigned device = 0; leave.asleep && device < 32; device++)
		if (config(device, 8, NULL) >> 8 == 0x010802)
			put_to_sleep(device);
	if (leave.pins)
		leave_pin_on();
	if (leave.queue) {
		volatile uint64_t *wait = (volatile uint64_t *)(tables + 4096);

		wait[0] = 1 << 5 | 5; /* invalidation wait with status write, of 0 */
		wait[1] = (uint64_t)(wait + 2);
		write64(VTD_IQT, 0);
		write64(VTD_IQA, (uint64_t)tables + 4096);
		command(GCMD_QIE);
		write64(VTD_IQT, 16);
	}
	if (leave.remapping) {
		write64(VTD_IRTA, (uint64_t)tables + 8192);
		command(GCMD_SIRTP);
		command(GCMD_IRE);
	}
	if (leave.translation) {
		write64(VTD_RTADDR, (uint64_t)tables);
		command(GCMD_SRTP);
		command(GCMD_TE);
	}
	return status;
}

static void rename(uint8_t *table, const char *signature)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < 4; i++)
		table[i] = (uint8_t)signature[i];
	table[9] = 0;
	for (uint32_t i = 0; i < *(const uint32_t *)(table + 4); i++)
		sum += table[i];
	table[9] = (uint8_t)-sum;
}

static uint8_t *find_table(const uint8_t *xsdt, const char *signature)
{
	for (uint32_t at = 36; at + 8 <= *(const uint32_t *)(xsdt + 4); at += 8) {
		uint8_t *table = (uint8_t *)*(const uint64_t *)(xsdt + at);

		if (!memcmp(table, signature, 4))
			return table;
	}
	return NULL;
}

/* The first unit of the machine's own DMAR table; then the other table takes its place. */
static bool find_unit(void)
{
	static const EFI_GUID acpi20 = ACPI_20_TABLE_GUID;
	uint8_t *mine, *other;
	const uint8_t *rsdp = NULL, *xsdt;
	struct dmar_structure s;
	struct dmar_walk walk;
	struct dmar dmar;

	for (UINTN i = 0; i < st->NumberOfTableEntries; i++)
		if (!memcmp(&st->ConfigurationTable[i].VendorGuid, &acpi20, sizeof(acpi20)))
			rsdp = st->ConfigurationTable[i].VendorTable;
	if (!rsdp)
		return false;
	xsdt = *(const uint8_t *const *)(rsdp + 24);
	mine = find_table(xsdt, "DMAR");
	other = find_table(xsdt, "VTDL");
	if (!mine || dmar_open(&dmar, mine, *(const uint32_t *)(mine + 4)) != DMAR_OK)
		return false;
	dmar_first(&walk, &dmar);
	if (dmar_next(&walk, &s) != DMAR_OK || s.type != DMAR_DRHD)
		return false;
	unit = (volatile uint8_t *)s.register_base;
	if (other) {
		rename(mine, "GONE");
		rename(other, "DMAR");
	}
	return true;
}

static bool begins(const CHAR16 *text, const CHAR16 *with)
{
	while (*with)
		if (*text++ != *with++)
			return false;
	return true;
}

/* Take leave= off the front; the rest is returned. */
static const CHAR16 *parse(const CHAR16 *at)
{
	if (!begins(at, L"leave="))
		return at;
	for (; *at && *at != ' '; at++) {
		leave.translation |= begins(at, L"translation");
		leave.queue |= begins(at, L"queue");
		leave.remapping |= begins(at, L"remapping");
		leave.la57 |= begins(at, L"la57");
		leave.no_reset |= begins(at, L"no-reset");
		leave.asleep |= begins(at, L"asleep");
		leave.pins |= begins(at, L"pins");
	}
	return at;
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system_table)
{
	static EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *me, *child;
	EFI_PHYSICAL_ADDRESS pages = 0xffffffff;
	EFI_HANDLE image;
	EFI_STATUS status;
	UINTN length = 0;

	st = system_table;
	status = st->BootServices->HandleProtocol(self, &loaded_image, (void **)&me);
	if (EFI_ERROR(status))
		return status;
	if (!find_unit())
		return EFI_NOT_FOUND;
	status = st->BootServices->AllocatePages(AllocateMaxAddress, EfiRuntimeServicesData, 5,
						 &pages);
	if (EFI_ERROR(status))
		return status;
	tables = (uint8_t *)pages;
	for (unsigned i = 0; i < 5 * 4096; i++)
		tables[i] = i < 4096 ? (uint8_t)(i * 37 + 11) : 0;
	status = st->BootServices->LoadImage(false, self, NULL, (void *)vtd_litmus_image,
					     (UINTN)(vtd_litmus_image_end - vtd_litmus_image),
					     &image);
	if (!EFI_ERROR(status))
		status = st->BootServices->HandleProtocol(image, &loaded_image, (void **)&child);
	if (EFI_ERROR(status))
		return status;
	child->LoadOptions = (void *)parse(me->LoadOptions);
	while (((const CHAR16 *)child->LoadOptions)[length])
		length++;
	child->LoadOptionsSize = (UINT32)(2 * (length + 1));
	exit_boot_services = st->BootServices->ExitBootServices;
	if (leave.no_reset)
		st->RuntimeServices->ResetSystem = no_reset;
	st->BootServices->ExitBootServices = leave_things_on;
	return st->BootServices->StartImage(image, NULL, NULL);
}
