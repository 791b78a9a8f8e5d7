/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same port with another requester-id: once a virtual function is enabled, the requests of its
 * queues carry its id (82576, I350: "I/O Virtualization"). Queue 0 is VF 0's first. The port's own function
 * sets everything up; of the VF, only bus mastering is turned on. PCI Express base specification
 * 4.0, 9.3.3: the SR-IOV capability.
 */
#include "kernel/dma/intel_nic.h"
#include "kernel/paging.h"
#include "kernel/time.h"

// clang-format off
enum {
	SRIOV_CONTROL = 0x08,
	    SRIOV_VF_ENABLE = 1 << 0,
	SRIOV_NUM_VFS = 0x10,
	SRIOV_FIRST_VF_OFFSET = 0x14,

	ENABLE_US = 100000, /* before a VF may be spoken to */
};
// clang-format on

static const struct pci_function *port; /* one is open at a time */
static struct pci_function vf;

static unsigned capability(const struct pci_function *f)
{
	return pci_extended_capability(f, PCI_EXT_SRIOV);
}

static bool vf_matches(const struct pci_function *f)
{
	const struct nic_kind *kind = nic_kind_of(f);

	return kind && kind->has_vfs && capability(f);
}

static const char *vf_refuses(struct dma_device *d)
{
	const char *problem = nic_refuses(d);

	if (!problem &&
	    pci_read16(d->function, capability(d->function) + SRIOV_CONTROL) & SRIOV_VF_ENABLE)
		problem = "firmware left its virtual functions on";
	return problem;
}

static void enable(bool on)
{
	unsigned at = capability(port);
	uint16_t control = pci_read16(port, at + SRIOV_CONTROL);

	if (on == (control & SRIOV_VF_ENABLE))
		return;
	if (on)
		pci_write16(port, at + SRIOV_NUM_VFS, 1);
	pci_write16(port, at + SRIOV_CONTROL, control ^ SRIOV_VF_ENABLE);
	if (on)
		time_delay_us(ENABLE_US);
	else
		pci_write16(port, at + SRIOV_NUM_VFS, 0);
}

static const char *vf_open(struct dma_device *d)
{
	const char *problem = vf_refuses(d);
	unsigned at = capability(d->function), id;
	volatile uint8_t *config = d->function->config;

	if (!problem)
		problem = nic_open(d);
	if (problem)
		return problem;
	port = d->function;
	/* The offset may depend on the number of VFs. */
	pci_write16(port, at + SRIOV_NUM_VFS, 1);
	id = (unsigned)(port->bus << 8 | port->devfn) +
	     pci_read16(port, at + SRIOV_FIRST_VF_OFFSET);
	pci_write16(port, at + SRIOV_NUM_VFS, 0);
	if (id >> 8 != port->bus)
		return "its virtual functions are on a bus of their own, which is not set up";
	vf = *port;
	vf.devfn = (uint8_t)id;
	vf.physical = port;
	vf.config = paging_map_mmio((uint64_t)config + (((uint64_t)vf.devfn - port->devfn) << 12),
				    4096);
	d->function = &vf;
	return vf.config ? NULL : "its virtual function's configuration space cannot be reached";
}

static const char *vf_reset(struct dma_device *d, uint64_t private_at)
{
	enable(true);
	pci_bus_master(&vf, true);
	return nic_reset(d, private_at);
}

static void vf_stop(struct dma_device *d)
{
	nic_stop(d);
	enable(false);
}

const struct dma_generator dma_igbvf = {
	.name = "igbvf",
	.only_named = "its virtual functions are used only where dma= names igbvf",
	.matches = vf_matches,
	.refuses = vf_refuses,
	.describe = nic_describe,
	.open = vf_open,
	.reset = vf_reset,
	.start = nic_start,
	.poll = nic_poll,
	.stop = vf_stop,
};
