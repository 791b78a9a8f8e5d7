/* SPDX-License-Identifier: BSD-2-Clause */
/* What the model says of a trial on the current target, by the very steps that the updater will
 * run. */
#ifndef TESTS_PREDICT_H
#define TESTS_PREDICT_H

#include "tests/litmus/updater.h"
#include "tests/litmus/model.h"

struct prediction {
	uint16_t outcomes;    /* bit set of enum outcome: what a DMA may come to */
	uint8_t harms;	      /* bit set of enum model_harm; 0: safe */
	bool walks_page_zero; /* a mixture leads through physical page 0 */
	const char *fetch;    /* which model of the unit's fetches */
	const char *problem;  /* why there is no prediction; NULL: there is one */
};

/* The unit that a prediction is for; what its registers say counts besides. */
struct unit_model {
	unsigned bits;	   /* that it fetches at once; 0: 128 */
	bool any_order;	   /* of chunks, not the one with P first */
	bool coherent;	   /* it snoops, whatever ECAP.C says */
	bool qemu_fetches; /* PASID-table entries field by field (model_fetch_qemu()) */
	bool qemu_caches;  /* no more caches than QEMU has */
	bool as_told; /* what nothing records counts as absence: with a device-TLB they look alike */
};

/* Take memory for the search: MODEL_WORKSPACE, or more. False if there is none: predictions then have a problem. */
bool predict_init(size_t bytes);

/* What a unit of this kind may show. */
void predict_as(struct bench *bench, const struct trial *trial, bool never_blocks,
		struct unit_model how, struct prediction *prediction);

/* What may be seen here: by the specification, or by QEMU's way of fetching where that is what we
 * run on. */
void predict(struct bench *bench, const struct trial *trial, bool never_blocks,
	     struct prediction *prediction);
void predict_by_specification(struct bench *bench, const struct trial *trial, bool never_blocks,
			      struct prediction *prediction);

/* What this unit can show at all: predict(), but on QEMU with no more caches than QEMU has. */
void predict_on_this_unit(struct bench *bench, const struct trial *trial, bool never_blocks,
			  struct prediction *prediction);

/*
 * Of the harm that the specification allows, what this unit can show: on QEMU only what does not need a cache
 * or a cache line that it has not. Harm of QEMU's own reading is not counted.
 */
void predict_known_bad(struct bench *bench, const struct trial *trial, bool never_blocks,
		       struct prediction *prediction);

/* Why this unit cannot show what the specification allows, for the log. */
const char *predict_why_hidden(struct bench *bench, const struct trial *trial, bool never_blocks);

/* What was seen and must not be, by the prediction; NULL: nothing. */
const char *predict_outside(const struct prediction *prediction, const struct tally *tally);

/*
 * The prediction takes it that of an entry's chunks the one with P is read first. Section 6.2.3.1 asks software for
 * 16-byte writes, but nowhere is an order of such chunks promised. What a unit that reads them in another may
 * show, in words; NULL: not what was seen.
 */
const char *predict_other_order(struct bench *bench, const struct trial *trial, bool never_blocks,
				const struct tally *tally);

/* How often harm was seen; a refused DMA is harm only where the sequence promises that there is none. */
uint64_t predict_harm_seen(const struct prediction *prediction, const struct tally *tally);

#endif
