/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors of the invalidation queue (section 6.5.2). */
#ifndef VTD_DESCRIPTOR_H
#define VTD_DESCRIPTOR_H

#include "vtd/field.h"
#include "vtd/unit.h"

#define IQA_DW		  (1ull << 11) /* descriptors of 256 bits */
#define FSTS_QUEUE_ERRORS (FSTS_IQE | FSTS_ITE | FSTS_ICE)

// clang-format off
/* The low word. Bit numbers are the specification's. */
#define DESC_TYPE	FIELD(3, 0)
#define   TYPE_CONTEXT	1
#define   TYPE_IOTLB	2
#define   TYPE_DEVICE_TLB	3
#define   TYPE_INTERRUPT_ENTRIES 4
#define   TYPE_WAIT	5
#define   TYPE_PIOTLB	6
#define   TYPE_PASID	7
#define   TYPE_PASID_DEVICE_TLB 8
#define   TYPE_PAGE_RESPONSE 9
#define DESC_G		FIELD(5, 4)   /* context and IOTLB: granularity */
#define   GRAN_GLOBAL	1
#define   GRAN_DOMAIN	2
#define   GRAN_DEVICE	3
#define   GRAN_PASID_DOMAIN 0    /* PASID cache: all PASIDs within a domain */
#define   GRAN_PASID_ONE	1     /* one PASID within a domain */
#define   GRAN_PASID_ALL	3     /* globally */
#define   GRAN_PIOTLB_PASID 2    /* PASID-based IOTLB: all of a PASID within a domain */
#define   GRAN_PIOTLB_PAGES 3
#define   GRAN_PAGES	3     /* IOTLB: within a domain */
#define DESC_DW		FIELD(6, 6)   /* IOTLB: drain writes */
#define DESC_DR		FIELD(7, 7)
#define DESC_DID	FIELD(31, 16)
#define DESC_SID	FIELD(47, 32)
#define DESC_FM		FIELD(49, 48) /* context: function bits of SID that are not compared */
#define   FM_ALL	3
#define DESC_PASID	FIELD(51, 32)
#define DESC_IEC_G	FIELD(4, 4)   /* interrupt entry cache: 1: by index */
#define DESC_IEC_IM	FIELD(31, 27) /* so many low bits of the index are not compared */
#define DESC_IEC_IIDX	FIELD(47, 32)
#define DESC_IF		FIELD(4, 4)   /* wait: tell by an event */
#define DESC_SW		FIELD(5, 5)   /* wait: write the status data */
#define DESC_FN		FIELD(6, 6)   /* wait: after all before it */
#define DESC_PD		FIELD(7, 7)   /* wait: after the page requests that came before it */
#define DESC_STATUS	FIELD(63, 32)
/* In the high word: 2^AM pages from an address on; IH: no entry above the last level was changed. */
#define DESC_AM		FIELD(5, 0)
#define DESC_IH		FIELD(6, 6)
#define DESC_MIP	FIELD(20, 16) /* device-TLB: invalidations that it can have pending; 0: 32 */
#define DESC_PFSID_LOW	FIELD(15, 12) /* physical function, where ECAP.DIT = 1 */
#define DESC_PFSID_HIGH	FIELD(63, 52)
#define DESC_P_MIP	FIELD(8, 4)   /* PASID-based device-TLB */
#define DESC_P_SID	FIELD(31, 16)
/* Of all addresses: S = 1 and this (section 6.5.3.3), in the high word. */
#define EVERY_ADDRESS	0x7ffffffffffff000ull
#define DEVICE_TLB_S	(1ull << 0)
#define PASID_DEVICE_TLB_S (1ull << 11)
// clang-format on

static inline uint32_t vtd_queue_bytes(const struct vtd_unit *unit)
{
	return 4096u << unit->queue.order;
}

static inline unsigned vtd_descriptor_bytes(const struct vtd_unit *unit)
{
	return unit->queue.wide ? 32 : 16;
}

#endif
