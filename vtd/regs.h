/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remapping registers: VT-d specification, chapter 11 "Register Descriptions". Each register's
 * offset is followed by its fields. Names are the specification's.
 */
#ifndef VTD_REGS_H
#define VTD_REGS_H

#include "vtd/field.h"

// clang-format off
#define VTD_VER		0x00 /* 32 bits */
#define   VER_MAX	FIELD(7, 4)
#define   VER_MIN	FIELD(3, 0)
#define VTD_CAP		0x08
#define   CAP_ESRTPS	FIELD(63, 63) /* setting the root pointer invalidates all by itself */
#define   CAP_ESIRTPS	FIELD(62, 62) /* setting the interrupt table pointer invalidates its cache */
#define   CAP_FL5LP	FIELD(60, 60)
#define   CAP_PI	FIELD(59, 59)
#define   CAP_FL1GP	FIELD(56, 56)
#define   CAP_DRD	FIELD(55, 55)
#define   CAP_DWD	FIELD(54, 54)
#define   CAP_MAMV	FIELD(53, 48)
#define   CAP_NFR	FIELD(47, 40) /* fault recording registers, less one */
#define   CAP_PSI	FIELD(39, 39)
#define   CAP_SSLPS	FIELD(37, 34)
#define   CAP_FRO	FIELD(33, 24) /* where they begin, in units of 16 bytes */
#define   CAP_ZLR	FIELD(22, 22)
#define   CAP_MGAW	FIELD(21, 16) /* guest address width, less one */
#define   CAP_SAGAW	FIELD(12, 8)  /* bit n: n + 2 levels of second-stage tables */
#define   CAP_CM	FIELD(7, 7)
#define   CAP_PHMR	FIELD(6, 6)
#define   CAP_PLMR	FIELD(5, 5)
#define   CAP_RWBF	FIELD(4, 4)
#define   CAP_ND	FIELD(2, 0)   /* domain ids have 4 + 2n bits */
#define   CAP_RESERVED	0x060000400000e000ull /* by revision 5.10, as of ECAP below: a unit that has one of these set is newer */
#define VTD_ECAP	0x10
#define   ECAP_RESERVED	0x80400001000c0000ull
#define   ECAP_IRREQ	FIELD(62, 62) /* messages are blocked while interrupts are not remapped */
#define   ECAP_EIMER	FIELD(61, 61) /* interrupts are remapped in extended interrupt mode alone */
#define   ECAP_RPS	FIELD(49, 49) /* RID_PASID of a context entry is used */
#define   ECAP_SMPWC	FIELD(48, 48)
#define   ECAP_FSTS	FIELD(47, 47)
#define   ECAP_SSTS	FIELD(46, 46)
#define   ECAP_SSADS	FIELD(45, 45) /* Accessed and Dirty of second-stage entries, by SSADE */
#define   ECAP_SMTS	FIELD(43, 43)
#define   ECAP_PDS	FIELD(42, 42) /* a wait can be told to come after page requests */
#define   ECAP_DIT	FIELD(41, 41) /* device-TLB invalidations name the physical function */
#define   ECAP_PASID	FIELD(40, 40)
#define   ECAP_PSS	FIELD(39, 35) /* PASIDs have one bit more */
#define   ECAP_EAFS	FIELD(34, 34) /* Extended Accessed of first-stage entries, by EAFE */
#define   ECAP_ERS	FIELD(30, 30) /* execute requests */
#define   ECAP_PRS	FIELD(29, 29)
#define   ECAP_NEST	FIELD(26, 26)
#define   ECAP_MTS	FIELD(25, 25) /* memory types */
#define   ECAP_IRO	FIELD(17, 8)  /* IOTLB registers, in units of 16 bytes */
#define   ECAP_SC	FIELD(7, 7)
#define   ECAP_PT	FIELD(6, 6)
#define   ECAP_CH	FIELD(5, 5)   /* caching hints, until revision 2 */
#define   ECAP_MHMV	FIELD(23, 20)
#define   ECAP_EIM	FIELD(4, 4)
#define   ECAP_IR	FIELD(3, 3)
#define   ECAP_DT	FIELD(2, 2)
#define   ECAP_QI	FIELD(1, 1)
#define   ECAP_C	FIELD(0, 0)   /* table accesses snoop the processor's caches */
#define VTD_GCMD	0x18 /* 32 bits, write only */
#define VTD_GSTS	0x1c /* 32 bits */
#define   GCMD_TE		(1u << 31)
#define   GCMD_SRTP	(1u << 30)
#define   GCMD_SFL		(1u << 29)
#define   GCMD_EAFL	(1u << 28)
#define   GCMD_WBF		(1u << 27)
#define   GCMD_QIE		(1u << 26)
#define   GCMD_IRE		(1u << 25)
#define   GCMD_SIRTP	(1u << 24)
#define   GCMD_CFI		(1u << 23)
#define   GCMD_PERSISTENT	0x96ffffffu /* what GSTS tells of and a GCMD write must repeat */
#define VTD_RTADDR	0x20
#define   RTADDR_TTM	FIELD(11, 10)
#define VTD_CCMD	0x28
#define   CCMD_ICC	(1ull << 63)
#define   CCMD_CIRG	FIELD(62, 61)
#define   CCMD_CAIG	FIELD(60, 59) /* what was done: as CIRG, or coarser */
#define   CCMD_FM	FIELD(33, 32)
#define   CCMD_SID	FIELD(31, 16)
#define   CCMD_DID	FIELD(15, 0)
#define VTD_FSTS	0x34 /* 32 bits */
#define   FSTS_FRI	FIELD(15, 8)
#define   FSTS_ITE	(1u << 6)
#define   FSTS_ICE	(1u << 5)
#define   FSTS_IQE	(1u << 4)
#define   FSTS_PPF	(1u << 1)
#define   FSTS_PFO	(1u << 0)
#define VTD_FECTL	0x38 /* 32 bits */
#define   FECTL_IM	(1u << 31)
#define   FECTL_IP	(1u << 30) /* an event is pending, as it is masked */
#define VTD_FEDATA	0x3c /* 32 bits */
#define VTD_FEADDR	0x40 /* 32 bits */
#define VTD_FEUADDR	0x44 /* 32 bits */
#define VTD_PMEN	0x64 /* 32 bits */
#define   PMEN_EPM	(1u << 31)
#define   PMEN_PRS	(1u << 0)
#define VTD_IQH		0x80
#define VTD_IQT		0x88
#define   IQT_QT	0x7fff0ull /* bits 18:4, as in IQH */
/* Of a message-signalled interrupt: SDM volume 3, "Message Address Register Format". */
#define MESSAGE_ADDRESS 0xfee00000u
#define MESSAGE_APIC_ID_SHIFT 12
#define VTD_ICS		0x9c /* 32 bits */
#define   ICS_IWC	(1u << 0) /* a wait descriptor with IF was done; cleared by writing 1 */
#define VTD_IECTL	0xa0 /* as FECTL */
#define VTD_IEDATA	0xa4
#define VTD_IEADDR	0xa8
#define VTD_IEUADDR	0xac
#define VTD_IQA		0x90
#define VTD_IQERCD	0xb0
#define VTD_IRTA	0xb8
#define   IRTA_EIME	FIELD(11, 11) /* x2APIC mode */
#define   IRTA_S	FIELD(3, 0)   /* 2^(S + 1) entries */
/* Of page requests, where ECAP.PRS = 1. */
#define VTD_PQH		0xc0 /* what software takes next, in bytes from PQA on */
#define VTD_PQT		0xc8 /* what hardware writes next */
#define   PQT_QT	0x7ffe0ull /* bits 18:5, as in PQH */
#define VTD_PQA		0xd0
#define   PQA_PQS	FIELD(2, 0) /* 2^n pages */
#define VTD_PRS		0xdc /* 32 bits; both fields are cleared by writing 1 */
#define   PRS_PPR	(1u << 0) /* one was added to the queue */
#define   PRS_PRO	(1u << 1) /* the queue was full */
#define VTD_PECTL	0xe0 /* as FECTL */
#define VTD_PEDATA	0xe4
#define VTD_PEADDR	0xe8
#define VTD_PEUADDR	0xec

