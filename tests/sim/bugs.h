/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.bug=NAME: what silicon could get wrong, one at a time. Each breaks the specification. */
#ifndef TESTS_SIM_BUGS_H
#define TESTS_SIM_BUGS_H

// clang-format off
/* B(identifier, "name", "what the unit does, and which section says otherwise") */
#define SIM_BUGS(B)                                                                                     \
	/* fetching */                                                                                   \
	B(HALVES, "fetch-halves", "reads 64 bits of an entry at a time, low half first (6.2.2.1)")       \
	B(HALVES_HIGH, "fetch-halves-high", "the same, high half first (6.2.2.1)")                       \
	B(FIELDS_APART, "reads-fields-apart", "reads PASID-directory and PASID-table entries anew for each field, and may not look at P, as QEMU 7.2 (6.2.3.1)") \
	B(IGNORE_P, "context-p-ignored", "uses context entries whatever their P says (9.3)")             \
	B(PASID_IGNORE_P, "pasid-p-ignored", "uses PASID-table entries whatever their P says (9.6)")     \
	B(NO_SNOOP, "no-snoop", "reads entries without snooping though ECAP.C is 1 (11.4.3)")            \
	B(STALE_WIDTH, "stale-width", "keeps a context entry's AW when it reads the entry anew (9.3)")   \
	B(STALE_ROOT, "stale-root", "goes on with the old root pointer after SRTP (6.6)")                \
	B(RID_PASID_0, "rid-pasid-0", "uses PASID 0 for requests without PASID (9.4)")                   \
	B(PASID_CUT, "pasid-cut", "uses the low two bits of a request's PASID (3.4.3)")                  \
	B(WRITE_ANYWAY, "write-anyway", "records a fault and writes through the last table all the same (7.1.1)") \
	B(WRONG_FRAME, "wrong-frame", "uses bit 12 of the DMA's address in place of the frame's, now and then (3.7)") \
	/* caches */                                                                                     \
	B(CACHES_ABSENT_CONTEXT, "absent-context-cached", "keeps context entries with P clear though CAP.CM is 0 (6.2.2)") \
	B(CACHES_ABSENT_PASID, "absent-pasid-cached", "keeps PASID entries with P clear though CAP.CM is 0 (6.2.3)") \
	B(CACHES_FAULTS, "faults-cached", "keeps translations that faulted though CAP.CM is 0 (6.2.4.1)") \
	B(ANY_SOURCE, "iotlb-any-source", "looks translations up without the source-id (table 17)")      \
	B(ANY_FUNCTION, "context-any-function", "looks context entries up without the function number (table 17)") \
	B(TAG_ZERO, "tag-zero", "tags translations with domain-id 0 (table 17)")                         \
	B(TAG_LATE, "tag-late", "tags a translation with the domain-id of the translation before (table 17)") \
	/* invalidation */                                                                               \
	B(CONTEXT_LOST, "context-invalidation-lost", "does not do device-selective context-cache invalidations (6.5.2.1)") \
	B(PASID_LOST, "pasid-invalidation-lost", "does not do PASID-selective PASID-cache invalidations (6.5.2.2)") \
	B(IOTLB_LOST, "iotlb-invalidation-lost", "does not do domain-selective IOTLB invalidations (6.5.2.3)") \
	B(PIOTLB_LOST, "piotlb-invalidation-lost", "does not do PASID-based IOTLB invalidations (6.5.2.4)") \
	B(GLOBAL_LOST, "global-context-lost", "does not do global context-cache invalidations (6.5.2.1)") \
	B(GLOBAL_IOTLB_LOST, "global-iotlb-lost", "does not do global IOTLB invalidations (6.5.2.3)")    \
	B(SOME_LOST, "some-lost", "loses one IOTLB invalidation in eight (6.5.2.3)")                     \
	B(PARTIAL, "iotlb-partial", "spares half of the IOTLB in domain-selective invalidations (6.5.2.3)") \
	B(WRONG_DID, "iotlb-wrong-domain", "takes the low bit of the domain-id for 0 (6.5.2.3)")         \
	B(WRONG_SID, "context-wrong-source", "takes the function number of a context-cache invalidation for 7 (6.5.2.1)") \
	B(WRONG_PASID, "pasid-wrong-pasid", "invalidates the PASID cache by the PASID plus one (6.5.2.2)") \
	B(WRONG_KIND, "wrong-kind", "invalidates the context cache when asked for the IOTLB (6.5.2.3)")  \
	B(SPARES_FIRST_STAGE, "spares-first-stage", "domain-selective IOTLB invalidations spare first-stage translations (table 23)") \
	B(SPARES_NESTED, "spares-nested", "domain-selective IOTLB invalidations spare nested translations (table 23)") \
	B(SPARES_PASS, "spares-pass-through", "PASID-based IOTLB invalidations spare pass-through translations (table 24)") \
	B(SPARES_PAGING, "spares-paging-cache", "IOTLB invalidations spare the paging-structure caches (table 23)") \
	B(EARLY, "invalidation-early", "does not wait for walks under way, which fill caches afterwards (6.2.2.1)") \
	B(WAIT_EARLY, "wait-early", "completes wait descriptors before what is ahead of them (6.5.2.12)") \
	B(WAIT_NEVER, "wait-lost", "never completes one wait descriptor in a thousand (6.5.2.9)")        \
	B(WAIT_DATA, "wait-data", "writes the status data plus one (6.5.2.9)")                           \
	B(NO_DRAIN, "no-drain", "does not drain writes before the wait is completed (6.5.4)")            \
	B(IQE_SPURIOUS, "queue-error", "stops at one descriptor in a thousand with FSTS.IQE (6.5.2.11)") \
	B(DEVTLB_LOST, "devtlb-invalidation-lost", "reports device-TLB invalidations done without asking the device (6.5.2.5)") \
	B(PASID_DEVTLB_LOST, "pasid-devtlb-lost", "the same of PASID-based device-TLB invalidations alone (6.5.2.6)") \
	B(ATS_OUTLIVES, "ats-outlives", "fills a device-TLB after its invalidation was reported done (6.5.2.5)") \
	B(DEVTLB_TIMEOUT, "devtlb-timeout", "reports one device-TLB invalidation in 64 as not answered, though it was (4.3)") \
	B(DEVTLB_ANSWER, "devtlb-answer", "reports a wrong answer to one device-TLB invalidation in 64, though it was right (4.3)") \
	B(WBF_LOST, "write-buffer-stays", "invalidations and WBF do not flush the write buffer (6.8)")   \
	/* faults */                                                                                     \
	B(FAULT_ADDRESS, "fault-address", "records the page after the one asked for (FRCD.FI)")          \
	B(FAULT_SOURCE, "fault-source", "records another function as the source (FRCD.SID)")             \
	B(FAULT_REASON, "fault-reason", "records reason 0x05 for everything (FRCD.FR)")                  \
	B(FAULT_REASON_SOME, "fault-reason-some", "records a reserved-field reason for an absent entry, now and then (FRCD.FR)") \
	B(FAULT_TYPE, "fault-type", "records writes as reads (FRCD.T1)")                                 \
	B(FAULT_TYPE_2, "fault-type-2", "records writes as page requests (FRCD.T2)")                     \
	B(FAULT_AT, "fault-at", "records untranslated requests as translated ones (FRCD.AT)")            \
	B(FAULT_PP, "fault-pp", "records requests without PASID as ones with it, and the other way round (FRCD.PP)") \
	B(FAULT_PASID, "fault-pasid", "records the PASID plus one (FRCD.PV)")                            \
	B(FAULT_PRIV, "fault-privilege", "records privilege-mode-requested (FRCD.PRIV)")                 \
	B(FAULT_EXE, "fault-execute", "records execute-requested (FRCD.EXE)")                            \
	B(FAULT_LOST, "fault-lost", "drops every fifth fault without an overflow (7.2.1)")               \
	B(FAULT_TWICE, "fault-twice", "records a fault in two registers (7.2.1)")                        \
	B(FAULT_SPURIOUS, "fault-spurious", "records a fault for one translated request in a hundred (7.2)") \
	B(FAULT_FRI, "fault-fri", "has FSTS.FRI name the register after the first (11.4.7.1)")           \
	B(FAULT_PPF, "fault-ppf", "does not set FSTS.PPF for one fault in five (7.2.1)")                 \
	B(FAULT_NO_OVERFLOW, "fault-no-overflow", "drops faults without setting FSTS.PFO (7.2.1)")       \
	B(FAULT_OVERFLOW_STAYS, "fault-overflow-stays", "keeps FSTS.PFO set when 1 is written to it (11.4.7.1)") \
	B(FAULT_F_STAYS, "fault-f-stays", "keeps F set when 1 is written to it, once in ten (11.4.7.6)") \
	B(FAULT_OVERWRITES, "fault-overwrites", "records over a pending fault instead of overflowing (7.2.1)") \
	B(FAULT_RECOVERABLE, "fault-recoverable", "records what a translation completion only tells the device (7.1.2)") \
	B(FAULT_EVENT_LOST, "fault-event-lost", "does not send fault events (7.3)")                      \
	/* registers */                                                                                  \
	B(TES_EARLY, "tes-early", "shows GSTS.TES before it translates (11.4.4.2)")                      \
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
