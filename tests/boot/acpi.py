#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write an odd DMAR table, for QEMU's -acpitable. usage: acpi.py KIND FILE"""
import struct
import sys


def drhd(base, flags=1, segment=0):
    return struct.pack("<HHBBHQ", 0, 16, flags, 0, segment, base)


def table(body, length=None):
    """A DMAR table; length: what its header says, if that is not the truth."""
    real = 48 + len(body)
    head = struct.pack("<4sIBB6s8sI4sI", b"DMAR", length or real, 1, 0, b"VTDL  ", b"ODD     ",
                       1, b"TEST", 1)
    whole = bytearray(head + struct.pack("<BB10x", 38, 0) + body)
    whole[9] = -sum(whole) & 0xFF
    return bytes(whole)


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
}

if __name__ == "__main__":
    with open(sys.argv[2], "wb") as out:
        out.write(KINDS[sys.argv[1]])
