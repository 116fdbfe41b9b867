"""What it costs to sum up a day of 5,000 visits as facts, in a city that has a year of such days behind it.

The year is written by the database itself, from its own random numbers. Measured: summing up the day for the first time
(facts of speed, accuracy and conduct written, figures only marked), and looking at it again when nothing changed, which
is what a worker does every quarter of an hour. SERVICE_DAYS_VISITS names another number of visits a day.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.benchmarks.results import Result, measured
from tests.cities.running import ROOT, city_folder
from tests.cities.serving import durable_engines

VISITS_A_DAY, DAYS = 5_000, 250
UNITS, OFFICERS, SERVICES = 60, 250, 40
#: When the day is over in Jakarta.
AT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
MOST_WRITING, MOST_LOOKING = 15.0, 2.0

_FILL = """
INSERT INTO unit (path, code, name, timezone) SELECT '/x' || n || '/', 'U' || n, 'Unit ' || n, 'Asia/Jakarta'
    FROM generate_series(1, {units}) n;
UPDATE unit SET path = '/' || id || '/';
INSERT INTO service (unit_id, code, name, standard_minutes) SELECT (SELECT min(id) FROM unit), 'S' || n, 'Layanan', 10
    FROM generate_series(1, {services}) n;
INSERT INTO officer (name) SELECT 'Petugas ' || n FROM generate_series(1, {officers}) n;
SELECT setseed(.22);
INSERT INTO visit (unit_id, service_id, officer_id, waited_seconds, started_at, finished_at)
SELECT 1 + officer % {units}, 1 + officer % 37 + floor(random() * 4), officer, 600, at, at + took
FROM (
    SELECT 1 + v % {officers} AS officer,
           timestamptz '2026-11-24 01:00+00' - d * interval '1 day' + (v / {officers}) * interval '20 minutes' AS at,
           (4 + 12 * random()) * interval '1 minute' AS took
    FROM generate_series(0, {days} - 1) d, generate_series(0, {visits} - 1) v
) made;
"""


def run() -> Iterator[Result]:
    """Seconds for a day, written first and looked at again."""
    visits = int(os.environ.get("SERVICE_DAYS_VISITS", VISITS_A_DAY))
    with city_folder() as folder, durable_engines(folder) as env:
        with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as link:
            link.execute(
                _FILL.format(units=UNITS, services=SERVICES, officers=OFFICERS, days=DAYS, visits=visits).encode()
            )
            link.execute("VACUUM ANALYZE")
        done = subprocess.run(
            [sys.executable, "-c", "from tests.benchmarks.service_days import sum_up; sum_up()"],
            cwd=ROOT, env=env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    size = f"{visits:,} visits"
    yield measured("service_days", f"what is usual, once a quarter, of {visits * DAYS:,} visits", told["usual"], "s")
    yield measured(
        "service_days", f"summing up {size} as {told['facts']:,} facts", told["first"], "s", most=MOST_WRITING
    )
    yield measured("service_days", "processor time of that without the database", told["first_worked"], "s")
    yield measured("service_days", f"looking at {size} again, nothing changed", told["again"], "s", most=MOST_LOOKING)
    yield measured("service_days", "processor time of that without the database", told["again_worked"], "s")


def sum_up() -> None:
    """In a process with the settings of that database: sum up the day twice, and print the figures as JSON."""
    from sqlalchemy import func, select

    from config import Settings
    from webapp.database import db, transaction
    from webapp.indicators.fact_sources.usual_times import usual_seconds
    from webapp.indicators.models import IndicatorFact
    from webapp.indicators.summing_up import record_days
    from webapp.organisation.models import Service
    from wsgi import create_wsgi_app

    figures: dict[str, float] = {}
    with create_wsgi_app(Settings.from_env()).app_context():
        began = time.perf_counter()
        with transaction():
            usual_seconds(db.session.scalars(select(Service.id)).all(), "2026-Q4")
        figures["usual"] = time.perf_counter() - began
        for name in ("first", "again"):
            began, worked = time.perf_counter(), time.process_time()
            with transaction():
                record_days([AT.date()], AT, at_once=False)
            figures[name] = time.perf_counter() - began
            figures[f"{name}_worked"] = time.process_time() - worked
        figures["facts"] = db.session.scalar(select(func.count()).select_from(IndicatorFact)) or 0
    print(json.dumps(figures))
