/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of ids, of records and of the report, each set once: kernel, vtd-sim, vtd-cells and tools/log/ take them
 * from here, and a host test holds the documentation against them. Options have theirs in kernel/options.h,
 * generators in kernel/dma/list.h, verdicts in kernel/output/record.h.
 */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include <stddef.h>

/* So begins what a self-check says of a unit that breaks a rule. */
#define OUTSIDE "outside the specification: "

// clang-format off
/* H(identifier, word, what it is): harms, by bit. */
#define HARM_WORDS(H)                                                                                \
	H(MIXTURE, "mixture", "an outcome that neither state has")                                   \
	H(STALE, "stale", "the old entry is used after the end")                                     \
	H(MISTAGGED, "mis-tagged", "a translation of one state under the other's domain-id")         \
	H(BLOCKED, "blocked", "refused although the entry should always be present")                 \
	H(WRONG_END, "wrong end", "the new entry is not what stands there")

/* O(identifier, word): what became of a DMA (enum outcome of tests/litmus/target.h says what each is). */
#define OUTCOME_WORDS(O)                                                                             \
	O(AA, "AA") O(BB, "BB")                                                                      \
	O(AB, "AB") O(BA, "BA") O(DECOY, "decoy")                                                    \
	O(NP, "np") O(FAULT, "fault")                                                                \
	O(BOTH, "AA+BB") O(LOST, "lost") O(SILENT, "silent")

/* D(identifier, word): how a sequence is driven. */
#define REGIME_WORDS(D)                                                                               \
	/* the updater only stores; the driver invalidates before each DMA */                        \
	D(HAMMER, "hammer")                                                                          \
	/* the updater does the whole sequence; the driver only does DMA */                          \
	D(FAITHFUL, "faithful")

/* I(identifier, word, what it is): invalidations of a sequence, as the updater does them; their times are told by these words. */
#define INVALIDATION_KIND_WORDS(I)                                                                   \
	I(CONTEXT_CACHE, "context", "context cache, of the device")                                  \
	I(CONTEXT_CACHE_DOMAIN, "context-domain", "context cache, of a domain-id")                   \
	I(CONTEXT_CACHE_OTHER, "context-other", "context cache, of another device")                  \
	I(PASID_CACHE, "pasid", "PASID cache, of a PASID")                                           \
	I(PASID_CACHE_DOMAIN, "pasid-domain", "PASID cache, of a domain-id")                         \
	I(IOTLB, "iotlb", "IOTLB, of a domain-id")                                                   \
	I(IOTLB_PAGE, "iotlb-page", "IOTLB, of a page, IH = 0")                                      \
	I(IOTLB_LEAF, "iotlb-leaf", "IOTLB, of a page, IH = 1")                                      \
	I(IOTLB_LARGE, "iotlb-large", "IOTLB, of 2 MiB, IH = 0")                                     \
	I(IOTLB_LARGE_LEAF, "iotlb-large-leaf", "IOTLB, of 2 MiB, IH = 1")                           \
	I(IOTLB_OTHER_PAGE, "iotlb-other-page", "IOTLB, of another page, IH = 0")                    \
	I(PIOTLB, "piotlb", "PASID-based IOTLB, of a PASID")                                         \
	I(CONTEXT_CACHE_GLOBAL, "context-all", "context cache, globally")                            \
	I(PASID_CACHE_GLOBAL, "pasid-all", "PASID cache, globally")                                  \
	I(IOTLB_GLOBAL, "iotlb-all", "IOTLB, globally")                                              \
	I(GLOBAL, "all", "context cache, PASID cache and IOTLB, globally, one after the other")      \
	I(DEVICE_TLB, "device-tlb", "the device's own TLB")                                          \
	I(WRITE_BUFFER, "write-buffer", "the write buffer flushed, where CAP.RWBF = 1")

/*
 * T(identifier, word, enum entry_kind, of scalable mode, place in the report): targets, in the order in which they are
 * tested. In the report those of several words come first: they are what can tear.
 */
