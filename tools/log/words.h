/* SPDX-License-Identifier: BSD-2-Clause */
/* Words "key=value" of a record's line (docs/log-format.md), and what their values say. */
#ifndef TOOLS_LOG_WORDS_H
#define TOOLS_LOG_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/log/arena.h"

struct word {
	struct span key, value;
};

/* The next word of a line, which then begins after it; a word without '=' has an empty value. */
bool word_next(struct span *line, struct word *w);
bool word_is(struct span s, const char *text);
/* Decimal, or hexadecimal with "0x" before it; 0 for what is neither or does not fit. */
uint64_t word_number(struct span s);
/* 'p', 'f', 's' of "pass", "fail", "skip"; 0 of anything else. */
char word_letter(struct span s);
/* The value of a hexadecimal digit in lower case; -1: it is none. */
int word_nibble(char c);
/* What record_add_text() wrote, after `before` (NULL: nothing): a long text comes in several lines. */
const char *word_text(struct arena *arena, const char *before, struct span s);
/* The same of a text of several lines. */
const char *word_lines(struct arena *arena, const char *before, struct span s);
void word_copy(char *to, size_t room, struct span s);

/* A table of keys: where a number (uint64_t) or a text (const char *) goes. */
struct field {
	const char *key;
	size_t offset;
	bool is_text;
};
bool word_put(struct arena *arena, void *into, const struct field *fields, size_t count,
	      const struct word *w);

#define NUMBER_FIELD(key, type, member)                   \
	{                                                 \
		key, offsetof(struct type, member), false \
	}
#define TEXT_FIELD(key, type, member)                    \
	{                                                \
		key, offsetof(struct type, member), true \
	}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
