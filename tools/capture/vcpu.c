/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/qemu_plugin.h"
#include "tools/capture/vcpu.h"

#define RETURNS	    (1u << 20)
#define STACK_WORDS 128
#define STACK_FOUND 16

struct vcpu *vcpus[RECORDER_CPUS];

static uint64_t *returns; /* addresses after call instructions: a hash table */

bool vcpu_init(void)
{
	returns = calloc(RETURNS, sizeof(*returns));
	return returns;
}

void vcpu_remember_return(uint64_t address)
{
	for (uint64_t i = address * 0x9e3779b97f4a7c15ull >> 44, n = 0; n < 64;
	     n++, i = (i + 1) % RETURNS) {
		uint64_t free_slot = 0;

		if (__atomic_compare_exchange_n(&returns[i], &free_slot, address, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		    free_slot == address)
			return;
	}
}

static bool is_return(uint64_t address)
{
	for (uint64_t i = address * 0x9e3779b97f4a7c15ull >> 44, n = 0; n < 64;
	     n++, i = (i + 1) % RETURNS) {
		uint64_t at = __atomic_load_n(&returns[i], __ATOMIC_RELAXED);

		if (at == address)
			return true;
		if (!at)
			return false;
	}
	return false;
}

uint64_t vcpu_walk(struct vcpu *v, const struct guest_ram *ram, uint64_t address)
{
	uint64_t page = address >> 12;
	struct tlb_entry *e = &v->tlb[page % TLB_ENTRIES];
	struct walk_found found;

	v->walks++;
	found = walk(ram, &v->state, address);
	if (!found.ok) {
		v->failed++;
		return NOWHERE;
	}
	*e = (struct tlb_entry){ page, v->generation, found.entry_at, found.entry, found.physical };
	return found.physical | (address & 0xfff);
}

uint64_t vcpu_register(struct vcpu *v, unsigned number)
{
	uint64_t value = 0;

	g_byte_array_set_size(v->buffer, 0);
	if (!v->general[number])
		return 0;
	qemu_plugin_read_register(v->general[number], v->buffer);
	if (v->buffer->length >= 8)
		memcpy(&value, v->buffer->data, 8);
	return value;
}

/* Of the direct call that ends at `address`, E8 and an offset: whom it calls; 0 if it is none. */
static uint64_t called_from(struct vcpu *v, const struct guest_ram *ram, uint64_t address)
{
	uint64_t at = vcpu_translate(v, ram, address - 5);
	int32_t offset;

	if (at >= ram->bytes || at % 4096 > 4091 || ram->at[at] != 0xe8)
		return 0;
	memcpy(&offset, ram->at + at + 1, 4);
	return address + (uint64_t)(int64_t)offset;
}

void vcpu_print_stack(struct vcpu *v, const struct guest_ram *ram, bool deep, FILE *out)
{
	unsigned words = deep ? 2 * STACK_WORDS : STACK_WORDS,
		 most = deep ? 2 * STACK_FOUND : STACK_FOUND;
	uint64_t sp = vcpu_register(v, 4) & ~7ull;

	fprintf(out, " stack %" PRIx64, sp);
	for (unsigned i = 0, found = 0; i < words && found < most; i++, sp += 8) {
		uint64_t at = vcpu_translate(v, ram, sp), value;

		if (at == NOWHERE)
			break;
		value = ram_read(ram, at);
		if (!value || !is_return(value))
			continue;
		fprintf(out, " %" PRIx64 "/%" PRIx64 "/%x", value, called_from(v, ram, value), i);
		found++;
	}
}

void vcpu_add(unsigned cpu)
{
	static const char *const names[] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"
	};
	struct plugin_registers_list *list = qemu_plugin_get_registers();
	struct vcpu *v = calloc(1, sizeof(*v));

	if (cpu >= RECORDER_CPUS || !v) {
		fprintf(stderr, "capture: processor %u: at most %u are possible\n", cpu,
			RECORDER_CPUS);
		exit(1);
	}
	v->buffer = g_byte_array_new();
	v->generation = 1;
	for (unsigned i = 0; list && i < list->length; i++) {
		const struct plugin_register *r = (void *)(list->data +
							   i * g_array_get_element_size(list));

		for (unsigned n = 0; n < 16; n++)
			if (!strcmp(r->name, names[n]))
				v->general[n] = r->handle;
	}
	if (!v->general[0])
		fprintf(stderr, "capture: this QEMU does not show the registers of processor %u\n",
			cpu);
	vcpus[cpu] = v;
}
