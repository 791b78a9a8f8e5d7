/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the unit does where units differ, or where some break the specification: asked of it by DMA before
 * the tests. model= of the options overrides the answers.
 */
#ifndef TESTS_TRAITS_H
#define TESTS_TRAITS_H

#include "tests/litmus/bench.h"

/*
 * Ask, with every target that the bench has, and set bench->traits. Logs and records the answers. What the
 * specification forbids is kept in traits->breach, unless it is known of QEMU's unit and this is one.
 */
void traits_probe(struct bench *bench);

/* Whether the hypervisor's signature is QEMU's or KVM's: where some breaches are known, and no news. */
bool traits_is_qemu(void);

#endif
