/* SPDX-License-Identifier: BSD-2-Clause */
/* What boot/ knows of the machine and hands to kernel/: all that ever comes from firmware. */
#ifndef KERNEL_HANDOFF_H
#define KERNEL_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_kind {
	MEMORY_FREE,	 /* RAM nobody uses: ours */
	MEMORY_OCCUPIED, /* RAM with something in it: firmware's, ACPI's, this image */
	MEMORY_RESERVED, /* RAM or not, firmware does not say; RMRRs lie here */
	MEMORY_MMIO,
};

struct memory_region {
	uint64_t base;	/* bytes, page-aligned */
	uint64_t pages; /* of 4 KiB */
	uint32_t kind;	/* enum memory_kind */
	uint32_t efi_type;
};

/* Memory that firmware's tables keep for a device's DMA (RMRRs), whatever the memory map says of it. */
struct kept_range {
	uint64_t base, end; /* whole pages */
};
#define KEPT_MAX 64

struct framebuffer {
	uint64_t base;			/* 0: none */
	uint32_t width, height, stride; /* pixels; stride per line */
	uint32_t format;		/* EFI_GRAPHICS_PIXEL_FORMAT: 0 RGBX, 1 BGRX, 2 bit masks */
	uint32_t red_mask, green_mask, blue_mask, reserved_mask;
};

/*
 * UEFI runtime services (specification 2.10, chapter 8), called at their physical addresses.
 * ResetSystem: type 0 cold, 1 warm, 2 shut down. Statuses: 0 is success.
 */
struct firmware {
	void(__attribute__((ms_abi)) * reset_system)(uint32_t type, uint64_t status, uint64_t bytes,
						     void *data);
	uint64_t(__attribute__((ms_abi)) * set_variable)(const uint16_t *name, const void *guid,
							 uint32_t attributes, uint64_t bytes,
							 const void *data);
	/* NULL: there is none */
	uint64_t(__attribute__((ms_abi)) * query_variable_info)(uint32_t attributes, uint64_t *all,
								uint64_t *left, uint64_t *largest);
};

struct handoff {
	uint64_t entry_tsc;	      /* TSC when boot services ended */
	const void *rsdp;	      /* ACPI root pointer; NULL if firmware gave none */
	const void *smbios3, *smbios; /* SMBIOS entry points, "_SM3_" and "_SM_"; NULL likewise */
	struct memory_region *regions;
	size_t region_count;
	struct kept_range kept[KEPT_MAX];
	size_t kept_count;
	uint64_t
		low_page; /* a page below 1 MiB, ours: where other processors start; 0: none was to be had */
	struct framebuffer framebuffer;
	struct firmware firmware;
	uint64_t image_base, image_bytes;
	char load_options[4096]; /* the option text, image name taken off, NUL-terminated */
	char config[4096];	 /* vtd-litmus.cfg, NUL-terminated; empty if there is none */
	const char *config_path; /* where it was found; NULL: none */
	char sequences[32768];	 /* vtd-litmus.seq: sequences from outside (docs/notation.md) */
	size_t sequences_bytes;
	const char *sequences_path;    /* where it was found; NULL: none */
	const char *sequences_problem; /* why it did not come whole; NULL: it did */
	const char *build_id;	       /* of this image: what `git describe` said */
	const char *note;	       /* something odd that boot/ saw; NULL: nothing */
	const char *saved;	       /* results that an earlier run kept; NULL: none */
	const char *saved_to;	       /* the file that boot/ added them to; NULL: they stay kept */
	uint8_t boot_mac[6];	       /* of the network port that the image came through */
	bool has_boot_mac;	       /* whether it came through one */
	char date[24]; /* "2026-11-25 02:24:45" by firmware's clock; empty: unknown */
};

_Noreturn void kernel_main(struct handoff *handoff);

#endif
