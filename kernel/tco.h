/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TCO watchdog timer of Intel's chipsets, ICH9 to the 9 series ("Intel I/O Controller Hub 9
 * datasheet", sections 13.9 and 10.1.75). Later ones keep it elsewhere and are left alone.
 */
#ifndef KERNEL_TCO_H
#define KERNEL_TCO_H

#include <stdint.h>

/* Arm it: about twice `ms` without tco_reload() reset the machine. Says in words what came of it. */
const char *tco_start(uint64_t ms);
void tco_reload(void); /* nothing to do where it is not armed */
void tco_stop(void);

#endif
