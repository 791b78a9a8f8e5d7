/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that a capture follows: one list, for the plugin that writes records and for the programs that read them. */
#ifndef TOOLS_CAPTURE_KINDS_H
#define TOOLS_CAPTURE_KINDS_H

#define CAPTURE_VERSION 2

/*
 *  enumerator        word in records   64-bit words of an entry
 * In scalable mode a root-table entry is two pointers of their own, of 64 bits each (section 9.2). Paging tables, second
 * stage and first stage, are followed on request alone; a table of level 1 leads to pages (tools/capture/paging_entry.h).
 */
#define TABLE_KINDS(X)                       \
	X(TABLE_ROOT, "root", 2)             \
	X(TABLE_CONTEXT, "context", 2)       \
	X(TABLE_SM_ROOT, "sm-root", 1)       \
	X(TABLE_SM_CONTEXT, "sm-context", 4) \
	X(TABLE_PASID_DIR, "pasid-dir", 1)   \
	X(TABLE_PASID, "pasid", 8)           \
	X(TABLE_IRTE, "irte", 2)             \
	X(TABLE_SS_1, "ss-1", 1)             \
	X(TABLE_SS_2, "ss-2", 1)             \
	X(TABLE_SS_3, "ss-3", 1)             \
	X(TABLE_SS_4, "ss-4", 1)             \
	X(TABLE_SS_5, "ss-5", 1)             \
	X(TABLE_FS_1, "fs-1", 1)             \
	X(TABLE_FS_2, "fs-2", 1)             \
	X(TABLE_FS_3, "fs-3", 1)             \
	X(TABLE_FS_4, "fs-4", 1)             \
	X(TABLE_FS_5, "fs-5", 1)

enum table_kind {
	TABLE_NONE,
#define X(id, name, words) id,
	TABLE_KINDS(X)
#undef X
		TABLE_KIND_COUNT,
};

#define TABLE_WORDS_MAX 8

static const struct {
	const char *name;
	unsigned words;
} table_kinds[TABLE_KIND_COUNT] = { [TABLE_NONE] = { "none", 1 },
#define X(id, name, words) [id] = { name, words },
				    TABLE_KINDS(X)
#undef X
};

/*
 * A record is a line: NUMBER MS CPU PC TYPE and what the type has. NUMBER counts from 0 without a gap, CPU is decimal,
 * MS since the beginning; all else is hexadecimal without 0x. A stack has its lowest address, and return addresses,
 * innermost first: of each what the call before it called, 0 if that was indirect, and at which 64-bit word of the stack
 * it is. The types:
 *
 *  G BASE SOURCE                      registers of a unit are at BASE, found by SOURCE (given, DMAR)
 *  T PAGE KIND ENTRY                  the page is a table from now on: ENTRY (or a register) leads to it
 *  E ADDRESS KIND WORD...             an entry of it that is not zero then
 *  U PAGE KIND                        it is none any more: nothing leads to it, and other code uses it
 *  S ADDRESS BYTES LOW HIGH LOCKED KIND ENTRY [stack ADDRESS RETURN/CALLED/WORD...]    a store; values after it
 *  A ENTRY KIND WORD                  the unit has set Accessed or Dirty in a paging entry meanwhile: what it is now
 *  ! ENTRY KIND WORD...               memory is not what the stores so far make it: one was missed
 *  F ADDRESS HOW KIND [stack ...]     clflush, clflushopt or clwb of a line of a table
 *  W                                  wbinvd
 *  B SFENCE MFENCE LFENCE LOCKED      so many of each by this processor since its last record
 *  Q BASE FROM TO [stack ...]         the tail of the invalidation queue is moved; then
 *  I WORD...                          each descriptor, 2 or 4 words
 *  M BASE OFFSET BYTES VALUE [stack ...]    a store to any other register of the unit
 *  C SOURCE OFFSET BYTES VALUE [stack ...]  a store to the extended configuration space of a device
 *  Z PAGE KIND CRC                    at the end: CRC-32 of each table as memory has it
 *
 * The first line is `vtd-capture-record VERSION`, the last `end RECORDS SEEN RECORDED MISSED WALKS FAILED MS`, decimal.
 */
#define RECORD_FIRST "vtd-capture-record"

#endif
