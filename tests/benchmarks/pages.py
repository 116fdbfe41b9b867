"""What 2,000 open queue pages cost the web server.

Eight halls with 250 people waiting in each, eight counters to a hall that go on calling. Every page asks as queue.js
does: seldom while its turn is far away, often when it is near, by the rule that the board itself carries, with the tag
of the board it knows. What is measured is the CPU time of all processes of the web server over SECONDS after a warm-up;
the pages are played by this process, which is not counted, over a few kept connections, as through a proxy.

Nobody is assumed to look away: a page that is hidden would ask four times as rarely.
"""

from __future__ import annotations

import heapq
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psutil
from sqlalchemy import insert

from tests.benchmarks.results import Result, measured, quantile
from tests.cities.citizens import Citizen
from tests.cities.running import city_folder
from tests.cities.serving import durable_engines, gunicorn

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from webapp.counter.queue.models import QueueLine

PAGES, HALLS, COUNTERS = 2000, 8, 8
WARM_UP, SECONDS = 60, 120
#: Each counter calls its next number after so many seconds.
SERVING = 300
#: Threads that play the pages; a page is asked for by whoever is free.
_PLAYERS = 8
TARGET = 10


@dataclass
class Opened:
    """A page with its number: what it knows of the board."""

    path: str
    line: int
    label: str
    tag: str = ""
    board: dict[str, Any] = field(default_factory=dict)

    def learn(self, citizen: Citizen) -> None:
        """Ask for the board, as the browser does for queue.js."""
        request = citizen.request("GET", self.path)
        if self.tag:
            request = request[:-2] + f"If-None-Match: {self.tag}\r\n\r\n".encode()
        answer = citizen.send(request)
        if answer.status == 200:
            self.board = json.loads(answer.body)
            self.tag = answer.tag
        elif answer.status != 304:
            raise RuntimeError(f"{self.path} answered {answer.status}")

    def wait(self, now: float) -> float:
        """Seconds until it asks again: the rule of queue.js, `wait` and `later`."""
        poll = self.board["poll"]
        line = next(one for one in self.board["lines"] if one["id"] == self.line)
        try:
            place = line["waiting"].index(self.label)
        except ValueError:
            place = -1  # called: whoever is served has the page open a little longer
        span = line["ranges"][place] if place >= 0 else None
        low = 0.0 if place < 3 else max(0.0, span[0] - now) if span else float("inf")
        base = poll["far"] if low == float("inf") else low * poll["share"]
        return float(min(poll["far"], max(poll["near"], base))) * random.uniform(0.9, 1.1)


def fill() -> dict[str, Any]:
    """Halls with counters and people, in the database of the environment; what pages and counters need to know."""
    from config import Settings
    from tests.factories.queue import make_desk, make_hall, make_line, open_session
    from webapp.app import create_app
    from webapp.database import db, transaction

    app = create_app(Settings.from_env(), pool_size=1)
    told: dict[str, Any] = {"pages": [], "accounts": []}
    with app.app_context():
        with transaction() as session:
            now = datetime.now(UTC)
            for _ in range(HALLS):
                hall = make_hall(session, always_open=True)
                lines = [make_line(session, hall) for _ in range(3)]
                for _ in range(COUNTERS):
                    desk, _ = open_session(session, lines, now - timedelta(hours=1), make_desk(session, hall))
                    told["accounts"].append(desk.account.id)
                told["pages"] += [(hall.unit_id, line_id, label) for line_id, label in _wait(session, lines, now)]
        db.engine.dispose()
    return told


