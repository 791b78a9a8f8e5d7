/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"
#include "tools/capture/kernel.h"

static bool is_folder(const char *path)
{
	struct stat s;

	return !stat(path, &s) && S_ISDIR(s.st_mode);
}

/* The set-up header of a bzImage: "HdrS" at 0x202, at 0x20e where, less 0x200, its version is (Documentation/arch/x86/boot). */
static void read_version(struct kernel *k, const char *path)
{
	char *bytes, *debian;
	size_t length, at;

	if (!read_whole(path, &bytes, &length))
		fail("%s: %s", path, strerror(errno));
	if (length < 0x1000 || memcmp(bytes + 0x202, "HdrS", 4))
		fail("%s: no Linux kernel for x86 (a bzImage, arch/x86/boot/bzImage of a build or /boot/vmlinuz-*); "
		     "vmlinux, the ELF file, is not booted",
		     path);
	at = ((uint8_t)bytes[0x20e] | (size_t)(uint8_t)bytes[0x20f] << 8) + 0x200;
	if (at >= length || !memchr(bytes + at, 0, length - at))
		fail("%s: a kernel without a version", path);
	k->version = need(strndup(bytes + at, strcspn(bytes + at, " ")));
	/* "6.1.0-47-amd64 (...) #1 SMP PREEMPT_DYNAMIC Debian 6.1.170-3 (2026-...)": the number of the sources is there alone. */
	debian = strstr(bytes + at, "Debian ");
	k->title = debian ? text_of("%s (%.*s)", k->version, (int)(7 + strcspn(debian + 7, " ")),
				    debian)
			  : k->version;
	free(bytes);
}

struct kernel kernel_of_file(const char *path, const char *modules)
{
	struct kernel k = { .image = need(realpath(path, NULL) ?: strdup(path)) };
	char *folder;

	read_version(&k, path);
	if (modules && !is_folder(modules))
		fail("--modules %s: no such folder", modules);
	if (modules && access(text_of("%s/kernel", modules), F_OK) &&
	    is_folder(text_of("%s/lib/modules/%s", modules, k.version)))
		modules = text_of("%s/lib/modules/%s", modules, k.version);
	if (modules) {
		k.modules = need(strdup(modules));
		return k;
	}
	folder = dirname(need(strdup(k.image)));
	const char *const places[] = {
		text_of("%s/../lib/modules/%s", folder, k.version),
		text_of("%s/../usr/lib/modules/%s", folder, k.version),
		text_of("%s/../%s/kernel/..", folder,
			k.version), /* /usr/lib/modules/VERSION/vmlinuz */
		text_of("/lib/modules/%s", k.version),
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !k.modules; i++)
		if (is_folder(places[i]))
			k.modules = need(strdup(places[i]));
	return k;
}

/* The one kernel that was unpacked there. */
static char *find_image(const char *work)
{
	const char *const argv[] = { "find", work, "-type", "f", "-name", "vmlinuz*", NULL };
	char *out;
	size_t length;

	if (!command_run(argv, NULL, &out, &length) || !length)
		return NULL;
	out[strcspn(out, "\n")] = 0;
	return out;
}

/* Of a package's dependencies those that are parts of a kernel; Debian from 7.0 on and Ubuntu split it. */
static bool is_part(const char *name)
{
	static const char *const parts[] = { "linux-image-", "linux-binary-", "linux-modules-" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strncmp(name, parts[i], strlen(parts[i])))
			return true;
	return false;
}

/* By apt-get, into `folder`; the path of the file. */
static char *fetch(const char *package, const char *folder)
{
	const char *const get[] = { "apt-get", "-q", "download", package, NULL };
	const char *const list[] = { "find", folder,  "-maxdepth",
				     "1",    "-name", text_of("%s_*.deb", package),
				     NULL };
	char *out;
	size_t bytes;

	if (!command_run(get, folder, NULL, NULL))
		fail("%s: apt-get cannot fetch this package (is the name right? apt-cache search linux-image)",
		     package);
	if (!command_run(list, NULL, &out, &bytes) || !bytes)
		fail("%s: apt-get fetched nothing", package);
	out[strcspn(out, "\n")] = 0;
	return out;
}

/* A package or its file is unpacked, then what of its dependencies belongs to the kernel; `left`: levels of these. */
static void unpack(const char *package, const char *folder, unsigned left)
{
	size_t length = strlen(package), bytes;
	bool is_file = length > 4 && !strcmp(package + length - 4, ".deb");
	const char *deb = is_file ? package : fetch(package, folder);
	const char *const extract[] = { "dpkg-deb", "-x", deb, folder, NULL };
	const char *const ask[] = { "dpkg-deb", "-f", deb, "Depends", NULL };
	char *depends;

	if (!command_run(extract, NULL, NULL, NULL))
		fail("%s: dpkg-deb cannot unpack it", deb);
	if (!left || !command_run(ask, NULL, &depends, &bytes))
		return;
	for (char *rest, *name = strtok_r(depends, " ,|\n", &rest); name;
	     name = strtok_r(NULL, " ,|\n", &rest))
		if (is_part(name))
			unpack(name, folder, left - 1);
}

struct kernel kernel_of_package(const char *package, const char *work)
{
	char *folder = text_of("%s/kernel", work), *image;

	mkdir(folder, 0700);
	unpack(package, folder, 3);
	image = find_image(folder);
	if (!image)
		fail("%s: there is no kernel in this package", package);
	return kernel_of_file(image, NULL);
}

/* A program that asks for an interpreter needs libraries. */
static bool is_static(const char *path)
{
	char *bytes;
	size_t length;
	bool found = false;
	const Elf64_Ehdr *head;

	if (!read_whole(path, &bytes, &length) || length < sizeof(*head) ||
	    memcmp(bytes, ELFMAG, 4))
		return false;
	head = (const Elf64_Ehdr *)(void *)bytes;
	for (unsigned i = 0; i < head->e_phnum; i++) {
		size_t at = head->e_phoff + (size_t)i * sizeof(Elf64_Phdr);

		if (at + sizeof(Elf64_Phdr) > length)
			break;
		found |= ((const Elf64_Phdr *)(void *)(bytes + at))->p_type == PT_INTERP;
	}
	free(bytes);
	return !found;
}

char *find_busybox(const char *work)
{
	static const char *const places[] = { "/bin/busybox", "/usr/bin/busybox" };
	char *folder = text_of("%s/busybox", work);

	for (size_t i = 0; i < 2; i++)
		if (is_static(places[i]))
			return need(strdup(places[i]));
	mkdir(folder, 0700);
	unpack("busybox-static", folder, 0);
	for (size_t i = 0; i < 2; i++) {
		char *path = text_of("%s%s", folder, places[i]);

		if (is_static(path))
			return path;
	}
	fail("no busybox without libraries: install the package busybox-static, or name one by --busybox");
}
