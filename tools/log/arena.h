/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is freed all at once. Running out of it ends the program. */
#ifndef TOOLS_LOG_ARENA_H
#define TOOLS_LOG_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *chunk;
};

struct span {
	const char *at;
	size_t bytes;
};

void *arena_alloc(struct arena *arena, size_t bytes); /* zeroed, aligned for anything */
char *arena_text(struct arena *arena, const char *text, size_t bytes); /* copied, NUL behind */
__attribute__((format(printf, 2, 3))) char *arena_format(struct arena *arena, const char *format,
							 ...);
void arena_free(struct arena *arena);

/* As realloc(), but ends the program where that would return NULL. */
void *must_realloc(void *old, size_t bytes);

#endif
