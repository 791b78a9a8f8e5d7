/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SERIAL_H
#define KERNEL_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Take the 16550 UART at I/O port `port`, 115200 8N1. False if nothing there answers; writes then
 * go nowhere.
 */
bool serial_open(uint16_t port);
void serial_write(const char *text);

/* Wait until the last character has left the transmitter, at most a few milliseconds. */
void serial_drain(void);

#endif