def _wait(session: Session, lines: list[QueueLine], now: datetime) -> list[tuple[int, str]]:
    """People who have drawn in turns in these lines; line and label of each. Written at once: nobody measures this."""
    from webapp.counter.codes import new_ticket_code
    from webapp.counter.queue.models import QueueDay, QueueTicket

    today = now.astimezone(ZoneInfo(lines[0].hall.unit.timezone)).date()
    people = []
    for place in range(PAGES // HALLS):
        line, number = lines[place % len(lines)], place // len(lines) + 1
        drawn_at = now - timedelta(seconds=PAGES - place)
        people.append(
            {
                "code": new_ticket_code(),
                "write_key": f"page:{line.id}:{number}",
                "unit_id": line.unit_id,
                "line_id": line.id,
                "drawn_line_id": line.id,
                "day": today,
                "number": number,
                "label": f"{line.prefix}-{number:03d}",
                "channel": "portal",
                "turn_at": drawn_at,
                "drawn_at": drawn_at,
            }
        )
    session.execute(insert(QueueTicket), people)
    session.execute(insert(QueueDay), [{"line_id": line.id, "day": today, "last_number": 999} for line in lines])
    return [(int(one["line_id"]), str(one["label"])) for one in people]


def call(accounts: list[int], over: threading.Event) -> None:
    """Counters that go on calling, in this process: what an officer's page costs is not this bench's question."""
    from config import Settings
    from webapp.accounts.models import Account
    from webapp.app import create_app
    from webapp.counter.queue.calling import call_next
    from webapp.database import db, transaction

    app = create_app(Settings.from_env(), pool_size=1)
    with app.app_context():
        serving: dict[int, int] = {}
        due = [(random.uniform(0, SERVING), account) for account in accounts]
        heapq.heapify(due)
        began = time.monotonic()
        while not over.wait(max(0.0, began + due[0][0] - time.monotonic())):
            when, account_id = heapq.heappop(due)
            with transaction() as session:
                account = session.get_one(Account, account_id)
                ticket = call_next(account, datetime.now(UTC), finishing=serving.get(account_id))
                if ticket is not None:
                    serving[account_id] = ticket.id
            heapq.heappush(due, (when + SERVING, account_id))
        db.session.remove()
        db.engine.dispose()


def run() -> Iterator[Result]:
    """CPU of the web server in per cent of one core, and what the pages had of it."""
    import os

    with city_folder() as folder, durable_engines(folder) as env:
        done = subprocess.run(
            [sys.executable, "-c", "import json; from tests.benchmarks.pages import fill; print(json.dumps(fill()))"],
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        told = json.loads(done.stdout.splitlines()[-1])
        over = threading.Event()
        os.environ.update({key: env[key] for key in env if key not in os.environ})
        with gunicorn("wsgi:app", env, folder / "web.log") as port:
            counters = threading.Thread(target=call, args=(told["accounts"], over), daemon=True)
            counters.start()
            try:
                yield from play(port, told["pages"])
            finally:
                over.set()
                counters.join(30)


def play(port: int, pages: list[tuple[int, int, str]]) -> Iterator[Result]:
    """Let all pages be open and see what the server does."""
    opened = [Opened(f"/antrean/{unit}/papan.json", line, label) for unit, line, label in pages]
    began = time.monotonic()
    # Opened one after the other over the warm-up, as people come.
    due = [(began + random.uniform(0, WARM_UP * 0.8), number) for number in range(len(opened))]
    heapq.heapify(due)
    taking = threading.Lock()
    asked: list[tuple[float, float]] = []
    failed: list[BaseException] = []
    until = began + WARM_UP + SECONDS

    def live() -> None:
        citizen = Citizen(port, "10.0.0.1")
        try:
            while not failed:
                with taking:
                    when, number = heapq.heappop(due)
                if when >= until:
                    return
                time.sleep(max(0.0, when - time.monotonic()))
                sent = time.monotonic()
                opened[number].learn(citizen)
                heard = time.monotonic()
                with taking:
                    asked.append((sent, heard - sent))
                    heapq.heappush(due, (heard + opened[number].wait(time.time()), number))
        except BaseException as error:
            failed.append(error)
        finally:
            citizen.close()

    players = [threading.Thread(target=live, daemon=True) for _ in range(_PLAYERS)]
    for player in players:
        player.start()
    time.sleep(max(0.0, began + WARM_UP - time.monotonic()))
    servers, first = server_processes(port), time.monotonic()
    before = cpu_seconds(servers)
    time.sleep(max(0.0, until - time.monotonic()))
    used, seconds = cpu_seconds(servers) - before, time.monotonic() - first
    for player in players:
        player.join(60)
    if failed:
        raise failed[0]
    times = [length for sent, length in asked if sent >= first]
    yield measured("pages", f"CPU of the server with {PAGES:,} pages open", used / seconds * 100, "%", most=TARGET)
    yield measured("pages", "questions answered", len(times) / seconds, "1/s")
    yield measured("pages", "median until the answer", quantile(times, 0.5) * 1000, "ms")


def server_processes(port: int) -> list[psutil.Process]:
    """The web server that this process started on `port`, and its workers."""
    for child in psutil.Process().children():
        if any(f":{port}" in part for part in child.cmdline()):
            return [child, *child.children(recursive=True)]
    raise RuntimeError(f"no server of ours on port {port}")


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Seconds of CPU that these processes have had, in the kernel and outside."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)
