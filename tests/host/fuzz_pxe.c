/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: boot/pxe_reply.c kernel/lib/format.c */
/* libFuzzer: DHCP packets of any bytes, two at a time. */
#include "boot/pxe_reply.h"
#include "tests/host/fuzz.h"

static void find(const uint8_t *const packets[], size_t count, size_t bytes)
{
	struct pxe_source source;
	size_t n;

	memset(&source, 0x55, sizeof(source));
	if (!pxe_find_source(packets, count, bytes, &source))
		return;
	require(memchr(source.folder, 0, sizeof(source.folder)));
	require(memchr(source.machine_file, 0, sizeof(source.machine_file)));
	n = strlen(source.folder);
	require(!n || source.folder[n - 1] == '/' || source.folder[n - 1] == '\\');
	for (size_t i = 0; i < n; i++)
		require(source.folder[i] > ' ' && source.folder[i] < 0x7f);
	n = strlen(source.machine_file);
	require(!n || (n > 14 && !strcmp(source.machine_file + n - 4, ".cfg")));
	require(source.server[0] | source.server[1] | source.server[2] | source.server[3]);
}

static void put_magic(uint8_t *packet, size_t bytes)
{
	static const uint8_t magic[4] = { 99, 130, 83, 99 };

	if (bytes >= 240)
		memcpy(packet + 236, magic, sizeof(magic));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size / 2;
	uint8_t *whole = exact(data, size), *first = exact(data, half),
		*second = exact(data + half, half);
	const uint8_t *both[] = { first, second }, *one[] = { NULL, whole };

	find(one, 2, size);
	find(both, 2, half);
	put_magic(whole, size);
	put_magic(first, half);
	put_magic(second, half);
	find(one, 2, size);
	find(both, 2, half);
	free(whole);
	free(first);
	free(second);
	return 0;
}
