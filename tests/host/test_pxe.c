/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a network boot's options are: read from DHCP packets as servers write them. */
#include "tests/host/test.h"
#include "boot/pxe_reply.h"

#include <stdlib.h>
#include <string.h>

/* As much room as the firmware gives a packet (UEFI 2.10, 24.3.1). */
enum { PACKET = 1472, MAGIC = 236, OPTIONS = 240, SIADDR = 20, SNAME = 44, BOOT_FILE = 108 };

struct packet {
	uint8_t data[PACKET];
	size_t end;
};

static struct packet packet(const char *boot_file)
{
	struct packet p = { .data = { 2, 1, 6 }, .end = OPTIONS };

	memcpy(p.data + 28, "\x52\x54\x00\x12\xAB\x56", 6);
	memcpy(p.data + BOOT_FILE, boot_file, strlen(boot_file));
	memcpy(p.data + MAGIC, "\x63\x82\x53\x63", 4);
	memset(p.data + OPTIONS, 255, PACKET - OPTIONS);
	return p;
}

static struct packet with(struct packet p, uint8_t code, const void *data, size_t bytes)
{
	p.data[p.end++] = code;
	p.data[p.end++] = (uint8_t)bytes;
	memcpy(p.data + p.end, data, bytes);
	p.end += bytes;
	return p;
}

static struct packet from(struct packet p, const char server[4])
{
	memcpy(p.data + SIADDR, server, 4);
	return p;
}

static struct pxe_source source;

static bool find(const struct packet *a, const struct packet *b, const struct packet *c)
{
	const uint8_t *const packets[] = { a ? a->data : NULL, b ? b->data : NULL,
					   c ? c->data : NULL };

	memset(&source, 0x5a, sizeof(source));
	return pxe_find_source(packets, 3, PACKET, &source);
}

static bool finds(struct packet p, const char server[4], const char *folder)
{
	return find(NULL, NULL, &p) && !memcmp(source.server, server, 4) &&
	       !strcmp(source.folder, folder);
}

static bool refuses(struct packet p)
{
	return !find(NULL, NULL, &p);
}

TEST(pxe_folder_of_the_boot_file)
{
	CHECK(finds(from(packet("vtd-litmus.efi"), "\x0a\0\x02\x02"), "\x0a\0\x02\x02", ""));
	CHECK(finds(from(packet("/a/b.c/x.efi"), "\x0a\0\0\1"), "\x0a\0\0\1", "/a/b.c/"));
	CHECK(finds(from(packet("boot\\x64\\x.efi"), "\x0a\0\0\1"), "\x0a\0\0\1", "boot\\x64\\"));
	/* Option 67 goes before the field, and may have no NUL or one. */
	CHECK(finds(with(from(packet("old/x"), "\x0a\0\0\1"), 67, "new/x.efi", 9), "\x0a\0\0\1",
		    "new/"));
	CHECK(finds(with(from(packet(""), "\x0a\0\0\1"), 67, "new/x.efi", 10), "\x0a\0\0\1",
		    "new/"));
}

TEST(pxe_machine_file)
{
	struct packet p = from(packet("x.efi"), "\x0a\0\0\1");

	CHECK(find(NULL, NULL, &p));
	CHECK(!strcmp(source.machine_file, "vtd-litmus-52-54-00-12-ab-56.cfg"));
	p.data[2] = 0; /* InfiniBand tells none (RFC 4390) */
	CHECK(find(NULL, NULL, &p) && !source.machine_file[0]);
	p.data[2] = 17;
	CHECK(find(NULL, NULL, &p) && !source.machine_file[0]);
	p.data[2] = 16;
	CHECK(find(NULL, NULL, &p) && strlen(source.machine_file) == 62);
}

TEST(pxe_server_address)
{
	struct packet p = with(with(packet("x.efi"), 54, "\x0a\0\0\1", 4), 0, "", 0);

	CHECK(finds(p, "\x0a\0\0\1", ""));
	p = with(p, 66, "192.168.7.250", 13);
	CHECK(finds(p, "\xc0\xa8\7\xfa", ""));
	CHECK(finds(from(p, "\x0a\0\0\3"), "\x0a\0\0\3", ""));
	/* A server's name: nobody here asks DNS. */
	CHECK(finds(with(with(packet("x"), 66, "tftp.example", 12), 54, "\x0a\0\0\1", 4),
		    "\x0a\0\0\1", ""));
	CHECK(refuses(with(packet("x"), 66, "tftp.example", 12)));
	CHECK(refuses(with(packet("x"), 66, "1.2.3", 5)));
	CHECK(refuses(with(packet("x"), 66, "1.2.3.", 6)));
	CHECK(refuses(with(packet("x"), 66, "1.2.3.4.5", 9)));
	CHECK(refuses(with(packet("x"), 66, "1.2.3.256", 9)));
	CHECK(refuses(with(packet("x"), 66, "0.0.0.0", 7)));
	CHECK(refuses(with(packet("x"), 54, "\x0a\0\0", 3)));
	CHECK(refuses(with(packet("x"), 54, "\0\0\0\0", 4)));
}

