/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated controller's interrupt causes, and the message that one of them sends. */
#include "tests/sim/devices/nic.h"

static struct sim_nic *const n = &sim_nic;

/* One cause that is enabled and was not set before sends a message. */
static void cause(uint32_t bits)
{
	bool is_new = bits & n->enabled & ~n->causes;

	sim_nic_complain(!(bits & n->enabled), "a cause is set that is not enabled: no message");
	n->causes |= bits;
	if (!is_new || !n->message.on)
		return;
	sim_nic_complain(!n->mastered, "a message with bus mastering off");
	sim_nic_complain(sim_nic_get(NIC_CTRL) & CTRL_GIO_MASTER_DISABLE,
			 "a message with the master disabled");
	sim_nic_complain(n->message.sent && n->now_us < n->message.last_us + n->message.apart_us,
			 "a message is asked for before the device sends another one");
	n->message.last_us = n->now_us;
	n->message.sent++;
	if (n->message.send)
		n->message.send(n->function.devfn, n->message.address, n->message.data);
}

/* One register: where the families have it, the advanced ones at two places, the I225 at the second only. */
static bool is_at(uint32_t at, uint32_t old, uint32_t moved)
{
	return (at == old && n->function.device != 0x15f2) || (at == moved && n->kind->advanced);
}

bool sim_nic_interrupt_write(uint32_t at, uint32_t value)
{
	if (is_at(at, NIC_ICR, NIC_ICR_2)) {
		n->causes &= ~value;
	} else if (is_at(at, NIC_ICS, NIC_ICS_2)) {
		cause(value);
	} else if (is_at(at, NIC_IMS, NIC_IMS_2)) {
		n->enabled |= value;
		n->masked = false;
	} else if (is_at(at, NIC_IMC, NIC_IMC_2)) {
		n->enabled &= ~value;
		n->masked = value == ~0u;
	} else {
		return false;
	}
	return true;
}

/* In place of kernel/dma/msi.c, which has tests of its own. */
const char *msi_open(struct msi *m, const struct pci_function *f, uint64_t address, uint32_t data,
		     bool prefer_msix)
{
	sim_nic_complain(prefer_msix, "MSI-X is asked for, whose causes need vectors");
	sim_nic_complain(n->enabled, "the message is changed with causes enabled");
	*m = (struct msi){ .function = f, .is_msix = n->no_msi };
	n->message.on = true;
	n->message.address = address;
	n->message.data = data;
	return NULL;
}

void msi_close(struct msi *m)
{
	if (!m->function)
		return;
	sim_nic_complain(n->enabled, "messages are turned off with causes enabled");
	n->message.on = false;
	m->function = NULL;
}
