"""How long a city takes to open, and how much memory all its processes take together.

First start: empty `var`, so that the database is made, migrated, and the demo city loaded. Later start: the same folder
again. Fresh clone: `git clone` of the last commit, `make setup` with whatever the package cache holds, first start.
Times run from the start of the command to its ready line. Memory is read when every page has been asked for and
feedback has gone through all workers, so that nothing is left to be loaded lazily.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.results import Result, measured
from tests.cities.citizens import Citizen, address_of, file_until_accepted
from tests.cities.running import ROOT, RunningCity, city_folder, start_city, wait_for

FIRST, LATER, CLONE = 15, 5, 90
MEGABYTES = 900

_PAGES = ("/", "/lapor", "/nilai", "/lacak", "/masuk", "/design", "/static/css/tanggap.css")


def run() -> Iterator[Result]:
    """First start, later start, memory, fresh clone."""
    with city_folder() as folder:
        first = seconds_to_open(folder / "var")
        yield measured("start", "first start with the demo city", first, "s", most=FIRST)
        began = time.monotonic()
        city = start_city(folder / "var", env={"TRUSTED_PROXIES": "1"})
        try:
            city.wait_open()
            yield measured("start", "later start", time.monotonic() - began, "s", most=LATER, baseline=first)
            use(city)
            yield from memory(city)
        finally:
            city.stop()
    yield measured("start", "fresh clone to ready", clone_to_ready(), "s", most=CLONE)


def seconds_to_open(var: Path, root: Path = ROOT, python: Path | None = None) -> float:
    """Start a city, wait for its ready line, stop it again; seconds to the ready line."""
    began = time.monotonic()
    city = start_city(var, root=root, python=python)
    try:
        city.wait_open(300)
        return time.monotonic() - began
    finally:
        city.stop()


def use(city: RunningCity) -> None:
    """Ask for pages on both web processes, file complaints, rate visits, and wait until all of it is worked off."""
    told = city.summary
    for number in range(40):
        citizen = Citizen(city.port, address_of(number))
        for path in _PAGES:
            citizen.get(path)
        fields = {"text": f"Antrean pagi ini tidak bergerak, nomor {number}.", "kind": "complaint", "anonymous": "yes"}
        file_until_accepted(citizen, "/lapor", fields)
        citizen.close()
    for number, visit in enumerate(told["receipts"]):
        citizen = Citizen(city.port, address_of(100 + number))
        file_until_accepted(citizen, f"/nilai/{visit['receipt']}", {"value": "4"})
        citizen.close()
    wait_for(lambda: at_rest(city.settings["DATABASE_URL"]) or None, "the workers to be done", 120, 0.2)


def at_rest(database_url: str) -> bool:
    """Whether every event was told and every job done."""
    import psycopg

    with psycopg.connect(database_url) as link:
        row = link.execute(
            "SELECT NOT EXISTS (SELECT FROM outbox_event WHERE expanded_at IS NULL) "
            "AND NOT EXISTS (SELECT FROM outbox_delivery WHERE state IN ('pending', 'enqueued'))"
        ).fetchone()
    return row == (True,)


def memory(city: RunningCity) -> Iterator[Result]:
    """Resident memory of the supervisor and all below it.

    The sum of RSS counts a page once for every process that has it: the engine's shared buffers once a connection, the
    code of Python once a process. PSS divides such a page among those who share it, so its sum is what is really used.
    """
    rss = pss = 0
    for pid in city.processes():
        sizes = _sizes(pid)
        rss += sizes.get("Rss", 0)
        pss += sizes.get("Pss", 0)
    yield measured("start", "memory, sum of PSS", pss / 1024, "MB", most=MEGABYTES)
    yield measured("start", "memory, sum of RSS", rss / 1024, "MB", most=MEGABYTES, baseline=pss / 1024)


def _sizes(pid: int) -> dict[str, int]:
    """Kilobytes by kind; nothing for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {name: int(rest.split()[0]) for name, _colon, rest in (line.partition(":") for line in lines)}


def clone_to_ready() -> float:
    """Seconds for a fresh clone of the last commit: clone, `make setup`, first start."""
    with city_folder() as folder:
        clone = folder / "clone"
        env = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")}
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(clone)], check=True, env=env)
        subprocess.run(["make", "--no-print-directory", "-s", "setup"], cwd=clone, check=True, env=env)
        made = time.monotonic() - began
        return made + seconds_to_open(folder / "var", clone, clone / ".venv" / "bin" / "python")
