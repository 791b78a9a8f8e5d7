/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text screen on the framebuffer that firmware left: a title, a line and a bar of progress, the
 * log's results as they come, and at the end a verdict that a phone can photograph. Without a
 * framebuffer every call does nothing.
 */
#ifndef KERNEL_SCREEN_H
#define KERNEL_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/handoff.h"

enum colour {
	COLOUR_BLACK,
	COLOUR_GREY,
	COLOUR_WHITE,
	COLOUR_GREEN,
	COLOUR_RED,
	COLOUR_AMBER,
	COLOUR_BLUE,
	COLOUR_COUNT,
};

/*
 * Clear it. False if there is none, or none that can be used: no address, a size under 320 x 200 or
 * over what can be, colour masks that are not masks.
 */
bool screen_open(const struct framebuffer *framebuffer, const char *title);

/* Text of the log, whole lines or parts of them; what a person at the machine wants is shown. */
void screen_log(const char *text);

/* From now on results only, while tests run; or everything. */
void screen_results_only(bool on);

/* The line above the bar; the bar's share in thousandths. */
void screen_progress(const char *text, unsigned permille);

/* The last screen: one word as large as fits, and lines under it, newlines between. It may be drawn anew. */
void screen_verdict(const char *word, enum colour colour, const char *lines);

#endif
