/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences from outside: what a run brings along in vtd-litmus.seq, in the notation (docs/notation.md). They take part
 * like those of the catalogue. Pure but for the fixed room that they are kept in: nothing is allocated or printed.
 */
#ifndef TESTS_FOREIGN_H
#define TESTS_FOREIGN_H

#include "tests/litmus/notation.h"

#define FOREIGN_MAX  32
#define FOREIGN_TEXT 16384 /* characters of one, as it is printed */

/*
 * Read all of a text. False: `problem` says what is wrong and where, and none is kept. `file` is for that message.
 *
 * In the names of tests each is called NAME_HASH: HASH is the CRC-32 of its text as notation_print() has it, eight
 * hexadecimal digits. A name of the catalogue has no "_", so none can be the same; and two logs have the same name
 * for the same content only.
 */
bool foreign_read(const char *text, size_t bytes, const char *file, char *problem, size_t room);

size_t foreign_count(void);

/* The text of one, as it goes into the log: with its own name. */
const char *foreign_text(size_t index, char text[FOREIGN_TEXT]);

/* All sequences of the run: those of the catalogue, then those from outside. */
size_t all_sequences(void);
const struct sequence *sequence_at(size_t index);
size_t sequence_index(const struct sequence *sequence);

#endif
