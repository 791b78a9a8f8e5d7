/* SPDX-License-Identifier: BSD-2-Clause */
/* The log. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

/*
 * One call, one text to the serial consoles and, what a person wants of it, to the screen; '\n' goes
 * out as CR LF. One processor logs at a time: the boot processor, or the driver while it runs the
 * tests; but for a panic. With no console the text is lost, and the run goes on. A line is cut at
 * 1023 characters; log_text() takes any length.
 */
__attribute__((format(printf, 1, 2))) void log_printf(const char *format, ...);

/* A diagnostic line: "# " before it, a newline behind it. */
__attribute__((format(printf, 1, 2))) void log_note(const char *format, ...);

void log_text(const char *text);

/* How notes begin that say why something failed: the screen has them in red. */
#define LOG_FAILURE  "  FAIL"  /* of what was tested */
#define LOG_ERROR    "  ERROR" /* of device, machine or tool */
#define LOG_PANIC    "panic"
#define LOG_WATCHDOG "watchdog"
#define LOG_PLACE    "  rip" /* of the processor that trapped */

#endif
