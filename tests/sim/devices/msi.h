/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI and MSI-X of the function on the bus of register_bus.h, after the PCI Express base specification 5.0, sections
 * 7.7.1 and 7.7.2. Firmware left a message of its own in each, and vectors unmasked.
 */
#ifndef TESTS_SIM_DEVICES_MSI_H
#define TESTS_SIM_DEVICES_MSI_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SIM_MSI_64_BIT = 1 << 7,
	SIM_MSI_MASKS = 1 << 8,
	SIM_MSIX_VECTORS_MAX = 64,
	SIM_MSI_FIRMWARE_ADDRESS = 0xfee01000,
	SIM_MSI_FIRMWARE_DATA = 0x31,
};

/* What was sent. */
struct sim_messages {
	unsigned count;
	uint64_t address; /* of the last one */
	uint32_t data;
	/* If set, called with each; else it is only counted. */
	void (*send)(uint64_t address, uint32_t data);
};

/* Once plugged: an MSI capability, with these of the two flags; MSI-X with its table there. */
void bus_has_msi(uint16_t flags);
void bus_has_msix(unsigned bar, uint32_t offset, unsigned vectors);

/* The device's vector 0 fires: whether a message was sent. */
bool bus_send_message(void);

/* Of the bus: where a capability is, 0: none; a write to configuration space; whether registers are of the table. */
unsigned bus_msi_capability(uint8_t id);
void bus_msi_configured(unsigned offset, unsigned bytes, uint32_t value);
bool bus_msi_has(unsigned bar, uint64_t offset);
uint32_t bus_msi_read(uint64_t offset, unsigned bytes);
void bus_msi_write(uint64_t offset, unsigned bytes, uint32_t value);

#endif
