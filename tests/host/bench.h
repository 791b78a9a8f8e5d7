/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets on the simulated unit, and the model asked about them: for the tests, docs and mutants on the
 * host. */
#ifndef TESTS_HOST_BENCH_H
#define TESTS_HOST_BENCH_H

#include "tests/litmus/target.h"

extern uint64_t bench_more_ecap; /* what the unit of bench_target() has besides */
extern unsigned bench_sagaw;	 /* its CAP.SAGAW: 3 and 4 levels, unless changed */
extern bool bench_ats;		 /* the targets' entries take the requests of a device-TLB */

/* A unit that can do everything; `id` built on it. NULL, or why not. */
const char *bench_target(struct target *target, struct vtd_unit *unit, enum target_id id);

/* The catalogue's sequence of this name; ends the program if there is none. */
const struct sequence *bench_sequence(enum target_id id, enum operation operation,
				      const char *name);

struct bench_question {
	unsigned bits; /* of a fetch; 0: as QEMU does it */
	bool any_order, coherent, caching_mode, no_caches, device_tlb, write_buffer, one_way;
	bool splits_vectors;
	bool set_drops; /* CAP.ESRTPS or ESIRTPS */
};

/* The model's question of an entry of this kind on such a unit: steps, states and meanings are for the caller to fill in. */
struct model_question bench_question_of(struct bench_question how, enum entry_kind kind,
					struct model_fetch *fetch);

/* What the model says of these steps on this target; of one of interrupts, in any of its phases. */
struct model_answer bench_ask(struct target *target, const struct step *steps, size_t count,
			      bool never_blocks, struct bench_question how);

/* The same on a target of its own: harms alone. Ends the program if the target cannot be built. */
unsigned bench_harms(enum target_id id, const struct step *steps, size_t count, bool never_blocks,
		     struct bench_question how);

/* Of the catalogue's sequence of this name. */
unsigned bench_harms_of(enum target_id id, enum operation operation, const char *name,
			struct bench_question how);

/* "unit fetches part 1", for a person. */
void bench_print_witness(const struct target *target, const struct step *steps,
			 const struct model_answer *answer);

#endif
