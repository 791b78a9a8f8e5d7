/* SPDX-License-Identifier: BSD-2-Clause */
/* Translation on and off (sections 6.6 and 11.4.4). */
#ifndef VTD_SWITCH_H
#define VTD_SWITCH_H

#include "vtd/unit.h"

/*
 * Take down what firmware left on, in the specification's order: translation, interrupt remapping,
 * queued invalidation; the fault event is masked and old faults are cleared. Protected memory
 * regions stay until vtd_unit_enable(), which has tables in use.
 */
enum vtd_status vtd_unit_take_over(struct vtd_unit *unit);

/* Set up invalidation, an empty root table, and translation on (sections 6.6 and 11.4.4). */
enum vtd_status vtd_unit_enable(struct vtd_unit *unit, enum vtd_invalidation how);
enum vtd_status vtd_unit_disable(struct vtd_unit *unit);

/*
 * Make another root table the current one, in legacy or scalable mode; translation is off for a moment. The
 * interface for invalidation stays the one in use.
 */
enum vtd_status vtd_unit_set_root(struct vtd_unit *unit, uint64_t *root, bool scalable);

/*
 * Another root table while translation is on: RTADDR and SRTP alone, and nothing invalidated (section 6.6). The mode
 * (TTM) must be the one before. What software takes for the root table stays as it is.
 */
enum vtd_status vtd_unit_set_root_register(struct vtd_unit *unit, uint64_t value);

/* For self-checks: write RTADDR and nothing else. The unit must not look at it before SRTP (section 11.4.4). */
void vtd_unit_write_root(struct vtd_unit *unit, const uint64_t *root);

#endif
