/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message of an Intel port, without any DMA: software sets a cause of its own choice (ICS), as the interrupt
 * tests of Linux's e1000e and igb do. MSI, one vector; its MSI-X would need causes assigned to vectors.
 */
#include "kernel/dma/intel_nic.h"
#include "kernel/time.h"

enum {
	/* Receive descriptors below their threshold: all families have it, and no frame is received meanwhile. */
	CAUSE = 1 << 4,
	/*
	 * The ports send at once unless told to wait (ITR, EITR: 0 after a reset). QEMU's 82574 always waits until 128 us
	 * after the message before, by a timer that comes late on a busy host: 6 to 9 in 100 are not sent then. (Were
	 * their cause left enabled, they would come late, and some twice.)
	 */
	APART_US = 200,
};

struct registers {
	uint32_t icr, ics, ims, imc;
};

/* The 82576 to I211 have them at either place; QEMU's has the old one alone, the I225 the new one. */
static const struct registers *registers_of(const struct dma_device *d)
{
	static const struct registers old = { NIC_ICR, NIC_ICS, NIC_IMS, NIC_IMC };
	static const struct registers moved = { NIC_ICR_2, NIC_ICS_2, NIC_IMS_2, NIC_IMC_2 };

	return ((const struct nic_kind *)d->kind)->interrupts_moved ? &moved : &old;
}

void nic_mask_interrupts(const struct dma_device *d)
{
	nic_write(d, registers_of(d)->imc, ~0u);
	if (((const struct nic_kind *)d->kind)->advanced)
		nic_write(d, NIC_EIMC, ~0u);
}

const char *nic_interrupt_open(struct dma_device *d, uint64_t address, uint32_t data)
{
	const struct nic_kind *kind = d->kind;
	const char *problem;

	nic_mask_interrupts(d);
	problem = msi_open(&d->message, d->function, address, data, false);
	if (!problem && d->message.is_msix) {
		msi_close(&d->message);
		problem = "it has no MSI";
	}
	d->may_not_send = kind->moderates;
	return problem;
}

bool nic_interrupt_raise(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	const struct registers *at = registers_of(d);
	uint32_t status;

	if (kind->moderates)
		time_delay_us(APART_US);
	/* A cause that is set already sends nothing: ones written clear. */
	nic_write(d, at->icr, ~0u);
	nic_write(d, at->ims, CAUSE);
	nic_write(d, at->ics, CAUSE);
	status = nic_read(d, NIC_STATUS);
	nic_write(d, at->imc, ~0u);
	return status != ~0u;
}

void nic_interrupt_close(struct dma_device *d)
{
	nic_mask_interrupts(d);
	msi_close(&d->message);
}
