/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences from outside, taken from the hand-off record and written whole into the log. */
#ifndef TESTS_FOREIGN_LOG_H
#define TESTS_FOREIGN_LOG_H

/* Why nothing may be run; NULL: there is no mistake in them, or none were given. */
const char *foreign_take(void);

#endif
