/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a machine with NVMe drives may show none: Intel's controllers for RAID take them out of the
 * configuration space that MCFG gives, and out of the reach of a kernel that does not know them.
 */
#include "tests/inventory/hidden.h"
#include "kernel/lib/format.h"

#define INTEL	   0x8086
#define CLASS_RAID 0x0104 /* class and subclass */

/* Volume Management Devices, as Linux's vmd.c has them; a segment of its own is behind each. */
static const uint16_t vmds[] = { 0x201d, 0x28c0, 0x467f, 0x4c3d, 0x7d0b,
				 0x9a0b, 0xa77f, 0xad0b, 0xb06f, 0xb60b };

static bool is_vmd(const struct pci_function *f)
{
	for (unsigned i = 0; i < sizeof(vmds) / sizeof(vmds[0]); i++)
		if (f->vendor == INTEL && f->device == vmds[i])
			return true;
	return false;
}

static const struct pci_function *find(const struct pci_function *functions, unsigned count,
				       bool (*is_meant)(const struct pci_function *f))
{
	for (unsigned i = 0; i < count; i++)
		if (is_meant(&functions[i]))
			return &functions[i];
	return NULL;
}

static bool is_raid(const struct pci_function *f)
{
	return f->vendor == INTEL && f->class >> 8 == CLASS_RAID;
}

/* The first unit in whose segment no function answers: all that is there is hidden. */
static bool find_unseen_segment(const struct pci_function *functions, unsigned count,
				const struct dmar *dmar, uint16_t *segment)
{
	struct dmar_structure s;
	struct dmar_walk walk;

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &s) == DMAR_OK) {
		unsigned i = 0;

		if (s.type != DMAR_DRHD)
			continue;
		while (i < count && functions[i].segment != s.segment)
			i++;
		*segment = s.segment;
		if (i == count)
			return true;
	}
	return false;
}

const char *hidden_devices(const struct pci_function *functions, unsigned count,
			   const struct dmar *dmar)
{
	static char text[256];
	const struct pci_function *f = find(functions, count, is_vmd);
	uint16_t segment;
	char name[16];

	if (f) {
		format_text(
			text, sizeof(text),
			"%s (%04x:%04x) is a VMD, which keeps NVMe drives in a PCI segment of its own: turn VMD off in firmware setup to see them",
			pci_name(f, name), f->vendor, f->device);
		return text;
	}
	f = find(functions, count, is_raid);
	if (f) {
		format_text(
			text, sizeof(text),
			"%s (%04x:%04x) is an Intel controller in RAID mode (RST), which may hide NVMe drives: set it to AHCI in firmware setup to see them",
			pci_name(f, name), f->vendor, f->device);
		return text;
	}
	if (find_unseen_segment(functions, count, dmar, &segment)) {
		format_text(
			text, sizeof(text),
			"the DMAR table has units of PCI segment %04x, where no function is seen: MCFG may not list it",
			segment);
		return text;
	}
	return NULL;
}
