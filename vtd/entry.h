/* SPDX-License-Identifier: BSD-2-Clause */
/* Table entries: VT-d specification, chapter 9. Bit numbers are those of the whole entry; NAME_BITS
 * are for tables of data, where the compiler wants constants. */
#ifndef VTD_ENTRY_H
#define VTD_ENTRY_H

#include "vtd/field.h"

// clang-format off
/* Root entry: 128 bits. Legacy mode (section 9.1) uses the low half; in scalable mode (section 9.2)
 * the low half leads to the context entries of devices 0 to 15, the high half to those of 16 to 31. */
#define ROOT_WORDS	2
#define ROOT_P		FIELD(0, 0)
#define ROOT_CTP	FIELD(63, 12)

/* Context entry, legacy mode: 128 bits, one fetch (section 9.3) */
#define CONTEXT_WORDS	2
#define CONTEXT_P_BITS	0, 0
#define CONTEXT_P	FIELD(CONTEXT_P_BITS)
#define CONTEXT_FPD	FIELD(1, 1)
#define CONTEXT_TT_BITS	3, 2
#define CONTEXT_TT	FIELD(CONTEXT_TT_BITS)
#define   TT_UNTRANSLATED	0 /* through second-stage tables; requests of a device-TLB are blocked */
#define   TT_DEVICE_TLB	1 /* the same, and these are taken: translation and translated requests */
#define   TT_PASS	2 /* pass-through; requests of a device-TLB are blocked */
#define CONTEXT_SSPTPTR_BITS	63, 12
#define CONTEXT_SSPTPTR	FIELD(CONTEXT_SSPTPTR_BITS)
#define CONTEXT_AW_BITS	66, 64
#define CONTEXT_AW	FIELD(CONTEXT_AW_BITS) /* n: n + 2 levels */
#define CONTEXT_DID_BITS	87, 72
#define CONTEXT_DID	FIELD(CONTEXT_DID_BITS)

/* Context entry, scalable mode: 256 bits, two fetches (section 9.4) */
#define SM_CONTEXT_WORDS	4
#define SM_CONTEXT_P_BITS	0, 0
#define SM_CONTEXT_P		FIELD(SM_CONTEXT_P_BITS)
#define SM_CONTEXT_FPD		FIELD(1, 1)
#define SM_CONTEXT_DTE_BITS	2, 2
#define SM_CONTEXT_DTE		FIELD(SM_CONTEXT_DTE_BITS) /* requests of a device-TLB are taken */
#define SM_CONTEXT_PASIDE	FIELD(3, 3) /* requests with PASID are taken */
#define SM_CONTEXT_PRE		FIELD(4, 4) /* page requests are taken */
#define SM_CONTEXT_PDTS_BITS	11, 9
#define SM_CONTEXT_PDTS		FIELD(SM_CONTEXT_PDTS_BITS)
#define SM_CONTEXT_PASIDDIRPTR_BITS	63, 12
#define SM_CONTEXT_PASIDDIRPTR	FIELD(SM_CONTEXT_PASIDDIRPTR_BITS)
#define SM_CONTEXT_RID_PASID_BITS	83, 64
#define SM_CONTEXT_RID_PASID	FIELD(SM_CONTEXT_RID_PASID_BITS)

/* PASID-directory entry: 64 bits, one for 64 PASIDs (section 9.5) */
#define PASID_DIR_P		FIELD(0, 0)
#define PASID_DIR_FPD		FIELD(1, 1)
#define PASID_DIR_SMPTBLPTR	FIELD(63, 12)

/* PASID-table entry: 512 bits, four fetches (section 9.6) */
#define PASID_WORDS	8
#define PASID_P_BITS	0, 0
#define PASID_P		FIELD(PASID_P_BITS)
#define PASID_FPD	FIELD(1, 1)
#define PASID_AW_BITS	4, 2
#define PASID_AW	FIELD(PASID_AW_BITS)   /* second stage; n: n + 2 levels */
#define PASID_PGTT_BITS	8, 6
#define PASID_PGTT	FIELD(PASID_PGTT_BITS)
#define   PGTT_FIRST	1
#define   PGTT_SECOND	2
#define   PGTT_NESTED	3
#define   PGTT_PASS	4
#define PASID_SSADE	FIELD(9, 9) /* Accessed and Dirty of second-stage entries are set */
#define PASID_SSPTPTR_BITS	63, 12
#define PASID_SSPTPTR	FIELD(PASID_SSPTPTR_BITS)
#define PASID_DID_BITS	79, 64
#define PASID_DID	FIELD(PASID_DID_BITS)
#define PASID_PWSNP_BITS	87, 87
#define PASID_PWSNP	FIELD(PASID_PWSNP_BITS)
#define PASID_PGSNP	FIELD(88, 88) /* requests snoop whatever they say themselves */
#define PASID_FSPM_BITS	131, 130
#define PASID_FSPM	FIELD(PASID_FSPM_BITS) /* 0: 4 levels, 1: 5 */
#define PASID_EAFE	FIELD(135, 135) /* Extended Accessed of first-stage entries is set */
#define PASID_FSPTPTR_BITS	191, 140
#define PASID_FSPTPTR	FIELD(PASID_FSPTPTR_BITS)

