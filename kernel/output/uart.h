/* SPDX-License-Identifier: BSD-2-Clause */
/* One 16550-compatible UART, polled; in port or memory space, its registers any distance apart. */
#ifndef KERNEL_UART_H
#define KERNEL_UART_H

#include <stdbool.h>
#include <stdint.h>

struct uart {
	uint64_t base;
	bool is_mmio;
	uint8_t stride; /* bytes from one register to the next: 1, 2 or 4 */
	uint8_t width;	/* bytes of an access: 1, 2 or 4 */
	uint32_t baud;	/* to set, from the PC's clock of 1.8432 MHz; 0: leave the divisor alone */
	bool must_echo; /* only a scratch register that remembers proves it, not a ready transmitter */

	bool stuck;    /* the transmitter does not empty: nobody takes what is sent */
	uint64_t lost; /* characters that were dropped meanwhile */
	uint64_t lost_in_all;
};

/*
 * Bring it up, 8N1, FIFOs on, interrupts off. False if nothing answers there. A divisor that was
 * never set (0) is set to 115200 even where it was to be left alone.
 */
bool uart_open(struct uart *uart);

/*
 * Send a text, '\n' as CR LF. A transmitter that stays full for some hundred milliseconds is taken
 * for dead: whole texts are then dropped and counted, and the first that gets through again is
 * preceded by a line that says how much is missing.
 */
void uart_write(struct uart *uart, const char *text);

/* Wait until the last character has left, at most some hundred milliseconds. */
void uart_drain(struct uart *uart);

/*
 * Whether somebody at the other end says so by a modem line, and took everything. With no cable, or
 * one of three wires, nobody does.
 */
bool uart_has_reader(const struct uart *uart);

#endif
