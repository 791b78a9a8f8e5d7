/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI LoadOptions as option text. */
#ifndef BOOT_LOAD_OPTIONS_H
#define BOOT_LOAD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * EFI LoadOptions -> option text. Firmware and loaders pass them as UCS-2 (with or without the
 * terminating NUL, sometimes with an odd byte behind) or, some boot managers, as ASCII; with the
 * image's name as first word (UEFI Shell, iPXE) or without (boot entries, QEMU -kernel).
 *
 * data, bytes:  as found in EFI_LOADED_IMAGE_PROTOCOL; data may be NULL when bytes is 0.
 * out, room:    receives at most room - 1 characters and a NUL; room >= 1.
 * Returns false, with an empty text, if the data is no text (binary optional data of a boot
 * entry) or does not fit.
 */
bool load_options_text(const void *data, size_t bytes, char *out, size_t room);

#endif