TEST(pxe_options_in_the_fields)
{
	struct packet p = with(from(packet(""), "\x0a\0\0\1"), 52, "\3", 1);

	memcpy(p.data + BOOT_FILE,
	       "\x43\x05"
	       "d/x.e\xff",
	       8);
	CHECK(finds(p, "\x0a\0\0\1", "d/"));
	/* Without option 67 anywhere, a field of options is no name. */
	memcpy(p.data + BOOT_FILE, "\x0c\1h\xff", 4);
	CHECK(refuses(p));
	memcpy(p.data + SNAME,
	       "\x43\x05"
	       "s/x.e\xff",
	       8);
	CHECK(finds(p, "\x0a\0\0\1", "s/"));
}

TEST(pxe_packets_that_name_no_file)
{
	struct packet p = from(packet(""), "\x0a\0\0\1");

	CHECK(refuses(p));
	CHECK(refuses(with(p, 67, "http://10.0.0.1/x.efi", 21)));
	CHECK(refuses(with(p, 67, "a\tb", 3)));
	CHECK(refuses(with(p, 67, "\xff\xff", 2)));
	p = from(packet("x"), "\x0a\0\0\1");
	p.data[MAGIC]++; /* BOOTP of before RFC 1497 */
	CHECK(refuses(p));
	CHECK(!find(NULL, NULL, NULL));
}

TEST(pxe_packet_that_counts)
{
	struct packet ack = from(packet("ack/x"), "\x0a\0\0\1");
	struct packet proxy = from(packet("proxy/x"), "\x0a\0\0\2");
	struct packet reply = from(packet("reply/x"), "\x0a\0\0\3");
	struct packet menu = from(packet(""), "\x0a\0\0\2");

	CHECK(find(&reply, &proxy, &ack) && !strcmp(source.folder, "reply/") &&
	      source.server[3] == 3);
	CHECK(find(NULL, &proxy, &ack) && !strcmp(source.folder, "proxy/") &&
	      source.server[3] == 2);
	CHECK(find(NULL, &menu, &ack) && !strcmp(source.folder, "ack/") && source.server[3] == 1);
}

TEST(pxe_option_that_runs_over_the_end)
{
	enum { BYTES = OPTIONS + 8 };
	uint8_t *data = malloc(BYTES);
	struct packet p = from(packet(""), "\x0a\0\0\1");

	memcpy(data, p.data, OPTIONS);
	memcpy(data + OPTIONS, "\0\0\x43\4f\0\0\0", 8);
	CHECK(pxe_find_source((const uint8_t *const[]){ data }, 1, BYTES, &source));
	data[OPTIONS + 3]++;
	CHECK(!pxe_find_source((const uint8_t *const[]){ data }, 1, BYTES, &source));
	memcpy(data + OPTIONS, "\0\0\0\0\0\0\0\x43", 8);
	CHECK(!pxe_find_source((const uint8_t *const[]){ data }, 1, BYTES, &source));
	CHECK(!pxe_find_source((const uint8_t *const[]){ data }, 1, OPTIONS - 1, &source));
	free(data);
}

/* Whatever a packet holds, nothing outside it is read (the sanitizer says) and all text ends. */
TEST(pxe_packets_of_any_content)
{
	uint32_t random = 1;

	for (unsigned round = 0; round < 20000; round++) {
		size_t bytes = OPTIONS + round % 200;
		uint8_t *data = malloc(bytes);

		for (size_t i = 0; i < bytes; i++) {
			random = random * 1664525 + 1013904223;
			/* Few codes, so that options of interest and far ends are common. */
			data[i] = (uint8_t)(random >> 24 & (round % 3 ? 0x43 : 0xff));
		}
		memcpy(data + MAGIC, "\x63\x82\x53\x63", 4);
		if (pxe_find_source((const uint8_t *const[]){ data }, 1, bytes, &source))
			CHECK(strlen(source.folder) < sizeof(source.folder) &&
			      strlen(source.machine_file) < sizeof(source.machine_file));
		free(data);
	}
}
