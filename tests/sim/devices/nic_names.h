/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiled into the network drivers and their model for vtd-sim: registers, PCI functions and clock get names of
 * their own, as register_bus_names.h gives them to the other drivers. The unit tests need no such names.
 */
#include "kernel/cpu.h"

/* Only the model's clock is waited for, and it turns when looked at: no other task need have a turn. */
#define cpu_pause() ((void)0)

#define dma_flr			nic_bus_dma_flr
#define dma_read32		nic_bus_read32
#define dma_write32		nic_bus_write32
#define msi_close		nic_bus_msi_close
#define msi_open		nic_bus_msi_open
#define pci_bus_master		nic_bus_pci_bus_master
#define pci_extended_capability nic_bus_pci_extended_capability
#define pci_has_flr		nic_bus_pci_has_flr
#define pci_map_bar		nic_bus_pci_map_bar
#define pci_read16		nic_bus_pci_read16
#define pci_write16		nic_bus_pci_write16
#define time_delay_us		nic_bus_time_delay_us
#define time_us			nic_bus_time_us
