/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables behind vtd/decode.c, which alone includes this. */
#ifndef VTD_DECODE_TABLE_H
#define VTD_DECODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "vtd/field.h"

/* Field lists; several registers may share one. */
enum list {
	RAW, /* known by name only */
	VER,
	CAP,
	ECAP,
	GSTS,
	RTADDR,
	CCMD,
	FSTS,
	EVENT_CONTROL,
	EVENT_DATA,
	EVENT_ADDRESS,
	EVENT_UPPER,
	AFLOG,
	PMEN,
	IQ_HEAD,
	IQ_TAIL,
	IQA,
	ICS,
	IQERCD,
	IRTA,
	PQ_HEAD,
	PQ_TAIL,
	PQA,
	PRS,
	MTRRCAP,
	MTRRDEF,
	MTRR_FIXED,
	MTRR_BASE,
	MTRR_MASK,
	IVA,
	IOTLB,
	FRCD_LOW,
	FRCD_HIGH,
};

/* How a value is put into words. */
enum how {
	PLAIN,
	PLUS_ONE,    /* the value + 1 */
	DOMAINS,     /* 2^(4 + 2n), section 11.4.2 */
	DEPTHS,	     /* SAGAW */
	LARGE_PAGES, /* SSLPS */
	TIMES_16,    /* an offset in the register set */
	TABLE_MODE,  /* RTADDR.TTM */
	GRANULARITY, /* CIRG, IIRG and what was done: CAIG, IAIG */
	MEMORY_TYPE,
	PAGE,	 /* an address without its low 12 bits */
	DWORD,	 /* an address without its low 2 bits */
	ENTRIES, /* 2^(n + 8) in an invalidation queue of 128-bit descriptors */
	LOG_PAGES,
	REMAPPINGS, /* 2^(n + 1) */
	QUEUE_ERROR,
	SOURCE, /* a requester id */
	REASON,
	ADDRESS_TYPE,
};

/* One field. The texts lie in the table: a pointer would cost a relocation of 24 bytes. */
struct decode_field {
	uint8_t list, how;
	char name[8];
	struct vtd_field bits;
	char meaning[39];
};

/* What says that a register is there. */
enum condition {
	ALWAYS,
	IF_AFL,
	IF_PMR,
	IF_PLMR,
	IF_PHMR,
	IF_QI,
	IF_IR,
	IF_PRS,
	IF_MTS,
	IF_ECMDS,
	IF_PMS,
};

enum place { FIXED, FROM_IRO, FROM_FRO };

/* One register, or several at a stride. */
struct decode_register {
	char name[20];
	uint16_t offset;
	uint8_t bytes, list, condition, place, count, stride;
};

extern const struct decode_field decode_fields[];
extern const size_t decode_field_count;
extern const struct decode_register decode_registers[];
extern const size_t decode_register_count;

#endif
