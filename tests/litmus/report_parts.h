/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the report share: report.c, report_record.c, report_tally.c. */
#ifndef TESTS_REPORT_PARTS_H
#define TESTS_REPORT_PARTS_H

#include "kernel/time.h"
#include "tests/litmus/predict.h"

static inline uint64_t report_us(uint64_t ticks)
{
	return time_ticks_to_ns(ticks) / 1000;
}

/* Into the open block what was kept for this result (report_keep(), report_extra()); nothing is kept after that. */
void report_pending(void);

/* What was kept of its prediction; NULL: there was none. */
const struct prediction *report_predicted(void);

#endif
