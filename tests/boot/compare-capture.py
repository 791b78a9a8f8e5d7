#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold the catalogue against what a capture of vtd-litmus itself saw of it: each sequence must come back step for step.

usage: tests/boot/compare-capture.py JSON LOG SEQ...

JSON is what `vtd-capture sequences --json` printed, LOG that of the run, SEQ are files of the catalogue. A sequence is cut where the
entry is taken away and invalidated, as a capture is; of each part a transition must be there with the same effects of the
same stores, the same flushes and invalidations. One line for each that is missing; exit status 1 if one is.
"""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tools", "capture"))
from effects import KINDS, PAGING_KINDS, is_same, parts, read_catalogue  # noqa: E402

seen = json.load(open(sys.argv[1]))["transitions"]
# A test that measured says how often it rewrote its entry. On a busy host that may be not once.
ran, name = set(), None
for line in open(sys.argv[2], errors="replace"):
    line = line.strip()
    if re.match(r"# [a-z0-9-]+\.[a-z-]+\.[a-z0-9.-]+: ", line):
        name = line[2:].split(":")[0]
    if "rewrites/s" in line and name:
        if float(re.search(r"([0-9.e]+) rewrites/s", line)[1]) >= 100:
            ran.add(name)

# Paging entries were recorded on request.
paging = PAGING_KINDS if any(t["entry"].startswith(("ss-", "fs-")) for t in seen) else {}
missing = found = rows = 0
for row in read_catalogue(sys.argv[3:]):
    if any(step.startswith("any order") for step in row["steps"]):
        continue # which order it was is not told
    for target, kind in (pair for t in row["target"] for pair in paging.get(t, {t: KINDS.get(t)}).items()):
        name = f".{row['operation']}.{row['name']}."
        # pasid is the kind of several targets, pasid-ss and others
        pattern = re.escape(target) + (r"-(ss|fs|fs-pt|nested)" if target == "pasid" else "") + re.escape(name)
        if not kind or not any(re.match(pattern, t) for t in ran):
            continue
        rows += 1
        for part in parts(row["steps"], kind):
            if any(is_same(part, kind, t) for t in seen if t["entry"] == kind):
                found += 1
            else:
                missing += 1
                print(f"{target}{name} not seen: {'; '.join(part)}")
print(f"{rows} sequences ran; {found} parts of them came back, {missing} did not")
sys.exit(1 if missing or not found else 0)
