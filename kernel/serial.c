/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial console: a 16550-compatible UART in port space, polled. */
#include "kernel/serial.h"
#include "kernel/cpu.h"
#include "kernel/log.h"
#include "kernel/format.h"

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
	UART_SCR = 7,
};

static uint16_t base; /* 0: no console */
static bool stuck;    /* the transmitter does not empty: nobody takes what is sent */

bool serial_open(uint16_t port)
{
	base = 0;
	if (!port)
		return false;
	/* The scratch register remembers; an absent port reads as all ones. */
	outb(port + UART_SCR, 0x5a);
	if (inb(port + UART_SCR) != 0x5a)
		return false;
	outb(port + UART_SCR, 0xa5);
	if (inb(port + UART_SCR) != 0xa5 || inb(port + UART_LSR) == 0xff)
		return false;
	outb(port + UART_IER, 0);
	outb(port + UART_LCR, LCR_DLAB | LCR_8N1);
	outb(port + UART_THR, 1); /* 115200 from the PC's 1.8432 MHz clock */
	outb(port + UART_IER, 0);
	outb(port + UART_LCR, LCR_8N1);
	outb(port + UART_FCR, 0x07);
	outb(port + UART_MCR, MCR_DTR_RTS);
	base = port;
	stuck = false;
	return true;
}

/* A character takes 87 us; a port read about 1 us. A transmitter that is full for longer is dead.
 */
static bool wait_for(uint8_t bits)
{
	for (unsigned tries = stuck ? 1 : 200000; tries; tries--)
		if (inb(base + UART_LSR) & bits) {
			stuck = false;
			return true;
		}
	stuck = true;
	return false;
}

void serial_write(const char *text)
{
	if (!base)
		return;
	for (; *text; text++) {
		if (*text == '\n' && wait_for(LSR_THRE))
			outb(base + UART_THR, '\r');
		if (wait_for(LSR_THRE))
			outb(base + UART_THR, (uint8_t)*text);
	}
}

void serial_drain(void)
{
	if (base)
		wait_for(LSR_TEMT);
}

static void log_v(const char *before, const char *format, va_list arguments, const char *after)
{
	char line[1024];
	size_t n = format_v(line, sizeof(line), format, arguments);

	serial_write(before);
	serial_write(line);
	serial_write(n >= sizeof(line) ? "...\n" : after);
}

void log_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_v("", format, arguments, "");
	va_end(arguments);
}

void log_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_v("# ", format, arguments, "\n");
	va_end(arguments);
}
