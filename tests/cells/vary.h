/* SPDX-License-Identifier: BSD-2-Clause */
/* Other habits of the simulated unit from round to round; what kind of unit it is stays. */
#ifndef TESTS_CELLS_VARY_H
#define TESTS_CELLS_VARY_H

#include "tests/litmus/updater.h"

/* Remember the habits that were asked for. */
void vary_init(void);

/* Those of round 0 are the ones asked for; later rounds draw theirs. Also how long the updater dwells. */
void vary(unsigned round, struct trial *trial);

#endif
