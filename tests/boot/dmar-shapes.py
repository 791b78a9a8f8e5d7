#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write DMAR tables of the shape that real machines have, for QEMU's -acpitable.

usage: dmar-shapes.py list              the names, a line each
       dmar-shapes.py NAME FILE         a table
       dmar-shapes.py registers FILE    16 KiB that read like the registers of a unit that has everything

Addresses, devices and names are made up; the layout of structures and scopes is what counts.
"""
import struct
import sys

ENDPOINT, BRIDGE, IOAPIC, HPET, ACPI = 1, 2, 3, 4, 5
REST = 1  # INCLUDE_PCI_ALL, ALL_PORTS, ATC_REQUIRED


def scope(kind, bus, *path, number=0, flags=0, reserved=0):
    hops = b"".join(bytes(hop) for hop in path)
    return struct.pack("<BBBBBB", kind, 6 + len(hops), flags, reserved, number, bus) + hops


def structure(kind, body):
    return struct.pack("<HH", kind, 4 + len(body)) + body


def drhd(base, *scopes, flags=0, size=0, segment=0):
    return structure(0, struct.pack("<BBHQ", flags, size, segment, base) + b"".join(scopes))


def rmrr(base, limit, *scopes, segment=0):
    return structure(1, struct.pack("<HHQQ", 0, segment, base, limit) + b"".join(scopes))


def atsr(*scopes, flags=0, segment=0):
    return structure(2, struct.pack("<BBH", flags, 0, segment) + b"".join(scopes))


def rhsa(base, domain):
    return structure(3, struct.pack("<IQI", 0, base, domain))


def andd(number, name):
    return structure(4, struct.pack("<3xB", number) + name.encode() + b"\0")


def satc(*scopes, flags=REST, segment=0):
    return structure(5, struct.pack("<BBH", flags, 0, segment) + b"".join(scopes))


def sidp(*scopes, segment=0):
    return structure(6, struct.pack("<HH", 0, segment) + b"".join(scopes))


def table(*structures, width=39, flags=1, revision=1, model=b"SHAPE   ", creator=b"TEST"):
    body = b"".join(structures)
    head = struct.pack("<4sIBB6s8sI4sI", b"DMAR", 48 + len(body), revision, 0, b"VTDL  ",
                       model, 2, creator, 0x20)
    whole = bytearray(head + struct.pack("<BB10x", width - 1, flags) + body)
    whole[9] = -sum(whole) & 0xFF
    return bytes(whole)


def pch(base, *more):
    """The unit that has all the rest, with the I/O APIC and the HPET."""
    return drhd(base, scope(IOAPIC, 0xF0, (31, 0), number=2), scope(HPET, 0, (31, 0)), *more,
                flags=REST)


def socket(first, buses):
    """A server's socket: a unit for each of its root buses."""
    return [drhd(first + 0x4000 * i, scope(BRIDGE, bus, (0, 0)), scope(BRIDGE, bus, (2, 0)),
                 scope(IOAPIC, bus, (5, 4), number=9 + i + (first >> 26 & 7)))
            for i, bus in enumerate(buses)]


LOW, HIGH = [0x17, 0x3A, 0x5D], [0x80, 0x85, 0xAE, 0xD7]

