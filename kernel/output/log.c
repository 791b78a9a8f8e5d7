/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: each text goes to the serial consoles and to the screen. */
#include "kernel/output/log.h"
#include "kernel/output/console.h"
#include "kernel/lib/format.h"
#include "kernel/output/screen.h"

void log_text(const char *text)
{
	console_write(text);
	screen_log(text);
}

static void log_v(const char *before, const char *format, va_list arguments, const char *after)
{
	char line[1024];
	size_t n = format_v(line, sizeof(line), format, arguments);

	log_text(before);
	log_text(line);
	log_text(n >= sizeof(line) ? "...\n" : after);
}

void log_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_v("", format, arguments, "");
	va_end(arguments);
}

void log_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_v("# ", format, arguments, "\n");
	va_end(arguments);
}
