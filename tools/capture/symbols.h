/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of a kernel by their addresses. */
#ifndef TOOLS_CAPTURE_SYMBOLS_H
#define TOOLS_CAPTURE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
	uint64_t address;
	char *name;
};

struct symbols {
	struct symbol *list; /* sorted */
	size_t count;
};

/* /proc/kallsyms, System.map or what nm prints, compressed by gzip or not. False: there is none. */
bool symbols_read(struct symbols *s, const char *path);

/* The lines themselves. */
void symbols_parse(struct symbols *s, char *text);

/*
 * The function that holds an address, without what a compiler appends to a name (".isra.0"); where none is known the
 * address itself. The text stays.
 */
const char *symbols_name(const struct symbols *s, uint64_t address);

/* Where the function that holds an address begins, 0 where none is known. */
uint64_t symbols_start(const struct symbols *s, uint64_t address);

#endif
