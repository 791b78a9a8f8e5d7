#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold the catalogue against what a capture of vtd-litmus itself saw of it: each sequence must come back step for step.

usage: tests/boot/compare-capture.py JSON TEST... -- SEQ...

JSON is what `vtd-capture sequences --json` printed; TESTS are the names of the tests that ran (context.replace.NAME...);
SEQ are files of the catalogue. A sequence is cut where the entry is taken away and invalidated, as a capture is; of
each part a transition must be there with the same effects of the same stores, the same flushes and invalidations.
One line for each that is missing; exit status 1 if one is.
"""
import json
import re
import sys

WORDS = {"root": 1, "context": 2, "sm-root": 1, "sm-context": 4, "pasid-dir": 1, "pasid": 8}
ONES = (1 << 64) - 1
at = sys.argv.index("--")
seen = json.load(open(sys.argv[1]))["transitions"]
tests, files = sys.argv[2:at], sys.argv[at + 1:]


def read_catalogue():
    rows = []
    for file in files:
        for line in open(file):
            line = line.rstrip("\n")
            key = re.match(r"(target|operation|name|title|from|claim|promise): *(.*)", line)
            if key and key[1] == "target":
                rows.append({"target": [t.strip() for t in key[2].split(",")], "steps": []})
            elif key:
                rows[-1][key[1]] = key[2]
            elif rows and line and not line.startswith(("#", " ")):
                rows[-1]["steps"].append(line)
    return rows


def stored(step, words, old, new):
    """What a step stores: the words after it, or None if it stores nothing."""
    after = list(words)
    store = re.match(r"store word (\d+) := (.*)", step)
    bits = re.match(r"store word (\d+): bits (\d+):(\d+) := new", step)
    wide = re.match(r"(exchange 128|store 256) bits from word (\d+) := (.*)", step)

    def value(word, text):
        clear = 1 if word == 0 else 0
        return {"0": 0, "old": old[word], "new": new[word], "old with P clear": old[word] & ~clear,
                "new with P clear": new[word] & ~clear}[text]

    if store:
        word = int(store[1])
        if word < len(words):
            after[word] = value(word, store[2])
    elif bits:
        word, high, low = int(bits[1]), int(bits[2]) % 64, int(bits[3]) % 64
        mask = (ONES >> (63 - (high - low))) << low
        after[word] = words[word] & ~mask | new[word] & mask
    elif wide:
        for word in range(int(wide[2]), int(wide[2]) + (2 if wide[1].startswith("exchange") else 4)):
            after[word] = value(word, wide[3])
    else:
        return None
    return after


def invalidations(step, kind, pgtt):
    """The invalidations of a step, where CAP.CM = 0 and the device has no ATS."""
    legacy = kind in ("root", "context")
    if step.startswith("if CAP.CM") or "device-TLB" in step:
        return []
    if step == "invalidate all caches globally":
        return ["context cache (global)"] + ([] if legacy else ["PASID cache (global)"]) + ["IOTLB (global)"]
    step = step.removeprefix("invalidate the ")
    what, _, whose = step.partition(", ")
    if what.startswith("PASID") and legacy:
        return []
    if what == "IOTLB as the PGTT asks":
        what = "IOTLB (domain)" if pgtt in (2, 3) else "PASID-based IOTLB"
    if kind not in ("context", "pasid"): # no domain-id of its own
        whose = ""
    return [what + (", " + whose if whose else "")]


def effects(steps, kind, old, new, start):
    """Stores as (word, value after), flushes, invalidations."""
    words, out = list(start), []
    pgtt = old[0] >> 6 & 7
    for step in steps:
        after = stored(step, words, old, new)
        if after is not None:
            wide = step.startswith(("exchange", "store 256"))
            touched = int(re.search(r"word (\d+)", step)[1])
            out.append((("wide" if wide else "store"), touched, tuple(after)))
            words = after
        elif step.startswith("flush"):
            if out[-1:] != [("flush",)]:
                out.append(("flush",))
        elif step.startswith("invalidate") or step.startswith("if CAP.CM"):
            out += [("invalidate", i) for i in invalidations(step, kind, pgtt)]
    return out, words


def parts(steps, kind):
    """A sequence cut where a capture cuts it: (how the entry is at first, steps)."""
    old = [0x1111111111111001 + (w << 20) for w in range(WORDS[kind])]
    new = [0x2222222222222001 + (w << 24) for w in range(WORDS[kind])]
    words, out, part, torn, settled, first = list(old), [], [], False, False, True
    for step in steps:
        after = stored(step, words, old, new)
        if after is None:
            part.append(step)
            settled |= part and not step.startswith(("barrier", "if CAP.CM")) and "device-TLB" not in step
            continue
        gone = not any(words)
        sets = any(a & ~b for a, b in zip(after, words))
        if settled and part and not first and (words[0] & 1 or not torn or gone or sets):
            out.append(part)
            part = []
        part.append(step)
        first, settled = False, False
        torn = (torn or words[0] & 1) and not after[0] & 1
        words = after
    return out + [part]


def numbers(texts):
    return [int(t, 16) for t in texts]


def is_there(part, kind):
    for t in seen:
        if t["entry"] != kind:
            continue
        old, new = numbers(t["old"])[:WORDS[kind]], numbers(t["new"])[:WORDS[kind]]
        # In a part that begins or ends with an absent entry the other state is not seen: it is not used either.
        try:
            expected, end = effects([s for s in part if s != "barrier"], kind, old, new, old)
            got, _ = effects(["invalidate the " + s["step"].removeprefix("invalidate the ") if s["step"].startswith("invalidate")
                              else s["step"] for s in t["steps"]], kind, old, new, old)
        except (KeyError, IndexError):
            continue
        if expected == got and end == new:
            return True
    return False


missing = found = 0
rows = read_catalogue()
ran = {tuple(t.split(".", 1)[:1] + [t.split(".", 1)[1]]) for t in tests}
for row in rows:
    for target in row["target"]:
        if target not in WORDS:
            continue
        prefix = f".{row['operation']}.{row['name']}"
        if not any(t.split(".", 1)[0].startswith(target) and ("." + t.split(".", 1)[1]).startswith(prefix + ".") for t in tests):
            continue
        for part in parts(row["steps"], target):
            if is_there(part, target):
                found += 1
            else:
                missing += 1
                print(f"{target}{prefix}: not seen: {'; '.join(part)}")
print(f"{found} parts of sequences came back, {missing} did not")
sys.exit(1 if missing or not found else 0)
