"""What a desk costs with 10,000 and with 1,000,000 complaints: the queue, a case, a search, and a queue that looks
whether anything is new.

The server time of a page is what its process needs from the request to the answer, in one process under the test
client: no network, nobody else at the same time, so that the two sizes are compared and not the machine's mood. Pages
are asked for in turns by an officer, a supervisor, the liaison of an office and triage, cases and words drawn from what
they see, common and rare and misspelt. DESK_COMPLAINTS names other sizes ("10000,1000000"), DESK_DATABASE_URL a
database that is filled already and is measured as the only size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.results import Result, measured, quantile
from tests.cities.running import ROOT, city_folder
from tests.cities.serving import durable_engines, program

SIZES = (10_000, 1_000_000)
#: Requests of each kind that are measured, after some that warm up.
ROUNDS, WARM_UP = 120, 16
MOST, MOST_RATIO, MOST_QUERIES, MOST_SECONDS = 150, 1.2, 12, 600
PEOPLE = ("officer", "supervisor", "liaison", "triage")
#: Common, rarer, two together, misspelt, by place, by how it stands; "{name}" is drawn from the texts.
SEARCHES = (
    "q=antrean", "q=akta+kelahiran", "q=blangko", "q=antrian+loket", "q=servr", "q={name}", "q={name}&keadaan=closed",
    "tempat={name}", "q=parkir&keadaan=berjalan", "keadaan=unsolved", "q=rujukan&dari=2026-01-01", "q={code}",
)  # fmt: skip


def run() -> Iterator[Result]:
    """Figures of each size, and how they grow."""
    sizes = tuple(int(size) for size in os.environ.get("DESK_COMPLAINTS", "").split(",") if size) or SIZES
    told: dict[int, dict[str, Any]] = {}
    if given := os.environ.get("DESK_DATABASE_URL"):
        sizes = (sizes[-1],)
        told[sizes[0]] = _measure(dict(os.environ) | {"DATABASE_URL": given})
    else:
        for size in sizes:
            with city_folder() as folder, durable_engines(folder) as env:
                began = time.monotonic()
                program([sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--complaints", str(size)], env)
                seconds = time.monotonic() - began
                most = MOST_SECONDS if size >= 1_000_000 else None
                yield measured("desk", f"filling a database with {size:,} complaints", seconds, "s", most=most)
                told[size] = _measure(env)
    for size in sizes:
        for kind, figures in told[size].items():
            yield measured("desk", f"{kind}, p95 at {size:,}", figures["p95"], "ms", most=MOST)
            yield measured("desk", f"{kind}, median at {size:,}", figures["median"], "ms")
            yield measured("desk", f"{kind}, most queries at {size:,}", figures["queries"], "", most=MOST_QUERIES)
    if len(sizes) > 1:
        for kind in told[sizes[0]]:
            ratio = told[sizes[-1]][kind]["p95"] / told[sizes[0]][kind]["p95"]
            yield measured("desk", f"{kind}, p95 at {sizes[-1]:,} to {sizes[0]:,}", ratio, "x", most=MOST_RATIO)


def _measure(env: dict[str, str]) -> dict[str, Any]:
    """Ask for pages in a process of its own with the settings `env`."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.benchmarks.desk import ask; ask()"],
        cwd=ROOT, env=env, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def ask() -> None:
    """In that process: sign everybody in, ask, print the figures of each kind of page as JSON."""
    from random import Random

    from sqlalchemy import event

    from config import Settings
    from webapp.database import db, transaction
    from webapp.feedback.search.lexicon import learn_words
    from wsgi import create_wsgi_app

    app = create_wsgi_app(Settings.from_env())
    rng = Random(5)
    with app.app_context():
        people = _people()
        names, codes = _texts(rng)
        for _ in range(3):
            with transaction():
                learn_words(_today())
        queries: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *said: queries.append(said[2]))
    clients = {role: _signed_in(app, account_id, version) for role, (account_id, version) in people.items()}
    seen = {role: _codes_on(client) for role, client in clients.items() if role != "triage"}

    def pages(kind: str, number: int) -> tuple[str, str, dict[str, str]]:
        role = PEOPLE[number % len(PEOPLE)]
        if kind == "search":
            wanted = SEARCHES[number // len(PEOPLE) % len(SEARCHES)]
            return role, "/cari?" + wanted.format(name=rng.choice(names), code=rng.choice(codes)), {}
        role = PEOPLE[number % 3]
        if kind == "queue":
            return role, "/meja", {}
        if kind == "nothing new":
            return role, f"/meja?tanda={_tag_on(clients[role])}", {"HX-Request": "true"}
        return role, f"/meja/{rng.choice(seen[role])}", {}

    figures: dict[str, Any] = {}
    for kind in ("queue", "case", "search", "nothing new"):
        times, most = [], 0
        for number in range(-WARM_UP, ROUNDS):
            role, path, headers = pages(kind, number % (ROUNDS + WARM_UP))
            queries.clear()
            began = time.perf_counter()
            answer = clients[role].get(path, headers=headers)
            length = (time.perf_counter() - began) * 1000
            if answer.status_code not in (200, 204):
                raise RuntimeError(f"{path} answered {answer.status_code}")
            if number >= 0:
                times.append(length)
                most = max(most, len([said for said in queries if said.lstrip()[:6].upper() in ("SELECT", "WITH h")]))
                if os.environ.get("DESK_SLOWEST") and length > MOST:
                    sys.stderr.write(f"{kind} {role} {path} {length:.0f} ms\n")
        figures[kind] = {"p95": quantile(times, 0.95), "median": quantile(times, 0.5), "queries": most}
    sys.stdout.write(json.dumps(figures) + "\n")


def _today() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _people() -> dict[str, tuple[int, int]]:
    """An account for each part, with its version: those with most of the open complaints in reach."""
    from sqlalchemy import text

    from webapp.database import db

    busiest = text(
        "SELECT DISTINCT ON (role) role, account.id, session_version FROM account "
        "JOIN role_assignment ON account_id = account.id JOIN unit ON unit.id = unit_id "
        "ORDER BY role, (SELECT count(*) FROM complaint c JOIN unit u ON u.id = c.unit_id "
        "WHERE c.state = 'sent' AND u.path LIKE unit.path || '%') DESC, account.id"
    )
    found = {row.role: (row.id, row.session_version) for row in db.session.execute(busiest)}
    return {role: found[role] for role in PEOPLE}


def _texts(rng: Any) -> tuple[list[str], list[str]]:
    """Names that stand in texts, and codes."""
    import re

    from sqlalchemy import text

    from webapp.database import db

    rows = db.session.execute(text("SELECT code, text FROM complaint TABLESAMPLE SYSTEM (1) LIMIT 3000")).all()
    names = sorted({name for row in rows for name in re.findall(r"Jalan ([A-Z][a-z]{4,})", row.text)})
    return rng.sample(names, min(200, len(names))), [row.code for row in rng.sample(rows, min(200, len(rows)))]


def _signed_in(app: Any, account_id: int, version: int) -> Any:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{account_id}:{version}"
    return client


def _codes_on(client: Any) -> list[str]:
    import re

    return sorted(set(re.findall(r"/meja/(TG-[0-9A-Z-]{9})", client.get("/meja").text)))


def _tag_on(client: Any) -> str:
    import re

    found = re.search(r"tanda=([0-9a-f]+)", client.get("/meja").text)
    assert found is not None
    return found[1]
