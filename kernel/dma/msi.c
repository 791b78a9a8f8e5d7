/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI and MSI-X: PCI Express base specification 5.0, sections 7.7.1 and 7.7.2. Only one message is used: MSI with
 * one vector, or vector 0 of MSI-X with all others masked, as firmware may have left its own messages in them.
 */
#include "kernel/dma/msi.h"
#include "kernel/dma/bar.h"
#include "kernel/dma/registers.h"

#include <stddef.h>

// clang-format off
enum {
	MSI_CONTROL = 2,
	    MSI_ON = 1 << 0,
	    MSI_VECTORS = 7 << 4,     /* how many are used, as a power of two */
	    MSI_64_BIT = 1 << 7,
	    MSI_MASKS = 1 << 8,       /* a mask bit for each vector */
	MSI_ADDRESS = 4,
	MSI_UPPER = 8,                /* of a 64-bit address; what follows is 4 bytes further on then */
	MSI_DATA = 8,                 /* 16 bits */
	MSI_MASK = 12,

	MSIX_CONTROL = 2,
	    MSIX_SIZE = 0x7ff,        /* vectors less one */
	    MSIX_ALL_MASKED = 1 << 14,
	    MSIX_ON = 1 << 15,
	MSIX_TABLE = 4,               /* BAR 2:0, offset the rest */
	    MSIX_BAR = 7,
	ENTRY_BYTES = 16,
	ENTRY_ADDRESS = 0,
	ENTRY_UPPER = 4,
	ENTRY_DATA = 8,
	ENTRY_CONTROL = 12,
	    ENTRY_MASKED = 1 << 0,
};
// clang-format on

static void entry_write(const struct msi *m, unsigned vector, unsigned offset, uint32_t value)
{
	dma_write32(m->table + ENTRY_BYTES * vector + offset, value);
}

static uint32_t entry_read(const struct msi *m, unsigned vector, unsigned offset)
{
	return dma_read32(m->table + ENTRY_BYTES * vector + offset);
}

static const char *find_table(struct msi *m)
{
	const struct pci_function *f = m->function;
	uint32_t where = pci_read32(f, m->at + MSIX_TABLE);
	unsigned bar = where & MSIX_BAR;
	uint64_t begin = where & ~(uint32_t)MSIX_BAR, end;

	m->vectors = (m->control & MSIX_SIZE) + 1u;
	end = begin + ENTRY_BYTES * m->vectors;
	if (bar > DMA_LAST_BAR || end > dma_bar_bytes(f, bar))
		return "its MSI-X table is said to be where it has no memory (BAR, offset)";
	m->table = pci_map_bar(f, bar, end);
	if (!m->table)
		return "its MSI-X table cannot be reached";
	m->table += begin;
	return NULL;
}

static const char *open_msix(struct msi *m, uint64_t address, uint32_t data)
{
	const struct pci_function *f = m->function;
	const char *problem;

	m->control = pci_read16(f, m->at + MSIX_CONTROL);
	problem = find_table(m);
	if (problem)
		return problem;
	/* On, with everything masked: some tables cannot be reached while it is off. */
	pci_write16(f, m->at + MSIX_CONTROL, MSIX_ON | MSIX_ALL_MASKED);
	for (unsigned v = 0; v < m->vectors; v++) {
		uint32_t control = entry_read(m, v, ENTRY_CONTROL);

		m->was_masked[v / 8] |= (uint8_t)((control & ENTRY_MASKED) << v % 8);
		entry_write(m, v, ENTRY_CONTROL, control | ENTRY_MASKED);
	}
	m->address = entry_read(m, 0, ENTRY_ADDRESS);
	m->upper = entry_read(m, 0, ENTRY_UPPER);
	m->data = entry_read(m, 0, ENTRY_DATA);
	entry_write(m, 0, ENTRY_ADDRESS, (uint32_t)address);
	entry_write(m, 0, ENTRY_UPPER, (uint32_t)(address >> 32));
	entry_write(m, 0, ENTRY_DATA, data);
	entry_write(m, 0, ENTRY_CONTROL, entry_read(m, 0, ENTRY_CONTROL) & ~(uint32_t)ENTRY_MASKED);
	pci_write16(f, m->at + MSIX_CONTROL, MSIX_ON);
	return NULL;
}

