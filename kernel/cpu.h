/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor's instructions that C has no words for. */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include <stdbool.h>
#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

#define READ_CONTROL_REGISTER(name)                                    \
	static inline uint64_t read_##name(void)                       \
	{                                                              \
		uint64_t value;                                        \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(value)); \
		return value;                                          \
	}
READ_CONTROL_REGISTER(cr0)
READ_CONTROL_REGISTER(cr2)
READ_CONTROL_REGISTER(cr3)
READ_CONTROL_REGISTER(cr4)

static inline void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

#define CR4_LA57     (1ull << 12)
/* PGE, PCIDE, SMEP, SMAP, PKE, CET, PKS, UINTR: what firmware may leave on and nothing here expects. */
#define CR4_UNWANTED (1ull << 7 | 1ull << 17 | 0x3full << 20)

static inline uint64_t rdtsc(void)
{
	return __builtin_ia32_rdtsc();
}

static inline void cpu_pause(void)
{
	__builtin_ia32_pause();
}

static inline void compiler_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

/* A wait of no fixed length: so many empty loops. */
static inline void cpu_spin(uint64_t loops)
{
	for (; loops; loops--)
		compiler_barrier();
}

static inline void interrupts_on(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline bool interrupts_are_on(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq\n\tpopq %0" : "=r"(flags) : : "memory");
	return flags & 1 << 9;
}

static inline _Noreturn void cpu_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Write the cache line of `address` back to memory and drop it. */
static inline void cpu_flush_line(const volatile void *address)
{
	__asm__ volatile("clflush %0" : : "m"(*(const volatile char *)address) : "memory");
}

/*
 * After each store to an entry. Nothing to do here: a processor with caches decides itself when the line
 * leaves it. vtd-sim has the unit look, and lines leave, at such points.
 */
static inline void cpu_stored(const volatile void *address)
{
	(void)address;
}

static inline bool cpu_has_avx(void)
{
	uint32_t ecx = cpuid(1, 0).ecx;

	return ecx & 1u << 28 && ecx & 1u << 26; /* AVX, XSAVE */
}

static inline bool cpu_has_movdir64b(void)
{
	return cpuid(0, 0).eax >= 7 && cpuid(7, 0).ecx & 1u << 28;
}

/*
 * SDM volume 1, chapters 13 and 14: CR4.OSFXSR; with AVX CR4.OSXSAVE, then x87, SSE and AVX state in XCR0. Nothing here
 * is compiled to use these registers, interrupts neither: what the stores below leave in them is nobody's.
 */
static inline void cpu_enable_vectors(void)
{
	write_cr4(read_cr4() | 1ull << 9);
	if (!cpu_has_avx())
		return;
	write_cr4(read_cr4() | 1ull << 18);
	__asm__ volatile("xsetbv" : : "c"(0), "a"(7), "d"(0));
}

/*
 * Stores of more than 64 bits to an aligned entry, each by one instruction. Others may see one in parts, but for the last:
 * tests/litmus/stores.h.
 */
static inline void cpu_exchange_unlocked(volatile uint64_t *to, const uint64_t *value)
{
	uint64_t low = to[0], high = to[1];
	bool done;

	do
		__asm__ volatile("cmpxchg16b (%3)"
				 : "=@ccz"(done), "+a"(low), "+d"(high)
				 : "r"(to), "b"(value[0]), "c"(value[1])
				 : "memory");
	while (!done);
}

static inline void cpu_store_128(volatile uint64_t *to, const uint64_t *value)
{
	__asm__ volatile("movdqu (%1), %%xmm0\n\tmovdqa %%xmm0, (%0)"
			 :
			 : "r"(to), "r"(value)
			 : "memory");
}

static inline void cpu_store_256(volatile uint64_t *to, const uint64_t *value)
{
	__asm__ volatile("vmovdqu (%1), %%ymm0\n\tvmovdqa %%ymm0, (%0)"
			 :
			 : "r"(to), "r"(value)
			 : "memory");
}

/* MOVDIR64B is weakly ordered: what follows waits for it. */
static inline void cpu_store_512(volatile uint64_t *to, const uint64_t *value)
{
	__asm__ volatile(".byte 0x66, 0x0f, 0x38, 0xf8, 0x02\n\tsfence" /* movdir64b (%rdx), %rax */
			 :
			 : "a"(to), "d"(value)
			 : "memory");
}

#endif
