/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of a machine that boots the image by the firmware's own PXE: such a boot has no load
 * options. The PXE base code protocol is section 24.3 of the UEFI specification (2.10).
 */
#include "boot/pxe.h"
#include "boot/pxe_reply.h"
#include "kernel/lib/format.h"
#include "kernel/handoff.h"
#include "kernel/lib/string.h"

static EFI_GUID pxe_guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;

/* Behind what boot/ had noted before, if anything. */
__attribute__((format(printf, 2, 3))) static void add_note(struct handoff *handoff,
							   const char *format, ...)
{
	static char note[800];
	size_t n = 0;
	va_list arguments;

	if (handoff->note)
		n = format_text(note, sizeof(note) / 4, "%s; ", handoff->note);
	va_start(arguments, format);
	format_v(note + n, sizeof(note) - n, format, arguments);
	va_end(arguments);
	handoff->note = note;
}

static EFI_STATUS fetch(EFI_PXE_BASE_CODE_PROTOCOL *pxe, const uint8_t server[4], char *name,
			struct handoff *handoff)
{
	UINT64 bytes = sizeof(handoff->config) - 1;
	EFI_IP_ADDRESS ip = { { 0 } };
	EFI_STATUS status;

	memcpy(ip.v4.Addr, server, 4);
	status = pxe->Mtftp(pxe, EFI_PXE_BASE_CODE_TFTP_READ_FILE, handoff->config, FALSE, &bytes,
			    NULL, &ip, (UINT8 *)name, NULL, FALSE);
	if (!EFI_ERROR(status) && bytes >= sizeof(handoff->config))
		status = EFI_BUFFER_TOO_SMALL;
	/* A transfer that fails may have begun. */
	handoff->config[EFI_ERROR(status) ? 0 : bytes] = 0;
	return status;
}

/* True if there is no point in asking for another file. */
static bool fetch_first_of(EFI_PXE_BASE_CODE_PROTOCOL *pxe, const struct pxe_source *from,
			   const char *file, struct handoff *handoff)
{
	static char url[400];
	char name[sizeof(from->folder) + sizeof(from->machine_file)];
	EFI_STATUS status;

	format_text(name, sizeof(name), "%s%s", from->folder, file);
	format_text(url, sizeof(url), "tftp://%u.%u.%u.%u/%s", from->server[0], from->server[1],
		    from->server[2], from->server[3], name + (name[0] == '/'));
	status = fetch(pxe, from->server, name, handoff);
	if (!EFI_ERROR(status)) {
		handoff->config_path = url;
		return true;
	}
	/* The server's own refusals; EDK2 has one status for all of them, iPXE one for each. */
	if (status == EFI_TFTP_ERROR || status == EFI_NOT_FOUND || status == EFI_ACCESS_DENIED)
		return false;
	if (status == EFI_BUFFER_TOO_SMALL)
		add_note(handoff, "%s is longer than %u bytes: ignored", url,
			 (unsigned)sizeof(handoff->config) - 1);
	else
		add_note(handoff, "%s cannot be fetched: EFI error %u%s", url,
			 (unsigned)(status & 0xff), status == EFI_TIMEOUT ? " (time-out)" : "");
	return true;
}

void pxe_read_config(EFI_BOOT_SERVICES *bs, EFI_HANDLE device, struct handoff *handoff)
{
	static const char common_file[] = "vtd-litmus.cfg";
	EFI_PXE_BASE_CODE_PROTOCOL *pxe;
	struct pxe_source from;

	if (bs->HandleProtocol(device, &pxe_guid, (void **)&pxe) != EFI_SUCCESS)
		return;
	if (!pxe->Mode->Started || pxe->Mode->UsingIpv6) {
		add_note(handoff,
			 "network boot, but not by PXE over IPv4: no vtd-litmus.cfg is fetched");
		return;
	}
	/*
	 * The boot server's reply, if there was a boot server discovery; else the proxy's offer, if
	 * the boot file's name came from another than the DHCP server; else the DHCP server's.
	 */
	const EFI_PXE_BASE_CODE_MODE *mode = pxe->Mode;
	const uint8_t *const packets[] = {
		mode->PxeReplyReceived ? mode->PxeReply.Raw : NULL,
		mode->ProxyOfferReceived ? mode->ProxyOffer.Raw : NULL,
		mode->DhcpAckReceived ? mode->DhcpAck.Raw : NULL,
	};

	if (!pxe_find_source(packets, sizeof(packets) / sizeof(packets[0]),
			     sizeof(mode->DhcpAck.Raw), &from)) {
		add_note(
			handoff,
			"network boot, but DHCP names no boot file on a TFTP server: no vtd-litmus.cfg is fetched");
		return;
	}
	if (from.machine_file[0] && fetch_first_of(pxe, &from, from.machine_file, handoff))
		return;
	if (fetch_first_of(pxe, &from, common_file, handoff))
		return;
	add_note(handoff, "TFTP server %u.%u.%u.%u gives neither \"%s%s\" nor \"%s%s\"",
		 from.server[0], from.server[1], from.server[2], from.server[3], from.folder,
		 from.machine_file, from.folder, common_file);
}
