#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the fuzzers' seeds: valid tables, compiled by iasl from its own templates.

usage: seeds.py FOLDER          (tests/host/corpus; files FOLDER/fuzz_NAME/seed-*)

tests/boot/compare-tables.py compares what the kernel's parsers read from them with `iasl -d`.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile

BOOT = os.path.join(os.path.dirname(__file__), "..", "boot")


class Template:
    """`iasl -T SIGNATURE`: blocks of lines with a blank line between, the first the header."""

    def __init__(self, folder, signature):
        subprocess.run(["iasl", "-T", signature], cwd=folder, check=True, capture_output=True)
        with open(os.path.join(folder, signature.lower() + ".asl")) as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        self.blocks = [b.strip("\n") for b in re.split(r"\n\s*\n", text) if b.strip()]

    def block(self, number, **fields):
        """A block with fields (spaces in their names as _) set, each the first of its name."""
        text = self.blocks[number]
        for name, value in fields.items():
            pattern = rf"^((?:\[\d+\])?\s*{re.escape(name.replace('_', ' '))} : ).*$"
            text, count = re.subn(pattern, lambda m: m[1] + value, text, count=1, flags=re.M)
            if not count:
                sys.exit(f"the template has no field {name}")
        return text


def compile_table(folder, blocks):
    source, out = os.path.join(folder, "seed.asl"), os.path.join(folder, "seed.aml")
    with open(source, "w") as file:
        file.write("\n\n".join(blocks) + "\n")
    # A subtable left out is no error, an unknown label is.
    done = subprocess.run(["iasl", "-p", os.path.join(folder, "seed"), source],
                          capture_output=True, text=True)
    if done.returncode or not os.path.exists(out):
        sys.exit(f"iasl: {done.stdout}{done.stderr}")
    with open(out, "rb") as file:
        raw = file.read()
    os.unlink(out)
    return raw


def madts(folder):
    t = Template(folder, "APIC")

    # Blocks of the template: 0 header, 1 fixed part, then the types from 0 on, in order.
    def cpu(uid, apic_id, flags=1):
        return t.block(2, Processor_ID=f"{uid:02X}", Local_Apic_ID=f"{apic_id:02X}",
                       Processor_Enabled=str(flags & 1),
                       Runtime_Online_Capable=str(flags >> 1))

    def x2apic(uid, apic_id, flags=1):
        return t.block(11, Processor_x2Apic_ID=f"{apic_id:08X}", Processor_Enabled=str(flags & 1),
                       Processor_UID=f"{uid:08X}")

    def io_apic(number, address, base):
        return t.block(3, **{"I/O_Apic_ID": f"{number:02X}", "Address": f"{address:08X}",
                             "Interrupt": f"{base:08X}"})

    head = [t.block(0), t.block(1, Local_Apic_Address="FEE00000")]
    others = [t.block(i) for i in range(4, len(t.blocks)) if i != 11]
    return {
        "template": t.blocks,
        "laptop": head + [cpu(i + 1, 2 * i) for i in range(4)] + [io_apic(2, 0xFEC00000, 0)]
        + [t.block(4), t.block(6)],
        "sparse": head + [cpu(i, 16 * i) for i in range(16)] + [io_apic(8, 0xFEC00000, 0),
                                                                io_apic(9, 0xFEC01000, 24)],
        "server": head + [cpu(i, 8 * i) for i in range(8)]
        + [x2apic(64 + i, 0x100 + 3 * i) for i in range(8)] + [t.block(12)],
        "80-processors": head + [cpu(i, i) for i in range(40)]
        + [x2apic(64 + i, 0x100 + i) for i in range(40)],
        "listed-twice": head + [cpu(0, 0), cpu(1, 1), x2apic(0, 0), x2apic(1, 1), cpu(1, 1)],
        "hot-plug": head + [cpu(0, 0), cpu(1, 1, 2), cpu(2, 0xFF, 0), x2apic(3, 0xFFFFFFFF, 0),
                            x2apic(4, 0x80000000), x2apic(5, 5, 0)],
        "other-types": head + others,
        "empty": head,
    }


def mcfgs(folder):
    t = Template(folder, "MCFG")
    # Blocks: header, 8 reserved bytes, one entry.
    head = [t.block(0)]
    reserved, entry = t.blocks[1].split("\n", 1) if len(t.blocks) == 2 else (t.blocks[1], None)

    def one(base, segment, first, last):
        text = t.blocks[2] if entry is None else entry
        for name, value in (("Base Address", f"{base:016X}"),
                            ("Segment Group Number", f"{segment:04X}"),
                            ("Start Bus Number", f"{first:02X}"),
                            ("End Bus Number", f"{last:02X}")):
            text = re.sub(rf"({name} : ).*", lambda m, v=value: m[1] + v, text)
        return text

    head.append(reserved)
    return {
        "one": head + [one(0xB0000000, 0, 0, 0xFF)],
        "half": head + [one(0xE0000000, 0, 0, 0x7F)],
        "segments": head + [one(0x80000000 + (s << 28), s, 0, 0xFF) for s in range(4)],
        "split": head + [one(0xC0000000, 0, 0, 0x3F), one(0xC0000000, 0, 0x40, 0x7F),
                         one(0xC0000000, 0, 0x80, 0xFF)],
        "not-from-0": head + [one(0x3FFC0000000, 0x1000, 0x80, 0x9F)],
        "empty": head,
    }


