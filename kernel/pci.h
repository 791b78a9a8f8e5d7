/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI Express configuration space over ECAM, as the MCFG table gives it. */
#ifndef KERNEL_PCI_H
#define KERNEL_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_MAX 8192 /* functions kept */

enum {
	PCI_VENDOR_ID = 0x00,
	PCI_VENDOR_INTEL = 0x8086,
	PCI_DEVICE_ID = 0x02,
	PCI_COMMAND = 0x04,
	PCI_COMMAND_IO = 1 << 0,
	PCI_COMMAND_MEMORY = 1 << 1,
	PCI_COMMAND_MASTER = 1 << 2,
	PCI_COMMAND_INTX_OFF = 1 << 10,
	PCI_STATUS = 0x06,
	PCI_STATUS_CAPABILITIES = 1 << 4,
	PCI_CLASS = 0x08, /* class, subclass, interface, revision: 8 bits each from the top */
	PCI_CLASS_NETWORK = 0x02,
	PCI_CLASS_ETHERNET = 0x020000, /* with subclass and interface */
	PCI_CLASS_DISPLAY = 0x03,
	PCI_HEADER_TYPE = 0x0e,
	PCI_HEADER_LAYOUT = 0x7f,
	PCI_HEADER_BRIDGE = 1,
	PCI_HEADER_MULTI_FUNCTION = 0x80,
	PCI_BAR0 = 0x10,
	PCI_SECONDARY_BUS = 0x19,
	PCI_SUBORDINATE_BUS = 0x1a,

	PCI_CAPABILITIES = 0x34, /* where the first one is */
	PCI_FIRST_CAPABILITY = 0x40,
	PCI_FIRST_EXTENDED = 0x100,

	/* Capabilities, and below extended ones. */
	PCI_CAP_POWER = 0x01,
	PCI_POWER_CONTROL = 4, /* bits 1:0: D0 to D3 */
	PCI_CAP_MSI = 0x05,
	PCI_CAP_MSIX = 0x11,
	PCI_MSI_CONTROL = 2, /* MSI: on at bit 0; MSI-X: at bit 15 */
	PCI_CAP_AF = 0x13,   /* Advanced Features: conventional functions, as the PCH's */
	PCI_AF_FLR = 3,	     /* of byte 3: transactions pending are told, and there is an FLR */
	PCI_AF_CONTROL = 4,  /* initiate it: bit 0 */
	PCI_CAP_EXPRESS = 0x10,
	PCI_EXPRESS_DEVCAP =
		4, /* function-level reset: bit 28 (PCI Express specification, 7.5.3.3) */
	PCI_EXPRESS_DEVCTL = 8, /* and bit 15 (7.5.3.4) */
	PCI_EXPRESS_SLTCTL = 0x18,
	PCI_EXPRESS_SLTCTL_OFF = 1 << 10 | 3 << 8, /* power off, power indicator off */

	PCI_EXT_ACS = 0x0d,
	PCI_ACS_CONTROL = 6,
	PCI_ACS_TRANSLATION_BLOCKING = 1 << 1,
	PCI_EXT_ATS = 0x0f,
	PCI_ATS_CAPABILITY = 4, /* invalidate queue depth: bits 4:0, 0 is 32 */
	PCI_ATS_CONTROL = 6, /* smallest translation unit: bits 4:0, 0 is 4 KiB; enable: bit 15 */
	PCI_ATS_ENABLE = 1 << 15,
	PCI_EXT_PRI = 0x13, /* page requests */
	PCI_PRI_CONTROL = 4,
	PCI_PRI_ENABLE = 1 << 0,
	PCI_PRI_CAPACITY = 8, /* requests that it can have outstanding; and that it is allowed: */
	PCI_PRI_ALLOCATION = 12,
	PCI_EXT_SRIOV = 0x10,
	PCI_EXT_PASID = 0x1b,
	PCI_EXT_L1_SUBSTATES = 0x1e,
};

