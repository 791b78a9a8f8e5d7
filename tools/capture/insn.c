/* SPDX-License-Identifier: BSD-2-Clause */
/* Written from the encodings in the processor manual (Intel SDM, volume 2); for 64-bit code. */
#include <string.h>

#include "tools/capture/insn.h"

/* Opcodes of one byte that store to a ModRM operand, but for push and call. */
static bool stores_to_operand(uint8_t opcode)
{
	static const uint8_t some[] = { 0x80, 0x81, 0x83, 0x86, 0x87, 0x88, 0x89, 0xc0, 0xc1,
					0xc6, 0xc7, 0xd0, 0xd1, 0xd2, 0xd3, 0xf6, 0xf7 };

	if (opcode < 0x40 && (opcode & 7) < 2) /* add, or, adc, sbb, and, sub, xor, cmp */
		return true;
	return memchr(some, opcode, sizeof(some));
}

/* The operand at bytes[at], a ModRM byte: where it is in memory. */
static void decode_operand(const uint8_t *bytes, size_t length, size_t at, uint8_t rex,
			   struct insn *out)
{
	unsigned mode = bytes[at] >> 6, rm = bytes[at] & 7;

	at++;
	if (rm == 4) {
		uint8_t sib;

		if (at == length)
			return;
		sib = bytes[at++];
		out->scale = sib >> 6;
		out->index = (uint8_t)((sib >> 3 & 7) | (rex & 2) << 2);
		out->has_index = out->index != 4;
		out->base = (uint8_t)((sib & 7) | (rex & 1) << 3);
		out->has_base = (sib & 7) != 5 || mode != 0;
		if (!out->has_base)
			mode = 2;
	} else if (rm == 5 && mode == 0) {
		out->relative = true;
		mode = 2;
	} else {
		out->has_base = true;
		out->base = (uint8_t)(rm | (rex & 1) << 3);
	}
	if (mode == 1 && at < length)
		out->displacement = (int8_t)bytes[at];
	if (mode == 2 && at + 4 <= length)
		memcpy(&out->displacement, bytes + at, 4);
}

/* 0F AE: fences have a register operand, flushes one in memory. 66 makes clflush clflushopt. */
static void decode_0fae(const uint8_t *bytes, size_t length, size_t at, uint8_t rex, bool repeat,
			bool operand_size, struct insn *out)
{
	static const uint8_t fences[8] = {
		[5] = INSN_LFENCE, [6] = INSN_MFENCE, [7] = INSN_SFENCE
	};
	unsigned which = bytes[at] >> 3 & 7;

	if (bytes[at] >> 6 == 3) {
		if (!repeat && !operand_size)
			out->is = fences[which];
		return;
	}
	if (which == 7 && !repeat)
		out->is = operand_size ? INSN_CLFLUSHOPT : INSN_CLFLUSH;
	else if (which == 6 && operand_size)
		out->is = INSN_CLWB;
	else
		return;
	decode_operand(bytes, length, at, rex, out);
}

struct insn insn_decode(const uint8_t *bytes, size_t length)
{
	struct insn out = { 0 };
	bool repeat = false, operand_size = false;
	uint8_t rex = 0, opcode, modrm;
	size_t i;

	for (i = 0; i < length; i++) {
		if (bytes[i] == 0xf0)
			out.locked = true;
		else if (bytes[i] == 0xf2 || bytes[i] == 0xf3)
			repeat = true;
		else if (bytes[i] == 0x66)
			operand_size = true;
		else if (!memchr("\x2e\x36\x3e\x26\x64\x65\x67", bytes[i], 7))
			break;
	}
	if (i < length && (bytes[i] & 0xf0) == 0x40)
		rex = bytes[i++];
	if (i == length)
		return out;
	opcode = bytes[i++];
	modrm = i < length ? bytes[i] : 0;
	if (opcode == 0x0f && modrm != 0x09 && i + 1 < length) {
		uint8_t second = bytes[i++];

		if (second == 0xae)
			decode_0fae(bytes, length, i, rex, repeat, operand_size, &out);
		if (second == 0x22) {
			out.is = INSN_MOV_TO_CR;
			out.number = (uint8_t)((bytes[i] >> 3 & 7) | (rex & 4) << 1);
			out.base = (uint8_t)((bytes[i] & 7) | (rex & 1) << 3);
		}
		return out;
	}
	if (opcode == 0x0f && modrm == 0x09)
		out.is = INSN_WBINVD;
	if (opcode == 0xe8 || (opcode == 0xff && (modrm >> 3 & 7) == 2)) {
		out.is = INSN_CALL;
		out.stack = true;
	}
	if ((opcode & 0xf8) == 0x50 || opcode == 0x68 || opcode == 0x6a || opcode == 0x9c ||
	    opcode == 0xc8 || (opcode == 0xff && (modrm >> 3 & 7) == 6))
		out.stack = true;
	if ((opcode == 0x86 || opcode == 0x87) && modrm >> 6 != 3)
		out.locked = true;
	if (i < length && stores_to_operand(opcode) && modrm >> 6 != 3) {
		struct insn operand = { 0 };

		decode_operand(bytes, length, i, rex, &operand);
		out.stack |= operand.has_base && operand.base == 4 && !out.locked;
	}
	return out;
}
