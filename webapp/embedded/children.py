"""The processes of the product as children of the supervisor: started, started again when they die, stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded import processes
from webapp.embedded.nursery import Nursery

#: Seconds before a child that keeps dying is started again: none, then doubling up to the last.
_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: A child that lived this many seconds has recovered: its pauses begin anew.
_RECOVERED = 60.0
#: Logs above this many bytes are laid aside when the child is started.
_LOG_LIMIT = 5_000_000


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run. Children of a higher tier are stopped first, and `needs` names those that must answer before."""

    name: str
    argv: tuple[str, ...]
    tier: int
    needs: tuple[str, ...] = ()
    #: Whether it answers; None: it is taken to work while it lives. One that has it must work for the city to be ready.
    answers: Callable[[], bool] | None = None
    stop_seconds: float = 15.0
    #: Whether it shares enough with the others to begin as a copy of what they load.
    shares: bool = True


class Child:
    """One child and its history."""

    def __init__(self, spec: ChildSpec, log_folder: Path, root: Path, env: Mapping[str, str]) -> None:
        self.spec = spec
        self.log = log_folder / f"{spec.name}.log"
        self.process: processes.Process | None = None
        self.born = ""
        self.restarts = 0
        self.deaths_in_a_row = 0
        self.start_at: float | None = 0.0
        self._root = root
        self._env = env
        self._began = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self, nursery: Nursery | None = None) -> None:
        """Start the process; its output goes on in its log. It is ended by the system should the supervisor die."""
        rotate(self.log)
        if nursery is not None and self.spec.shares:
            self.process = nursery.start(self.spec.argv, name=self.spec.name, out=self.log, err=self.log)
        else:
            with self.log.open("ab") as log:
                self.process = processes.spawn(
                    self.spec.argv, log=log, env=self._env, cwd=self._root, end_with_parent=signal.SIGTERM
                )
        self.born = processes.birth(self.process.pid) or ""
        self._began = time.monotonic()
        self.start_at = None

    def take_death(self) -> tuple[int, float] | None:
        """If the process has ended since it was started: its exit code and the pause before its next start, once."""
        if self.process is None or self.start_at is not None or (code := self.process.poll()) is None:
            return None
        now = time.monotonic()
        # What a killed parent leaves in its session (web workers, say) would keep ports and jobs from its successor.
        self._signal_group(signal.SIGTERM)
        if now - self._began > _RECOVERED:
            self.deaths_in_a_row = 0
        pause = _PAUSES[min(self.deaths_in_a_row, len(_PAUSES) - 1)]
        self.deaths_in_a_row += 1
        self.restarts += 1
        self.start_at = now + pause
        return code, pause

    def last_words(self) -> str:
        """The last line of its log."""
        lines = processes.tail(self.log, most=4000).strip().splitlines()
        return lines[-1].strip()[:300] if lines else "nothing"

    def ask_to_stop(self) -> None:
        """Send SIGTERM; never to be started again."""
        self.start_at = None
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and all that it started in its session."""
        self._signal_group(signal.SIGKILL)
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    def _signal_group(self, wanted: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, wanted)


def stop_all(children: Iterable[Child], hurry: Callable[[], bool]) -> list[str]:
    """Stop children tier by tier, the highest first; names of those that had to be killed.

    `hurry` tells whether the person at the terminal has asked a second time: then nobody is waited for.
    """
    killed: list[str] = []
    everyone = list(children)
    for tier in sorted({child.spec.tier for child in everyone}, reverse=True):
        members = [child for child in everyone if child.spec.tier == tier]
        for child in members:
            child.ask_to_stop()
        asked = time.monotonic()
        for child in members:
            while child.alive and not hurry() and time.monotonic() < asked + child.spec.stop_seconds:
                time.sleep(0.02)
            if child.alive:
                killed.append(child.spec.name)
            child.kill()
    return killed


def rotate(log: Path) -> None:
    """Lay a log that has grown large aside as `NAME.log.1`, in place of the one before."""
    if processes.size_of(log) > _LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
