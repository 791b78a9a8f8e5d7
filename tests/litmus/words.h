/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of ids, of records and of the report, each set once: kernel, vtd-sim, vtd-cells and tools/log/ take them
 * from here, and a host test holds the documentation against them. Options have theirs in kernel/options.h,
 * generators in kernel/dma/list.h, verdicts in kernel/output/record.h.
 */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include <stddef.h>

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
#define DRIVE_WORDS(D)                                                                               \
	/* the updater only stores; the driver invalidates before each DMA */                        \
	D(HAMMER, "hammer")                                                                          \
	/* the updater does the whole sequence; the driver only does DMA */                          \
	D(FAITHFUL, "faithful")

/*
 * T(identifier, word, enum entry_kind, of scalable mode, place in the report): targets, in the order in which they are
 * tested. In the report those of several words come first: they are what can tear.
 */
#define TARGET_WORDS(T)                                                                              \
	T(CONTEXT, "context", KIND_CONTEXT, false, 0)                                                \
	T(CONTEXT_PT, "context-pt", KIND_CONTEXT, false, 1)                                          \
	T(ROOT, "root", KIND_ROOT, false, 10)                                                        \
	T(TABLE, "table", KIND_TABLE, false, 12)                                                     \
	T(LEAF, "leaf", KIND_LEAF, false, 13)                                                        \
	T(SM_CONTEXT, "sm-context", KIND_SM_CONTEXT, true, 2)                                        \
	T(SM_ROOT, "sm-root", KIND_SM_ROOT, true, 11)                                                \
	T(PASID_DIR, "pasid-dir", KIND_PASID_DIR, true, 9)                                           \
	T(PASID_SS, "pasid-ss", KIND_PASID, true, 3)                                                 \
	T(PASID_FS, "pasid-fs", KIND_PASID, true, 4)                                                 \
	T(PASID_FS_PT, "pasid-fs-pt", KIND_PASID, true, 5)                                           \
	T(PASID_NESTED, "pasid-nested", KIND_PASID, true, 6)                                         \
	T(FS_LEAF, "fs-leaf", KIND_LEAF, true, 14)                                                   \
	T(IRTE, "irte", KIND_IRTE, false, 7)                                                         \
	T(IRTE_POSTED, "irte-posted", KIND_IRTE, false, 8)

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

#define WORDS_DRIVE(identifier, word) DRIVE_##identifier,
enum drive { DRIVE_WORDS(WORDS_DRIVE) DRIVE_COUNT };

#define WORDS_TARGET(identifier, word, kind, scalable, place) TARGET_##identifier,
enum target_id { TARGET_WORDS(WORDS_TARGET) TARGET_COUNT };

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

/* "hammer" or "faithful". */
static inline const char *drive_word(unsigned drive)
{
#define WORD(identifier, word) word,
	static const char *const words[] = { DRIVE_WORDS(WORD) };
#undef WORD

	return words[drive];
}

#endif
