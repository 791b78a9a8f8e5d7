/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines and random numbers of made-up logs. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/synthesize.h"

uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned below(struct log *l, unsigned n)
{
	return (unsigned)(next(&l->random) % n);
}

void add_bytes(struct text *t, const char *bytes, size_t n)
{
	if (t->bytes + n + 1 > t->room) {
		t->room = 2 * t->room + n + 4096;
		t->at = realloc(t->at, t->room);
		if (!t->at)
			exit(70);
	}
	memcpy(t->at + t->bytes, bytes, n);
	t->bytes += n;
	t->at[t->bytes] = 0;
}

void add(struct text *t, const char *format, ...)
{
	char line[4096];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	add_bytes(t, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* A key's value in a line " key=value ...": where it begins; NULL: it has none. */
const char *value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	for (const char *at = line; (at = strstr(at, key)) != NULL; at++)
		if (at[-1] == ' ' && at[n] == '=')
			return at + n + 1;
	return NULL;
}

uint64_t number_in(const char *line, const char *key)
{
	const char *value = value_of(line, key);

	return value ? strtoull(value, NULL, 0) : 0;
}

/* The line with another value for a key that it has. */
void set(char *line, size_t room, const char *key, const char *value)
{
	char *at = (char *)value_of(line, key);
	char rest[RECORD_LINE * 2];

	if (!at)
		return;
	snprintf(rest, sizeof(rest), "%s", at + strcspn(at, " "));
	snprintf(at, room - (size_t)(at - line), "%s%s", value, rest);
}

void set_number(char *line, size_t room, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	set(line, room, key, text);
}

/* The same of a key that may have been left out, as 0. What stands behind the word "out" is no key. */
void put_number(char *line, size_t room, const char *key, uint64_t value)
{
	char rest[RECORD_LINE * 2], *out = strstr(line, " out ");
	size_t at = out ? (size_t)(out - line) : strlen(line);

	if (value_of(line, key)) {
		set_number(line, room, key, value);
	} else if (value) {
		snprintf(rest, sizeof(rest), "%s", line + at);
		snprintf(line + at, room - at, " %s=%" PRIu64 "%s", key, value, rest);
	}
}

/* The key and its value go away. */
void cut(char *line, const char *key)
{
	char *at = (char *)value_of(line, key);
	const char *end;

	if (!at)
		return;
	end = at + strcspn(at, " ");
	at -= strlen(key) + 2;
	memmove(at, end, strlen(end) + 1);
}

/* As record_add_text() writes it. */
void set_text(char *line, size_t room, const char *key, const char *value)
{
	char text[RECORD_LINE];
	size_t n = 0;

	for (; *value && n + 4 < sizeof(text) / 2; value++)
		if (*value == ' ')
			text[n++] = '+';
		else if (*value > ' ' && *value <= '~' && *value != '+' && *value != '%')
			text[n++] = *value;
		else
			n += (size_t)sprintf(text + n, "%%%02x", (unsigned char)*value);
	text[n] = 0;
	set(line, room, key, text);
}

const char *hostile(const struct log *l, const char *text)
{
	return l->hostile
		       ? "<script>alert(1)</script>\"'><img src=http://example.com/x onerror=alert(2)>&amp;\xe2\x80\xae"
		       : text;
}
