/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is odd about what firmware hands over: the DMAR table, the units as they were found, and how
 * the two fit the PCI devices. Judged by the VT-d specification, chapter 8; nothing is changed.
 */
#ifndef VTD_ODDITIES_H
#define VTD_ODDITIES_H

#include "vtd/dmar.h"
#include "vtd/unit.h"

enum oddity_severity {
	ODDITY_HIGH,   /* an operating system, or the tests here, cannot rely on what it says */
	ODDITY_MEDIUM, /* against the specification, or it costs a feature; one can live with it */
	ODDITY_LOW,    /* worth knowing; often meant so */
};

enum oddity_code {
	ODD_NO_TABLE,
	ODD_TABLE_UNREADABLE, /* signature or length: no structure can be read */
	ODD_CHECKSUM,
	ODD_MALFORMED,
	ODD_MALFORMED_SCOPE,
	ODD_NO_DRHD,
	ODD_DRHD_ZERO,
	ODD_DRHD_UNALIGNED,
	ODD_DRHD_SHARED,
	ODD_DRHD_OWNS_NOTHING,
	ODD_UNIT_ONES,
	ODD_UNIT_ZEROS,
	ODD_UNIT_VERSION,
	ODD_UNIT_OFFSETS,
	ODD_UNIT_ADDRESS,
	ODD_REST_TWICE,
	ODD_NO_REST, /* no INCLUDE_PCI_ALL unit in a segment */
	ODD_FUNCTION_UNOWNED,
	ODD_RMRR_LIMIT,
	ODD_RMRR_UNALIGNED,
	ODD_RMRR_ZERO,
	ODD_RMRR_FREE,
	ODD_RMRR_OCCUPIED,
	ODD_RMRR_UNLISTED,
	ODD_RMRR_OVERLAP,
	ODD_PATH_BROKEN,
	ODD_ENDPOINT_IS_BRIDGE,
	ODD_BRIDGE_IS_ENDPOINT,
	ODD_ACPI_WITHOUT_ANDD,
	ODD_ANDD_WITHOUT_ACPI,
	ODD_ANDD_NAME,
	ODD_NO_INTERRUPT_REMAPPING,
	ODD_IOAPIC_UNSCOPED,
	ODD_WIDTH_UNIT,	 /* of one, where another reaches the host address width */
	ODD_WIDTH_UNITS, /* of all */
	ODD_NO_LEVELS,
	ODD_REST_NOT_LAST,
	ODD_TRANSLATION_ON,
	ODD_FAULTS_PENDING,
	ODD_ORDER,
	ODD_UNKNOWN_TYPE,
	ODD_UNKNOWN_SCOPE,
	ODD_RESERVED_BITS,
	ODD_SCOPE_ABSENT,
	ODD_RHSA_NO_UNIT,
	ODD_WIDTH_PROCESSOR,
	ODD_INTERRUPTS_ON,
	ODD_QUEUE_ON,
	ODD_PROTECTION_ON,
	ODD_UNITS_DIFFER,
	ODD_X2APIC_OPT_OUT,
	ODD_OPT_OUT_VOID, /* without INTR_REMAP */
	ODD_PLATFORM_OPT_IN,
	ODD_COUNT,
};

struct oddity {
	enum oddity_code code;
	bool at_offset, at_unit, at_function, has_value;
	uint32_t offset;    /* at_offset: in the DMAR table */
	unsigned unit;	    /* at_unit: index */
	uint16_t segment;   /* at_function, also a function that is not there */
	uint16_t source_id; /* at_function */
	uint64_t value;	    /* has_value: oddity_text() says of what */
};

enum oddity_kind {
	ODDITY_ABSENT,
	ODDITY_ENDPOINT,
	ODDITY_BRIDGE, /* header type 1: it has buses behind it */
	ODDITY_EITHER, /* of bridge class with an endpoint's header: named as either */
};

/* What the firmware's memory map says of a range; the first that is true. */
enum oddity_memory {
	ODDITY_MEMORY_FREE,	/* some of it is free */
	ODDITY_MEMORY_UNLISTED, /* some of it is in no region */
	ODDITY_MEMORY_OCCUPIED, /* some of it is another's: firmware's, ACPI's, a loader's, I/O */
	ODDITY_MEMORY_RESERVED,
};

/* A unit as vtd_unit_probe() found it, in the order of the DRHDs. */
struct oddity_unit {
	struct vtd_unit unit;
	enum vtd_status status;
};

/* The machine as the caller sees it. Functions that are NULL, and 0 for a number, mean: not known. */
struct oddity_machine {
	struct dmar dmar;
	enum dmar_error opened; /* what dmar_open() said */
	const struct oddity_unit *units;
	unsigned unit_count;
	struct dmar_pci pci;

	/* The index-th PCI function; false past the last. */
	bool (*function)(void *context, unsigned index, uint16_t *segment, uint8_t *bus,
			 uint8_t *devfn);
	/* What is at this place. */
	enum oddity_kind (*kind)(void *context, uint16_t segment, uint8_t bus, uint8_t devfn);
	/* What the memory at base to limit, the last byte, is. */
	enum oddity_memory (*memory)(void *context, uint64_t base, uint64_t limit);
	void *context;

	unsigned physical_bits;	   /* of the processor */
	const uint8_t *ioapic_ids; /* that the MADT lists */
	unsigned ioapic_count;
};

/* Calls found() for each oddity, in the order of the checks. Registers are not read anew. */
void oddities_find(const struct oddity_machine *machine,
		   void (*found)(void *context, const struct oddity *oddity), void *context);

enum oddity_severity oddity_severity(enum oddity_code code);
const char *oddity_text(enum oddity_code code);
const char *oddity_severity_name(enum oddity_severity severity);

#endif
