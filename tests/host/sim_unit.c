/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated unit of tests/sim/, for unit tests: reset, registers set and read, DMA. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "tests/sim/sim.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "vtd/platform.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FRO	 0x22 /* fault recording registers at 0x220 */
#define IRO	 0x0f /* IOTLB registers at 0xf0 */
#define SWITCHES (GCMD_TE | GCMD_QIE | GCMD_IRE)

struct options options; /* the kernel's: all defaults */
struct handoff *handoff = &(struct handoff){ .has_boot_mac = false };
struct sim_unit sim_unit;
static uint64_t clock_us;

uint32_t sim_unit_get32(uint32_t offset)
{
	return unit_get32(&sim_unit.unit, offset);
}

void sim_unit_set32(uint32_t offset, uint32_t value)
{
	unit_set32(&sim_unit.unit, offset, value);
}

void sim_unit_set64(uint32_t offset, uint64_t value)
{
	unit_set64(&sim_unit.unit, offset, value);
}

void sim_unit_reset(void)
{
	memset(&sim_unit, 0, sizeof(sim_unit));
	sim_unit.pages_left = 1000;
	unit_reset(&sim_unit.unit, 0);
	sim_unit_set64(VTD_CAP, field_bits(CAP_ND, 6) | field_bits(CAP_SAGAW, 6) |
					field_bits(CAP_MGAW, 47) | field_bits(CAP_FRO, FRO) |
					field_bits(CAP_NFR, SIM_UNIT_RECORDS - 1) |
					field_bits(CAP_DRD, 1) | field_bits(CAP_DWD, 1));
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_QI, 1) | field_bits(ECAP_IRO, IRO));
}

struct vtd_unit sim_unit_probe(void)
{
	struct vtd_unit unit;

	CHECK_EQ(vtd_unit_probe(&unit, sim_unit.unit.registers, SIM_UNIT_BASE, SIM_UNIT_BYTES),
		 VTD_OK);
	return unit;
}

struct vtd_unit sim_unit_enabled(void)
{
	struct vtd_unit unit = sim_unit_probe();

	CHECK_EQ(vtd_unit_enable(&unit, VTD_QUEUED_OR_REGISTER), VTD_OK);
	return unit;
}

void sim_unit_fault(uint16_t source_id, uint8_t reason, uint64_t address)
{
	fault_record(&sim_unit.unit, &(struct request){ .source_id = source_id, .at = address },
		     reason);
}

static bool is_register(const volatile void *address, uint32_t *offset)
{
	uint64_t at = (uint64_t)address - (uint64_t)sim_unit.unit.registers;

	*offset = (uint32_t)at;
	return at < SIM_UNIT_BYTES;
}

static void write_register(uint32_t offset, uint64_t value, unsigned bytes)
{
	uint32_t change = (sim_unit_get32(VTD_GSTS) ^ (uint32_t)value) & SWITCHES;

	CHECK(sim_unit.write_count < sizeof(sim_unit.writes) / sizeof(sim_unit.writes[0]));
	sim_unit.writes[sim_unit.write_count].offset = offset;
	sim_unit.writes[sim_unit.write_count++].value = value;
	sim_unit.bits_at_once |= offset == VTD_GCMD && change & (change - 1);
	unit_write(&sim_unit.unit, offset, bytes, value);
}

int sim_unit_write_to(uint32_t offset, unsigned from)
{
	for (unsigned i = from; i < sim_unit.write_count; i++)
		if (sim_unit.writes[i].offset == offset)
			return (int)i;
	return -1;
}

int sim_unit_command(uint32_t bit, bool on)
{
	for (unsigned i = 0; i < sim_unit.write_count; i++)
		if (sim_unit.writes[i].offset == VTD_GCMD &&
		    !(sim_unit.writes[i].value & bit) == !on)
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
		write_register(offset, value, 4);
	else
		*(volatile uint32_t *)address = value;
}

void platform_write64(volatile void *address, uint64_t value)
{
	uint32_t offset;

	if (is_register(address, &offset))
		write_register(offset, value, 8);
	else
		*(volatile uint64_t *)address = value;
}

void platform_flush_line(const volatile void *address)
{
	(void)address;
	sim_unit.lines_flushed++;
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

/* No memory above 4 GiB. */
void *memory_alloc_alias(const void *page, unsigned bit)
{
	(void)page;
	(void)bit;
	return NULL;
}

/* The tests need few: after the last, the first again. */
void *memory_alloc_window(size_t pages)
{
	static uint64_t next = PAGE_SIZE;
	uint64_t at = next;

	if (at + pages * PAGE_SIZE > WINDOW_BYTES - 2 * PAGE_SIZE)
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
	if (!sim_unit.pages_left)
		return NULL;
	sim_unit.pages_left--;
	return memory_alloc(1);
}

uint64_t platform_time_us(void)
{
	return clock_us += 1000;
}

void platform_relax(void)
{
}

/* --- what the unit asks: all at once, and memory is where pointers lead --- */

bool sim_by_turns;

uint32_t sim_random(uint32_t n)
{
	return n / 2;
}

bool sim_chance(uint32_t percent)
{
	return percent == 100;
}

void memory_load(uint64_t at, unsigned words, uint64_t *out, bool snoop)
{
	(void)snoop;
	for (unsigned i = 0; i < words; i++)
		out[i] = at < PAGE_SIZE ? 0 : ((const uint64_t *)at)[i];
}

void memory_store32(uint64_t at, uint32_t value)
{
	*(uint32_t *)at = value;
}

bool memory_set_bits(uint64_t at, uint64_t before, uint64_t bits)
{
	*(uint64_t *)at = before | bits;
	return true;
}

void memory_drain_write_buffer(void)
{
}

void unit_answers(struct unit *u, const struct unit_answer *answer)
{
	(void)u;
	sim_unit.answer = *answer;
	sim_unit.answers++;
}

uint64_t unit_now(void)
{
	return clock_us * 1000;
}

void unit_pause(uint32_t ns)
{
	(void)ns;
}

void unit_wait(void)
{
}

uint8_t unit_task(void)
{
	return 0;
}

void unit_is_busy(struct unit *u)
{
	while (unit_work(u))
		;
}

void unit_obeys(struct unit *u, const uint64_t descriptor[4])
{
	(void)u;
	memcpy(sim_unit.descriptors[sim_unit.descriptor_count++ % 1024], descriptor, 16);
}

void unit_interrupts(struct unit *u, uint64_t address, uint32_t data)
{
	(void)u;
	(void)address;
	(void)data;
	sim_unit.interrupts++;
}

bool unit_invalidate_device(struct unit *u, uint16_t source_id, bool has_pasid, uint32_t pasid,
			    uint64_t address, bool all)
{
	(void)u;
	(void)source_id;
	(void)has_pasid;
	(void)pasid;
	(void)address;
	(void)all;
	return !sim_unit.device_is_silent;
}
