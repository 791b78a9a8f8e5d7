/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Update sequences as data. A sequence says how software turns one value of a table entry (old)
 * into another (new): which word is stored when, what lies between, what is invalidated. They are
 * written as text (tests/catalogue/, tests/litmus/notation.h), which is compiled into the array below. The updater
 * runs this very array (tests/litmus/updater.c), the model explores it (tests/litmus/model.c), `run=list` prints it
 * and docs/sequences.md is generated from it.
 */
#ifndef VTD_SEQUENCE_H
#define VTD_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/litmus/words.h"
#include "vtd/field.h"

/* Whatever a unit reads while it translates, from the root to the page. */
enum entry_kind {
	KIND_ROOT_TABLE, /* the pointer to it, RTADDR; legacy mode */
	KIND_ROOT,	 /* legacy mode */
	KIND_CONTEXT,	 /* legacy mode */
	KIND_SM_ROOT_TABLE,
	KIND_SM_ROOT,	 /* scalable mode */
	KIND_SM_CONTEXT, /* scalable mode */
	KIND_PASID_DIR,
	/*
	 * The same in word 0, with the tables that A and B lead to: in word 1 what counts of the device's entry in A's table, in
	 * word 2 of that in B's. Each is in a cache line of its own.
	 */
	KIND_PASID_DIR_TABLE,
	KIND_PASID,
	KIND_TABLE, /* paging entry that leads to a table */
	KIND_LEAF,  /* paging entry that leads to a page */
	KIND_LARGE, /* paging entry that leads to a table, or is a 2-MiB page */
	/*
	 * A paging entry in word 0, with the tables that A and B lead to: in word 1 the entry of the page under test in A's
	 * table, in word 2 that in B's. Each is in a cache line of its own. What is not led to is another owner's.
	 */
	KIND_FREED_TABLE,
	KIND_INTERRUPT_TABLE, /* the pointer to it, IRTA */
	KIND_IRTE,	      /* interrupt-remapping table entry */
	KIND_COUNT,
};

enum step_op {
	STEP_STORE, /* one 64-bit store to word `word` */
	STEP_FIELD, /* one 64-bit store: the word as it stands, but `field` as in new */
	STEP_CAS,   /* one 128-bit compare-and-exchange of words `word` and `word` + 1 */
	/* The same without the LOCK prefix: nobody promises that others see it as one store. */
	STEP_EXCHANGE_UNLOCKED,
	STEP_STORE128, /* one 16-byte vector store: whole where the processor has AVX (SDM volume 3, 9.1.1) */
	STEP_STORE256,	  /* one 32-byte vector store: of it, 64 bits at a time are promised */
	STEP_STORE512,	  /* one 64-byte store (MOVDIR64B), whole */
	STEP_SET_POINTER, /* of a pointer to a table: the register, then SRTP or SIRTP, waited for */
	/*
	 * The 64-bit stores after it, up to the first step that is none, are done in any order, but those to one word
	 * in theirs: the compiler decides.
	 */
	STEP_ANY_ORDER,
	STEP_BARRIER,	   /* stores before it are visible before stores after it */
	STEP_FLUSH,	   /* write the entry's cache line back; nothing where ECAP.C = 1 */
	STEP_FLUSH_TABLES, /* of a directory entry with its tables: the lines of both; likewise */
	/* Invalidations, each waited for, by the DID of `value` (old, new, the spare one; VALUE_ZERO: DID 0). */
	STEP_INVALIDATE_CONTEXT,	/* context cache, device-selective */
	STEP_INVALIDATE_CONTEXT_DOMAIN, /* domain-selective: legacy mode */
	STEP_INVALIDATE_CONTEXT_OTHER, /* device-selective, but by the source-id of another device */
	STEP_INVALIDATE_PASID,	       /* PASID cache, PASID-selective */
	/* PASID cache, domain-selective: what must follow the one of the context cache (section 6.5.2.1) */
	STEP_INVALIDATE_PASID_DOMAIN,
	STEP_INVALIDATE_IOTLB, /* IOTLB, domain-selective */
	/* IOTLB, page-selective, of the page that is translated; with IH = 1 paging-structure caches keep theirs */
	STEP_INVALIDATE_IOTLB_PAGE,
	STEP_INVALIDATE_IOTLB_LEAF,
	STEP_INVALIDATE_IOTLB_LARGE, /* the same of the 2 MiB that it is in */
	STEP_INVALIDATE_IOTLB_LARGE_LEAF,
	STEP_INVALIDATE_IOTLB_OTHER, /* of another page of these 2 MiB, IH = 0 */
	STEP_INVALIDATE_PIOTLB, /* PASID-based IOTLB, PASID-selective: first stage, pass-through */
	STEP_INVALIDATE_TLB,	/* of the last two the one that the PGTT of `value` asks for */
	STEP_INVALIDATE_DEVTLB, /* the device's own TLB, all of it; nothing where its ATS is off */
	STEP_INVALIDATE_CONTEXT_GLOBAL,
	STEP_INVALIDATE_PASID_GLOBAL,
	STEP_INVALIDATE_IOTLB_GLOBAL,
	STEP_INVALIDATE_IEC, /* interrupt entry cache, index-selective */
	STEP_INVALIDATE_IEC_GLOBAL,
	STEP_INVALIDATE_GLOBAL, /* all of these */
	/* Where CAP.CM = 1, after an entry that was absent; else the write buffer is flushed (CAP.RWBF). */
	STEP_SETTLE_NEW,     /* all that the specification asks for */
	STEP_SETTLE_CONTEXT, /* what a driver does: the like of the invalidations above, one by one */
	STEP_SETTLE_PASID,
	STEP_SETTLE_IOTLB,
	STEP_SETTLE_PIOTLB,
	STEP_OP_COUNT,
};

