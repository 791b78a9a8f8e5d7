# SPDX-License-Identifier: BSD-2-Clause
"""labgrid strategy: boot vtd-litmus on a place, keep all that its console says, wait for the end of the run.

There is no shell on the machine: the console only speaks. off -> started (VTDL-START seen) -> finished.
"""
import contextlib
import enum
import os
import re
import time

import attr
import pexpect
from labgrid.driver import SerialDriver
from labgrid.driver.exception import ExecutionError
from labgrid.factory import target_factory
from labgrid.step import step
from labgrid.strategy import Strategy, StrategyError

LOST = (OSError, ExecutionError)  # of a console; pyserial's exceptions are OSErrors
START = re.compile(rb"VTDL-START v1 ")
END = re.compile(rb"\nVTDL-END v1 (pass|fail|skip)\r?\n")


class Status(enum.Enum):
    unknown = 0
    off = 1
    started = 2
    finished = 3


@target_factory.reg_driver
@attr.s(eq=False)
class VtdLitmusStrategy(Strategy):
    """With a USBSDMuxDriver and a USBStorageDriver the image is written first; without, the machine boots
    what it is set to: a stick that is in already, or the network."""
    bindings = {
        "power": "PowerProtocol",
        "console": "ConsoleProtocol",
        "mux": {"USBSDMuxDriver", None},
        "storage": {"USBStorageDriver", None},
    }
    off_seconds = attr.ib(default=10, converter=float)  # power supplies hold out for some
    boot_seconds = attr.ib(default=600, converter=float)  # power-on to VTDL-START: servers take minutes
    run_seconds = attr.ib(default=7200, converter=float)  # VTDL-START to VTDL-END
    silent_seconds = attr.ib(default=90, converter=float)  # a run speaks every 20 s at least

    def __attrs_post_init__(self):
        super().__attrs_post_init__()
        self.status = Status.unknown
        self.log = None  # its name
        self.window = b""  # what was read and may still match

    @step(args=["status"])
    def transition(self, status, *, step):
        wanted = status if isinstance(status, Status) else Status[status]
        if wanted is self.status:
            step.skip("nothing to do")
        elif wanted is Status.off:
            self.status = Status.unknown
            self.target.activate(self.power)
            self.power.off()
            try:
                self.target.deactivate(self.console)
            except ExecutionError:
                pass  # a console that is a command had ended by itself
        elif wanted is Status.started:
            self.transition(Status.off)
            self.status = Status.unknown
            self.start()
        elif wanted is Status.finished:
            self.transition(Status.started)
            self.status = Status.unknown
            self.wait_for(END, "VTDL-END", self.run_seconds, self.silent_seconds)
            with contextlib.suppress(*LOST):
                self.read(1, self.log)  # a last word, if there is one
        else:
            raise StrategyError(f"cannot go to {wanted}")
        self.status = wanted

    def start(self):
        if self.mux:
            self.target.activate(self.mux)
            self.target.activate(self.storage)
            self.mux.set_mode("host")
            self.storage.write_image()
            time.sleep(5)  # udev looks at the new partitions (labgrid issue 1539)
            self.mux.set_mode("dut")
        place = os.environ.get("LG_PLACE", self.target.name)
        folder = os.environ.get("VTDL_LOGS", ".")
        os.makedirs(folder, exist_ok=True)
        self.log = os.path.join(folder, f"{place}-{time.strftime('%Y%m%d-%H%M%S')}.log")
        self.window = b""
        # The console is open before the power is on; what a console server kept is of an earlier run.
        self.target.activate(self.console)
        time.sleep(self.off_seconds)
        begin = time.monotonic()
        while self.read(0.1):
            if time.monotonic() - begin > 10:
                raise StrategyError("the console goes on speaking: the power is not off")
        open(self.log, "wb").close()
        self.power.on()
        self.wait_for(START, "VTDL-START", self.boot_seconds, self.boot_seconds)

    def wait_for(self, pattern, name, seconds, silent_seconds):
        begin = heard = time.monotonic()
        while not (match := pattern.search(self.window)):
            self.window = self.window[-100:]  # longer than what is looked for
            now = time.monotonic()
            if now - begin > seconds:
                raise StrategyError(f"no {name} within {seconds:g} s")
            if now - heard > silent_seconds:
                raise StrategyError(f"nothing on the console for {silent_seconds:g} s, and no {name}")
            try:
                if self.read(0.5, self.log):
                    heard = now
            except LOST as error:
                raise StrategyError(f"the console was lost before {name}: {error}") from error
        self.window = self.window[match.end():]

    def read(self, seconds, log=None):
        """In two bites, each kept before the next may fail. A SerialDriver that waits for more than a byte loses
        what it has when the connection goes; a driver with a buffer of its own must be asked for all of it."""
        got = b""
        for size, patience in (1 if isinstance(self.console, SerialDriver) else 65536, seconds), (65536, 0):
            try:
                data = self.console.read(size=size, timeout=patience) or b""
            except pexpect.TIMEOUT:
                break
            if log:
                with open(log, "ab") as file:
                    file.write(data)
            self.window += data
            got += data
            time.sleep(0.02)  # gather some
        return got
