"""From a rating's fact to the stored figure, inside the worker; and what a preset would change, for 800 officers.

An officer has 500 ratings in the quarter, on days spread over it, and one more comes at a time. Measured in the one
transaction that a worker has: the fact is written, everything is read, computed and stored, and committed apart. The
processor time is the worker's own; the rest is the database's. INDICATORS_OFFICERS names another number of officers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

import psycopg

from tests.benchmarks.results import Result, measured
from tests.cities.running import ROOT, city_folder
from tests.cities.serving import durable_engines

FACTS, MORE, OFFICERS, FACTS_EACH = 500, 100, 800, 60
MOST_MS, MOST_PREVIEW = 5.0, 2.0
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CLOSED, RUNNING = "2026-Q3", "2026-Q4"

_FILL = """
INSERT INTO unit (path, code, name, timezone) VALUES ('/x/', 'U', 'Unit', 'Asia/Jakarta');
UPDATE unit SET path = '/' || id || '/';
INSERT INTO officer (name) SELECT 'Petugas ' || n FROM generate_series(0, {officers}) n;
SELECT setseed(.22);
INSERT INTO indicator_fact (key, officer_id, component, period, day, y, share, verified, rater, channel, recorded_at)
SELECT 'rating:' || o * 1000 + n, o, 'satisfaction', '{period}', date '{first}' + n * 50 / {facts},
       floor(random() * 2.2 + 1.9) / 3.0 - 1.0 / 3.0, 1, true, 'r' || o || '-' || n, 'counter', now()
FROM generate_series({from_officer}, {to_officer}) o, generate_series(0, {facts} - 1) n;
"""


def run() -> Iterator[Result]:
    """Milliseconds a rating, seconds a preview."""
    officers = int(os.environ.get("INDICATORS_OFFICERS", OFFICERS))
    with city_folder() as folder, durable_engines(folder) as env:
        with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as link:
            parts = _FILL.format(
                officers=officers, period=RUNNING, first="2026-10-01", facts=FACTS, from_officer=1, to_officer=1
            )
            link.execute(parts.encode())
            insert = parts[parts.index("INSERT INTO indicator_fact") :]
            again = insert.replace(RUNNING, CLOSED).replace("2026-10-01", "2026-07-01")
            again = again.replace("generate_series(1, 1)", f"generate_series(2, {officers + 1})")
            again = again.replace(f"(0, {FACTS} - 1)", f"(0, {FACTS_EACH} - 1)").replace(
                f"/ {FACTS}", f"/ {FACTS_EACH}"
            )
            link.execute(again.encode())
            link.execute("VACUUM ANALYZE")
        done = subprocess.run(
            [sys.executable, "-c", "from tests.benchmarks.indicators import work; work()"],
            cwd=ROOT, env=env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    name = f"a rating for an officer of {FACTS} others, fact to stored figure"
    yield measured("indicators", name, told["wall"], "ms", most=MOST_MS)
    yield measured("indicators", "processor time of that in the worker", told["worked"], "ms")
    yield measured("indicators", f"figures of {officers} officers, {FACTS_EACH} facts each", told["all"], "s")
    yield measured(
        "indicators", f"preview of other weights, {officers} officers", told["weights"], "s", most=MOST_PREVIEW
    )
    yield measured("indicators", "preview of another preset, all facts read anew", told["other"], "s")


def work() -> None:
    """In a process with the settings of that database: print the figures as JSON."""
    from config import Settings
    from webapp.accounts.models import Account
    from webapp.database import transaction
    from webapp.indicators.fact_sources import DueFact
    from webapp.indicators.presets import load_preset, read_preset
    from webapp.indicators.presets.presets import shipped_text
    from webapp.indicators.presets.previewing import preview
    from webapp.indicators.recording import insert_facts
    from webapp.indicators.refreshing import recompute_all, refresh_figure
    from wsgi import create_wsgi_app

    def rating(number: int) -> DueFact:
        return DueFact(
            key=f"rating:{number}", feedback_id=None, attribution_id=None, officer_id=1, component="satisfaction",
            period=RUNNING, day=date(2026, 11, 22), y=(1 / 3, 2 / 3, 1.0)[number % 3], share=1.0, verified=True,
            rater=f"new-{number}", service_id=None, channel="counter",
        )  # fmt: skip

    figures: dict[str, float] = {}
    with create_wsgi_app(Settings.from_env()).app_context():
        with transaction():
            refresh_figure(1, RUNNING, AT)  # what is read and compiled once in a process
        took, worked = [], []
        for number in range(900_000, 900_000 + MORE):
            with transaction():
                began, cpu = time.perf_counter(), time.thread_time()
                insert_facts([rating(number)], AT)
                refresh_figure(1, RUNNING, AT)
                worked.append(time.thread_time() - cpu)
                took.append(time.perf_counter() - began)
        figures["wall"], figures["worked"] = 1000 * median(took), 1000 * median(worked)
        began = time.perf_counter()
        with transaction():
            recompute_all([CLOSED], AT)
        figures["all"] = time.perf_counter() - began
        viewer = Account(active=True)
        other_weights = read_preset(
            shipped_text("default").replace("weight = 0.7", "weight = 0.6").replace("weight = 0.3", "weight = 0.4")
        )
        for name, preset in (("weights", other_weights), ("other", load_preset("senapelan"))):
            with transaction():
                preview(viewer, preset, AT)
                began = time.perf_counter()
                preview(viewer, preset, AT)
                figures[name] = time.perf_counter() - began
    print(json.dumps(figures))
