#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does everybody who reads the same log read the same verdicts?

usage: compare-readers.py LOG --json FILE [--junit FILE] [--lava FILE]

Every test's id and verdict, in order, as vtd-log says it (--json: `vtd-log json LOG`), against kunit.py
of Linux (its folder in the environment variable KUNIT), tappy, grep's reading of the VTDL-RESULT lines,
junitparser over `vtd-log junit LOG`, and LAVA (`tools/rack/lava/check LOG`). A reader that is not there
is skipped and said. Exit status 1 on any difference.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys


def vtd_log(path):
    with open(path) as file:
        runs = json.load(file)["runs"]
    if len(runs) != 1:
        sys.exit(f"{len(runs)} runs in the log: one is compared")
    return runs[0]["tests"]


def kunit(log):
    folder = os.environ.get("KUNIT")
    if not folder:
        return "KUNIT is not set to tools/testing/kunit of a Linux tree"
    run = subprocess.run(
        [sys.executable, os.path.join(folder, "kunit.py"), "parse", "--json", os.path.abspath(log)],
        capture_output=True, text=True)
    start = run.stdout.find("\n{")
    if start < 0:
        return f"kunit.py gave no JSON: {run.stderr[-300:]}"
    group, _ = json.JSONDecoder().raw_decode(run.stdout[start + 1:])
    if group["sub_groups"]:
        sys.exit("kunit.py: groups, where there are none")
    return [(case["name"], case["status"].lower()) for case in group["test_cases"]]


def tappy(log):
    try:
        from tap.parser import Parser
    except ImportError:
        return "no python3-tap"
    return [(line.description, "skip" if line.skip else "pass" if line.ok else "fail")
            for line in Parser().parse_file(log) if line.category == "test"]


def flat(log):
    with open(log, "rb") as file:
        text = file.read().decode(errors="replace")
    return [tuple(match.groups()) for match in
            re.finditer(r"^VTDL-RESULT (\S+) (\w+) (\d+) (\S+)\r?$", text, re.MULTILINE)]


def junit(path):
    if not path:
        return "no --junit"
    try:
        import junitparser
    except ImportError:
        return "no python3-junitparser"
    words = {junitparser.Skipped: "skip", junitparser.Failure: "fail", junitparser.Error: "fail"}
    return [(case.name, "+".join(words[type(result)] for result in case.result) or "pass")
            for suite in junitparser.JUnitXml.fromfile(path) for case in suite]


def lava(path):
    if not path:
        return "no --lava"
    seen = []
    names = collections.Counter()
    with open(path) as file:
        for line in file:
            words = line.split()
            if len(words) == 5:
                name, verdict, number, unit, test = words
                if name != re.sub(r"\W+", "_", test.lower()):
                    sys.exit(f"LAVA calls {test} {name}")
                names[name] += 1
                seen.append((test, verdict, number, unit))
    if any(count > 1 for count in names.values()):
        sys.exit(f"LAVA gives two tests one name: {names.most_common(1)[0][0]}")
    return seen


def difference(want, got):
    """The first one, in words, or None. Numbers count only where a reader gives them."""
    for n, (a, b) in enumerate(zip(want, got), 1):
        if a[:len(b)] != b:
            return f"test {n}: {' '.join(b)}, but vtd-log: {' '.join(a[:len(b)])}"
    if len(want) != len(got):
        return f"{len(got)} verdicts, but vtd-log has {len(want)}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--json", required=True)
    parser.add_argument("--junit")
    parser.add_argument("--lava")
    arguments = parser.parse_args()
    want = [(test["id"], test["verdict"], str(test["number"]), test["unit"])
            for test in vtd_log(arguments.json)]
    readers = {"vtd-log": want, "kunit.py": kunit(arguments.log), "tappy": tappy(arguments.log),
               "VTDL-RESULT": flat(arguments.log), "junitparser": junit(arguments.junit),
               "LAVA": lava(arguments.lava)}
    failed = not want
    for name, got in readers.items():
        if isinstance(got, str):
            print(f"{name:12} skipped: {got}")
            continue
        counts = collections.Counter(test[1] for test in got)
        wrong = difference(want, got)
        failed = failed or wrong is not None
        print(f"{name:12} {len(got):4} verdicts: " + ", ".join(
            f"{counts[word]} {word}" for word in sorted(counts)) + (f"; DIFFERS: {wrong}" if wrong else ""))
    sys.exit(1 if failed else 0)


main()
