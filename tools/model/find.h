/* SPDX-License-Identifier: BSD-2-Clause */
/* The search of vtd-model find: all sequences of given steps, those that may be the shortest first. */
#ifndef TOOLS_MODEL_FIND_H
#define TOOLS_MODEL_FIND_H

#include "tools/model/model.h"

#define FIND_STEPS_MAX 64 /* different ones to choose from */

/* What is left of a sequence for those steps that come after it: two with the same are followed up once. */
struct find_left {
	uint64_t hash[2];
	unsigned invalidations; /* at least so many must follow */
};

/* From a workspace in which model_run() explored a sequence one way, without overflow. */
struct find_left find_left_of(const void *workspace);

struct find {
	struct target *target;
	unsigned units; /* bit set of unit_kinds[]: it is to be safe on all of these */
	bool never_blocks;
	struct step steps[FIND_STEPS_MAX]; /* to choose from */
	size_t step_count;
	size_t longest;	    /* sequence to try */
	unsigned long most; /* to try, then it is given up; 0: as many as there are */
};

struct find_length { /* of the sequences of one length */
	unsigned long tried, harmful, known, new;
};

struct find_result {
	struct find_length length[SEQUENCE_STEPS_MAX + 1];
	size_t found;	/* the length of the shortest safe ones; 0: there is none */
	double count;	/* how many of these there are */
	bool exhausted; /* no longer one can be safe either */
	bool overflow;	/* too large for the model or for memory */
	bool given_up;	/* find.most were tried */
	unsigned long tried;
	unsigned one_way;    /* those that are safe there, but not there and back */
	unsigned long asked; /* questions to the model */
};

/* `print` is called with each of the shortest safe ones, at most `most` of them. */
void find_run(const struct find *find, struct find_result *result, unsigned most,
	      void (*print)(const struct find *find, const struct step *steps, size_t count,
			    unsigned number));

#endif
