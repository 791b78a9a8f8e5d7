/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's page tables, walked as its processor does: from a virtual to a physical address. */
#ifndef TOOLS_CAPTURE_WALK_H
#define TOOLS_CAPTURE_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* The guest's memory as it is now; from physical address 0 on without a hole. */
struct guest_ram {
	const uint8_t *at;
	uint64_t bytes;
};

/* 0 beyond its end. */
uint64_t ram_read(const struct guest_ram *ram, uint64_t physical);

/* What of a processor's state matters. */
struct walk_state {
	uint64_t cr0, cr3, cr4;
};

struct walk_found {
	uint64_t physical; /* of the page of 4 KiB */
	uint64_t entry_at,
		entry; /* the entry that leads there; as long as it is the same the answer holds */
	bool ok;
};

/*
 * Without paging the address is physical. With it 64-bit paging is assumed, 4 or 5 levels by CR4.LA57; pages of 4 KiB,
 * 2 MiB and 1 GiB.
 */
struct walk_found walk(const struct guest_ram *ram, const struct walk_state *state,
		       uint64_t address);

#endif