enum step_value {
	VALUE_ZERO,
	VALUE_OLD,
	VALUE_NEW,
	VALUE_OLD_NOT_PRESENT, /* old, with the Present bit clear */
	VALUE_NEW_NOT_PRESENT,
	VALUE_OLD_SPARE, /* old, with a domain-id that nothing else has; of an invalidation: that one */
	VALUE_NEW_SPARE,
	VALUE_COUNT,
};

/* The spare domain-id: 1 to 8 have other uses, and every unit has 16 (CAP.ND). */
#define SPARE_DOMAIN 9

struct step {
	uint8_t op;    /* enum step_op */
	uint8_t word;  /* 0 to 7; of STEP_FIELD that of the field */
	uint8_t value; /* enum step_value */
	struct vtd_field field;
};

enum operation { OPERATION_REPLACE, OPERATION_TEARDOWN_SETUP };

/* What the cited source, or the reason for making the sequence up, says of it. */
enum claim {
	CLAIM_SAFE,
	CLAIM_UNSAFE,
	CLAIM_ONE_CHUNK, /* safe if old and new differ in one 128-bit chunk only */
	CLAIM_NONE,	 /* nobody claims anything: the catalogue has none of these */
};

struct sequence {
	const char *name;     /* part of test ids: no spaces */
	const char *title;    /* for people */
	const char *citation; /* who does it so, where, a newline between several; NULL: made up */
	uint32_t targets;     /* bit set of enum target_id: what it is for */
	uint8_t operation;    /* enum operation */
	uint8_t claim;	      /* enum claim */
	bool never_blocks;    /* the entry is present throughout: no DMA may be refused */
	const struct step *steps;
	size_t count;
};

#define SEQUENCE_STEPS_MAX 48
#define SEQUENCES_MAX	   256 /* of the catalogue: tools/catalogue.c refuses more */

_Static_assert(TARGET_COUNT <= 32, "sequence.targets has 32");

extern const struct sequence sequences[];
extern const size_t sequence_count;

static inline bool sequence_is_for(const struct sequence *s, enum target_id id)
{
	return s->targets >> id & 1;
}

unsigned sequence_kinds(const struct sequence *s); /* bit set of enum entry_kind */

const char *target_name(enum target_id id);
enum entry_kind target_kind(enum target_id id);
bool target_is_scalable(enum target_id id);

/* The targets that the kind's name stands for (bit set of enum target_id). Some are said by their own alone: context-pt. */
uint32_t kind_targets(enum entry_kind kind);

