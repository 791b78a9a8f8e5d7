/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and string functions. */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include <stdbool.h>
#include <stddef.h>

/* The C library's, as the compiler expects to find them. */
void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

/* Whether `text` matches `pattern`, in which '*' stands for any run and '?' for any character. */
bool glob_match(const char *pattern, const char *text);

#endif
