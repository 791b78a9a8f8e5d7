/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt remapping on and off, and messages that ask for it (chapter 5 and sections 6.7 and 11.4.4). */
#ifndef VTD_INTERRUPTS_H
#define VTD_INTERRUPTS_H

#include "vtd/unit.h"

#define VTD_INTERRUPT_BITS    12 /* of an index: more than its low byte counts */
#define VTD_INTERRUPT_ENTRIES (1 << VTD_INTERRUPT_BITS) /* of a table */
#define VTD_INTERRUPT_PAGES   (VTD_INTERRUPT_ENTRIES * 16 / 4096)

/* Why this unit cannot remap interrupts here; NULL: it can. x2apic: the processors are in x2APIC mode. */
const char *vtd_interrupts_lack(const struct vtd_unit *unit, bool x2apic);

/*
 * Remap interrupts by this table of VTD_INTERRUPT_ENTRIES entries from now on, with the entry cache empty; those in
 * compatibility format are blocked. The queue must be on. Off again, also where it was on before.
 */
enum vtd_status vtd_interrupts_on(struct vtd_unit *unit, const uint64_t *table, bool x2apic);
enum vtd_status vtd_interrupts_off(struct vtd_unit *unit);

/* What IRTA says of such a table. Another one while interrupts are remapped: IRTA and SIRTP alone (section 6.7). */
uint64_t vtd_interrupts_register(const uint64_t *table, bool x2apic);
enum vtd_status vtd_interrupts_set_register(struct vtd_unit *unit, uint64_t value);

/* For self-checks: write IRTA and nothing else. The unit must not look at it before SIRTP (section 11.4.4.1). */
void vtd_interrupts_write_register(struct vtd_unit *unit, uint64_t value);

/* What a unit makes of an interrupt by its entry (sections 5.1.4, 5.2.3, 9.9 and 9.10): the reference, as software. */
struct vtd_interrupt {
	uint8_t reason; /* of the fault (table 15); 0: it is let through */
	bool is_posted;
	uint8_t vector;	      /* posted: the bit of PIR */
	uint32_t destination; /* APIC id; not of a posted one */
	uint64_t descriptor;  /* of a posted one: where it is */
};
struct vtd_interrupt vtd_interrupt_by(const struct vtd_unit *unit, const uint64_t *entry,
				      uint16_t source_id, bool x2apic);

/* The address that a device's message has for the entry `index`, in remappable format without subhandle; its data is 0. */
uint64_t vtd_interrupt_address(uint16_t index);
#define VTD_INTERRUPT_SHV \
	(1u               \
	 << 3) /* in that address: the data's low 16 bits, the subhandle, are added to the index */

#endif
