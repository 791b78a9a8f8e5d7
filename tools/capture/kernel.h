/* SPDX-License-Identifier: BSD-2-Clause */
/* A Linux kernel to be run, its modules, and the first file system that it gets. */
#ifndef TOOLS_CAPTURE_KERNEL_H
#define TOOLS_CAPTURE_KERNEL_H

#include <stdbool.h>

struct kernel {
	char *image;   /* a bzImage */
	char *version; /* "6.1.0-47-amd64" */
	char *title;   /* "6.1.0-47-amd64 (Debian 6.1.170-3)" */
	char *modules; /* lib/modules/VERSION, or NULL: what is needed is built in */
};

/* A file; `modules`: where its modules are, or NULL: looked for beside it. Ends the program if it is no kernel. */
struct kernel kernel_of_file(const char *path, const char *modules);

/* A package of Debian's or Ubuntu's, by name (fetched by apt-get) or a .deb file; unpacked below `work`. */
struct kernel kernel_of_package(const char *package, const char *work);

/* A busybox that needs no libraries: this system's, or that of the package busybox-static, unpacked below `work`. */
char *find_busybox(const char *work);

/*
 * The first file system: busybox, the modules that the workload needs in the order in which they are to be loaded,
 * `init` and the files of `scripts` (run at the end of the workload). `crash`: the first file system of the crash kernel
 * that is started last, the same kernel; NULL: none is. `xen`: it is dom0's.
 */
void write_initramfs(const char *path, const struct kernel *kernel, const char *busybox,
		     char *const *scripts, unsigned script_count, const char *crash, bool xen);

#endif
