/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC: its mode, interprocessor interrupts, its timer. */
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/paging.h"
#include "kernel/time.h"
#include "kernel/vectors.h"

/* Interrupt mask registers of the two 8259s. */
#define PIC_MASK   0x21
#define PIC_2_MASK 0xa1

/* CPUID leaf 1: EDX, ECX. */
#define FEATURE_APIC   (1u << 9)
#define FEATURE_X2APIC (1u << 21)

#define MSR_APIC_BASE	  0x1b
#define APIC_BASE_EXTD	  (1ull << 10)
#define APIC_BASE_ENABLE  (1ull << 11)
#define APIC_BASE_ADDRESS 0x000ffffffffff000ull
#define MSR_X2APIC(reg)	  (0x800 + ((reg) >> 4))

enum {
	APIC_ID = 0x20,
	APIC_TPR = 0x80,
	APIC_EOI = 0xb0,
	APIC_SVR = 0xf0,
	SVR_ENABLE = 1 << 8,
	APIC_ICR = 0x300,
	ICR_INIT = 5 << 8,
	ICR_STARTUP = 6 << 8,
	ICR_PENDING = 1 << 12,
	ICR_ASSERT = 1 << 14,
	APIC_ICR_HIGH = 0x310,
	ICR_NMI = 4 << 8,
	APIC_ISR = 0x100, /* 8 registers of 32 bits, 16 bytes apart */
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	LVT_MASKED = 1 << 16,
	LVT_PERIODIC = 1 << 17,
	APIC_TIMER_START = 0x380,
	APIC_TIMER_NOW = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
	DIVIDE_BY_16 = 3,
};

static volatile uint8_t *registers; /* xAPIC's page */
static bool x2apic;

static uint32_t apic_read(unsigned reg)
{
	if (x2apic)
		return (uint32_t)rdmsr(MSR_X2APIC(reg));
	return *(volatile uint32_t *)(registers + reg);
}

static void apic_write(unsigned reg, uint32_t value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC(reg), value);
	else
		*(volatile uint32_t *)(registers + reg) = value;
}

bool apic_init_cpu(bool want_x2apic)
{
	struct cpuid features = cpuid(1, 0);
	uint64_t base;

	if (!(features.edx & FEATURE_APIC))
		return false;
	base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;
	wrmsr(MSR_APIC_BASE, base);
	if (!(base & APIC_BASE_EXTD) && want_x2apic && features.ecx & FEATURE_X2APIC) {
		base |= APIC_BASE_EXTD;
		wrmsr(MSR_APIC_BASE, base);
	}
	x2apic = base & APIC_BASE_EXTD;
	if (!x2apic && !registers)
		registers = paging_map_mmio(base & APIC_BASE_ADDRESS, 4096);
	if (!x2apic && !registers)
		return false;
	/* What the 8259s deliver is nobody's: they are masked, and so is their pin. */
	outb(PIC_MASK, 0xff);
	outb(PIC_2_MASK, 0xff);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
	return true;
}

bool apic_is_x2apic(void)
{
	return x2apic;
}

uint32_t apic_id(void)
{
	if (!x2apic && !registers)
		return cpuid(1, 0).ebx >> 24;
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_end_of_interrupt(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_end_all_interrupts(void)
{
	for (unsigned i = 0; i < 8; i++)
		for (uint32_t bits = apic_read(APIC_ISR + 16 * i); bits; bits &= bits - 1)
			apic_end_of_interrupt();
}

static bool send(uint32_t id, uint32_t command)
{
	uint64_t deadline = time_us() + 10000;

	if (x2apic) {
		/* x2APIC has no delivery status; the fence orders earlier stores before the MSR. */
		__asm__ volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_X2APIC(APIC_ICR), (uint64_t)id << 32 | command);
		return true;
	}
	apic_write(APIC_ICR_HIGH, id << 24);
	apic_write(APIC_ICR, command);
	while (apic_read(APIC_ICR) & ICR_PENDING) {
		if (time_us() > deadline)
			return false;
		cpu_pause();
	}
	return true;
}

bool apic_send_init(uint32_t id)
{
	return send(id, ICR_INIT | ICR_ASSERT);
}

bool apic_send_interrupt(uint32_t id, uint8_t vector)
{
	return send(id, ICR_ASSERT | vector);
}

bool apic_send_startup(uint32_t id, uint8_t page)
{
	return send(id, ICR_STARTUP | ICR_ASSERT | page);
}

bool apic_send_nmi(uint32_t id)
{
	return send(id, ICR_NMI | ICR_ASSERT);
}

void apic_start_timer(uint8_t vector, unsigned hz)
{
	static uint32_t ticks_per_second; /* the same on all: they share the bus clock */

	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	if (!ticks_per_second) {
		apic_write(APIC_LVT_TIMER, LVT_MASKED | vector);
		apic_write(APIC_TIMER_START, ~0u);
		time_delay_us(10000);
		ticks_per_second = (~0u - apic_read(APIC_TIMER_NOW)) * 100;
	}
	apic_write(APIC_LVT_TIMER, LVT_PERIODIC | vector);
	apic_write(APIC_TIMER_START, ticks_per_second / hz);
}
