/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plugin that QEMU loads: it sees every instruction that the guest executes and every store, and records those that
 * are about tables of a remapping unit (tools/capture/kinds.h).
 *
 * arguments: ram=FILE (the guest's memory, a shared memory-backend-file), out=FILE, code=upper|all (whose stores: of code
 * in the upper half of the address space, as kernels are, or of all), unit=ADDRESS (registers; else by the DMAR table)
 *
 * A store is looked at after it has been done. Its physical address is found by walking the guest's page tables, not by
 * qemu_plugin_get_hwaddr(): that asserts in QEMU 10.0 if the store itself has changed the memory map.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/capture/insn.h"
#include "tools/capture/qemu_plugin.h"
#include "tools/capture/units.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API;

#define NOWHERE	    (~0ull)
#define TLB_ENTRIES 4096
#define RETURNS	    (1u << 20)
#define STACK_WORDS 128
#define STACK_FOUND 16
#define LOCKED_BIT \
	(1ull << 62) /* of the program counter that a callback is given: differs from bit 63 */
#define UPPER	   (1ull << 63)
#define DMAR_PAUSE 200 /* ms between two searches for the DMAR table */

struct tlb_entry {
	uint64_t page, generation, entry_at, entry, physical;
};

static struct vcpu {
	struct walk_state state;
	uint64_t generation; /* of the state: what is kept of another is not used */
	uint64_t seen, walks, failed;
	struct qemu_plugin_register *general[16];
	struct plugin_bytes *buffer;
	struct tlb_entry tlb[TLB_ENTRIES];
} * vcpus[RECORDER_CPUS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct recorder recorder;
static struct tables tables;
static struct units units;
static struct guest_ram ram;
static int ram_file;
static bool all_code, ended;
static uint64_t dmar_tried;
static uint64_t *returns; /* addresses after call instructions: a hash table */

/* What is on the stack counts as a return address if a call stands before it. */
static void remember_return(uint64_t address)
{
	for (uint64_t i = address * 0x9e3779b97f4a7c15ull >> 44, n = 0; n < 64;
	     n++, i = (i + 1) % RETURNS) {
		uint64_t free_slot = 0;

		if (__atomic_compare_exchange_n(&returns[i], &free_slot, address, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		    free_slot == address)
			return;
	}
}

static bool is_return(uint64_t address)
{
	for (uint64_t i = address * 0x9e3779b97f4a7c15ull >> 44, n = 0; n < 64;
	     n++, i = (i + 1) % RETURNS) {
		uint64_t at = __atomic_load_n(&returns[i], __ATOMIC_RELAXED);

		if (at == address)
			return true;
		if (!at)
			return false;
	}
	return false;
}

static uint64_t translate(struct vcpu *v, uint64_t address)
{
	uint64_t page = address >> 12;
	struct tlb_entry *e = &v->tlb[page % TLB_ENTRIES];
	struct walk_found found;

	if (e->page == page && e->generation == v->generation &&
	    (!e->entry_at || ram_read(&ram, e->entry_at) == e->entry))
		return e->physical | (address & 0xfff);
	v->walks++;
	found = walk(&ram, &v->state, address);
	if (!found.ok) {
		v->failed++;
		return NOWHERE;
	}
	*e = (struct tlb_entry){ page, v->generation, found.entry_at, found.entry, found.physical };
	return found.physical | (address & 0xfff);
}

static uint64_t read_general(struct vcpu *v, unsigned number)
{
	uint64_t value = 0;

	g_byte_array_set_size(v->buffer, 0);
	if (!v->general[number])
		return 0;
	qemu_plugin_read_register(v->general[number], v->buffer);
	if (v->buffer->length >= 8)
		memcpy(&value, v->buffer->data, 8);
	return value;
}

/* Of the direct call that ends at `address`, E8 and an offset: whom it calls; 0 if it is none. */
static uint64_t called_from(struct vcpu *v, uint64_t address)
{
	uint64_t at = translate(v, address - 5);
	int32_t offset;

	if (at >= ram.bytes || at % 4096 > 4091 || ram.at[at] != 0xe8)
		return 0;
	memcpy(&offset, ram.at + at + 1, 4);
	return address + (uint64_t)(int64_t)offset;
}

/*
 * What looks like return addresses, innermost first, with what was called there. No unwinder: some may be left-overs of
 * earlier calls, which the reader tells by whom they called.
 */
static void print_stack(void *context)
{
	struct vcpu *v = context;
	uint64_t sp = read_general(v, 4) & ~7ull;

	fprintf(recorder.out, " stack");
	for (unsigned i = 0, found = 0; i < STACK_WORDS && found < STACK_FOUND; i++, sp += 8) {
		uint64_t at = translate(v, sp), value;

		if (at == NOWHERE)
			break;
		value = ram_read(&ram, at);
		if (!value || !is_return(value))
			continue;
		fprintf(recorder.out, " %" PRIx64 "/%" PRIx64, value, called_from(v, value));
		found++;
	}
}

/* Only parts of the file that have been written: to look at a hole would fill it. */
static void look_for_dmar(void)
{
	uint64_t now = recorder_ms(&recorder);
	off_t from = 0, to;

	if (dmar_tried && now - dmar_tried < DMAR_PAUSE)
		return;
	dmar_tried = now + 1;
	while (!units.count && (from = lseek(ram_file, from, SEEK_DATA)) >= 0) {
		to = lseek(ram_file, from, SEEK_HOLE);
		if (to <= from)
			break;
		units_from_dmar(&units, ram.at + from, (uint64_t)(to - from));
		from = to;
	}
}

static void check_output(void)
{
	static bool told;

	if (!ferror(recorder.out) || told)
		return;
	told = true;
	fprintf(stderr, "capture: the record cannot be written: %s\n", strerror(errno));
	kill(getpid(), SIGTERM);
}

static void on_store(unsigned cpu, plugin_access access, uint64_t address, void *own)
{
	uint64_t pc = (uint64_t)own, physical;
	bool locked = (pc >> 63 ^ pc >> 62) & 1;
	struct vcpu *v = vcpus[cpu % RECORDER_CPUS];
	struct table_store s;
	struct plugin_value value;
	struct watched_unit *unit = NULL;

	v->seen++;
	physical = translate(v, address);
	if (physical < ram.bytes ? !tables.kind[physical >> 12] : physical == NOWHERE)
		return;
	if (locked)
		pc ^= LOCKED_BIT;
	value = qemu_plugin_mem_get_value(access);
	s = (struct table_store){ .cpu = cpu, .pc = pc, .physical = physical, .locked = locked };
	s.bytes = 1u << qemu_plugin_mem_size_shift(access);
	switch (s.bytes) {
	case 1:
		s.low = value.data.u8;
		break;
	case 2:
		s.low = value.data.u16;
		break;
	case 4:
		s.low = value.data.u32;
		break;
	case 8:
		s.low = value.data.u64;
		break;
	default:
		s.low = value.data.u128.low;
		s.high = value.data.u128.high;
	}
	pthread_mutex_lock(&lock);
	if (ended) {
		/* the record is closed */
	} else if (physical < ram.bytes) {
		tables_store(&tables, &s, print_stack, v);
	} else {
		if (!units.count)
			look_for_dmar();
		unit = units_at(&units, physical);
		if (unit)
			units_store(&units, unit, &s, print_stack, v);
	}
	check_output();
	pthread_mutex_unlock(&lock);
}

struct flush {
	struct insn insn;
	uint64_t pc, next;
};

static void on_flush(unsigned cpu, void *own)
{
	static const char *const names[] = {
		[INSN_CLFLUSH] = "clflush", [INSN_CLFLUSHOPT] = "clflushopt", [INSN_CLWB] = "clwb"
	};
	const struct flush *f = own;
	struct vcpu *v = vcpus[cpu % RECORDER_CPUS];
	uint64_t address = (uint64_t)(int64_t)f->insn.displacement, physical;

	if (f->insn.relative)
		address += f->next;
	if (f->insn.has_base)
		address += read_general(v, f->insn.base);
	if (f->insn.has_index)
		address += read_general(v, f->insn.index) << f->insn.scale;
	physical = translate(v, address);
	if (!tables_kind(&tables, physical))
		return;
	pthread_mutex_lock(&lock);
	if (ended) {
		pthread_mutex_unlock(&lock);
		return;
	}
	record_begin(&recorder, cpu, f->pc, 'F');
	fprintf(recorder.out, " %" PRIx64 " %s %s", physical, names[f->insn.is],
		table_kinds[tables_kind(&tables, physical)].name);
	print_stack(v);
	fprintf(recorder.out, "\n");
	pthread_mutex_unlock(&lock);
}

static void on_wbinvd(unsigned cpu, void *own)
{
	pthread_mutex_lock(&lock);
	if (!ended) {
		record_begin(&recorder, cpu, (uint64_t)own, 'W');
		fprintf(recorder.out, "\n");
	}
	pthread_mutex_unlock(&lock);
}

static void on_barrier(unsigned cpu, void *own)
{
	struct barriers *b = &recorder.since[cpu % RECORDER_CPUS];

	switch ((uintptr_t)own) {
	case INSN_SFENCE:
		b->sfence++;
		break;
	case INSN_MFENCE:
		b->mfence++;
		break;
	case INSN_LFENCE:
		b->lfence++;
		break;
	default:
		b->locked++;
	}
}

/* Before a control register is loaded: what it will be is in a general register now. */
static void on_mov_to_cr(unsigned cpu, void *own)
{
	struct vcpu *v = vcpus[cpu % RECORDER_CPUS];
	uint64_t value = read_general(v, (uintptr_t)own >> 4 & 15);

	switch ((uintptr_t)own & 15) {
	case 0:
		v->state.cr0 = value;
		break;
	case 3:
		v->state.cr3 = value;
		break;
	case 4:
		v->state.cr4 = value;
		break;
	default:
		return;
	}
	v->generation++;
}

static void instrument(struct qemu_plugin_insn *insn)
{
	uint64_t pc = qemu_plugin_insn_vaddr(insn);
	uint8_t bytes[16] = { 0 };
	size_t length = qemu_plugin_insn_data(insn, bytes, sizeof(bytes));
	struct insn is = insn_decode(bytes, length);
	struct flush *flush;

	if (is.is == INSN_MOV_TO_CR)
		qemu_plugin_register_vcpu_insn_exec_cb(
			insn, on_mov_to_cr, PLUGIN_READS_REGISTERS,
			(void *)(uintptr_t)(is.number | is.base << 4));
	if (!all_code && !(pc & UPPER))
		return;
	if (!is.stack)
		qemu_plugin_register_vcpu_mem_cb(insn, on_store, PLUGIN_READS_REGISTERS,
						 PLUGIN_STORES,
						 (void *)(is.locked ? pc ^ LOCKED_BIT : pc));
	if (is.locked)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_barrier, PLUGIN_NO_REGISTERS,
						       (void *)INSN_OTHER);
	switch (is.is) {
	case INSN_CALL:
		remember_return(pc + length);
		break;
	case INSN_SFENCE:
	case INSN_MFENCE:
	case INSN_LFENCE:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_barrier, PLUGIN_NO_REGISTERS,
						       (void *)(uintptr_t)is.is);
		break;
	case INSN_WBINVD:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_wbinvd, PLUGIN_NO_REGISTERS,
						       (void *)pc);
		break;
	case INSN_CLFLUSH:
	case INSN_CLFLUSHOPT:
	case INSN_CLWB:
		flush = malloc(sizeof(
			*flush)); /* as long as the translation, of whose end nothing is heard */
		if (!flush)
			abort();
		*flush = (struct flush){ is, pc, pc + length };
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_flush, PLUGIN_READS_REGISTERS,
						       flush);
		break;
	default:
		break;
	}
}