#define TARGET_WORDS(T)                                                                              \
	T(CONTEXT, "context", KIND_CONTEXT, false, 0)                                                \
	T(CONTEXT_PT, "context-pt", KIND_CONTEXT, false, 1)                                          \
	T(ROOT, "root", KIND_ROOT, false, 10)                                                        \
	T(ROOT_TABLE, "root-table", KIND_ROOT_TABLE, false, 15)                                      \
	T(TABLE, "table", KIND_TABLE, false, 12)                                                     \
	T(LEAF, "leaf", KIND_LEAF, false, 13)                                                        \
	T(LARGE, "large", KIND_LARGE, false, 19)                                                     \
	T(FREED_TABLE, "freed-table", KIND_FREED_TABLE, false, 21)                                   \
	T(CONTEXT_DID, "context-did", KIND_CONTEXT, false, 22)                                       \
	T(SM_CONTEXT, "sm-context", KIND_SM_CONTEXT, true, 2)                                        \
	T(SM_ROOT, "sm-root", KIND_SM_ROOT, true, 11)                                                \
	T(SM_ROOT_TABLE, "sm-root-table", KIND_SM_ROOT_TABLE, true, 16)                              \
	T(PASID_DIR, "pasid-dir", KIND_PASID_DIR, true, 9)                                           \
	T(PASID_DIR_TABLE, "pasid-dir-table", KIND_PASID_DIR_TABLE, true, 18)                        \
	T(PASID_SS, "pasid-ss", KIND_PASID, true, 3)                                                 \
	T(PASID_FS, "pasid-fs", KIND_PASID, true, 4)                                                 \
	T(PASID_FS_PT, "pasid-fs-pt", KIND_PASID, true, 5)                                           \
	T(PASID_NESTED, "pasid-nested", KIND_PASID, true, 6)                                         \
	T(FS_LEAF, "fs-leaf", KIND_LEAF, true, 14)                                                   \
	T(FS_LARGE, "fs-large", KIND_LARGE, true, 20)                                                \
	T(PASID_DID, "pasid-did", KIND_PASID, true, 23)                                              \
	T(IRTE, "irte", KIND_IRTE, false, 7)                                                         \
	T(IRTE_POSTED, "irte-posted", KIND_IRTE, false, 8)                                           \
	T(INTERRUPT_TABLE, "interrupt-table", KIND_INTERRUPT_TABLE, false, 17)

/*
 * C(identifier, word, ms that it is expected to take): the checks of a device alone, in the order in which they are run.
 * First what is shown with nobody rewriting: what comes later may follow from it. 0: they are run where others need them.
 */
#define CHECK_WORDS(C)                                                                               \
	C(OWNERSHIP, "ownership", 1)                                                                 \
	C(INVALIDATION, "invalidation", 1500)                                                        \
	C(WALKS, "walks", 3000)                                                                      \
	C(TRAITS, "traits", 1)                                                                       \
	C(RATES, "rates", 600)                                                                       \
	C(CONCURRENCY, "concurrency", 0)                                                             \
	C(DEVICE_TLB, "device-tlb", 0)                                                               \
	C(PAGE_REQUESTS, "page-requests", 500)                                                       \
	C(FLIPS, "flips", 1000)                                                                      \
	C(FAULTS, "faults", 2000)                                                                    \
	C(INTERRUPTS, "interrupts", 1500)                                                            \
	C(GRANULARITY, "granularity", 5000)

/* Y(identifier, word, what is looked at): what shows whether a bit that was changed in a live entry holds. */
#define BIT_BY_WORDS(Y)                                                                              \
	Y(FLAGS, "flags", "flags that a walk sets in paging entries")                                \
	Y(RECORDS, "records", "records of refused DMAs")                                             \
	Y(ARRIVAL, "arrival", "that DMA goes on")                                                    \
	Y(SNOOPING, "snooping", "what the device reads where it asks not to snoop")                  \
	Y(PAGE_REQUESTS, "page-requests", "page requests that are queued")