def gas(text, space, bits, access, address):
    for name, value in (("Space ID", space), ("Bit Width", bits), ("Encoded Access Width", access)):
        text = re.sub(rf"({name} : )\S+.*", lambda m, v=value: f"{m[1]}{v:02X}", text, count=1)
    return re.sub(r"(\]\s+Address : ).*", lambda m: f"{m[1]}{address:016X}", text, count=1)


def spcrs(folder):
    t = Template(folder, "SPCR")
    text = "\n\n".join(t.blocks)

    def one(kind, baud, revision=2, **place):
        out = re.sub(r"(Interface Type : )\S+", lambda m: f"{m[1]}{kind:02X}", text)
        out = re.sub(r"(Baud Rate : )\S+", lambda m: f"{m[1]}{baud:02X}", out)
        out = re.sub(r"(Revision : )01", lambda m: f"{m[1]}{revision:02X}", out, count=1)
        return [gas(out, **place)]

    return {
        "template": t.blocks,
        "com1": one(0, 7, space=1, bits=8, access=1, address=0x3F8),
        "com2-9600": one(1, 3, space=1, bits=8, access=0, address=0x2F8),
        "memory-32": one(0x12, 0, space=0, bits=32, access=3, address=0xFE034000),
        "memory-bits": one(0, 6, space=0, bits=32, access=0, address=0x1FE034000),
        "lpss": one(0x14, 0, space=0, bits=8, access=1, address=0xFE034000),
        "pl011": one(3, 7, space=0, bits=32, access=3, address=0x9000000),
        "pci-space": one(0, 7, space=2, bits=8, access=1, address=0x10),
        "port-beyond": one(0, 7, space=1, bits=8, access=1, address=0x10000),
    }


def dbg2s(folder):
    t = Template(folder, "DBG2")
    text = "\n\n".join(t.blocks)

    def both(first_type, first_subtype, second_subtype, **place):
        out = text
        kinds = iter([first_type, 0x8000])
        subtypes = iter([first_subtype, second_subtype])
        out = re.sub(r"(Port Type : )\S+", lambda m: f"{m[1]}{next(kinds):04X}", out)
        out = re.sub(r"(Port Subtype : )\S+", lambda m: f"{m[1]}{next(subtypes):04X}", out)
        # The register of the second device is the third of the table.
        parts = out.split("[Generic Address Structure]")
        parts[1] = gas(parts[1], **place)
        parts[3] = gas(parts[3], 1, 8, 1, 0x2F8)
        return ["[Generic Address Structure]".join(parts)]

    return {
        "template": t.blocks,
        "first": both(0x8000, 0, 0, space=1, bits=8, access=1, address=0x3F8),
        "memory": both(0x8000, 0x12, 0, space=0, bits=32, access=3, address=0xFE034000),
        "second": both(0x8003, 0x8086, 1, space=0, bits=32, access=3, address=0xFE034000),
        "none": both(0x8002, 0, 3, space=0, bits=32, access=3, address=0xFE034000),
    }


def timers(folder):
    hpet, fadt = Template(folder, "HPET"), Template(folder, "FACP")
    text = "\n\n".join(hpet.blocks)
    old = "\n\n".join(fadt.blocks)
    port = re.sub(r"(PM Timer Block Address : )\S+", lambda m: m[1] + "00000608", old, count=1)
    port = re.sub(r"(PM Timer Block Length : )\S+", lambda m: m[1] + "04", port, count=1)
    return {
        "hpet-template": hpet.blocks,
        "hpet": [gas(text, 0, 64, 0, 0xFED00000)],
        "hpet-port": [gas(text, 1, 64, 0, 0xFED00000)],
        "fadt-template": fadt.blocks,
        "fadt": [port],
    }


def with_checksum(raw, at, upto=None):
    raw = bytearray(raw)
    raw[at] = 0
    raw[at] = -sum(raw[:upto]) & 0xFF
    return bytes(raw)


def roots():
    """iasl has no template for these that it compiles in all versions."""
    rsdp = struct.pack("<8sB6sBIIQB3x", b"RSD PTR ", 0, b"VTDL  ", 2, 0x7F7E1000, 36, 0x7F7E2000, 0)
    rsdp = with_checksum(with_checksum(rsdp, 8, 20), 32)

    def root(signature, entries):
        raw = struct.pack("<4sIBB6s8sI4sI", signature, 36 + len(entries), 1, 0, b"VTDL  ",
                          b"SEED    ", 1, b"TEST", 1) + entries
        return with_checksum(raw, 9)

    return {
        "rsdp": rsdp,
        "rsdp-1.0": with_checksum(rsdp[:15] + b"\0" + rsdp[16:20], 8),
        "xsdt": root(b"XSDT", struct.pack("<4Q", 0x7F7E3000, 0x1FFFFF000, 0, 0x7F7E4000)),
        "rsdt": root(b"RSDT", struct.pack("<3I", 0x7F7E3000, 0x7F7E4000, 0xFFFFFFFF)),
    }


