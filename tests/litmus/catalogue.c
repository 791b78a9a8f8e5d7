/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sequences. Order of stores and invalidations is taken from the cited sources and checked
 * against them; the words are ours. Where a driver leaves the order of stores to the compiler,
 * program order and what a compiler may make of it are two rows.
 */
#include "tests/litmus/sequence.h"
#include "vtd/entry.h"

#define KIND(name) (1u << KIND_##name)
#define WORD_KINDS (KIND(ROOT) | KIND(SM_ROOT) | KIND(PASID_DIR) | KIND(TABLE) | KIND(LEAF))

// clang-format off
#define STORE(word, value)	{ STEP_STORE, word, VALUE_##value, { 0, 0 } }
#define SET(name)		{ STEP_FIELD, 0, VALUE_NEW, { name##_BITS } }
#define CAS(word, value)	{ STEP_CAS, word, VALUE_##value, { 0, 0 } }
#define BARRIER			{ STEP_BARRIER, 0, 0, { 0, 0 } }
#define FLUSH			{ STEP_FLUSH, 0, 0, { 0, 0 } }
#define INV(what, value)	{ STEP_INVALIDATE_##what, 0, VALUE_##value, { 0, 0 } }
#define SETTLE_NEW		{ STEP_SETTLE_NEW, 0, VALUE_NEW, { 0, 0 } }
#define STEPS(...)		(const struct step[]){ __VA_ARGS__ }, \
				sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step)

#define BOTH(value)		INV(CONTEXT, value), INV(IOTLB, value), INV(DEVTLB, value)
/* Section 6.5.2.1 and table 28: all PASIDs of the domain, for an entry of many may have gone. */
#define ALL_OF_SM(value)	INV(CONTEXT, value), INV(PASID_DOMAIN, value), INV(IOTLB, value), \
				INV(DEVTLB, value)
#define ALL_OF_ROOT		INV(GLOBAL, OLD), INV(DEVTLB, OLD)
#define ALL_OF_DIRECTORY(value)	INV(PASID, value), INV(IOTLB, value), INV(DEVTLB, value)
#define OF_PASID(value)		INV(PASID, value), INV(TLB, value), INV(DEVTLB, value)
#define ZERO_2			STORE(0, ZERO), STORE(1, ZERO)
#define ZERO_8			STORE(0, ZERO), STORE(1, ZERO), STORE(2, ZERO), STORE(3, ZERO), \
				STORE(4, ZERO), STORE(5, ZERO), STORE(6, ZERO), STORE(7, ZERO)

/* domain_context_mapping_one() of Linux: each setter a plain read-modify-write, Present last. */
#define LINUX_CONTEXT_SETUP	SET(CONTEXT_DID), SET(CONTEXT_SSPTPTR), SET(CONTEXT_AW), SET(CONTEXT_TT)
/* context_entry_set_pasid_table(): DTE where the device has ATS. */
#define LINUX_SM_CONTEXT_SETUP	SET(SM_CONTEXT_PASIDDIRPTR), SET(SM_CONTEXT_PDTS), SET(SM_CONTEXT_RID_PASID), \
				SET(SM_CONTEXT_DTE)
/* intel_pasid_setup_*_level(): what a state does not use is 0 in new and in place. */
#define LINUX_PASID_SETUP	SET(PASID_FSPTPTR), SET(PASID_FSPM), SET(PASID_DID), SET(PASID_SSPTPTR), \
				SET(PASID_AW), SET(PASID_PWSNP), SET(PASID_PGTT)

#define LINUX_7_CONTEXT                                                                       \
	STORE(0, OLD_NOT_PRESENT), BARRIER, FLUSH, BOTH(OLD), ZERO_2, FLUSH,                  \
	STORE(1, NEW), STORE(0, NEW_NOT_PRESENT), BARRIER, STORE(0, NEW), FLUSH, SETTLE_NEW
#define LINUX_7_SM_CONTEXT                                                                    \
	STORE(0, OLD_NOT_PRESENT), BARRIER, FLUSH, ALL_OF_SM(OLD), ZERO_2, FLUSH,             \
	STORE(1, NEW), STORE(0, NEW_NOT_PRESENT), BARRIER, STORE(0, NEW), FLUSH, SETTLE_NEW
