/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI Firmware specification 3.3, section 4.1.2 (MCFG); PCI Express base specification, 7.5. */
#include "kernel/pci.h"
#include "kernel/firmware/acpi.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/firmware/mcfg.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/time.h"

struct pci_function *pci_functions;
unsigned pci_count;
static bool left_out; /* there are more than PCI_MAX */
static bool several_mcfgs;
static uint8_t visited[256 / 8]; /* buses of the segment being scanned: a bridge loop ends here */

uint16_t pci_read16(const struct pci_function *f, unsigned offset)
{
	return *(volatile uint16_t *)(f->config + offset);
}

uint32_t pci_read32(const struct pci_function *f, unsigned offset)
{
	return *(volatile uint32_t *)(f->config + offset);
}

void pci_write16(const struct pci_function *f, unsigned offset, uint16_t value)
{
	*(volatile uint16_t *)(f->config + offset) = value;
}

void pci_write32(const struct pci_function *f, unsigned offset, uint32_t value)
{
	*(volatile uint32_t *)(f->config + offset) = value;
}

static void scan_bus(const struct mcfg_entry *ecam, uint8_t bus, struct pci_function *parent);

static bool scan_function(const struct mcfg_entry *ecam, uint8_t bus, uint8_t devfn,
			  struct pci_function *parent, uint8_t *header)
{
	volatile uint8_t *config = paging_map_mmio(mcfg_address(ecam, bus, devfn), 4096);
	struct pci_function *f;
	uint32_t id;

	if (!config)
		return false;
	id = *(volatile uint32_t *)config;
	if ((uint16_t)id == 0xffff || !(uint16_t)id)
		return false;
	if (pci_count == PCI_MAX) {
		left_out = true;
		return false;
	}
	*header = config[PCI_HEADER_TYPE];
	f = &pci_functions[pci_count++];
	*f = (struct pci_function){
		.segment = ecam->segment,
		.bus = bus,
		.devfn = devfn,
		.vendor = (uint16_t)id,
		.device = (uint16_t)(id >> 16),
		.class = *(volatile uint32_t *)(config + PCI_CLASS) >> 8,
		.bridge = (*header & PCI_HEADER_LAYOUT) == PCI_HEADER_BRIDGE,
		.parent = parent,
		.config = config,
	};
	f->mastered = pci_read16(f, PCI_COMMAND) & PCI_COMMAND_MASTER;
	if (f->bridge) {
		f->secondary = config[PCI_SECONDARY_BUS];
		f->subordinate = config[PCI_SUBORDINATE_BUS];
		if (f->secondary > bus)
			scan_bus(ecam, f->secondary, f);
	}
	return true;
}

/* The `index`-th MCFG table; one that cannot be used has length 0. False: there are no more. */
static bool open_mcfg(struct acpi_table *table, unsigned index)
{
	const struct acpi_header *header = acpi_find("MCFG", index);

	acpi_table_open(table, "MCFG", MCFG_FIXED_BYTES, header, header ? header->length : 0);
	return header;
}

static bool is_agreed(const struct mcfg_entry *ecam, uint8_t bus)
{
	struct acpi_table mcfg;

	for (unsigned i = 0; several_mcfgs && open_mcfg(&mcfg, i); i++)
		if (mcfg.length && !mcfg_agrees(&mcfg, ecam, bus))
			return false;
	return true;
}

/* The runs of buses of an entry that are not so in every table. */
static void describe_disagreement(const struct mcfg_entry *e, unsigned table)
{
	unsigned from = e->first_bus;

	for (unsigned bus = from; bus <= e->last_bus + 1u; bus++) {
		if (bus <= e->last_bus && !is_agreed(e, (uint8_t)bus))
			continue;
		if (bus > from)
			log_note(
				"MCFG: buses %02x to %02x of segment %u are at 0x%lx in table %u only: left alone",
				from, bus - 1, e->segment, e->base, table);
		from = bus + 1;
	}
}

/*
 * Some boards have two tables, the second with fewer buses. What answers at the others' addresses
 * may be no configuration space, and pci_quiesce() writes to each function found: only buses that all
 * tables agree on are looked at.
 */
static void describe_mcfgs(void)
{
	struct acpi_table mcfg;
	struct mcfg_walk walk;
	struct mcfg_entry e;

	for (unsigned i = 0; open_mcfg(&mcfg, i); i++) {
		log_note("MCFG: table %u of several, at 0x%lx", i + 1,
			 (uint64_t)acpi_find("MCFG", i));
		mcfg_first(&walk, &mcfg);
		while (mcfg_next(&walk, &e))
			if (!e.problem.text)
				describe_disagreement(&e, i + 1);
	}
}

