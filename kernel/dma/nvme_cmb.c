/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Submission queues in the controller's own memory (controller memory buffer, section 4.7), where there is one: commands are
 * fetched without DMA then. What a table under test refuses is the data, which fails one command; a fetch that is refused
 * stops the controller, and costs a reset. Completions stay in memory.
 *
 * The controller is told by CMBMSC at which bus addresses it finds its memory. They are those of its BAR, where no memory
 * of ours is. Only the scheme of 1.4 (CAP.CMBS) is used: before, nothing was told, and a controller could take such an
 * address for one on the bus.
 */
#include "kernel/dma/bar.h"
#include "kernel/dma/nvme.h"
#include "kernel/dma/registers.h"
#include "kernel/kernel.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"

// clang-format off
enum {
	CMBLOC = 0x38,              /* where it is: BIR 2:0, OFST 31:12 in units of CMBSZ.SZU */
	    CMBLOC_BIR = 7,
	CMBSZ = 0x3c,               /* SZU 11:8, SZ 31:12 */
	    CMBSZ_SQS = 1 << 0,     /* submission queues, the admin queue's too, may be in it */
	    CMBSZ_SZU_MAX = 6,
	CMBMSC = 0x50,              /* 64 bits, CBA 63:12 */
	    CMBMSC_CRE = 1 << 0,    /* CMBLOC and CMBSZ say something */
	    CMBMSC_CMSE = 1 << 1,   /* requests of the controller's to CBA and on are to its memory */
	    CMBMSC_ON = CMBMSC_CRE | CMBMSC_CMSE,
	CMBSTS = 0x58,
	    CMBSTS_CBAI = 1 << 0,   /* CBA cannot be used */

	FURTHEST = 1 << 26, /* into a BAR that is mapped for it */
	WORDS = sizeof(struct nvme_command) / 4,
};
// clang-format on

static const char evidence[] = "its commands in its own memory (CMB)";

static uint64_t bytes_needed(void)
{
	return (options.nvme_read ? NVME_IO + 1 : NVME_ADMIN + 1) * PAGE_SIZE;
}

static void turn(struct dma_device *d, uint64_t value)
{
	/* Off while the upper half changes. */
	nvme_write32(d, CMBMSC, 0);
	nvme_write32(d, CMBMSC + 4, (uint32_t)(value >> 32));
	nvme_write32(d, CMBMSC, (uint32_t)value);
}

static bool has_one(const struct dma_device *d)
{
	return dma_read64(d->registers + NVME_CAP) >> NVME_CAP_CMBS_BIT & 1;
}

/* Memory that keeps what is written to it, to its last word. */
static bool is_memory(volatile uint8_t *at)
{
	for (uint32_t pattern = 0x5a5aa5a5, pass = 0; pass < 2; pass++, pattern = ~pattern) {
		for (unsigned i = 0; i < bytes_needed(); i += 4)
			dma_write32(at + i, pattern ^ i);
		for (unsigned i = 0; i < bytes_needed(); i += 4)
			if (dma_read32(at + i) != (pattern ^ i))
				return false;
	}
	/* No command, whatever a controller makes of entries beyond its tail. */
	for (unsigned i = 0; i < bytes_needed(); i += 4)
		dma_write32(at + i, 0);
	return true;
}

static bool turn_on(struct dma_device *d)
{
	uint64_t value = d->portal_at | CMBMSC_ON;

	turn(d, value);
	return dma_read64(d->registers + CMBMSC) == value &&
	       !(nvme_read32(d, CMBSTS) & CMBSTS_CBAI) && is_memory(d->portal);
}

/* Sets d->portal and d->portal_at; false: there is none of use. */
static bool find(struct dma_device *d)
{
	uint32_t where, size;
	unsigned bar, shift;
	uint64_t begin;

	if (!has_one(d))
		return false;
	turn(d, CMBMSC_CRE);
	where = nvme_read32(d, CMBLOC);
	size = nvme_read32(d, CMBSZ);
	bar = where & CMBLOC_BIR;
	shift = size >> 8 & 15;
	if (!(size & CMBSZ_SQS) || shift > CMBSZ_SZU_MAX || bar > DMA_LAST_BAR)
		return false;
	begin = (uint64_t)(where >> 12) << (12 + 4 * shift);
	if ((uint64_t)(size >> 12) << (12 + 4 * shift) < bytes_needed() || begin > FURTHEST ||
	    begin + bytes_needed() > dma_bar_bytes(d->function, bar))
		return false;
	d->portal = pci_map_bar(d->function, bar, begin + bytes_needed());
	if (!d->portal)
		return false;
	d->portal += begin;
	d->portal_at = (pci_read32(d->function, PCI_BAR0 + 4 * bar) & ~15u) + begin;
	if ((pci_read32(d->function, PCI_BAR0 + 4 * bar) & 6) == 4 && bar < DMA_LAST_BAR)
		d->portal_at += (uint64_t)pci_read32(d->function, PCI_BAR0 + 4 * bar + 4) << 32;
	return !(d->portal_at & (PAGE_SIZE - 1));
}

/* Its queues are in memory, until it is opened anew. */
static void give_up(struct dma_device *d)
{
	if (has_one(d))
		turn(d, 0);
	d->portal = NULL;
	d->no_portal = true;
}

void nvme_cmb_begin(struct dma_device *d)
{
	memset(d->portal_filled, 0, sizeof(d->portal_filled));
	if (!d->portal && !d->portal_unused && !d->no_portal &&
	    (!options.nvme_cmb || !find(d) || !turn_on(d)))
		give_up(d);
	if (d->in_memory != (d->portal == NULL) && (d->portal || d->portal_unused)) {
		volatile uint8_t *swap = d->portal;

		d->portal = d->portal_unused;
		d->portal_unused = swap;
	}
	/* Some keep CMBMSC over a reset of the controller, some may not. */
	if (d->portal && (nvme_read32(d, CMBMSC) & CMBMSC_ON) != CMBMSC_ON && !turn_on(d))
		give_up(d);
	d->reads = d->portal ? 0 : 1 << 0 | 1 << 2;
	d->evidence = d->portal ? evidence : NULL;
}

void nvme_cmb_put(struct dma_device *d, struct nvme_command *copy,
		  const struct nvme_command *command)
{
	volatile uint8_t *to = d->portal + d->queue * PAGE_SIZE + d->slot * sizeof(*command);
	uint32_t *was = (uint32_t *)copy;
	const uint32_t *is = (const uint32_t *)command;
	bool filled = d->portal_filled[d->queue] >> d->slot & 1;

	/* A store to a device is slow, and from lap to lap a queue's entries are the same. */
	for (unsigned i = 0; i < WORDS; i++) {
		if (filled && was[i] == is[i])
			continue;
		dma_write32(to + 4 * i, is[i]);
		was[i] = is[i];
	}
	d->portal_filled[d->queue] |= 1ull << d->slot;
}

void nvme_cmb_end(struct dma_device *d)
{
	if (d->portal || d->portal_unused)
		turn(d, 0);
	d->portal = d->portal_unused = NULL;
	d->no_portal = false;
}
