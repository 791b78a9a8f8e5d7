/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a command to a unit failed. */
#ifndef TESTS_STATUS_H
#define TESTS_STATUS_H

#include "vtd/unit.h"

/* Why a command to a unit failed: vtd_status_text(), and of the queue what its registers and memory say. */
const char *status_text(const struct vtd_unit *unit, enum vtd_status status);

#endif
