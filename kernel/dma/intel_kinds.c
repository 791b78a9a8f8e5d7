/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which Intel controllers are used, and how they differ. Ids are those of copper ports; what is not
 * listed is refused. Linux's drivers have the same.
 */
#include "kernel/dma/intel_nic.h"

static const uint16_t ids_82574[] = { 0x10d3, 0x10f6, 0 };
static const uint16_t ids_i217[] = { 0x153a, 0x153b, 0x1559, 0x155a, /* I218 from here on */
				     0x15a0, 0x15a1, 0x15a2, 0x15a3, 0 };
static const uint16_t ids_i219_spt[] = { 0x156f, 0x1570, 0x15b7, 0x15b8, 0x15b9,
					 0x15d6, 0x15d7, 0x15d8, 0x15e3, 0 };
static const uint16_t ids_i219[] = { 0x15bb, 0x15bc, 0x15bd, 0x15be, 0x15df, 0x15e0, 0x15e1, 0x15e2,
				     0x0d4c, 0x0d4d, 0x0d4e, 0x0d4f, 0x0d53, 0x0d55, 0x15f4, 0x15f5,
				     0x15f9, 0x15fa, 0x15fb, 0x15fc, 0x1a1c, 0x1a1d, 0x1a1e, 0x1a1f,
				     0x0dc7, 0x0dc8, 0x550a, 0x550b, 0x550c, 0x550d, 0 };
static const uint16_t ids_82576[] = { 0x10c9, 0x10e8, 0x150a, 0x1526, 0 };
static const uint16_t ids_i350[] = { 0x1521, 0 };
static const uint16_t ids_i210[] = { 0x1533, 0x157b, 0 };
static const uint16_t ids_i211[] = { 0x1539, 0 };
static const uint16_t ids_i225[] = { 0x15f2, 0x15f3, 0x15f8, 0x3100, 0x3101,
				     0x5502, 0x0d9f, 0x125b, /* I226 from here on */
				     0x125c, 0x125d, 0x3102, 0x5503, 0 };

/*
 * The 82574's PHY takes its MAC interface's speed from register 21 of page 2, at its next reset;
 * then full duplex and link are forced.
 */
static const struct nic_phy_step steps_82574[] = {
	{ 2, 21, 0x0007, 0x0006 }, { PHY_COMMIT, 0, 0, 0 }, { 769, 16, 0, 0x000c },
	{ 776, 16, 0, 0x0040 },	   { 769, 16, 0, 0x0040 },  { 769, 20, 0, 0x0400 },
};

/* As Linux's e1000e sets the 82574 up; GCR and GCR2 for completions that come late, or not at all, with ASPM. */
static const struct nic_mac_step mac_82574[] = {
	{ NIC_GCR, 0, 1 << 22 },
	{ NIC_GCR2, 0, 1 << 0 },
	{ NIC_TARC0, 15u << 27, TARC0_82574 },
	{ NIC_CTRL_EXT, 1 << 23, 1 << 22 },
};

/* Received data may be lost with three reads under way (the first I219s). */
static const struct nic_mac_step mac_i219_spt[] = {
	{ NIC_IOSFPC, 0, IOSFPC_RDMTS_HEX },
	{ NIC_TARC0, TARC0_MULR, TARC0_MULR_2 },
};

/* Page 0 of the I210's PHY; firmware may have left another. */
static const struct nic_phy_step steps_i210[] = { { 0, 22, 0xffff, 0 } };

#define MAC_STEPS(which) .mac_steps = (which), .mac_step_count = sizeof(which) / sizeof((which)[0])
#define LEGACY_QUEUES	 .receive = 0x2800, .transmit = 0x3800
#define ADVANCED_QUEUES	 .advanced = true, .receive = 0xc000, .transmit = 0xe000
/* The PCHs' PHY: its first pages answer at address 2, the page is chosen at address 1. */
#define PCH_PHY                                                                         \
	.is_pch = true, .lock = NIC_LOCK_EXTCNF, .phy_address = 2, .page_register = 31, \
	.page_address = 1, .page_shift = 5, .loopback_control = 0x8001, .reset_us = 20000

