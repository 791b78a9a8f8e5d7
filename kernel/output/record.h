/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine records: the part of the log that proves itself. docs/log-format.md has the format for
 * those who read it; tools/log/ reads it with the constants of this file.
 *
 *   #~7f3a 12 test n=6 v=pass num=2244 unit=torn id=context.replace.linux-pre7.nvme.hammer
 *   #~7f3a 12 out AA=3493 BB=3456 AB*=1149 BA*=1095
 *   #~7f3a 12 . 2 89abcdef
 *
 * A block is lines that share a run's tag (7f3a) and a sequence number (12); its last line has the number
 * of those before it and the CRC-32 of their bytes, each line with one '\n'.
 */
#ifndef KERNEL_RECORD_H
#define KERNEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_VERSION 1
#define RECORD_MARK    "#~"
#define RECORD_LINE \
	480 /* characters of a line at most; a longer text goes on in a line of the same kind */

#define RECORD_UNIT "torn" /* what a test's number counts, if it does not say */

/* Verdicts; in the closing blocks their first letters. */
#define RECORD_PASS "pass"
#define RECORD_FAIL "fail"
#define RECORD_SKIP "skip"

/* The class of a failure that says nothing of what was tested. */
#define RECORD_ERROR "error"

/* Results of tests in the closing blocks: so many to a line. */
#define RECORD_RESULTS_A_LINE  8
#define RECORD_RESULTS_A_BLOCK (4 * RECORD_RESULTS_A_LINE)

/* What tells runs in one file apart: of build, seed and the time stamp counter at the hand-over. */
uint16_t record_tag(void);

/* Begin a block, or end it; one that is open is ended by the next. */
void record_begin(void);
void record_end(void);

/* A line of the open block: its kind, then what is added, each with a blank before it. */
void record_line(const char *kind);
__attribute__((format(printf, 1, 2))) void record_add(const char *format, ...);

/* Behind what was added last, without a blank. */
void record_append(const char *text);

/* A text as it stands in records: blanks as '+', and so on, as below; cut to what fits. */
void record_encode(char *out, size_t room, const char *text);

/* key=text, blanks as '+', and '+', '%' and what is not printable as %XX; no text, no key. */
void record_add_text(const char *key, const char *text);

/*
 * A block that begins with one test's result; left open for what else belongs to it. It is kept for the
 * closing blocks, too. verdict: RECORD_PASS, RECORD_FAIL or RECORD_SKIP; is_check: it passed, but is a check of our own
 * means and no reason to call the run a pass.
 */
void record_test(unsigned n, const char *id, const char *verdict, bool is_check, uint64_t number,
		 const char *unit, const char *why);

/* The closing blocks: every result once more, then the run's verdict. `planned`: 0 if nobody knew. */
void record_plan(unsigned tests, unsigned checks, bool is_open);
void record_close(const char *verdict);

#endif
