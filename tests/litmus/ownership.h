/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which unit a device's DMA really passes. The DMAR table says so, and may be wrong: then DMA goes to memory
 * that no table of ours leads to. So a device is used only after its own DMA was refused, and recorded with
 * its source-id, by the unit that the table names while its entry was absent; and arrived through an entry
 * of ours. That is asked for again each time that translation was off.
 *
 * Until then every address that the device is given is memory of ours (kernel/memory.h, the window), so no
 * outcome of the question does harm.
 */
#ifndef TESTS_OWNERSHIP_H
#define TESTS_OWNERSHIP_H

#include "tests/litmus/bench.h"

/*
 * With the unit's base tables current, which have no entry for the device: see its DMA refused. Finds the
 * source-id that the unit sees (of a device under a bridge to conventional PCI it is the bridge's) and how
 * long a record takes. NULL, or why the device must not be used; *is_wrong then tells a unit or a DMAR
 * table that is wrong from a device that does not work. `units`: all that there are, to say who else
 * recorded it.
 */
const char *ownership_find(struct bench *bench, struct vtd_unit *units, unsigned count,
			   bool *is_wrong);

/*
 * With the current target: the same while the entry under test is absent, then one DMA through state A.
 * Nothing to do where that was seen since translation was turned on. NULL, or why not.
 */
const char *ownership_prove(struct bench *bench);

/*
 * Make a target the current one, with the proof, state A in its entry and the device in order; the tally begins anew.
 * NULL, or what went wrong; tally->stopped only where it was the device or the unit's queue.
 */
const char *ownership_settle(struct bench *bench, struct target *target, struct tally *tally);

/* The same for another device whose entry is to be put into the tables of the current target. */
const char *ownership_prove_beside(struct bench *bench, struct bench *other);

/* The same, and its entry is put there (companion_place()); companion_leave() ends it. */
const char *ownership_join(struct bench *bench, struct bench *other);

#endif
