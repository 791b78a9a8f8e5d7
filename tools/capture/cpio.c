/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "tools/capture/cpio.h"

static void pad(FILE *out)
{
	while (ftell(out) % 4)
		fputc(0, out);
}

void cpio_add(FILE *out, const char *name, mode_t mode, const void *bytes, size_t length)
{
	static unsigned inode;

	fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++inode,
		(unsigned)mode, 0, 0, 1, 0, (unsigned)length, 0, 0, 0, 0,
		(unsigned)strlen(name) + 1, 0);
	fwrite(name, 1, strlen(name) + 1, out);
	pad(out);
	fwrite(bytes, 1, length, out);
	pad(out);
}

void cpio_end(FILE *out)
{
	cpio_add(out, "TRAILER!!!", 0, "", 0);
}
