/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest of vtd-capture does that no shell can, without a C library: it runs under any Linux for x86-64.
 *
 *   guest vfio GROUP DEVICE                       a user's driver: its own domain, mappings, and away again
 *   guest crash KERNEL INITRAMFS COMMAND-LINE     load a crash kernel
 *   guest serial                                  standard input to COM2, without interrupts: a dom0 may get none
 *   guest say TEXT                                a line of the console that is out when this returns
 *
 * Each says what it could not do, as a line of the console. Exit status 0: it was done.
 */
#include <asm/ioctls.h>
#include <asm/unistd_64.h>
#include <linux/fcntl.h>
#include <linux/kexec.h>
#include <linux/mman.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAPPED	0x40000ul   /* bytes */
#define ADDRESS 0x1000000ul /* of the device's view of them */
#define LARGE	0x200000ul  /* a page of 2 MiB */

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static long call3(long number, long a, long b, long c)
{
	return call(number, a, b, c, 0, 0, 0);
}

static size_t length(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

static void say(const char *text)
{
	call3(__NR_write, 1, (long)text, (long)length(text));
}

/* "@@ problem WHAT: NAME (errno 13)" */
static void problem(const char *what, const char *name, long result)
{
	char digits[] = " (errno 000)\n";
	long error = -result;

	for (int i = 10; i >= 8; i--, error /= 10)
		digits[i] = (char)('0' + error % 10);
	say("@@ problem ");
	say(what);
	say(name);
	say(digits);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static long open_file(const char *path, long flags)
{
	return call3(__NR_open, (long)path, flags, 0);
}

static long ioctl(long file, unsigned long request, void *argument)
{
	return call3(__NR_ioctl, file, (long)request, (long)argument);
}

static long map(long container, void *memory, uint64_t at, uint64_t bytes)
{
	struct vfio_iommu_type1_dma_map m = { .argsz = sizeof(m),
					      .flags = VFIO_DMA_MAP_FLAG_READ |
						       VFIO_DMA_MAP_FLAG_WRITE,
					      .vaddr = (uint64_t)memory,
					      .iova = at,
					      .size = bytes };

	return ioctl(container, VFIO_IOMMU_MAP_DMA, &m);
}

static long unmap(long container, uint64_t at, uint64_t bytes)
{
	struct vfio_iommu_type1_dma_unmap u = { .argsz = sizeof(u), .iova = at, .size = bytes };

	return ioctl(container, VFIO_IOMMU_UNMAP_DMA, &u);
}

/*
 * 2 MiB that the kernel may have in one piece: mapped where a table of 4-KiB pages was, and as 4-KiB pages where a large page
 * was. Whether it is in one piece nobody says; then it is mapped as any other memory.
 */
static void map_large(long container, const char *device_name)
{
	long all = call(__NR_mmap, 0, 2 * LARGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t memory = ((uint64_t)all + LARGE - 1) & ~(LARGE - 1);
	long result = 0;

	call3(__NR_madvise, (long)memory, LARGE, MADV_HUGEPAGE);
	for (uint64_t at = 0; at < LARGE; at += 4096)
		*(volatile uint8_t *)(memory + at) = 1;
	for (unsigned i = 0; i < 3 && result >= 0; i++) {
		result = map(container, (void *)memory, ADDRESS, LARGE);
		if (result >= 0)
			result = unmap(container, ADDRESS, LARGE);
		if (result >= 0)
			result = map(container, (void *)(memory + 4096), ADDRESS, MAPPED);
		if (result >= 0)
			result = unmap(container, ADDRESS, MAPPED);
	}
	if (result < 0)
		problem("vfio: 2 MiB not mapped or unmapped: ", device_name, result);
	call3(__NR_munmap, all, 2 * LARGE, 0);
}

static int vfio(const char *group_number, const char *device_name)
{
	static char path[64] = "/dev/vfio/";
	struct vfio_group_status status = { .argsz = sizeof(status) };
	long container = open_file("/dev/vfio/vfio", O_RDWR), group, device, memory, result;
	int container_number;

	if (container < 0) {
		problem("vfio: ", "/dev/vfio/vfio cannot be opened: is vfio_iommu_type1 loaded?",
			container);
		return 1;
	}
	for (size_t i = 0; i <= length(group_number) && i < 40; i++)
		path[10 + i] = group_number[i];
	group = open_file(path, O_RDWR);
	if (group < 0) {
		problem("vfio: no group of its own: ", device_name, group);
		return 1;
	}
	result = ioctl(group, VFIO_GROUP_GET_STATUS, &status);
	if (result < 0 || !(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		problem("vfio: another device of its group has a driver: ", device_name, result);
		return 1;
	}
	container_number = (int)container;
	if ((result = ioctl(group, VFIO_GROUP_SET_CONTAINER, &container_number)) < 0 ||
	    (result = call3(__NR_ioctl, container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) < 0) {
		problem("vfio: no domain for ", device_name, result);
		return 1;
	}
	device = call3(__NR_ioctl, group, VFIO_GROUP_GET_DEVICE_FD, (long)device_name);
	if (device < 0)
		problem("vfio: not opened: ", device_name, device);
	memory = call(__NR_mmap, 0, MAPPED, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	for (unsigned i = 0; i < 4; i++) {
		result = map(container, (void *)memory, ADDRESS, MAPPED);
		if (result < 0)
			problem("vfio: not mapped: ", device_name, result);
		result = unmap(container, ADDRESS, MAPPED);
		if (result < 0)
			problem("vfio: not unmapped: ", device_name, result);
	}
	map_large(container, device_name);
	/* What is still mapped goes away with the domain. */
	map(container, (void *)memory, ADDRESS, MAPPED);
	call3(__NR_close, device, 0, 0);
	call3(__NR_close, group, 0, 0);
	call3(__NR_close, container, 0, 0);
	say("@@ vfio ");
	say(device_name);
	say("\n");
	return 0;
}

static int crash(const char *kernel, const char *initramfs, const char *command_line)
{
	long image = open_file(kernel, O_RDONLY), first = open_file(initramfs, O_RDONLY), result;

	if (image < 0 || first < 0) {
		problem("crash: cannot be read: ", image < 0 ? kernel : initramfs,
			image < 0 ? image : first);
		return 1;
	}
	result = call(__NR_kexec_file_load, image, first, (long)length(command_line) + 1,
		      (long)command_line, KEXEC_FILE_ON_CRASH, 0);
	if (result < 0) {
		problem("crash: the kernel takes no crash kernel (CONFIG_KEXEC_FILE, crashkernel=)",
			"", result);
		return 1;
	}
	return 0;
}

#define COM2	    0x2f8
#define COM2_STATUS 0x2fd
#define IS_EMPTY    0x20 /* what was sent is gone */

static int serial(void)
{
	static uint8_t bytes[4096];
	long count, result = call3(__NR_iopl, 3, 0, 0);

	if (result < 0) {
		problem("serial: no access to ports", "", result);
		return 1;
	}
	while ((count = call3(__NR_read, 0, (long)bytes, sizeof(bytes))) > 0)
		for (long i = 0; i < count; i++) {
			uint8_t status = 0;

			for (unsigned n = 0; !(status & IS_EMPTY) && n < 100000; n++)
				__asm__ volatile("inb %1, %0"
						 : "=a"(status)
						 : "d"((uint16_t)COM2_STATUS));
			__asm__ volatile("outb %0, %1" ::"a"(bytes[i]), "d"((uint16_t)COM2));
		}
	return 0;
}

/* What a program writes waits in the terminal's buffer, and the kernel's own lines pass it by: a crash may come out first. */
static int say_now(const char *text)
{
	say(text);
	say("\n");
	return call3(__NR_ioctl, 1, TCSBRK, 1) < 0;
}

__attribute__((noreturn, used)) static void run(long *stack)
{
	long count = stack[0];
	char **words = (char **)(stack + 1);
	int status = 2;

	if (count == 4 && same(words[1], "vfio"))
		status = vfio(words[2], words[3]);
	else if (count == 2 && same(words[1], "serial"))
		status = serial();
	else if (count == 3 && same(words[1], "say"))
		status = say_now(words[2]);
	else if (count == 5 && same(words[1], "crash"))
		status = crash(words[2], words[3], words[4]);
	for (;;)
		call3(__NR_exit_group, status, 0, 0);
}

__asm__(".globl _start\n"
	"_start: xor %ebp, %ebp\n"
	"mov %rsp, %rdi\n"
	"and $-16, %rsp\n"
	"call run\n");
