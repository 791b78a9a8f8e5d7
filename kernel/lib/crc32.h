/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32, the checksum of machine records. */
#ifndef KERNEL_CRC32_H
#define KERNEL_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC-32 as of Ethernet, zlib and gzip (polynomial 0x04c11db7, reflected), over `bytes` more bytes;
 * `crc` is 0 at first, then what was returned before.
 */
uint32_t crc32_add(uint32_t crc, const void *data, size_t bytes);

#endif
