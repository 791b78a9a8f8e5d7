/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of Intel's gigabit controllers must be left alone. Registers are only read here. */
#include "kernel/dma/intel_nic.h"
#include "kernel/dma/choice.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/options.h"
#include "kernel/lib/string.h"

const struct nic_kind *nic_kind_of(const struct pci_function *f)
{
	for (size_t k = 0; k < nic_kind_count; k++)
		for (const uint16_t *id = nic_kinds[k].ids; *id; id++)
			if (f->vendor == PCI_VENDOR_INTEL && f->device == *id)
				return &nic_kinds[k];
	return NULL;
}

static void mac_address(const struct dma_device *d, uint8_t address[6])
{
	uint32_t low = nic_read(d, NIC_RAL0), high = nic_read(d, NIC_RAH0);

	for (unsigned i = 0; i < 6; i++)
		address[i] = (uint8_t)(i < 4 ? low >> 8 * i : high >> 8 * (i - 4));
}

void nic_describe(const struct dma_device *d, char *text, size_t room)
{
	const struct nic_kind *kind = d->kind;
	uint8_t mac[6];

	text[0] = 0;
	if (!kind || !d->registers)
		return;
	mac_address(d, mac);
	format_text(text, room, ", %s, %02x:%02x:%02x:%02x:%02x:%02x", kind->title, mac[0], mac[1],
		    mac[2], mac[3], mac[4], mac[5]);
}

static bool is_boot_device(const struct dma_device *d)
{
	uint8_t address[6];

	mac_address(d, address);
	return handoff->has_boot_mac && !memcmp(address, handoff->boot_mac, sizeof(address));
}

const char *nic_refuses(struct dma_device *d)
{
	const struct nic_kind *kind = nic_kind_of(d->function);
	uint32_t fwsm, manc;

	d->kind = kind;
	if (d->generator->only_named && !dma_choice_names(options.dma, d->generator->name))
		return d->generator->only_named;
	if (!kind)
		return "an unknown device: this kernel knows no loopback for its id";
	d->registers = pci_map_bar(d->function, 0, NIC_BYTES);
	if (!d->registers)
		return "it has no BAR 0";
	if (nic_read(d, NIC_STATUS) == ~0u)
		return "its registers read as all ones";
	if (is_boot_device(d))
		return "this machine booted from it: it may be somebody's only way in";
	fwsm = nic_read(d, NIC_FWSM);
	manc = nic_read(d, NIC_MANC);
	if (kind->is_pch && fwsm & FWSM_FW_VALID && fwsm >> FWSM_MODE_SHIFT & 2)
		return "AMT is active on it (FWSM)";
	if (kind->is_pch && !(fwsm & FWSM_RSPCIPHY))
		return "firmware keeps its PHY from being reset (FWSM.RSPCIPHY = 0: SoL or IDE-R)";
	if (nic_would_hang(d) && !pci_has_flr(d->function))
		return "firmware left descriptors in it: a reset would hang it, and it has no FLR";
	if (!kind->is_pch && manc & MANC_BLK_PHY_RST_ON_IDE)
		return "firmware keeps its PHY from being reset (MANC: IDE redirection)";
	if (!kind->is_pch && manc & MANC_RCV_TCO_EN)
		return "a management controller receives through it (MANC.RCV_TCO_EN)";
	return NULL;
}
