/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is freed as a whole. */
#include "tools/log/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)

struct arena_chunk {
	struct arena_chunk *before;
	size_t used, room;
	_Alignas(16) char bytes[];
};

void *must_realloc(void *old, size_t bytes)
{
	void *new = realloc(old, bytes);

	if (!new &&bytes) {
		fputs("vtd-log: out of memory\n", stderr);
		exit(70);
	}
	return new;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	struct arena_chunk *c = arena->chunk;
	void *out;

	bytes = (bytes + 15) & ~(size_t)15;
	if (!c || c->room - c->used < bytes) {
		size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

		c = must_realloc(NULL, sizeof(*c) + room);
		*c = (struct arena_chunk){ .before = arena->chunk, .room = room };
		arena->chunk = c;
	}
	out = c->bytes + c->used;
	c->used += bytes;
	return memset(out, 0, bytes);
}

char *arena_text(struct arena *arena, const char *text, size_t bytes)
{
	char *out = arena_alloc(arena, bytes + 1);

	memcpy(out, text, bytes);
	return out;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *out;
	int n;

	va_start(arguments, format);
	n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	out = arena_alloc(arena, (size_t)n + 1);
	va_start(arguments, format);
	vsnprintf(out, (size_t)n + 1, format, arguments);
	va_end(arguments);
	return out;
}

void arena_free(struct arena *arena)
{
	while (arena->chunk) {
		struct arena_chunk *before = arena->chunk->before;

		free(arena->chunk);
		arena->chunk = before;
	}
}
