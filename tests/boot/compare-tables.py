#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare what the kernel's parsers read from ACPI tables with what `iasl -d` makes of the same bytes.

usage: compare-tables.py TABLES-PROGRAM WORK-FOLDER TABLE...

MADT, MCFG: every entry, field by field. SPCR, DBG2, HPET, FADT: the place that follows from iasl's
fields. DMAR: by compare-dmar.py. Tables are valid ones; $IASL is the disassembler. Exit status 1 at
the first difference.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# The kernel's word for a field, iasl's, in MADT entries by type.
MADT_FIELDS = {
    0: {"uid": "Processor ID", "apic-id": "Local Apic ID", "flags": "Flags (decoded below)"},
    1: {"io-apic-id": "I/O Apic ID", "address": "Address", "interrupt-base": "Interrupt"},
    9: {"uid": "Processor UID", "apic-id": "Processor x2Apic ID",
        "flags": "Flags (decoded below)"},
}
MCFG_FIELDS = {"base": "Base Address", "segment": "Segment Group Number",
               "first-bus": "Start Bus Number", "last-bus": "End Bus Number"}


class Difference(Exception):
    pass


def disassemble(table, folder):
    """The fields as (offset, label, value), in the table's order."""
    copy = os.path.join(folder, "table.dat")
    shutil.copy(table, copy)
    done = subprocess.run([os.environ.get("IASL", "iasl"), "-d", copy], capture_output=True,
                          text=True)
    if done.returncode:
        raise Difference(f"iasl -d: {done.stdout}{done.stderr}")
    fields = []
    with open(os.path.join(folder, "table.dsl"), errors="replace") as file:
        for line in file:
            found = re.match(r"\[([0-9A-F]+)h \d+\s+(?:\d+|[0-9A-F]+h)\]\s+(.+?) : (\S*)", line)
            if found:
                fields.append((int(found[1], 16), found[2].strip(), found[3]))
    return fields, copy


def number(fields, label):
    """The first field of that label."""
    for _, name, value in fields:
        if name == label:
            return int(value, 16)
    raise Difference(f"iasl has no field {label!r}")


def split(fields, label):
    """Lists of fields, each of which begins with one of that label."""
    parts = []
    for field in fields:
        if field[1] == label:
            parts.append([])
        if parts:
            parts[-1].append(field)
    return parts


def read_items(lines):
    items = []
    for line in lines:
        if line.startswith("item "):
            words = line.split()
            pairs = dict(word.split("=") for word in words[2:])
            items.append((int(words[1], 16), {key: int(value) for key, value in pairs.items()}))
    return items


def same(what, ours, theirs):
    if ours != theirs:
        raise Difference(f"{what}: the kernel has {ours}, iasl {theirs}")


def compare_entries(lines, fields, label, wanted):
    ours, theirs, count = read_items(lines), split(fields, label), 0
    same("number of entries", len(ours), len(theirs))
    for (offset, values), entry in zip(ours, theirs):
        same("offset of an entry", hex(offset), hex(entry[0][0]))
        names = wanted(values)
        same(f"fields at {offset:#x}", sorted(values), sorted(names))
        for key, name in names.items():
            same(f"{key} at {offset:#x}", values[key], number(entry, name))
            count += 1
    return count


def compare_madt(lines, fields):
    count = compare_entries(lines, fields, "Subtable Type", lambda values: {
        "type": "Subtable Type", "length": "Length", **MADT_FIELDS.get(values["type"], {})})
    # Those that can be started: enabled, each once, the boot processor (here 0) first.
    ids = [0]
    for entry in split(fields, "Subtable Type"):
        kind = number(entry, "Subtable Type")
        if kind in (0, 9) and number(entry, MADT_FIELDS[kind]["flags"]) & 1:
            apic_id = number(entry, MADT_FIELDS[kind]["apic-id"])
            if apic_id not in ids:
                ids.append(apic_id)
    listed = [line for line in lines if line.startswith("processors")]
    same("processors", listed[0].split()[1:], [str(i) for i in ids])
    return count + len(ids)


