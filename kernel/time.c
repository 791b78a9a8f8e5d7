/* SPDX-License-Identifier: BSD-2-Clause */
/* Time by the TSC, measured against a timer of known frequency. */
#include "kernel/time.h"
#include "kernel/firmware/acpi.h"
#include "kernel/firmware/acpi_timers.h"
#include "kernel/cpu.h"
#include "kernel/lib/muldiv.h"
#include "kernel/paging.h"

/* IA-PC HPET specification, section 2.3. */
#define HPET_PERIOD	   0x04 /* fs */
#define HPET_CONFIGURATION 0x10
#define HPET_ENABLE_CNF	   (1ull << 0)
#define HPET_LEG_RT_CNF	   (1ull << 1)
#define HPET_COUNTER	   0xf0
#define HPET_PERIOD_MAX	   100000000

/* ACPI specification 6.5, section 4.8.3.3; 24 of its bits are there always. */
#define PM_TIMER_HZ   3579545
#define PM_TIMER_MASK 0xffffff

#define CPUID_TSC 0x15 /* its ratio to the crystal clock */

#define MEASURE_MS 20
#define SPINS_MAX  10000000 /* reads of a timer while it measures: seconds */

static uint64_t hz = 3000000000;

struct moment {
	uint64_t tsc;
	uint32_t count;
};

/*
 * A counter and the TSC at the same moment: of several tries the one with the least TSC ticks between
 * the reads around it. A processor that is not ours alone (a hypervisor's, or one in SMM) may lose any
 * time between two instructions.
 */
static struct moment tight_pair(uint32_t (*read)(volatile void *), volatile void *counter)
{
	struct moment m = { 0, 0 };
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 8; i++) {
		uint64_t before = rdtsc();
		uint32_t count = read(counter);
		uint64_t took = rdtsc() - before;

		if (took < best)
			m = (struct moment){ before + took / 2, count };
		best = took < best ? took : best;
	}
	return m;
}

static uint32_t read_hpet(volatile void *registers)
{
	return *(volatile uint32_t *)((volatile uint8_t *)registers + HPET_COUNTER);
}

/* The HPET's main counter (IA-PC HPET specification, section 2.3); 0 if there is none running. */
static uint64_t measure_hpet(void)
{
	uint64_t base, period_fs, ticks;
	struct table_problem problem;
	struct acpi_table table;
	volatile uint64_t *configuration;
	volatile uint8_t *hpet;
	struct moment start, end;

	if (!acpi_open(&table, "HPET", "HPET", HPET_FIXED_BYTES))
		return 0;
	problem = hpet_read(&table, &base);
	if (problem.text) {
		acpi_complain("HPET", problem);
		return 0;
	}
	hpet = paging_map_mmio(base, HPET_BYTES);
	if (!hpet)
		return 0;
	period_fs = *(volatile uint32_t *)(hpet + HPET_PERIOD);
	if (!period_fs || period_fs > HPET_PERIOD_MAX)
		return 0;
	/* LEG_RT_CNF would have it interrupt in the PIT's place. */
	configuration = (volatile uint64_t *)(hpet + HPET_CONFIGURATION);
	*configuration = (*configuration & ~HPET_LEG_RT_CNF) | HPET_ENABLE_CNF;
	ticks = MEASURE_MS * 1000000000000ull / period_fs;
	start = tight_pair(read_hpet, hpet);
	for (uint64_t spins = 0;; spins++) {
		uint32_t passed = read_hpet(hpet) - start.count;

		if (passed >= ticks) {
			end = tight_pair(read_hpet, hpet);
			passed = end.count - start.count;
			return mul_div(end.tsc - start.tsc, 1000000000000000, passed * period_fs);
		}
		/* It stands still, from the beginning or in the midst. */
		if (spins > SPINS_MAX || (!passed && spins > 100000))
			return 0;
	}
}

static uint32_t read_pm_timer(volatile void *port)
{
	return inl((uint16_t)(uint64_t)port);
}

/* The ACPI PM timer: 3.579545 MHz, 24 bits (ACPI specification, section 4.8.3.3). */
static uint64_t measure_pm_timer(void)
{
	struct table_problem problem;
	struct moment start, end;
	struct acpi_table fadt;
	uint16_t port;

	if (!acpi_open(&fadt, "FACP", "FADT", FADT_FIXED_BYTES))
		return 0;
	problem = fadt_read_pm_timer(&fadt, &port);
	if (problem.text) {
		acpi_complain("FADT", problem);
		return 0;
	}
	start = tight_pair(read_pm_timer, (void *)(uint64_t)port);
	for (uint64_t spins = 0;; spins++) {
		uint32_t passed = (inl(port) - start.count) & PM_TIMER_MASK;

		if (passed >= PM_TIMER_HZ * MEASURE_MS / 1000) {
			end = tight_pair(read_pm_timer, (void *)(uint64_t)port);
			passed = (end.count - start.count) & PM_TIMER_MASK;
			return (end.tsc - start.tsc) * PM_TIMER_HZ / passed;
		}
		/* It stands still, from the beginning or in the midst. */
		if (spins > SPINS_MAX || (!passed && spins > 100000))
			return 0;
	}
}

static uint64_t read_cpuid(void)
{
	struct cpuid leaf;

	if (cpuid(0, 0).eax < CPUID_TSC)
		return 0;
	leaf = cpuid(CPUID_TSC, 0);
	return leaf.eax && leaf.ecx ? (uint64_t)leaf.ecx * leaf.ebx / leaf.eax : 0;
}

const char *time_init(void)
{
	static const struct {
		const char *name;
		uint64_t (*measure)(void);
	} references[] = {
		{ "HPET", measure_hpet },
		{ "ACPI PM timer", measure_pm_timer },
		{ "CPUID leaf 0x15", read_cpuid },
	};

	for (unsigned i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		uint64_t found = references[i].measure();

		/* Outside 100 MHz .. 10 GHz the reference is broken, not the processor. */
		if (found >= 100000000 && found <= 10000000000) {
			hz = found;
			return references[i].name;
		}
	}
	return NULL;
}

uint64_t time_hz(void)
{
	return hz;
}

uint64_t time_us(void)
{
	return mul_div(rdtsc(), 1000000, hz);
}

uint64_t time_ticks_to_ns(uint64_t ticks)
{
	return mul_div(ticks, 1000000000, hz);
}

uint64_t time_ns_to_ticks(uint64_t ns)
{
	return mul_div(ns, hz, 1000000000);
}

void time_delay_us(uint64_t us)
{
	uint64_t end = rdtsc() + time_ns_to_ticks(us * 1000);

	while (rdtsc() < end)
		cpu_pause();
}
