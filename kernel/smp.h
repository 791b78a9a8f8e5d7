/* SPDX-License-Identifier: BSD-2-Clause */
/* The processors: listed, started, given work. */
#ifndef KERNEL_SMP_H
#define KERNEL_SMP_H

#include <stdbool.h>
#include <stdint.h>

#define SMP_MAX 512 /* processors listed; more than that are counted and left alone */

/* Kinds of core of a hybrid processor: CPUID leaf 0x1a, EAX 31:24. */
enum core_type { CORE_ONLY_KIND = 0, CORE_ATOM = 0x20, CORE_CORE = 0x40 };

struct processor {
	uint32_t apic_id;
	bool started;	   /* the boot processor always; an AP once it answered */
	bool failed;	   /* it did not answer; it is not tried again */
	uint8_t core_type; /* of a started one: enum core_type, or one not known here */
};

/* Processors in MADT order, the boot processor first. */
extern struct processor *smp_processors;
extern unsigned smp_count;

/* List the processors of the MADT and bring this one's APIC up. Each other one calls `started` first. NULL, or what is wrong. */
const char *smp_init(bool want_x2apic, void (*started)(void));

/* Start one AP; false if it does not answer within five seconds. */
bool smp_start(unsigned cpu);

/* The same for one that does not come back from its work: INIT takes it out of anything. */
bool smp_restart(unsigned cpu);

/*
 * Run `work(argument)` on a started AP, or the boot processor inside smp_call; it must be idle.
 * smp_idle() tells when the work has returned.
 */
void smp_run(unsigned cpu, void (*work)(void *), void *argument);
bool smp_idle(unsigned cpu);

/*
 * The same from the boot processor, which until the work has returned sleeps, or does what smp_run
 * gives it.
 */
void smp_call(unsigned cpu, void (*work)(void *), void *argument);

/* ", an E-core" or ", a P-core" of a hybrid processor, else "". */
const char *smp_core_name(unsigned cpu);

/* Whether two processors are threads of one core (CPUID leaf 0x1f or 0xb). */
bool smp_same_core(unsigned a, unsigned b);

#endif
