/* SPDX-License-Identifier: BSD-2-Clause */
/* Products of 128 bits, divided. */
#ifndef KERNEL_MULDIV_H
#define KERNEL_MULDIV_H

#include <stdint.h>

/*
 * a * b / divisor with a 128-bit product; UINT64_MAX where the quotient does not fit or the divisor
 * is 0. By the instructions themselves: the compiler would call libgcc, which was built to use the
 * red zone that interrupts here overwrite.
 */
static inline uint64_t mul_div(uint64_t a, uint64_t b, uint64_t divisor)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	uint64_t quotient, rest;

	if (product >> 64 >= divisor)
		return UINT64_MAX;
	__asm__("divq %4"
		: "=a"(quotient), "=d"(rest)
		: "a"((uint64_t)product), "d"((uint64_t)(product >> 64)), "r"(divisor)
		: "cc");
	return quotient;
}

#endif
