/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/capture/capture.h"

int report_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return BAD_USAGE;
}
