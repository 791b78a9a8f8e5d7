/* SPDX-License-Identifier: BSD-2-Clause */
/* The check page-requests: recoverable faults of a device with ATS, and what the unit makes of them (chapter 7.4 to 7.8). */
#ifndef TESTS_PAGE_REQUESTS_H
#define TESTS_PAGE_REQUESTS_H

#include "tests/litmus/bench.h"

/* Whether the device can send any: else there is no such test of it. */
bool page_requests_are_sent_by(const struct bench *bench);

/* `other`: another device of the unit, which must get none of its responses; NULL: there is none. */
void check_page_requests(struct bench *bench, struct bench *other, const char *id);

#endif
