/* SPDX-License-Identifier: BSD-2-Clause */
/* Time by the TSC. */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include <stdint.h>

/*
 * Measure the TSC against the HPET, else the ACPI PM timer, else CPUID leaf 0x15. Returns the name
 * of the reference used; NULL if there is none, and then one TSC tick is taken for 1/3 ns.
 */
const char *time_init(void);

uint64_t time_hz(void); /* TSC ticks a second */
uint64_t time_us(void); /* microseconds since the processor's reset, by TSC */
uint64_t time_ticks_to_ns(uint64_t ticks);
uint64_t time_ns_to_ticks(uint64_t ns);
void time_delay_us(uint64_t us);

#endif
