/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/host/fake_unit.h"
#include "tests/host/test.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "vtd/platform.h"
#include "vtd/regs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FRO	 0x22 /* fault recording registers at 0x220 */
#define IRO	 0x0f /* IOTLB registers at 0xf0 */
#define SWITCHES (G_TE | G_QIE | G_IRE)
#define F_BIT	 (1u << 31)

struct options options; /* the kernel's: all defaults */
struct fake_unit fake;
static uint64_t clock_us;

uint32_t fake_get32(uint32_t offset)
{
	uint32_t value;

	memcpy(&value, fake.registers + offset, 4);
	return value;
}

static uint64_t get64(uint32_t offset)
{
	return fake_get32(offset) | (uint64_t)fake_get32(offset + 4) << 32;
}

void fake_set32(uint32_t offset, uint32_t value)
{
	memcpy(fake.registers + offset, &value, 4);
}

void fake_set64(uint32_t offset, uint64_t value)
{
	memcpy(fake.registers + offset, &value, 8);
}

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.pages_left = 1000;
	fake_set32(VTD_VER, 0x10);
	fake_set64(VTD_CAP, field_bits(CAP_ND, 6) | field_bits(CAP_SAGAW, 6) |
				    field_bits(CAP_MGAW, 47) | field_bits(CAP_FRO, FRO) |
				    field_bits(CAP_NFR, FAKE_RECORDS - 1) | field_bits(CAP_DRD, 1) |
				    field_bits(CAP_DWD, 1));
	fake_set64(VTD_ECAP, field_bits(ECAP_QI, 1) | field_bits(ECAP_IRO, IRO));
}

struct vtd_unit fake_probe(void)
{
	struct vtd_unit unit;

	CHECK_EQ(vtd_unit_probe(&unit, fake.registers, FAKE_BASE, FAKE_BYTES), VTD_OK);
	return unit;
}

struct vtd_unit fake_enabled(void)
{
	struct vtd_unit unit = fake_probe();

	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_OK);
	return unit;
}

/* Section 6.5.2: from head to tail; a wait descriptor (type 5) with SW writes its status data. */
static void run_queue(void)
{
	uint64_t base = get64(VTD_IQA) & ~0xfffull;
	unsigned bytes = get64(VTD_IQA) & 1 << 11 ? 32 : 16;

	while (get64(VTD_IQH) != get64(VTD_IQT) && !fake.queue_stuck) {
		uint64_t head = get64(VTD_IQH);
		const uint64_t *d = (const uint64_t *)(base + head);

		if (fake.error_type && (d[0] & 15) == fake.error_type) {
			fake_set32(VTD_FSTS, fake_get32(VTD_FSTS) | FSTS_IQE);
			return;
		}
		memcpy(fake.descriptors[fake.descriptor_count++ % 1024], d, 16);
		if ((d[0] & 15) == 5 && d[0] & 1 << 5)
			*(uint32_t *)d[1] = (uint32_t)(d[0] >> 32);
		fake_set64(VTD_IQH, (head + bytes) % 4096);
	}
}

static void command(uint32_t value)
{
	uint32_t before = fake_get32(VTD_GSTS), change = (before ^ value) & SWITCHES;

	fake.bits_at_once |= (change & (change - 1)) != 0;
	change &= ~fake.deaf;
	fake_set32(VTD_GSTS, before ^ change);
	if (value & G_SRTP & ~fake.deaf)
		fake_set32(VTD_GSTS, fake_get32(VTD_GSTS) | G_SRTP);
	if (value & G_WBF & fake.deaf)
		fake_set32(VTD_GSTS, fake_get32(VTD_GSTS) | G_WBF);
	if (change & G_QIE)
		fake_set64(VTD_IQH, 0);
}

/* FSTS.PPF is the OR of all F bits; FRI was the first pending record when PPF was set, and stays so. */
static void summarise_faults(void)
{
	uint32_t before = fake_get32(VTD_FSTS);
	uint32_t status = before & ~(uint32_t)(FSTS_PPF | 0xff00);

	for (unsigned i = 0; i < FAKE_RECORDS; i++) {
		unsigned k = (fake.next_record + i) % FAKE_RECORDS;

		if (fake_get32((FRO + k) * 16 + 12) & F_BIT) {
			status |= FSTS_PPF | (before & FSTS_PPF ? before & 0xff00 : k << 8);
			break;
		}
	}
	fake_set32(VTD_FSTS, status);
}

void fake_fault(uint16_t source_id, uint8_t reason, uint64_t address)
{
	uint32_t at = (FRO + fake.next_record) * 16;

	if (fake_get32(VTD_FSTS) & FSTS_PFO)
		return; /* nothing is recorded until software clears the overflow */
	if (fake_get32(at + 12) & F_BIT) {
		fake_set32(VTD_FSTS, fake_get32(VTD_FSTS) | FSTS_PFO);
		return;
	}
	fake_set64(at, address & ~0xfffull);
	fake_set64(at + 8, 1ull << 63 | (uint64_t)reason << 32 | source_id);
	fake.next_record = (fake.next_record + 1) % FAKE_RECORDS;
	summarise_faults();
}

