#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check the layout of a PE image as strict loaders do, and print its .sbat section.

usage: tests/boot/pe.py IMAGE
"""
import sys

import pefile

pe = pefile.PE(sys.argv[1])
header = pe.OPTIONAL_HEADER
end_of_memory = header.SizeOfHeaders
end_of_file = header.SizeOfHeaders
assert pe.FILE_HEADER.TimeDateStamp == 0, "a date: the image is not reproducible"
for section in pe.sections:
    name = section.Name.rstrip(b"\0").decode()
    size = max(section.Misc_VirtualSize, section.SizeOfRawData)
    assert section.VirtualAddress % header.SectionAlignment == 0, f"{name}: address not aligned"
    assert section.VirtualAddress >= end_of_memory, f"{name}: overlaps what stands before it"
    assert section.PointerToRawData % header.FileAlignment == 0, f"{name}: data not aligned"
    assert section.PointerToRawData >= end_of_file, f"{name}: data overlaps what stands before it"
    end_of_memory = section.VirtualAddress + section.Misc_VirtualSize
    end_of_file = section.PointerToRawData + section.SizeOfRawData
    assert section.VirtualAddress + size <= header.SizeOfImage, f"{name}: outside the image"
assert end_of_file == len(pe.__data__), "data behind the last section, which no signature covers well"
sbat = [s for s in pe.sections if s.Name == b".sbat\0\0\0"]
assert len(sbat) == 1, f"{len(sbat)} sections .sbat"
sys.stdout.write(sbat[0].get_data()[: sbat[0].Misc_VirtualSize].decode("ascii"))
