/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of QEMU's plugin interface that the capture uses, declared here because no package has QEMU's header.
 * Written from the documentation of the interface (docs/devel/tcg-plugins in QEMU), version 4 (QEMU 10.0) to 7 (11.1).
 *
 * Version 7 passes a pointer of the plugin's own to every callback, and no plugin id. The registering functions take
 * that pointer as a last argument; older ones do not look at it. So all are declared with it, and a callback is
 * registered in the form that PLUGIN_API asks for.
 */
#ifndef TOOLS_CAPTURE_QEMU_PLUGIN_H
#define TOOLS_CAPTURE_QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef PLUGIN_API
#define PLUGIN_API 4
#endif

#define PLUGIN_EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
typedef uint32_t plugin_access; /* what a memory callback is told of the access */
typedef void (*plugin_callback)(void);

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;

struct plugin_info {
	const char *target; /* "x86_64" */
	struct {
		int min, current;
	} version;
	bool system; /* not a user-mode emulation */
};

enum plugin_registers { PLUGIN_NO_REGISTERS, PLUGIN_READS_REGISTERS };
enum plugin_direction { PLUGIN_LOADS = 1, PLUGIN_STORES = 2 };

/* What was stored. */
struct plugin_value {
	int type; /* of the union: 0 for 8 bits to 4 for 128 */
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
		struct {
			uint64_t low, high;
		} u128;
	} data;
};

/* GLib's, of which QEMU links the functions. */
struct plugin_bytes {
	uint8_t *data;
	unsigned length;
};

struct plugin_registers_list {
	char *data;
	unsigned length;
};

/* There may be more in each: in version 7 whether it can be written. */
struct plugin_register {
	struct qemu_plugin_register *handle;
	const char *name, *feature;
};

typedef void (*plugin_on_store)(unsigned cpu, plugin_access access, uint64_t address, void *own);
typedef void (*plugin_on_insn)(unsigned cpu, void *own);

void qemu_plugin_register_vcpu_init_cb(plugin_id id, plugin_callback callback, void *own);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_callback callback, void *own);
void qemu_plugin_register_atexit_cb(plugin_id id, plugin_callback callback, void *own);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, plugin_on_store callback,
				      int registers, int direction, void *own);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_on_insn callback,
					    int registers, void *own);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t room);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
unsigned qemu_plugin_mem_size_shift(plugin_access access);
struct plugin_value qemu_plugin_mem_get_value(plugin_access access);
struct plugin_registers_list *qemu_plugin_get_registers(void);
/* An int before version 6, then a bool: the length of `to` says whether there is something. */
int qemu_plugin_read_register(struct qemu_plugin_register *handle, struct plugin_bytes *to);
unsigned g_array_get_element_size(struct plugin_registers_list *list);
struct plugin_bytes *g_byte_array_new(void);
struct plugin_bytes *g_byte_array_set_size(struct plugin_bytes *array, unsigned length);

#endif
