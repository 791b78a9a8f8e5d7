#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Read the text off a screen dump, by the very font. usage: read_screen.py DUMP.ppm FONT-FOLDER

Prints the text of each row for the cell size that kernel/output/screen.c chooses for the dump's size; '?'
where a cell holds no character of the font. A large verdict at the top comes out as noise."""
import collections
import sys

CELLS = [("16x32", 3), ("16x32", 2), ("8x16", 3), ("16x32", 1), ("8x16", 1)]  # as in choose_font()


def read_ppm(path):
    kind, width, height, most, data = open(path, "rb").read().split(None, 4)
    if kind != b"P6" or most != b"255":
        sys.exit("read_screen.py: no such PPM file is known here")
    return int(width), int(height), data


def glyphs(folder, name):
    width, height = map(int, name.split("x"))
    data = open(f"{folder}/{name}.psf", "rb").read()
    size, head = width // 8 * height, 4 if height == 16 else 32
    found = {}
    for code in range(32, 127):
        glyph = data[head + code * size : head + (code + 1) * size]
        bits = "".join(f"{byte:08b}" for byte in glyph)
        found.setdefault(bits, chr(code))
    return width, height, found


def main(dump, folder):
    width, height, data = read_ppm(dump)
    for name, scale in CELLS:
        w, h, known = glyphs(folder, name)
        columns, rows = width // (w * scale), height // (h * scale)
        if columns >= 80 and rows >= 24:
            break

    def pixel(x, y):
        at = 3 * (y * width + x)
        return data[at : at + 3]

    for row in range(rows):
        text = ""
        for column in range(columns):
            cell = [pixel((column * w + x) * scale, (row * h + y) * scale)
                    for y in range(h) for x in range(w)]
            paper = collections.Counter(cell).most_common(1)[0][0]
            text += known.get("".join("0" if p == paper else "1" for p in cell), "?")
        print(text.rstrip())


if __name__ == "__main__":
    main(*sys.argv[1:])
