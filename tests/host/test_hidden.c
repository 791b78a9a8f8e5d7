/* SPDX-License-Identifier: BSD-2-Clause */
/* What hides test devices is named; what looks alike and hides nothing is not. */
#include "tests/inventory/hidden.h"
#include "tests/host/test.h"

#include <stdio.h>
#include <string.h>

char *pci_name(const struct pci_function *f, char text[16])
{
	snprintf(text, 16, "%02x:%02x.%x", f->bus, f->devfn >> 3, f->devfn & 7u);
	return text;
}

static struct pci_function functions[2];

/* A DMAR table with a unit of segment 0 and one of this segment. */
static const struct dmar *units_of(uint16_t segment)
{
	static uint8_t table[80] = { [48] = 0, [50] = 16, [66] = 16 };
	static struct dmar dmar = { .table = table, .length = sizeof(table) };

	table[70] = (uint8_t)segment;
	table[71] = (uint8_t)(segment >> 8);
	return &dmar;
}

static const char *reason(uint16_t vendor, uint16_t device, uint32_t class, uint16_t segment)
{
	functions[0] =
		(struct pci_function){ .vendor = 0x8086, .device = 0x1237, .class = 0x060000 };
	functions[1] = (struct pci_function){ .devfn = 0x70,
					      .vendor = vendor,
					      .device = device,
					      .class = class };
	return hidden_devices(functions, 2, units_of(segment));
}

TEST(hidden_behind_a_vmd)
{
	static const uint16_t ids[] = { 0x201d, 0x28c0, 0x467f, 0x4c3d, 0x7d0b,
					0x9a0b, 0xa77f, 0xad0b, 0xb06f, 0xb60b };

	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char *why = reason(0x8086, ids[i], 0x010400, 0);
		char want[32];

		snprintf(want, sizeof(want), "00:0e.0 (8086:%04x) is a VMD", ids[i]);
		CHECK(why && strstr(why, want) && strstr(why, "firmware setup"));
	}
	CHECK_EQ(reason(0x1022, 0x9a0b, 0x010601, 0), 0);
}

TEST(hidden_behind_raid_mode)
{
	const char *why = reason(0x8086, 0x282a, 0x010400, 0);

	CHECK(why && strstr(why, "00:0e.0 (8086:282a) is an Intel controller in RAID mode"));
	CHECK_EQ(reason(0x8086, 0x2822, 0x010601, 0), 0); /* AHCI */
	CHECK_EQ(reason(0x1000, 0x005d, 0x010400, 0), 0); /* its drives are its own */
}

TEST(hidden_in_a_segment_that_is_not_seen)
{
	const char *why = reason(0x1b36, 0x0010, 0x010601, 0x1000);

	CHECK(why && strstr(why, "segment 1000,"));
	functions[1].segment = 0x1000;
	CHECK_EQ(hidden_devices(functions, 2, units_of(0x1000)), 0);
	/* A VMD explains its segment. */
	why = reason(0x8086, 0x28c0, 0x010400, 0x1000);
	CHECK(why && strstr(why, "is a VMD"));
}
