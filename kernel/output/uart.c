/* SPDX-License-Identifier: BSD-2-Clause */
/* One UART: opened if it answers, written to, and given up where nobody takes what is sent. */
#include "kernel/output/uart.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

#define CLOCK_BAUD 115200 /* at divisor 1 */

/* A character takes 87 us at 115200, 1 ms at 9600; a read of the register about 1 us. */
#define TRIES 200000

enum {
	UART_THR = 0, /* transmit holding; with DLAB the divisor's low byte */
	UART_IER = 1, /* interrupt enable; with DLAB the divisor's high byte */
	UART_FCR = 2,
	UART_LCR = 3,
	LCR_8N1 = 0x03,
	LCR_DLAB = 0x80,
	UART_MCR = 4,
	MCR_DTR_RTS = 0x03,
	UART_LSR = 5,
	LSR_THRE = 0x20,
	LSR_TEMT = 0x40,
	UART_MSR = 6,
	MSR_CTS_DSR_DCD = 0xb0,
	UART_SCR = 7,
};

static uint8_t get(const struct uart *u, unsigned reg)
{
	uint64_t at = u->base + reg * u->stride;

	if (!u->is_mmio)
		return inb((uint16_t)at);
	return u->width == 4   ? (uint8_t) * (volatile uint32_t *)at
	       : u->width == 2 ? (uint8_t) * (volatile uint16_t *)at
			       : *(volatile uint8_t *)at;
}

static void put(const struct uart *u, unsigned reg, uint8_t value)
{
	uint64_t at = u->base + reg * u->stride;

	if (!u->is_mmio)
		outb((uint16_t)at, value);
	else if (u->width == 4)
		*(volatile uint32_t *)at = value;
	else if (u->width == 2)
		*(volatile uint16_t *)at = value;
	else
		*(volatile uint8_t *)at = value;
}

/* The scratch register remembers; an absent UART reads as all ones, or as whatever the bus holds. */
static bool echoes(const struct uart *u)
{
	put(u, UART_SCR, 0x5a);
	if (get(u, UART_SCR) != 0x5a)
		return false;
	put(u, UART_SCR, 0xa5);
	return get(u, UART_SCR) == 0xa5;
}

static bool wait_for(struct uart *u, uint8_t bits)
{
	for (unsigned tries = u->stuck ? 1 : TRIES; tries; tries--)
		if (get(u, UART_LSR) & bits) {
			u->stuck = false;
			return true;
		}
	u->stuck = true;
	return false;
}

bool uart_open(struct uart *u)
{
	unsigned divisor;

	u->stuck = false;
	u->lost = u->lost_in_all = 0;
	if (get(u, UART_LSR) == 0xff || (!echoes(u) && (u->must_echo || !wait_for(u, LSR_THRE))))
		return false;
	u->stuck = false;
	put(u, UART_IER, 0);
	put(u, UART_LCR, LCR_DLAB | LCR_8N1);
	divisor = get(u, UART_THR) | (unsigned)get(u, UART_IER) << 8;
	if (u->baud || !divisor) {
		divisor = CLOCK_BAUD / (u->baud ? u->baud : CLOCK_BAUD);
		put(u, UART_THR, (uint8_t)divisor);
		put(u, UART_IER, (uint8_t)(divisor >> 8));
	}
	put(u, UART_LCR, LCR_8N1);
	put(u, UART_FCR, 0x07); /* on, and emptied */
	put(u, UART_MCR, MCR_DTR_RTS);
	return true;
}

/* How many characters were sent before it got stuck. */
static size_t send(struct uart *u, const char *text)
{
	size_t n = 0;

	for (; text[n]; n++) {
		if (text[n] == '\n' && wait_for(u, LSR_THRE))
			put(u, UART_THR, '\r');
		if (!wait_for(u, LSR_THRE))
			break;
		put(u, UART_THR, (uint8_t)text[n]);
	}
	return n;
}

void uart_write(struct uart *u, const char *text)
{
	char words[80];
	size_t length = strlen(text), sent;

	if (u->lost && wait_for(u, LSR_THRE)) {
		format_text(words, sizeof(words),
			    "\n# console: %lu characters are missing here: nobody took them\n",
			    u->lost);
		u->lost = 0;
		send(u, words);
	}
	sent = u->lost ? 0 : send(u, text);
	u->lost += length - sent;
	u->lost_in_all += length - sent;
}

void uart_drain(struct uart *u)
{
	wait_for(u, LSR_TEMT);
}

bool uart_has_reader(const struct uart *u)
{
	uint8_t lines = get(u, UART_MSR);

	return !u->lost_in_all && lines != 0xff && lines & MSR_CTS_DSR_DCD;
}
