/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32, half a byte at a time. */
#include "kernel/lib/crc32.h"

/* What half a byte does to the register: sixteen words instead of 256, for some kilobytes in all. */
static uint32_t step(uint32_t half)
{
	for (unsigned i = 0; i < 4; i++)
		half = half >> 1 ^ (half & 1 ? 0xedb88320 : 0);
	return half;
}

uint32_t crc32_add(uint32_t crc, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	crc = ~crc;
	while (bytes--) {
		crc ^= *at++;
		crc = crc >> 4 ^ step(crc & 15);
		crc = crc >> 4 ^ step(crc & 15);
	}
	return ~crc;
}
