/* SPDX-License-Identifier: BSD-2-Clause */
/* The search of vtd-model find: all sequences of given steps, those that may be the shortest first. */
#ifndef TOOLS_MODEL_FIND_H
#define TOOLS_MODEL_FIND_H

#include "tools/model/model.h"

#define FIND_STEPS_MAX 64 /* different ones to choose from */

/*
 * What is left of a sequence for those steps that come after it, on all units and both ways. Of two with the same one is
 * followed up; and one that leaves more than a shorter one need not be: what does no harm after it does none after that.
 */
struct find_left {
	uint64_t hash[2]; /* of all of it */
	uint64_t image;	  /* of what memory has */
	const uint64_t *
		held; /* each thing that a unit may hold, sorted; until the next find_left_begin() */
	size_t count;		/* of these */
	unsigned invalidations; /* at least so many must follow */
	unsigned questions;	/* that were added */
};

void find_left_begin(struct find_left *left);

/* From a workspace in which model_run() explored a sequence one way, without overflow. */
void find_left_add(struct find_left *left, const void *workspace);
void find_left_end(struct find_left *left);

/* Of the sequences so far (tools/model/find_known.c): whether a shorter one left part of this, and no more. */
bool find_known_less(const struct find_left *left, size_t length);
void find_known_add(const struct find_left *left, size_t length);
void find_known_forget(void);

struct find {
	struct target *target;
	unsigned units; /* bit set of unit_kinds[]: it is to be safe on all of these */
	bool never_blocks;
	bool spare;			   /* there is a spare domain-id */
	struct step steps[FIND_STEPS_MAX]; /* to choose from */
	size_t step_count;
	size_t longest;	     /* sequence to try */
	unsigned long limit; /* of questions to the model: then it is given up */
};

struct find_length { /* of the sequences of one length */
	unsigned long tried, harmful, known, more, new;
};

struct find_result {
	struct find_length length[SEQUENCE_STEPS_MAX + 1];
	size_t found;	     /* the length of the shortest safe ones; 0: there is none */
	double count;	     /* how many of these there are */
	bool exhausted;	     /* no longer one can be safe either */
	bool overflow;	     /* too large for the model or for memory */
	bool given_up;	     /* find.limit came first */
	size_t none;	     /* of up to so many steps, all were tried and none is safe */
	unsigned one_way;    /* those that are safe there, but not there and back */
	unsigned long asked; /* questions to the model */
};

/* What the model says of a sequence (tools/model/find_ask.c). */

/* Whether the steps do no harm that stays; then what they leave, and whether they could end here. */
bool find_try(const struct find *find, const struct step *steps, size_t count,
	      struct find_result *result, struct find_left *left, bool *safe);

/* Of these kinds of unit those that may do all that any of them may. */
unsigned find_units_to_ask(unsigned units);

/* How many stores and flushes must follow, at least; *changes: whether the last step changes the entry. */
unsigned find_stores_to_come(const struct find *find, const struct step *steps, size_t count,
			     bool *changes);

/* From A to B, back, and so on, as vtd-model check asks. */
bool find_is_safe(const struct find *find, const struct step *steps, size_t count);

/*
 * Put into find->steps what a driver may do; what the kinds of unit have no use for is left out. stores: the sum of the bits
 * that one store may have (64, 128, 256, 512); global: global invalidations, too;
 * spare: a spare domain-id, too, where the entry has one.
 */
void find_choose_steps(struct find *find, unsigned stores, bool global, bool spare);

/* `print` is called with each of the shortest safe ones, at most `most` of them. */
void find_run(const struct find *find, struct find_result *result, unsigned most,
	      void (*print)(const struct find *find, const struct step *steps, size_t count,
			    unsigned number));

#endif