struct pci_function {
	uint16_t segment;
	uint8_t bus, devfn;
	uint16_t vendor, device;
	uint32_t class; /* class << 16 | subclass << 8 | interface */
	bool bridge;
	uint8_t secondary, subordinate;	     /* of a bridge */
	bool mastered;			     /* bus mastering was on at hand-over */
	struct pci_function *parent;	     /* the bridge above; NULL on a root bus */
	volatile uint8_t *config;	     /* its 4 KiB of configuration space */
	const struct pci_function *physical; /* of a virtual function; NULL: it is none */
};

extern struct pci_function *pci_functions; /* pci_count of them */
extern unsigned pci_count;

/* Find every function of every segment. NULL, or what is wrong. */
const char *pci_init(void);

uint16_t pci_read16(const struct pci_function *f, unsigned offset);
uint32_t pci_read32(const struct pci_function *f, unsigned offset);
void pci_write16(const struct pci_function *f, unsigned offset, uint16_t value);
void pci_write32(const struct pci_function *f, unsigned offset, uint32_t value);

/*
 * Turn bus mastering off everywhere; not of display controllers on bus 0 if `spare_graphics`: theirs
 * may be what fetches the picture. Returns how many functions, bridges aside, had it on.
 */
unsigned pci_quiesce(bool spare_graphics);

/* Turn it on (or off) for one function; on, also for the bridges above it, and its messages are off then. */
void pci_bus_master(const struct pci_function *f, bool on);

/*
 * The function's MSI and MSI-X off: nobody handles a device's interrupts here but those under test (kernel/dma/msi.h), and
 * one that firmware routed would come to a stranger's vector. At the end of a run, of all that were given bus
 * mastering; nothing to do where none was.
 */
void pci_messages_off(const struct pci_function *f);
void pci_messages_off_all(void);

/* The memory BAR `index` (0 to 5), mapped uncached, memory decoding on; NULL if it has none. */
volatile void *pci_map_bar(const struct pci_function *f, unsigned index, uint64_t bytes);

/* Where the capability `id` begins; 0 if the function has none such. */
unsigned pci_capability(const struct pci_function *f, uint8_t id);

/* Where the extended capability `id` begins; 0 if the function has none such. */
unsigned pci_extended_capability(const struct pci_function *f, uint16_t id);

/* Whether the function can be reset by itself (function-level reset). */
bool pci_has_flr(const struct pci_function *f);

/* Whether the function translates addresses itself: its ATS capability is there and turned on. */
bool pci_ats_enabled(const struct pci_function *f);
void pci_ats_off(const struct pci_function *f);

/*
 * Have the function translate for itself, by pages of 4 KiB, without page requests; it must be at rest (PCI
 * Express base specification, 10.5.1). Look whether it is on afterwards.
 */
void pci_ats_on(const struct pci_function *f);

/* NULL if it could be turned on; else why not: it has no ATS, or a port above blocks what it would send. */
const char *pci_lacks_ats(const struct pci_function *f);

/*
 * Page requests of the function: on, with as many at a time as it can have, or off. Its ATS must be on (PCI Express base
 * specification, 10.4). False: it has no such capability, or it does not go on.
 */
bool pci_page_requests_on(const struct pci_function *f);
void pci_page_requests_off(const struct pci_function *f);
bool pci_page_requests_enabled(const struct pci_function *f);

/* Invalidations of its TLB that it can have pending; 0: 32. */
uint8_t pci_ats_pending(const struct pci_function *f);

/* Whether it still answers: configuration space of a function that is gone reads as ones. */
bool pci_is_there(const struct pci_function *f);

/*
 * Take the power off the hot-plug slot that the function is in (PCI Express base specification,
 * 7.5.3.10): what is behind it goes. False if it is in no such slot.
 */
bool pci_power_off(const struct pci_function *f);

const struct pci_function *pci_find(uint16_t segment, uint8_t bus, uint8_t devfn);

/* "0000:00:04.0", or "00:04.0" in segment 0, into a buffer of 16; returns it. */
char *pci_name(const struct pci_function *f, char text[16]);

#endif
