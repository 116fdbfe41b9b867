"""Calling the next number: 12 counters of one hall that all press in the same instant, again and again.

Each press finishes a visit and calls the next number in a transaction of its own, committed to durable engines, in two
processes of six threads, as the city's web server has them. First with an empty past, then with a million visits, their
numbers and their calls in the tables. The baseline of the first is one counter alone.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

import psycopg

from tests.benchmarks.results import Result, measured, quantile
from tests.cities.running import city_folder
from tests.cities.serving import durable_engines

COUNTERS, PROCESSES, LINES = 12, 2, 4
ROUNDS, WARM = 60, 8
PAST = 1_000_000
P95, GROWTH = 50, 1.2

_WAITING = """
    INSERT INTO queue_ticket (code, write_key, unit_id, line_id, drawn_line_id, day, number, label, channel, priority,
                              turn_at, drawn_at)
    SELECT 'W' || :series || '-' || line.id || '-' || n, 'w' || :series || '-' || line.id || '-' || n, line.unit_id,
           line.id, line.id, (now() AT TIME ZONE 'Asia/Jakarta')::date, :series * 100000 + n, line.prefix || '-' || n,
           'kiosk', CASE n % 7 WHEN 0 THEN 'elderly' ELSE 'ordinary' END, now(), now()
    FROM queue_line AS line, generate_series(1, :count) AS n
"""

#: Calls of the past four years or so, day by day, with all that a call leaves behind.
_PAST = (
    """
    INSERT INTO visit (unit_id, service_id, counter_id, officer_id, waited_seconds, started_at, finished_at)
    SELECT line.unit_id, line.service_id, session.counter_id, session.officer_id, n % 3000,
           now() - interval '2 days' - n * interval '2 minutes', now() - interval '2 days' - n * interval '2 minutes'
           + interval '5 minutes'
    FROM generate_series(1, :count) AS n
    JOIN (SELECT *, row_number() OVER () - 1 AS place FROM queue_line) AS line ON line.place = n % :lines
    JOIN (SELECT *, row_number() OVER () - 1 AS place FROM counter_session) AS session ON session.place = n % :desks
    """,
    """
    INSERT INTO queue_ticket (code, write_key, unit_id, line_id, drawn_line_id, day, number, label, channel, priority,
                              state, turn_at, drawn_at, first_called_at, called_at, finished_at, session_id, visit_id)
    SELECT 'P' || visit.id, 'p' || visit.id, visit.unit_id, line.id, line.id, started_at::date, visit.id,
           line.prefix || '-' || visit.id, 'kiosk', CASE visit.id % 7 WHEN 0 THEN 'elderly' ELSE 'ordinary' END,
           'finished', started_at, started_at, started_at, started_at, finished_at, session.id, visit.id
    FROM visit JOIN queue_line AS line USING (service_id) JOIN counter_session AS session USING (officer_id)
    WHERE visit.finished_at < now() - interval '1 day'
    """,
    """
    INSERT INTO ticket_event (ticket_id, unit_id, step, at, session_id)
    SELECT id, unit_id, 'called', called_at, session_id FROM queue_ticket WHERE code LIKE 'P%'
    """,
)


def run() -> Iterator[Result]:
    """Milliseconds of server time at the 95th percentile, and how much a long past adds at the median."""
    with (
        city_folder() as folder,
        durable_engines(folder) as env,
        psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as link,
    ):
        accounts = _open_hall(env)
        alone = quantile(_press(env, link, accounts[:1], 0), 0.95)
        together = _press(env, link, accounts, 1)
        high = quantile(together, 0.95)
        yield measured("calls", "p95, 12 counters at once", high, "ms", most=P95, baseline=alone)
        with _unchecked(link):
            for statement in _PAST:
                _run(link, statement, count=PAST, lines=LINES, desks=COUNTERS)
        link.execute("VACUUM ANALYZE")
        after = _press(env, link, accounts, 2)
    high_after = quantile(after, 0.95)
    yield measured("calls", "p95 after a million visits", high_after, "ms", most=P95, baseline=high)
    ratio = median(after) / median(together)
    yield measured("calls", "median after a million visits, times that before", ratio, "x", most=GROWTH)


@contextmanager
def _unchecked(link: psycopg.Connection) -> Iterator[None]:
    """Take the foreign keys of the tables away while a million rows go in, and check them all at once afterwards."""
    keys: list[tuple[str, str, str]] = link.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' "
        "AND conrelid IN ('visit'::regclass, 'queue_ticket'::regclass, 'ticket_event'::regclass)"
    ).fetchall()
    for table, name, _definition in keys:
        _run(link, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in keys:
        _run(link, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _open_hall(env: Mapping[str, str]) -> list[int]:
    """A hall with open counters; the ids of the accounts at them."""
    from config import Settings
    from tests.factories.queue import make_hall, make_line, open_session
    from webapp.app import create_app
    from webapp.database import db, transaction

    app = create_app(Settings.from_env(env), pool_size=1)
    with app.app_context():
        with transaction() as session:
            hall = make_hall(session)
            lines = [make_line(session, hall) for _ in range(LINES)]
            desks = [open_session(session, lines, datetime.now(UTC))[0] for _ in range(COUNTERS)]
            accounts = [desk.account.id for desk in desks]
        db.engine.dispose()
    return accounts


def _press(env: Mapping[str, str], link: psycopg.Connection, accounts: list[int], series: int) -> list[float]:
    """Milliseconds of each press of these counters, ROUNDS of them at the same instant; none may find nobody."""
    needed = (ROUNDS + WARM) * len(accounts)
    _run(link, _WAITING, series=series, count=-(-needed // LINES) + needed)
    context = multiprocessing.get_context("fork")
    together = context.Barrier(len(accounts))
    parts = [part for number in range(PROCESSES) if (part := accounts[number::PROCESSES])]
    pipes = []
    for part in parts:
        receiver, sender = os.pipe()
        child = context.Process(target=_serve, args=(dict(env), part, together, sender))
        child.start()
        os.close(sender)
        pipes.append((child, receiver))
    times: list[float] = []
    for child, receiver in pipes:
        with os.fdopen(receiver) as said:
            times += json.load(said)
        child.join()
    return times


def _serve(env: dict[str, str], accounts: list[int], together: threading.Barrier, out: int) -> None:
    """One process of the server: a thread for each counter."""
    from config import Settings
    from webapp.app import create_app

    app = create_app(Settings.from_env(env), pool_size=len(accounts))
    times: list[float] = []
    threads = [threading.Thread(target=_sit, args=(app, account, together, times)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with os.fdopen(out, "w") as said:
        json.dump(times, said)


def _sit(app: object, account_id: int, together: threading.Barrier, times: list[float]) -> None:
    from flask import Flask

    from webapp.accounts.models import Account
    from webapp.counter.queue.calling import call_next
    from webapp.database import db, transaction

    assert isinstance(app, Flask)
    finishing = None
    with app.app_context():
        for number in range(WARM + ROUNDS):
            together.wait(120)
            began = time.perf_counter()
            with transaction() as session:
                ticket = call_next(session.get_one(Account, account_id), datetime.now(UTC), finishing=finishing)
                assert ticket is not None and ticket.id != finishing
                finishing = ticket.id
            if number >= WARM:
                times.append((time.perf_counter() - began) * 1000)
            db.session.remove()


def _run(link: psycopg.Connection, statement: str, **values: int) -> None:
    """`values` are numbers of our own, put into the text."""
    for name, value in values.items():
        statement = statement.replace(f":{name}", str(value))
    link.execute(statement)
