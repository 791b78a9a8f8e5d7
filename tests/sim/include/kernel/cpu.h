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

static inline bool cpu_has_avx(void)
{
	uint32_t ecx = cpuid(1, 0).ecx;

	return ecx & 1u << 28 && ecx & 1u << 26;
}

/* The simulated processor has it; the store is one where processors take turns. */
static inline bool cpu_has_movdir64b(void)
{
	return true;
}

/* The host's kernel has done it. */
static inline void cpu_enable_vectors(void)
{
}

/*
 * So many words, `at_once` of them seen as one: what a processor promises of such a store and no more. The caller says
 * that it is done.
 */
void sim_store(volatile uint64_t *to, const uint64_t *value, unsigned words, unsigned at_once);

static inline void cpu_exchange_unlocked(volatile uint64_t *to, const uint64_t *value)
{
	sim_store(to, value, 2, 1);
}

static inline void cpu_store_128(volatile uint64_t *to, const uint64_t *value)
{
	sim_store(to, value, 2, 2);
}

static inline void cpu_store_256(volatile uint64_t *to, const uint64_t *value)
{
	sim_store(to, value, 4, 1);
}

static inline void cpu_store_512(volatile uint64_t *to, const uint64_t *value)
{
	sim_store(to, value, 8, 8);
}

#endif
