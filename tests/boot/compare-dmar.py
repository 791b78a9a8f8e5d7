#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare what run=inventory says of the DMAR table with what others make of the same bytes.

usage: compare-dmar.py LOG DMAR.dsl DMAR.dat

LOG is the serial log, DMAR.dat what acpixtract took from it, DMAR.dsl what `iasl -d` wrote of that.
Every structure, scope and field of the log's `# dmar` lines must be in the disassembly with the same
offset and value. Where iasl stops at a type that it does not know (20200925 at SATC and SIDP), the
rest is compared with the bytes, read here a third time. Exit status 1 at the first difference.
"""
import re
import struct
import sys

TYPES = ["DRHD", "RMRR", "ATSR", "RHSA", "ANDD", "SATC", "SIDP"]
# Offsets of the fields in their structures, VT-d specification, chapter 8: key, offset, bytes.
HEADER = [("length", 4, 4), ("revision", 8, 1), ("checksum", 9, 1), ("oem-id", 10, "6s"),
          ("oem-table-id", 16, "8s"), ("oem-revision", 24, 4), ("creator-id", 28, "4s"),
          ("creator-revision", 32, 4), ("host-address-width", 36, 1), ("flags", 37, 1)]
FIELDS = {
    "DRHD": [("length", 2, 2), ("flags", 4, 1), ("size", 5, 1), ("segment", 6, 2), ("base", 8, 8)],
    "RMRR": [("length", 2, 2), ("segment", 6, 2), ("base", 8, 8), ("limit", 16, 8)],
    "ATSR": [("length", 2, 2), ("flags", 4, 1), ("segment", 6, 2)],
    "RHSA": [("length", 2, 2), ("base", 8, 8), ("domain", 16, 4)],
    "ANDD": [("length", 2, 2), ("number", 7, 1), ("name", 8, "z")],
    "SATC": [("length", 2, 2), ("flags", 4, 1), ("segment", 6, 2)],
    "SIDP": [("length", 2, 2), ("segment", 6, 2)],
    "scope": [("type", 0, 1), ("length", 1, 1), ("flags", 2, 1), ("reserved", 3, 1),
              ("enumeration-id", 4, 1), ("bus", 5, 1), ("path", 6, "path")],
    "unknown": [("length", 2, 2), ("type", 0, 2)],
}
SCOPES_AT = {"DRHD": 16, "RMRR": 24, "ATSR": 8, "SATC": 8, "SIDP": 8}


class Item:
    """A structure or scope: its name, offset, and fields."""

    def __init__(self, name, offset, fields):
        self.name, self.offset, self.fields = name, offset, fields

    def __eq__(self, other):
        return (self.name, self.offset, self.fields) == (other.name, other.offset, other.fields)

    def __str__(self):
        return f"0x{self.offset:04x} {self.name} {self.fields}"


def number(text):
    return int(text, 16 if text.startswith("0x") else 10)


def from_log(path):
    items = []
    for line in open(path, errors="replace"):
        found = re.match(r"# dmar 0x([0-9a-f]+)\s+(\w+) (.*=.*)$", line.rstrip("\r\n"))
        if not found:
            continue
        offset, name, rest = int(found[1], 16), found[2], found[3]
        # What is in parentheses is the kernel's reading, not the table's value.
        fields = {}
        for key, value in re.findall(r'([a-z-]+)=("[^"]*"|\S*)', rest.split("  (")[0]):
            fields[key] = (value[1:-1] if value.startswith('"') else
                           value if key == "path" else number(value))
        items.append(Item(name, offset, fields))
    return items


def text(raw):
    """As the log has it: `?` for a byte that is no character, or would disturb the line."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7f and byte != 0x22 else "?"
                   for byte in raw.split(b"\0")[0])


