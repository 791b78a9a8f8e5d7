/* SPDX-License-Identifier: BSD-2-Clause */
/* Oddities in words, with their severities. */
#include "vtd/oddities.h"

/* Texts end where the value, if there is one, follows. */
static const struct {
	uint8_t severity;
	const char *text;
} oddities[ODD_COUNT] = {
	[ODD_NO_TABLE] = { ODDITY_HIGH, "there is no DMAR table: VT-d is absent or turned off" },
	[ODD_TABLE_UNREADABLE] = { ODDITY_HIGH, "the table's signature or length is wrong" },
	[ODD_CHECKSUM] = { ODDITY_HIGH, "the table's bytes do not sum to 0; they sum to" },
	[ODD_MALFORMED] = { ODDITY_HIGH,
			    "a structure is too short, or runs past the table: nothing behind it can be read" },
	[ODD_MALFORMED_SCOPE] = { ODDITY_HIGH,
				  "a device scope is too short, or runs past its structure" },
	[ODD_NO_DRHD] = { ODDITY_HIGH, "the table lists no remapping unit (DRHD)" },
	[ODD_DRHD_ZERO] = { ODDITY_HIGH, "the unit's register base is 0" },
	[ODD_DRHD_UNALIGNED] = { ODDITY_HIGH, "the unit's register base is not page-aligned:" },
	[ODD_DRHD_SHARED] = { ODDITY_HIGH, "an earlier unit has the same register base:" },
	[ODD_DRHD_OWNS_NOTHING] = { ODDITY_LOW,
				    "the unit has neither scopes nor INCLUDE_PCI_ALL: nothing is behind it" },
	[ODD_UNIT_ONES] = { ODDITY_HIGH, "its registers read as ones: nothing answers there" },
	[ODD_UNIT_ZEROS] = { ODDITY_HIGH, "CAP reads as 0: no remapping unit there" },
	[ODD_UNIT_VERSION] = { ODDITY_HIGH, "VER has the major version 0" },
	[ODD_UNIT_OFFSETS] = { ODDITY_HIGH, "CAP.FRO or ECAP.IRO points outside its registers" },
	[ODD_UNIT_ADDRESS] = { ODDITY_HIGH, "its registers are beyond what the processor reaches" },
	[ODD_REST_TWICE] = { ODDITY_HIGH, "a second INCLUDE_PCI_ALL unit in segment" },
	[ODD_NO_REST] = { ODDITY_LOW,
			  "no INCLUDE_PCI_ALL unit: a device that no scope names is behind no unit in segment" },
	[ODD_FUNCTION_UNOWNED] = { ODDITY_HIGH,
				   "no unit owns this function: nothing confines its DMA" },
	[ODD_RMRR_LIMIT] = { ODDITY_HIGH, "the region's limit is below its base" },
	[ODD_RMRR_UNALIGNED] = { ODDITY_MEDIUM, "the region does not begin and end at pages" },
	[ODD_RMRR_ZERO] = { ODDITY_LOW,
			    "the region begins at address 0: perhaps nobody filled it in" },
	[ODD_RMRR_FREE] = { ODDITY_MEDIUM,
			    "the memory map has some of the region as free: it may be given away. Base" },
	[ODD_RMRR_OCCUPIED] = { ODDITY_MEDIUM,
				"the memory map has some of the region as firmware's, ACPI's, a loader's or I/O, not as reserved. Base" },
	[ODD_RMRR_UNLISTED] = { ODDITY_MEDIUM,
				"the memory map does not list all of the region: nobody gives it away, but it is not reserved either. Base" },
	[ODD_RMRR_OVERLAP] = { ODDITY_LOW, "the region overlaps the one at DMAR offset" },
	[ODD_PATH_BROKEN] = { ODDITY_MEDIUM,
			      "the scope's path is empty, impossible, or leads through a missing bridge" },
	[ODD_ENDPOINT_IS_BRIDGE] = { ODDITY_MEDIUM,
				     "an endpoint scope names a bridge: what is behind it is not covered" },
	[ODD_BRIDGE_IS_ENDPOINT] = { ODDITY_MEDIUM, "a bridge scope names an endpoint" },
	[ODD_ACPI_WITHOUT_ANDD] = { ODDITY_MEDIUM, "no ANDD declares the ACPI device number" },
	[ODD_ANDD_WITHOUT_ACPI] = { ODDITY_MEDIUM, "no scope names this ANDD's device number" },
	[ODD_ANDD_NAME] = { ODDITY_MEDIUM, "the ANDD's name does not end inside it" },
	[ODD_NO_INTERRUPT_REMAPPING] = { ODDITY_MEDIUM,
					 "the table says INTR_REMAP, but this unit has no ECAP.IR" },
	[ODD_IOAPIC_UNSCOPED] = { ODDITY_MEDIUM,
				  "the table says INTR_REMAP, but no unit's scope names the I/O APIC with id" },
	[ODD_WIDTH_UNIT] = { ODDITY_MEDIUM,
			     "the unit's address width (MGAW) is below the table's host address width; it is" },
	[ODD_WIDTH_UNITS] = { ODDITY_LOW,
			      "no unit's address width (MGAW) reaches the table's host address width; the widest is" },
	[ODD_NO_LEVELS] = { ODDITY_MEDIUM,
			    "CAP.SAGAW names no table of 3 to 5 levels: the unit has no second-stage translation. SAGAW is" },
	[ODD_REST_NOT_LAST] = { ODDITY_MEDIUM,
				"this unit stands behind the INCLUDE_PCI_ALL unit of its segment, which must be the last" },
	[ODD_TRANSLATION_ON] = { ODDITY_MEDIUM, "firmware left translation on" },
	[ODD_FAULTS_PENDING] = { ODDITY_MEDIUM, "faults were pending at hand-over: FSTS is" },
	[ODD_ORDER] = { ODDITY_LOW, "structures are not in the order of their types; type" },
	[ODD_UNKNOWN_TYPE] = { ODDITY_LOW, "a structure of a type not known here:" },
	[ODD_UNKNOWN_SCOPE] = { ODDITY_LOW, "a device scope of a type not known here:" },
	[ODD_RESERVED_BITS] = { ODDITY_LOW, "reserved bits are set:" },
	[ODD_SCOPE_ABSENT] = { ODDITY_LOW, "the scope names a function that is not there" },
	[ODD_RHSA_NO_UNIT] = { ODDITY_LOW, "no unit has the RHSA's register base" },
	[ODD_WIDTH_PROCESSOR] = { ODDITY_LOW,
				  "the host address width is above the processor's; it is" },
	[ODD_INTERRUPTS_ON] = { ODDITY_LOW, "firmware left interrupt remapping on" },
	[ODD_QUEUE_ON] = { ODDITY_LOW, "firmware left queued invalidation on" },
	[ODD_PROTECTION_ON] = { ODDITY_LOW, "firmware left protected memory regions on" },
	[ODD_UNITS_DIFFER] = { ODDITY_LOW,
			       "the unit differs from the first in C, SC, PASID or SMTS: these bits of ECAP" },
	[ODD_X2APIC_OPT_OUT] = { ODDITY_LOW, "firmware asks to keep x2APIC off (X2APIC_OPT_OUT)" },
	[ODD_OPT_OUT_VOID] = { ODDITY_LOW, "X2APIC_OPT_OUT without INTR_REMAP means nothing" },
	[ODD_PLATFORM_OPT_IN] = { ODDITY_LOW,
				  "firmware asks for DMA protection from the start (DMA_CTRL_PLATFORM_OPT_IN)" },
};

enum oddity_severity oddity_severity(enum oddity_code code)
{
	return (enum oddity_severity)oddities[code].severity;
}

const char *oddity_text(enum oddity_code code)
{
	return oddities[code].text;
}

const char *oddity_severity_name(enum oddity_severity severity)
{
	static const char *const names[] = {
		[ODDITY_HIGH] = "HIGH", [ODDITY_MEDIUM] = "MEDIUM", [ODDITY_LOW] = "LOW"
	};

	return names[severity];
}
