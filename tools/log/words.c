/* SPDX-License-Identifier: BSD-2-Clause */
/* Words "key=value" of a record's line, and what their values say. */
#include <string.h>

#include "kernel/output/record.h"
#include "tools/log/words.h"

bool word_next(struct span *line, struct word *w)
{
	const char *blank, *equals;

	while (line->bytes && *line->at == ' ') {
		line->at++;
		line->bytes--;
	}
	if (!line->bytes)
		return false;
	blank = memchr(line->at, ' ', line->bytes);
	w->key = (struct span){ line->at, blank ? (size_t)(blank - line->at) : line->bytes };
	line->at += w->key.bytes;
	line->bytes -= w->key.bytes;
	equals = memchr(w->key.at, '=', w->key.bytes);
	w->value = (struct span){ w->key.at + w->key.bytes, 0 };
	if (equals) {
		w->value.bytes = (size_t)(w->value.at - equals) - 1;
		w->value.at = equals + 1;
		w->key.bytes = (size_t)(equals - w->key.at);
	}
	return true;
}

bool word_is(struct span s, const char *text)
{
	return s.bytes == strlen(text) && !memcmp(s.at, text, s.bytes);
}

uint64_t word_number(struct span s)
{
	bool is_hex = s.bytes > 2 && s.at[0] == '0' && s.at[1] == 'x';
	uint64_t value = 0;

	if (s.bytes > 20)
		return 0;
	for (size_t i = is_hex ? 2 : 0; i < s.bytes; i++) {
		unsigned digit = (unsigned char)s.at[i];

		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if (is_hex && digit >= 'a' && digit <= 'f')
			digit -= 'a' - 10;
		else
			return 0;
		if (__builtin_mul_overflow(value, is_hex ? 16 : 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return 0;
	}
	return value;
}

int word_nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *decode(struct arena *arena, const char *before, struct span s, bool lines)
{
	size_t n = before ? strlen(before) : 0;
	char *out = arena_alloc(arena, n + s.bytes + 1);

	if (n)
		memcpy(out, before, n);
	for (size_t i = 0; i < s.bytes; i++) {
		char c = s.at[i];

		if (c == '+')
			c = ' ';
		else if (c == '%' && i + 2 < s.bytes && word_nibble(s.at[i + 1]) >= 0 &&
			 word_nibble(s.at[i + 2]) >= 0) {
			c = (char)(word_nibble(s.at[i + 1]) << 4 | word_nibble(s.at[i + 2]));
			i += 2;
		}
		/* A NUL or a control character would end, or break, what we print. */
		if ((unsigned char)c < ' ' || c == 0x7f)
			c = lines && c == '\n' ? c : '?';
		out[n++] = c;
	}
	return out;
}

const char *word_text(struct arena *arena, const char *before, struct span s)
{
	return decode(arena, before, s, false);
}

const char *word_lines(struct arena *arena, const char *before, struct span s)
{
	return decode(arena, before, s, true);
}

void word_copy(char *to, size_t room, struct span s)
{
	size_t n = s.bytes < room - 1 ? s.bytes : room - 1;

	memcpy(to, s.at, n);
	to[n] = 0;
}

bool word_put(struct arena *arena, void *into, const struct field *fields, size_t count,
	      const struct word *w)
{
	for (size_t i = 0; i < count; i++) {
		char *at = (char *)into + fields[i].offset;

		if (!word_is(w->key, fields[i].key))
			continue;
		if (fields[i].is_text) {
			const char **text = (const char **)(void *)at;

			*text = word_text(arena, *text, w->value);
		} else {
			uint64_t value = word_number(w->value);

			memcpy(at, &value, sizeof(value));
		}
		return true;
	}
	return false;
}

char word_letter(struct span s)
{
	return word_is(s, RECORD_PASS)	 ? 'p'
	       : word_is(s, RECORD_FAIL) ? 'f'
	       : word_is(s, RECORD_SKIP) ? 's'
					 : 0;
}
