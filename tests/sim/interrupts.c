/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts under test, as far as the processors: kernel/interrupts.h of the simulated machine. */
#include "kernel/interrupts.h"
#include "kernel/smp.h"
#include "tests/sim/device.h"
#include "tests/sim/sim.h"

/* Vectors that are pending: one bit each, as in IRR, however often they came. */
enum { PENDING_A = 1, PENDING_B = 2 };
static struct {
	bool listening;
	unsigned pending, later; /* later: comes once more, when the first was taken */
	struct interrupts_taken taken;
} driver;

void apic_take(uint32_t destination, uint8_t vector)
{
	unsigned bit = vector == INTERRUPT_VECTOR_A   ? PENDING_A
		       : vector == INTERRUPT_VECTOR_B ? PENDING_B
						      : 0;

	if (!bit || !driver.listening)
		driver.taken.stray++;
	else if (destination != smp_processors[0].apic_id)
		driver.taken.elsewhere++;
	else if (driver.pending & bit)
		driver.later |= bit;
	else
		driver.pending |= bit;
}

void interrupts_listen(bool on)
{
	driver.listening = on;
	driver.pending = driver.later = 0;
	driver.taken = (struct interrupts_taken){ 0 };
}

struct interrupts_taken interrupts_let_in(void)
{
	sim_point(20);
	platform_lock();
	driver.taken.a += driver.pending & PENDING_A ? 1 : 0;
	driver.taken.b += driver.pending & PENDING_B ? 1 : 0;
	driver.pending = driver.later;
	driver.later = 0;
	platform_unlock();
	return driver.taken;
}

uint32_t interrupts_here(void)
{
	return smp_processors[0].apic_id;
}

bool interrupts_x2apic(void)
{
	return sim.x2apic;
}
