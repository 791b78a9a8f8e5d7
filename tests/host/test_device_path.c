/* SPDX-License-Identifier: BSD-2-Clause */
/* UEFI device paths: the MAC of the port that the image came by. */
#include "boot/device_path.h"
#include "tests/host/test.h"

#include <string.h>

TEST(device_path_gives_the_port)
{
	uint8_t path[] = {
		2, 1,  12, 0, 0,    0,	  0, 0,	   0,	 0,    0,	 0, /* ACPI */
		1, 1,  6,  0, 0,    3,					    /* PCI */
		3, 11, 37, 0, 0x52, 0x54, 0, 0x12, 0x34, 0x56, [54] = 1, 0x7f, 0xff, 4, 0
	};
	uint8_t mac[6] = { 0 };

	CHECK(device_path_mac(path, sizeof(path), mac));
	CHECK(!memcmp(mac, path + 22, 6));
	for (size_t bytes = 0; bytes < 55; bytes++)
		CHECK(!device_path_mac(path, bytes, mac));
	path[18] = 4;
	CHECK(!device_path_mac(path, sizeof(path), mac));
	path[18] = 3;
	path[14] = 3;
	CHECK(!device_path_mac(path, sizeof(path), mac));
	path[14] = 6;
	path[12] = 0x7f;
	CHECK(!device_path_mac(path, sizeof(path), mac));
}
