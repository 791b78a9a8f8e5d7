/* SPDX-License-Identifier: BSD-2-Clause */
/* Intel's TCO watchdog: found, armed, reloaded. */
#include "kernel/tco.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/paging.h"
#include "kernel/pci.h"

enum {
	LPC_PMBASE = 0x40,
	LPC_ACPI_CNTL = 0x44,
	ACPI_CNTL_ENABLE = 1 << 7,
	LPC_RCBA = 0xf0,
	RCBA_ENABLE = 1 << 0,
	RCBA_GCS = 0x3410,
	GCS_NO_REBOOT = 1 << 5,

	TCO_OFFSET = 0x60, /* from PMBASE */
	TCO_RLD = 0x00,
	TCO1_STS = 0x04,
	TCO1_STS_TIMEOUT = 1 << 3,
	TCO2_STS = 0x06,
	TCO2_STS_SECOND_TO = 1 << 1,
	TCO1_CNT = 0x08,
	TCO1_CNT_HALT = 1 << 11,
	TCO_TMR = 0x12, /* in units of 0.6 s, 4 to 0x3ff */
	TCO_UNIT_MS = 600,
};

static uint16_t base; /* 0: not armed */

/* Device ids of the LPC bridges: ICH9, ICH10, the 5 to 9 series with their low-power parts, C600, C610. */
static bool is_known(const struct pci_function *f)
{
	static const struct {
		uint16_t first, last;
	} ranges[] = {
		{ 0x2910, 0x291f }, { 0x3a10, 0x3a1f }, { 0x3b00, 0x3b1f }, { 0x1c40, 0x1c5f },
		{ 0x1e40, 0x1e5f }, { 0x8c40, 0x8c5f }, { 0x8cc0, 0x8cdf }, { 0x9c40, 0x9c4f },
		{ 0x9cc0, 0x9ccf }, { 0x1d40, 0x1d41 }, { 0x8d40, 0x8d5f },
	};

	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (f->vendor == PCI_VENDOR_INTEL && f->device >= ranges[i].first &&
		    f->device <= ranges[i].last)
			return true;
	return false;
}

const char *tco_start(uint64_t ms)
{
	static char words[96];
	const struct pci_function *lpc = pci_find(0, 0, 0x1f << 3);
	volatile uint32_t *gcs;
	uint32_t pmbase, rcba;
	uint64_t ticks = ms / TCO_UNIT_MS;
	const char *before;
	uint16_t at;

	if (!lpc || !is_known(lpc))
		return "NMI by APIC timer; no TCO that is known here";
	pmbase = pci_read32(lpc, LPC_PMBASE) & 0xff80;
	rcba = pci_read32(lpc, LPC_RCBA);
	if (!pmbase || !(pci_read32(lpc, LPC_ACPI_CNTL) & ACPI_CNTL_ENABLE) ||
	    !(rcba & RCBA_ENABLE))
		return "NMI by APIC timer; the TCO's registers are not decoded";
	gcs = (volatile uint32_t *)paging_map_mmio((rcba & ~0x3fffu) + RCBA_GCS, 4);
	if (!gcs)
		return "NMI by APIC timer; the TCO's registers are out of reach";
	*gcs &= ~(uint32_t)GCS_NO_REBOOT;
	if (*gcs & GCS_NO_REBOOT)
		return "NMI by APIC timer; the board forbids resets by the TCO (NO_REBOOT strap)";
	at = (uint16_t)(pmbase + TCO_OFFSET);
	before = inw(at + TCO2_STS) & TCO2_STS_SECOND_TO ? "; it reset the machine before this boot"
							 : "";
	ticks = ticks < 4 ? 4 : ticks > 0x3ff ? 0x3ff : ticks;
	outw(at + TCO1_CNT, inw(at + TCO1_CNT) | TCO1_CNT_HALT);
	outw(at + TCO1_STS, TCO1_STS_TIMEOUT); /* written ones clear */
	outw(at + TCO2_STS, TCO2_STS_SECOND_TO);
	outw(at + TCO_TMR, (uint16_t)((inw(at + TCO_TMR) & ~0x3ff) | ticks));
	outw(at + TCO_RLD, 1);
	outw(at + TCO1_CNT, inw(at + TCO1_CNT) & (uint16_t)~TCO1_CNT_HALT);
	base = at;
	format_text(words, sizeof(words), "NMI by APIC timer, and the TCO, armed for %lu s%s",
		    2 * ticks * TCO_UNIT_MS / 1000, before);
	return words;
}

void tco_reload(void)
{
	if (base)
		outw(base + TCO_RLD, 1);
}

void tco_stop(void)
{
	if (base)
		outw(base + TCO1_CNT, inw(base + TCO1_CNT) | TCO1_CNT_HALT);
	base = 0;
}
