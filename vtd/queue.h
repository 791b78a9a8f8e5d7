/* SPDX-License-Identifier: BSD-2-Clause */
/* The invalidation interface, taken up and down, and the state of its queue (section 6.5.2). */
#ifndef VTD_QUEUE_H
#define VTD_QUEUE_H

#include "vtd/unit.h"

/* Take one interface up, with an empty queue; down again. Units of version 6 and later have no register-based one. */
enum vtd_status vtd_invalidation_open(struct vtd_unit *unit, enum vtd_invalidation how);
enum vtd_status vtd_invalidation_close(struct vtd_unit *unit);

/*
 * For self-checks: the queue off, and requests given by registers (section 6.5.1) until it is on again. Tables of
 * legacy mode, and no interrupts remapped: the rest is the queue's.
 */
enum vtd_status vtd_invalidation_use_registers(struct vtd_unit *unit);
enum vtd_status vtd_invalidation_use_queue(struct vtd_unit *unit);

/* VTD_QUEUE_ERROR if the unit told of an error that did not stop it: FSTS.ICE, cleared then. */
enum vtd_status vtd_queue_check(struct vtd_unit *unit);

/* Start the queue anew after VTD_QUEUE_ERROR or VTD_TIMEOUT; what was pending is lost. */
enum vtd_status vtd_queue_restart(struct vtd_unit *unit);

/* For a self-check: with descriptors of 128 bits, whatever the mode of the tables. vtd_queue_restart() ends it. */
enum vtd_status vtd_queue_restart_narrow(struct vtd_unit *unit);

/*
 * For a self-check: the queue in these 2^order pages (IQA.QS), empty. A queue that cannot be turned off stays where it is. Back
 * where it was: with its own page, and 0.
 */
enum vtd_status vtd_queue_move(struct vtd_unit *unit, uint64_t *pages, unsigned order);

/* Where the unit is in the queue: the offsets IQH and IQT; there is a queue. */
struct vtd_queue_place {
	uint64_t head, tail;
};
struct vtd_queue_place vtd_queue_where(const struct vtd_unit *unit);

/* What stopped it, after VTD_QUEUE_ERROR (section 6.5.2.11). */
const char *vtd_queue_error_text(const struct vtd_unit *unit);

#endif