static void write_effect(uint32_t offset, uint64_t value)
{
	if (offset == VTD_GCMD) {
		command((uint32_t)value);
	} else if (offset == VTD_FSTS) {
		fake_set32(VTD_FSTS, fake_get32(VTD_FSTS) & ~((uint32_t)value & 0x71));
	} else if (offset >= FRO * 16 && offset < (FRO + FAKE_RECORDS) * 16) {
		if (offset % 16 == 12 && value & F_BIT)
			fake_set32(offset, fake_get32(offset) & ~F_BIT);
		summarise_faults();
	} else if (offset == VTD_PMEN) {
		fake_set32(offset, value & PMEN_EPM ? PMEN_EPM | PMEN_PRS : 0);
	} else if (offset == VTD_IQT) {
		fake_set64(offset, value);
		if (fake_get32(VTD_GSTS) & G_QIE)
			run_queue();
	} else if (offset == VTD_CCMD) {
		fake_set64(offset, fake.queue_stuck ? value : value & ~CCMD_ICC);
	} else if (offset == IRO * 16 + IOTLB_REG) {
		fake_set64(offset, fake.queue_stuck ? value : value & ~IOTLB_IVT);
	}
}

static bool is_register(const volatile void *address, uint32_t *offset)
{
	uint64_t at = (uint64_t)address - (uint64_t)fake.registers;

	*offset = (uint32_t)at;
	return at < FAKE_BYTES;
}

static void write_register(uint32_t offset, uint64_t value, bool wide)
{
	CHECK(fake.write_count < sizeof(fake.writes) / sizeof(fake.writes[0]));
	fake.writes[fake.write_count].offset = offset;
	fake.writes[fake.write_count++].value = value;
	if (offset != VTD_GCMD && offset != VTD_FSTS && offset < FRO * 16) {
		if (wide)
			fake_set64(offset, value);
		else
			fake_set32(offset, (uint32_t)value);
	}
	write_effect(offset, value);
}

int fake_write_to(uint32_t offset, unsigned from)
{
	for (unsigned i = from; i < fake.write_count; i++)
		if (fake.writes[i].offset == offset)
			return (int)i;
	return -1;
}

int fake_command(uint32_t bit, bool on)
{
	for (unsigned i = 0; i < fake.write_count; i++)
		if (fake.writes[i].offset == VTD_GCMD && !(fake.writes[i].value & bit) == !on)
			return (int)i;
	return -1;
}

uint32_t platform_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

uint64_t platform_read64(const volatile void *address)
{
	return *(const volatile uint64_t *)address;
}

void platform_write32(volatile void *address, uint32_t value)
{
	uint32_t offset;

	if (is_register(address, &offset))
		write_register(offset, value, false);
	else
		*(volatile uint32_t *)address = value;
}

void platform_write64(volatile void *address, uint64_t value)
{
	uint32_t offset;

	if (is_register(address, &offset))
		write_register(offset, value, true);
	else
		*(volatile uint64_t *)address = value;
}

void platform_flush_line(const volatile void *address)
{
	(void)address;
	fake.lines_flushed++;
}

/* Pages are kept until the end: the sanitizer would call them leaks if nothing led to them. */
void *memory_alloc(size_t pages)
{
	static struct block {
		struct block *next;
		void *pages;
	} * blocks;
	struct block *block = malloc(sizeof(*block));

	block->pages = aligned_alloc(PAGE_SIZE, pages * PAGE_SIZE);
	block->next = blocks;
	blocks = block;
	return memset(block->pages, 0, pages * PAGE_SIZE);
}

/* At an address that window pages can have on a machine. */
uint64_t memory_window(void)
{
	const uint64_t base = 0x08000000;
	static void *window;

	if (!window)
		window = mmap((void *)base, WINDOW_BYTES, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	return (uint64_t)window == base ? base : 0;
}

/* The tests need few: after the last, the first again. */
void *memory_alloc_window(size_t pages)
{
	static uint64_t next = PAGE_SIZE;
	uint64_t at = next;

	if (at + pages * PAGE_SIZE > WINDOW_BYTES - PAGE_SIZE)
		at = PAGE_SIZE;
	next = at + pages * PAGE_SIZE;
	return memset((void *)(memory_window() + at), 0, pages * PAGE_SIZE);
}

/* As far as the kernel's page tables reach. */
volatile void *paging_map_mmio(uint64_t physical, uint64_t bytes)
{
	return physical && physical + bytes <= 1ull << 47 ? (volatile void *)physical : NULL;
}

void *platform_alloc_page(void)
{
	if (!fake.pages_left)
		return NULL;
	fake.pages_left--;
	return memory_alloc(1);
}

uint64_t platform_time_us(void)
{
	return clock_us += 1000;
}

void platform_relax(void)
{
}
