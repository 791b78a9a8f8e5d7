/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores of more than 64 bits: which the processor has, and what it promises of them. */
#ifndef TESTS_STORES_H
#define TESTS_STORES_H

#include "tests/litmus/sequence.h"

bool stores_have_256(void); /* AVX */

/* Why the processor cannot do these steps; NULL: it can. */
const char *stores_lack(const struct step *steps, size_t count);

/*
 * Whether a 16-byte vector store may be seen in parts: only processors with AVX promise that it is not (SDM volume 3,
 * 9.1.1), and QEMU's TCG promises nothing.
 */
bool stores_split_vectors(void);

/* Whether any of the steps uses vector registers, which are off until cpu_enable_vectors(). */
bool stores_use_vectors(const struct step *steps, size_t count);

#endif
