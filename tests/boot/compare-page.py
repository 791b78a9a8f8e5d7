#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The numbers of a page of `vtd-log report --rows silicon` against sums over what `vtd-log json` says of the
same logs. usage: compare-page.py PAGE.html RUNS.json"""
import collections
import json
import re
import sys
from html.parser import HTMLParser

STATES = ["failure", "harm", "clean", "unseen", "open"]
WORDS = {"failure": "failure", "harm": "harm, as the unit's model says", "clean": "clean beside a control",
         "unseen": "unsafe by the unit's model, no harm seen", "open": "inconclusive"}
KINDS = [("torn", "exposed_torn", "exposed"), ("torn", "torn", "dmas"), ("stale", "stale", "held"),
         ("mis-tagged", "mistagged", "tags"), ("blocked", "blocked", "dmas")]


class Page(HTMLParser):
    """cells[silicon, sequence, regime] = title"""

    def __init__(self):
        super().__init__()
        self.cells, self.heads, self.silicon, self.regime = {}, [], None, None
        self.on = self.reads_regime = False
        self.column = 0

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "table":
            self.on, self.heads = a.get("class") == "map full", []
        if not self.on:
            return
        if tag == "th" and "data-s" in a:
            self.heads.append(a["data-s"])
        elif tag == "th" and a.get("class") == "d":
            self.reads_regime, self.column = True, 0
        elif tag == "th" and a.get("scope") == "row":
            self.silicon = a["title"]
        elif tag == "td" and a.get("class") != "why":
            self.cells[self.silicon, self.heads[self.column], self.regime] = a.get("title", "")
            self.column += 1

    def handle_data(self, text):
        if self.reads_regime:
            self.regime, self.reads_regime = text, False


def state_of(test):
    if not test["own_block"] or "us" not in test:
        return None
    harms, verdict = test["harms"], test["verdict"]
    if verdict == "fail":
        return "failure" if test["class"] == "failure" else None
    if verdict == "pass":
        return "harm" if harms else "clean"
    return "unseen" if harms else "open"


def sums(runs):
    cells = collections.defaultdict(lambda: {s: collections.Counter() for s in STATES})
    for run in runs:
        m = run["machine"]
        silicon = (f"{m['cpu_vendor']} family {m['cpu_family']} model {m['cpu_model']:#x} "
                   f"stepping {m['cpu_stepping']}") if m["cpu_vendor"] else None
        for test in run["tests"]:
            name = re.fullmatch(r"(.+)\.[^.]+\.(hammer|faithful)", test["id"] or "")
            state = state_of(test) if name and silicon else None
            if not state:
                continue
            into = cells[silicon, name[1], name[2]][state]
            into["tests"] += 1
            for key in ("dmas", "torn", "held", "stale", "tags", "mistagged"):
                into[key] += test[key]
            # Logs of older builds do not say which DMAs met stores.
            into["exposed"] += test.get("exposed", test["dmas"] if test["rewrites"] else 0)
            into["exposed_torn"] += test.get("exposed_torn", test["torn"])
            if "blocked" in (test["harms"] or []):
                into["blocked"] += sum(o["count"] for o in test["outcomes"] if o["name"] == "np")
    return cells


def main(path, runs):
    page = Page()
    with open(path, encoding="utf-8") as file:
        page.feed(file.read())
    with open(runs, encoding="utf-8") as file:
        cells = sums(json.load(file)["runs"])
    wrong = 0
    for key, by_state in cells.items():
        state = next(s for s in STATES if by_state[s]["tests"])
        counted = STATES[:3] if state == "clean" else STATES
        total = sum((by_state[s] for s in counted), collections.Counter())
        title = page.cells.get(key, "nothing")
        want = f"; 0 of {total['exposed']}: below " if total["exposed"] else ""
        for word, harm, trials in KINDS:
            if total[harm]:
                want = f"; {total[harm]} of {total[trials]} {word}: "
                break
        if not title.startswith(WORDS[state]) or want not in title:
            print(f"{key}: not '{WORDS[state]}{want}' but '{title}'")
            wrong += 1
    print(f"{len(cells)} cells compared, {wrong} differ")
    return 1 if wrong or len(cells) < 100 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
