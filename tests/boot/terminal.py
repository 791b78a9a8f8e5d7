#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Wait for a machine's console to connect to a TCP port of this host, then be its terminal.

usage: terminal.py PORT
"""
import os
import select
import socket
import sys
import tty

tty.setraw(0)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    console, _ = server.accept()
while True:
    ready, _, _ = select.select([0, console], [], [])
    if 0 in ready:
        console.sendall(os.read(0, 4096))
    if console in ready:
        data = console.recv(4096)
        if not data:
            break
        os.write(1, data)
