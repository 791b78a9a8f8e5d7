/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's first file system: busybox, the drivers of the machine's devices, the workload. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"
#include "tools/capture/cpio.h"
#include "tools/capture/kernel.h"

extern const char guest_init[];
__asm__(".pushsection .rodata\n"
	"guest_init: .incbin \"tools/capture/guest-init\"\n"
	".byte 0\n"
	".popsection\n");

extern const char guest_program[], guest_program_end[];
__asm__(".pushsection .rodata\n"
	"guest_program: .incbin \"" GUEST_PROGRAM "\"\n"
	"guest_program_end:\n"
	".popsection\n");

/* The drivers of what tools/capture/machine.c puts into the machine. */
static const char *const wanted[] = {
	"nvme",	    "e1000e",		"e1000",   "virtio_pci", "virtio_net",
	"xhci_pci", "vfio_iommu_type1", "vfio_pci"
};

/* By it the workload gets at Xen's symbols. It loads nowhere else. */
static const char for_xen[] = "xenfs";

#define MODULES_MAX 20000

static struct module {
	char *name, *path;
	bool added;
} * modules;
static unsigned module_count;

/* "kernel/drivers/nvme/host/nvme-core.ko.xz": nvme_core */
static int note_module(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	const char *name = path + ftw->base, *end = strstr(name, ".ko");
	struct module *m;

	(void)stat;
	if (type != FTW_F || !end || module_count == MODULES_MAX)
		return 0;
	modules = need(realloc(modules, (module_count + 1) * sizeof(*modules)));
	m = &modules[module_count++];
	m->path = need(strdup(path));
	m->name = need(strndup(name, (size_t)(end - name)));
	m->added = false;
	for (char *c = m->name; *c; c++)
		if (*c == '-')
			*c = '_';
	return 0;
}

static bool ends_in(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && !strcmp(text + a - b, end);
}

static void read_module(const struct module *m, char **bytes, size_t *length)
{
	const char *program = ends_in(m->path, ".xz")	 ? "xz"
			      : ends_in(m->path, ".zst") ? "zstd"
			      : ends_in(m->path, ".gz")	 ? "gzip"
							 : NULL;
	const char *const argv[] = { program, "-dc", m->path, NULL };

	if (program ? !command_run(argv, NULL, bytes, length) : !read_whole(m->path, bytes, length))
		fail("%s: cannot be read%s%s", m->path, program ? " by " : "",
		     program ? program : "");
}

/* By its name, or as a dependency has it: "nvme-core" is nvme_core. */
static struct module *find_module(const char *name, size_t length)
{
	for (unsigned i = 0; i < module_count; i++) {
		const char *known = modules[i].name;
		size_t n = 0;

		while (n < length && known[n] && known[n] == (name[n] == '-' ? '_' : name[n]))
			n++;
		if (n == length && !known[n])
			return &modules[i];
	}
	return NULL;
}

/* A module with those that it needs before it: its section .modinfo has "depends=a,b". */
static void add_module(FILE *out, struct module *m, unsigned *order)
{
	static const char key[] = "\0depends=";
	char *bytes, *name;
	const char *depends;
	size_t length;

	if (!m || m->added)
		return;
	m->added = true;
	read_module(m, &bytes, &length);
	depends = memmem(bytes, length, key, sizeof(key) - 1);
	if (depends) {
		const char *at = depends + sizeof(key) - 1;

		while (*at) {
			size_t n = strcspn(at, ",");

			add_module(out, find_module(at, n), order);
			at += n + (at[n] == ',');
		}
	}
	name = text_of("m/%03u-%s.ko", (*order)++, m->name);
	cpio_add(out, name, S_IFREG | 0644, bytes, length);
	free(name);
	free(bytes);
}

/* A file of this machine. */
static void add_file(FILE *out, const char *name, const char *path, unsigned mode)
{
	char *bytes;
	size_t length;

	if (!read_whole(path, &bytes, &length))
		fail("%s: %s", path, strerror(errno));
	cpio_add(out, name, S_IFREG | mode, bytes, length);
	free(bytes);
}

void write_initramfs(const char *path, const struct kernel *kernel, const char *busybox,
		     char *const *scripts, unsigned script_count, const char *crash, bool xen)
{
	static const char *const folders[] = { "bin", "dev", "proc", "sys", "m", "scripts" };
	FILE *out = fopen(path, "w");
	unsigned order = 0;

	if (!out)
		fail("%s: %s", path, strerror(errno));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		cpio_add(out, folders[i], S_IFDIR | 0755, "", 0);
	add_file(out, "bin/busybox", busybox, 0755);
	cpio_add(out, "bin/sh", S_IFLNK | 0777, "busybox", 7);
	cpio_add(out, "bin/guest", S_IFREG | 0755, guest_program,
		 (size_t)(guest_program_end - guest_program));
	cpio_add(out, "init", S_IFREG | 0755, guest_init, strlen(guest_init));
	if (kernel->modules && !module_count)
		nftw(kernel->modules, note_module, 16, FTW_PHYS);
	for (unsigned i = 0; i < module_count; i++)
		modules[i].added = false;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		add_module(out, find_module(wanted[i], strlen(wanted[i])), &order);
	if (xen)
		add_module(out, find_module(for_xen, strlen(for_xen)), &order);
	for (unsigned i = 0; i < script_count; i++) {
		char *name = text_of("scripts/%02u", i);

		add_file(out, name, scripts[i], 0755);
	}
	if (crash) {
		cpio_add(out, "crash", S_IFDIR | 0755, "", 0);
		add_file(out, "crash/kernel", kernel->image, 0644);
		add_file(out, "crash/initramfs", crash, 0644);
	}
	cpio_end(out);
	if (fclose(out))
		fail("%s: %s", path, strerror(errno));
}
