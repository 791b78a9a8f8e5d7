/* SPDX-License-Identifier: BSD-2-Clause */
/* Text formatting. */
#ifndef KERNEL_FORMAT_H
#define KERNEL_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * printf for a kernel without floating point: %s %c %d %u %x %p %% with flags '-' and '0', width,
 * and length l, ll or z. Numbers with a fraction are printed by format_scaled().
 * Writes at most room bytes with the NUL; returns the length the whole text has.
 */
size_t format_v(char *out, size_t room, const char *format, va_list arguments);
__attribute__((format(printf, 3, 4))) size_t format_text(char *out, size_t room, const char *format,
							 ...);

/*
 * numerator / denominator as a short decimal number, e.g. "0.317" or "4.4e3" or "8.1e-05".
 * Returns `out`; "inf" for a denominator of 0 ("0" if both are).
 */
char *format_ratio(char out[16], unsigned long long numerator, unsigned long long denominator);

#endif
