/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts under test, counted in their handler, which runs on whichever processor takes them. */
#include "kernel/interrupts.h"
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/traps.h"

static struct {
	uint32_t listener; /* APIC id */
	bool on;
	struct interrupts_taken taken;
	unsigned strays_before;
} listening;

static bool on_interrupt(struct trap_frame *frame)
{
	uint32_t *count = frame->vector == INTERRUPT_VECTOR_A ? &listening.taken.a
							      : &listening.taken.b;

	if (!__atomic_load_n(&listening.on, __ATOMIC_ACQUIRE))
		return false;
	if (apic_id() != listening.listener)
		count = &listening.taken.elsewhere;
	__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	return true;
}

void interrupts_listen(bool on)
{
	__atomic_store_n(&listening.on, false, __ATOMIC_RELEASE);
	listening.listener = apic_id();
	listening.taken = (struct interrupts_taken){ 0 };
	listening.strays_before = __atomic_load_n(&trap_strays.count, __ATOMIC_RELAXED);
	trap_on_interrupt(INTERRUPT_VECTOR_A, on_interrupt);
	trap_on_interrupt(INTERRUPT_VECTOR_B, on_interrupt);
	__atomic_store_n(&listening.on, on, __ATOMIC_RELEASE);
}

struct interrupts_taken interrupts_let_in(void)
{
	bool were_on = interrupts_are_on();
	struct interrupts_taken taken;

	/* The instruction after sti is still without them (SDM volume 2, STI). */
	interrupts_on();
	__asm__ volatile("nop\n\tnop\n\tnop" : : : "memory");
	if (!were_on)
		interrupts_off();
	taken.a = __atomic_load_n(&listening.taken.a, __ATOMIC_RELAXED);
	taken.b = __atomic_load_n(&listening.taken.b, __ATOMIC_RELAXED);
	taken.elsewhere = __atomic_load_n(&listening.taken.elsewhere, __ATOMIC_RELAXED);
	taken.stray = __atomic_load_n(&trap_strays.count, __ATOMIC_RELAXED) -
		      listening.strays_before;
	return taken;
}

uint32_t interrupts_here(void)
{
	return apic_id();
}

bool interrupts_x2apic(void)
{
	return apic_is_x2apic();
}