/* From ECAP.IRO: */
#define IOTLB_IVA	0x00
#define IOTLB_REG	0x08
#define   IOTLB_IVT	(1ull << 63)
#define   IOTLB_IIRG	FIELD(61, 60)
#define   IOTLB_IAIG	FIELD(58, 57)
#define   IOTLB_DR	(1ull << 49)
#define   IOTLB_DW	(1ull << 48)
#define   IOTLB_DID	FIELD(47, 32)

/* A fault recording register is 128 bits. Of its lower half: */
#define   FRCD_INDEX	FIELD(63, 48) /* of an interrupt: its entry */
/* Of its upper half, numbered from 0: */
#define   FRCD_F	FIELD(63, 63)
#define   FRCD_T1	FIELD(62, 62) /* with T2: 0 write, 1 page request, 2 read, 3 atomic */
#define   FRCD_AT	FIELD(61, 60)
#define   FRCD_PV	FIELD(59, 40)
#define   FRCD_FR	FIELD(39, 32)
#define   FRCD_PP	FIELD(31, 31)
#define   FRCD_EXE	FIELD(30, 30) /* execute requested */
#define   FRCD_PRIV	FIELD(29, 29) /* privilege mode requested */
#define   FRCD_T2	FIELD(28, 28)
#define   FRCD_SID	FIELD(15, 0)
// clang-format on

#endif