static void close_msix(struct msi *m)
{
	const struct pci_function *f = m->function;

	pci_write16(f, m->at + MSIX_CONTROL, MSIX_ON | MSIX_ALL_MASKED);
	entry_write(m, 0, ENTRY_CONTROL, entry_read(m, 0, ENTRY_CONTROL) | ENTRY_MASKED);
	entry_write(m, 0, ENTRY_ADDRESS, m->address);
	entry_write(m, 0, ENTRY_UPPER, m->upper);
	entry_write(m, 0, ENTRY_DATA, m->data);
	for (unsigned v = 0; v < m->vectors; v++)
		if (!(m->was_masked[v / 8] >> v % 8 & 1))
			entry_write(m, v, ENTRY_CONTROL,
				    entry_read(m, v, ENTRY_CONTROL) & ~(uint32_t)ENTRY_MASKED);
	pci_write16(f, m->at + MSIX_CONTROL, m->control & (uint16_t)~MSIX_ON);
}

/* Where a field is that follows the address. */
static unsigned beyond(const struct msi *m, unsigned field)
{
	return m->at + field + (m->control & MSI_64_BIT ? 4 : 0);
}

static const char *open_msi(struct msi *m, uint64_t address, uint32_t data)
{
	const struct pci_function *f = m->function;

	m->control = pci_read16(f, m->at + MSI_CONTROL);
	if (address >> 32 && !(m->control & MSI_64_BIT))
		return "its MSI has no 64-bit address";
	if (data >> 16)
		return "the data of an MSI has 16 bits";
	m->address = pci_read32(f, m->at + MSI_ADDRESS);
	m->upper = m->control & MSI_64_BIT ? pci_read32(f, m->at + MSI_UPPER) : 0;
	m->data = pci_read16(f, beyond(m, MSI_DATA));
	m->mask = m->control & MSI_MASKS ? pci_read32(f, beyond(m, MSI_MASK)) : 0;
	pci_write16(f, m->at + MSI_CONTROL, m->control & (uint16_t) ~(MSI_ON | MSI_VECTORS));
	pci_write32(f, m->at + MSI_ADDRESS, (uint32_t)address);
	if (m->control & MSI_64_BIT)
		pci_write32(f, m->at + MSI_UPPER, (uint32_t)(address >> 32));
	pci_write16(f, beyond(m, MSI_DATA), (uint16_t)data);
	if (m->control & MSI_MASKS)
		pci_write32(f, beyond(m, MSI_MASK), ~1u);
	pci_write16(f, m->at + MSI_CONTROL, (m->control & (uint16_t)~MSI_VECTORS) | MSI_ON);
	return NULL;
}

static void close_msi(struct msi *m)
{
	const struct pci_function *f = m->function;

	pci_write16(f, m->at + MSI_CONTROL, m->control & (uint16_t) ~(MSI_ON | MSI_VECTORS));
	pci_write32(f, m->at + MSI_ADDRESS, m->address);
	if (m->control & MSI_64_BIT)
		pci_write32(f, m->at + MSI_UPPER, m->upper);
	pci_write16(f, beyond(m, MSI_DATA), (uint16_t)m->data);
	if (m->control & MSI_MASKS)
		pci_write32(f, beyond(m, MSI_MASK), m->mask);
	pci_write16(f, m->at + MSI_CONTROL, m->control & (uint16_t)~MSI_ON);
}

const char *msi_open(struct msi *m, const struct pci_function *f, uint64_t address, uint32_t data,
		     bool prefer_msix)
{
	unsigned msi = pci_capability(f, PCI_CAP_MSI), msix = pci_capability(f, PCI_CAP_MSIX);
	const char *problem;

	msi_close(m);
	if (!msi && !msix)
		return "it has neither MSI nor MSI-X";
	*m = (struct msi){ .function = f, .is_msix = msix && (prefer_msix || !msi) };
	m->at = m->is_msix ? msix : msi;
	/* Both on is forbidden (section 7.7). */
	if (m->is_msix && msi)
		pci_write16(f, msi + MSI_CONTROL,
			    pci_read16(f, msi + MSI_CONTROL) & (uint16_t)~MSI_ON);
	if (!m->is_msix && msix)
		pci_write16(f, msix + MSIX_CONTROL,
			    pci_read16(f, msix + MSIX_CONTROL) & (uint16_t)~MSIX_ON);
	problem = m->is_msix ? open_msix(m, address, data) : open_msi(m, address, data);
	if (problem)
		m->function = NULL;
	return problem;
}

void msi_close(struct msi *m)
{
	if (!m->function)
		return;
	if (m->is_msix)
		close_msix(m);
	else
		close_msi(m);
	m->function = NULL;
}
