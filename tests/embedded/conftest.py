"""Folders that an unprivileged user can reach, and cities that are stopped whatever happens."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from webapp.embedded.processes import birth, free_port

ROOT = Path(__file__).resolve().parents[2]
#: Seconds for what takes one or two on a quiet machine.
PATIENCE = 120.0


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder as `var` is: everybody may pass through, as pytest's own folders do not let them."""
    folder = Path(tempfile.mkdtemp(prefix="tanggap-var-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class TinyCity:
    """A supervisor under test with its output."""

    process: subprocess.Popen[str]
    var: Path
    port: int
    out: Path
    err: Path

    def said(self) -> str:
        """All that it wrote for the person at the terminal."""
        return self.out.read_text() + self.err.read_text()

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Wait until it has written `text`."""
        until = time.monotonic() + seconds
        while text not in self.said():
            assert time.monotonic() < until, f"{text!r} was not said:\n{self.said()}"
            assert self.process.poll() is None or text in self.said(), f"it ended:\n{self.said()}"
            time.sleep(0.02)

    def running(self) -> dict[str, Any]:
        """Its processes, as `status` tells them."""
        done = subprocess.run(
            [sys.executable, "-m", "webapp.embedded", "--var", str(self.var), "status"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["running"] == (done.returncode == 0)
        return told

    def pid(self, name: str) -> int:
        """Number of the process `name`."""
        return int(self.running()["children"][name]["pid"])

    def end(self, wanted: signal.Signals = signal.SIGINT, seconds: float = PATIENCE) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(wanted)
        return self.process.wait(seconds)


@pytest.fixture
def start_city(var: Path, tmp_path: Path) -> Iterator[Callable[..., TinyCity]]:
    """Starts tiny cities in `var`; what they leave is killed by number."""
    cities: list[TinyCity] = []
    seen: dict[int, str] = {}

    def start(**env: str) -> TinyCity:
        port = int(env["PORT"]) if env.get("PORT", "").isdecimal() else free_port()
        keep = ("PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
        clean = {key: os.environ[key] for key in keep if key in os.environ}
        number = len(cities)
        out, err = tmp_path / f"{number}.out", tmp_path / f"{number}.err"
        with out.open("w") as stdout, err.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.embedded.tiny_city", str(var)],
                cwd=ROOT,
                env=clean | {"PORT": str(port)} | env,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                text=True,
            )
        city = TinyCity(process, var, port, out, err)
        cities.append(city)
        return city

    yield start
    for city in cities:
        try:
            for entry in json.loads((var / "run.json").read_text())["children"].values():
                seen[int(entry["pid"])] = str(entry["born"])
        except (OSError, ValueError, KeyError):
            pass
        if city.process.poll() is None:
            city.process.terminate()
            try:
                city.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                city.process.kill()
                city.process.wait()
    for pid, born in seen.items():
        if birth(pid) == born:
            os.kill(pid, signal.SIGKILL)