static void translated(struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

static void processor_added(unsigned cpu)
{
	static const char *const names[] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"
	};
	struct plugin_registers_list *list = qemu_plugin_get_registers();
	struct vcpu *v = calloc(1, sizeof(*v));

	if (cpu >= RECORDER_CPUS || !v) {
		fprintf(stderr, "capture: processor %u: at most %u are possible\n", cpu,
			RECORDER_CPUS);
		exit(1);
	}
	v->buffer = g_byte_array_new();
	v->generation = 1;
	for (unsigned i = 0; list && i < list->length; i++) {
		const struct plugin_register *r = (void *)(list->data +
							   i * g_array_get_element_size(list));

		for (unsigned n = 0; n < 16; n++)
			if (!strcmp(r->name, names[n]))
				v->general[n] = r->handle;
	}
	if (!v->general[0])
		fprintf(stderr, "capture: this QEMU does not show the registers of processor %u\n",
			cpu);
	vcpus[cpu] = v;
}

static void finish(void)
{
	uint64_t seen = 0, walks = 0, failed = 0;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < RECORDER_CPUS; i++)
		if (vcpus[i]) {
			seen += vcpus[i]->seen;
			walks += vcpus[i]->walks;
			failed += vcpus[i]->failed;
		}
	tables_finish(&tables);
	fprintf(recorder.out,
		"end %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		" %" PRIu64 "\n",
		recorder.records, seen, tables.recorded, tables.missed, walks, failed,
		recorder_ms(&recorder));
	if (fflush(recorder.out))
		check_output();
	ended = true;
	pthread_mutex_unlock(&lock);
}

