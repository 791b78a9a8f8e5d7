/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ends a test that does not end. The processors that do not drive DMA have their APIC timer
 * tick, look at the driver's deadline, and when it has passed stop everyone by NMI, which no
 * masked interrupt holds up: the log gets where each processor was, and the driver goes on with the
 * next test. A chipset watchdog (Intel's TCO), where there is one that we know, resets the machine
 * if nobody ticks any more.
 */
#ifndef KERNEL_WATCHDOG_H
#define KERNEL_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/* Look for the TCO and arm it. Called once, with ACPI, PCI, time and processors known. */
void watchdog_init(void);

/* Let this processor's timer tick. Nothing comes of it while its interrupts are off. */
void watchdog_tick_here(void);

/*
 * Run work(argument) for at most `ms` milliseconds; `what` names it in the log. False if it was cut
 * off there. Where no other processor ticks, there is no cutting off.
 */
bool watchdog_run(const char *what, uint64_t ms, void (*work)(void *), void *argument);

/* The driver is well: keep the TCO quiet. Cheap, but no part of a measured loop. */
void watchdog_alive(void);

/* Disarm: the run has come to its end. */
void watchdog_stop(void);

#endif
