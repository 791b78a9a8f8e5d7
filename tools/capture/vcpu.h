/* SPDX-License-Identifier: BSD-2-Clause */
/* A processor of the guest, for the plugin: its registers, what its addresses lead to, what is on its stack. */
#ifndef TOOLS_CAPTURE_VCPU_H
#define TOOLS_CAPTURE_VCPU_H

#include "tools/capture/recorder.h"
#include "tools/capture/walk.h"

#define NOWHERE	    (~0ull)
#define TLB_ENTRIES 4096

struct tlb_entry {
	uint64_t page, generation, entry_at, entry, physical;
};

struct vcpu {
	struct walk_state state;
	uint64_t generation; /* of the state: what is kept of another is not used */
	uint64_t seen, walks, failed;
	struct qemu_plugin_register *general[16];
	struct plugin_bytes *buffer;
	struct tlb_entry tlb[TLB_ENTRIES];
};

extern struct vcpu *vcpus[RECORDER_CPUS];

/* Before any processor is added. False: no memory. */
bool vcpu_init(void);
void vcpu_add(unsigned cpu);

/* An instruction of a call ends here: what is on a stack counts as a return address if a call stands before it. */
void vcpu_remember_return(uint64_t address);

/* A general register, by its number in instructions. */
uint64_t vcpu_register(struct vcpu *v, unsigned number);

/* By the guest's page tables. */
uint64_t vcpu_walk(struct vcpu *v, const struct guest_ram *ram, uint64_t address);

/* The physical address, or NOWHERE; for each store of the guest. */
static inline uint64_t vcpu_translate(struct vcpu *v, const struct guest_ram *ram, uint64_t address)
{
	uint64_t page = address >> 12;
	const struct tlb_entry *e = &v->tlb[page % TLB_ENTRIES];

	if (e->page == page && e->generation == v->generation &&
	    (!e->entry_at || ram_read(ram, e->entry_at) == e->entry))
		return e->physical | (address & 0xfff);
	return vcpu_walk(v, ram, address);
}

/*
 * What looks like return addresses, innermost first, with what was called there. No unwinder: some may be left-overs of
 * earlier calls, which the reader tells by whom they called. `deep`: twice as far up the stack.
 */
void vcpu_print_stack(struct vcpu *v, const struct guest_ram *ram, bool deep, FILE *out);

#endif
