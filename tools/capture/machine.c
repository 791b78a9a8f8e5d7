/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"
#include "tools/capture/machine.h"

#define ARGUMENTS_MAX 120
#define OVMF_CODE     "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define OVMF_VARS     "/usr/share/OVMF/OVMF_VARS_4M.fd"

const char *const machine_modes[MODE_COUNT] = { "legacy", "scalable", "first-stage" };

struct list {
	const char *at[ARGUMENTS_MAX];
	unsigned count;
};

static void add(struct list *l, const char *argument)
{
	if (l->count + 1 == ARGUMENTS_MAX)
		fail("too many arguments for QEMU");
	l->at[l->count++] = argument;
	l->at[l->count] = NULL;
}

static void add2(struct list *l, const char *option, const char *value)
{
	add(l, option);
	add(l, value);
}

static unsigned api_of(const char *version)
{
	unsigned major = 0, minor = 0;

	sscanf(version, "%u.%u", &major, &minor);
	return major * 100 + minor < 902 ? 0 : major * 100 + minor < 1101 ? 4 : 7;
}

void machine_check(const struct machine *m, char *version, unsigned room)
{
	const char *const ask[] = { m->qemu, "--version", NULL }, *const help[] = { m->qemu,
										    "--help",
										    NULL };
	static const char word[] = "emulator version ";
	const char *at;
	char *out;
	size_t length;

	if (!command_run(ask, NULL, &out, &length) || !(at = strstr(out, word)))
		fail("%s is no QEMU that starts here (--qemu names another)", m->qemu);
	at += sizeof(word) - 1;
	snprintf(version, room, "%.*s", (int)strcspn(at, " \n"), at);
	if (!api_of(version))
		fail("%s is QEMU %s: its plugins cannot see what is stored (that came with 9.2). --qemu names another; "
		     "where vtd-litmus's sources are, tools/packaged-qemu 10 unpacks one beside the system's",
		     m->qemu, version);
	if (!command_run(help, NULL, &out, &length) || !strstr(out, "-plugin "))
		fail("%s was built without plugins (configure --enable-plugins): packages of Debian and Ubuntu have them",
		     m->qemu);
}

/* Where the plugin for this QEMU is: beside the program, in the build folder or as it is installed. */
static char *find_plugin(const struct machine *m, const char *version)
{
	char self[4096], *path;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	unsigned api = api_of(version);

	if (length > 0)
		self[length] = 0;
	for (ssize_t i = length; i > 0 && self[i] != '/'; i--)
		self[i] = 0;
	const char *const folders[] = { m->plugin ? m->plugin : self,
					text_of("%s../lib/vtd-litmus", self),
					text_of("%s../lib", self) };

	for (size_t i = 0; i < (m->plugin ? 1 : 3); i++) {
		path = text_of("%s/vtd-capture-plugin-%u.so", folders[i], api);
		if (!access(path, R_OK))
			return path;
	}
	fail("vtd-capture-plugin-%u.so is not in %s: --plugins says where it is", api, folders[0]);
}

/* A QEMU that was unpacked has its ROMs beside it. */
static void add_roms(struct list *l, const char *qemu)
{
	static const char *const system[] = { "/usr/share/seabios", "/usr/lib/ipxe/qemu" };
	char *path = realpath(qemu, NULL), *end = path ? strstr(path, "/bin/") : NULL;

	if (end) {
		*end = 0;
		if (strcmp(path, "/usr") && !access(text_of("%s/share/qemu", path), F_OK))
			add2(l, "-L", text_of("%s/share/qemu", path));
	}
	for (size_t i = 0; i < 2; i++)
		if (!access(system[i], F_OK))
			add2(l, "-L", system[i]);
}

/* A mode's property has one name up to QEMU 10, another from 11 on. */
static const char *property(const char *version, const char *before, const char *since)
{
	return atoi(version) >= 11 ? since : before;
}

