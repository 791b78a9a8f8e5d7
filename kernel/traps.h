/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_TRAPS_H
#define KERNEL_TRAPS_H

#include <stdint.h>

/* As kernel/trap_stubs.asm pushes it, lowest address first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

enum vector {
	VECTOR_NMI = 2,
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_VTD_FAULT = 0x40, /* the remapping unit's fault event */
	VECTOR_WAKE = 0x41,	 /* work for an idle processor */
	VECTOR_SPURIOUS = 0xff,
};

/* Load this processor's GDT, TSS and the IDT. `cpu` is its index; memory must be up. */
void traps_init_cpu(unsigned cpu);

/* Call `handler` at each interrupt `vector` (0x20 to 0xfe); the end of interrupt is sent for it. */
void trap_on_interrupt(uint8_t vector, void (*handler)(void));

/* Say why on the console, with the caller's place, and end the run as failed. Never returns. */
__attribute__((format(printf, 1, 2))) _Noreturn void panic(const char *format, ...);

#endif
