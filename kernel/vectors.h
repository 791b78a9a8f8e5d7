/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt vectors, one list for all processors. */
#ifndef KERNEL_VECTORS_H
#define KERNEL_VECTORS_H

enum vector {
	VECTOR_NMI = 2,
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_MACHINE_CHECK = 18,
	VECTOR_VTD_FAULT = 0x40, /* the remapping unit's fault event */
	VECTOR_WAKE = 0x41,	 /* work for an idle processor */
	VECTOR_TICK = 0x42,	 /* the watchdog's timer */
	VECTOR_TEST_A = 0x50,	 /* interrupts under test (kernel/interrupts.h): */
	VECTOR_TEST_B = 0x60,	 /* classes of their own, above all others */
	VECTOR_SPURIOUS = 0xff,
};

#endif
