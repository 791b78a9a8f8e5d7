/* SPDX-License-Identifier: BSD-2-Clause */
/* What a terminal program adds to a log that it saves: colours and moves of the cursor. Nothing of the log is lost by them. */
#include "tools/log/run.h"

/* ECMA-48, 5.4 (control sequences) and 5.6 (strings); ECMA-35, 13.2 (others). 0: no escape sequence begins here. */
static size_t escape_bytes(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *from = at;
	unsigned char kind;

	if (end - at < 2 || *at != 0x1b)
		return 0;
	kind = at[1];
	if (kind == ']') { /* up to BEL or ESC \, such as a window's title */
		for (at += 2; at < end && *at >= ' '; at++)
			;
		if (at < end && *at == 7)
			return (size_t)(at + 1 - from);
		return end - at >= 2 && *at == 0x1b && at[1] == '\\' ? (size_t)(at + 2 - from) : 0;
	}
	at += kind == '[' ? 2 : 1;
	while (kind == '[' && at < end && *at >= 0x30 && *at <= 0x3f)
		at++;
	while (at < end && *at >= 0x20 && *at <= 0x2f)
		at++;
	return at < end && *at >= (kind == '[' ? 0x40 : 0x30) && *at <= 0x7e
		       ? (size_t)(at + 1 - from)
		       : 0;
}

size_t log_without_escapes(char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + bytes;
	size_t kept = 0;

	while (at < end) {
		size_t escape = escape_bytes(at, end);

		if (!escape)
			text[kept++] = (char)*at++;
		at += escape;
	}
	return kept;
}
