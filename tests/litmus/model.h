/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What hardware that keeps the specification may make of an update sequence: every point at which
 * it may fetch a part of the entry, with every translation cache filled at any moment and emptied
 * only by the sequence's own invalidations.
 *
 * The updater runs the sequence from state 0 to state 1, from 1 back to 0, and so on, as the engine
 * does. At each moment the unit may start a request and fetch the entry part by part, each part
 * whole; keep what it fetched in the context or PASID cache; keep the translation in the IOTLB,
 * tagged with the DID it read; answer from either later. An invalidation that is waited for drops
 * what it selects. A fetch under way outlives that of its own cache, and may still fill the caches
 * that are invalidated after it: therefore they must be, one after the other (sections 6.2.2.1 and
 * 6.2.3.1). That of the IOTLB ends it: it drains the requests under way (section 6.5.4; of its
 * domain alone, but a fetch that lasts from one update to the next is not modelled). What a device-TLB
 * asks for is not drained: the answer may still come to the device, until its TLB is invalidated. On a unit that
 * does not snoop, a store becomes visible when its line is flushed, or at any time before. Stores that may come in
 * any order are explored in all of them, another one each time; so are the words of a store that is not promised to
 * be one.
 *
 * Each cached item is followed by itself: items do not hinder each other, so the union of what each
 * can do is what all can do. A PASID-table entry that is kept answers whatever context entry there is; by table 17
 * only one with its PASID finds it. To the catalogue and its mutants that adds no harm: a walk that still holds the
 * old context entry does the same.
 */
#ifndef VTD_MODEL_H
#define VTD_MODEL_H

#include "tests/litmus/sequence.h"
#include "tests/litmus/words.h"

#define MODEL_PARTS    8
#define MODEL_OUTCOMES 16 /* landing pages and kinds of fault that differ */
#define MODEL_EVENTS   128

/* How a unit fetches an entry: in parts, each by one read. */
struct model_fetch {
	const char *name;
	unsigned parts;
	uint64_t mask[MODEL_PARTS][8]; /* bits of each word that belong to the part */
	/*
	 * The part that holds P is fetched first, and nothing is made of an entry without P.
	 * Without this not even a set-up with P last is safe in an entry of several parts.
	 */
	bool present_first;
	bool domain_apart;    /* QEMU: part 1 is part 0 read once more, for the DID alone */
	bool ignores_present; /* QEMU: an absent PASID-table entry may be used as if present */
};

/* Parts of `bits` (64, 128, 256 or 512), in any order behind the first. */
void model_fetch_chunks(struct model_fetch *fetch, enum entry_kind kind, unsigned bits,
			bool present_first);

/*
 * As QEMU 7.2 and 10.0 do it: PASID-directory and PASID-table entry are read anew for each field of the
 * latter, in one translation, and P is looked at only where no context entry is cached; all else in one
 * copy.
 */
void model_fetch_qemu(struct model_fetch *fetch, enum entry_kind kind);

/* What the unit makes of an entry that it has read. */
struct model_meaning {
	uint8_t outcome; /* 0 to MODEL_OUTCOMES - 1 */
	bool translated; /* a page: the translation can be cached */
	bool good; /* nothing is wrong with the entry itself: it can be cached, even if the walk after it
			  * faults (sections 6.2.2, 6.2.3) */
	bool is_large;	 /* a 2-MiB page: the entry leads to no table */
	uint8_t stage;	 /* enum vtd_stage: which invalidation reaches its translation */
	uint16_t domain; /* DID it is tagged with */
};

struct model_question {
	const struct step *steps;
	size_t count;
	enum entry_kind kind;
	const uint64_t *state[2]; /* kind_words() words each */
	const struct model_fetch *fetch;
	bool legacy;   /* legacy mode: without PASIDs, and what invalidates by them is no step */
	bool coherent; /* ECAP.C */
	bool write_buffer; /* CAP.RWBF: what left the processor is visible after the next invalidation */
	bool caching_mode; /* CAP.CM: absent and erroneous entries are cached too */
	bool device_tlb;   /* the device has ATS on and keeps translations itself */
	bool caches; /* false: everything is invalidated before each request (hammer regime) */
	/*
	 * Only what QEMU keeps: it reads through the processor's caches, keeps no PASID-directory
	 * or PASID-table entries, and looks translations up by PASID once the context entry is
	 * read.
	 */
	bool qemu_caches;
	bool set_drops;	     /* setting the pointer to a table invalidates: CAP.ESRTPS, ESIRTPS */
	bool splits_vectors; /* the processor promises nothing of 16-byte vector stores */
	bool one_way;	     /* from state 0 to state 1 alone, once */
	bool never_blocks;   /* the sequence promises that no request is refused */
	uint8_t blocked;     /* the outcome of a request refused for an entry that is not there */
	void (*meaning)(void *context, const uint64_t *entry, struct model_meaning *out);
	void *context;
};

/* Bits of harms. */
#define MODEL_HARM(identifier, word, text) HARM_##identifier = 1 << HARM_BIT_##identifier,
enum model_harm { HARM_WORDS(MODEL_HARM) };

enum model_event_type {
	EVENT_STEP,  /* the updater does step `step` of the direction `to` */
	EVENT_EVICT, /* the processor's cache writes the line back by itself */
	EVENT_FETCH, /* the unit reads part `part` */
	EVENT_USE,   /* it acts on what it read: `outcome` */
	EVENT_CACHE, /* it keeps the entry in the context or PASID cache */
	EVENT_FILL,  /* it keeps the translation in the IOTLB under DID `domain` */
	EVENT_WALK, /* it uses an entry with DID `domain`, and paging entries that it kept under that */
	EVENT_REQUEST, /* with the entry at rest, a request is answered with `outcome` */
};

/* part: of the entry; of a step one more than the word that it stores, where that is not all of its store. */
struct model_event {
	uint8_t type, step, to, part, outcome;
	uint16_t domain;
};

struct model_answer {
	uint16_t outcomes; /* bit set: what a request may come to */
	uint16_t harmful;  /* of those, the ones of no state */
	uint8_t harms;	   /* bit set of enum model_harm; 0: the sequence is safe */
	uint32_t states;   /* explored */
	bool overflow;	   /* the workspace was too small: the answer is not complete */
	/* A shortest way to the first harm found. */
	uint8_t witness_harm;
	unsigned event_count;
	struct model_event events[MODEL_EVENTS];
};

/* Memory for the search; so many bytes are plenty for every sequence of the catalogue. */
#define MODEL_WORKSPACE (12u << 20)

_Static_assert(MODEL_OUTCOMES <= 16, "bit sets of outcomes have 16 bits");
_Static_assert(HARM_BITS <= 8, "bit sets of harms have eight");

void model_run(const struct model_question *question, void *workspace, size_t bytes,
	       struct model_answer *answer);

const char *model_harm_text(enum model_harm harm);

#endif
