/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture as it lies in its folder: records, console, symbols.gz, about. */
#ifndef TOOLS_CAPTURE_FOLDER_H
#define TOOLS_CAPTURE_FOLDER_H

#include <stdbool.h>

#include "tools/capture/records.h"
#include "tools/capture/symbols.h"

struct folder {
	const char *path;
	struct records records;
	struct symbols symbols;
	char *what, *kernel, *mode, *qemu; /* of about; "" where it does not say */
	bool caching_mode, paging;
	double seconds, cpu_seconds;
	bool ended;	   /* by the console: the workload came to its end */
	bool crash_kernel; /* by the console: it ran */
	const char *
		crashed; /* by the console: the lines where the kernel crashed by itself; NULL: it did not */
	bool has_units, has_tables; /* by the records */
};

/*
 * Read one. `path` may be a file of records alone, too. Ends the program if there is none; `lenient`: one that was just
 * made may lack anything.
 */
void folder_open(struct folder *f, const char *path, bool lenient);

/* A folder for work, removed when the program ends, however it does. */
void folder_remove_at_exit(const char *path);

#endif
