/* SPDX-License-Identifier: BSD-2-Clause */
/* Intel SDM volume 3, section 4.5 "4-level paging and 5-level paging". */
#include "kernel/paging.h"
#include "kernel/cpu.h"
#include "kernel/memory.h"

#define PTE_PRESENT   (1ull << 0)
#define PTE_WRITE     (1ull << 1)
#define PTE_UNCACHED  (1ull << 3 | 1ull << 4) /* PWT and PCD: PAT entry 3, UC at reset */
#define PTE_COMBINING (1ull << 3) /* PWT: PAT entry 1, which paging_init_cpu() sets to WC */
#define PTE_LARGE     (1ull << 7)
#define PTE_ADDRESS   0x000ffffffffff000ull

#define FOUR_GIB (1ull << 32)

#define MSR_PAT			 0x277
/* As at reset, but entry 1: write-combining (1) in place of write-through (4). */
#define PAT_WITH_WRITE_COMBINING 0x0007040600070106

/* CPUID: leaf 1, EDX; extended leaves, and of leaf 80000001h, EDX. */
#define FEATURE_PAT	       (1u << 16)
#define CPUID_EXTENDED	       0x80000000u
#define CPUID_ADDRESSES	       0x80000008u
#define FEATURE_GIGABYTE_PAGES (1u << 26)

static uint64_t *top;
static int levels;
static bool gigabyte_pages;
static bool exhausted;

static uint64_t *new_table(void)
{
	uint64_t *table = memory_alloc(1);

	exhausted |= !table;
	return table;
}

/* Replace a large page by a table of the next smaller ones with the same attributes. */
static uint64_t *split(uint64_t *entry, int level)
{
	uint64_t step = 1ull << (12 + 9 * (level - 2));
	uint64_t old = *entry;
	uint64_t *table = new_table();

	if (!table)
		return NULL;
	for (int i = 0; i < 512; i++)
		table[i] = (old & ~(level == 2 ? PTE_LARGE : 0)) + i * step;
	*entry = (uint64_t)table | PTE_PRESENT | PTE_WRITE;
	return table;
}

/*
 * Map [at, end) with `flags` in the largest pages that fit, over whatever was there; with
 * `only_absent`, leave what is mapped alone.
 */
static void map(uint64_t at, uint64_t end, uint64_t flags, bool only_absent)
{
	while (at < end && !exhausted) {
		uint64_t *table = top;
		uint64_t size, *entry;
		int level = levels;

		for (;; level--) {
			size = 1ull << (12 + 9 * (level - 1));
			entry = &table[at >> (12 + 9 * (level - 1)) & 511];
			bool fits = !(at & (size - 1)) && end - at >= size &&
				    (level == 1 || level == 2 || (level == 3 && gigabyte_pages));
			bool leaf = level == 1 || *entry & PTE_LARGE;

			if (only_absent && *entry & PTE_PRESENT && leaf)
				break;
			if (fits && (leaf || !(*entry & PTE_PRESENT))) {
				*entry = at | flags | PTE_PRESENT | PTE_WRITE |
					 (level > 1 ? PTE_LARGE : 0);
				break;
			}
			if (*entry & PTE_PRESENT && *entry & PTE_LARGE) {
				table = split(entry, level);
			} else if (*entry & PTE_PRESENT) {
				table = (uint64_t *)(*entry & PTE_ADDRESS);
			} else {
				table = new_table();
				if (table)
					*entry = (uint64_t)table | PTE_PRESENT | PTE_WRITE;
			}
			if (!table)
				return;
		}
		at = (at & ~(size - 1)) + size;
	}
}

/*
 * PAT entry 1 write-combining instead of write-through; the others as at reset (SDM volume 3, 12.12).
 * Nothing is mapped by it yet when it changes.
 */
void paging_init_cpu(void)
{
	if (cpuid(1, 0).edx & FEATURE_PAT)
		wrmsr(MSR_PAT, PAT_WITH_WRITE_COMBINING);
}