#define LINUX_7_PASID                                                                         \
	STORE(0, OLD_NOT_PRESENT), BARRIER, FLUSH, OF_PASID(OLD), ZERO_8, FLUSH,              \
	LINUX_PASID_SETUP, BARRIER, SET(PASID_P), FLUSH, SETTLE_NEW

const struct sequence sequences[] = {
	/* Legacy context entries, replaced in place. */
	{ "linux-pre7", "Linux before 7.0, in place",
	  "the copy over a live entry of intel_pasid_replace_*() (pasid.c, Linux 6.13 to 6.19), applied "
	  "to a context entry",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(0, NEW), STORE(1, NEW), FLUSH, BOTH(OLD)) },
	{ "field-by-field", "field by field on the live entry",
	  "the order in which domain_context_mapping_one() (iommu.c, Linux before 7.0) sets fields, "
	  "without the clearing before it",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(LINUX_CONTEXT_SETUP, FLUSH, BOTH(OLD)) },
	{ "freebsd-move", "high half, then low half, P kept; everything invalidated",
	  "FreeBSD sys/x86/iommu/intel_ctx.c, ctx_id_entry_init_one() when a context moves to another domain",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(1, NEW), STORE(0, NEW), FLUSH, INV(GLOBAL, OLD)) },
	{ "xen-best-effort", "low half first, DID half last, P kept",
	  "Xen vtd/iommu.c, domain_context_mapping_one() without CX16 for devices with reserved regions, "
	  "until CX16 was required (2024)",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(0, NEW), BARRIER, STORE(1, NEW), FLUSH, BOTH(OLD)) },
	{ "no-invalidation", "one 128-bit compare-and-exchange, nothing invalidated", NULL,
	  KIND(CONTEXT) | KIND(SM_CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(CAS(0, NEW), FLUSH) },
	{ "invalidate-first", "invalidated before the exchange instead of after", NULL,
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(BOTH(OLD), CAS(0, NEW), FLUSH) },
	{ "invalidate-new", "invalidated by the new domain-id instead of the old", NULL,
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(CAS(0, NEW), FLUSH, BOTH(NEW)) },
	{ "no-flush", "one 128-bit compare-and-exchange, the cache line not flushed", NULL,
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(CAS(0, NEW), BOTH(OLD)) },
	{ "cmpxchg16b", "one 128-bit compare-and-exchange",
	  "Xen vtd/iommu.c, domain_context_mapping_one() with CX16 (XSA-400); version 1 of the Linux 7.0 series",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_SAFE, true,
	  STEPS(CAS(0, NEW), FLUSH, BOTH(OLD)) },
	{ "xen-no-cx16", "clear P, high half, low half with P, then invalidate",
	  "Xen vtd/iommu.c, domain_context_mapping_one() without CX16, devices without reserved regions",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_SAFE, false,
	  STEPS(STORE(0, OLD_NOT_PRESENT), FLUSH, STORE(1, NEW), STORE(0, NEW), FLUSH, BOTH(OLD)) },
	{ "linux-7.0", "Linux 7.0: clear P, invalidate, zero, set up",
	  "commit c1e4f1dccbe9, the fix of CVE-2026-45944: replacing is tearing down and setting up",
	  KIND(CONTEXT), OPERATION_REPLACE, CLAIM_SAFE, false,
	  STEPS(LINUX_7_CONTEXT) },

	/* Legacy context entries, taken away and set up anew. */
	{ "high-first", "high half first, both ways",
	  "what a compiler may make of context_clear_entry() and the setters of Linux before 7.0, plain stores "
	  "without order",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(STORE(1, ZERO), STORE(0, ZERO), FLUSH, BOTH(OLD),
		STORE(1, NEW), STORE(0, NEW), FLUSH, SETTLE_NEW) },
	{ "low-first", "low half first, both ways", NULL,
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(ZERO_2, FLUSH, BOTH(OLD), STORE(0, NEW), STORE(1, NEW), FLUSH, SETTLE_NEW) },
	{ "jailhouse", "clear P alone; later low half with P, then high half",
	  "Jailhouse hypervisor/arch/x86/vtd.c, adding and removing a PCI device (commit aa2f59a)",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(STORE(0, OLD_NOT_PRESENT), FLUSH, INV(GLOBAL, OLD),
		STORE(0, NEW), STORE(1, NEW), FLUSH, INV(GLOBAL, OLD)) },
	{ "linux-6.1-kdump", "copied entry: invalidated while still live, then cleared and set up",
	  "domain_context_mapping_one() (iommu.c, Linux 6.1) over an entry inherited from the crashed kernel",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(BOTH(OLD), ZERO_2, LINUX_CONTEXT_SETUP, SET(CONTEXT_P), FLUSH, SETTLE_NEW) },
	{ "linux-pre7", "Linux before 7.0, stores in program order",
	  "domain_context_clear_one() and domain_context_mapping_one() (iommu.c, Linux before 7.0)",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(ZERO_2, FLUSH, BOTH(OLD), LINUX_CONTEXT_SETUP, SET(CONTEXT_P), FLUSH, SETTLE_NEW) },
	{ "linux-6.12-kdump", "copied entry: cleared, then invalidated, then set up",
	  "copied_context_tear_down() (iommu.c, Linux 6.12); the clearing is not flushed before the invalidation",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(ZERO_2, BOTH(OLD), LINUX_CONTEXT_SETUP, SET(CONTEXT_P), FLUSH, SETTLE_NEW) },
	{ "cmpxchg16b", "both steps by 128-bit compare-and-exchange",
	  "version 1 of the Linux 7.0 series, patch 1/3",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(CAS(0, ZERO), FLUSH, BOTH(OLD), CAS(0, NEW), FLUSH, SETTLE_NEW) },
	{ "linux-7.0", "Linux 7.0: clear P, invalidate, zero, set up",
	  "domain_context_clear_one() and domain_context_mapping_one() of Linux 7.0 (commit c1e4f1dccbe9, "
	  "CVE-2026-45944)",
	  KIND(CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(LINUX_7_CONTEXT) },

	/* Scalable-mode context entries: directory pointer in word 0, RID_PASID in word 1. */
	{ "low-first", "low half, then high half, P kept", NULL,
	  KIND(SM_CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(0, NEW), STORE(1, NEW), FLUSH, ALL_OF_SM(OLD)) },
	{ "field-by-field", "field by field on the live entry",
	  "the order of context_entry_set_pasid_table() (pasid.c, Linux 6.9), without the clearing before it",
	  KIND(SM_CONTEXT), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(LINUX_SM_CONTEXT_SETUP, FLUSH, ALL_OF_SM(OLD)) },
	{ "cmpxchg16b", "one 128-bit compare-and-exchange",
	  "version 1 of the Linux 7.0 series, for the chunk that a scalable-mode entry uses",
	  KIND(SM_CONTEXT), OPERATION_REPLACE, CLAIM_SAFE, true,
	  STEPS(CAS(0, NEW), FLUSH, ALL_OF_SM(OLD)) },
	{ "linux-6.1", "Linux 6.1: clear, invalidate all three caches, set up",
	  "domain_context_clear_one() and domain_context_mapping_one() (iommu.c, Linux 6.1) in scalable mode",
	  KIND(SM_CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(ZERO_2, FLUSH, ALL_OF_SM(OLD), LINUX_SM_CONTEXT_SETUP, SET(SM_CONTEXT_P), FLUSH, SETTLE_NEW) },
	{ "linux-6.12", "Linux 6.12: clear, invalidate the context cache alone, set up",
	  "device_pasid_table_teardown() and device_pasid_table_setup() (pasid.c, Linux 6.12 to 6.19)",
	  KIND(SM_CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(ZERO_2, FLUSH, INV(CONTEXT, OLD), INV(DEVTLB, OLD), LINUX_SM_CONTEXT_SETUP, SET(SM_CONTEXT_P), FLUSH, SETTLE_NEW) },
	{ "high-first", "high half first, both ways",
	  "what a compiler may make of the plain stores of Linux before 7.0",
	  KIND(SM_CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(STORE(1, ZERO), STORE(0, ZERO), FLUSH, ALL_OF_SM(OLD),
		STORE(1, NEW), STORE(0, NEW), FLUSH, SETTLE_NEW) },
	{ "linux-7.0", "Linux 7.0: clear P, invalidate, zero, set up",
	  "the handshake of commit c1e4f1dccbe9 in scalable mode (commit f46452c3df7a for the teardown)",
	  KIND(SM_CONTEXT), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(LINUX_7_SM_CONTEXT) },

	/* PASID-table entries. */
	{ "linux-6.13", "Linux 6.13 to 6.19: the new entry copied over the live one, word 0 first",
	  "intel_pasid_replace_*() (pasid.c, commit 7543ee63e811); order and width of the copy are the "
	  "compiler's; the PASID-based IOTLB is invalidated whatever the PGTT, as table 28 asks for fields but P",
	  KIND(PASID), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(0, NEW), STORE(1, NEW), STORE(2, NEW), STORE(3, NEW), STORE(4, NEW), STORE(5, NEW),
		STORE(6, NEW), STORE(7, NEW), FLUSH, INV(PASID, OLD), INV(PIOTLB, OLD), INV(DEVTLB, OLD)) },
	{ "linux-6.13-last-first", "the same copy, last word first",
	  "what a compiler may make of the struct assignment of commit 7543ee63e811",
	  KIND(PASID), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(7, NEW), STORE(6, NEW), STORE(5, NEW), STORE(4, NEW), STORE(3, NEW), STORE(2, NEW),
		STORE(1, NEW), STORE(0, NEW), FLUSH, INV(PASID, OLD), INV(PIOTLB, OLD), INV(DEVTLB, OLD)) },
	{ "linux-6.13-posted", "as first posted: the live entry cleared and set up field by field",
	  "the postings of November 2024 that preceded commit 7543ee63e811; by table 24 its invalidation reaches "
	  "second-stage translations, too",
	  KIND(PASID), OPERATION_REPLACE, CLAIM_ONE_CHUNK, false,
	  STEPS(ZERO_8, LINUX_PASID_SETUP, SET(PASID_P), FLUSH, INV(PASID, OLD), INV(PIOTLB, OLD), INV(DEVTLB, OLD)) },
	{ "copy-own-tlb", "the copy of Linux 6.13, with the invalidation that the PGTT asks for", NULL,
	  KIND(PASID), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(0, NEW), STORE(1, NEW), STORE(2, NEW), STORE(3, NEW), FLUSH, OF_PASID(OLD)) },
	{ "no-invalidation", "one compare-and-exchange for each chunk, nothing invalidated", NULL,
	  KIND(PASID), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(CAS(0, NEW), CAS(2, NEW), FLUSH) },
	{ "no-pasid-cache", "one compare-and-exchange for each chunk, the PASID cache left out", NULL,
	  KIND(PASID), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(CAS(0, NEW), CAS(2, NEW), FLUSH, INV(TLB, OLD), INV(DEVTLB, OLD)) },
	{ "invalidate-new", "invalidated by the new domain-id instead of the old", NULL,
	  KIND(PASID), OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(CAS(0, NEW), CAS(2, NEW), FLUSH, OF_PASID(NEW)) },
	{ "cmpxchg16b", "one compare-and-exchange for each chunk", 
	  "version 1 of the Linux 7.0 series, extended to replacing",
	  KIND(PASID), OPERATION_REPLACE, CLAIM_ONE_CHUNK, true,
	  STEPS(CAS(0, NEW), CAS(2, NEW), FLUSH, OF_PASID(OLD)) },
	{ "entry-sync", "entry-sync, hitless: the one chunk that matters in one exchange",
	  "\"iommu/vt-d: Hitless PASID updates via entry_sync\" (posted March 2026), one quantum different; "
	  "the Arm SMMUv3 driver's arm_smmu_write_entry()",
	  KIND(PASID), OPERATION_REPLACE, CLAIM_ONE_CHUNK, true,
	  STEPS(CAS(2, NEW), FLUSH, INV(PASID, OLD), CAS(0, NEW), FLUSH, OF_PASID(OLD)) },
	{ "entry-sync-blocking", "entry-sync, not hitless: Present chunk away, the others, Present chunk",
	  "the same series, more than one quantum different",
	  KIND(PASID), OPERATION_REPLACE, CLAIM_SAFE, false,
	  STEPS(CAS(0, ZERO), FLUSH, OF_PASID(OLD), CAS(2, NEW), FLUSH, INV(PASID, OLD),
		CAS(0, NEW), FLUSH, SETTLE_NEW) },
	{ "linux-pre7", "Linux before 7.0: zero word by word, invalidate, set up",
	  "intel_pasid_tear_down_entry() and intel_pasid_setup_*_level() (pasid.c, Linux before 7.0)",
	  KIND(PASID), OPERATION_TEARDOWN_SETUP, CLAIM_ONE_CHUNK, false,
	  STEPS(ZERO_8, FLUSH, OF_PASID(OLD), LINUX_PASID_SETUP, SET(PASID_P), FLUSH, SETTLE_NEW) },
	{ "present-first", "the new entry's word 0 with P first, then the others", NULL,
	  KIND(PASID), OPERATION_TEARDOWN_SETUP, CLAIM_UNSAFE, false,
	  STEPS(STORE(0, OLD_NOT_PRESENT), BARRIER, FLUSH, OF_PASID(OLD), ZERO_8, FLUSH,
		STORE(0, NEW), STORE(1, NEW), STORE(2, NEW), FLUSH, SETTLE_NEW) },
	{ "zero-early", "clear P and zero the rest before the invalidation completes", NULL,
	  KIND(PASID), OPERATION_TEARDOWN_SETUP, CLAIM_ONE_CHUNK, false,
	  STEPS(STORE(0, OLD_NOT_PRESENT), BARRIER, ZERO_8, FLUSH, OF_PASID(OLD),
		LINUX_PASID_SETUP, BARRIER, SET(PASID_P), FLUSH, SETTLE_NEW) },
	{ "linux-7.0", "Linux 7.0: clear P, invalidate, zero, set up",
	  "intel_pasid_tear_down_entry() and intel_pasid_setup_*_level() of Linux 7.0 (commits 75ed00055c05, "
	  "c3b1edea3791: CVE-2026-45945)",
	  KIND(PASID), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(LINUX_7_PASID) },

	/* Entries of one word: the baseline that cannot tear. */
	{ "no-invalidation", "one 64-bit store, nothing invalidated", NULL,
	  WORD_KINDS, OPERATION_REPLACE, CLAIM_UNSAFE, true,
	  STEPS(STORE(0, NEW), FLUSH) },
	/* Table 28 asks for global invalidations here, also for new entries where CAP.CM = 1. */
	{ "store", "one 64-bit store, then everything invalidated globally",
	  "the store of Linux iommu_context_addr(); the specification's table 28",
	  KIND(ROOT) | KIND(SM_ROOT), OPERATION_REPLACE, CLAIM_SAFE, true,
	  STEPS(STORE(0, NEW), FLUSH, ALL_OF_ROOT) },
	{ "clear-first", "zero, everything invalidated globally, then the new value",
	  "the specification's table 28",
	  KIND(ROOT) | KIND(SM_ROOT), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(STORE(0, ZERO), FLUSH, ALL_OF_ROOT, STORE(0, NEW), FLUSH, INV(GLOBAL, NEW)) },
	{ "store", "one 64-bit store, then PASID cache and IOTLB invalidated",
	  "the specification's table 28",
	  KIND(PASID_DIR), OPERATION_REPLACE, CLAIM_SAFE, true,
	  STEPS(STORE(0, NEW), FLUSH, ALL_OF_DIRECTORY(OLD)) },
	{ "clear-first", "zero, PASID cache and IOTLB invalidated, then the new value",
	  "the specification's table 28",
	  KIND(PASID_DIR), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(STORE(0, ZERO), FLUSH, ALL_OF_DIRECTORY(OLD), STORE(0, NEW), FLUSH, SETTLE_NEW) },
	{ "store", "one 64-bit store, then everything invalidated",
	  "Linux generic page-table code (WRITE_ONCE) for leaves; Xen overwrites paging entries so",
	  KIND(TABLE) | KIND(LEAF), OPERATION_REPLACE, CLAIM_SAFE, true,
	  STEPS(STORE(0, NEW), FLUSH, ALL_OF_SM(OLD)) },
	{ "clear-first", "zero, everything invalidated, then the new value",
	  "Linux switch_to_super_page() (iommu.c before the generic page tables)",
	  KIND(TABLE) | KIND(LEAF), OPERATION_TEARDOWN_SETUP, CLAIM_SAFE, false,
	  STEPS(STORE(0, ZERO), FLUSH, ALL_OF_SM(OLD), STORE(0, NEW), FLUSH, SETTLE_NEW) },
};
// clang-format on
const size_t sequence_count = sizeof(sequences) / sizeof(sequences[0]);
_Static_assert(sizeof(sequences) / sizeof(sequences[0]) <= SEQUENCES_MAX,
	       "tables of sequences have room");
