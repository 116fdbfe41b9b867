"""An agency's complaints through import and attribution, on durable engines, with relay and workers running.

The files are those named by IMPORT_UNITS, IMPORT_COMPLAINTS and IMPORT_RATINGS, read with the mappings named by
IMPORT_MAPPING (surabaya if unset) and IMPORT_RATINGS_MAPPING (insteval). Where units and complaints are not named, as
many as the city of Surabaya had in a year are made up, in the words of the demo city. The baseline reads the same file
and does nothing but insert each row into one table, 500 in a transaction.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import psycopg
import redis

from tests.benchmarks.results import Result, measured
from tests.cities.running import ROOT, city_folder, wait_for
from tests.cities.serving import durable_engines, program
from webapp.demo.city import DEFAULT_SEED, build_city
from worker.routing import QUEUES

UNITS = 225
COMPLAINTS = 8690
TARGET = 60
#: A run that takes longer than this is given up.
LONGEST = 900
BATCH = 500

_UNDONE = """
    SELECT (SELECT count(*) FROM outbox_event WHERE expanded_at IS NULL)
         + (SELECT count(*) FROM outbox_delivery WHERE state IN ('pending', 'enqueued'))
"""


@dataclass(frozen=True, slots=True)
class Export:
    """A file and the mapping it is read with."""

    path: Path
    mapping: str


def run() -> Iterator[Result]:
    """Seconds from the start of the command until every complaint is attributed; the same for ratings and figures."""
    with city_folder() as folder, durable_engines(folder) as env:
        units, complaints = _exports(folder)
        with _pipeline(env, folder), psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as link:
            _take("units", units, env)
            bare = _insert_plainly(complaints.path, link)
            taken, through = _through("complaints", complaints, env, link)
            yield measured("import", "complaints through attribution", through, "s", most=TARGET, baseline=bare)
            yield measured("import", "complaints taken in", taken, "s", baseline=bare)
            ratings = os.environ.get("IMPORT_RATINGS")
            if ratings:
                export = Export(Path(ratings), os.environ.get("IMPORT_RATINGS_MAPPING", "insteval"))
                bare = _insert_plainly(export.path, link)
                _taken, through = _through("ratings", export, env, link)
                yield measured("import", "ratings to figures", through, "s", baseline=bare)


def _through(kind: str, export: Export, env: Mapping[str, str], link: psycopg.Connection) -> tuple[float, float]:
    """Import a file: seconds of the command, and until nothing is left to be done. Raises if something was lost."""
    began = time.perf_counter()
    created = _take(kind, export, env)
    taken = time.perf_counter() - began
    count = f"SELECT count(*) FROM feedback WHERE kind = '{kind.removesuffix('s')}'"
    wait_for(_true(lambda: _number(link, _UNDONE) == 0), f"{kind} to be worked off", LONGEST, 0.1)
    through = time.perf_counter() - began
    judged = f"{count} AND EXISTS (SELECT FROM attribution WHERE feedback_id = feedback.id AND superseded_at IS NULL)"
    assert _number(link, count) == _number(link, judged) == created, f"not all {created} {kind} were attributed"
    lost = _number(link, "SELECT count(*) FROM complaint WHERE state = 'filed'")
    assert lost == 0, f"{lost} complaints lie nowhere"
    return taken, through


def _take(kind: str, export: Export, env: Mapping[str, str]) -> int:
    told = program(
        [sys.executable, "-m", "flask", "--app", "wsgi", "import", kind, str(export.path), "--mapping", export.mapping],
        env,
    )
    summary = json.loads(told.splitlines()[-1])
    assert summary["bad"] == 0 and summary["created"] == summary["rows"], summary
    return int(summary["created"])


@contextmanager
def _pipeline(env: Mapping[str, str], folder: Path) -> Iterator[None]:
    """The relay and a worker for each queue, ready to work."""
    programs = [("relay",), *(("work", queue) for queue in QUEUES)]
    running: list[subprocess.Popen[bytes]] = []
    with (folder / "pipeline.log").open("wb") as out:
        try:
            for arguments in programs:
                argv = [sys.executable, "-m", "worker", *arguments]
                running.append(subprocess.Popen(argv, cwd=ROOT, env=dict(env), stdout=out, stderr=out))
            with redis.Redis.from_url(env["REDIS_URL"]) as link:
                wait_for(_true(lambda: link.scard("rq:workers") == len(QUEUES)), "the workers", 60)
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(20)


def _insert_plainly(path: Path, link: psycopg.Connection) -> float:
    """Seconds to read a file and insert its rows, unjudged, into a table of their own."""
    began = time.perf_counter()
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        width = len(next(rows))
        link.execute("DROP TABLE IF EXISTS bare_import")
        link.execute("CREATE TABLE bare_import (id bigserial PRIMARY KEY, said text[])")
        while batch := list(islice(rows, BATCH)):
            with link.transaction(), link.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO bare_import (said) VALUES (%s)", [(row,) for row in batch if len(row) == width]
                )
    return time.perf_counter() - began


def _exports(folder: Path) -> tuple[Export, Export]:
    """Units and complaints: an agency's own, or made up."""
    named = os.environ.get("IMPORT_UNITS"), os.environ.get("IMPORT_COMPLAINTS")
    if all(named):
        mapping = os.environ.get("IMPORT_MAPPING", "surabaya")
        return Export(Path(str(named[0])), mapping), Export(Path(str(named[1])), mapping)
    units, complaints = folder / "units.csv", folder / "complaints.csv"
    with units.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *((number, f"Unit {number}") for number in range(UNITS))])
    words = cycle(one.text for one in build_city(DEFAULT_SEED, date(2026, 11, 1)).complaints)
    first = datetime(2025, 1, 1, tzinfo=UTC)
    with complaints.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "text", "unit", "filed_at"))
        for number, text in enumerate(islice(words, COMPLAINTS)):
            at = first + timedelta(hours=number)
            out.writerow((number, f"{text} ({number})", number * 7919 % UNITS, at.isoformat()))
    return Export(units, "plain"), Export(complaints, "plain")


def _number(link: psycopg.Connection, query: str) -> int:
    [(number,)] = link.execute(query).fetchall()  # type: ignore[call-overload]
    return int(number)


def _true(holds: Callable[[], bool]) -> Callable[[], bool | None]:
    return lambda: holds() or None
