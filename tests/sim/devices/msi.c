/* SPDX-License-Identifier: BSD-2-Clause */
/* A function's MSI and MSI-X, which object to what their specification does not allow. */
#include "tests/sim/devices/msi.h"
#include "tests/sim/devices/register_bus.h"

#include <string.h>

#define MSI_AT	     0x60
#define MSIX_AT	     0x80
#define MSI_ON	     1u
#define MSIX_ON	     (1u << 15)
#define MSIX_MASKED  (1u << 14)
#define VECTOR_BYTES 16

static uint16_t flags;
static unsigned table_bar, vectors; /* 0 vectors: no MSI-X */
static uint32_t table_offset, table[SIM_MSIX_VECTORS_MAX][4];

static uint32_t get(unsigned at)
{
	return pci_read32(&bus.function, at);
}

static uint16_t control(unsigned at)
{
	return pci_read16(&bus.function, at + 2);
}

/* A bus that was plugged anew has forgotten. */
static void forget_old(void)
{
	if (bus.has_messages)
		return;
	bus.has_messages = true;
	flags = 0;
	vectors = 0;
}

void bus_has_msi(uint16_t with)
{
	unsigned data = MSI_AT + (with & SIM_MSI_64_BIT ? 12 : 8);

	forget_old();
	flags = with | 3 << 1; /* it could send eight */
	bus_config_set32(MSI_AT, PCI_CAP_MSI | (uint32_t)flags << 16);
	bus_config_set32(MSI_AT + 4, SIM_MSI_FIRMWARE_ADDRESS);
	bus_config_set32(data, SIM_MSI_FIRMWARE_DATA);
	if (with & SIM_MSI_MASKS)
		bus_config_set32(data + 4, 0xa5);
}

void bus_has_msix(unsigned bar, uint32_t offset, unsigned count)
{
	forget_old();
	table_bar = bar;
	table_offset = offset;
	vectors = count;
	for (unsigned v = 0; v < SIM_MSIX_VECTORS_MAX; v++) {
		table[v][0] = SIM_MSI_FIRMWARE_ADDRESS;
		table[v][1] = 0;
		table[v][2] = SIM_MSI_FIRMWARE_DATA + v;
		table[v][3] = v % 3 ? 1 : 0;
	}
	bus_config_set32(MSIX_AT, PCI_CAP_MSIX | (uint32_t)(count - 1) << 16);
	bus_config_set32(MSIX_AT + 4, offset | bar);
}

unsigned bus_msi_capability(uint8_t id)
{
	if (!bus.has_messages)
		return 0;
	return id == PCI_CAP_MSI && flags ? MSI_AT : id == PCI_CAP_MSIX && vectors ? MSIX_AT : 0;
}

static bool msi_is_on(void)
{
	return bus_msi_capability(PCI_CAP_MSI) && control(MSI_AT) & MSI_ON;
}

static bool msix_is_on(void)
{
	return bus_msi_capability(PCI_CAP_MSIX) && control(MSIX_AT) & MSIX_ON;
}

void bus_msi_configured(unsigned offset, unsigned bytes, uint32_t value)
{
	if (bus_msi_capability(PCI_CAP_MSI) && offset > MSI_AT && offset < MSI_AT + 24) {
		if (offset == MSI_AT + 2) {
			bus_expect(bytes == 2 && !(value & 7 << 4),
				   "MSI: more than one vector is used");
			bus_expect(!(value & MSI_ON) || !msix_is_on(), "MSI and MSI-X are on");
			return;
		}
		bus_expect(!msi_is_on(), "MSI: its message is changed while it is on");
		bus_expect(flags & SIM_MSI_64_BIT || offset != MSI_AT + 12 || flags & SIM_MSI_MASKS,
			   "MSI: a write behind its capability");
	}
	if (bus_msi_capability(PCI_CAP_MSIX) && offset > MSIX_AT && offset < MSIX_AT + 12)
		bus_expect(offset == MSIX_AT + 2 && bytes == 2 &&
				   (!(value & MSIX_ON) || !msi_is_on()),
			   "MSI-X: a write to what is read-only, or MSI is on, too");
}

bool bus_msi_has(unsigned bar, uint64_t offset)
{
	return bus_msi_capability(PCI_CAP_MSIX) && bar == table_bar && offset >= table_offset &&
	       offset < table_offset + VECTOR_BYTES * vectors;
}

/* Some tables answer only while MSI-X is on. */
static uint32_t *word_at(uint64_t offset, unsigned bytes)
{
	uint64_t at = offset - table_offset;

	bus_expect(bytes == 4 && at % 4 == 0, "MSI-X: the table is used by another width than 32");
	bus_expect(msix_is_on(), "MSI-X: the table is used while MSI-X is off");
	return &table[at / VECTOR_BYTES][at % VECTOR_BYTES / 4];
}

uint32_t bus_msi_read(uint64_t offset, unsigned bytes)
{
	return *word_at(offset, bytes);
}

void bus_msi_write(uint64_t offset, unsigned bytes, uint32_t value)
{
	unsigned v = (unsigned)((offset - table_offset) / VECTOR_BYTES);
	uint32_t *word = word_at(offset, bytes);

	bus_expect(word == &table[v][3] || table[v][3] & 1,
		   "MSI-X: a vector's message is changed while it is not masked");
	*word = value;
}

static bool send(uint64_t address, uint32_t data)
{
	if (!bus_expect(!bus.stopped && pci_read16(&bus.function, PCI_COMMAND) & PCI_COMMAND_MASTER,
			"a message is to be sent with bus mastering off"))
		return false;
	bus.messages.count++;
	bus.messages.address = address;
	bus.messages.data = data;
	if (bus.messages.send)
		bus.messages.send(address, data);
	return true;
}

bool bus_send_message(void)
{
	unsigned data = MSI_AT + (flags & SIM_MSI_64_BIT ? 12 : 8);

	if (msix_is_on()) {
		for (unsigned v = 1; v < vectors; v++)
			bus_expect(table[v][3] & 1 || control(MSIX_AT) & MSIX_MASKED,
				   "MSI-X: a message of firmware's is not masked");
		return !(control(MSIX_AT) & MSIX_MASKED) && !(table[0][3] & 1) &&
		       send(table[0][0] | (uint64_t)table[0][1] << 32, table[0][2]);
	}
	return msi_is_on() && !(flags & SIM_MSI_MASKS && get(data + 4) & 1) &&
	       send(get(MSI_AT + 4) |
			    (flags & SIM_MSI_64_BIT ? (uint64_t)get(MSI_AT + 8) << 32 : 0),
		    get(data) & 0xffff);
}
