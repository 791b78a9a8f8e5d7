/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "tools/capture/walk.h"

#define CR0_PG	 (1ull << 31)
#define CR4_LA57 (1ull << 12)
#define PRESENT	 1ull
#define LARGE	 (1ull << 7)
#define FRAME	 0x000ffffffffff000ull
#define LARGEST	 2 /* levels above the last that may hold a page: 2 MiB, 1 GiB */

uint64_t ram_read(const struct guest_ram *ram, uint64_t physical)
{
	if (physical >= ram->bytes || ram->bytes - physical < 8)
		return 0;
	return *(const volatile uint64_t *)(ram->at + physical);
}

struct walk_found walk(const struct guest_ram *ram, const struct walk_state *state,
		       uint64_t address)
{
	struct walk_found found = { .physical = address & ~0xfffull, .ok = true };
	uint64_t table = state->cr3 & FRAME;
	int level = state->cr4 & CR4_LA57 ? 4 : 3;

	if (!(state->cr0 & CR0_PG))
		return found;
	for (;; level--) {
		uint64_t size = 4096ull << 9 * level;

		found.entry_at = table + (address >> (12 + 9 * level) & 511) * 8;
		found.entry = ram_read(ram, found.entry_at);
		if (!(found.entry & PRESENT)) {
			found.ok = false;
			return found;
		}
		if (level == 0 || (level <= LARGEST && found.entry & LARGE)) {
			found.physical = (found.entry & FRAME & ~(size - 1)) |
					 (address & (size - 1) & ~0xfffull);
			return found;
		}
		table = found.entry & FRAME;
	}
}
