/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Update sequences as data. A sequence says how software turns one value of a table entry (old)
 * into another (new): which word is stored when, what lies between, what is invalidated. The
 * updater runs this very array (tests/engine.c), and `run=list` prints it.
 */
#ifndef VTD_SEQUENCE_H
#define VTD_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_op {
	STEP_STORE,   /* one 64-bit store to word `word` */
	STEP_CAS,     /* one 128-bit compare-and-exchange of words `word` and `word` + 1 */
	STEP_BARRIER, /* stores before it are visible before stores after it */
	STEP_FLUSH,   /* write the entry's cache line back; nothing where ECAP.C = 1 */
	STEP_INVALIDATE_CONTEXT, /* context cache, device-selective, by the DID of `value` */
	STEP_INVALIDATE_IOTLB,	 /* IOTLB, domain-selective, by the DID of `value` */
	STEP_SETTLE_NEW, /* what CAP.CM = 1 asks of a new entry: both of the above; else nothing */
};

enum step_value {
	VALUE_ZERO,
	VALUE_OLD,
	VALUE_NEW,
	VALUE_OLD_NOT_PRESENT, /* old, with the Present bit clear */
	VALUE_NEW_NOT_PRESENT,
	VALUE_NEW_DOMAIN, /* old, with the domain-id of new (context entries, word 1) */
};

struct step {
	uint8_t op;    /* enum step_op */
	uint8_t word;  /* 0 to 7 */
	uint8_t value; /* enum step_value */
};

enum sequence_role {
	SEQUENCE_SAFE,	/* claims that the unit never acts on a mixture, nor on a stale entry */
	SEQUENCE_TEARS, /* a control: expected to show a mixture */
	SEQUENCE_STALE, /* a control: expected to leave the old entry in force after its end */
};

enum operation { OPERATION_REPLACE, OPERATION_TEARDOWN_SETUP };

struct sequence {
	const char *name;     /* part of test ids: no spaces */
	const char *title;    /* for people */
	const char *citation; /* who does it so, where; NULL for one made up as a control */
	uint8_t operation;    /* enum operation */
	uint8_t role;	      /* enum sequence_role */
	bool never_blocks;    /* the entry is present throughout: no DMA may be refused */
	const struct step *steps;
	size_t count;
};

extern const struct sequence context_sequences[];
extern const size_t context_sequence_count;

/* The value a step stores: `word` of the step, from the words of the old and the new entry. */
uint64_t step_word(const struct step *step, unsigned word, const uint64_t *old,
		   const uint64_t *new);

/*
 * A copy of `from` with one safeguard taken out, to see the verdict change. Returns the number of
 * steps put into `to` (room for from->count), 0 if the sequence has no such safeguard.
 *
 * x86 keeps the order of stores, so what a missing barrier or a missing first step permits is a
 * reordering by the compiler; the copy does it:
 *  - present: no step that only clears P; of two stores that zero the entry, word 1 comes first;
 *  - barrier: a store behind a barrier comes before the stores in front of it.
 */
size_t sequence_without_invalidations(const struct sequence *from, struct step *to);
size_t sequence_without_present(const struct sequence *from, struct step *to);
size_t sequence_without_barrier(const struct sequence *from, struct step *to);

/* "store word 0 := new, P clear" into text; returns it. */
char *step_text(const struct step *step, char *text, size_t room);

const char *operation_name(enum operation operation); /* "replace", "teardown-setup" */

#endif