SHAPES = {
    # a laptop: graphics with a unit of its own, USB and graphics with reserved memory
    "client-graphics": table(
        drhd(0xFED90000, scope(ENDPOINT, 0, (2, 0))), pch(0xFED91000),
        rmrr(0x7E000000, 0x7E01FFFF, scope(ENDPOINT, 0, (20, 0))),
        rmrr(0x7F800000, 0x83FFFFFF, scope(ENDPOINT, 0, (2, 0))), flags=5),
    # a chip set whose serial buses are ACPI devices, not PCI functions
    "client-acpi-devices": table(
        drhd(0xFED90000, scope(ENDPOINT, 0, (2, 0))),
        pch(0xFED91000, scope(ACPI, 0, (21, 0), number=1), scope(ACPI, 0, (21, 1), number=2),
            scope(ACPI, 0, (30, 0), number=9), scope(ACPI, 0, (30, 3), number=11)),
        andd(1, "\\_SB.PCI0.I2C0"), andd(2, "\\_SB.PCI0.I2C1"), andd(9, "\\_SB.PCI0.SPI0"),
        andd(11, "\\_SB.PCI0.UA00"), flags=1),
    # two sockets of four units each, root-port ATS, NUMA affinity
    "server-two-sockets": table(
        *socket(0xC5FFC000, LOW), *socket(0xE0FFC000, HIGH),
        drhd(0xD37FC000, scope(IOAPIC, 0xF0, (31, 0), number=8), scope(HPET, 0xF0, (31, 0)),
             flags=REST),
        rmrr(0x6AC61000, 0x6AC63FFF, scope(ENDPOINT, 0, (20, 0)),
             scope(ENDPOINT, 0, (28, 0), (0, 0), (0, 4))),
        atsr(*[scope(BRIDGE, bus, (0, 0)) for bus in LOW + HIGH]),
        *[rhsa(0xC5FFC000 + 0x4000 * i, 0) for i in range(3)],
        *[rhsa(0xE0FFC000 + 0x4000 * i, 1) for i in range(4)], rhsa(0xD37FC000, 0),
        width=46, flags=3),
    # four segments, each with its own INCLUDE_PCI_ALL unit
    "segments": table(
        *[unit for s in range(4) for unit in (
            drhd(0xA0000000 + 0x1000000 * s, scope(ENDPOINT, 0, (1, s)), segment=s),
            drhd(0xA0001000 + 0x1000000 * s, flags=REST, segment=s))],
        *[rmrr(0x60000000 + 0x10000 * s, 0x6000FFFF + 0x10000 * s, scope(ENDPOINT, 0, (20, 0)),
               segment=s) for s in range(4)],
        *[atsr(scope(BRIDGE, 0, (1, 0)), segment=s) for s in range(3)],
        atsr(flags=REST, segment=3), width=52),
    # devices behind bridges behind bridges
    "bridges": table(
        drhd(0xFED90000, scope(ENDPOINT, 0, (1, 0), (0, 0), (2, 1)),
             scope(BRIDGE, 0, (28, 4), (0, 0), (3, 0)), scope(BRIDGE, 0, (28, 5))),
        pch(0xFED91000), rmrr(0x7A000000, 0x7A000FFF,
                              scope(ENDPOINT, 0, (1, 0), (0, 0), (1, 0), (0, 0), (31, 7))),
        atsr(scope(BRIDGE, 0, (1, 0)), scope(BRIDGE, 0, (28, 0)))),
    # a volume-management device: its own segment behind an endpoint
    "vmd": table(
        drhd(0xB5FFC000, scope(ENDPOINT, 0x5D, (5, 5)), scope(BRIDGE, 0x5D, (2, 0))),
        drhd(0xB6FFC000, flags=REST),
        drhd(0xB7FFC000, scope(BRIDGE, 0, (0, 0)), flags=0, segment=0x1000),
        atsr(scope(BRIDGE, 0x5D, (2, 0))), rhsa(0xB5FFC000, 0), rhsa(0xB6FFC000, 0),
        rhsa(0xB7FFC000, 1), width=46),
    # accelerators inside the chip with address-translation caches
    "satc": table(
        drhd(0xC77FC000, scope(ENDPOINT, 0x6A, (1, 0)), scope(ENDPOINT, 0x6F, (1, 0))),
        drhd(0xC87FC000, flags=REST), atsr(scope(BRIDGE, 0x7E, (2, 0))), rhsa(0xC77FC000, 0),
        satc(scope(ENDPOINT, 0x6A, (1, 0)), scope(ENDPOINT, 0x6F, (1, 0))),
        satc(scope(ENDPOINT, 0xE8, (2, 0)), flags=0), width=52),
    # device properties of devices inside the chip, in the scopes' flags
    "sidp": table(
        drhd(0xFC800000, scope(ENDPOINT, 0, (2, 0))), drhd(0xFC810000, flags=REST),
        rmrr(0x7E000000, 0x7E01FFFF, scope(ENDPOINT, 0, (20, 0))),
        satc(scope(ENDPOINT, 0, (2, 0))),
        sidp(scope(ENDPOINT, 0, (2, 0), flags=1), scope(ENDPOINT, 0, (11, 0), flags=3),
             scope(ENDPOINT, 0, (5, 0), flags=2)), width=42, flags=5),
    # register sets of 16 KiB, in memory that nobody answers for
    "large-units": table(
        drhd(0xC5F00000, scope(ENDPOINT, 0, (2, 0)), size=2),
        drhd(0xC5F10000, scope(IOAPIC, 0xF0, (31, 0), number=2), scope(HPET, 0, (31, 0)),
             flags=REST, size=2), width=46),
    # four I/O APICs and two HPETs
    "interrupts": table(
        drhd(0xFED90000, *[scope(IOAPIC, 0xF0 + i, (31, i), number=i) for i in range(4)],
             scope(HPET, 0xFA, (15, 0)), scope(HPET, 0xFA, (15, 1), number=1), flags=REST),
        flags=3, revision=2),
    # a server with root buses that nothing is on: their units have no scopes
    "idle-units": table(
        drhd(0xC5FFC000), drhd(0xC6FFC000, scope(BRIDGE, 0x3A, (0, 0))), drhd(0xC7FFC000),
        pch(0xD37FC000), atsr(scope(BRIDGE, 0x3A, (0, 0))), width=46),
    # an old server: cards in slots have reserved memory, below 1 MiB too, and one region nobody
    # filled in; no interrupt remapping
    "slots": table(
        drhd(0xFED90000, flags=REST), rmrr(0, 0xFFF, scope(ENDPOINT, 0, (29, 0))),
        rmrr(0xE8000, 0xE8FFF, scope(ENDPOINT, 0, (7, 0), (0, 0)), scope(ENDPOINT, 0, (7, 0), (0, 2)),
             scope(ENDPOINT, 0, (3, 0), (0, 0))),
        rmrr(0x4000000, 0x400FFFF, scope(ENDPOINT, 0, (28, 0), (0, 0))),
        flags=2, model=b"Rack\1\0\0\0", creator=b".\x16\"\xff"),
    # 64 KiB of registers, caches and device properties inside the chip; a reserved byte counts something
    "large-soc": table(
        drhd(0xFC800000, scope(ENDPOINT, 0, (2, 0)), size=4),
        drhd(0xFC810000, scope(IOAPIC, 0, (30, 7), number=2, reserved=2),
             scope(HPET, 0, (30, 6)), flags=REST, size=4),
        satc(scope(ENDPOINT, 0, (2, 0))),
        sidp(scope(ENDPOINT, 0, (11, 0), flags=2), scope(ENDPOINT, 0, (5, 0), flags=1)), width=42,
        flags=5),
    # firmware bugs, but readable throughout
    "careless": table(
        rmrr(0x7E000800, 0x7E0010FF, scope(BRIDGE, 0, (31, 0))),
        drhd(0xFED90000, flags=REST), drhd(0xFED90000, scope(ENDPOINT, 9, (2, 0)), flags=0),
        rmrr(0x7E002000, 0x7E001FFF), structure(9, b"\1\2\3\4"), andd(7, "no scope"),
        drhd(0xFFFFFFFFFFFFF000, scope(ACPI, 0, (1, 0), number=6)), width=60, flags=7),
}