unsigned paging_physical(void)
{
	return cpuid(CPUID_EXTENDED, 0).eax >= CPUID_ADDRESSES
		       ? cpuid(CPUID_ADDRESSES, 0).eax & 0xff
		       : 36;
}

/* Of addresses that can be mapped to themselves, and that the processor has. */
static uint64_t limit(void)
{
	unsigned physical = paging_physical(), linear = levels == 5 ? 56 : 47;

	return 1ull << (physical < linear ? physical : linear);
}

bool page_zero_is_empty;

/* Of the UEFI specification 2.10, section 7.2.3. */
enum { EFI_BOOT_SERVICES_CODE = 3, EFI_BOOT_SERVICES_DATA = 4, EFI_CONVENTIONAL_MEMORY = 7 };

/* Free, or boot services', whose end has come. */
static bool is_free_now(const struct memory_region *r)
{
	return r->efi_type == EFI_BOOT_SERVICES_CODE || r->efi_type == EFI_BOOT_SERVICES_DATA ||
	       r->efi_type == EFI_CONVENTIONAL_MEMORY;
}

bool paging_init(const struct handoff *handoff)
{
	paging_init_cpu();
	levels = read_cr4() & CR4_LA57 ? 5 : 4;
	gigabyte_pages = cpuid(CPUID_EXTENDED + 1, 0).edx & FEATURE_GIGABYTE_PAGES;
	top = new_table();
	if (!top)
		return false;
	map(0, FOUR_GIB, PTE_UNCACHED, false);
	for (size_t i = 0; i < handoff->region_count; i++) {
		const struct memory_region *r = &handoff->regions[i];

		if (r->kind <= MEMORY_OCCUPIED && r->base < limit() &&
		    r->pages <= (limit() - r->base) / PAGE_SIZE)
			map(r->base, r->base + r->pages * PAGE_SIZE, 0, false);
	}
	/* The memory map speaks of page 0 too: take it out after all else is in. */
	map(0, PAGE_SIZE, 0, false);
	uint64_t *table = top;

	for (int level = levels; level > 1; level--)
		table = (uint64_t *)(table[0] & PTE_ADDRESS);
	if (exhausted)
		return false;
	write_cr3((uint64_t)top);
	for (size_t i = 0; i < handoff->region_count && !memory_is_kept(0, PAGE_SIZE); i++)
		page_zero_is_empty |= !handoff->regions[i].base && handoff->regions[i].pages &&
				      is_free_now(&handoff->regions[i]);
	if (page_zero_is_empty)
		__asm__ volatile("xor %%edi, %%edi\n\trep stosb"
				 :
				 : "a"(0), "c"(PAGE_SIZE)
				 : "rdi", "memory");
	/* A unit that does not snoop shall find it empty, too. */
	for (uint64_t at = 0; page_zero_is_empty && at < PAGE_SIZE; at += 64)
		__asm__ volatile("clflush (%0)" : : "r"(at) : "memory");
	table[0] = 0;
	write_cr3((uint64_t)top);
	return true;
}

unsigned paging_levels(void)
{
	return (unsigned)levels;
}

static volatile void *map_device(uint64_t physical, uint64_t bytes, uint64_t flags,
				 bool only_absent)
{
	uint64_t from = physical & ~(PAGE_SIZE - 1);
	uint64_t to = (physical + bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	if (!top || !physical || to <= from || to > limit())
		return NULL;
	map(from, to, flags, only_absent);
	return exhausted ? NULL : (volatile void *)physical;
}

volatile void *paging_map_mmio(uint64_t physical, uint64_t bytes)
{
	return map_device(physical, bytes, PTE_UNCACHED, true);
}

volatile void *paging_map_combining(uint64_t physical, uint64_t bytes)
{
	volatile void *at = map_device(physical, bytes, PTE_COMBINING, false);

	write_cr3((uint64_t)top);
	return at;
}
