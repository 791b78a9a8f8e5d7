# SPDX-License-Identifier: BSD-2-Clause
"""What sequences of the catalogue and transitions of a capture do, so that they can be compared: stores by their effect."""
import re

WORDS = {"root": 1, "context": 2, "sm-root": 1, "sm-context": 4, "pasid-dir": 1, "pasid": 8, "irte": 2}
WORDS |= {f"{stage}-{level}": 1 for stage in ("ss", "fs") for level in range(1, 6)}
ONES = (1 << 64) - 1
# The kind of entry of each target.
KINDS = {kind: kind for kind in WORDS} | {"context-pt": "context", "irte-posted": "irte"} | {
    "pasid-" + t: "pasid" for t in ("ss", "fs", "fs-pt", "nested")}
# Of targets of paging entries, which are there by --paging alone: the kinds by the targets' names in tests.
PAGING_KINDS = {"leaf": {"leaf": "ss-1", "fs-leaf": "fs-1"}, "fs-leaf": {"fs-leaf": "fs-1"}, "table": {"table": "ss-2"}}


def read_catalogue(files):
    """The sequences of .seq files: their heads, and their steps as text."""
    rows = []
    for file in files:
        for line in open(file):
            line = line.rstrip("\n")
            key = re.match(r"(target|operation|name|title|from|claim|promise): *(.*)", line)
            if key and key[1] == "target":
                rows.append({"target": [t.strip() for t in key[2].split(",")], "steps": []})
            elif key and key[1] == "from":
                rows[-1].setdefault("from", []).append(key[2])
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
    wide = re.match(r"(exchange 128|store 128|store 256|store 512) bits(?: without LOCK)? from word (\d+) := (.*)", step)

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
        for word in range(int(wide[2]), int(wide[2]) + int(wide[1].split()[1]) // 64):
            after[word] = value(word, wide[3])
    else:
        return None
    return after


def invalidations(step, kind, pgtt):
    """The invalidations of a step, where CAP.CM = 0 and the device has no ATS."""
    legacy = kind in ("root", "context") or kind.startswith("ss-")
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


def effects(steps, kind, old, new, changes=False):
    """Stores as (width, word, entry after), flushes, invalidations; and the entry at the end. `changes`: only stores that change something.

    By a domain-id that only an absent entry has nothing can be kept: a capture does not count it to the transition.
    """
    words, out = list(old), []
    pgtt = (old if old[0] & 1 else new)[0] >> 6 & 7
    absent = {"DID of old": not old[0] & 1, "DID of new": not new[0] & 1}
    for step in steps:
        after = stored(step, words, old, new)
        if changes and after == words:
            continue
        if after is not None:
            wide = step.startswith("exchange") or re.match(r"store \d+ bits", step)
            touched = int(re.search(r"word (\d+)", step)[1])
            out.append((("wide" if wide else "store"), touched, tuple(after)))
            words = after
        elif step.startswith("flush"):
            if out[-1:] != [("flush",)]:
                out.append(("flush",))
        elif step.startswith("invalidate") or step.startswith("if CAP.CM"):
            out += [("invalidate", i) for i in invalidations(step, kind, pgtt) if not absent.get(i.partition(", ")[2])]
    return out, words


def parts(steps, kind):
    """A sequence cut where a capture cuts it: (how the entry is at first, steps)."""
    used = {int(w) for s in steps for w in re.findall(r"word (\d)", s)}
    used |= {w + 1 for w in used if any("exchange" in s for s in steps)}
    old = [0x1111111111111001 + (w << 20) if w in used else 0 for w in range(WORDS[kind])]
    new = [0x2222222222222001 + (w << 24) if w in used else 0 for w in range(WORDS[kind])]
    words, out, part, torn, settled, first = list(old), [], [], False, False, True
    leading = 0
    while stored(steps[leading], words, old, new) is None:
        leading += 1
    for step in steps[leading:]:
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
    # What a turn begins with comes after the stores of the turn before, by which old and new are the other way round.
    swap = {"DID of old": "DID of new", "DID of new": "DID of old"}
    for step in steps[:leading]:
        what, comma, whose = step.partition(", ")
        part.append(what + comma + swap.get(whose, whose))
    return out + [part]


def numbers(texts):
    return [int(t, 16) for t in texts]


def is_same(part, kind, transition, changes=False):
    """Whether a part of a sequence does what a transition (of vtd-capture's JSON) did, between its two entries.

    `changes`: stores that change nothing do not count. Linux clears an entry once more before it sets it up.
    """
    old, new = numbers(transition["old"])[:WORDS[kind]], numbers(transition["new"])[:WORDS[kind]]
    try:
        expected, end = effects([s for s in part if s != "barrier"], kind, old, new, changes)
        got, _ = effects([s["step"] for s in transition["steps"]], kind, old, new, changes)
    except (KeyError, IndexError):
        return False
    return expected == got and end == new
