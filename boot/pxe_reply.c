/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets of RFC 2131, figure 1; options of RFC 2132. */
#include "boot/pxe_reply.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

enum {
	AT_HLEN = 2,
	AT_SIADDR = 20,
	AT_CHADDR = 28,
	CHADDR_BYTES = 16,
	AT_SNAME = 44,
	SNAME_BYTES = 64,
	AT_FILE = 108,
	FILE_BYTES = 128,
	AT_MAGIC = 236,
	AT_OPTIONS = 240,

	OPTION_PAD = 0,
	OPTION_OVERLOAD = 52, /* bit 0: `file` holds options, bit 1: `sname` does */
	OVERLOAD_FILE = 1,
	OVERLOAD_SNAME = 2,
	OPTION_SERVER_ID = 54,
	OPTION_TFTP_SERVER = 66,
	OPTION_BOOT_FILE = 67,
	OPTION_END = 255,
};

struct field {
	const uint8_t *data; /* NULL: there is none */
	size_t bytes;
};

static struct field option_in(const uint8_t *area, size_t bytes, uint8_t code)
{
	for (size_t i = 0; i < bytes && area[i] != OPTION_END;) {
		if (area[i] == OPTION_PAD) {
			i++;
			continue;
		}
		if (i + 2 > bytes || i + 2 + area[i + 1] > bytes)
			break;
		if (area[i] == code)
			return (struct field){ area + i + 2, area[i + 1] };
		i += 2u + area[i + 1];
	}
	return (struct field){ NULL, 0 };
}

static uint8_t overload(const uint8_t *packet, size_t bytes)
{
	struct field f = option_in(packet + AT_OPTIONS, bytes - AT_OPTIONS, OPTION_OVERLOAD);

	return f.bytes == 1 ? f.data[0] : 0;
}

static struct field option(const uint8_t *packet, size_t bytes, uint8_t code)
{
	struct field f = option_in(packet + AT_OPTIONS, bytes - AT_OPTIONS, code);

	if (!f.data && (overload(packet, bytes) & OVERLOAD_FILE))
		f = option_in(packet + AT_FILE, FILE_BYTES, code);
	if (!f.data && (overload(packet, bytes) & OVERLOAD_SNAME))
		f = option_in(packet + AT_SNAME, SNAME_BYTES, code);
	return f;
}

/*
 * The folder of the boot file. A name that is no printable text, or that is a URL (iPXE's DHCP may
 * have one: no TFTP server is meant), gives none.
 */
static bool find_folder(const uint8_t *packet, size_t bytes, char *folder)
{
	struct field name = option(packet, bytes, OPTION_BOOT_FILE);
	size_t keep = 0, n;

	if (!name.bytes && !(overload(packet, bytes) & OVERLOAD_FILE))
		name = (struct field){ packet + AT_FILE, FILE_BYTES };
	for (n = 0; n < name.bytes && name.data[n]; n++) {
		if (name.data[n] <= ' ' || name.data[n] >= 0x7f)
			return false;
		if (n >= 2 && !memcmp(name.data + n - 2, "://", 3))
			return false;
		if (name.data[n] == '/' || name.data[n] == '\\')
			keep = n + 1;
	}
	if (!n)
		return false;
	memcpy(folder, name.data, keep);
	folder[keep] = 0;
	return true;
}

/* Option 66 is a name or an address; names would need DNS. */
static bool dotted(struct field text, uint8_t address[4])
{
	unsigned part = 0, value = 0, digits = 0;

	for (size_t i = 0; i < text.bytes && text.data[i]; i++) {
		uint8_t c = text.data[i];

		if (c == '.' && digits && part < 3) {
			address[part++] = (uint8_t)value;
			value = digits = 0;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + c - '0';
		digits++;
		if (value > 255)
			return false;
	}
	address[part] = (uint8_t)value;
	return part == 3 && digits;
}

static bool is_zero(const uint8_t address[4])
{
	return !(address[0] | address[1] | address[2] | address[3]);
}

/*
 * The field `siaddr` is the server to boot from (RFC 2131, section 2, and EDK2's PXE client); where
 * a DHCP server leaves it empty, the options it fills instead.
 */
static bool find_server(const uint8_t *packet, size_t bytes, uint8_t server[4])
{
	struct field id = option(packet, bytes, OPTION_SERVER_ID);

	memcpy(server, packet + AT_SIADDR, 4);
	if (!is_zero(server))
		return true;
	if (dotted(option(packet, bytes, OPTION_TFTP_SERVER), server) && !is_zero(server))
		return true;
	if (id.bytes != 4 || is_zero(id.data))
		return false;
	memcpy(server, id.data, 4);
	return true;
}

static void name_machine_file(const uint8_t *packet, char *name, size_t room)
{
	size_t n, bytes = packet[AT_HLEN];

	name[0] = 0;
	if (!bytes || bytes > CHADDR_BYTES)
		return;
	n = format_text(name, room, "vtd-litmus");
	for (size_t i = 0; i < bytes; i++)
		n += format_text(name + n, room - n, "-%02x", packet[AT_CHADDR + i]);
	format_text(name + n, room - n, ".cfg");
}

bool pxe_find_source(const uint8_t *const packets[], size_t count, size_t bytes,
		     struct pxe_source *source)
{
	static const uint8_t magic[4] = { 99, 130, 83, 99 };

	for (size_t i = 0; i < count; i++) {
		const uint8_t *packet = packets[i];

		if (!packet || bytes < AT_OPTIONS || memcmp(packet + AT_MAGIC, magic, 4) ||
		    !find_folder(packet, bytes, source->folder) ||
		    !find_server(packet, bytes, source->server))
			continue;
		name_machine_file(packet, source->machine_file, sizeof(source->machine_file));
		return true;
	}
	return false;
}
