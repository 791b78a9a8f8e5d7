/* SPDX-License-Identifier: BSD-2-Clause */
/* What machines, silicon and rows are called. */
#include <stdio.h>
#include <string.h>

#include "tools/log/report.h"

/* Only digits and what stands between them in dates, or what every log might be called. */
static bool says_nothing(const char *name, size_t n)
{
	static const char *const words[] = { "log",  "logs",   "serial", "console",
					     "uart", "output", "tty",	 "run" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (n == strlen(words[i]) && !memcmp(name, words[i], n))
			return true;
	for (size_t i = 0; i < n; i++)
		if (!strchr("0123456789-_:.TZ+", name[i]))
			return false;
	return true;
}

/* "2026-11-25" or "20261125". */
static bool is_date(const char *at)
{
	static const char *const forms[] = { "20dd-dd-dd", "20dd_dd_dd", "20dddddd" };

	for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
		size_t i = 0;

		while (forms[k][i] &&
		       (forms[k][i] == 'd' ? at[i] >= '0' && at[i] <= '9' : at[i] == forms[k][i]))
			i++;
		if (!forms[k][i])
			return true;
	}
	return false;
}

/* A file's name without its ending, and without a date behind the name. */
static size_t stem(const char *base)
{
	const char *log = strstr(base, ".log"), *dot = strrchr(base, '.');
	size_t n = log && log > base		? (size_t)(log - base)
		   : dot > base && dot[1] > '9' ? (size_t)(dot - base)
						: strlen(base);

	for (size_t i = 1; i + 8 < n; i++)
		if (strchr("-_.", base[i]) && is_date(base + i + 1))
			return i;
	return n;
}

/*
 * A log does not name its machine, so its path does: the file, or, where that is called after a date or
 * nothing in particular, the innermost folder that is not.
 */
const char *report_machine(struct report *r, const char *path)
{
	const char *slash = strrchr(path, '/'), *from = slash ? slash + 1 : path;
	size_t n = stem(from);
	char name[256];

	if (says_nothing(from, n))
		while (slash && slash > path) {
			const char *folder = slash;

			while (folder > path && folder[-1] != '/')
				folder--;
			if (!says_nothing(folder, (size_t)(slash - folder))) {
				from = folder;
				n = (size_t)(slash - folder);
				break;
			}
			slash = folder > path ? folder - 1 : NULL;
		}
	snprintf(name, sizeof(name), "%.*s", (int)(n < 250 ? n : 250), from);
	return report_intern(r, name);
}

const char *report_code(struct report *r, const struct run *run)
{
	const char *vendor = !strcmp(run->vendor, "GenuineIntel")   ? "Intel"
			     : !strcmp(run->vendor, "AuthenticAMD") ? "AMD"
								    : run->vendor;

	if (!run->vendor[0])
		return "unknown";
	return arena_format(&r->arena, "%.20s %02llx-%02llx-%02llx%s", vendor,
			    (unsigned long long)run->family, (unsigned long long)run->model,
			    (unsigned long long)run->stepping,
			    run->hypervisor[0] ? " (emulated)" : "");
}

const char *row_name(const struct report *r, const struct row *row, char *text, size_t room)
{
	(void)r;
	if (row->level == LEVEL_SILICON)
		snprintf(text, room, "%s", row->silicon);
	else if (row->level == LEVEL_FIRMWARE)
		snprintf(text, room, "microcode %s \u00b7 %s \u00b7 BIOS %s",
			 row->microcode[0] ? row->microcode : "unknown",
			 row->system[0] ? row->system : "unknown system",
			 row->bios[0] ? row->bios : "unknown");
	else
		snprintf(text, room, "%s", row->machine);
	return text;
}
