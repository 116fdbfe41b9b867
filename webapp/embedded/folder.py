"""The folder `var`: the lock that lets one supervisor in, the list of running processes, and what is remembered."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from webapp.embedded import processes
from webapp.embedded.errors import EmbeddedError


class CityFolder:
    """Where a city that runs from this place keeps everything: data, secrets, logs. Never in git."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "log"
        self._run = self.path / "run.json"
        self._demo = self.path / "demo.json"
        self._lock: int | None = None

    def enter(self) -> None:
        """Make the folder and take its lock, which the system gives back when this process ends, however it ends.

        Raises EmbeddedError if the city runs already, or if the folder cannot be used.
        """
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True)
                self.path.chmod(0o711)  # the engines' user passes through, and reads only what is its own
            self.logs.mkdir(mode=0o700, exist_ok=True)
            # Opened without truncation: a second supervisor must not wipe what the first wrote.
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedError(
                f"The folder {self.path}, where the city keeps its data, cannot be used: "
                f"{error.strerror} ({error.filename})."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = self.running() or {}
            where = f" at {running['url']}" if running.get("url") else ""
            who = f" (process {running['pid']})" if running.get("pid") else ""
            raise EmbeddedError(f"This city is running already{where}{who}: stop it there with Ctrl-C first.") from None

    def leave(self) -> None:
        """Forget the running processes and give the lock back."""
        if self._lock is not None:
            self._run.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def held_by_other(self) -> bool:
        """Whether a supervisor is at work here."""
        try:
            probe = os.open(self.path / "lock", os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False

    def write_running(self, state: Mapping[str, Any]) -> None:
        """Keep the list of running processes for `status` and for the next start."""
        self._write(self._run, state)

    def running(self) -> dict[str, Any] | None:
        """The list as it was last written, or None."""
        return self._read(self._run)

    def end_leftovers(self) -> list[str]:
        """End processes of a supervisor that was killed, engines excepted (they see to themselves); their names."""
        children = (self.running() or {}).get("children", {})
        ended = []
        for name, entry in children.items() if isinstance(children, dict) else ():
            try:
                pid, born = int(entry["pid"]), str(entry["born"])
            except (KeyError, TypeError, ValueError):
                continue
            if name in ("postgres", "valkey") or processes.birth(pid) != born:
                continue
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGTERM)
            if not processes.end_process(pid, born, (signal.SIGTERM, 10), (signal.SIGKILL, 5)):
                raise EmbeddedError(f"{name} of an earlier start (process {pid}) cannot be ended: kill it.")
            ended.append(name)
        self._run.unlink(missing_ok=True)
        return ended

    def remember_demo(self, database: str, summary: Mapping[str, Any]) -> None:
        """Keep what loading the demo city told about itself, sign-ins included, with the database it is in."""
        self._write(self._demo, {"database": database, "summary": summary})

    def knows_demo(self) -> bool:
        """Whether a demo city was ever loaded from here, be its database gone since."""
        return self._demo.exists()

    def demo(self, database: str) -> dict[str, Any] | None:
        """What was remembered of the demo city in `database`, or None."""
        kept = self._read(self._demo)
        if kept is None or kept.get("database") != database or not isinstance(kept.get("summary"), dict):
            return None
        summary: dict[str, Any] = kept["summary"]
        return summary

    @staticmethod
    def _write(path: Path, content: Mapping[str, Any]) -> None:
        part = path.with_name(path.name + ".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(content, out, indent=2)
        part.replace(path)

    @staticmethod
    def _read(path: Path) -> dict[str, Any] | None:
        try:
            content = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) else None