const struct nic_kind nic_kinds[] = {
	{ .generator = &dma_e1000e,
	  .title = "82574",
	  .ids = ids_82574,
	  LEGACY_QUEUES,
	  .lock = NIC_LOCK_EXTCNF,
	  .phy_address = 1,
	  .page_register = 22,
	  .page_address = 1,
	  .reset_us = 10,
	  .configure_us = 25000,
	  .moderates = true,
	  .steps = steps_82574,
	  .step_count = sizeof(steps_82574) / sizeof(steps_82574[0]),
	  MAC_STEPS(mac_82574) },
	{ .generator = &dma_e1000e, .title = "I217/I218", .ids = ids_i217, LEGACY_QUEUES, PCH_PHY },
	{ .generator = &dma_e1000e,
	  .title = "I219",
	  .ids = ids_i219_spt,
	  LEGACY_QUEUES,
	  PCH_PHY,
	  .hangs = true,
	  MAC_STEPS(mac_i219_spt) },
	{ .generator = &dma_e1000e,
	  .title = "I219",
	  .ids = ids_i219,
	  LEGACY_QUEUES,
	  PCH_PHY,
	  .hangs = true },
	{ .generator = &dma_igb,
	  .title = "82576",
	  .ids = ids_82576,
	  ADVANCED_QUEUES,
	  .lock = NIC_LOCK_SWSM,
	  .phy_address = 1,
	  .link_first = true,
	  .has_vfs = true,
	  .reset_us = 1000 },
	{ .generator = &dma_igb,
	  .title = "I350",
	  .ids = ids_i350,
	  ADVANCED_QUEUES,
	  .lock = NIC_LOCK_SWSM,
	  .phy_address = 1,
	  .loopback_control = 0x8041,
	  .has_vfs = true,
	  .reset_us = 3000 },
	{ .generator = &dma_igb,
	  .title = "I210",
	  .ids = ids_i210,
	  ADVANCED_QUEUES,
	  .lock = NIC_LOCK_SWSM,
	  .phy_address = 1,
	  .buffer_sizes = true,
	  .steps = steps_i210,
	  .step_count = 1,
	  .reset_us = 3000 },
	{ .generator = &dma_igb,
	  .title = "I211",
	  .ids = ids_i211,
	  ADVANCED_QUEUES,
	  .lock = NIC_LOCK_SWSM,
	  .phy_address = 1,
	  .steps = steps_i210,
	  .step_count = 1,
	  .reset_us = 3000 },
	{ .generator = &dma_igc,
	  .title = "I225/I226",
	  .ids = ids_i225,
	  ADVANCED_QUEUES,
	  .lock = NIC_LOCK_SWSM,
	  .mac_loopback = true,
	  .no_l1_2 = true,
	  .interrupts_moved = true,
	  .buffer_sizes = true,
	  .reset_us = 3000 },
};
const size_t nic_kind_count = sizeof(nic_kinds) / sizeof(nic_kinds[0]);

static bool is_of(const struct pci_function *f, const struct dma_generator *generator)
{
	for (size_t k = 0; k < nic_kind_count; k++)
		for (const uint16_t *id = nic_kinds[k].ids; *id; id++)
			if (f->device == *id)
				return nic_kinds[k].generator == generator;
	/* An Ethernet controller of Intel's that is in no list: to be refused by one of them. */
	return generator == &dma_e1000e;
}

static bool is_intel_ethernet(const struct pci_function *f)
{
	return f->vendor == PCI_VENDOR_INTEL && f->class == PCI_CLASS_ETHERNET;
}

static bool e1000e_matches(const struct pci_function *f)
{
	return is_intel_ethernet(f) && is_of(f, &dma_e1000e);
}

static bool igb_matches(const struct pci_function *f)
{
	return is_intel_ethernet(f) && is_of(f, &dma_igb);
}

static bool igc_matches(const struct pci_function *f)
{
	return is_intel_ethernet(f) && is_of(f, &dma_igc);
}

#define NIC_GENERATOR                                                                           \
	.refuses = nic_refuses, .describe = nic_describe, .open = nic_open, .reset = nic_reset, \
	.start = nic_start, .poll = nic_poll, .stop = nic_stop,                                 \
	.interrupt_open = nic_interrupt_open, .interrupt_raise = nic_interrupt_raise,           \
	.interrupt_close = nic_interrupt_close

const struct dma_generator dma_e1000e = { .name = "e1000e",
					  .matches = e1000e_matches,
					  NIC_GENERATOR };
const struct dma_generator dma_igb = { .name = "igb", .matches = igb_matches, NIC_GENERATOR };
const struct dma_generator dma_igc = {
	.name = "igc",
	.only_named = "nobody has confirmed its loopback: it is used only where dma= names it",
	.matches = igc_matches,
	NIC_GENERATOR
};
