/* SPDX-License-Identifier: BSD-2-Clause */
/* The MAC of the port that the image came by, from its UEFI device path. */
#include "boot/device_path.h"

enum { TYPE_MESSAGING = 3, TYPE_END = 0x7f, SUBTYPE_MAC = 11, HEADER_BYTES = 4 };

bool device_path_mac(const void *path, size_t bytes, uint8_t mac[6])
{
	const uint8_t *node = path;

	for (size_t length; bytes >= HEADER_BYTES; node += length, bytes -= length) {
		length = node[2] | (size_t)node[3] << 8;
		if ((node[0] & TYPE_END) == TYPE_END || length < HEADER_BYTES || length > bytes)
			return false;
		if (node[0] == TYPE_MESSAGING && node[1] == SUBTYPE_MAC &&
		    length >= HEADER_BYTES + 6) {
			for (unsigned i = 0; i < 6; i++)
				mac[i] = node[HEADER_BYTES + i];
			return true;
		}
	}
	return false;
}
