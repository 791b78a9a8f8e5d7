/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which instructions of the guest are looked at, and what of them is recorded (tools/capture/kinds.h).
 *
 * A store is looked at after it has been done. Its physical address is found by walking the guest's page tables, not by
 * qemu_plugin_get_hwaddr(): that asserts in QEMU 10.0 if the store itself has changed the memory map.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/capture/insn.h"
#include "tools/capture/plugin.h"
#include "tools/capture/vcpu.h"

#define LOCKED_BIT \
	(1ull << 62) /* of the program counter that a callback is given: differs from bit 63 */
#define UPPER	   (1ull << 63)
#define DMAR_PAUSE 200 /* ms between two searches for the DMAR table */

static void print_stack(void *context)
{
	vcpu_print_stack(context, &plugin.ram, plugin.tables.paging, plugin.recorder.out);
}

/*
 * The DMAR table, and the MCFG table that the same firmware made. Only parts of the file that have been written: to look at
 * a hole would fill it.
 */
static void look_for_acpi(void)
{
	static uint64_t tried;
	uint64_t now = recorder_ms(&plugin.recorder);
	off_t from = 0, to;

	if (tried && now - tried < DMAR_PAUSE)
		return;
	tried = now + 1;
	while (!plugin.units.count && (from = lseek(plugin.ram_file, from, SEEK_DATA)) >= 0) {
		to = lseek(plugin.ram_file, from, SEEK_HOLE);
		if (to <= from)
			break;
		if (units_from_dmar(&plugin.units, plugin.ram.at + from, (uint64_t)(to - from)))
			config_from_mcfg(&plugin.config, plugin.ram.at + from,
					 (uint64_t)(to - from));
		from = to;
	}
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
	physical = vcpu_translate(v, &plugin.ram, address);
	if (physical < plugin.ram.bytes ? !plugin.tables.kind[physical >> 12] : physical == NOWHERE)
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
	pthread_mutex_lock(&plugin.lock);
	if (plugin.ended) {
		/* the record is closed */
	} else if (physical < plugin.ram.bytes) {
		tables_store(&plugin.tables, &s, print_stack, v);
	} else {
		if (!plugin.units.count)
			look_for_acpi();
		unit = units_at(&plugin.units, physical);
		if (unit)
			units_store(&plugin.units, unit, &s, print_stack, v);
		else if (config_at(&plugin.config, physical))
			config_store(&plugin.config, &s, print_stack, v);
	}
	plugin_check_output();
	pthread_mutex_unlock(&plugin.lock);
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
		address += vcpu_register(v, f->insn.base);
	if (f->insn.has_index)
		address += vcpu_register(v, f->insn.index) << f->insn.scale;
	physical = vcpu_translate(v, &plugin.ram, address);
	if (!tables_kind(&plugin.tables, physical))
		return;
	pthread_mutex_lock(&plugin.lock);
	if (plugin.ended) {
		pthread_mutex_unlock(&plugin.lock);
		return;
	}
	tables_settle(&plugin.tables);
	record_begin(&plugin.recorder, cpu, f->pc, 'F');
	fprintf(plugin.recorder.out, " %" PRIx64 " %s %s", physical, names[f->insn.is],
		table_kinds[tables_kind(&plugin.tables, physical)].name);
	print_stack(v);
	fprintf(plugin.recorder.out, "\n");
	pthread_mutex_unlock(&plugin.lock);
}

static void on_wbinvd(unsigned cpu, void *own)
{
	pthread_mutex_lock(&plugin.lock);
	if (!plugin.ended) {
		record_begin(&plugin.recorder, cpu, (uint64_t)own, 'W');
		fprintf(plugin.recorder.out, "\n");
	}
	pthread_mutex_unlock(&plugin.lock);
}

static void on_barrier(unsigned cpu, void *own)
{
	struct barriers *b = &plugin.recorder.since[cpu % RECORDER_CPUS];

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
	uint64_t value = vcpu_register(v, (uintptr_t)own >> 4 & 15);

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

/* As a hypervisor may take a processor away at any instruction. */
static void on_hold(unsigned cpu, void *own)
{
	(void)cpu;
	(void)own;
	usleep(plugin.hold_ms * 1000);
}

void instrument(struct qemu_plugin_insn *insn)
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
	if (plugin.hold && pc == plugin.hold)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_hold, PLUGIN_NO_REGISTERS, NULL);
	if (!plugin.all_code && !(pc & UPPER))
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
		vcpu_remember_return(pc + length);
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
