/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/capture/capture.h"

void fail(const char *format, ...)
{
	va_list arguments;

	fputs("vtd-capture: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(BAD_USAGE);
}

void *need(void *pointer)
{
	if (!pointer)
		fail("out of memory");
	return pointer;
}

char *text_of(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		fail("out of memory");
	va_end(arguments);
	return text;
}