def compare_mcfg(lines, fields):
    return compare_entries(lines, fields, "Base Address", lambda values: MCFG_FIELDS)


def place(kind, fields, baud=0):
    """What kernel/firmware/spcr.h says of a UART, from iasl's fields; None: none of the 16550 kind."""
    space, address = number(fields, "Space ID"), number(fields, "Address")
    access, bits = number(fields, "Encoded Access Width"), number(fields, "Bit Width")
    if kind not in (0, 1, 0x12, 0x14) or space > 1 or not address:
        return None
    if space == 1:
        return f"place port base={address} width=1 baud={baud}" if address <= 0xfff8 else None
    if kind == 0x14:
        access = 3
    if access not in (1, 2, 3):
        access = {32: 3, 16: 2}.get(bits, 1)
    return f"place memory base={address} width={1 << access - 1} baud={baud}"


def compare_place(lines, expected):
    if expected is None:
        if not lines[0].startswith("refused 0x"):
            raise Difference(f"iasl's fields name no 16550, the kernel has {lines[0]!r}")
    else:
        same("the console", lines[0], expected)
    return 5


def compare_spcr(lines, fields):
    baud = {3: 9600, 4: 19200, 6: 57600, 7: 115200}.get(number(fields, "Baud Rate"), 0)
    return compare_place(lines, place(number(fields, "Interface Type"), fields, baud))


def compare_dbg2(lines, fields):
    devices = split(fields, "Port Type")
    same("devices", number(fields, "Info Count"), len(devices))
    for device in devices:
        found = (number(device, "Port Type") == 0x8000 and
                 place(number(device, "Port Subtype"), device))
        if found:
            return compare_place(lines, found)
    return compare_place(lines, None)


def compare_hpet(lines, fields):
    same("the registers", lines[-1],
         f"timer {0 if number(fields, 'Space ID') else number(fields, 'Address')}")
    return 1


def compare_fadt(lines, fields):
    port, length = number(fields, "PM Timer Block Address"), number(fields, "PM Timer Block Length")
    same("the PM timer", lines[-1], f"timer {port if length == 4 and port <= 0xfffc else 0}")
    return 1


def compare_dmar(lines, table, folder):
    log = os.path.join(folder, "log")
    with open(log, "w") as file:
        file.write("\n".join(lines) + "\n")
    done = subprocess.run([sys.executable, os.path.join(HERE, "compare-dmar.py"), log,
                           table.replace(".dat", ".dsl"), table], capture_output=True, text=True)
    if done.returncode:
        raise Difference(done.stdout + done.stderr)
    return int(re.search(r"(\d+) fields", done.stdout)[1])


COMPARE = {"APIC": compare_madt, "MCFG": compare_mcfg, "SPCR": compare_spcr, "DBG2": compare_dbg2,
           "HPET": compare_hpet, "FACP": compare_fadt}


def compare(program, table, folder):
    with open(table, "rb") as file:
        signature = file.read(4).decode("latin-1")
    done = subprocess.run([program, table], capture_output=True, text=True)
    if done.returncode:
        raise Difference(f"{program}: {done.stderr}")
    lines = done.stdout.splitlines()
    for line in lines:
        if line.startswith("problem"):
            raise Difference(f"the kernel finds fault with it: {line}")
    fields, copy = disassemble(table, folder)
    if signature == "DMAR":
        return signature, compare_dmar(lines, copy, folder)
    return signature, COMPARE[signature](lines, fields)


def main():
    program, folder, tables = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    counts = {}
    for table in tables:
        try:
            signature, values = compare(program, table, folder)
        except Difference as difference:
            sys.exit(f"{table}: {difference}")
        files, before = counts.get(signature, (0, 0))
        counts[signature] = (files + 1, before + values)
    for signature, (files, values) in counts.items():
        print(f"{signature}: {values} values of {files} tables, as iasl has them")


if __name__ == "__main__":
    main()