/* T(key in the record, what it says): what a unit was seen to do; the last with how many DMAs showed it. */
#define TRAIT_WORDS_ASKED(T)                                                                         \
	T(rid_pasid, "uses RID_PASID")                                                               \
	T(absence, "keeps absent entries")                                                           \
	T(snoops, "sees stores that were not flushed")                                               \
	T(pasid_cache, "has a PASID cache")                                                          \
	T(pass_through, "goes on passing through after an entry says otherwise")                      \
	T(interrupt_cache, "keeps interrupt-remapping entries")                                       \
	T(interrupt_records, "records refused interrupts")
#define TRAIT_WORDS_COUNTED(T)                                                                       \
	T(rereads, "reads a chunk of a PASID-table entry more than once")
#define TRAIT_WORDS(T) TRAIT_WORDS_ASKED(T) TRAIT_WORDS_COUNTED(T)
// clang-format on

#define WORDS_HARM_BIT(identifier, word, text) HARM_BIT_##identifier,
enum harm_bit { HARM_WORDS(WORDS_HARM_BIT) HARM_BITS };

#define WORDS_OUTCOME(identifier, word) OUT_##identifier,
enum outcome_word { OUTCOME_WORDS(WORDS_OUTCOME) OUT_KNOWN };

#define WORDS_REGIME(identifier, word) REGIME_##identifier,
enum regime { REGIME_WORDS(WORDS_REGIME) REGIME_COUNT };

#define WORDS_INVALIDATION_KIND(identifier, word, text) INVALIDATION_OF_##identifier,
enum invalidation_kind { INVALIDATION_KIND_WORDS(WORDS_INVALIDATION_KIND) INVALIDATION_KINDS };

#define WORDS_TARGET(identifier, word, kind, scalable, place) TARGET_##identifier,
enum target_id { TARGET_WORDS(WORDS_TARGET) TARGET_COUNT };

#define WORDS_CHECK(identifier, word, ms) CHECK_##identifier,
enum check { CHECK_WORDS(WORDS_CHECK) CHECK_COUNT };

#define WORDS_BIT_BY(identifier, word, text) BIT_BY_##identifier,
enum bit_by { BIT_BY_WORDS(WORDS_BIT_BY) BIT_BYS };

/* What a record says of each trait. */
enum trait { TRAIT_UNKNOWN, TRAIT_NO, TRAIT_YES, TRAIT_ANSWERS };

#define WORDS_TRAIT(key, text) TRAIT_IS_##key,
enum trait_number { TRAIT_WORDS(WORDS_TRAIT) TRAITS };

/* "mixture", ...; NULL past the last. */
static inline const char *harm_word(unsigned bit)
{
#define WORD(identifier, word, text) word,
	static const char *const words[] = { HARM_WORDS(WORD) };
#undef WORD

	return bit < HARM_BITS ? words[bit] : NULL;
}

/* "AA", ...; NULL past the last. */
static inline const char *outcome_word(unsigned outcome)
{
#define WORD(identifier, word) word,
	static const char *const words[] = { OUTCOME_WORDS(WORD) };
#undef WORD

	return outcome < OUT_KNOWN ? words[outcome] : NULL;
}

/* "context", ...; NULL past the last. */
static inline const char *invalidation_word(unsigned invalidation)
{
#define WORD(identifier, word, text) word,
	static const char *const words[] = { INVALIDATION_KIND_WORDS(WORD) };
#undef WORD

	return invalidation < INVALIDATION_KINDS ? words[invalidation] : NULL;
}

/* "ownership", ... */
static inline const char *check_word(unsigned check)
{
#define WORD(identifier, word, ms) word,
	static const char *const words[] = { CHECK_WORDS(WORD) };
#undef WORD

	return words[check];
}

/* "flags", ...; NULL past the last. */
static inline const char *bit_by_word(unsigned by)
{
#define WORD(identifier, word, text) word,
	static const char *const words[] = { BIT_BY_WORDS(WORD) };
#undef WORD

	return by < BIT_BYS ? words[by] : NULL;
}

/* "hammer" or "faithful". */
static inline const char *regime_word(unsigned regime)
{
#define WORD(identifier, word) word,
	static const char *const words[] = { REGIME_WORDS(WORD) };
#undef WORD

	return words[regime];
}

#endif
