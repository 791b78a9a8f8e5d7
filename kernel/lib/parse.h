/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers, words and lists in texts that a person wrote, as in options. */
#ifndef KERNEL_PARSE_H
#define KERNEL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal or 0x number up to `max`, the whole text. */
bool parse_number(const char *text, uint64_t max, uint64_t *out);

/* Seconds with up to three decimals, to milliseconds; not 0, and a day at most. */
bool parse_seconds(const char *text, uint32_t *ms);

/* One of the words in `words` (each NUL-terminated, an empty one ends): its index, else -1. */
int parse_choice(const char *text, const char *words);

/*
 * Take the next item of a list with commas between into `item`, one that is too long cut to what
 * cannot be right; false after the last. An empty item is one, too: nobody accepts it.
 */
bool parse_item(const char **list, char *item, size_t room);

/* What follows `prefix` in `text`; NULL if it does not begin so. */
const char *parse_after(const char *text, const char *prefix);

#endif
