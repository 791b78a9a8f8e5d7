/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtd-sim's in place of kernel/cpu.h, which it is found before: what a process may do itself; the rest is
 * the simulated machine's. Whatever waits or stores to an entry says so to it.
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include <stdbool.h>
#include <stdint.h>

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* The host's, but for the hypervisor that it may run on: nobody's fetches but the unit's matter. */
static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	if (leaf == 1)
		r.ecx &= ~(1u << 31);
	return r;
}

uint64_t sim_clock(void);
void sim_wait(void);
void sim_spin(uint64_t loops);
void sim_flush(const volatile void *address);
void sim_stored(const volatile void *address);
void sim_interrupts(bool on);
extern bool sim_by_turns;

static inline uint64_t rdtsc(void)
{
	return __builtin_expect(sim_by_turns, 1) ? sim_clock() : __builtin_ia32_rdtsc();
}

static inline void cpu_pause(void)
{
	sim_wait();
}

static inline void cpu_spin(uint64_t loops)
{
	sim_spin(loops);
}

static inline void compiler_barrier(void)
{
	__asm__ volatile("" : : : "memory");
	if (__builtin_expect(sim_by_turns, 1))
		sim_spin(1);
}

static inline void interrupts_on(void)
{
	sim_interrupts(true);
}

static inline void interrupts_off(void)
{
	sim_interrupts(false);
}

static inline void cpu_flush_line(const volatile void *address)
{
	sim_flush(address);
}

static inline void cpu_stored(const volatile void *address)
{
	sim_stored(address);
}

/* The host's kernel has done it. */
static inline void cpu_enable_avx(void)
{
}

#endif
