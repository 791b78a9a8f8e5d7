#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Talk to a running QEMU. usage: qmp.py SOCKET COMMAND [KEY=VALUE ...], e.g. screendump filename=a.png format=png"""
import json
import socket
import sys
import time


def connect(path, seconds=20):
    end = time.time() + seconds
    while True:
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(path)
            return s.makefile("rw")
        except OSError:
            s.close()
            if time.time() > end:
                raise
            time.sleep(0.2)


def ask(f, command, arguments):
    f.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    f.flush()
    while True:
        answer = json.loads(f.readline())
        if "error" in answer:
            sys.exit(f"qmp.py: {command}: {answer['error']['desc']}")
        if "return" in answer:
            return answer["return"]


if __name__ == "__main__":
    qemu = connect(sys.argv[1])
    qemu.readline()  # the greeting
    ask(qemu, "qmp_capabilities", {})
    print(json.dumps(ask(qemu, sys.argv[2], dict(word.split("=", 1) for word in sys.argv[3:]))))
