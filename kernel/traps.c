/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor tables, exceptions and panic. Intel SDM volume 3, chapters 3, 6 and 7. */
#include "kernel/traps.h"
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"

enum {
	SELECTOR_CODE = 0x08,
	SELECTOR_DATA = 0x10,
	SELECTOR_TSS = 0x18,
	/* Double faults and NMIs have stacks of their own: a panic calls firmware, which wants room. */
	IST_DOUBLE_FAULT = 1,
	IST_NMI = 2,
	IST_PAGES = 4,
};

#define INTERRUPT_GATE	0x8e		      /* present, privilege 0 */
#define CODE_DESCRIPTOR 0x00af9b000000ffffull /* 64-bit, present, privilege 0 */
#define DATA_DESCRIPTOR 0x00cf93000000ffffull
#define TSS_TYPE	0x89ull /* present, 64-bit TSS, available */
#define STUB_BYTES	16	/* of kernel/trap_stubs.asm */

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3], reserved1, ist[7], reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104 && offsetof(struct tss, ist) == 36, "SDM volume 3, 8.7");

struct descriptors {
	uint64_t gdt[5];
	struct tss tss;
} __attribute__((aligned(64)));
_Static_assert(sizeof(((struct descriptors *)0)->gdt) == SELECTOR_TSS + 16,
	       "a descriptor of a TSS, the last one, has 16 bytes");

struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};
_Static_assert(sizeof(struct gate) == 16 && offsetof(struct gate, offset2) == 8,
	       "SDM volume 3, 6.14.1");

struct pseudo_descriptor {
	uint16_t limit;
	const void *base;
} __attribute__((packed));
_Static_assert(sizeof(struct pseudo_descriptor) == 10, "what LGDT and LIDT read");

extern const uint8_t trap_stubs[];

static struct gate idt[256] __attribute__((aligned(16)));
static bool (*handlers[256])(struct trap_frame *);
static bool panicking;
static void (*stop_others)(void);
unsigned trap_foreign_nmis;
struct trap_strays trap_strays;

static struct guard {
	struct guard *outer;
	void *place[5]; /* __builtin_setjmp's */
	uint32_t apic_id;
	bool catch_exceptions;
} * innermost;

static void idt_fill(void)
{
	for (unsigned i = 0; i < 256; i++) {
		uint64_t stub = (uint64_t)trap_stubs + STUB_BYTES * i;

		idt[i] = (struct gate){
			.offset0 = (uint16_t)stub,
			.selector = SELECTOR_CODE,
			.ist = i == VECTOR_NMI		  ? IST_NMI
			       : i == VECTOR_DOUBLE_FAULT ? IST_DOUBLE_FAULT
							  : 0,
			.type = INTERRUPT_GATE,
			.offset1 = (uint16_t)(stub >> 16),
			.offset2 = (uint32_t)(stub >> 32),
		};
	}
}

void traps_init_cpu(unsigned cpu)
{
	struct descriptors *d = memory_alloc(1 + 2 * IST_PAGES);
	struct pseudo_descriptor gdtr, idtr = { sizeof(idt) - 1, idt };
	uint64_t tss;

	if (!d)
		panic("no memory for the descriptor tables of processor %u", cpu);
	if (!cpu)
		idt_fill();
	tss = (uint64_t)&d->tss;
	d->tss.ist[IST_DOUBLE_FAULT - 1] = (uint64_t)d + (1 + IST_PAGES) * PAGE_SIZE;
	d->tss.ist[IST_NMI - 1] = (uint64_t)d + (1 + 2 * IST_PAGES) * PAGE_SIZE;
	d->tss.io_map = sizeof(d->tss);
	d->gdt[SELECTOR_CODE / 8] = CODE_DESCRIPTOR;
	d->gdt[SELECTOR_DATA / 8] = DATA_DESCRIPTOR;
	d->gdt[SELECTOR_TSS / 8] = (sizeof(d->tss) - 1) | (tss & 0xffffff) << 16 | TSS_TYPE << 40 |
				   (tss >> 24 & 0xff) << 56;
	d->gdt[SELECTOR_TSS / 8 + 1] = tss >> 32;
	gdtr = (struct pseudo_descriptor){ sizeof(d->gdt) - 1, d->gdt };
	__asm__ volatile(
		"lgdt %0\n\tpushq %2\n\tlea 1f(%%rip), %%rax\n\tpushq %%rax\n\tlretq\n"
		"1:\tmov %3, %%ds\n\tmov %3, %%es\n\tmov %3, %%ss\n\tmov %4, %%fs\n\tmov %4, %%gs\n\tltr %w5\n\tlidt %1"
		:
		: "m"(gdtr), "m"(idtr), "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0),
		  "r"(SELECTOR_TSS)
		: "rax", "memory");
}

void trap_on_interrupt(uint8_t vector, bool (*handler)(struct trap_frame *))
{
	handlers[vector] = handler;
}