def smbios():
    """DMTF DSP0134; a dump of QEMU's own is kept beside them as seed-qemu."""
    def structure(kind, body, *strings):
        return (struct.pack("<BBH", kind, 4 + len(body), kind) + body
                + (b"".join(s.encode("latin-1") + b"\0" for s in strings) or b"\0") + b"\0")

    table = (structure(0, bytes([1, 2, 0, 0xE8, 3]) + bytes(13), "A vendor", "1.2.3", "02/06/2015")
             + structure(1, bytes([1, 2, 3, 4]) + bytes(19), "A maker", "A product", "v1", "serial")
             + structure(2, bytes([1, 0, 2, 0]), "A board maker", "# 1; \"\x1b[2J\"")
             + structure(4, bytes(12) + bytes([1]) + bytes(9), "  A processor @ 2.00GHz  ")
             + structure(32, bytes(7)) + structure(127, b""))
    new = struct.pack("<5sBBBBBBBIQ", b"_SM3_", 0, 24, 3, 7, 0, 1, 0, len(table), 0x7F7E5000)
    old = struct.pack("<4sBBBBHB5s5sBHIHB", b"_SM_", 0, 31, 2, 8, 64, 0, b"", b"_DMI_", 0,
                      len(table), 0x7F7E5000, 6, 0x28)
    return {"table": table, "entry-3": with_checksum(new, 5),
            "entry-2": with_checksum(old[:16] + with_checksum(old[16:], 5), 4)}


def texts():
    """Load options in their shapes, a configuration file, every option."""
    every = ("run=inventory tests=a*,b dma=nvme seconds=2.5 dwell=0,100 passes=3 until-fail "
             "deadline=2 watchdog=nmi seed=0xdead driver-cpu=3 updater-cpu=auto "
             "console=spcr,mmio32:0xfe034000,0x2f8 baud=9600 screen=0 save=never on-done=exit "
             "invalidation=queued fault-interrupt=1 x2apic=1 model=spec without=barrier break=trap")
    return {"every": every.encode(),
            "utf-16": ("BOOTX64.EFI " + every).encode("utf-16-le") + b"\0\0",
            "path": "\\EFI\\BOOT\\x.efi run=list".encode("utf-16-le"),
            "file": b"\xef\xbb\xbf# comment\r\nrun=tests\r\n\"seconds=1\" # more\r\n",
            "bad": b"run=x tests= colour=green =\tdwell=1, seed=99999999999999999999"}


def packets():
    """DHCP acknowledgements, RFC 2131 and 2132."""
    def packet(options, siaddr=b"\x0a\0\2\2", name=b"", file=b""):
        return struct.pack("<BBBB8x8x4s4x16s64s128s4s", 2, 1, 6, 0, siaddr, b"\x52\x54\0\x12\x34\x56",
                           name, file, b"\x63\x82\x53\x63") + options

    return {"field": packet(b"\xff", file=b"boot/x.efi"),
            "options": packet(b"\x43\x0aboot/x.efi\x42\x0810.0.2.2\x36\4\x0a\0\2\3\xff", b"\0" * 4),
            "overload": packet(b"\x34\1\3\xff", b"\0" * 4, b"\x36\4\x0a\0\2\3\xff",
                               b"\x43\x06a\\b.ef\xff")}


def dmars():
    program = os.path.join(BOOT, "dmar-shapes.py")
    names = subprocess.run([sys.executable, program, "list"], check=True, capture_output=True,
                           text=True).stdout.split()
    out = {}
    for name in names:
        with tempfile.NamedTemporaryFile() as file:
            subprocess.run([sys.executable, program, name, file.name], check=True)
            out[name] = file.read()
    return out


def main():
    with tempfile.TemporaryDirectory() as folder:
        def compiled(sources):
            return {name: compile_table(folder, blocks) for name, blocks in sources.items()}

        dmar = {"template": compile_table(folder, Template(folder, "DMAR").blocks), **dmars()}
        all_seeds = {
            "fuzz_madt": compiled(madts(folder)),
            "fuzz_mcfg": compiled(mcfgs(folder)),
            "fuzz_spcr": {**{f"spcr-{n}": raw for n, raw in compiled(spcrs(folder)).items()},
                          **{f"dbg2-{n}": raw for n, raw in compiled(dbg2s(folder)).items()}},
            "fuzz_acpi": {**compiled(timers(folder)), **roots()},
            "fuzz_dmar": dmar,
            "fuzz_oddities": {n: dmar[n] for n in ("careless", "server-two-sockets", "segments")},
            "fuzz_smbios": smbios(),
            "fuzz_options": texts(),
            "fuzz_pxe": packets(),
        }
    for fuzzer, seeds in all_seeds.items():
        os.makedirs(os.path.join(sys.argv[1], fuzzer), exist_ok=True)
        for name, raw in seeds.items():
            with open(os.path.join(sys.argv[1], fuzzer, f"seed-{name}"), "wb") as out:
                out.write(raw)


if __name__ == "__main__":
    main()
