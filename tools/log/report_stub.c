/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/log/commands.h"
int __attribute__((weak)) report_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 64;
}
