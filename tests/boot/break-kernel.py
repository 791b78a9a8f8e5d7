#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Break a kernel on purpose while it runs in QEMU: in a function that sets up an entry, a store to another word moves behind the one that sets P.

usage: tests/boot/break-kernel.py CAPTURE FUNCTION SOCKET

CAPTURE is one of the same kernel as it is, without KASLR: it says where in FUNCTION the stores are. SOCKET is that of QEMU's
gdbstub (-gdb unix:path=SOCKET,server=on,wait=off). Where the kernel comes to the function first, its code is changed. The
instructions from one store to the other are rotated, which changes the order of the two stores and nothing else.
Exit status: 0 it is broken; 3 in this function no store can be moved; 2 anything else.
"""
import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

STORE = re.compile(r"mov +%(r\w+),(0x[0-9a-f]+)?\(%(r\w+)\)$")
LONGEST = 15 # bytes of an instruction
FAR = 96 # bytes from one store to the other, at most


class Gdb:
    """As much of gdb's protocol as is needed."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(600):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise OSError(f"{path}: nobody listens there")
        self.socket.settimeout(600)
        self.bytes = b""

    def send(self, text):
        self.socket.sendall(f"${text}#{sum(text.encode()) % 256:02x}".encode())

    def receive(self):
        while not (packet := re.search(rb"\$([^#]*)#..", self.bytes)):
            got = self.socket.recv(4096)
            if not got:
                raise OSError("QEMU has ended")
            self.bytes += got
        self.bytes = self.bytes[packet.end():]
        self.socket.sendall(b"+")
        return packet[1].decode()

    def ask(self, text):
        self.send(text)
        return self.receive()


def function_range(capture, name):
    symbols = sorted((int(a, 16), n) for a, _, n in (l.split()[:3] for l in gzip.open(f"{capture}/symbols.gz", "rt")))
    start = [a for a, n in symbols if n == name]
    if not start:
        sys.exit(f"break-kernel: {name} is no function of {capture}")
    return start[0], next(a for a, _ in symbols if a > start[0])


def stores_of_setup(capture, start, end):
    """The stores of a set-up by this function: (address in the code, address of the word, value), the one that sets P last."""
    by_entry = {}
    for line in open(f"{capture}/records"):
        words = line.split()
        if len(words) < 12 or words[4] != "S" or not start <= int(words[3], 16) < end:
            continue
        pc, physical, value, entry = (int(words[i], 16) for i in (3, 5, 7, 11))
        stores = by_entry.setdefault(entry, [])
        stores.append((pc, physical - entry, value))
        if physical == entry and value & 1 and len(stores) > 1 and not stores[-2][2] & 1:
            return stores
    sys.exit("break-kernel: this function sets up no entry in that capture")


def instructions(code, address):
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        text = subprocess.run(["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", f"--adjust-vma={address:#x}", file.name],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
    out = []
    for line in text.split("\n"):
        columns = line.split("\t")
        if not re.match(r" *[0-9a-f]+:$", columns[0]):
            continue
        if len(columns) > 2:
            out.append([int(columns[0].strip(" :"), 16), bytes.fromhex(columns[1]), columns[2].split("#")[0].strip()])
        elif out: # more bytes of the one before
            out[-1][1] += bytes.fromhex(columns[1])
    return out


def names_of(register):
    """A register by the names of its parts: %rcx, %ecx, %cx, %cl."""
    legacy = register[1:] if register[1].isalpha() else None
    if not legacy:
        return [f"%{register}{s}" for s in ("", "d", "w", "b")]
    return [f"%r{legacy}", f"%e{legacy}", f"%{legacy}"] + ([f"%{legacy[0]}l", f"%{legacy[0]}h"] if legacy[1] == "x" else [f"%{legacy}l"])


def can_move(first, between, last):
    """Whether the store `first` may as well be done after `last`: what it stores, and where, is the same then."""
    store = STORE.match(first[2])
    if not store:
        return False
    kept = names_of(store[1]) + names_of(store[3])
    for _, _, text in between + [last]:
        if re.match(r"(j|call|ret|push|pop|xchg|lock|rep|cmpxchg)", text) or "(%rip)" in text or "(bad)" in text:
            return False
        target = text.split(",")[-1].strip() if not text.startswith(("cmp", "test", "bt ")) else ""
        if target in kept or f"{store[2] or ''}(%{store[3]})" in text:
            return False
    return True


def rotated(code, address, pcs, last):
    """The code with a store moved behind the last, or None; what was moved."""
    listed = instructions(code, address)
    at = {i[0]: n for n, i in enumerate(listed)}
    if last not in at:
        return None, None
    for pc in pcs:
        if pc not in at or not 0 < last - pc < FAR or not can_move(listed[at[pc]], listed[at[pc] + 1:at[last]], listed[at[last]]):
            continue
        first = listed[at[pc]]
        end = last + len(listed[at[last]][1])
        whole = code[pc - address:end - address]
        return (pc, whole[len(first[1]):] + first[1]), (first[2], listed[at[last]][2])
    return None, None


def main(capture, function, path):
    start, end = function_range(capture, function)
    stores = stores_of_setup(capture, start, end)
    last = stores[-1][0]
    pcs = [pc for pc, offset, _ in reversed(stores[:-1]) if offset and pc < last]
    gdb = Gdb(path)
    begin = min(s[0] for s in stores)
    gdb.ask("?")
    if gdb.ask(f"Z0,{begin:x},1") != "OK" or not gdb.ask("c").startswith("T"):
        sys.exit("break-kernel: the guest did not come to the function")
    code = bytes.fromhex(gdb.ask(f"m{begin:x},{last + LONGEST - begin:x}"))
    change, moved = rotated(code, begin, pcs, last)
    done = not change or gdb.ask(f"M{change[0]:x},{len(change[1]):x}:{change[1].hex()}") == "OK"
    gdb.ask(f"z0,{begin:x},1")
    gdb.ask("D")
    if not change:
        print(f"{function}: no store to another word can be moved")
        return 3
    print(f"{function}: \"{moved[0]}\" comes after \"{moved[1]}\" now")
    return 0 if done else 2


if __name__ == "__main__":
    if len(sys.argv) != 4 or not os.path.isdir(sys.argv[1]):
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except OSError as e:
        print(f"break-kernel: {e}", file=sys.stderr)
        sys.exit(2)