bool trap_guard(void (*work)(void *), void *argument, bool catch_exceptions)
{
	struct guard guard = { .outer = innermost,
			       .apic_id = apic_id(),
			       .catch_exceptions = catch_exceptions };
	bool cut_off = __builtin_setjmp(guard.place);

	if (!cut_off) {
		innermost = &guard;
		work(argument);
	}
	innermost = innermost->outer;
	return !cut_off;
}

void trap_escape(void)
{
	__builtin_longjmp(innermost->place, 1);
}

void trap_divert(struct trap_frame *frame, void (*instead)(void))
{
	frame->rip = (uint64_t)instead;
	frame->rsp = (frame->rsp & ~15ull) - 8; /* as behind a call */
	frame->rflags &= ~(1ull << 9);
}

static const char *exception_name(uint64_t vector)
{
	static const char *const names[] = {
		"divide error",
		"debug",
		"NMI",
		"breakpoint",
		"overflow",
		"bound range",
		"invalid opcode",
		"device not available",
		"double fault",
		"coprocessor overrun",
		"invalid TSS",
		"segment not present",
		"stack fault",
		"general protection",
		"page fault",
		"reserved",
		"x87 error",
		"alignment check",
		"machine check",
		"SIMD error",
		"virtualization",
		"control protection",
	};

	return vector < sizeof(names) / sizeof(names[0]) ? names[vector] : "exception";
}

static void print_address(const char *what, uint64_t address)
{
	uint64_t base = handoff->image_base;

	if (address - base < handoff->image_bytes)
		log_note("%s %016lx = vtd-litmus.efi+0x%lx", what, address, address - base);
	else
		log_note("%s %016lx", what, address);
}

static _Noreturn void die(const char *why)
{
	char text[300];

	format_text(text, sizeof(text), LOG_PANIC ": %s\n", why);
	kernel_summary(text);
	log_note(LOG_PANIC ": the run ends here; no verdict above this line is complete");
	kernel_end(RUN_FAIL);
}

void panic_stops_others_by(void (*stop)(void))
{
	stop_others = stop;
}

/* A second panic while the first is being printed must not print again: just end. */
static void enter_panic(void)
{
	interrupts_off();
	if (__atomic_exchange_n(&panicking, true, __ATOMIC_SEQ_CST))
		cpu_stop();
	if (stop_others)
		stop_others();
	log_printf("\n");
}

static _Noreturn void dump(const struct trap_frame *f)
{
	char text[160];

	enter_panic();
	format_text(text, sizeof(text), "%s, vector %lu, error code %lx, on APIC id %u",
		    exception_name(f->vector), f->vector, f->error, apic_id());
	log_note(LOG_PANIC ": %s", text);
	print_address(LOG_PLACE, f->rip);
	if (f->vector == VECTOR_PAGE_FAULT)
		log_note("  cr2 %016lx", read_cr2());
	log_note("  rsp %016lx rbp %016lx rflags %08lx cs %lx", f->rsp, f->rbp, f->rflags, f->cs);
	log_note("  rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx, f->rcx, f->rdx);
	log_note("  rsi %016lx rdi %016lx r8  %016lx r9  %016lx", f->rsi, f->rdi, f->r8, f->r9);
	log_note("  r10 %016lx r11 %016lx r12 %016lx r13 %016lx", f->r10, f->r11, f->r12, f->r13);
	log_note("  r14 %016lx r15 %016lx cr0 %lx cr3 %lx cr4 %lx", f->r14, f->r15, read_cr0(),
		 read_cr3(), read_cr4());
	die(text);
}

/* It ends no run; it is told at the end. */
static void note_stray(uint64_t vector)
{
	if (__atomic_fetch_add(&trap_strays.count, 1, __ATOMIC_RELAXED))
		return;
	trap_strays.vector = (uint8_t)vector;
	trap_strays.apic_id = apic_id();
}

/* Called by kernel/trap_stubs.asm. */
void trap(struct trap_frame *frame);

void trap(struct trap_frame *frame)
{
	if (frame->vector == VECTOR_NMI) {
		if (__atomic_load_n(&panicking, __ATOMIC_SEQ_CST))
			cpu_stop();
		/* One that nobody here sent (a BMC, a bus error) ends no run; it is told at the end. */
		if (!handlers[VECTOR_NMI] || !handlers[VECTOR_NMI](frame))
			__atomic_add_fetch(&trap_foreign_nmis, 1, __ATOMIC_RELAXED);
		return;
	}
	if (frame->vector < 32) {
		if (frame->vector != VECTOR_MACHINE_CHECK && innermost &&
		    innermost->catch_exceptions && innermost->apic_id == apic_id())
			trap_divert(frame, trap_escape);
		else
			dump(frame);
		return;
	}
	if (frame->vector == VECTOR_SPURIOUS)
		return;
	if (!handlers[frame->vector] || !handlers[frame->vector](frame))
		note_stray(frame->vector);
	apic_end_of_interrupt();
}

void panic(const char *format, ...)
{
	char text[256];
	va_list arguments;

	enter_panic();
	va_start(arguments, format);
	format_v(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_note(LOG_PANIC ": %s", text);
	print_address("  called from", (uint64_t)__builtin_return_address(0));
	die(text);
}