def from_bytes(raw):
    def fields(kind, at, length):
        out = {}
        for key, offset, width in (HEADER if kind == "DMAR" else FIELDS[kind]):
            if width == "z":
                out[key] = text(raw[at + offset:at + length])
            elif width == "path":
                pairs = raw[at + offset:at + length]
                out[key] = "/".join(f"{d:02x}.{f:x}" for d, f in zip(pairs[::2], pairs[1::2]))
            elif isinstance(width, str):
                out[key] = text(struct.unpack_from(width, raw, at + offset)[0])
            else:
                out[key] = int.from_bytes(raw[at + offset:at + offset + width], "little")
        return out

    items, at = [Item("DMAR", 0, fields("DMAR", 0, 48))], 48
    while at < len(raw):
        kind, length = struct.unpack_from("<HH", raw, at)
        name = TYPES[kind] if kind < len(TYPES) else "unknown"
        items.append(Item(name, at, fields(name, at, length)))
        inner = at + SCOPES_AT.get(name, length)
        while inner < at + length:
            items.append(Item("scope", inner, fields("scope", inner, raw[inner + 1])))
            inner += raw[inner + 1]
        at += length
    return items


def iasl_text(value, raw):
    """What iasl prints (a blank) for a byte for which the log has `?`."""
    return "".join("?" if text(raw[i:i + 1]) == "?" else c for i, c in enumerate(value))


def from_iasl(path, raw):
    """Returns the items, and the type at which iasl gave up, or None."""
    items, stopped, kinds = [Item("DMAR", 0, {})], None, HEADER
    for line in open(path, errors="replace"):
        given_up = re.match(r"\*+ Unknown DMAR subtable type (\w+)", line)
        if given_up:
            stopped = given_up[1]
            items.pop()
            break
        found = re.match(r"\[([0-9A-F]+)h \d+\s+(\d+|[0-9A-F]+h)\]\s+(.+?) : (.*)", line)
        if not found:
            continue
        offset, name, value = int(found[1], 16), found[3].strip(), found[4].strip()
        length = int(found[2][:-1], 16) if found[2].endswith("h") else int(found[2])
        if name == "Subtable Type":
            kind = int(value.split()[0], 16)
            kinds = FIELDS[TYPES[kind] if kind < len(TYPES) else "unknown"]
            items.append(Item(TYPES[kind] if kind < len(TYPES) else "unknown", offset, {}))
        elif name == "Device Scope Type":
            kinds = FIELDS["scope"]
            items.append(Item("scope", offset, {"path": ""}))
        item = items[-1]
        if name == "PCI Path":
            device, function = (int(n, 16) for n in value.split(","))
            item.fields["path"] += f"{'/' if item.fields['path'] else ''}{device:02x}.{function:x}"
            continue
        for key, at, width in kinds:
            # 20200925 calls a scope's flags and the reserved byte after them one word.
            shift = at - (offset - item.offset)
            if not 0 <= shift < length or key == "path":
                continue
            if value.startswith('"'):
                item.fields[key] = iasl_text(re.match(r'"(.*)"', value)[1], raw[offset:])
            else:
                item.fields[key] = int(value.split()[0], 16) >> 8 * shift & (1 << 8 * width) - 1
    return items, stopped


def same(log, other, what):
    for mine, theirs in zip(log, other):
        if mine != theirs:
            sys.exit(f"differs from {what}:\n  log   {mine}\n  {what} {theirs}")


def main():
    log, raw = from_log(sys.argv[1]), open(sys.argv[3], "rb").read()
    decoded = from_bytes(raw)
    iasl, stopped = from_iasl(sys.argv[2], raw)
    same(log, iasl, "iasl")
    if len(iasl) != len(log) and (stopped is None or len(iasl) > len(log)):
        sys.exit(f"iasl lists {len(iasl)} structures and scopes, the log {len(log)}")
    same(log, decoded, "the bytes")
    if len(decoded) != len(log):
        sys.exit(f"the bytes hold {len(decoded)} structures and scopes, the log {len(log)}")
    print(f"{len(iasl)} of {len(log)} structures and scopes, "
          f"{sum(len(i.fields) for i in iasl)} fields, as iasl has them"
          + (f"; iasl stops at type {stopped}, the rest as the bytes" if stopped else ""))


if __name__ == "__main__":
    main()