static void scan_bus(const struct mcfg_entry *ecam, uint8_t bus, struct pci_function *parent)
{
	if (bus < ecam->first_bus || bus > ecam->last_bus || visited[bus / 8] & 1 << bus % 8 ||
	    !is_agreed(ecam, bus))
		return;
	visited[bus / 8] |= 1 << bus % 8;
	for (unsigned device = 0; device < 32; device++) {
		uint8_t header, ignored;

		if (!scan_function(ecam, bus, (uint8_t)(device << 3), parent, &header) ||
		    !(header & PCI_HEADER_MULTI_FUNCTION))
			continue;
		for (unsigned function = 1; function < 8; function++)
			scan_function(ecam, bus, (uint8_t)(device << 3 | function), parent,
				      &ignored);
	}
}

const char *pci_init(void)
{
	struct acpi_table mcfg;
	struct mcfg_walk walk;
	struct mcfg_entry ecam;

	pci_functions = memory_alloc_bytes(PCI_MAX * sizeof(*pci_functions));
	if (!pci_functions)
		return "no memory for the list of PCI functions";
	if (!acpi_open(&mcfg, "MCFG", "MCFG", MCFG_FIXED_BYTES))
		return "there is no MCFG table: PCI configuration space cannot be reached";
	several_mcfgs = acpi_find("MCFG", 1);
	if (several_mcfgs)
		describe_mcfgs();
	mcfg_first(&walk, &mcfg);
	while (mcfg_next(&walk, &ecam)) {
		if (ecam.problem.text) {
			acpi_complain("MCFG", ecam.problem);
			continue;
		}
		for (unsigned i = 0; i < sizeof(visited); i++)
			visited[i] = 0;
		/* Every bus is tried, not just 0: a segment may have several root buses. */
		for (unsigned bus = ecam.first_bus; bus <= ecam.last_bus; bus++)
			scan_bus(&ecam, (uint8_t)bus, NULL);
	}
	if (left_out)
		return "there are more PCI functions than this kernel can keep: bus mastering of the rest would stay on";
	return pci_count ? NULL : "no PCI function answers at the addresses of the MCFG table";
}

/* PCI Power Management 1.2: from D3hot, addresses may have been lost, and nothing is answered for 10 ms. */
static void power_up(const struct pci_function *f)
{
	unsigned at = pci_capability(f, PCI_CAP_POWER);
	uint32_t bars[6];

	if (!at || !(pci_read16(f, at + PCI_POWER_CONTROL) & 3))
		return;
	log_note("device %02x:%02x.%u: firmware left it asleep (D%u); woken", f->bus, f->devfn >> 3,
		 f->devfn & 7u, pci_read16(f, at + PCI_POWER_CONTROL) & 3u);
	for (unsigned i = 0; i < 6; i++)
		bars[i] = pci_read32(f, PCI_BAR0 + 4 * i);
	pci_write16(f, at + PCI_POWER_CONTROL,
		    pci_read16(f, at + PCI_POWER_CONTROL) & (uint16_t)~3u);
	time_delay_us(10000);
	for (unsigned i = 0; i < 6; i++)
		pci_write32(f, PCI_BAR0 + 4 * i, bars[i]);
}

static void set_master(const struct pci_function *f, bool on)
{
	uint16_t command = pci_read16(f, PCI_COMMAND);

	if (on)
		command |= PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_OFF;
	else
		command &= (uint16_t)~PCI_COMMAND_MASTER;
	pci_write16(f, PCI_COMMAND, command);
}

unsigned pci_quiesce(bool spare_graphics)
{
	unsigned were_on = 0;

	for (unsigned i = 0; i < pci_count; i++) {
		were_on += pci_functions[i].mastered && !pci_functions[i].bridge;
		if (!spare_graphics || pci_functions[i].bus ||
		    pci_functions[i].class >> 16 != PCI_CLASS_DISPLAY)
			set_master(&pci_functions[i], false);
	}
	return were_on;
}

void pci_bus_master(const struct pci_function *f, bool on)
{
	if (on)
		pci_messages_off(f);
	set_master(f, on);
	for (const struct pci_function *above = f->parent; on && above; above = above->parent)
		set_master(above, true);
}

volatile void *pci_map_bar(const struct pci_function *f, unsigned index, uint64_t bytes)
{
	uint32_t low;
	uint64_t base;

	power_up(f);
	low = pci_read32(f, PCI_BAR0 + 4 * index);
	base = low & ~15u;

	if (low & 1)
		return NULL;
	if ((low & 6) == 4 && index < 5)
		base |= (uint64_t)pci_read32(f, PCI_BAR0 + 4 * index + 4) << 32;
	if (!base)
		return NULL;
	pci_write16(f, PCI_COMMAND, pci_read16(f, PCI_COMMAND) | PCI_COMMAND_MEMORY);
	return paging_map_mmio(base, bytes);
}

