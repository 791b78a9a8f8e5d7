/* SPDX-License-Identifier: BSD-2-Clause */
/* What DHCP packets say of a network boot. */
#ifndef BOOT_PXE_REPLY_H
#define BOOT_PXE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a network boot's DHCP packets say of where the image came from. */
struct pxe_source {
	uint8_t server[4]; /* IPv4 address of the TFTP server */
	char folder[256];  /* of the boot file there, with its final slash or backslash; or empty */
	char machine_file[64]; /* vtd-litmus-52-54-00-12-34-56.cfg; empty if no address is told */
};

/*
 * packets, count: DHCPv4 packets, UDP payload only, that of most weight first; NULL: not received.
 * bytes:          room of each; a packet itself says where it ends (option 255).
 * Returns false if none of them names both a boot file and a server. The machine's hardware address
 * is the DHCP client's, so that the name is also what a DHCP server's list has.
 */
bool pxe_find_source(const uint8_t *const packets[], size_t count, size_t bytes,
		     struct pxe_source *source);

#endif
