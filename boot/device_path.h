/* SPDX-License-Identifier: BSD-2-Clause */
/* UEFI device paths. */
#ifndef BOOT_DEVICE_PATH_H
#define BOOT_DEVICE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The Ethernet address of the first MAC node (UEFI specification 2.10, 10.3.4) in a device path
 * that takes at most `bytes`. False if it has none, or is malformed before one.
 */
bool device_path_mac(const void *path, size_t bytes, uint8_t mac[6]);

#endif
