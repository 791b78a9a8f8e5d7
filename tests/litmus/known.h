/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What QEMU's unit is known to do otherwise than the specification says, one thing at a time, and up to which version. What
 * is not listed here is held against QEMU as against any other unit.
 */
#ifndef TESTS_KNOWN_H
#define TESTS_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

struct bench;

// clang-format off
/* K(identifier, first version tried that has it no more (702: 7.2); 0: all tried have it, what it does) */
#define KNOWN_WORDS(K)                                                                                                     \
	K(RID_PASID, 1101, "uses RID_PASID though ECAP.RPS = 0")                                                           \
	K(ABSENT_PASID, 0, "reports an absent PASID-table entry as an invalid one, or one that cannot be read")             \
	K(INTERRUPTS_UNRECORDED, 1000, "records no interrupt that it refuses")                                             \
	K(PASS_THROUGH, 0, "looks at the end of pass-through at context-cache invalidations alone")                        \
	K(REREADS, 0, "reads a PASID-table entry, and the directory entry, anew for each field, and may not look at P")    \
	K(LEGACY_REASONS, 0, "records the reasons of legacy mode in scalable mode")                                        \
	K(RECORDS_RID_PASID, 0, "records the PASID that a request without PASID uses")                                      \
	K(NO_PASID_CACHE, 0, "keeps no PASID-table entry")                                                                 \
	K(PLAIN_FLAGS, 0, "sets Accessed and Dirty by a read and a plain write, Dirty with Accessed alone")                \
	K(FPD_AFTER_P, 0, "does not look at FPD of directory and PASID-table entries with P clear")                        \
	K(BUS_RANGE_SWAPPED, 0, "takes the first bus of an interrupt-remapping entry's range for the last")                \
	K(COMPATIBILITY, 0, "lets compatibility-format interrupts through whatever CFI says, and does not show it in CFIS") \
	K(DESTINATION_RESERVED, 0, "does not look at the reserved bits of a destination in xAPIC mode")                      \
	K(MESSAGE_LAST, 0, "looks at reserved bits of an interrupt message after the entry alone")                          \
	K(WAIT_OF_BOTH, 0, "ends where a wait has SW and IF")                                                              \
	K(DESCRIPTORS, 0, "does not look at the upper half of a descriptor, nor at the granularity of those for PASIDs")      \
	K(NARROW_QUEUE, 0, "does descriptors of 128 bits in scalable mode")                                                \
	K(PASID_RESERVED, 0, "does not look at reserved bits of PASID-directory and PASID-table entries, PDTS and PRE")     \
	K(READ_FILLED, 0, "records no write that a translation refuses which a read has filled")                           \
	K(READ_AHEAD, 0, "keeps the host address of a block that is read over an invalidation")
// clang-format on

#define KNOWN(identifier, version, text) KNOWN_##identifier,
enum known { KNOWN_WORDS(KNOWN) KNOWN_COUNT };
#undef KNOWN

/* Whether this is QEMU's unit, of a version that has it; of one that does not say which, too. */
bool known_of_qemu(const struct bench *bench, enum known what);

/* Whether that unit is known to record `seen` where `reason` is right; equal ones are not asked about. */
bool known_reason(const struct bench *bench, uint8_t reason, uint8_t seen);

#endif
