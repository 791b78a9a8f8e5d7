# SPDX-License-Identifier: BSD-2-Clause
import signal

import pytest
from labgrid.strategy import StrategyError


def pytest_configure():
    # As on Ctrl-C, so that whoever ends this leaves the machine off; run-places does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def run(strategy):
    """A run that has come to an end, whichever: its log, and what went wrong, if anything did."""
    strategy.error = None
    try:
        strategy.transition("finished")
    except StrategyError as error:
        strategy.error = error.msg
    finally:
        strategy.transition("off")
    return strategy
