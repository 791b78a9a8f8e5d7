/* SPDX-License-Identifier: BSD-2-Clause */
/* A log's bytes as they were on the line: plain, compressed by gzip, or UTF-16 of a Windows program. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tools/log/run.h"

/* Kept from file to file: thousands are read. */
struct buffer {
	char *at;
	size_t bytes, room;
};

static bool grow(struct buffer *b)
{
	size_t room = b->room ? 2 * b->room : 1 << 20;
	char *larger = realloc(b->at, room);

	if (!larger) {
		errno = ENOMEM;
		return false;
	}
	b->at = larger;
	b->room = room;
	return true;
}

static bool read_all(const char *path, struct buffer *b)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	bool ok = file;
	size_t n = 1;

	b->bytes = 0;
	while (ok && n) {
		if (b->bytes == b->room)
			ok = grow(b);
		n = ok ? fread(b->at + b->bytes, 1, b->room - b->bytes, file) : 0;
		b->bytes += n;
	}
	ok = ok && !ferror(file);
	if (file && file != stdin) {
		int error = errno;

		fclose(file);
		errno = error;
	}
	return ok;
}

static bool is_gzip(const char *at, size_t bytes)
{
	return bytes > 2 && !memcmp(at, "\x1f\x8b\x08", 3);
}

/*
 * All members, one after the other; what follows them plainly was added by somebody who did not know, and
 * counts, too. One that was cut is read as far as it goes.
 */
static bool expand(const struct buffer *from, struct buffer *to)
{
	z_stream z = { 0 };
	size_t at = 0;
	int code = Z_OK;

	to->bytes = 0;
	if (inflateInit2(&z, 15 + 16) != Z_OK) {
		errno = ENOMEM;
		return false;
	}
	while (is_gzip(from->at + at, from->bytes - at)) {
		inflateReset(&z);
		do {
			size_t left = from->bytes - at, room;

			if (to->bytes == to->room && !grow(to)) {
				inflateEnd(&z);
				return false;
			}
			room = to->room - to->bytes;
			z.next_in = (Bytef *)(from->at + at);
			z.avail_in = left < UINT_MAX ? (uInt)left : UINT_MAX;
			z.next_out = (Bytef *)(to->at + to->bytes);
			z.avail_out = room < UINT_MAX ? (uInt)room : UINT_MAX;
			code = inflate(&z, Z_NO_FLUSH);
			at = (size_t)((const char *)z.next_in - from->at);
			to->bytes = (size_t)((char *)z.next_out - to->at);
		} while (code == Z_OK);
		if (code != Z_STREAM_END)
			break;
	}
	inflateEnd(&z);
	if (code != Z_STREAM_END && code != Z_BUF_ERROR) {
		errno = code == Z_MEM_ERROR ? ENOMEM : EBADMSG;
		return false;
	}
	for (; code == Z_STREAM_END && at < from->bytes; at++) {
		if (to->bytes == to->room && !grow(to))
			return false;
		to->at[to->bytes++] = from->at[at];
	}
	return true;
}

/* UTF-16 with its byte order mark, put into bytes in place; what is no Latin-1 becomes '?'. */
static size_t narrow(char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t units = bytes / 2, high;

	if (bytes < 2 || at[0] + at[1] != 0xff + 0xfe || at[0] < 0xfe)
		return bytes;
	high = at[0] == 0xff;
	for (size_t i = 1; i < units; i++)
		text[i - 1] = at[2 * i + high] ? '?' : text[2 * i + !high];
	return units - 1;
}

int log_read(const char *path, run_fn each, void *context)
{
	static struct buffer raw, expanded;
	struct buffer *b = &raw;

	if (!read_all(path, &raw))
		return -1;
	if (is_gzip(raw.at, raw.bytes)) {
		if (!expand(&raw, &expanded))
			return -1;
		b = &expanded;
	}
	return log_parse(path, b->at, log_without_escapes(b->at, narrow(b->at, b->bytes)), each,
			 context);
}
