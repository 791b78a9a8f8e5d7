/* SPDX-License-Identifier: BSD-2-Clause */
/* Which serial consoles there are: by console=, by the tables of ACPI, by PCI. */
#include "kernel/output/console_find.h"
#include "kernel/firmware/acpi.h"
#include "kernel/lib/format.h"
#include "kernel/output/console.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "kernel/pci.h"
#include "kernel/output/pci_uart.h"
#include "kernel/firmware/spcr.h"
#include "kernel/lib/string.h"

#define COM1	 0x3f8
#define COM_BAUD 115200

static char notes[768]; /* what console_describe() says; newlines between */

static void note(const char *what, uint64_t base, bool is_mmio, const char *outcome)
{
	size_t n = strlen(notes);

	if (base)
		format_text(notes + n, sizeof(notes) - n, "%s at %s0x%lx: %s\n", what,
			    is_mmio ? "memory " : "port ", base, outcome);
	else
		format_text(notes + n, sizeof(notes) - n, "%s: %s\n", what, outcome);
}

/* Take a UART that is not in use yet; whether it answers. */
static bool add(struct uart uart, uint32_t baud, const char *what)
{
	if (console_has(uart.base, uart.is_mmio))
		return true;
	if (console_is_full())
		return false;
	if (baud != BAUD_AUTO)
		uart.baud = baud;
	/* The divisor counts the PC's clock of 1.8432 MHz in port space; elsewhere nobody knows. */
	if (uart.is_mmio)
		uart.baud = 0;
	if (uart.is_mmio && !paging_map_mmio(uart.base, 8 * uart.stride)) {
		note(what, uart.base, uart.is_mmio, "out of the processor's reach");
		return false;
	}
	if (!uart_open(&uart)) {
		note(what, uart.base, uart.is_mmio, "nothing answers");
		return false;
	}
	note(what, uart.base, uart.is_mmio, uart.baud ? "in use" : "in use, speed as it was");
	console_add(&uart);
	return true;
}

static bool add_port(uint64_t port, uint32_t baud)
{
	return add((struct uart){ .base = port,
				  .stride = 1,
				  .width = 1,
				  .baud = COM_BAUD,
				  .must_echo = true },
		   baud, "UART");
}

static bool add_table(const char *name, uint32_t fixed,
		      struct table_problem (*read)(const struct acpi_table *,
						   struct console_place *),
		      uint32_t baud, struct console_place *place)
{
	struct table_problem problem;
	struct acpi_table table;

	if (!acpi_open(&table, name, name, fixed))
		return false;
	problem = read(&table, place);
	if (problem.text) {
		acpi_complain(name, problem);
		return false;
	}
	return add((struct uart){ .base = place->base,
				  .is_mmio = place->is_mmio,
				  .stride = place->stride,
				  .width = place->width,
				  .baud = place->baud && COM_BAUD % place->baud == 0 ? place->baud
										     : 0 },
		   baud, name);
}

/* Only where firmware left the decoding on: the function is not ours to configure. */
static void add_pci(uint32_t baud)
{
	for (unsigned i = 0; i < pci_count; i++) {
		const struct pci_function *f = &pci_functions[i];
		uint32_t bars[PCI_UART_BARS];
		struct uart uart;

		if (!pci_is_uart(f))
			continue;
		for (unsigned b = 0; b < PCI_UART_BARS; b++)
			bars[b] = pci_read32(f, PCI_BAR0 + 4 * b);
		if (pci_uart_place(f, pci_read16(f, PCI_COMMAND), bars, &uart))
			add(uart, baud, "PCI UART");
		else
			note("PCI UART", uart.base, uart.is_mmio,
			     "not decoded by firmware, left alone");
	}
}

static void add_choice(const struct console_choice *c, uint32_t baud)
{
	struct uart uart = { .base = c->base, .is_mmio = true, .stride = 1, .width = 1 };
	struct console_place place;

	switch (c->source) {
	case CONSOLE_AUTO:
		/*
		 * Most tables name COM1, whether anybody reads there or not; on a machine with AMT
		 * somebody may read at its serial-over-LAN. Both get the log.
		 */
		if ((add_table("SPCR", SPCR_FIXED_BYTES, spcr_read, baud, &place) ||
		     add_table("DBG2", DBG2_FIXED_BYTES, dbg2_read, baud, &place)) &&
		    (place.is_mmio || place.base != COM1))
			break;
		add_pci(baud);
		add_port(COM1, baud);
		break;
	case CONSOLE_SPCR:
		add_table("SPCR", SPCR_FIXED_BYTES, spcr_read, baud, &place);
		break;
	case CONSOLE_DBG2:
		add_table("DBG2", DBG2_FIXED_BYTES, dbg2_read, baud, &place);
		break;
	case CONSOLE_PCI:
		add_pci(baud);
		break;
	case CONSOLE_PORT:
		add_port(c->base, baud);
		break;
	case CONSOLE_MMIO32:
		uart.stride = uart.width = 4;
		/* fall through */
	case CONSOLE_MMIO:
		add(uart, baud, "UART");
		break;
	}
}

void console_find(const struct options *options)
{
	if (console_is_open())
		return;
	for (unsigned i = 0; i < options->console_count; i++)
		add_choice(&options->consoles[i], options->baud);
	console_open();
}

void console_describe(void)
{
	char *line = notes;

	for (char *at = notes; *at; at++)
		if (*at == '\n') {
			*at = 0;
			log_note("console: %s", line);
			line = at + 1;
		}
}
