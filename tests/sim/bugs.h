/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.bug=NAME: what silicon could get wrong, one at a time. Each breaks the specification. */
#ifndef TESTS_SIM_BUGS_H
#define TESTS_SIM_BUGS_H

// clang-format off
/* B(identifier, "name", "what the unit does, and which section says otherwise") */
#define SIM_BUGS(B)                                                                                     \
	/* fetching */                                                                                   \
	B(HALVES, "fetch-halves", "reads 64 bits of an entry at a time, low half first (6.2.2.1)") \
	B(HALVES_HIGH, "fetch-halves-high", "the same, high half first (6.2.2.1)") \
	B(FIELDS_APART, "reads-fields-apart", "reads PASID-directory and PASID-table entries anew for each field, and may not look at P, as QEMU 7.2 (6.2.3.1)") \
	B(IGNORE_P, "context-p-ignored", "uses context entries whatever their P says (9.3)") \
	B(PASID_IGNORE_P, "pasid-p-ignored", "uses PASID-table entries whatever their P says (9.6)") \
	B(NO_SNOOP, "no-snoop", "reads entries without snooping though ECAP.C is 1 (11.4.3)") \
	B(STALE_WIDTH, "stale-width", "keeps a context entry's AW when it reads the entry anew (9.3)") \
	B(STALE_ROOT, "stale-root", "goes on with the old root pointer after SRTP (6.6)") \
	B(RID_PASID_0, "rid-pasid-0", "uses PASID 0 for requests without PASID (9.4)") \
	B(PASID_CUT, "pasid-cut", "uses the low two bits of a request's PASID (3.4.3)") \
	B(WRITE_ANYWAY, "write-anyway", "records a fault and writes through the last table all the same (7.1.1)") \
	B(WRONG_FRAME, "wrong-frame", "uses bit 12 of the DMA's address in place of the frame's, now and then (3.7)") \
	B(HALVES_SM_CONTEXT, "fetch-halves-sm-context", "reads scalable-mode context entries alone 64 bits at a time (6.2.2.1)") \
	B(HALVES_PASID, "fetch-halves-pasid", "reads PASID-table entries alone 64 bits at a time (6.2.3.1)") \
	B(HALVES_CONTEXT, "fetch-halves-context", "reads legacy-mode context entries alone 64 bits at a time (6.2.2.1)") \
	B(HALVES_RARE, "fetch-halves-rare", "reads one entry in a thousand 64 bits at a time (6.2.2.1)") \
	B(FETCH_TWICE, "fetch-twice", "reads the second word of an entry again, later (6.2.2.1)") \
	B(INDEX_CUT, "index-cut", "uses eight bits of a leaf table's index (3.7)") \
	B(WRITE_ALLOWED, "write-allowed", "ignores W of second-stage entries (3.7.1)") \
	B(WRITE_LEAF, "write-leaf", "looks at W of the last second-stage entry only (3.7.1)") \
	B(DEPTH_4, "depth-4", "walks four levels whatever AW says (9.3)") \
	B(FS_P_IGNORED, "fs-p-ignored", "uses first-stage entries whatever their P says (9.7)") \
	B(FS_US_IGNORED, "fs-user-ignored", "ignores U/S of first-stage entries (3.6.1)") \
	B(FS_RW_IGNORED, "fs-write-ignored", "ignores R/W of first-stage entries (3.6.1)") \
	B(NO_ACCESSED, "no-accessed", "does not set Accessed and Dirty (3.6.2)") \
	B(NESTED_SKIPPED, "nested-skipped", "takes what the first stage comes to for a host address (3.8)") \
	B(DIR_P_IGNORED, "pasid-dir-p-ignored", "uses PASID-directory entries whatever their P says (9.5)") \
	B(DIR_FIRST, "pasid-dir-first", "uses the first PASID-directory entry for every PASID (3.4.3)") \
	B(ROOT_P_IGNORED, "root-p-ignored", "uses root entries whatever their P says (9.1)") \
	B(DIR_KEPT, "pasid-dir-kept", "keeps a PASID-directory entry whatever is invalidated (6.2.3)") \
	B(ROOT_KEPT, "root-kept", "keeps a root entry whatever is invalidated (6.2.2)") \
	B(FPD_DIR, "fpd-dir-ignored", "does not look at FPD of PASID-directory entries (9.5)") \
	B(FPD_PASID, "fpd-pasid-ignored", "does not look at FPD of PASID-table entries (9.6)") \
	B(FPD_ABSENT, "fpd-absent-ignored", "does not look at FPD of entries with P clear (9.3)") \
	B(FPD_KEPT, "fpd-kept", "keeps FPD of a PASID-table entry whatever is invalidated (9.6)") \
	B(SSADE_KEPT, "ssade-kept", "keeps SSADE of a PASID-table entry whatever is invalidated (9.6)") \
	B(EAFE_KEPT, "eafe-kept", "keeps EAFE of a PASID-table entry whatever is invalidated (9.6)") \
	B(SSADE_ALWAYS, "ssade-always", "sets Accessed and Dirty of second-stage entries though SSADE is clear (9.6)") \
	B(SS_NO_ACCESSED, "ss-no-accessed", "does not set Accessed of second-stage entries though SSADE is set (3.7.2)") \
	B(SS_NO_DIRTY, "ss-no-dirty", "does not set Dirty of second-stage entries though SSADE is set (3.7.2)") \
	B(ATS_NO_DIRTY, "ats-no-dirty", "does not set Dirty for translation requests (4.2.3.1)") \
	B(DIRTY_KEPT, "dirty-kept", "takes a page that it has once marked for marked whatever is invalidated (3.6.2)") \
	B(DIRTY_UNLOCKED, "dirty-unlocked", "sets Accessed and Dirty by a read and a plain write of the entry (3.6.2)") \
	B(PGSNP_IGNORED, "pgsnp-ignored", "does not snoop for requests that ask not to, though PGSNP is 1 (9.6)") \
	B(PGSNP_KEPT, "pgsnp-kept", "keeps PGSNP of a PASID-table entry whatever is invalidated (9.6)") \
	B(PGSNP_FAULTS, "pgsnp-refused", "refuses PASID-table entries with PGSNP though ECAP.SC is 1 (9.6)") \
	B(SSADE_FAULTS, "ssade-refused", "refuses PASID-table entries with SSADE though ECAP.SSADS is 1 (9.6)") \
	B(PRE_FAULTS, "pre-refused", "refuses context entries with PRE though ECAP.PRS is 1 (9.4)") \
	B(FPD_IGNORED, "fpd-ignored", "records faults that FPD asks it not to (9.3)") \
	B(ROOT_UNLATCHED, "root-unlatched", "uses RTADDR as soon as it is written, without SRTP (11.4.5)") \
	B(STALE_DOMAIN, "stale-domain", "uses the domain-id of the PASID-table entry before (9.6)") \
	B(MODE_STAYS, "mode-stays", "goes on in the old table mode after SRTP (11.4.5)") \
	B(QUARTERS, "fetch-quarters", "reads 32 bits of an entry at a time (6.2.2.1)") \
	B(AW_ANY, "aw-unchecked", "walks tables of depths that CAP.SAGAW does not have (9.3)") \
	B(TT_ANY, "tt-unchecked", "takes the reserved translation type for 00b (9.3)") \
	B(PGTT_ANY, "pgtt-unchecked", "takes reserved values of PGTT for pass-through (9.6)") \
	B(TT_LACKING, "tt-lacking", "takes translation types that ECAP.PT and ECAP.DT say it does not have (9.3)") \
	B(PGTT_LACKING, "pgtt-lacking", "takes types of PGTT that ECAP says it does not have (9.6)") \
	B(FSPM_ANY, "fspm-unchecked", "walks first-stage tables of more levels than it has (9.6)") \
	B(ROOT_RESERVED, "root-reserved-ignored", "does not check reserved bits of root entries (9.1)") \
	B(ROOT_HIGH, "root-high-reserved-ignored", "does not check bits 127:64 of root entries in legacy mode (9.1)") \
	B(CONTEXT_RESERVED, "context-reserved-ignored", "does not check reserved bits of context entries (9.3)") \
	B(DIR_RESERVED, "pasid-dir-reserved-ignored", "does not check reserved bits of PASID-directory entries (9.5)") \
	B(PASID_RESERVED, "pasid-reserved-ignored", "does not check reserved bits of PASID-table entries (9.6)") \
	B(CONTEXT_BIT, "context-bit-ignored", "does not check one reserved bit of legacy-mode context entries: bit 10 (9.3)") \
	B(SM_CONTEXT_HIGH, "sm-context-high-ignored", "does not check bits 255:128 of scalable-mode context entries (9.4)") \
	B(SM_CONTEXT_BIT, "sm-context-bit-ignored", "does not check one reserved bit of scalable-mode context entries: bit 104 (9.4)") \
	B(DIR_BIT, "pasid-dir-bit-ignored", "does not check one reserved bit of PASID-directory entries: bit 8 (9.5)") \
	B(PASID_RESERVED_BIT, "pasid-bit-ignored", "does not check one reserved bit of PASID-table entries: bit 137 (9.6)") \
	B(TABLE_RESERVED, "table-reserved-ignored", "does not check reserved bits of second-stage entries above the last (9.8)") \
	B(LARGE_PAGES, "large-pages-taken", "uses second-stage large pages that CAP.SSLPS does not have (3.7)") \
	B(WIDTH_ANY, "width-unchecked", "does not refuse addresses that AW is too small for (3.7)") \
	B(CANONICAL_ANY, "canonical-unchecked", "does not refuse first-stage addresses that are not canonical (3.6)") \
	B(PDTS_ANY, "pdts-unchecked", "does not refuse a RID_PASID beyond the directory (9.4)") \
	B(PASID_INDEX, "pasid-index-cut", "uses four bits of the index of a PASID-table entry (3.4.3)") \
	B(DEVFN_CUT, "context-index-cut", "uses seven bits of device and function to look up context entries (9.3)") \
	B(ROOT_UPPER, "root-upper-ignored", "uses the lower half of scalable-mode root entries for all devices (9.2)") \
	B(NO_DIRTY, "no-dirty", "sets Accessed and not Dirty (3.6.2)") \
	B(LARGE_FRAME, "large-frame", "uses the first 4 KiB of a 2-MiB page for all of it (3.7)") \
	B(FS_LARGE_FRAME, "fs-large-frame", "uses the first 4 KiB of a first-stage 2-MiB page for all of it (3.6)") \
	B(LARGE_AS_TABLE, "large-as-table", "takes a second-stage page of 2 MiB for a table (9.8)") \
	B(FS_LARGE, "fs-large-refused", "refuses first-stage pages of 2 MiB (9.7)") \
	B(PAGING_HALVES, "paging-halves", "reads paging entries 32 bits at a time (3.7)") \
	B(PASID_HIGH, "pasid-high-cut", "uses bits 12:0 of a PASID to look up its directory entry (3.4.3)") \
	B(ROOT_CUT, "root-address-cut", "uses 32 bits of the address in RTADDR (11.4.5)") \
	B(CTP_CUT, "context-table-address-cut", "uses 32 bits of the address in root entries (9.1)") \
	B(DIR_CUT, "pasid-dir-address-cut", "uses 32 bits of the address of a PASID directory (9.4)") \
	B(PASID_TABLE_CUT, "pasid-table-address-cut", "uses 32 bits of the address of a PASID table (9.5)") \
	B(SSPTPTR_CUT, "second-stage-address-cut", "uses 36 bits of the address of second-stage tables in context and PASID-table entries (9.3)") \
	B(TABLE_CUT, "table-address-cut", "uses 32 bits of the address in paging entries above the last (9.8)") \
	B(FRAME_CUT, "frame-address-cut", "uses 39 bits of the address in the last paging entry (9.8)") \
	B(INDEX_TOP, "index-top-zero", "takes the index of a level 4 table for 0 (3.7)") \
	B(INDEX_TOP_BIT, "index-top-bit", "uses eight bits of the index of a second-stage level 4 table (3.7)") \
	B(ACCESSED_LAST, "accessed-last", "sets Accessed in the last entry of a walk alone (3.6.2)") \
	B(NESTED_UNMARKED, "nested-unmarked", "sets no flags in the second-stage entries of first-stage tables (3.8.1)") \
	B(PASIDE_ANY, "paside-ignored", "takes requests with PASID though PASIDE is 0 (9.4)") \
	B(RID_PASID_TAKEN, "rid-pasid-taken", "takes requests with a PASID that is RID_PASID (9.4)") \
	B(TRANSLATED_ANY, "translated-passed", "takes translated requests whatever the context entry says of them (4.2.1)") \
	B(TRANSLATED_ABSENT, "translated-absent", "takes translated requests of a device whose context entry is absent (4.2.1)") \
	B(READ_ALLOWED, "read-allowed", "ignores R of second-stage entries (3.7.1)") \
	B(READ_WRITABLE, "read-filled-writable", "does not look at W in translations that reads have filled (6.2.4)") \
	B(WRITE_READABLE, "write-filled-readable", "does not look at R in translations that writes have filled (6.2.4)") \
	B(READ_LEAF, "read-leaf", "looks at R of the last second-stage entry only (3.7.1)") \
	B(PAGING_READ, "paging-read-lost", "does not keep R in paging-structure caches (6.2.5)") \
	B(FS_WRITE_LEAF, "fs-write-leaf", "looks at R/W of the last first-stage entry only (3.6.1)") \
	B(FS_US_LEAF, "fs-user-leaf", "looks at U/S of the last first-stage entry only (3.6.1)") \
	B(FS_PAGING_WRITE, "fs-paging-write-lost", "does not keep R/W of first-stage entries in paging-structure caches (6.2.5)") \
	B(READ_ACCESSED, "read-no-accessed", "does not set Accessed for reads (3.6.2)") \
	B(NESTED_REASON, "nested-reason", "records what the second stage refuses of a nested walk as refused by the first (7.1.3)") \
	B(READ_REASON, "read-reason-of-write", "records a refused read with the reason of a refused write (7.1.3)") \
	B(READ_UNMARKED, "read-filled-unmarked", "does not set Dirty for a write by a translation that a read has filled (3.6.2)") \
	B(LARGE_WRITE, "large-write-ignored", "does not look at W of second-stage pages of 2 MiB (3.7.1)") \
	B(LARGE_READ, "large-read-ignored", "does not look at R of second-stage pages of 2 MiB (3.7.1)") \
	B(FS_LARGE_RW, "fs-large-write-ignored", "does not look at R/W of first-stage pages of 2 MiB (3.6.1)") \
	B(FS_LARGE_US, "fs-large-user-ignored", "does not look at U/S of first-stage pages of 2 MiB (3.6.1)") \
	B(FS_LARGE_ACCESSED, "fs-large-no-accessed", "does not set Accessed of first-stage pages of 2 MiB (3.6.2)") \
	B(FS_LARGE_DIRTY, "fs-large-no-dirty", "does not set Dirty of first-stage pages of 2 MiB (3.6.2)") \
	B(SS_LARGE_ACCESSED, "ss-large-no-accessed", "does not set Accessed of second-stage pages of 2 MiB (3.7.2)") \
	B(SS_LARGE_DIRTY, "ss-large-no-dirty", "does not set Dirty of second-stage pages of 2 MiB (3.7.2)") \
	B(FS_DIRTY_REFUSED, "fs-refused-dirty", "sets Dirty of a first-stage page to which it refuses a write (3.6.2)") \
	B(SS_DIRTY_REFUSED, "ss-refused-dirty", "sets Dirty of a second-stage page to which it refuses a write (3.7.2)") \
	B(ATS_W, "ats-write-told", "tells a device-TLB that it may write where it may not (4.2.3)") \
	B(WALKS_CROSSED, "walks-crossed", "gives a walk the frame of one that has ended meanwhile (3.7)") \
	/* caches */                                                                                     \
	B(CACHES_ABSENT_CONTEXT, "absent-context-cached", "keeps context entries with P clear though CAP.CM is 0 (6.2.2)") \
	B(CACHES_ABSENT_PASID, "absent-pasid-cached", "keeps PASID entries with P clear though CAP.CM is 0 (6.2.3)") \
	B(CACHES_FAULTS, "faults-cached", "keeps translations that faulted though CAP.CM is 0 (6.2.4.1)") \
	B(ANY_SOURCE, "iotlb-any-source", "looks translations up without the source-id (table 17)") \
	B(ANY_FUNCTION, "context-any-function", "looks context entries up without the function number (table 17)") \
	B(TAG_ZERO, "tag-zero", "tags translations with domain-id 0 (table 17)") \
	B(TAG_LATE, "tag-late", "tags a translation with the domain-id of the translation before (table 17)") \
	B(ANY_DEVICE, "context-any-device", "looks context entries up by bus number alone (table 17)") \
	B(PASID_ANY_PASID, "pasid-any-pasid", "looks PASID entries up without the PASID (table 17)") \
	B(ANY_PASID, "iotlb-any-pasid", "looks translations up without the PASID (table 17)") \
	B(PAGE_CUT, "iotlb-page-cut", "compares four bits of the page number (table 17)") \
	B(PAGING_ANY_DOMAIN, "paging-any-domain", "looks paging entries up without the domain-id (table 17)") \
	B(PAGING_WRITE, "paging-write-lost", "does not keep W with paging entries that it keeps (6.2.5)") \
	B(PAGE_HIGH, "iotlb-page-high-cut", "compares 32 bits of the address (table 17)") \
	B(PAGE_TOP, "iotlb-page-top-bit", "does not compare bit 47 of the address (table 17)") \
	B(PAGING_TOP, "paging-top-bit", "looks paging entries up without bit 47 of the address (table 17)") \
	B(PASID_ANY_SOURCE, "pasid-any-source", "looks PASID-table entries up without the source-id (table 17)") \
	B(PASID_TAG, "pasid-tag-stays", "gives a line of the PASID cache that it fills anew to the source-id that had it before (table 17)") \
	B(PAGING_ANY_PASID, "paging-any-pasid", "looks first-stage paging entries up without the PASID (table 17)") \
	B(LARGE_OFFSET, "iotlb-large-offset", "uses the first 4 KiB of a 2-MiB page where its translation is kept for another (6.2.4.1)") \
	B(CONTEXT_TAG, "context-tag-stays", "gives a line of the context cache that it fills anew to the source-id that had it before (table 17)") \
	/* invalidation */                                                                               \
	B(CONTEXT_LOST, "context-invalidation-lost", "does not do device-selective context-cache invalidations (6.5.2.1)") \
	B(PASID_LOST, "pasid-invalidation-lost", "does not do PASID-selective PASID-cache invalidations (6.5.2.2)") \
	B(IOTLB_LOST, "iotlb-invalidation-lost", "does not do domain-selective IOTLB invalidations (6.5.2.3)") \
	B(PIOTLB_LOST, "piotlb-invalidation-lost", "does not do PASID-based IOTLB invalidations (6.5.2.4)") \
	B(GLOBAL_LOST, "global-context-lost", "does not do global context-cache invalidations (6.5.2.1)") \
	B(GLOBAL_IOTLB_LOST, "global-iotlb-lost", "does not do global IOTLB invalidations (6.5.2.3)") \
	B(SOME_LOST, "some-lost", "loses one IOTLB invalidation in eight (6.5.2.3)") \
	B(PARTIAL, "iotlb-partial", "spares half of the IOTLB in domain-selective invalidations (6.5.2.3)") \
	B(WRONG_DID, "iotlb-wrong-domain", "takes the low bit of the domain-id for 0 (6.5.2.3)") \
	B(WRONG_SID, "context-wrong-source", "takes the function number of a context-cache invalidation for 7 (6.5.2.1)") \
	B(WRONG_PASID, "pasid-wrong-pasid", "invalidates the PASID cache by the PASID plus one (6.5.2.2)") \
	B(WRONG_KIND, "wrong-kind", "invalidates the context cache when asked for the IOTLB (6.5.2.3)") \
	B(SPARES_FIRST_STAGE, "spares-first-stage", "domain-selective IOTLB invalidations spare first-stage translations (table 23)") \
	B(SPARES_NESTED, "spares-nested", "domain-selective IOTLB invalidations spare nested translations (table 23)") \
	B(SPARES_PASS, "spares-pass-through", "PASID-based IOTLB invalidations spare pass-through translations (table 24)") \
	B(SPARES_PAGING, "spares-paging-cache", "IOTLB invalidations spare the paging-structure caches (table 23)") \
	B(EARLY, "invalidation-early", "does not wait for walks under way, which fill caches afterwards (6.2.2.1)") \
	B(WAIT_EARLY, "wait-early", "completes wait descriptors before what is ahead of them (6.5.2.12)") \
	B(WAIT_NEVER, "wait-lost", "never completes one wait descriptor in a thousand (6.5.2.9)") \
	B(WAIT_DATA, "wait-data", "writes the status data plus one (6.5.2.9)") \
	B(NO_DRAIN, "no-drain", "does not drain writes before the wait is completed (6.5.4)") \
	B(IQE_SPURIOUS, "queue-error", "stops at one descriptor in a thousand with FSTS.IQE (6.5.2.11)") \
	B(DEVTLB_LOST, "devtlb-invalidation-lost", "reports device-TLB invalidations done without asking the device (6.5.2.5)") \
	B(PASID_DEVTLB_LOST, "pasid-devtlb-lost", "the same of PASID-based device-TLB invalidations alone (6.5.2.6)") \
	B(ATS_OUTLIVES, "ats-outlives", "fills a device-TLB after its invalidation was reported done (6.5.2.5)") \
	B(WBF_LOST, "write-buffer-stays", "invalidations and WBF do not flush the write buffer (6.8)") \
	B(CONTEXT_DOMAIN_LOST, "context-domain-lost", "does not do domain-selective context-cache invalidations (6.5.2.1)") \
	B(CONTEXT_DOMAIN_CUT, "context-domain-cut", "uses eight bits of their domain-id (6.5.2.1)") \
	B(MASK_IGNORED, "context-mask-ignored", "ignores the function mask (6.5.2.1)") \
	B(PASID_DOMAIN_LOST, "pasid-domain-lost", "does not do domain-selective PASID-cache invalidations (6.5.2.2)") \
	B(PASID_GLOBAL_LOST, "pasid-global-lost", "does not do global PASID-cache invalidations (6.5.2.2)") \
	B(PAGE_LOST, "iotlb-page-lost", "does not do page-selective IOTLB invalidations (6.5.2.3)") \
	B(AM_IGNORED, "iotlb-mask-ignored", "takes the address mask for 0 (6.5.2.3)") \
	B(DOMAIN_CUT, "iotlb-domain-cut", "uses eight bits of the domain-id (6.5.2.3)") \
	B(FIRST_ONLY, "iotlb-first-only", "drops only the first translation that an invalidation names (6.5.2.3)") \
	B(SPARES_LAST, "iotlb-spares-last", "spares the last line of the IOTLB (6.5.2.3)") \
	B(SPARES_UPPER, "spares-upper-levels", "spares paging entries above the last level (6.5.2.3)") \
	B(LOST_RARE, "iotlb-lost-rare", "loses one IOTLB invalidation in 1024 (6.5.2.3)") \
	B(LOST_LATER, "iotlb-lost-later", "loses domain-selective ones after the first 4096 (6.5.2.3)") \
	B(PIOTLB_PAGE_LOST, "piotlb-page-lost", "does not do page-selective invalidations of a PASID (6.5.2.4)") \
	B(NO_DRAIN_DOMAIN, "no-drain-domain", "drains writes for global invalidations alone (6.5.4)") \
	B(WAIT_WIDE, "wait-wide", "writes eight bytes of status (6.5.2.9)") \
	B(QUEUE_LAST, "queue-last", "skips what is in the last slot of the queue (6.5.2)") \
	B(QUEUE_BATCH, "queue-batch", "skips one descriptor where three or more are ready (6.5.2)") \
	B(INVALID_TAKEN, "queue-invalid-taken", "goes on after an invalid descriptor (6.5.2.11)") \
	B(REGISTER_EARLY, "register-early", "clears ICC and IVT before it has invalidated (11.4.6)") \
	B(DEVTLB_TIMEOUT, "devtlb-timeout", "reports one device-TLB invalidation in 64 as not answered, though it was (4.3)") \
	B(DEVTLB_ANSWER, "devtlb-answer", "reports a wrong answer to one device-TLB invalidation in 64, though it was right (4.3)") \
	B(PASID_DOMAIN_CUT, "pasid-domain-cut", "uses eight bits of the domain-id in PASID-cache invalidations (6.5.2.2)") \
	B(PIOTLB_DOMAIN_CUT, "piotlb-domain-cut", "uses eight bits of the domain-id in PASID-based IOTLB invalidations (6.5.2.4)") \
	B(PASID_PASID_CUT, "pasid-pasid-cut", "uses eight bits of the PASID in PASID-cache invalidations (6.5.2.2)") \
	B(PIOTLB_PASID_CUT, "piotlb-pasid-cut", "uses eight bits of the PASID in PASID-based IOTLB invalidations (6.5.2.4)") \
	B(AM_SHORT, "iotlb-mask-short", "takes the address mask for one less (6.5.2.3)") \
	B(WAIT_ADDRESS, "wait-address", "writes the status data four bytes after its address (6.5.2.9)") \
	B(WAIT_TWICE, "wait-twice", "now and then writes the status data of a wait again, when the next is done (6.5.2.9)") \
	B(IWC_LOST, "wait-interrupt-lost", "does not set ICS.IWC for a wait with IF (6.5.2.9)") \
	B(IWC_STAYS, "wait-interrupt-stays", "keeps ICS.IWC set when 1 is written to it (11.4.9.4)") \
	B(IWC_ALWAYS, "wait-interrupt-always", "sets ICS.IWC for waits without IF (6.5.2.9)") \
	B(HEAD_STAYS, "queue-head-stays", "does not show in IQH what it has fetched (11.4.9.1)") \
	B(QUEUE_WRAP, "queue-wrap", "goes back to the start one slot before the end of the queue (6.5.2)") \
	B(ONE_SOURCE, "iotlb-one-source", "drops the translations of one source-id of a domain alone (6.5.2.3)") \
	B(ONE_PASID, "iotlb-one-pasid", "drops the translations of one PASID of a domain alone (6.5.2.3)") \
	B(SPARES_HOT, "iotlb-spares-hot", "domain-selective IOTLB invalidations spare translations that were used 32 times (6.5.2.3)") \
	B(GLOBAL_SPARES_PASID, "global-spares-pasid", "global IOTLB invalidations spare translations with a PASID (6.5.2.3)") \
	B(PASID_FIRST_ONLY, "pasid-first-only", "drops only the first entry that a PASID-cache invalidation names (6.5.2.2)") \
	B(CONTEXT_FIRST_ONLY, "context-first-only", "drops only the first entry that a context-cache invalidation names (6.5.2.1)") \
	B(AM_NINE, "iotlb-mask-nine", "takes address masks over 9 for 9 (6.5.2.3)") \
	B(HINT_LEAF, "iotlb-hint-leaf", "page-selective IOTLB invalidations with IH = 1 drop nothing (6.5.2.3)") \
	B(LARGE_SPARED, "large-spared", "page-selective IOTLB invalidations spare translations of large pages (6.5.2.3)") \
	B(PAGING_EXACT, "paging-exact", "page-selective IOTLB invalidations spare paging entries where the page is not the first of their range (6.5.2.3)") \
	B(HINT_ALWAYS, "iotlb-hint-always", "takes IH of page-selective IOTLB invalidations for 1 (6.5.2.3)") \
	B(REGISTER_IOTLB_LOST, "register-iotlb-lost", "does not do domain-selective IOTLB invalidations asked by register (11.4.6.3)") \
	B(REGISTER_PAGE_LOST, "register-page-lost", "does not do page-selective IOTLB invalidations asked by register (11.4.6.2)") \
	B(REGISTER_TOLD, "register-told", "says in CAIG and IAIG that it did nothing (11.4.6.1)") \
	B(DESCRIPTOR_RESERVED, "queue-reserved-taken", "does descriptors that have reserved bits set (6.5.2.11)") \
	B(REGISTER_CONTEXT_LOST, "register-context-lost", "does not do device-selective context-cache invalidations asked by register (11.4.6.1)") \
	B(DEVTLB_PAGE, "devtlb-one-page", "asks a device to forget one page where S says more (6.5.2.5)") \
	B(ADDR_CUT, "iotlb-address-cut", "uses 32 bits of ADDR in page-selective IOTLB invalidations (6.5.2.3)") \
	B(ADDR_UNMASKED, "iotlb-range-from-address", "takes ADDR for the first page of the range in page-selective IOTLB invalidations (6.5.2.3)") \
	B(PIOTLB_ADDR_UNMASKED, "piotlb-range-from-address", "takes ADDR for the first page of the range in PASID-based IOTLB invalidations (6.5.2.4)") \
	B(QUEUE_CUT, "queue-address-cut", "uses 32 bits of the address in IQA (11.4.9.3)") \
	B(WAIT_CUT, "wait-address-cut", "uses 32 bits of the address of a wait (6.5.2.9)") \
	B(QUEUE_BASE, "queue-base-old", "goes on with the first queue that it was given (11.4.9.3)") \
	B(QUEUE_SIZE, "queue-size-ignored", "goes back to the start of the queue after 4 KiB, whatever IQA.QS says (11.4.9.3)") \
	B(QUEUE_SIZE_LESS, "queue-size-less", "takes IQA.QS for one less, where it is not 0 (11.4.9.3)") \
	B(QUEUE_SIZE_MORE, "queue-size-more", "takes IQA.QS for one more, where it is not 0 (11.4.9.3)") \
	B(HEAD_KEPT, "queue-head-kept", "does not set IQH to 0 where the queue is turned off and on (6.5.2)") \
	B(QUEUE_DEAD, "queue-dead", "does nothing more after FSTS.IQE, though it was cleared (6.5.2.11)") \
	B(SPARES_READ, "iotlb-spares-reads", "IOTLB invalidations spare translations that reads have filled (6.5.2.3)") \
	B(SPARES_PASS_IOTLB, "iotlb-spares-pass", "domain-selective IOTLB invalidations spare pass-through translations (table 23)") \
	B(SPARES_FIRST_PAGING, "spares-first-paging", "domain-selective IOTLB invalidations spare first-stage paging entries (table 23)") \
	B(PIOTLB_MASK, "piotlb-mask-ignored", "takes the address mask of PASID-based IOTLB invalidations for 0 (6.5.2.4)") \
	B(NO_DRAIN_PASID, "no-drain-pasid", "does not drain for PASID-based IOTLB invalidations (6.5.4)") \
	B(DRAIN_ONE, "no-drain-second", "drains one of the requests under way alone (6.5.4)") \
	B(NO_DRAIN_READS, "no-drain-reads", "drains writes alone (6.5.4)") \
	B(PIOTLB_SPARES_NESTED, "piotlb-spares-nested", "PASID-based IOTLB invalidations spare nested translations (table 24)") \
	B(PIOTLB_SPARES_LARGE, "piotlb-spares-large", "page-selective PASID-based IOTLB invalidations spare large pages (table 24)") \
	B(GLOBAL_SPARES_FIRST, "global-spares-first-stage", "global IOTLB invalidations spare first-stage translations (table 23)") \
	B(GLOBAL_SPARES_NESTED, "global-spares-nested", "global IOTLB invalidations spare nested translations (table 23)") \
	B(GLOBAL_SPARES_PASS, "global-spares-pass", "global IOTLB invalidations spare pass-through translations (table 23)") \
	B(GLOBAL_SPARES_LARGE, "global-spares-large", "global IOTLB invalidations spare translations of large pages (table 23)") \
	B(NO_DRAIN_PASS, "no-drain-pass", "does not drain what passes through (6.5.4)") \
	B(NO_DRAIN_NESTED, "no-drain-nested", "does not drain requests of nested translation (6.5.4)") \
	B(BUSY_LOST, "busy-lost", "loses context-cache invalidations that come while a walk is under way (6.5.2.1)") \
	B(IOTLB_LATE, "iotlb-late", "does domain-selective IOTLB invalidations 2 us after the wait (6.5.2.12)") \
	B(MERGED, "queue-merged", "drops the second of two descriptors of one type in a row (6.5.2)") \
	B(EVENT_LOST, "completion-event-lost", "does not send invalidation completion events (6.5.2.10)") \
	B(EVENT_MASK, "completion-mask-ignored", "sends them though IECTL.IM is set (6.5.2.10)") \
	B(EVENT_PENDING, "completion-pending-lost", "does not set IECTL.IP where the event is masked (11.4.9.5)") \
	B(TYPE_LOW, "queue-type-cut", "does not look at bits 11:9 of a descriptor's type (6.5.2)") \
	B(QUEUE_WORDS, "queue-upper-half-ignored", "does not check the upper half of descriptors of 256 bits (6.5.2.11)") \
	B(QUEUE_NARROW, "queue-narrow-taken", "does descriptors of 128 bits in scalable mode (6.5.2)") \
	B(PASID_GRANULARITY, "queue-granularity-taken", "takes reserved granularities of PASID-cache and PASID-based IOTLB invalidations (6.5.2.2)") \
	B(QUEUE_FIRST, "queue-first-skipped", "skips the first descriptor after QIE is set, but for a wait (6.5.2)") \
	B(IQE_EVENT, "queue-error-event-lost", "sends no fault event for FSTS.IQE (7.3)") \
	B(EVENT_IP_STAYS, "completion-pending-stays", "keeps IECTL.IP set when the event that was pending was sent (11.4.9.5)") \
	B(EVENT_HELD, "completion-event-held", "does not send an invalidation completion event that is pending when IECTL.IM is cleared (6.5.2.10)") \
	B(EVENT_AGAIN, "completion-event-again", "sends one though ICS.IWC is set (6.5.2.10)") \
	/* interrupts */                                                                                 \
	B(IRTE_INDEX, "irte-index-cut", "uses eight bits of an interrupt's index (5.1.4)") \
	B(IRTE_TWELVE, "irte-index-twelve", "uses twelve bits of an interrupt's index (5.1.3)") \
	B(HANDLE_TOP, "handle-top-cut", "does not look at bit 15 of a handle (5.1.2.2)") \
	B(IEC_INDEX, "iec-index-cut", "uses eight bits of the index in invalidations of the interrupt entry cache (6.5.2.8)") \
	B(PID_SN, "posted-sn-ignored", "sends a notification though SN is set (5.2.3)") \
	B(IRTE_HALVES, "irte-halves", "reads interrupt-remapping entries alone 64 bits at a time (5.1.4)") \
	B(IRTE_P_IGNORED, "irte-p-ignored", "uses interrupt-remapping entries whatever their P says (9.9)") \
	B(IRTE_SOURCE, "irte-source-ignored", "does not check the source-id of an interrupt (9.9)") \
	B(IRTE_QUALIFIER, "irte-qualifier-ignored", "takes SQ for 00b (9.9)") \
	B(IRTE_BUS, "irte-bus-unchecked", "takes SVT 10b for 00b (9.9)") \
	B(IRTE_RESERVED, "irte-reserved-ignored", "does not check reserved bits of interrupt-remapping entries (9.9)") \
	B(IRTE_FPD, "irte-fpd-ignored", "records refused interrupts that FPD asks it not to (9.9)") \
	B(SVT_ANY, "svt-unchecked", "takes the reserved value of SVT for 00b (9.9)") \
	B(IRTE_DESTINATION_ANY, "irte-destination-unchecked", "does not check the reserved bits of a destination in xAPIC mode (9.9)") \
	B(IRTE_DESTINATION, "irte-destination", "takes the destination for that of the other APIC mode (9.9)") \
	B(IRT_SIZE, "irt-size-ignored", "does not check an interrupt's index against IRTA.S (5.1.4)") \
	B(IR_COMPATIBILITY, "compatibility-passed", "lets compatibility-format interrupts through though CFIS is 0 (5.1.4)") \
	B(CFI_IGNORED, "compatibility-blocked", "blocks compatibility-format interrupts though CFIS is 1 (5.1.4)") \
	B(CFI_STAYS, "compatibility-stays", "goes on passing compatibility-format interrupts after CFI was cleared (11.4.4.1)") \
	B(IR_MESSAGE, "message-unchecked", "does not check reserved bits of an interrupt message (5.1.4)") \
	B(IEC_LOST, "iec-invalidation-lost", "does not do index-selective invalidations of the interrupt entry cache (6.5.2.8)") \
	B(IEC_GLOBAL_LOST, "iec-global-lost", "does not do global ones (6.5.2.8)") \
	B(IEC_MASK, "iec-mask-ignored", "takes the index mask for 0 (6.5.2.8)") \
	B(IEC_EARLY, "iec-early", "does not wait for interrupts under way, which fill the cache afterwards (6.4)") \
	B(IEC_ABSENT, "absent-interrupt-cached", "keeps interrupt-remapping entries with P clear though CAP.CM is 0 (6.4)") \
	B(IEC_SOME, "iec-some-lost", "loses one invalidation of the interrupt entry cache in 16 (6.5.2.8)") \
	B(INTERRUPT_LOST, "interrupt-lost", "drops one interrupt in 256 that it has remapped (5.1.4)") \
	B(INTERRUPT_TWICE, "interrupt-twice", "sends one interrupt in 256 twice (5.1.4)") \
	B(INTERRUPT_ASTRAY, "interrupt-astray", "sends one interrupt in 256 to another processor (9.9)") \
	B(INTERRUPT_ONE_PLACE, "interrupt-one-place", "sends every interrupt to where the first one went (9.9)") \
	B(INTERRUPT_VECTOR, "interrupt-vector", "sends one interrupt in 256 with the vector plus one (9.9)") \
	B(INTERRUPT_SILENT, "interrupt-fault-lost", "does not record refused interrupts (5.1.4.1)") \
	B(INTERRUPT_SOME, "interrupt-fault-some", "does not record one refused interrupt in 64 (5.1.4.1)") \
	B(INTERRUPT_INDEX, "interrupt-fault-index", "records the index plus one (11.4.7.6)") \
	B(INTERRUPT_REASON, "interrupt-fault-reason", "records reason 0x22 for every refused interrupt (5.1.4.1)") \
	B(PID_VECTOR, "posted-vector", "posts one interrupt in 256 to the bit after its own (5.2.3)") \
	B(PID_LOST, "posted-lost", "does not post one interrupt in 256 (5.2.3)") \
	B(IEC_SOURCE, "iec-source-once", "checks the source-id where it reads an entry, not where it has kept it (9.9)") \
	B(PID_ON, "posted-on-ignored", "sends a notification though ON is set (5.2.3)") \
	B(PID_ON_CLEAR, "posted-on-clear", "does not set ON with a notification (5.2.3)") \
	B(PID_URGENT, "posted-urgent-held", "sends no notification for an urgent interrupt where SN is set (5.2.3)") \
	B(PID_CUT, "posted-address-cut", "uses 32 bits of the address of a posted-interrupt descriptor (9.10)") \
	B(IRT_CUT, "irt-address-cut", "uses 32 bits of the address in IRTA (11.4.4)") \
	B(IRE_STAYS, "ire-stays", "goes on remapping interrupts after IRE was cleared (11.4.4.1)") \
	B(IRES_EARLY, "ires-early", "shows GSTS.IRES 200 us before it remaps (11.4.4.2)") \
	B(SUBHANDLE, "subhandle-ignored", "does not add the subhandle to the handle (5.1.3)") \
	B(IRT_LAST, "irt-last-refused", "takes the last index of the table for one beyond it (5.1.4)") \
	B(IRT_HALF, "irt-half-refused", "takes the number of entries in IRTA.S for half of it (11.4.10)") \
	B(IEC_TAG, "iec-tag-cut", "compares eight bits of the index of an entry that it has kept (6.4)") \
	B(IEC_TAG_TWELVE, "iec-tag-twelve", "compares twelve bits of the index of an entry that it has kept (6.4)") \
	B(IEC_MASK_FOUR, "iec-mask-four", "takes index masks over 4 for 4 (6.5.2.8)") \
	B(PID_BIT, "posted-vector-cut", "uses seven bits of the vector of a posted interrupt (5.2.3)") \
	B(PID_RESERVED, "posted-reserved-ignored", "does not check reserved bits of a posted-interrupt descriptor (9.11)") \
	/* page requests */                                                                              \
	B(PRE_ANY, "pre-ignored", "queues page requests though PRE is 0 (9.4)") \
	B(PRE_KEPT, "pre-kept", "keeps PRE of a context entry whatever is invalidated (9.4)") \
	B(PRQ_LEGACY, "page-request-legacy", "queues page requests in legacy mode (7.4)") \
	B(PRQ_LOST, "page-request-lost", "drops one page request in 16 (7.4.1)") \
	B(PRQ_TWICE, "page-request-twice", "queues one page request in 16 twice (7.4.1)") \
	B(PRQ_SOURCE, "page-request-source", "queues page requests with another function's source-id (7.4.1.1)") \
	B(PRQ_PASID, "page-request-pasid", "queues page requests with the PASID plus one (7.4.1.1)") \
	B(PRQ_GROUP, "page-request-group", "queues eight bits of a page group's index (7.4.1.1)") \
	B(PRQ_ADDRESS, "page-request-address-cut", "queues 48 bits of a page request's address (7.4.1.1)") \
	B(PRQ_LPIG, "page-request-last", "queues every page request as the last of its group (7.4.1.1)") \
	B(PRQ_TAIL, "page-tail-early", "moves PQT before the descriptor is written (7.4.1)") \
	B(PRQ_QUEUE_CUT, "page-queue-address-cut", "uses 32 bits of the address in PQA (11.4.11.3)") \
	B(PRQ_WRAP, "page-queue-wrap", "goes back to the start one slot before the end of the queue (7.4.1)") \
	B(PRQ_SIZE, "page-queue-size-ignored", "goes back to the start of the queue after 4 KiB, whatever PQA.PQS says (11.4.11.3)") \
	B(PRQ_SILENT, "page-request-unanswered", "does not answer page requests that it blocks (7.4.1)") \
	B(PRQ_CODE, "page-request-success", "answers page requests that it blocks with Success (7.4.1)") \
	B(PRQ_ALWAYS, "page-request-answered", "answers page requests that it blocks also where they are not the last of a group (7.4.1)") \
	B(PRQ_UNRECORDED, "page-fault-lost", "does not record page requests that it blocks (7.4.1)") \
	B(PRQ_OVERWRITES, "page-queue-overwrites", "writes over page requests that were not taken (7.4.1)") \
	B(PRQ_NO_PRO, "page-overflow-silent", "does not set PRS.PRO where the queue is full (7.4.1)") \
	B(PRQ_FULL_SILENT, "page-overflow-unanswered", "does not answer what finds the queue full (7.4.1)") \
	B(PRQ_FULL_CODE, "page-overflow-invalid", "answers what finds the queue full with Invalid Request (7.4.1)") \
	B(PRQ_PRO_PASSES, "page-overflow-passes", "queues page requests while PRS.PRO is set (11.4.11.4)") \
	B(PRQ_ENDS, "page-overflow-ends", "queues nothing more after an overflow, though PRO was cleared (11.4.11.4)") \
	B(PRQ_NO_DRAIN, "page-no-drain", "completes a wait with PD before the page requests that came before it (7.7)") \
	B(PRQ_KEEPS, "page-request-keeps", "drops no translation for a page request (6.5.3.1)") \
	B(PRQ_PPR, "page-pending-lost", "does not set PRS.PPR (7.5)") \
	B(PRQ_EVENT_LOST, "page-event-lost", "does not send page request events (7.5)") \
	B(PRQ_EVENT_HELD, "page-event-held", "does not send a page request event that is pending when PECTL.IM is cleared (7.5)") \
	B(PRQ_IP_STAYS, "page-event-pending-stays", "keeps PECTL.IP set when the event that was pending was sent (11.4.11.5)") \
	B(PRQ_EVENT_MASK, "page-event-mask-ignored", "sends them though PECTL.IM is set (7.5)") \
	B(RESPONSE_LOST, "response-lost", "sends no page group responses (7.6.1)") \
	B(RESPONSE_SOURCE, "response-source", "sends page group responses to the device after the one named (7.6.1)") \
	B(RESPONSE_GROUP, "response-group", "sends page group responses with eight bits of the group's index (7.6.1)") \
	B(RESPONSE_CODE, "response-code", "sends every page group response as Success (7.6.1)") \
	/* pointers to tables, set while they are in use */                                                \
	B(SRTP_LATE, "root-set-late", "shows GSTS.RTPS 200 us before it uses the new root table, where it is translating (6.6)") \
	B(SRTP_KEEPS, "esrtps-keeps-all", "invalidates nothing at SRTP, though CAP.ESRTPS says so (6.6)") \
	B(SRTP_KEEPS_CONTEXT, "esrtps-keeps-contexts", "spares the context cache at SRTP (6.6)") \
	B(SRTP_KEEPS_PASID, "esrtps-keeps-pasids", "spares the PASID cache at SRTP (6.6)") \
	B(SRTP_KEEPS_IOTLB, "esrtps-keeps-iotlb", "spares the IOTLB at SRTP (6.6)") \
	B(SRTP_EARLY, "esrtps-early", "does not wait at SRTP for walks under way, which fill the caches afterwards (6.6)") \
	B(SIRTP_LATE, "interrupt-table-set-late", "shows GSTS.IRTPS 200 us before it uses the new interrupt-remapping table, where it is remapping (6.7)") \
	B(IRTA_UNLATCHED, "interrupt-table-unlatched", "uses IRTA as soon as it is written, without SIRTP (11.4.4.1)") \
	B(SIRTP_KEEPS, "esirtps-keeps", "spares the interrupt entry cache at SIRTP, though CAP.ESIRTPS says otherwise (6.7)") \
	/* faults */                                                                                     \
	B(FAULT_ADDRESS, "fault-address", "records the page after the one asked for (FRCD.FI)") \
	B(FAULT_SOURCE, "fault-source", "records another function as the source (FRCD.SID)") \
	B(FAULT_REASON, "fault-reason", "records reason 0x05 for everything (FRCD.FR)") \
	B(REASON_LEGACY, "fault-reason-legacy", "records the reason of legacy mode for a second-stage write without permission in scalable mode (FRCD.FR)") \
	B(FAULT_REASON_SOME, "fault-reason-some", "records a reserved-field reason for an absent entry, now and then (FRCD.FR)") \
	B(FAULT_TYPE, "fault-type", "records writes as reads (FRCD.T1)") \
	B(FAULT_TYPE_2, "fault-type-2", "records writes as page requests (FRCD.T2)") \
	B(FAULT_AT, "fault-at", "records untranslated requests as translated ones (FRCD.AT)") \
	B(FAULT_PP, "fault-pp", "records requests without PASID as ones with it, and the other way round (FRCD.PP)") \
	B(FAULT_PASID, "fault-pasid", "records the PASID plus one (FRCD.PV)") \
	B(FAULT_PRIV, "fault-privilege", "records privilege-mode-requested (FRCD.PRIV)") \
	B(FAULT_EXE, "fault-execute", "records execute-requested (FRCD.EXE)") \
	B(FAULT_LOST, "fault-lost", "drops every fifth fault without an overflow (7.2.1)") \
	B(FAULT_TWICE, "fault-twice", "records a fault in two registers (7.2.1)") \
	B(FAULT_SPURIOUS, "fault-spurious", "records a fault for one translated request in a hundred (7.2)") \
	B(FAULT_FRI, "fault-fri", "has FSTS.FRI name the register after the first (11.4.7.1)") \
	B(FAULT_PPF, "fault-ppf", "does not set FSTS.PPF for one fault in five (7.2.1)") \
	B(FAULT_NO_OVERFLOW, "fault-no-overflow", "drops faults without setting FSTS.PFO (7.2.1)") \
	B(FAULT_OVERFLOW_STAYS, "fault-overflow-stays", "keeps FSTS.PFO set when 1 is written to it (11.4.7.1)") \
	B(FAULT_F_STAYS, "fault-f-stays", "keeps F set when 1 is written to it, once in ten (11.4.7.6)") \
	B(FAULT_OVERWRITES, "fault-overwrites", "records over a pending fault instead of overflowing (7.2.1)") \
	B(FAULT_RECOVERABLE, "fault-recoverable", "records what a translation completion only tells the device (7.1.2)") \
	B(FAULT_EVENT_LOST, "fault-event-lost", "does not send fault events (7.3)") \
	B(FAULT_MASK, "fault-mask-ignored", "sends the fault event though FECTL.IM is set (7.3)") \
	B(FAULT_LOST_RARE, "fault-lost-rare", "drops one fault in 1024 without an overflow (7.2.1)") \
	B(FAULT_LOST_REASON, "fault-lost-reason", "does not record writes without permission (7.2.1)") \
	B(FAULT_LOST_DEVICE, "fault-lost-device", "does not record the faults of one of two devices (7.2.1)") \
	B(FAULT_OVERFLOW_EARLY, "fault-overflow-early", "overflows though a register is free (7.2.1)") \
	B(FAULT_ADDRESS_OLD, "fault-address-old", "records the address of the fault before (FRCD.FI)") \
	B(FAULT_F_EARLY, "fault-record-early", "sets F before the rest of the record is written (7.2.1)") \
	B(FAULT_RING, "fault-ring-short", "never uses the last fault recording register (7.2.1)") \
	B(FAULT_DEAD, "fault-overflow-ends", "records nothing more after an overflow, also when PFO was cleared (7.2.1)") \
	B(FAULT_CLEARS, "fault-clears-all", "clears every F when 1 is written to one (11.4.7.6)") \
	B(FAULT_CUT, "fault-address-cut", "records 32 bits of the address (FRCD.FI)") \
	B(FAULT_READ, "fault-read", "records reads as writes (FRCD.T1)") \
	B(FAULT_SOURCE_OLD, "fault-source-old", "records the source-id of the fault before (FRCD.SID)") \
	B(FAULT_SOURCE_CROSSED, "fault-source-crossed", "records the source-id of another device's request that is under way (FRCD.SID)") \
	B(FPD_OVERFLOWS, "fault-fpd-overflows", "sets FSTS.PFO for a fault that FPD asks it not to record, where no register is free (9.3)") \
	B(FAULT_FPD_NEXT, "fault-fpd-next", "does not record the fault after one that FPD asks it not to (9.3)") \
	B(STATUS_CLEARS, "status-clears-all", "clears every bit of FSTS when 1 is written to one (11.4.7.1)") \
	B(PFO_FREES, "fault-overflow-frees", "clears every F when 1 is written to FSTS.PFO (11.4.7.1)") \
	B(PFO_INDEX, "fault-overflow-rewinds", "goes on at register 0 when 1 is written to FSTS.PFO (7.2.1)") \
	B(FAULT_EVENT_AGAIN, "fault-event-again", "sends the fault event though FSTS.PPF is set (7.3)") \
	B(INDEX_STAYS, "fault-index-stays", "goes on with the index of its fault records when translation and remapping were off (7.2.1)") \
	B(FAULT_IP_SENT, "fault-pending-stays", "keeps FECTL.IP set when the event was sent (11.4.7.2)") \
	B(FAULT_EVENT_HELD, "fault-event-held", "does not send a fault event that is pending when FECTL.IM is cleared (7.3)") \
	B(FAULT_IP_STAYS, "fault-event-stays", "keeps FECTL.IP set when all that it told of was cleared (7.3)") \
	B(READ_TORN, "register-read-torn", "reads 64 bits of a fault record as halves of two (11.4.7.6)") \
	/* registers */                                                                                  \
	B(TES_EARLY, "tes-early", "shows GSTS.TES before it translates (11.4.4.2)") \
	B(SRTP_OPENS, "srtp-opens", "passes requests untranslated for 2 us at SRTP while TE is set (11.4.4.1)") \
	B(TE_KEEPS, "te-keeps", "keeps translations when TE is cleared, though ECAP.SMTS is 1 (11.4.4.1)") \
	B(TE_KEEPS_CONTEXT, "te-keeps-contexts", "keeps context entries when TE is cleared, though ECAP.SMTS is 1 (11.4.4.1)") \
	B(TE_KEEPS_PASID, "te-keeps-pasids", "keeps PASID-table entries when TE is cleared, though ECAP.SMTS is 1 (11.4.4.1)") \
	B(TE_NO_DRAIN, "te-no-drain", "shows GSTS.TES = 0 before the requests under way are done (11.4.4.1)") \
	B(TE_STAYS, "te-stays", "goes on translating after TE was cleared (11.4.4.1)")
// clang-format on

enum sim_bug {
	BUG_NONE,
#define B(identifier, name, meaning) BUG_##identifier,
	SIM_BUGS(B)
#undef B
		BUG_COUNT
};

#endif