static void add_devices(struct list *l, const struct machine *m, const char *version)
{
	char *unit = text_of("intel-iommu,intremap=on,device-iotlb=on,aw-bits=48%s%s%s",
			     m->caching_mode ? ",caching-mode=on" : "", m->unit ? "," : "",
			     m->unit ? m->unit : "");

	if (m->mode != MODE_LEGACY)
		unit = text_of("%s,%s=on", unit,
			       property(version, "x-scalable-mode", "scalable-mode"));
	if (m->mode == MODE_FIRST_STAGE)
		unit = text_of("%s,%s=on", unit, property(version, "x-flts", "fsts"));
	add2(l, "-device", unit);
	for (unsigned i = 1; i <= 2; i++)
		add2(l, "-blockdev",
		     text_of("driver=null-co,node-name=d%u,size=16777216,read-zeroes=on", i));
	for (unsigned i = 1; i <= 3; i++)
		add2(l, "-netdev", text_of("user,id=n%u,restrict=on", i));
	add2(l, "-device", "nvme,addr=4,drive=d1,serial=one");
	add2(l, "-device", "e1000e,addr=5,netdev=n1");
	add2(l, "-device", "pcie-root-port,id=rp1,addr=2,chassis=1,slot=1");
	add2(l, "-device", "nvme,bus=rp1,drive=d2,serial=two");
	/* A device-TLB: only virtio devices have one in QEMU. */
	add2(l, "-device", "pcie-root-port,id=rp2,addr=3,chassis=2,slot=2");
	add2(l, "-device",
	     "virtio-net-pci,bus=rp2,disable-legacy=on,iommu_platform=on,ats=on,netdev=n2");
	/* Behind a bridge to conventional PCI: its requests bear the source-id of the bridge's bus, an alias. */
	add2(l, "-device", "pcie-pci-bridge,id=br,addr=6");
	add2(l, "-device", "e1000,bus=br,addr=1,netdev=n3");
	add2(l, "-device", "qemu-xhci,addr=7");
}

static void build_arguments(struct list *l, const struct machine *m, const char *version,
			    const char *memory, const char *folder)
{
	add(l, m->qemu);
	add_roms(l, m->qemu);
	add2(l, "-object",
	     text_of("memory-backend-file,id=m,mem-path=%s,size=%uM,share=on", memory,
		     m->megabytes));
	add2(l, "-machine", "q35,memory-backend=m,kernel-irqchip=split");
	add2(l, "-m", text_of("%u", m->megabytes));
	add2(l, "-accel", "tcg,thread=multi");
	add2(l, "-cpu", "max");
	add2(l, "-smp", text_of("%u", m->processors));
	add(l, "-nodefaults");
	add2(l, "-display", "none");
	add(l, "-no-reboot");
	add2(l, "-serial", "stdio");
	add2(l, "-serial", text_of("file:%s/symbols.gz", folder));
	if (m->ovmf) {
		add2(l, "-drive", "if=pflash,format=raw,readonly=on,file=" OVMF_CODE);
		add2(l, "-drive", "if=pflash,format=raw,snapshot=on,file=" OVMF_VARS);
	}
	add_devices(l, m, version);
	if (m->disk) {
		add2(l, "-drive", text_of("if=none,id=disk,snapshot=on,file=%s", m->disk));
		add2(l, "-device", "nvme,addr=8,drive=disk,serial=disk,bootindex=1");
	} else {
		add2(l, "-kernel", m->image);
		if (m->initramfs)
			add2(l, "-initrd", m->initramfs);
		add2(l, "-append", m->command_line);
	}
	for (unsigned i = 0; m->more && m->more[i]; i++)
		add(l, m->more[i]);
	if (!m->no_plugin)
		add2(l, "-plugin",
		     text_of("%s,ram=%s,out=%s/records,code=%s%s%s%s", find_plugin(m, version),
			     memory, folder, m->all_code ? "all" : "upper",
			     m->paging ? ",paging=on" : "",
			     m->unit_address ? text_of(",unit=0x%lx", m->unit_address) : "",
			     m->hold ? text_of(",hold=0x%lx,hold-ms=%u", m->hold, m->hold_ms)
				     : ""));
}

static double since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static uint64_t size_of(const char *path)
{
	struct stat s;

	return stat(path, &s) ? 0 : (uint64_t)s.st_size;
}

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

void machine_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = stop };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

/* A line of the console: into the log with its time, and to the user if it is for us. */
static void take_line(FILE *log, const char *line, double now, char *phase, size_t room)
{
	fprintf(log, "[%9.3f] %s\n", now, line);
	fflush(log);
	if (!strncmp(line, "@@ phase ", 9)) {
		snprintf(phase, room, "%.60s", line + 9);
		if (!isatty(STDERR_FILENO))
			fprintf(stderr, "%4.0f s  %s\n", now, phase);
	}
	if (!strncmp(line, "@@ problem ", 11) || !strncmp(line, "@@ note ", 8))
		fprintf(stderr, "%s%4.0f s  %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", now,
			line + 3);
}