unsigned pci_extended_capability(const struct pci_function *f, uint16_t id)
{
	unsigned at = PCI_FIRST_EXTENDED;

	/* Extended capabilities (PCI Express base specification, 7.6.3): id 15:0, next 31:20. */
	for (unsigned n = 0; at >= PCI_FIRST_EXTENDED && n < 64; n++) {
		uint32_t header = pci_read32(f, at & ~3u);

		if ((header & 0xffff) == id)
			return at & ~3u;
		at = header == ~0u ? 0 : header >> 20;
	}
	return 0;
}

bool pci_ats_enabled(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_ATS);

	return at && pci_read16(f, at + PCI_ATS_CONTROL) & PCI_ATS_ENABLE;
}

void pci_ats_off(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_ATS);

	pci_page_requests_off(f);
	if (at)
		pci_write16(f, at + PCI_ATS_CONTROL,
			    pci_read16(f, at + PCI_ATS_CONTROL) & (uint16_t)~PCI_ATS_ENABLE);
}

void pci_ats_on(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_ATS);

	if (!at)
		return;
	/* Nobody answers page requests, but where they are under test. */
	pci_page_requests_off(f);
	/* The unit first: it may not change while ATS is on. */
	pci_write16(f, at + PCI_ATS_CONTROL, 0);
	pci_write16(f, at + PCI_ATS_CONTROL, PCI_ATS_ENABLE);
}

const char *pci_lacks_ats(const struct pci_function *f)
{
	if (!pci_extended_capability(f, PCI_EXT_ATS))
		return "the device has no ATS capability";
	for (const struct pci_function *above = f->parent; above; above = above->parent) {
		unsigned at = pci_extended_capability(above, PCI_EXT_ACS);

		if (at && pci_read16(above, at + PCI_ACS_CONTROL) & PCI_ACS_TRANSLATION_BLOCKING)
			return "a port above the device blocks translated requests (ACS Translation Blocking)";
	}
	return NULL;
}

uint8_t pci_ats_pending(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_ATS);

	return at ? pci_read16(f, at + PCI_ATS_CAPABILITY) & 31 : 0;
}

unsigned pci_capability(const struct pci_function *f, uint8_t id)
{
	unsigned at = pci_read16(f, PCI_STATUS) & PCI_STATUS_CAPABILITIES
			      ? f->config[PCI_CAPABILITIES]
			      : 0;

	for (unsigned n = 0; at >= PCI_FIRST_CAPABILITY && n < 48; n++) {
		at &= ~3u;
		if (f->config[at] == id)
			return at;
		at = f->config[at + 1];
	}
	return 0;
}

bool pci_has_flr(const struct pci_function *f)
{
	unsigned at = pci_capability(f, PCI_CAP_EXPRESS);

	if (at)
		return pci_read32(f, at + PCI_EXPRESS_DEVCAP) & 1u << 28;
	at = pci_capability(f, PCI_CAP_AF);
	return at && (f->config[at + 3] & PCI_AF_FLR) == PCI_AF_FLR;
}

bool pci_is_there(const struct pci_function *f)
{
	/* A virtual one comes and goes with a bit of its physical one, and its vendor reads as ones. */
	return pci_read16(f->physical ? f->physical : f, PCI_VENDOR_ID) != 0xffff;
}

bool pci_power_off(const struct pci_function *f)
{
	unsigned at = f->parent ? pci_capability(f->parent, PCI_CAP_EXPRESS) : 0;

	if (!at)
		return false;
	pci_write16(f->parent, at + PCI_EXPRESS_SLTCTL,
		    pci_read16(f->parent, at + PCI_EXPRESS_SLTCTL) | PCI_EXPRESS_SLTCTL_OFF);
	return true;
}

const struct pci_function *pci_find(uint16_t segment, uint8_t bus, uint8_t devfn)
{
	for (unsigned i = 0; i < pci_count; i++) {
		const struct pci_function *f = &pci_functions[i];

		if (f->segment == segment && f->bus == bus && f->devfn == devfn)
			return f;
	}
	return NULL;
}

char *pci_name(const struct pci_function *f, char text[16])
{
	size_t n = f->segment ? format_text(text, 16, "%04x:", f->segment) : 0;

	format_text(text + n, 16 - n, "%02x:%02x.%x", f->bus, f->devfn >> 3, f->devfn & 7);
	return text;
}
