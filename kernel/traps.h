/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions and interrupts: handlers, work that may be cut off, and panic. */
#ifndef KERNEL_TRAPS_H
#define KERNEL_TRAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/vectors.h"

/* As kernel/trap_stubs.asm pushes it, lowest address first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};
_Static_assert(sizeof(struct trap_frame) == 22 * 8 &&
		       offsetof(struct trap_frame, vector) == 15 * 8 &&
		       offsetof(struct trap_frame, rip) == 17 * 8,
	       "what kernel/trap_stubs.asm and the processor push");

/* NMIs that nobody here sent. */
extern unsigned trap_foreign_nmis;

/* Interrupts of vectors that nobody handles, or whose handler says that it is not its own: how many, and the first. */
extern struct trap_strays {
	unsigned count;
	uint8_t vector;
	uint32_t apic_id; /* of the processor that took it */
} trap_strays;

/* Load this processor's GDT, TSS and the IDT. `cpu` is its index; memory must be up. */
void traps_init_cpu(unsigned cpu);

/*
 * Call `handler` at each interrupt `vector` (0x20 to 0xfe), the end of interrupt is sent for it; or
 * at NMIs (VECTOR_NMI), on a stack of 16 KiB. It returns whether that was its own.
 */
void trap_on_interrupt(uint8_t vector, bool (*handler)(struct trap_frame *frame));

/*
 * Run work(argument), which may be cut off: by an exception on this processor, if
 * `catch_exceptions`, or by trap_escape(). Whether it came to its end. One processor at a time has
 * work under guard; it may be nested.
 */
bool trap_guard(void (*work)(void *), void *argument, bool catch_exceptions);

/* Leave the innermost trap_guard() of this processor, from anywhere inside it but a handler. */
_Noreturn void trap_escape(void);

/* Have the interrupted code go on in `instead`, interrupts off, when the handler returns. */
void trap_divert(struct trap_frame *frame, void (*instead)(void));

/* How a panic keeps the other processors from logging after its last line. Until this is called it is alone. */
void panic_stops_others_by(void (*stop_others)(void));

/* Say why on the console, with the caller's place, and end the run as failed. Never returns. */
__attribute__((format(printf, 1, 2))) _Noreturn void panic(const char *format, ...);

#endif
