/* SPDX-License-Identifier: BSD-2-Clause */
/* An archive in the form that Linux takes as its first file system (cpio "newc"; Documentation/driver-api/early-userspace). */
#ifndef TOOLS_CAPTURE_CPIO_H
#define TOOLS_CAPTURE_CPIO_H

#include <stdio.h>
#include <sys/stat.h>

/* `mode` has the type: S_IFREG | 0755, S_IFDIR | 0755, S_IFLNK | 0777 (bytes: where it leads). Owned by root. */
void cpio_add(FILE *out, const char *name, mode_t mode, const void *bytes, size_t length);
void cpio_end(FILE *out);

#endif
