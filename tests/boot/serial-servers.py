#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Play a log on serial ports; ser2net and conserver, with the configuration of tools/rack/plain, must
write every byte of it to their files.

usage: serial-servers.py PROGRAMS LOG FOLDER       (PROGRAMS: what tools/rack/programs printed)

The ports are pseudo-terminals: vtd-01 behind ser2net, vtd-02 behind ser2net with conserver as its
client, vtd-03 behind conserver; conserver runs a command for vtd-04.
"""
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tty

PLAIN = pathlib.Path(__file__).parents[2] / "tools/rack/plain"


class Port:
    """A serial port with a machine on it that starts to talk when somebody has opened the port."""

    def __init__(self, data):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        self.data = data
        self.left = len(data)
        threading.Thread(target=self.play, daemon=True).start()

    def play(self):
        poll = select.poll()
        poll.register(self.master, select.POLLHUP)
        while poll.poll(0):
            time.sleep(0.05)
        time.sleep(0.5)
        while self.left:
            # About the pace of 115200 baud; a full terminal blocks.
            done = os.write(self.master, self.data[-self.left:][:64])
            self.left -= done
            time.sleep(done / 11520)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def replaced(text, changes):
    for old, new in changes.items():
        if old not in text:
            sys.exit(f"not in the configuration: {old}")
        text = text.replace(old, str(new))
    return text


def main():
    programs, log, folder = (pathlib.Path(p).resolve() for p in sys.argv[1:])
    # Some bytes telnet and terminals take for commands.
    data = log.read_bytes() + bytes(range(256)) + b"\r\nthe end\r\n"
    played = folder / "played"
    played.write_bytes(data)
    ports = [Port(data) for _ in range(3)]
    tcp, control = free_port(), free_port()
    ser2net = replaced((PLAIN / "ser2net.yaml").read_text(), {
        "/var/log/vtd-litmus": folder, "localhost,3002": f"localhost,{tcp}",
        "/dev/serial/by-path/CHANGE-ME-1": ports[0].path, "/dev/serial/by-path/CHANGE-ME-2": ports[1].path})
    (folder / "ser2net.yaml").write_text(ser2net)
    conserver = replaced((PLAIN / "conserver.cf").read_text(), {
        "/var/log/vtd-litmus": folder, "port 3002": f"port {tcp}",
        "/dev/serial/by-path/CHANGE-ME-3": ports[2].path})
    conserver = re.sub('exec "ipmitool[^"]*"', f'exec "stty raw; cat {played}; sleep 60"', conserver)
    (folder / "conserver.cf").write_text(conserver)

    library = programs / "usr/lib/x86_64-linux-gnu"
    plugins = next((programs / "usr/libexec").glob("*/gensio/*"))
    environment = dict(os.environ, LD_LIBRARY_PATH=str(library), GENSIO_LIBRARY_PATH=str(plugins))
    started = []

    def start(name, *arguments):
        with open(folder / f"{name}.out", "w") as out:
            started.append(subprocess.Popen([programs / "usr/sbin" / name, *arguments], stdout=out,
                                            stderr=out, stdin=subprocess.DEVNULL, env=environment,
                                            start_new_session=True))

    missing = {f"vtd-0{n}" for n in range(1, 5)}
    try:
        start("ser2net", "-n", "-u", "-c", folder / "ser2net.yaml", "-P", folder / "ser2net.pid")
        time.sleep(0.5)
        (folder / "passwd").touch()
        start("conserver", "-C", folder / "conserver.cf", "-L", folder / "conserver.log", "-P",
              folder / "passwd", "-U", folder / "conserver", "-M", "localhost", "-p", str(control))
        deadline = time.monotonic() + 15
        while missing and time.monotonic() < deadline:
            time.sleep(0.2)
            for name in sorted(missing):
                file = folder / f"{name}.log"
                # Around it may stand what the server says itself.
                if file.exists() and data in file.read_bytes():
                    print(f"{name}: all {len(data)} bytes")
                    missing.remove(name)
    finally:
        for program in started:
            os.killpg(program.pid, signal.SIGKILL)  # conserver has children
    for name in sorted(missing):
        file = folder / f"{name}.log"
        print(f"{name}: {file.stat().st_size if file.exists() else 'no'} bytes, not the {len(data)} played")
    sys.exit(1 if missing else 0)


main()
