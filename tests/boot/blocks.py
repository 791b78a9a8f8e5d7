#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A log made of blocks: lines of machine records from standard input, a blank line between blocks, with marks,
numbers and right checksums (docs/log-format.md)."""
import sys
import zlib

for number, block in enumerate(sys.stdin.read().strip().split("\n\n")):
    lines = [f"#~1234 {number} {line.strip()}" for line in block.split("\n")]
    crc = zlib.crc32("".join(line + "\n" for line in lines).encode())
    print("\n".join(lines), f"#~1234 {number} . {len(lines)} {crc:08x}", sep="\n")
