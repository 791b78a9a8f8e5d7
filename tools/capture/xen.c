/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"
#include "tools/capture/xen.h"

#define UNIT	  0xfed90000 /* of QEMU's unit; Xen hides the DMAR table */
#define MEGABYTES 2048

char *xen_of_file(const char *path, const char *work)
{
	const char *const gunzip[] = { "gzip", "-dc", path, NULL };
	char *bytes, *copy = text_of("%s/xen", work);
	size_t length;
	FILE *out;

	if (!read_whole(path, &bytes, &length))
		fail("--xen %s: %s", path, strerror(errno));
	if (length > 2 && !memcmp(bytes, "\x1f\x8b", 2) &&
	    !command_run(gunzip, NULL, &bytes, &length))
		fail("--xen %s: gzip cannot unpack it", path);
	if (length < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG "\x01", 5) ||
	    !memmem(bytes, length, "Xen version", 11))
		fail("--xen %s: no Xen for x86 (xen-*.gz of /boot, or the 32-bit ELF file in it; the .efi is for firmware)",
		     path);
	out = fopen(copy, "w");
	if (!out || fwrite(bytes, 1, length, out) != length || fclose(out))
		fail("%s: %s", copy, strerror(errno));
	return copy;
}

/* QEMU takes a list of files with their arguments, where a comma ends each: of the arguments' own it wants two. */
static void double_commas(char *to, size_t room, const char *from)
{
	size_t n = 0;

	for (; *from && n + 2 < room; from++) {
		to[n++] = *from;
		if (*from == ',')
			to[n++] = ',';
	}
	to[n] = 0;
}

void xen_under(struct machine *m, const char *image, const char *append, const char *work)
{
	char *kernel = text_of("%s/dom0", work), words[2000]; /* no blank in its path */

	if (symlink(m->image, kernel))
		fail("%s: %s", kernel, strerror(errno));
	double_commas(words, sizeof(words), append ? append : "");
	m->image = image;
	m->initramfs = text_of("%s console=hvc0 quiet panic=1 %s,%s", kernel, words, m->initramfs);
	m->command_line = "console=com1 com1=115200 iommu=verbose,force dom0_mem=768M";
	if (m->megabytes < MEGABYTES)
		m->megabytes = MEGABYTES;
	if (!m->unit_address)
		m->unit_address = UNIT;
}

char *xen_title(const char *folder)
{
	static const char word[] = "Xen version ";
	char *console, *at;
	size_t length;

	if (!read_whole(text_of("%s/console", folder), &console, &length) ||
	    !(at = strstr(console, word)))
		return text_of("Xen");
	at += sizeof(word) - 1;
	if (!memchr(at, ')', strcspn(at, "\n")))
		return text_of("Xen %.*s", (int)strcspn(at, " \n"), at);
	return text_of("Xen %.*s)", (int)strcspn(at, ")"), at);
}
