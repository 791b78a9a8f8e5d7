# SPDX-License-Identifier: BSD-2-Clause
"""One run on one place: the verdict, and each vtd-litmus test of the run as a pytest result of its own.

The log is judged by vtd-log (in the environment: VTD_LOG; default: build/vtd-log).
"""
import os
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

VTD_LOG = os.environ.get("VTD_LOG", os.path.join(os.path.dirname(__file__), "../../../build/vtd-log"))
PASS, FAIL, SKIP, INCOMPLETE, NO_RUN = range(5)
NAMES = ["pass", "fail", "skip: nothing was learned", "incomplete", "no run"]


def vtd_log(*arguments):
    return subprocess.run([VTD_LOG, *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_verdict(run):
    check = vtd_log("check", run.log)
    said = f"{NAMES[check.returncode] if check.returncode in range(5) else check.returncode}: {run.log}"
    print(check.stdout)
    if run.error or check.returncode not in (PASS, SKIP):
        pytest.fail("\n".join(filter(None, [said, run.error, check.stdout])), pytrace=False)
    if check.returncode == SKIP:
        pytest.skip(said)


def test_results(run, request, capsys):
    xml = os.path.splitext(run.log)[0] + ".xml"
    junit = vtd_log("junit", run.log, "-o", xml)
    cases = list(ElementTree.parse(xml).iter("testcase")) if os.path.exists(xml) else []
    if not cases:
        pytest.skip(f"no test came to its result: {junit.stdout}")
    with capsys.disabled():
        for case in cases:
            report(request, case)


def report(request, case):
    """As pytest does for a test of its own, so that -v, -r and --junitxml show it."""
    name, outcome, text = case.get("name"), "passed", None
    bad = [child for child in case if child.tag in ("failure", "error", "skipped")]
    if bad:
        message = bad[0].get("message") or bad[0].text or bad[0].tag
        skipped = bad[0].tag == "skipped"
        outcome, text = ("skipped", (__file__, 0, message)) if skipped else ("failed", message)
    for when in "call", "teardown":
        request.config.hook.pytest_runtest_logreport(report=pytest.TestReport(
            nodeid=f"{request.node.parent.nodeid}::{name}", location=(__file__, 0, ""), keywords={},
            outcome=outcome if when == "call" else "passed", longrepr=text if when == "call" else None,
            when=when, duration=float(case.get("time") or 0)))
