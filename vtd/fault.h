/* SPDX-License-Identifier: BSD-2-Clause */
/* Primary fault logging: VT-d specification, section 7.2 and 11.4.7 (FSTS) to 11.4.14 (FRCD). */
#ifndef VTD_FAULT_H
#define VTD_FAULT_H

#include "vtd/unit.h"

/* Reasons this kernel asks about by name; vtd_fault_reason_name() knows them all. */
enum vtd_fault_reason {
	FAULT_ROOT_NOT_PRESENT = 0x01,
	FAULT_CONTEXT_NOT_PRESENT = 0x02,
	FAULT_CONTEXT_INVALID = 0x03,
	FAULT_BEYOND_WIDTH = 0x04,
	FAULT_WRITE_DENIED = 0x05,
	FAULT_READ_DENIED = 0x06,
	FAULT_ROOT_RESERVED = 0x0a,
	FAULT_CONTEXT_RESERVED = 0x0b,
	FAULT_SS_RESERVED = 0x0c,
	FAULT_DEVICE_TLB_BLOCKED = 0x0d, /* LCT.5: TT says so */
	/* Of interrupts: table 15. */
	FAULT_IRTE_REQUEST_RESERVED = 0x20,
	FAULT_IRTE_BEYOND_TABLE = 0x21,
	FAULT_IRTE_NOT_PRESENT = 0x22,
	FAULT_IRTE_UNREADABLE = 0x23,
	FAULT_IRTE_RESERVED = 0x24,
	FAULT_COMPATIBILITY_BLOCKED = 0x25,
	FAULT_IRTE_SOURCE = 0x26,
	FAULT_DESCRIPTOR_UNREADABLE = 0x27,
	FAULT_DESCRIPTOR_RESERVED = 0x28,
	FAULT_INTERRUPT_LAST = 0x2b,
	FAULT_PASID_IN_LEGACY_MODE = 0x31,
	FAULT_PAGE_REQUEST_IN_LEGACY_MODE = 0x32,
	FAULT_SM_ROOT_NOT_PRESENT = 0x39,
	FAULT_SM_ROOT_RESERVED = 0x3a,
	FAULT_SM_CONTEXT_NOT_PRESENT = 0x41,
	FAULT_SM_CONTEXT_RESERVED = 0x42,
	FAULT_SM_CONTEXT_INVALID = 0x43,
	FAULT_SM_DEVICE_TLB_BLOCKED = 0x44, /* SCT.5: DTE = 0 */
	FAULT_PASID_DISABLED = 0x45,
	FAULT_PASID_BEYOND_DIR = 0x46,
	FAULT_PAGE_REQUESTS_DISABLED = 0x47, /* PRE = 0 */
	FAULT_PASID_DIR_NOT_PRESENT = 0x51,
	FAULT_PASID_DIR_RESERVED = 0x52,
	FAULT_PASID_ACCESS = 0x58,
	FAULT_PASID_NOT_PRESENT = 0x59,
	FAULT_PASID_RESERVED = 0x5a,
	FAULT_PASID_INVALID = 0x5b,
	FAULT_FS_NOT_PRESENT = 0x71,
	FAULT_FS_RESERVED = 0x72,
	FAULT_SM_SS_NOT_PRESENT = 0x79, /* a second-stage entry without permissions */
	FAULT_SM_SS_RESERVED = 0x7a,
	FAULT_NOT_CANONICAL = 0x80,
	FAULT_FS_PRIVILEGE = 0x81,
	FAULT_SM_BEYOND_WIDTH = 0x84,
	FAULT_SM_WRITE_DENIED = 0x85, /* by either stage */
	FAULT_SM_READ_DENIED = 0x86,
};

struct vtd_fault {
	uint64_t raw[2];    /* the recording register, low half first */
	uint64_t address;   /* of the page asked for (FI); 0 of an interrupt */
	uint16_t index;	    /* of an interrupt's entry */
	uint16_t source_id; /* bus << 8 | device << 3 | function */
	uint8_t reason;
	uint8_t type;		  /* 0 write, 1 page request, 2 read, 3 atomic */
	uint8_t address_type;	  /* AT: 0 untranslated */
	bool execute, privileged; /* requested: EXE, PRIV */
	bool has_pasid;
	uint32_t pasid;
};

/*
 * Take up to `room` fault records from the unit, oldest first, each cleared once read. *overflow is
 * set if the unit says that faults were lost for want of a free register (FSTS.PFO, cleared too).
 * Returns how many were taken. Costs one register read where there is nothing.
 */
unsigned vtd_fault_read(struct vtd_unit *unit, struct vtd_fault *out, unsigned room,
			bool *overflow);

/*
 * Whether what the unit says of its records agrees: with FSTS.PPF some register's F is set, else none is; FRI
 * is one with F set where nothing was taken since PPF was set (section 11.4.7.1).
 */
bool vtd_fault_agrees(const struct vtd_unit *unit, bool untouched);

/* Registers with F set. */
unsigned vtd_fault_pending(const struct vtd_unit *unit);

/* Whether it says that faults were lost (FSTS.PFO), which stays so. */
bool vtd_fault_overflowed(const struct vtd_unit *unit);

/* The register that got the first pending record (FSTS.FRI); of no meaning where none is pending. */
unsigned vtd_fault_first(const struct vtd_unit *unit);

/* For self-checks: the overflow bit alone, with the records left as they are. */
void vtd_fault_clear_overflow(struct vtd_unit *unit);

/* Drop all records and the overflow bit. */
void vtd_fault_clear(struct vtd_unit *unit);

/* Send the fault event as an MSI to one APIC (id 0 to 255), or mask it. */
void vtd_fault_interrupt(struct vtd_unit *unit, bool on, uint8_t apic_id, uint8_t vector);

/* Whether one is held back (FECTL.IP), as where it is masked. */
bool vtd_fault_event_pending(const struct vtd_unit *unit);

/* Whether it is an interrupt's, not a DMA's. */
static inline bool vtd_fault_is_of_interrupt(uint8_t reason)
{
	return reason >= FAULT_IRTE_REQUEST_RESERVED && reason <= FAULT_INTERRUPT_LAST;
}

struct vtd_fault vtd_fault_decode(uint64_t low, uint64_t high);
const char *vtd_fault_reason_name(uint8_t reason);
/*
 * Whether a translation request that meets this is answered with "no permission", and nothing is recorded (section
 * 7.1.2 and table 30).
 */
bool vtd_fault_is_recoverable(uint8_t reason);
const char *vtd_fault_type_name(uint8_t type);

#endif
