"""A whole city under its supervisor, as `make run` starts it, in a folder of its own: to be measured and to be hurt."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from webapp.embedded.processes import birth, free_port

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")

#: Of the caller's environment a city gets this and nothing else: no DATABASE_URL of somebody else's.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "UV_CACHE_DIR", "PIP_CACHE_DIR", "PIP_CONFIG_FILE")
#: `make run` without make, and the small city of `tests.cities.small`.
DEMO_CITY = ("-m", "webapp.embedded", "--var")
SMALL_CITY = ("-m", "tests.cities.small")


def wait_for(look: Callable[[], T | None], what: str, seconds: float, pause: float = 0.02) -> T:
    """Look until there is something; returns it. Raises TimeoutError that names `what` was waited for."""
    until = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(pause)
    return found


@dataclass
class RunningCity:
    """One supervisor with its children."""

    process: subprocess.Popen[bytes]
    var: Path
    port: int
    simulator_port: int
    output: Path
    #: Every process that was ever seen in it, with its birth, so that nothing outlives a test.
    seen: dict[int, str] = field(default_factory=dict)

    def said(self) -> str:
        """All that it wrote for the person at the terminal."""
        return self.output.read_text(errors="replace")

    def wait_open(self, seconds: float = 120) -> None:
        """Wait for the ready line."""

        def look() -> bool | None:
            if self.process.poll() is not None:
                raise AssertionError(f"the city ended:\n{self.said()}{self.logs()}")
            return True if "\nready http" in f"\n{self.said()}" else None

        wait_for(look, f"the city to open; it said:\n{self.said()}", seconds, 0.005)

    def logs(self) -> str:
        """The last lines of every log that has any."""
        ends = [(path.stem, path.read_text(errors="replace")[-1500:]) for path in sorted((self.var / "log").glob("*"))]
        return "".join(f"\n--- {name}\n{end}" for name, end in ends if end.strip())

    def children(self) -> dict[str, dict[str, Any]]:
        """Its processes by name: pid, born, restarts; engines among them."""
        try:
            told = json.loads((self.var / "run.json").read_text())["children"]
        except (OSError, ValueError, KeyError):
            return {}
        self.seen |= {int(entry["pid"]): str(entry["born"]) for entry in told.values()}
        return dict(told)

    def pid(self, name: str) -> int:
        """Number of the process `name`."""
        return int(self.children()[name]["pid"])

    def kill(self, name: str) -> None:
        """SIGKILL to the process `name`."""
        os.kill(self.pid(name), signal.SIGKILL)

    def wait_restarted(self, name: str, before: int, seconds: float = 60) -> None:
        """Wait until `name` lives again as another process than `before`."""

        def look() -> bool | None:
            entry = self.children().get(name)
            alive = entry is not None and entry["pid"] != before and birth(int(entry["pid"])) == entry["born"]
            return alive or None

        wait_for(look, f"{name} to be started again; the city said:\n{self.said()}", seconds)

    @property
    def settings(self) -> dict[str, str]:
        """The environment of its processes, so that a program can be one of them."""
        # Bound to a process of the product: the supervisor draws ports and passwords for all of them.
        text = Path(f"/proc/{self.pid('relay')}/environ").read_bytes().decode()
        return dict(pair.split("=", 1) for pair in text.split("\0") if "=" in pair)

    @property
    def summary(self) -> dict[str, Any]:
        """What the loading of the city told."""
        return dict(json.loads((self.var / "demo.json").read_text())["summary"])

    def processes(self) -> list[int]:
        """Numbers of the supervisor and of everything below it."""
        found, left = [], [self.process.pid]
        parents: dict[int, list[int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(path.parent.name))
        while left:
            pid = left.pop()
            found.append(pid)
            left += parents.get(pid, [])
        return found

    def stop(self, seconds: float = 40) -> None:
        """Ctrl-C; whatever outlives that is killed, by number."""
        self.children()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid, born in self.seen.items():
            if birth(pid) == born:
                os.kill(pid, signal.SIGKILL)


def start_city(
    var: Path,
    *,
    command: Sequence[str] = DEMO_CITY,
    env: Mapping[str, str] | None = None,
    root: Path = ROOT,
    python: Path | None = None,
) -> RunningCity:
    """Start a city in `var` and return at once; see `RunningCity.wait_open`.

    It runs from the project folder `root` with `python`, by default our own.
    """
    port = free_port()
    simulator_port = free_port({port})
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    given = {"PORT": str(port), "SIMULATOR_PORT": str(simulator_port), **(env or {})}
    output = var.with_name(f"{var.name}.said")
    with output.open("wb") as out:
        process = subprocess.Popen(
            [str(python or sys.executable), *command, str(var)],
            cwd=root,
            env=kept | given,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    return RunningCity(process, var, port, simulator_port, output)


@contextmanager
def running_city(*, command: Sequence[str] = DEMO_CITY, env: Mapping[str, str] | None = None) -> Iterator[RunningCity]:
    """A city that is open until the block ends, in a folder that is removed."""
    with city_folder() as folder:
        city = start_city(folder / "var", command=command, env=env)
        try:
            city.wait_open()
            yield city
        finally:
            city.stop()


@contextmanager
def city_folder() -> Iterator[Path]:
    """A folder through which the engines' unprivileged user may pass, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tanggap-city-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
