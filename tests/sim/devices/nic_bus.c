/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated controller's PCI functions and its clock: what its drivers ask of the kernel. */
#include "tests/sim/devices/nic.h"
#include "kernel/time.h"

static struct sim_nic *const n = &sim_nic;

/* Whoever looks at it may have a description of his own of the function. */
static bool is_port(const struct pci_function *f)
{
	return f->config == n->function.config;
}

bool sim_nic_vf_enabled(void)
{
	return n->kind && n->kind->has_vfs && pci_read16(&n->function, FAKE_NIC_SRIOV + 0x08) & 1;
}

volatile void *pci_map_bar(const struct pci_function *f, unsigned index, uint64_t bytes)
{
	return is_port(f) && !index && bytes <= FAKE_NIC_BYTES ? n->registers : NULL;
}

unsigned pci_extended_capability(const struct pci_function *f, uint16_t id)
{
	if (id == PCI_EXT_L1_SUBSTATES)
		return FAKE_NIC_L1;
	return id == PCI_EXT_SRIOV && is_port(f) && n->kind && n->kind->has_vfs ? FAKE_NIC_SRIOV
										: 0;
}

uint16_t pci_read16(const struct pci_function *f, unsigned offset)
{
	return *(volatile uint16_t *)(f->config + offset);
}

void pci_write16(const struct pci_function *f, unsigned offset, uint16_t value)
{
	/* Of the link, first in the port: section 5.5.4 of the PCI Express specification. */
	if (f == &n->bridge && offset == FAKE_NIC_L1 + 8)
		sim_nic_complain(pci_read16(&n->function, offset) & 5 & ~value,
				 "L1.2 is turned off above the port first");
	if (n->keeps_l1 && offset == FAKE_NIC_L1 + 8)
		return;
	*(volatile uint16_t *)(f->config + offset) = value;
}

bool pci_has_flr(const struct pci_function *f)
{
	(void)f;
	return n->has_flr;
}

bool dma_flr(const struct pci_function *f)
{
	if (!n->has_flr)
		return false;
	n->flrs++;
	n->ring_left = false;
	pci_write16(f, 0xe4, 0);
	return true;
}

void pci_bus_master(const struct pci_function *f, bool on)
{
	n->mastered = on;
	n->mastered_devfn = f->devfn;
}

uint64_t time_us(void)
{
	n->now_us += n->tick_us;
	sim_nic_look();
	return n->now_us;
}

void time_delay_us(uint64_t us)
{
	n->now_us += us;
}
