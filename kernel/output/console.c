/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial consoles in use: all get every text. */
#include "kernel/output/console.h"
#include "kernel/cpu.h"
#include "kernel/lib/string.h"

#define UART_MAX 8

static struct uart uarts[UART_MAX];
static unsigned uart_count;
static bool is_open;
static char early[2048]; /* what was written before the consoles were known */
static size_t early_bytes;
static uint64_t bytes, ticks; /* written; spent writing */

bool console_has(uint64_t base, bool is_mmio)
{
	for (unsigned i = 0; i < uart_count; i++)
		if (uarts[i].base == base && uarts[i].is_mmio == is_mmio)
			return true;
	return false;
}

bool console_is_full(void)
{
	return uart_count == UART_MAX;
}

void console_add(const struct uart *uart)
{
	uarts[uart_count++] = *uart;
}

bool console_is_open(void)
{
	return is_open;
}

void console_open(void)
{
	is_open = true;
	console_write(early);
}

void console_write(const char *text)
{
	size_t n = strlen(text);
	uint64_t begin = rdtsc();

	if (!is_open && early_bytes + n < sizeof(early)) {
		memcpy(early + early_bytes, text, n);
		early_bytes += n;
	}
	bytes += n;
	for (unsigned i = 0; i < uart_count; i++)
		uart_write(&uarts[i], text);
	ticks += rdtsc() - begin;
}

uint64_t console_bytes(void)
{
	return bytes;
}

uint64_t console_ticks(void)
{
	return ticks;
}

void console_drain(void)
{
	for (unsigned i = 0; i < uart_count; i++)
		uart_drain(&uarts[i]);
}

bool console_has_reader(void)
{
	for (unsigned i = 0; i < uart_count; i++)
		if (uart_has_reader(&uarts[i]))
			return true;
	return false;
}
