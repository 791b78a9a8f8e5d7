/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole measurements on the current target of a bench. Each begins with a device whose DMA was seen to pass
 * the unit (tests/litmus/ownership.h), a settled entry, and the device reset.
 */
#ifndef TESTS_TRIALS_H
#define TESTS_TRIALS_H

#include "tests/litmus/bench.h"
#include "tests/litmus/costs.h"
#include "tests/litmus/updater.h"

/* Run one trial. */
void trial_run(struct bench *bench, const struct trial *trial, struct tally *tally);

/* After it, what its sequence costs, in a tenth of its time (tests/litmus/costs.h); nothing where a state refuses the device. */
void trial_costs(struct bench *bench, const struct trial *trial, struct costs *costs);

/*
 * On target context: walks that met a change under way (updater_load_walk), as torn DMAs; of the others none
 * may be torn.
 */
void trial_walks(struct bench *bench, enum regime regime, uint64_t ms, struct tally *tally);

/* Nobody rewriting and the same invalidations: what the device can do at best. */
void trial_undisturbed(struct bench *bench, uint64_t ms, struct tally *tally);

/* Translation off: DMA straight to memory of ours, for the ratio. */
void trial_untranslated(struct bench *bench, uint64_t ms, struct tally *tally);

/*
 * One DMA with a fixed entry: its outcome. Used to see that every mixture lands where the reference walk
 * says. ats: through the device's own TLB, where ats= has it used.
 */
enum outcome trial_probe(struct bench *bench, const uint64_t *entry, bool ats, struct tally *tally);

/* One DMA that is refused. No record is read meanwhile, so a device that does not say so costs its time-out. */
void trial_refused(struct bench *bench, uint64_t address, struct tally *tally);

/*
 * `count` refused DMAs, nothing read meanwhile, the first to one unmapped address, the others to a second; then
 * all records taken, and looked for again. NULL, or what the unit does not do as section 7.2 says.
 */
const char *trial_pending(struct bench *bench, unsigned count, struct tally *tally);

/*
 * More refused DMAs than there are registers, then FSTS.PFO cleared and nothing else: the records must stay, and the next one
 * must come where the index was (section 7.2.1). Nothing is said of a unit that takes faults of one device together.
 */
const char *trial_overflow(struct bench *bench, struct tally *tally);

/* DMAs to an unmapped address. */
struct storm {
	uint64_t count;
	uint64_t ms;	     /* at most; 0: as long as they take */
	bool read_each;	     /* faults are read after each; else at the end */
	struct bench *other; /* one of its DMAs there too, last; NULL: none */
};
void trial_storm(struct bench *bench, const struct storm *storm, struct tally *tally);

#endif
