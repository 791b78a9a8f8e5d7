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

/* A text to be fetched, and where it came from. */
struct text_file {
	const char *suffix; /* of both its names, three characters */
	char *text;
	size_t room; /* with the final NUL */
	size_t bytes;
	char url[400];
	EFI_STATUS status; /* of the last try */
};

static void fetch(EFI_PXE_BASE_CODE_PROTOCOL *pxe, const uint8_t server[4], char *name,
		  struct text_file *f)
{
	UINT64 bytes = f->room - 1;
	EFI_IP_ADDRESS ip = { { 0 } };

	memcpy(ip.v4.Addr, server, 4);
	f->status = pxe->Mtftp(pxe, EFI_PXE_BASE_CODE_TFTP_READ_FILE, f->text, FALSE, &bytes, NULL,
			       &ip, (UINT8 *)name, NULL, FALSE);
	if (!EFI_ERROR(f->status) && bytes >= f->room)
		f->status = EFI_BUFFER_TOO_SMALL;
	/* A transfer that fails may have begun. */
	f->bytes = EFI_ERROR(f->status) ? 0 : bytes;
	f->text[f->bytes] = 0;
}

/* The server's own refusals; EDK2 has one status for all of them, iPXE one for each. */
static bool is_absent(EFI_STATUS status)
{
	return status == EFI_TFTP_ERROR || status == EFI_NOT_FOUND || status == EFI_ACCESS_DENIED;
}

/* The file of this machine, or else the common one; an error that is no refusal ends the search. */
static void fetch_first(EFI_PXE_BASE_CODE_PROTOCOL *pxe, const struct pxe_source *from,
			struct text_file *f)
{
	char name[sizeof(from->folder) + sizeof(from->machine_file)];
	size_t n;

	for (unsigned common = !from->machine_file[0]; common < 2; common++) {
		n = format_text(name, sizeof(name), "%s%s", from->folder,
				common ? "vtd-litmus.cfg" : from->machine_file);
		memcpy(name + n - strlen(f->suffix), f->suffix, strlen(f->suffix));
		format_text(f->url, sizeof(f->url), "tftp://%u.%u.%u.%u/%s", from->server[0],
			    from->server[1], from->server[2], from->server[3],
			    name + (name[0] == '/'));
		fetch(pxe, from->server, name, f);
		if (!is_absent(f->status))
			return;
	}
}

/* What became of it, if it is there and did not come whole. */
static const char *say_problem(const struct text_file *f, char *text, size_t room)
{
	if (f->status == EFI_BUFFER_TOO_SMALL)
		format_text(text, room, "%s is longer than %u bytes", f->url,
			    (unsigned)f->room - 1);
	else
		format_text(text, room, "%s cannot be fetched: EFI error %u%s", f->url,
			    (unsigned)(f->status & 0xff),
			    f->status == EFI_TIMEOUT ? " (time-out)" : "");
	return text;
}

/* False: the server does not answer as it should, and is not to be asked again. */
static bool fetch_config(EFI_PXE_BASE_CODE_PROTOCOL *pxe, const struct pxe_source *from,
			 struct handoff *handoff)
{
	static struct text_file file;
	char problem[480];

	file = (struct text_file){ .suffix = "cfg",
				   .text = handoff->config,
				   .room = sizeof(handoff->config) };
	fetch_first(pxe, from, &file);
	if (!EFI_ERROR(file.status))
		handoff->config_path = file.url;
	else if (is_absent(file.status))
		add_note(handoff,
			 "TFTP server %u.%u.%u.%u gives neither \"%s%s\" nor \"%svtd-litmus.cfg\"",
			 from->server[0], from->server[1], from->server[2], from->server[3],
			 from->folder, from->machine_file, from->folder);
	else
		add_note(handoff, "%s%s", say_problem(&file, problem, sizeof(problem)),
			 file.status == EFI_BUFFER_TOO_SMALL ? ": ignored" : "");
	return !EFI_ERROR(file.status) || is_absent(file.status) ||
	       file.status == EFI_BUFFER_TOO_SMALL;
}

static void fetch_sequences(EFI_PXE_BASE_CODE_PROTOCOL *pxe, const struct pxe_source *from,
			    struct handoff *handoff)
{
	static struct text_file file;
	static char problem[480];

	file = (struct text_file){ .suffix = "seq",
				   .text = handoff->sequences,
				   .room = sizeof(handoff->sequences) };
	fetch_first(pxe, from, &file);
	if (!EFI_ERROR(file.status)) {
		handoff->sequences_path = file.url;
		handoff->sequences_bytes = file.bytes;
	} else if (!is_absent(file.status)) {
		handoff->sequences_problem = say_problem(&file, problem, sizeof(problem));
	}
}

void pxe_read_files(EFI_BOOT_SERVICES *bs, EFI_HANDLE device, struct handoff *handoff)
{
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
	if (fetch_config(pxe, &from, handoff) && !handoff->sequences_path)
		fetch_sequences(pxe, &from, handoff);
}
