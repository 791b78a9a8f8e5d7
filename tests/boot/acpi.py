#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write an ACPI table, an odd DMAR or one that names a console, for QEMU's -acpitable.
usage: acpi.py KIND FILE, or acpi.py mcfg FILE BASE LAST-BUS (hexadecimal, of segment 0)"""
import struct
import sys


def drhd(base, flags=1, segment=0):
    return struct.pack("<HHBBHQ", 0, 16, flags, 0, segment, base)


def acpi(signature, body, revision=1):
    head = struct.pack("<4sIBB6s8sI4sI", signature, 36 + len(body), revision, 0, b"VTDL  ",
                       b"ODD     ", 1, b"TEST", 1)
    whole = bytearray(head + body)
    whole[9] = -sum(whole) & 0xFF
    return bytes(whole)


def table(body, signature=b"DMAR"):
    return acpi(signature, struct.pack("<BB10x", 38, 0) + body)


def endpoint(device, function=0):
    """A scope: a function on bus 0."""
    return struct.pack("<BBBBBBBB", 1, 8, 0, 0, 0, 0, device, function)


def scoped(structure, *scopes):
    """A structure with its scopes behind it, its length put right."""
    whole = structure + b"".join(scopes)
    return whole[:2] + struct.pack("<H", len(whole)) + whole[4:]


def rmrr(base, limit):
    return struct.pack("<HHHHQQ", 1, 24, 0, 0, base, limit)


def port(number):
    """A Generic Address Structure: 8 bits in port space."""
    return struct.pack("<BBBBQ", 1, 8, 0, 1, number)


def spcr(number):
    """Interface 16550, its address, no interrupts, 115200 8N1, no PCI device."""
    return acpi(b"SPCR", struct.pack("<B3x12sBBI", 0, port(number), 0, 0, 0) +
                struct.pack("<BBBBBBHHBBBIBI", 7, 0, 1, 0, 0, 0, 0xFFFF, 0xFFFF, 0, 0, 0, 0, 0, 0),
                2)


def dbg2(number):
    """One device: serial, 16550; behind its fixed part the address, its size, its name."""
    name = b".\0"
    info = struct.pack("<BHBHHHHHH2xHH", 0, 22 + 12 + 4 + len(name), 1, len(name), 38, 0, 0, 0x8000,
                       0, 22, 34) + port(number) + struct.pack("<I", 8) + name
    return acpi(b"DBG2", struct.pack("<II", 44, 1) + info)


def mcfg(base, last):
    return acpi(b"MCFG", struct.pack("<8xQHBB4x", base, 0, 0, last))


def patched(table, at, raw):
    """With other bytes at an offset; firmware or QEMU corrects length and checksum."""
    return table[:at] + raw + table[at + len(raw):]


KINDS = {
    # no remapping unit at all
    "no-drhd": table(b""),
    # the address that some firmware gives for a unit it disabled
    "unit-at-zero": table(drhd(0)),
    # nothing answers there; the scenario fills the first with ones
    "all-ones": table(drhd(0x10000000)),
    "all-zeros": table(drhd(0xFED90000)),
    # a structure that says it is longer than the table
    "truncated": table(drhd(0xFED90000)[:2] + struct.pack("<H", 64) + drhd(0xFED90000)[4:]),
    # a structure of length 0: an endless loop for a careless reader
    "length-zero": table(struct.pack("<HH", 0, 0) + drhd(0xFED90000)),
    # tests/boot/firmware.c puts these in place of the machine's own, so a real unit is behind them:
    # a unit for a display controller at 00:01.0 alone, and one for the rest that is not there
    "graphics": table(scoped(drhd(0xFED90000, 0), endpoint(1)) + drhd(0xFED80000), b"VTDL"),
    # a unit for all that there is, and one in a segment that MCFG does not list
    "segment": table(drhd(0xFED90000) + drhd(0xFED80000, segment=0x1000), b"VTDL"),
    # one unit for everything, whatever the machine's own table says
    "one-unit": table(drhd(0xFED90000), b"VTDL"),
    # 00:02.0 is given to a unit without a table depth (CAP.SAGAW = 0), in memory that the scenario fills
    "second-unit": table(scoped(drhd(0x10000000, 0), endpoint(2)) + drhd(0xFED90000), b"VTDL"),
    # reserved memory for the device at 00:01.0, in memory that is free: lower, most of it, and page 0
    "rmrr": table(drhd(0xFED90000) + scoped(rmrr(0x1000000, 0x10FFFFF), endpoint(1)) +
                  scoped(rmrr(0x200000, 0x3FFFFF), endpoint(1)) + scoped(rmrr(0, 0xFFF), endpoint(1)),
                  b"VTDL"),
    # for the device under test, 00:02.0, too; and regions that cannot be mapped: limit below base, beyond 39 bits
    "rmrr-of-device": table(drhd(0xFED90000) + scoped(rmrr(0x1000000, 0x10FFFFF), endpoint(1), endpoint(2)),
                            b"VTDL"),
    "rmrr-unmappable": table(drhd(0xFED90000) + scoped(rmrr(0x1000000, 0xFFFFFF), endpoint(1)) +
                             scoped(rmrr(1 << 40, (1 << 40) + 0xFFFF), endpoint(1)), b"VTDL"),
    # a console on COM2
    "spcr-com2": spcr(0x2F8),
    "dbg2-com2": dbg2(0x2F8),
    # on COM1, as most machines have it
    "dbg2-com1": dbg2(0x3F8),
    # consoles that cannot be: cut, no 16550, no address; a device whose length is absurd
    "spcr-short": patched(spcr(0x2F8)[:64], 4, struct.pack("<I", 64)),
    "spcr-pl011": patched(spcr(0x2F8), 36, b"\3"),
    "spcr-at-zero": spcr(0),
    "dbg2-length": patched(dbg2(0x2F8), 45, b"\xff\xff"),
}

if __name__ == "__main__":
    with open(sys.argv[2], "wb") as out:
        out.write(mcfg(int(sys.argv[3], 16), int(sys.argv[4], 16)) if sys.argv[1] == "mcfg"
                  else KINDS[sys.argv[1]])
