/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"
#include "tools/capture/folder.h"

/* "key: value", a line each. */
static char *value_of(const char *about, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = about; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, key, length) && !strncmp(at + length, ": ", 2))
			return need(strndup(at + length + 2, strcspn(at + length + 2, "\n")));
	return need(strdup(""));
}

static void read_about(struct folder *f, const char *about)
{
	f->what = value_of(about, "what");
	f->kernel = value_of(about, "kernel");
	f->mode = value_of(about, "mode");
	f->qemu = value_of(about, "qemu");
	f->caching_mode = !strcmp(value_of(about, "caching-mode"), "on");
	f->paging = !strcmp(value_of(about, "paging"), "on");
	f->seconds = atof(value_of(about, "seconds"));
	f->cpu_seconds = atof(value_of(about, "cpu-seconds"));
}

#define LINES_BEFORE 3
#define LINES_AFTER  16

/* Some lines of the console around one place. */
static char *lines_around(const char *console, const char *at)
{
	const char *end = at;

	for (unsigned n = 0; n <= LINES_BEFORE && at > console; n++)
		while (at > console && *--at != '\n')
			;
	for (unsigned n = 0; n <= LINES_AFTER && *end; n++)
		end += strcspn(end, "\n") + !!strchr(end, '\n');
	at += *at == '\n';
	return need(strndup(at, (size_t)(end - at)));
}

/* The first place between these where the kernel crashed by itself, or NULL; to: NULL: to the end. */
static const char *find_crash(const char *from, const char *to)
{
	static const char *const words[] = { "Kernel panic", "Oops:", "Panic on CPU" };
	const char *first = NULL;

	for (size_t i = 0; from && i < sizeof(words) / sizeof(words[0]); i++) {
		const char *at = strstr(from, words[i]);

		if (at && (!to || at < to) && (!first || at < first))
			first = at;
	}
	return first;
}

/* With --crash the kernel crashes for us after "@@ crash now"; before that, and in the crash kernel, it should not. */
static void read_console(struct folder *f, const char *console)
{
	const char *crash_kernel = strstr(console, "@@ phase crash kernel");
	const char *crash = find_crash(console, strstr(console, "@@ crash now"));

	if (!crash)
		crash = find_crash(crash_kernel, NULL);
	f->ended = strstr(console, "@@ end");
	f->crash_kernel = crash_kernel;
	f->crashed = crash ? lines_around(console, crash) : NULL;
}

void folder_open(struct folder *f, const char *path, bool lenient)
{
	struct stat s;
	bool alone = !stat(path, &s) && !S_ISDIR(s.st_mode);
	const char *records = alone ? path : text_of("%s/records", path);
	FILE *file = fopen(records, "r");
	char error[200], *text;
	size_t length;

	memset(f, 0, sizeof(*f));
	f->path = path;
	if (!file && !lenient)
		fail("%s: no capture: %s", records, strerror(errno));
	if (file && !records_read(file, &f->records, error, sizeof(error)) && !lenient)
		fail("%s: %s", records, error);
	if (file)
		fclose(file);
	read_about(f, !alone && read_whole(text_of("%s/about", path), &text, &length) ? text : "");
	read_console(f,
		     !alone && read_whole(text_of("%s/console", path), &text, &length) ? text : "");
	if (!alone)
		symbols_read(&f->symbols, text_of("%s/symbols.gz", path));
	for (size_t i = 0; i < f->records.count; i++) {
		f->has_units |= f->records.list[i].type == 'M' || f->records.list[i].type == 'Q';
		f->has_tables |= f->records.list[i].type == 'T';
	}
}

static const char *to_remove;

static void remove_it(void)
{
	remove_folder(to_remove);
}

void folder_remove_at_exit(const char *path)
{
	to_remove = need(strdup(path));
	atexit(remove_it);
}
