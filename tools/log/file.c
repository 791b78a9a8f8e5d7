/* SPDX-License-Identifier: BSD-2-Clause */
/* A log's bytes as they were on the line: plain, compressed by gzip, or UTF-16 of a Windows program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "tools/log/run.h"

/* UTF-16 with its byte order mark, put into bytes in place; what is no Latin-1 becomes '?'. */
static size_t narrow(char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t units = bytes / 2, high;

	if (bytes < 2 || at[0] + at[1] != 0xff + 0xfe)
		return bytes;
	high = at[0] == 0xff ? 1 : 0;
	for (size_t i = 1; i < units; i++)
		text[i - 1] = at[2 * i + high] ? '?' : text[2 * i + 1 - high];
	return units - 1;
}

int log_read(const char *path, run_fn each, void *context)
{
	/* Kept from file to file: thousands are read. */
	static char *buffer;
	static size_t room;
	gzFile file = strcmp(path, "-") ? gzopen(path, "rb") : gzdopen(dup(STDIN_FILENO), "rb");
	size_t bytes = 0;
	int n, code;

	if (!file)
		return -1;
	do {
		if (bytes == room) {
			char *larger = realloc(buffer, room ? 2 * room : 1 << 20);

			if (!larger) {
				gzclose(file);
				errno = ENOMEM;
				return -1;
			}
			room = room ? 2 * room : 1 << 20;
			buffer = larger;
		}
		n = gzread(file, buffer + bytes,
			   room - bytes < 1 << 30 ? (unsigned)(room - bytes) : 1 << 30);
		bytes += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	gzerror(file, &code);
	/* One that was cut is read as far as it goes. */
	if (n < 0 && code != Z_BUF_ERROR) {
		n = code == Z_ERRNO ? errno : EBADMSG;
		gzclose(file);
		errno = n;
		return -1;
	}
	gzclose(file);
	return log_parse(path, buffer, narrow(buffer, bytes), each, context);
}