# What is no shape for iasl: tables that cannot be read to their end, and one for registers().
OTHERS = {
    "cut-structure": table(drhd(0xFED90000, flags=REST), rmrr(0x1000, 0x1FFF))[:-8],
    "cut-scope": table(drhd(0xFED90000, scope(ENDPOINT, 0, (2, 0))[:-2]), drhd(0xFED91000)),
    "zero-length": table(drhd(0xFED90000, flags=REST), struct.pack("<HH8x", 1, 0)),
}
OTHERS["cut-structure"] = (lambda t: t[:4] + struct.pack("<I", len(t)) + t[8:])(
    OTHERS["cut-structure"])

# Its unit is memory that the scenario fills with registers().
OTHERS["in-memory"] = table(
    drhd(0x10000000, scope(IOAPIC, 0xFF, (0, 0)), flags=REST, size=2), width=40)


def registers():
    """As firmware might leave them: translation and protected memory on, a fault recorded."""
    cap = (0xE << 60 | 1 << 59 | 1 << 56 | 3 << 54 | 1 << 40 | 1 << 39 | 3 << 34 | 0x60 << 24
           | 56 << 16 | 0xE << 8 | 0x7E)
    ecap = 1 << 63 | 0x3A << 48 | 0xFF0 << 36 | 19 << 35 | 0xE600 << 16 | 0x50 << 8 | 0xDF
    values = {0x00: 0x60, 0x08: cap, 0x10: ecap, 0x1C: 0xC6000000, 0x20: 0x7A001400, 0x34: 0x2,
              0x40: 0xFEE00018, 0x64: 0x80000001, 0x88: 0x40, 0x90: 0x7A002801, 0xB8: 0x7A10080F,
              0x100: 0x50A, 0x180: 0x80000006, 0x600: 0x12345000,
              0x608: 1 << 63 | 1 << 62 | 0x06 << 32 | 0x0010}
    raw = bytearray(0x4000)
    for offset, value in values.items():
        size = 4 if offset in (0x1C, 0x34, 0x40, 0x64) else 8
        raw[offset:offset + size] = value.to_bytes(size, "little")
    return bytes(raw)


if __name__ == "__main__":
    if sys.argv[1] == "list":
        print("\n".join(SHAPES))
    elif sys.argv[1] == "registers":
        with open(sys.argv[2], "wb") as out:
            out.write(registers())
    else:
        with open(sys.argv[2], "wb") as out:
            out.write({**SHAPES, **OTHERS}[sys.argv[1]])