#if PLUGIN_API >= 7
static void on_translated(struct qemu_plugin_tb *tb, void *own)
{
	(void)own;
	translated(tb);
}

static void on_processor(unsigned cpu, void *own)
{
	(void)own;
	processor_added(cpu);
}

static void on_end(void *own)
{
	(void)own;
	finish();
}
#else
static void on_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	translated(tb);
}

static void on_processor(plugin_id id, unsigned cpu)
{
	(void)id;
	processor_added(cpu);
}

static void on_end(plugin_id id, void *own)
{
	(void)id;
	(void)own;
	finish();
}
#endif

static bool map_ram(const char *path)
{
	struct stat stat;

	ram_file = open(path, O_RDONLY);
	if (ram_file < 0 || fstat(ram_file, &stat))
		return false;
	ram.bytes = (uint64_t)stat.st_size;
	ram.at = mmap(NULL, ram.bytes, PROT_READ, MAP_SHARED, ram_file, 0);
	return ram.at != MAP_FAILED;
}

PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc,
				      char **argv)
{
	const char *path = NULL, *out = NULL;
	uint64_t unit = 0;

	if (!info->system || strcmp(info->target, "x86_64")) {
		fprintf(stderr, "capture: a plugin for qemu-system-x86_64, not for %s\n",
			info->target);
		return 1;
	}
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "ram=", 4))
			path = argv[i] + 4;
		else if (!strncmp(argv[i], "out=", 4))
			out = argv[i] + 4;
		else if (!strncmp(argv[i], "unit=", 5))
			unit = strtoull(argv[i] + 5, NULL, 0);
		else if (!strcmp(argv[i], "code=all"))
			all_code = true;
		else if (strcmp(argv[i], "code=upper")) {
			fprintf(stderr, "capture: no such argument: %s\n", argv[i]);
			return 1;
		}
	}
	if (!path || !map_ram(path)) {
		fprintf(stderr, "capture: ram=%s: %s\n", path ? path : "", strerror(errno));
		return 1;
	}
	recorder.out = out ? fopen(out, "w") : NULL;
	returns = calloc(RETURNS, sizeof(*returns));
	if (!recorder.out || !returns || !tables_init(&tables, &recorder, ram)) {
		fprintf(stderr, "capture: out=%s: %s\n", out ? out : "", strerror(errno));
		return 1;
	}
	setvbuf(recorder.out, NULL, _IOFBF, 1 << 18);
	recorder.start = recorder_ms(&recorder);
	fprintf(recorder.out, RECORD_FIRST " %d\n", CAPTURE_VERSION);
	units.tables = &tables;
	if (unit)
		units_add(&units, unit, "given");
	qemu_plugin_register_vcpu_init_cb(id, (plugin_callback)on_processor, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, (plugin_callback)on_translated, NULL);
	qemu_plugin_register_atexit_cb(id, (plugin_callback)on_end, NULL);
	return 0;
}
