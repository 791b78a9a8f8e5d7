/* SPDX-License-Identifier: BSD-2-Clause */
/* Which BAR has a PCI function's UART, and how wide its registers are. */
#include "kernel/output/pci_uart.h"
#include "tests/host/test.h"

enum { IO = PCI_COMMAND_IO, MEMORY = PCI_COMMAND_MEMORY };

struct want {
	bool decoded;
	uint64_t base;
	bool is_mmio;
	uint8_t width;
};

static void check(uint16_t vendor, uint16_t device, uint16_t command, uint32_t bar0, uint32_t bar1,
		  uint32_t bar2, struct want want)
{
	const uint32_t bars[PCI_UART_BARS] = { bar0, bar1, bar2 };
	struct pci_function f = { .vendor = vendor, .device = device, .class = 0x070002 };
	struct uart uart;

	CHECK_EQ(pci_uart_place(&f, command, bars, &uart), want.decoded);
	CHECK_EQ(uart.base, want.base);
	CHECK_EQ(uart.is_mmio, want.is_mmio);
	CHECK_EQ(uart.width, want.width);
	CHECK_EQ(uart.stride, want.width);
}

/* AMT: eight ports in BAR 0; the same in memory in BAR 1 is not looked at. */
TEST(pci_uart_in_ports)
{
	check(0x8086, 0x9d3d, IO | MEMORY, 0x3061, 0xfe034000, 0,
	      (struct want){ true, 0x3060, false, 1 });
	check(0x8086, 0x9d3d, MEMORY, 0x3061, 0xfe034000, 0,
	      (struct want){ false, 0x3060, false, 1 });
	check(0x1b36, 0x0002, IO, 0xc001, 0, 0, (struct want){ true, 0xc000, false, 1 });
	check(0x1b36, 0x0002, IO, 1, 0, 0, (struct want){ false, 0, false, 1 });
}

TEST(pci_uart_in_memory)
{
	check(0x8086, 0x0f0a, MEMORY, 0xfe034000, 0xfe035000, 0,
	      (struct want){ true, 0xfe034000, true, 4 });
	check(0x8086, 0x4b96, MEMORY, 0xfe034004, 0x60, 0,
	      (struct want){ true, 0x60fe034000, true, 4 });
	check(0x13a8, 0x0352, MEMORY, 0xfe034000, 0, 0, (struct want){ true, 0xfe034000, true, 1 });
	check(0x8086, 0x0f0a, IO, 0xfe034000, 0, 0, (struct want){ false, 0xfe034000, true, 4 });
	check(0x8086, 0x0f0a, MEMORY, 0, 0, 0, (struct want){ false, 0, false, 1 });
}

/* Denverton, Cedar Fork: BAR 1 unless BAR 0 has ports that are decoded. */
TEST(pci_uart_of_the_hsuart_kind)
{
	static const uint16_t ids[] = { 0x18d8, 0x19d8 };

	for (unsigned i = 0; i < 2; i++) {
		check(0x8086, ids[i], MEMORY, 0, 0xdff3c000, 0,
		      (struct want){ true, 0xdff3c000, true, 1 });
		check(0x8086, ids[i], MEMORY, 0xe001, 0xdff3c000, 0,
		      (struct want){ true, 0xdff3c000, true, 1 });
		check(0x8086, ids[i], IO | MEMORY, 0xe001, 0xdff3c000, 0,
		      (struct want){ true, 0xe000, false, 1 });
		check(0x8086, ids[i], MEMORY, 1, 0xdff3c004, 2,
		      (struct want){ true, 0x2dff3c000, true, 1 });
		check(0x8086, ids[i], IO, 1, 0xdff3c000, 0,
		      (struct want){ false, 0xdff3c000, true, 1 });
		/* The upper half of BAR 0. */
		check(0x8086, ids[i], MEMORY, 0xdff3c004, 0x10, 0,
		      (struct want){ false, 0, false, 1 });
	}
	/* Another vendor's device with the same number. */
	check(0x1b36, 0x19d8, MEMORY, 0xfe034000, 0xdff3c000, 0,
	      (struct want){ true, 0xfe034000, true, 1 });
}

TEST(pci_uart_by_class)
{
	struct pci_function f = { .class = 0x070002 };

	CHECK(pci_is_uart(&f));
	f.class = 0x070007;
	CHECK(!pci_is_uart(&f));
	f.class = 0x070102; /* parallel */
	CHECK(!pci_is_uart(&f));
}
