"""From "accepted" to the changed score on the officer's page, while 20 feedbacks a second come in.

The demo city runs with all its processes. A citizen rates a visit to an officer; from the moment in which the city says
thank you, the officer's own page is asked for again and again until it has changed. Meanwhile other citizens rate their
visits to other officers and file complaints. The baseline is the same with nobody else there: about one a second.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.results import Result, measured, quantile
from tests.benchmarks.start import at_rest
from tests.cities.citizens import Citizen, address_of, file_until_accepted
from tests.cities.running import RunningCity, running_city, wait_for

RATE = 20
PROBES = 40
MEDIAN, P95 = 1.0, 2.0

_LOOK_AGAIN = 0.05
_CITIZENS = 8
#: Differs from page to page without anything having changed: tokens of forms.
_TOKENS = re.compile(rb'value="[^"]*"')
_PAGE = "/nilai-saya"


@dataclass
class Receipts:
    """Codes of visits that nobody has rated yet: those to the officer who can be signed in, and all others."""

    officer: list[str]
    others: list[str]


def run() -> Iterator[Result]:
    """Median and 95th percentile in seconds."""
    with running_city(env={"TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}) as city:
        sign_in = next(one for one in city.summary["sign_ins"] if one["role"] == "officer")
        wait_for(lambda: at_rest(city.settings["DATABASE_URL"]) or None, "the workers to be done", 300, 0.2)
        receipts = unrated(city, sign_in["email"])
        officer = signed_in(city, sign_in["email"], sign_in["password"])
        probe = Probe(city, officer, iter(receipts.officer))
        probe.seconds()  # the first warms up
        alone = [probe.seconds() for _ in range(PROBES // 2)]
        stream = Stream(city, receipts.others)
        stream.begin()
        try:
            wait_for(lambda: stream.accepted >= 2 * RATE or None, "the stream to flow", 60)
            began, before = time.monotonic(), stream.accepted
            crowded = [probe.seconds() for _ in range(PROBES)]
            came = (stream.accepted - before + PROBES) / (time.monotonic() - began)
        finally:
            stream.end()
    yield measured("latency", "feedbacks a second meanwhile", came, "1/s", baseline=RATE)
    yield measured("latency", "median to the officer's page", median(crowded), "s", most=MEDIAN, baseline=median(alone))
    high = quantile(alone, 0.95)
    yield measured("latency", "p95 to the officer's page", quantile(crowded, 0.95), "s", most=P95, baseline=high)


def unrated(city: RunningCity, email: str) -> Receipts:
    """Receipts that can still rate, after the officer has served as many more as the benchmark asks for."""
    from datetime import UTC, datetime, timedelta

    from sqlalchemy import select

    from config import Settings
    from webapp.accounts.models import Account
    from webapp.app import create_app
    from webapp.counter.models import Visit
    from webapp.counter.queries import receipt_of
    from webapp.database import db, transaction
    from webapp.feedback.models import Feedback
    from webapp.organisation.models import Officer

    app = create_app(Settings.from_env(city.settings), pool_size=1)
    with app.app_context():
        mine = select(Officer.id).join(Account, Account.id == Officer.account_id).where(Account.email == email)
        officer_id = db.session.scalars(mine).one()
        now = datetime.now(UTC)
        with transaction() as session:
            last = session.scalars(
                select(Visit).where(Visit.officer_id == officer_id).order_by(Visit.finished_at.desc()).limit(1)
            ).one()
            served = [
                Visit(
                    unit_id=last.unit_id,
                    service_id=last.service_id,
                    counter_id=last.counter_id,
                    officer_id=officer_id,
                    waited_seconds=300,
                    started_at=now - timedelta(minutes=20),
                    finished_at=now - timedelta(minutes=10),
                )
                for _ in range(PROBES + PROBES // 2 + 1)
            ]
            session.add_all(served)
            session.flush()
            own = [receipt_of(visit.id) for visit in served]
            rows = session.scalars(
                select(Visit.id).where(
                    Visit.finished_at > now - timedelta(days=13),
                    Visit.officer_id != officer_id,
                    ~select(Feedback.id).where(Feedback.visit_id == Visit.id).exists(),
                )
            ).all()
            others = [receipt_of(visit_id) for visit_id in rows]
        db.engine.dispose()
    return Receipts(own, others)


def signed_in(city: RunningCity, email: str, password: str) -> Citizen:
    """The browser of a member of staff."""
    browser = Citizen(city.port, address_of(60_000))
    answer = browser.post("/masuk", {**browser.form("/masuk"), "email": email, "password": password})
    if answer.status != 302:
        raise RuntimeError(f"{email} was not signed in: {answer.status}")
    return browser


class Probe:
    """Rates one visit after the other and watches the officer's page."""

    def __init__(self, city: RunningCity, officer: Citizen, receipts: Iterator[str]) -> None:
        self._city = city
        self._officer = officer
        self._receipts = receipts
        self._numbers = itertools.count(61_000)
        self._values = itertools.cycle("1423")

    def seconds(self) -> float:
        """From the thanks for a rating to the first page that differs from the one before; a second for each probe."""
        began = time.monotonic()
        before = self._page()
        citizen = Citizen(self._city.port, address_of(next(self._numbers)))
        file_until_accepted(citizen, f"/nilai/{next(self._receipts)}", {"value": next(self._values)})
        accepted = time.monotonic()
        citizen.close()
        wait_for(lambda: self._page() != before or None, "the officer's page to change", 60, _LOOK_AGAIN)
        seen = time.monotonic()
        time.sleep(max(0.0, began + 1 - seen))
        return seen - accepted

    def _page(self) -> bytes:
        answer = self._officer.get(_PAGE)
        if answer.status != 200:
            raise RuntimeError(f"the officer's page answered {answer.status}")
        return _TOKENS.sub(b"", answer.body)


class Stream:
    """Other citizens: RATE feedbacks a second, three ratings by receipt to two complaints."""

    def __init__(self, city: RunningCity, receipts: list[str]) -> None:
        self._city = city
        self._receipts = iter(receipts)  # should they run out, complaints go on
        self._numbers = itertools.count()
        self._taking = threading.Lock()
        self._over = threading.Event()
        self._began = 0.0
        self._times: list[float] = []
        self.failed: list[BaseException] = []

    @property
    def accepted(self) -> int:
        """How many were accepted so far; raises what went wrong with one."""
        if self.failed:
            raise self.failed[0]
        return len(self._times)

    def begin(self) -> None:
        """Let them come."""
        self._began = time.monotonic()
        self._threads = [threading.Thread(target=self._live, daemon=True) for _ in range(_CITIZENS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Send them home."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _live(self) -> None:
        try:
            while not self._over.is_set():
                with self._taking:
                    number = next(self._numbers)
                    receipt = next(self._receipts, None) if number % 5 < 3 else None
                if self._over.wait(max(0.0, self._began + number / RATE - time.monotonic())):
                    break
                citizen = Citizen(self._city.port, address_of(1000 + number))
                if receipt is not None:
                    file_until_accepted(citizen, f"/nilai/{receipt}", {"value": str(1 + number % 4)})
                else:
                    text = f"Sudah dua jam menunggu dan nomor antrean tidak bergerak ({number})."
                    file_until_accepted(citizen, "/lapor", {"text": text, "kind": "complaint", "anonymous": "yes"})
                citizen.close()
                self._times.append(time.monotonic())
        except BaseException as error:
            self.failed.append(error)