/* Second-stage paging entry: 64 bits (section 9.8) */
#define SS_R		FIELD(0, 0)
#define SS_W		FIELD(1, 1)
#define SS_A		FIELD(8, 8) /* these two with SSADE; else ignored */
#define SS_D		FIELD(9, 9)
#define SS_ADDR		FIELD(51, 12)

/* First-stage paging entry: 64 bits (section 9.7) */
#define FS_P		FIELD(0, 0)
#define FS_RW		FIELD(1, 1)
#define FS_US		FIELD(2, 2)
#define FS_A		FIELD(5, 5)
#define FS_D		FIELD(6, 6)
#define FS_EA		FIELD(10, 10) /* with EAFE; else ignored */
#define FS_ADDR		FIELD(51, 12)

/* Interrupt-remapping table entry: 128 bits, one fetch (section 5.1.4). Remapped format (section 9.9) */
#define IRTE_WORDS	2
#define IRTE_P_BITS	0, 0
#define IRTE_P		FIELD(IRTE_P_BITS)
#define IRTE_FPD	FIELD(1, 1)
#define IRTE_V_BITS	23, 16
#define IRTE_V		FIELD(IRTE_V_BITS) /* vector; of the posted format: the bit of PIR */
#define IRTE_IM		FIELD(15, 15) /* 1: posted format */
#define IRTE_DST	FIELD(63, 32) /* x2APIC mode (IRTA.EIME = 1) */
#define IRTE_DST_8	FIELD(47, 40) /* xAPIC mode */
#define IRTE_SID	FIELD(79, 64)
#define IRTE_SQ_BITS	81, 80
#define IRTE_SQ		FIELD(IRTE_SQ_BITS) /* n: so many low bits of the function number are not compared, from bit 2 down */
#define IRTE_SVT_BITS	83, 82
#define IRTE_SVT	FIELD(IRTE_SVT_BITS)
#define   SVT_NONE	0 /* any requester */
#define   SVT_ID	1 /* SID, as SQ says */
#define   SVT_BUS	2 /* a bus from the one in bits 15:8 of SID to the one in bits 7:0 */

/* The same in posted format (section 9.10) */
#define IRTE_URG	FIELD(14, 14)
#define IRTE_PDAL	FIELD(63, 38)   /* bits 31:6 of the descriptor's address */
#define IRTE_PDAH	FIELD(127, 96)  /* bits 63:32 */

/* Posted interrupt descriptor: 512 bits (section 9.11); PIR is bits 255:0 */
#define PID_WORDS	8
#define PID_ON		FIELD(256, 256)
#define PID_SN		FIELD(257, 257) /* no notification */
#define PID_NV		FIELD(279, 272)
#define PID_NDST	FIELD(319, 288)

/* Bits that must be 0 whatever a unit can do, word by word; of addresses none. */
#define ROOT_RESERVED		0xffeull
#define CONTEXT_RESERVED	0xff0ull, 0xffffffffff000080ull
#define SM_CONTEXT_RESERVED	0x180ull, 0xffffffffffe00000ull, ~0ull, ~0ull
#define SM_CONTEXT_LACKING	0x60ull /* HPTE and EPTR: of units with HPTS and PTRS, which are not told of here */
#define PASID_DIR_RESERVED	0xffcull
#define PASID_RESERVED		0xc20ull, 0xf87f0000ull, 0xf02ull, ~0ull, 0xff8ull, 0xffffffffffff0000ull, ~0ull, ~0ull

/* Of these, what older revisions gave a meaning on units with that in ECAP: such a unit may take them. */
#define CONTEXT_OF_CH		0x30ull	    /* word 0: hints, revision 1 */
#define PASID_0_OF_ERS		0x20ull	    /* SLEE, revision 3 */
#define PASID_1_OF_MTS		0xf8000000ull /* EMT, PWT, PCD */
#define PASID_2_OF_ERS		0x2ull	    /* ERE */
// clang-format on

/* AW for a number of second-stage levels (3 to 5). */
static inline unsigned aw_of_levels(unsigned levels)
{
	return levels - 2;
}

#endif
