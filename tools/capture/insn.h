/* SPDX-License-Identifier: BSD-2-Clause */
/* What an x86 instruction is to a capture: a fence, a flush, a call, a change of the page tables, a store to the stack. */
#ifndef TOOLS_CAPTURE_INSN_H
#define TOOLS_CAPTURE_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum insn_is {
	INSN_OTHER,
	INSN_SFENCE,
	INSN_MFENCE,
	INSN_LFENCE,
	INSN_WBINVD,
	INSN_CLFLUSH,
	INSN_CLFLUSHOPT,
	INSN_CLWB,
	INSN_CALL,
	INSN_MOV_TO_CR, /* `number`: the control register, `base`: the general register it is loaded from */
};

struct insn {
	uint8_t is;	/* enum insn_is */
	bool locked;	/* LOCK, or an exchange with memory, which locks by itself */
	bool stack;	/* stores to the stack alone: push, call, an address by RSP */
	uint8_t number; /* of the control register */
	/* Of a flush: its address is base + index << scale + displacement, or relative to the next instruction. */
	bool has_base, has_index, relative;
	uint8_t base, index,
		scale; /* numbers of general registers: 0 RAX, 1 RCX, 4 RSP ... 15 R15 */
	int32_t displacement;
};

/* 64-bit mode; `length` bytes, which are one instruction. */
struct insn insn_decode(const uint8_t *bytes, size_t length);

#endif
