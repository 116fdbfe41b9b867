"""Loads the product once, and lets its programs begin as copies of that: a city opens in a third of the time.

`python -m webapp.embedded.nursery MODULE...` imports the modules, says so, and then starts a program for each line that
it reads. Only the opening of a city goes this way. Every program becomes a child of the supervisor at once, the nursery
ends when the city is open, and what dies later is started again in the ordinary way.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from webapp.embedded import processes
from webapp.embedded.errors import EmbeddedError

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NAME = 15
#: Only Linux lets a process adopt its grandchildren.
POSSIBLE = os.uname().sysname == "Linux"


class AdoptedProcess:
    """A child of this process that another one forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs; negative for a signal."""
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self._code = 1  # somebody else took the news
            else:
                if pid:
                    self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; the exit code. Raises subprocess.TimeoutExpired."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)


class Nursery:
    """The supervisor's end of it."""

    def __init__(self, modules: Sequence[str], root: Path, env: Mapping[str, str], log: Path) -> None:
        """Begin to load `modules`; this process will adopt what is started."""
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        with log.open("ab") as errors:
            self._process = processes.spawn(
                [sys.executable, "-m", "webapp.embedded.nursery", *modules],
                log=errors,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=env,
                cwd=root,
                pass_terminal=True,
                end_with_parent=signal.SIGTERM,
            )
        self._loaded = False

    def loaded(self) -> bool | None:
        """Whether programs can be started: None means not yet, False never (it has ended)."""
        if not self._loaded and self._process.poll() is None:
            assert self._process.stdout is not None
            if select.select([self._process.stdout], [], [], 0)[0]:
                self._loaded = self._process.stdout.readline() == b"loaded\n"
        if self._process.poll() is not None:
            return False
        return True if self._loaded else None

    def start(
        self, argv: Sequence[str], *, name: str, out: Path, err: Path | None, env: Mapping[str, str] | None = None
    ) -> AdoptedProcess:
        """Start `python -m MODULE ...`, given as `argv`, with its outputs in files; `err` None is the terminal.

        Raises EmbeddedError if the nursery has ended.
        """
        wish = {
            "module": argv[2],
            "arguments": list(argv[3:]),
            "name": name,
            "out": str(out),
            "err": None if err is None else str(err),
            "env": dict(env or {}),
            "parent": os.getpid(),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")
            self._process.stdin.flush()
            return AdoptedProcess(int(self._process.stdout.readline()))
        except (OSError, ValueError) as error:
            raise EmbeddedError(f"{name} could not be started from what was loaded.") from error

    def close(self) -> None:
        """Let it end."""
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
        processes.end_child(self._process, (signal.SIGTERM, 5), (signal.SIGKILL, 5))


def reap_strangers(known: set[int]) -> None:
    """Take note of the end of processes that were adopted without being asked for, such as those of a killed child."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in known:
            return
        os.waitpid(ended.si_pid, 0)


# inside the nursery


def main(modules: Sequence[str]) -> None:
    """Load `modules`, then start a program for every line of standard input, until it is closed."""
    for module in modules:
        importlib.import_module(module)
    if threading.active_count() > 1:
        sys.exit("a module started a thread when it was imported: what is loaded cannot be copied")
    gc.collect()
    gc.freeze()  # the collector of a copy shall not touch, and so double, what it shares
    sys.stdout.write("loaded\n")
    sys.stdout.flush()
    while line := os.read(0, 65536):  # a wish is shorter, and the next comes after its answer
        wish = json.loads(line)
        if (pid := _fork_twice(wish["parent"])) is None:
            _become(wish)
            return
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _fork_twice(parent: int) -> int | None:
    """Fork a child of `parent`, our own parent: its number here, None in the child."""
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        pid = os.fork()
        if pid:
            os.write(writing, str(pid).encode())
            os._exit(0)
        os.close(reading)
        os.close(writing)
        until = time.monotonic() + 10
        while os.getppid() != parent:  # until the one between has ended
            if time.monotonic() > until:
                os._exit(1)
            time.sleep(0.001)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        return None
    os.close(writing)
    told = os.read(reading, 32)
    os.close(reading)
    os.waitpid(between, 0)
    return int(told)


def _become(wish: Mapping[str, Any]) -> None:
    """Run the program: its end is the end of this process."""
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_NAME, str(wish["name"]).encode(), 0, 0, 0)
    terminal = int(os.environ.pop("TANGGAP_TERMINAL", "2"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(wish["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    err = terminal if wish["err"] is None else os.open(wish["err"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(source, target)
    for used in {nothing, out, err, terminal} - {0, 1, 2}:
        os.close(used)
    os.environ.update(wish["env"])
    sys.argv = [wish["module"], *wish["arguments"]]
    runpy.run_module(wish["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