const char *kind_name(enum entry_kind kind); /* "context", "sm-context", ...: part of test ids */
const char *kind_title(enum entry_kind kind);
unsigned kind_words(enum entry_kind kind);   /* 64-bit words of an entry: 1, 2, 4 or 8 */
uint64_t kind_present(enum entry_kind kind); /* bits of word 0 that make it present */

/* An entry of one word cannot tear. */
static inline bool target_is_word(enum target_id id)
{
	return kind_words(target_kind(id)) == 1;
}

/* It is a register that holds the pointer to a table: set by a command, and never absent. */
static inline bool kind_is_pointer(enum entry_kind kind)
{
	return kind == KIND_ROOT_TABLE || kind == KIND_SM_ROOT_TABLE ||
	       kind == KIND_INTERRUPT_TABLE;
}

/* Its words are in cache lines of their own: the first, and the others. They are read one after the other. */
static inline bool kind_is_apart(enum entry_kind kind)
{
	return kind == KIND_PASID_DIR_TABLE || kind == KIND_FREED_TABLE;
}

static inline bool kind_is_of_paging(enum entry_kind kind)
{
	return kind >= KIND_TABLE && kind <= KIND_FREED_TABLE;
}

static inline bool kind_is_of_interrupts(enum entry_kind kind)
{
	return kind == KIND_IRTE || kind == KIND_INTERRUPT_TABLE;
}

/* Where its domain-id is; high = 0: it has none. */
struct vtd_field kind_domain(enum entry_kind kind);

/* Whether a step is about the spare domain-id. */
bool step_is_spare(const struct step *step);

/* How many words of the entry the step stores, from its word on; 0: it is no store. */
unsigned step_words(enum step_op op);
unsigned step_word(const struct step *step); /* the first of them */

/* Whether it is an ordinary 64-bit store, whose order is the compiler's where nothing else says. */
bool step_is_plain(const struct step *step);

/*
 * How many words of it others see at once, at least: fewer than step_words() where the processor promises no more.
 * splits_vectors: it promises nothing of 16-byte vector stores.
 */
unsigned step_words_at_once(enum step_op op, bool splits_vectors);

/* How many stores after steps[at], a STEP_ANY_ORDER, come in any order. */
size_t steps_in_any_order(const struct step *steps, size_t count, size_t at);

/* Put into `entry` (kind_words() words, as it stands) what the step stores; false: it stores
 * nothing. */
bool step_apply(const struct step *step, enum entry_kind kind, const uint64_t *old,
		const uint64_t *new, uint64_t *entry);

/* Whether it is one of the invalidations; or one that is done where CAP.CM = 1 alone. */
bool step_invalidates(const struct step *step);
bool step_settles(const struct step *step);

/* Of a page-selective one its address mask: 2^n pages of 4 KiB; -1: it is none. */
#define LARGE_ORDER 9 /* of a 2-MiB page (section 6.5.2.3) */
int step_page_order(const struct step *step);

/* The invalidation that one of STEP_SETTLE_CONTEXT to STEP_SETTLE_PIOTLB is, where it is done. */
enum step_op step_settles_by(const struct step *step);

/*
 * Mutants: a copy of a sequence with one step removed, or with two neighbours swapped. x86 keeps
 * the order of stores, so what a missing barrier permits is a reordering by the compiler, and the
 * mutant does it: the store behind the barrier goes before the stores in front of it, those to its
 * own word merged.
 */
enum mutation { MUTATION_REMOVE, MUTATION_SWAP };

/*
 * The mutant of `count` steps at `at` (0 to count - 1; for a swap the first of the pair). Returns
 * its number of steps in `to` (room for `count`), or 0 if it would be the same as the original.
 */
size_t sequence_mutate(const struct step *steps, size_t count, enum mutation mutation, size_t at,
		       struct step *to);

/* All of one safeguard taken out: 0 if the sequence has none. As without= of the options asks. */
size_t sequence_without_invalidations(const struct sequence *from, struct step *to);
size_t sequence_without_present(const struct sequence *from, struct step *to);
size_t sequence_without_barrier(const struct sequence *from, struct step *to);

/* "store word 0 := new with P clear" into text; returns it (tests/litmus/notation_step.c). */
char *step_text(const struct step *step, char *text, size_t room);

const char *operation_name(enum operation operation); /* "replace", "teardown-setup" */

#endif
