/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiled into whatever is on the simulated bus: its registers, PCI functions and clock get names of their
 * own, so that the same functions of other simulated devices can be linked beside them.
 */
#define dma_flr			bus_dma_flr
#define dma_read32		bus_read32
#define dma_write32		bus_write32
#define msi_close		bus_msi_close
#define msi_open		bus_msi_open
#define pci_bus_master		bus_pci_bus_master
#define pci_capability		bus_pci_capability
#define pci_extended_capability bus_pci_extended_capability
#define pci_has_flr		bus_pci_has_flr
#define pci_map_bar		bus_pci_map_bar
#define pci_read16		bus_pci_read16
#define pci_read32		bus_pci_read32
#define pci_write16		bus_pci_write16
#define pci_write32		bus_pci_write32
#define time_delay_us		bus_time_delay_us
#define time_us			bus_time_us