static void progress(double now, unsigned seconds, const char *phase, uint64_t bytes)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%4.0f s of at most %u: %s, %.1f MB recorded", now, seconds,
			phase, (double)bytes / 1e6);
}

/* The file of the guest's memory, as large as that: removed however we end. */
static const char *memory;

static void remove_memory(void)
{
	unlink(memory);
}

/*
 * The pid goes on being watched until it has ended, whatever it does meanwhile. Once the guest has said something, QEMU
 * and the plugin have opened the file of its memory: from then on it needs no name, and is gone even if we are killed.
 */
static void watch(struct machine_run *run, pid_t pid, int console,
		  const struct machine_limits *limits, const char *folder)
{
	char *records = text_of("%s/records", folder), line[4096], phase[80] = "boot";
	FILE *log = fopen(text_of("%s/console", folder), "w");
	struct timespec start;
	size_t length = 0;
	double asked = 0;
	bool ended = false;

	if (!log)
		fail("%s/console: %s", folder, strerror(errno));
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!ended) {
		struct pollfd poll_for = { .fd = console, .events = POLLIN };
		char bytes[4096];
		ssize_t n = 0;

		if (poll(&poll_for, 1, 500) > 0) {
			n = read(console, bytes, sizeof(bytes));
			ended = n <= 0;
		}
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] != '\n' && length < sizeof(line) - 1) {
				if (bytes[i] != '\r')
					line[length++] = bytes[i];
				continue;
			}
			line[length] = 0;
			remove_memory();
			take_line(log, line, since(&start), phase, sizeof(phase));
			length = 0;
		}
		run->seconds = since(&start);
		progress(run->seconds, limits->seconds, phase, size_of(records));
		run->too_large |= size_of(records) > limits->bytes;
		run->timed_out |= run->seconds > limits->seconds;
		run->interrupted |= stopped;
		if (run->too_large || run->timed_out || run->interrupted) {
			/* The plugin writes its end at SIGTERM. */
			if (!asked) {
				kill(pid, SIGTERM);
				asked = run->seconds;
			} else if (run->seconds - asked > 15) {
				kill(pid, SIGKILL);
			}
		}
	}
	while (waitpid(pid, &run->status, 0) < 0 && errno == EINTR)
		;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	fclose(log);
}

/* CPU time of all that was run and waited for. */
static double children_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct machine_run machine_run(const struct machine *m, const struct machine_limits *limits,
			       const char *folder)
{
	struct machine_run run = { 0 };
	struct list arguments = { .count = 0 };
	double before = children_seconds();
	int pipes[2], file;
	pid_t pid;

	machine_check(m, run.version, sizeof(run.version));
	memory = text_of("%s/vtd-capture-%d.ram", access("/dev/shm", W_OK) ? folder : "/dev/shm",
			 (int)getpid());
	atexit(remove_memory);
	build_arguments(&arguments, m, run.version, memory, folder);
	file = open(memory, O_CREAT | O_RDWR, 0600); /* before QEMU: the plugin maps it */
	if (file < 0 || ftruncate(file, (off_t)m->megabytes << 20))
		fail("%s: %s", memory, strerror(errno));
	close(file);
	fflush(NULL);
	if (pipe(pipes) || (pid = fork()) < 0)
		fail("%s cannot be started: %s", m->qemu, strerror(errno));
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);
		int said = open(text_of("%s/qemu", folder), O_CREAT | O_WRONLY | O_TRUNC, 0644);

		setpgid(0, 0);			  /* an interrupt from the keyboard is for us */
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* if we are killed, it ends, too */
		dup2(null, STDIN_FILENO);
		dup2(pipes[1], STDOUT_FILENO);
		dup2(said, STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execvp(m->qemu, (char *const *)arguments.at);
		_exit(127);
	}
	close(pipes[1]);
	watch(&run, pid, pipes[0], limits, folder);
	close(pipes[0]);
	remove_memory();
	run.cpu_seconds = children_seconds() - before;
	return run;
}
