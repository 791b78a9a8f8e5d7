/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the simulated machine its parts need of one another. */
#ifndef TESTS_SIM_MACHINE_H
#define TESTS_SIM_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Call the handler of an interrupt. */
void machine_interrupt(uint8_t vector);
/* By threads: whether this one is the driver's. */
bool machine_is_driver(void);
/* Bring the second processor up. */
void machine_start(void);

/* Fill configuration space, and make the tables that firmware would; returns the root pointer. */
const void *firmware_init(void);

#define SIM_VENDOR    0x5349
#define SIM_DEVICE_ID 0x4d00 /* of the first plain device; the others follow */

/* The source-id that the unit sees of a plain device, and the one that the PCI bus does. */
uint16_t device_requester(unsigned device);
uint8_t device_devfn(unsigned device);

#endif
